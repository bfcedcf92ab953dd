using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Nines.Web.Access;

namespace Nines.Web.Health;

/// <summary><c>/healthz</c>: the process answers. <c>/readyz</c>: it watches, and what it sees is kept.</summary>
internal static class HealthRoutes
{
    public static void Map(IEndpointRouteBuilder routes, Func<WatchStatus?> status)
    {
        routes.MapMethods("/healthz", Answers.Reading, (RequestDelegate)(context => Answers.WriteAsync(context, StatusCodes.Status200OK, "alive\n"))).IsForMachines();
        routes.MapMethods("/readyz", Answers.Reading, (RequestDelegate)(context =>
        {
            var readiness = Readiness.Of(status());
            return Answers.WriteAsync(context, readiness.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, string.Join('\n', readiness.Lines) + "\n");
        })).IsForMachines();
    }
}
