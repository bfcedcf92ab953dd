using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Nines.Probing.Inbound;
using Nines.Web.Access;

namespace Nines.Web.Inbound;

/// <summary>Where jobs report: <c>GET</c>, <c>HEAD</c>, <c>POST</c> or <c>PUT /heartbeat/&lt;token&gt;</c>. Bodies are not read.</summary>
internal static class HeartbeatRoutes
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT"];

    public static void Map(IEndpointRouteBuilder routes, Inbox inbox) =>
        routes.MapMethods("/heartbeat/{token}", Methods, (RequestDelegate)(context =>
            Answers.WriteAsync(context, inbox.Beat((string)context.Request.RouteValues["token"]!) ? StatusCodes.Status200OK : Answers.WrongToken(inbox)))).IsForMachines();
}
