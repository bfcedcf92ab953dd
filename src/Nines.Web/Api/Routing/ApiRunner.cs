using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Primitives;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Web.Access;

namespace Nines.Web.Api.Routing;

/// <summary>Runs the routes of the API: parameters in, an answer or a problem out, a tag with it so that the same is not sent twice.</summary>
internal sealed class ApiRunner(IJournal journal, TimeProvider time, KeptAnswers kept)
{
    /// <summary>Another program writes documents otherwise, though nothing has changed.</summary>
    private static readonly string Program = typeof(ApiRunner).Module.ModuleVersionId.ToString("N");

    /// <summary>Taken by every POST.</summary>
    public static readonly ApiParameter<string> IdempotencyKey = ApiParameter.Header("Idempotency-Key",
        "A new one for each thing that is to be done once: a repeat with it within 24 h does nothing and gets the first answer.", Formats.Text(200));

    /// <summary>What reads. A caller that has the answer already, by its tag, gets 304 before anything is worked out.</summary>
    public async Task ReadAsync(HttpContext context, ApiRoute route, Func<Asked, CancellationToken, Task<ApiAnswer>> operation)
    {
        var asked = Understand(context, route);
        var tag = route.HasTag && !route.IsSecret ? await TagAsync(context) : null;
        context.Response.Headers.CacheControl = tag is null ? "no-store" : "private, no-cache";
        if (tag is not null)
        {
            context.Response.Headers.ETag = tag;
            context.Response.Headers.Vary = "Authorization, Cookie";
            if (Has(context.Request.Headers.IfNoneMatch, tag))
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
        }
        await WriteAsync(context, await operation(asked, context.RequestAborted));
    }

    /// <summary>What acts. A POST with an Idempotency-Key is done once, however often it is sent.</summary>
    public async Task ActAsync(HttpContext context, ApiRoute route, Func<Asked, ReadOnlyMemory<byte>, CancellationToken, Task<ApiAnswer>> operation)
    {
        var asked = Understand(context, route);
        var body = await ApiBody.ReadBytesAsync(context.Request, time, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        if (route.Method == "POST" && asked.Get(IdempotencyKey) is { } key)
        {
            var who = asked.Caller.Handle.Length > 0 ? asked.Caller.Handle : $"address {context.Connection.RemoteIpAddress}";
            var what = $"{route.Id}\n{context.Request.Path}\n{context.Request.QueryString}\n";
            var digest = route.IsSecret ? RequestDigest.OfSecret(context, what, body) : RequestDigest.Of(what, body);
            // Once begun it is carried out, whether the caller waits for it or not: a repeat gets what came of it.
            await WriteAsync(context, await kept.RunAsync(who, key, digest, !route.IsSecret, () => operation(asked, body, CancellationToken.None), context.RequestAborted));
        }
        else await WriteAsync(context, await operation(asked, body, context.RequestAborted));
    }

    public Task StreamAsync(HttpContext context, ApiRoute route, Func<HttpContext, Asked, Task> answer) => answer(context, Understand(context, route));

    /// <summary>
    /// Weak, for the answer may tell more than the tag promises: facts that came while it was made, and how far the watch has judged within
    /// the minute. Whoever has it has everything up to its position and minute.
    /// </summary>
    private async Task<string> TagAsync(HttpContext context)
    {
        var head = await journal.HeadAsync(context.RequestAborted);
        var minute = time.GetUtcNow().ToUnixTimeSeconds() / 60;
        var what = string.Create(CultureInfo.InvariantCulture, $"{Program}\n{context.Caller().Role}\n{context.Request.Path}\n{context.Request.QueryString}");
        return string.Create(CultureInfo.InvariantCulture, $"W/\"{head}-{minute}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(what)).AsSpan(0, 8))}\"");
    }

    private static bool Has(StringValues given, string tag) =>
        given.Any(line => line is not null && line.Split(',', StringSplitOptions.TrimEntries).Any(one => one == "*" || one == tag || one == tag[2..]));

    /// <exception cref="ApiProblem">A parameter that is not known, missing or wrong; all of them are told.</exception>
    private static Asked Understand(HttpContext context, ApiRoute route)
    {
        var values = new Dictionary<ApiParameter, ImmutableArray<object>>();
        var mistakes = new List<ApiProblem.Mistake>();
        var inQuery = route.Parameters.Where(parameter => parameter.Place == ParameterPlace.Query).Select(parameter => parameter.Name).ToList();
        foreach (var name in context.Request.Query.Keys.Where(name => !inQuery.Contains(name, StringComparer.Ordinal)).Take(10))
            mistakes.Add(new("query", name.Length > 100 ? $"{name[..100]}…" : name, ApiProblems.NotTaken + DidYouMean.Sentence(name, inQuery)));
        foreach (var parameter in route.Parameters)
        {
            var given = Given(context.Request, parameter);
            if (given.Count == 0 && parameter.IsRequired) mistakes.Add(new(parameter.PlaceWord, parameter.Name, "is missing."));
            else if (given.Count > (parameter.Repeats ? ApiParameter.MostValues : 1)) mistakes.Add(new(parameter.PlaceWord, parameter.Name, parameter.Repeats ? $"is there more than {ApiParameter.MostValues} times." : "is there more than once."));
            else if (given.Count > 0 && ReadAll(parameter, given, mistakes) is { } read) values[parameter] = read;
        }
        return mistakes.Count == 0 ? new Asked(context.Caller(), route.Parameters, values) : throw ApiProblems.Parameters(mistakes);
    }

    private static StringValues Given(HttpRequest request, ApiParameter parameter) => parameter.Place switch
    {
        ParameterPlace.Path => request.RouteValues[parameter.Name] as string,
        ParameterPlace.Query => request.Query[parameter.Name],
        ParameterPlace.Header => request.Headers[parameter.Name],
    };

    private static ImmutableArray<object>? ReadAll(ApiParameter parameter, StringValues given, List<ApiProblem.Mistake> mistakes)
    {
        try
        {
            return [.. given.Select(text => parameter.ReadValue(text ?? ""))];
        }
        catch (FormatException wrong)
        {
            mistakes.Add(new(parameter.PlaceWord, parameter.Name, wrong.Message));
            return null;
        }
    }

    private static async Task WriteAsync(HttpContext context, ApiAnswer answer)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        response.ContentType = answer.MediaType;
        response.ContentLength = answer.Content.Length;
        response.Headers.XContentTypeOptions = "nosniff";
        if (answer.Next is { } next) response.Headers.Link = $"<{context.Request.Path.ToUriComponent()}{WithCursor(context.Request.Query, next)}>; rel=\"next\"";
        if (answer.FileName is { } name) response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        // A page that is looked at by itself runs nothing and loads nothing.
        if (answer.MediaType.StartsWith("text/html", StringComparison.Ordinal)) response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; base-uri 'none'; frame-ancestors 'none'";
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(answer.Content, context.RequestAborted);
    }

    private static string WithCursor(IQueryCollection query, string next)
    {
        var builder = new QueryBuilder(query.Where(pair => pair.Key != Paging.From.Name)) { { Paging.From.Name, next } };
        return builder.ToQueryString().ToUriComponent();
    }
}
