using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Nines.Web.Access;

namespace Nines.Web.Console;

/// <summary>Plain forms: a POST that does something and then takes the browser to a page, so that loading it again does nothing twice.</summary>
internal static class Forms
{
    private static readonly string[] Posting = ["POST"];

    /// <param name="act">Does what the form says; gives the address to go to, or null when it has answered by itself.</param>
    public static IEndpointConventionBuilder MapFormTo(this IEndpointRouteBuilder routes, string path, Role role, Func<HttpContext, IFormCollection, Task<string?>> act) =>
        routes.MapMethods(path, Posting, (RequestDelegate)(async context =>
        {
            if (!context.Request.HasFormContentType) throw Api.Routing.ApiProblems.Of(StatusCodes.Status415UnsupportedMediaType);
            IFormCollection form;
            try
            {
                form = await context.Request.ReadFormAsync(context.RequestAborted);
            }
            catch (InvalidDataException)
            {
                throw AccessProblems.TooLarge();
            }
            if (await act(context, form) is not { } next) return;
            context.Response.StatusCode = StatusCodes.Status303SeeOther;
            context.Response.Headers.Location = next;
            context.Response.ContentLength = 0;
        })).Needs(role);

    /// <summary>A field's text; empty when it is not there, or there more than once.</summary>
    public static string Text(this IFormCollection form, string name) => form[name] is { Count: 1 } one ? one.ToString() : "";
}
