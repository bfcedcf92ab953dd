using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nines.Web.Access;
using Nines.Web.Api.Routing;
using Nines.Web.Live;

namespace Nines.Web.Console;

/// <summary>What every page knows of the request that it is made for.</summary>
/// <param name="Path">Its own address, with the query.</param>
public sealed record PageContext(string Title, string Path, Caller Caller)
{
    /// <summary>What forms carry, by <c>FormToken</c>; null for who is not logged in.</summary>
    public string? FormToken { get; init; }

    /// <summary>What the page shows holds every fact up to here; null where that is not known.</summary>
    public long? Position { get; init; }
}

/// <summary>Pages: Razor components that are rendered here, whole, and sent. What they show they get as parameters, from the API's operations.</summary>
internal static class PageRoutes
{
    /// <summary>No inline script or style anywhere, and nothing from elsewhere.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <param name="load">The component's parameters beside <c>Page</c>; null when there is nothing at this address.</param>
    public static IEndpointConventionBuilder MapPage(
        this IEndpointRouteBuilder routes, string path, string title, Func<HttpContext, IServiceProvider, CancellationToken, Task<Dictionary<string, object?>?>> load, Type component) =>
        routes.MapMethods(path, Answers.Reading, (RequestDelegate)(async context =>
        {
            var position = context.RequestServices.GetRequiredService<FactStream>().Told?.Value; // before anything is read: never more than the page shows
            var parameters = await load(context, context.RequestServices, context.RequestAborted) ?? throw ApiProblems.Of(StatusCodes.Status404NotFound);
            parameters["Page"] = ContextOf(context, title) with { Position = position };
            await WriteAsync(context, StatusCodes.Status200OK, component, parameters);
        })).Needs(Role.Viewer);

    public static PageContext ContextOf(HttpContext context, string title) =>
        new(title, context.Request.Path + context.Request.QueryString, context.Items.ContainsKey(typeof(Caller)) ? context.Caller() : Caller.Anonymous(Role.None)) { FormToken = context.FormToken() };

    public static async Task WriteAsync(HttpContext context, int status, Type component, IDictionary<string, object?> parameters)
    {
        var bytes = await RenderAsync(context.RequestServices, component, parameters);
        var response = context.Response;
        response.Headers.Vary = "Accept-Encoding";
        if (Compressed.ForWhomItIs(context.Request, bytes) is { } packed) (bytes, response.Headers.ContentEncoding) = packed;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    /// <summary>Renders a component to UTF-8.</summary>
    public static async Task<byte[]> RenderAsync(IServiceProvider services, Type component, IDictionary<string, object?> parameters)
    {
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var root = await renderer.RenderComponentAsync(component, ParameterView.FromDictionary(parameters));
            using var text = new StringWriter();
            root.WriteHtmlTo(text);
            return Encoding.UTF8.GetBytes(text.GetStringBuilder().ToString());
        });
    }
}
