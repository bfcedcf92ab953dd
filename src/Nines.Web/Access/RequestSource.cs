using System.Net;
using Microsoft.AspNetCore.Http;

namespace Nines.Web.Access;

/// <summary>Where a request comes from and whom it takes us for: what stands between a strange page in somebody's browser and the console. Pure.</summary>
internal static class RequestSource
{
    /// <summary>
    /// True when the console goes by this name: loopback, an IP address, the host of its URL, or one that the config adds. A strange page that points its own
    /// name at us (DNS rebinding) comes by that name; nobody can do so with an address.
    /// </summary>
    public static bool IsOurName(HostString host, AccessSettings settings)
    {
        if (host.Host is not { Length: > 0 } name || name.Length > 255) return false;
        name = name.TrimEnd('.');
        return IPAddress.TryParse(name.Trim('[', ']'), out _)
            || name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || settings.Url is { } url && name.Equals(url.IdnHost, StringComparison.OrdinalIgnoreCase)
            || settings.Hosts.Contains(name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>What a browser says of the page that sent a request.</summary>
    /// <returns>True for one of ours, false for a strange one, null when it says nothing: then it is no browser of the last years.</returns>
    public static bool? IsOurPage(HttpRequest request, AccessSettings settings)
    {
        var site = request.Headers["Sec-Fetch-Site"];
        var origin = request.Headers.Origin;
        if (site.Count > 1 || origin.Count > 1) return false;
        if (site.Count == 1 && site != "same-origin") return false;
        if (origin.Count == 1) return Uri.TryCreate(origin, UriKind.Absolute, out var page) && IsOurs(page, request, settings);
        return site.Count == 1 ? true : null;
    }

    /// <summary>
    /// Whether somebody did something himself: opened a page, or sent a form. What a page fetches on its own because there is news does not count, nor the
    /// event stream: a tab that was left open is nobody who is there.
    /// </summary>
    public static bool IsAct(HttpRequest request) =>
        !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
        || (request.Headers["Sec-Fetch-Mode"] is { Count: > 0 } mode ? mode == "navigate"
            : !request.Headers.ContainsKey("HX-Request") && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)); // browsers say how only over TLS, and to loopback

    /// <summary>Where to go after a log-in: an address of ours, or the first page. What follows two slashes, or a backslash, is another host.</summary>
    public static string SafePath(string? next) =>
        next is { Length: > 0 and <= 1_024 } && next[0] == '/' && (next.Length == 1 || next[1] is not ('/' or '\\'))
        && next.All(letter => letter is > ' ' and <= '~' and not '\\')
        && !next.StartsWith("/login", StringComparison.OrdinalIgnoreCase) && !next.StartsWith("/logout", StringComparison.OrdinalIgnoreCase) ? next : "/";

    // Behind a proxy that speaks TLS the scheme that we see is not the browser's: host and port decide.
    private static bool IsOurs(Uri page, HttpRequest request, AccessSettings settings) =>
        page.Scheme is "http" or "https"
        && (page.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase) || settings.Url is { } url && page.Scheme == url.Scheme && page.Authority.Equals(url.Authority, StringComparison.OrdinalIgnoreCase));
}
