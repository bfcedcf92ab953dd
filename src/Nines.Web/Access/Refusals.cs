using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Nines.Web.Access;

/// <summary>How the gate says no: problem details (RFC 9457) to programs, a line of text to everybody else.</summary>
internal static class Refusals
{
    public static Task WriteAsync(HttpContext context, int status, string code, string detail)
    {
        if (!IsApi(context)) return Answers.WriteAsync(context, status, $"{code}: {detail}\n");
        var title = AccessErrors.All.First(error => error.Code == code).Title;
        var body = JsonSerializer.SerializeToUtf8Bytes(new { type = "about:blank", title, status, detail, code });
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/problem+json";
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    public static bool IsApi(HttpContext context) => context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase);

    /// <summary>The status that a refusal comes to where a program asked.</summary>
    public static int StatusOf(string code) => code switch
    {
        AccessErrors.Damaged or AccessErrors.Storage or AccessErrors.Keys => StatusCodes.Status503ServiceUnavailable,
        AccessErrors.NoSuchUser or AccessErrors.NoSuchToken => StatusCodes.Status404NotFound,
        AccessErrors.HandleTaken or AccessErrors.LastAdmin or AccessErrors.TooMany => StatusCodes.Status409Conflict,
        AccessErrors.WrongPassword or AccessErrors.NotKnown => StatusCodes.Status401Unauthorized,
        AccessErrors.TooOften => StatusCodes.Status429TooManyRequests,
        AccessErrors.ForeignOrigin or AccessErrors.NotAllowed or AccessErrors.SetUpLink or AccessErrors.Address => StatusCodes.Status403Forbidden,
        AccessErrors.UnknownHost => StatusCodes.Status421MisdirectedRequest,
        _ => StatusCodes.Status400BadRequest,
    };
}
