using System.Net;

namespace Nines.Probing.Http;

/// <summary>Where a redirect leads, and with which method (RFC 9110, section 15.4).</summary>
internal static class Redirection
{
    /// <returns>Null when the answer is no redirect, or leads nowhere.</returns>
    public static Uri? Next(HttpResponseMessage response, Uri from)
    {
        if (response.StatusCode is not (HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)
            || HttpBody.HeaderOf(response, "Location") is not { } location
            || !Uri.TryCreate(from, location, out var next))
            return null;
        return next;
    }

    /// <summary>As browsers do: 303 always asks with GET, 301 and 302 after a POST too; 307 and 308 repeat the request.</summary>
    public static HttpMethod MethodAfter(HttpStatusCode status, HttpMethod method) => status switch
    {
        HttpStatusCode.SeeOther when method != HttpMethod.Head => HttpMethod.Get,
        HttpStatusCode.Moved or HttpStatusCode.Found when method == HttpMethod.Post => HttpMethod.Get,
        _ => method,
    };
}
