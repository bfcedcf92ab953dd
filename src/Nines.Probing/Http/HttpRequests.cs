using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text;

namespace Nines.Probing.Http;

/// <summary>Makes the requests of a probe.</summary>
internal static class HttpRequests
{
    private static readonly string Version = typeof(HttpRequests).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>As every probe that speaks HTTP introduces itself.</summary>
    public static readonly string UserAgent = $"nines/{Version}";

    public static HttpRequestMessage Make(HttpOptions options, Uri url, HttpMethod method)
    {
        var request = new HttpRequestMessage(method, url)
        {
            Version = options.Protocol == HttpProtocol.Http2 ? System.Net.HttpVersion.Version20 : System.Net.HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (options.Body is { } body && method.Method == options.Method)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain", "utf-8");
        }
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        request.Headers.TryAddWithoutValidation("Accept", "*/*");
        if (!SameOrigin(options.Url, url)) return request; // credentials are for whom the config names, not for whom he names
        foreach (var (name, value) in options.Headers)
        {
            if (!IsContentHeader(name))
            {
                request.Headers.Remove(name);
                request.Headers.TryAddWithoutValidation(name, value);
            }
            else if (request.Content is { } content)
            {
                content.Headers.Remove(name);
                content.Headers.TryAddWithoutValidation(name, value);
            }
        }
        return request;
    }

    /// <summary>What is wrong with headers; their values are never part of the message.</summary>
    public static IEnumerable<OptionMistake> MistakesIn(ImmutableSortedDictionary<string, string> headers)
    {
        using var request = new HttpRequestMessage { Content = new ByteArrayContent([]) };
        foreach (var (name, value) in headers)
        {
            HttpHeaders into = IsContentHeader(name) ? request.Content.Headers : request.Headers;
            if (!into.TryAddWithoutValidation(name, value)) yield return new OptionMistake("headers", $"'{name}' is not a header's name.");
            else if (value.AsSpan().ContainsAny('\r', '\n', '\0')) yield return new OptionMistake("headers", $"the value of '{name}' has a line break in it.");
        }
    }

    /// <summary>True for an absolute http or https URL.</summary>
    public static bool IsWeb(Uri url) => url.IsAbsoluteUri && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps);

    public static bool SameOrigin(Uri a, Uri b) => a.Scheme == b.Scheme && a.IdnHost == b.IdnHost && a.Port == b.Port;

    private static bool IsContentHeader(string name) =>
        name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) && !name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Expires", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Last-Modified", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Allow", StringComparison.OrdinalIgnoreCase);
}
