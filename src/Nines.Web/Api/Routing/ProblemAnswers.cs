using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Nines.Ledger.Documents;
using Nines.Web.Console;
using Nines.Web.Console.Pages;

namespace Nines.Web.Api.Routing;

/// <summary>
/// Tells a problem in the way that suits the address: problem+json (RFC 9457) under /api, a line of text where machines report and scrape,
/// a page everywhere else.
/// </summary>
internal static class ProblemAnswers
{
    public const string MediaType = "application/problem+json";

    private static readonly string[] Plain = ["/heartbeat", "/alerts", "/healthz", "/readyz", "/metrics", "/assets"];

    public static bool IsApi(HttpContext context) => context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal);

    public static Task WriteAsync(HttpContext context, ApiProblem problem)
    {
        if (problem.RetryAfter is { } wait) context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        // Somewhat more is taken and thrown away: who is cut off while sending may never see why.
        if (problem.Status == StatusCodes.Status413PayloadTooLarge && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = ApiBody.MostThrownAwayBytes;
        context.Response.Headers.ETag = default;
        context.Response.Headers.CacheControl = "no-store";
        if (IsApi(context)) return WriteJsonAsync(context, problem);
        if (context.RequestServices.GetService(typeof(ConsoleOptions)) is null || Plain.Any(start => context.Request.Path.StartsWithSegments(start, StringComparison.Ordinal)))
            return Answers.WriteAsync(context, problem.Status);
        return PageRoutes.WriteAsync(context, problem.Status, typeof(ProblemPage), new Dictionary<string, object?>
        {
            [nameof(ProblemPage.Page)] = PageRoutes.ContextOf(context, problem.Title),
            [nameof(ProblemPage.Problem)] = problem,
            [nameof(ProblemPage.IsReading)] = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method),
            [nameof(ProblemPage.Back)] = FormRoutes.PageOf(context),
        });
    }

    private static async Task WriteJsonAsync(HttpContext context, ApiProblem problem)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(ProblemDocument.Of(problem), DocumentJson.Options);
        context.Response.StatusCode = problem.Status;
        context.Response.ContentType = MediaType;
        context.Response.ContentLength = bytes.Length;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }
}

/// <summary>A problem as the API tells it (RFC 9457), with the code and what to do about it.</summary>
/// <param name="Type">Names the problem; no address.</param>
internal sealed record ProblemDocument(string Type, string Title, int Status, string Detail, string Code, string Mend, IReadOnlyList<ApiProblem.Mistake> Mistakes)
{
    public static ProblemDocument Of(ApiProblem problem) =>
        new($"urn:nines:error:{problem.Code.ToLowerInvariant()}", problem.Title, problem.Status, problem.Detail, problem.Code, problem.Mend, problem.Mistakes);
}
