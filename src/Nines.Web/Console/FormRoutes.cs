using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Nines.Web.Access;
using Nines.Web.Api;
using Nines.Web.Api.Routing;

namespace Nines.Web.Console;

/// <summary>Forms of pages: they are posted, what they say is done, and the browser is sent to where that can be seen. They work without JavaScript.</summary>
internal static class FormRoutes
{
    private static readonly FormOptions Limits = new() { ValueCountLimit = 1_100, KeyLengthLimit = 100, ValueLengthLimit = 16 << 10, BufferBodyLengthLimit = ApiBody.LongestBytes };

    /// <param name="act">Gives the address to go to, of this server; null when it has answered by itself.</param>
    public static IEndpointConventionBuilder MapForm(this IEndpointRouteBuilder routes, string path, Role needed, Func<HttpContext, IFormCollection, CancellationToken, Task<string?>> act) =>
        routes.MapPost(path, (RequestDelegate)(async context =>
        {
            if (!Gate.IsForm(context.Request)) throw ApiProblems.Of(StatusCodes.Status415UnsupportedMediaType);
            if (context.Request.ContentLength > ApiBody.LongestBytes) throw ApiProblems.TooLarge();
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = ApiBody.LongestBytes;
            if (context.Features.Get<IFormFeature>() is not { Form: not null }) context.Features.Set<IFormFeature>(new FormFeature(context.Request, Limits));
            if (await act(context, await ReadAsync(context), context.RequestAborted) is not { } to) return;
            context.Response.StatusCode = StatusCodes.Status303SeeOther;
            context.Response.Headers.Location = to;
            context.Response.Headers.CacheControl = "no-store";
        })).Needs(needed);

    /// <summary>A field as it was filled in; empty when it is not there.</summary>
    public static string Field(this IFormCollection form, string name) => form[name].ToString();

    /// <exception cref="ApiProblem">The field is none of the format's values.</exception>
    public static T Read<T>(IFormCollection form, string name, Format<T> format)
    {
        try
        {
            return format.Read(form.Field(name));
        }
        catch (FormatException wrong)
        {
            throw ApiProblems.Parameters([new ApiProblem.Mistake("body", name, wrong.Message)]);
        }
    }

    private static async Task<IFormCollection> ReadAsync(HttpContext context)
    {
        try
        {
            return await context.Request.ReadFormAsync(context.RequestAborted);
        }
        catch (InvalidDataException)
        {
            throw ApiProblems.TooLarge(); // a value longer than any that we ask for, or more of them
        }
    }
}
