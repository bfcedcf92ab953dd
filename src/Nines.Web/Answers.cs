using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Nines.Probing.Inbound;

namespace Nines.Web;

/// <summary>Short answers in plain text. Nothing of the request is ever repeated in one.</summary>
internal static class Answers
{
    public static readonly string[] Reading = ["GET", "HEAD"];

    public static Task WriteAsync(HttpContext context, int status, string text)
    {
        var body = Encoding.UTF8.GetBytes(text);
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    /// <summary>While Nines starts a caller is asked to come back, which curl --retry and Alertmanager understand, not told that its token is wrong.</summary>
    public static int WrongToken(Inbox inbox) => inbox.IsReady ? StatusCodes.Status404NotFound : StatusCodes.Status503ServiceUnavailable;

    /// <summary>The status and its usual phrase: <c>404 Not Found</c>.</summary>
    public static Task WriteAsync(HttpContext context, int status) => WriteAsync(context, status, $"{status} {ReasonPhrases.GetReasonPhrase(status)}\n");
}
