using Microsoft.AspNetCore.Http;
using Nines.Web.Api.Routing;

namespace Nines.Web.Access;

/// <summary>Stands before every route: finds out who asks, and whether the route is for him.</summary>
internal static class Gate
{
    public static Task PassAsync(HttpContext context, RequestDelegate next, ConsoleOptions options)
    {
        var caller = Caller.Anonymous(options.Anonymous);
        context.Items[typeof(Caller)] = caller;
        if (context.GetEndpoint() is not { } endpoint || endpoint.Metadata.GetMetadata<RoleNeeded>() is not { } needed || caller.May(needed.Role)) return next(context);
        throw ApiProblems.Of(caller.Proof == Proof.None ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden);
    }
}
