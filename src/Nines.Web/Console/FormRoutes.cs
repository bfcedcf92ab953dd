using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Nines.Web.Access;
using Nines.Web.Api;
using Nines.Web.Api.Routing;

namespace Nines.Web.Console;

/// <summary>
/// Forms of pages: they are posted, what they say is done, and the browser is sent to where that can be seen. They work without JavaScript. A form that
/// is sent twice as it is (a double click, a reload after a broken connection) is carried out once: each carries a key as calls of the API do.
/// </summary>
internal static class FormRoutes
{
    /// <summary>Another value each time a form is rendered.</summary>
    public const string KeyField = "form_key";

    private const int LongestKey = 100;

    private static readonly FormOptions Limits = new() { ValueCountLimit = 1_100, KeyLengthLimit = 100, ValueLengthLimit = 16 << 10, BufferBodyLengthLimit = ApiBody.LongestBytes };

    /// <param name="act">Gives the address to go to, of this server; null when it has answered by itself.</param>
    public static IEndpointConventionBuilder MapForm(this IEndpointRouteBuilder routes, string path, Role needed, Func<HttpContext, IFormCollection, CancellationToken, Task<string?>> act) =>
        routes.MapPost(path, (RequestDelegate)(async context =>
        {
            if (!Gate.IsForm(context.Request)) throw ApiProblems.Of(StatusCodes.Status415UnsupportedMediaType);
            if (context.Request.ContentLength > ApiBody.LongestBytes) throw ApiProblems.TooLarge();
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = ApiBody.LongestBytes;
            if (context.Features.Get<IFormFeature>() is not { Form: not null }) context.Features.Set<IFormFeature>(new FormFeature(context.Request, Limits));
            var form = await ReadAsync(context);
            // Log-in, log-out and set-up give a cookie, which is not kept: the second of two answers, the one that the browser takes, must have it too.
            var once = needed != Role.None && form.Field(KeyField) is { Length: > 0 and <= LongestKey } && context.Caller().Proof == Proof.Session;
            if ((once ? await ActOnceAsync(context, form, act) : await act(context, form, context.RequestAborted)) is not { } to) return;
            context.Response.StatusCode = StatusCodes.Status303SeeOther;
            context.Response.Headers.Location = to;
            context.Response.Headers.CacheControl = "no-store";
        })).Needs(needed);

    /// <summary>Carries out a form unless it has been, and gives what that gave. One that was filled in otherwise is another one.</summary>
    private static async Task<string?> ActOnceAsync(HttpContext context, IFormCollection form, Func<HttpContext, IFormCollection, CancellationToken, Task<string?>> act)
    {
        var digest = RequestDigest.OfSecret(context, $"{context.Request.Path}\n", BytesOf(form));
        var left = context.RequestAborted;
        // Once begun it is carried out, whether the browser waits for it or not: who clicks twice leaves the first.
        context.RequestAborted = CancellationToken.None;
        var (answered, began) = (false, false);
        ApiAnswer? kept = null;
        try
        {
            kept = await context.RequestServices.GetRequiredService<KeptAnswers>().RunAsync(context.Caller().Handle, $"form {form.Field(KeyField)} {digest}", digest, keep: true, async () =>
            {
                began = true;
                if (await act(context, form, CancellationToken.None) is { } to) return new ApiAnswer(StatusCodes.Status303SeeOther, "text/plain", Encoding.UTF8.GetBytes(to));
                answered = true;
                if (context.Response.StatusCode >= 400) throw new NothingDoneException();
                return new ApiAnswer(StatusCodes.Status200OK, "text/plain", Encoding.UTF8.GetBytes(context.Items[typeof(SentAgain)] is SentAgain again ? again.To : ""));
            }, left);
            if (answered) return null;
            return Encoding.UTF8.GetString(kept.Content.Span) is { Length: > 0 } where ? where : throw new ApiProblem(409, Gone, GoneTitle,
                "This form was sent twice and carried out once; what it answered went to the first and is not kept.", "Look how things are now on the page that the form is on; do not send it a third time.");
        }
        catch (ApiProblem cutOff) when (cutOff.Code == Gone && kept is null)
        {
            throw new ApiProblem(409, Gone, GoneTitle, "This form was sent before, and Nines stopped while it was carried out: whether it was done is not known.",
                "Look how things are now. If it was not done, load the page that the form is on again, and send it anew.");
        }
        catch (NothingDoneException)
        {
            return null; // the page says what was wrong with it
        }
        catch (OperationCanceledException) when (!began && left.IsCancellationRequested)
        {
            return null; // it waited for the first, and nobody waits for it
        }
    }

    private const string Gone = "NIN4344", GoneTitle = "Done before, and the answer is gone";

    /// <summary>Of a form that is answered with the page itself, which is not kept: where to look is what is told to who sends it again.</summary>
    /// <param name="to">An address of this server.</param>
    public static void IfSentAgain(HttpContext context, string to) => context.Items[typeof(SentAgain)] = new SentAgain(to);

    private sealed record SentAgain(string To);

    /// <summary>The page of ours that a form was sent from, as the browser says; null where nothing was sent, or it does not say.</summary>
    public static string? PageOf(HttpContext context) =>
        HttpMethods.IsPost(context.Request.Method) && Uri.TryCreate(context.Request.Headers.Referer, UriKind.Absolute, out var from) && from.Authority.Equals(context.Request.Host.Value, StringComparison.OrdinalIgnoreCase)
        && RequestSource.SafePath(from.PathAndQuery) is var page && page != context.Request.Path ? page : null;

    /// <summary>What was filled in, in an order of its own.</summary>
    private static byte[] BytesOf(IFormCollection form) => JsonSerializer.SerializeToUtf8Bytes(
        form.Where(field => field.Key is not (KeyField or Gate.FormField)).OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => new KeyValuePair<string, string?[]>(field.Key, field.Value.ToArray())));

    /// <summary>A page told what cannot be done: a repeat may go better.</summary>
    private sealed class NothingDoneException() : Exception("Nothing was done.");

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
