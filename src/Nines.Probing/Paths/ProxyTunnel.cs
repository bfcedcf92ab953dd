using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Nines.Probing.Paths;

/// <summary>Asks a forward proxy for a tunnel (HTTP CONNECT, RFC 9110 section 9.3.6).</summary>
internal static class ProxyTunnel
{
    private const int MaxHeadBytes = 8192;

    /// <returns>Null when the tunnel stands; else why not.</returns>
    public static async Task<PathFailure?> OpenAsync(Stream proxy, HostPort target, string userInfo, CancellationToken limit)
    {
        try
        {
            await proxy.WriteAsync(Encoding.ASCII.GetBytes(Request(target, userInfo)), limit).ConfigureAwait(false);
            return Judge(await ReadHeadAsync(proxy, limit).ConfigureAwait(false), target, userInfo.Length > 0);
        }
        catch (OperationCanceledException)
        {
            return new PathFailure.TimedOut(Phases.Connect);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // Many proxies just hang up when the target cannot be had: only a control check through the same proxy can tell.
            return new PathFailure.Refused("proxy_refused", $"the proxy hung up when asked for {target}", true);
        }
    }

    private static string Request(HostPort target, string userInfo)
    {
        var authorization = userInfo.Length == 0
            ? ""
            : $"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(userInfo)))}\r\n";
        return $"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{authorization}\r\n";
    }

    // One byte at a time: what follows the head belongs to the target. The head is some 40 bytes long.
    private static async Task<string?> ReadHeadAsync(Stream proxy, CancellationToken limit)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (head.Length < MaxHeadBytes)
        {
            if (await proxy.ReadAsync(one, limit).ConfigureAwait(false) == 0) return null;
            head.Append((char)one[0]);
            if (one[0] == '\n' && EndsHead(head)) return head.ToString();
        }
        return "";
    }

    private static bool EndsHead(StringBuilder head) =>
        head.Length >= 2 && (head[^2] == '\n' || (head.Length >= 4 && head[^2] == '\r' && head[^3] == '\n'));

    private static PathFailure? Judge(string? head, HostPort target, bool withCredentials)
    {
        if (head is null) return new PathFailure.Refused("proxy_refused", $"the proxy hung up when asked for {target}", true);
        if (!head.StartsWith("HTTP/1.", StringComparison.Ordinal)
            || head.Length < 12
            || !int.TryParse(head.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            return new PathFailure.Ours("proxy_unreachable", "what answers at the proxy's address does not speak HTTP");
        return status switch
        {
            >= 200 and < 300 => null,
            500 or 502 or 503 or 504 => Unreached(head, target, status),
            407 when withCredentials => new PathFailure.Ours("proxy_denied", "the proxy does not take our credentials (status 407): mend those in the vantage point's proxy URL; %40 stands for @, %3A for : in them"),
            407 => new PathFailure.Ours("proxy_denied", "the proxy asks for credentials (status 407): put them into the vantage point's proxy URL, as http://user:password@host:port"),
            _ => new PathFailure.Ours("proxy_denied", $"the proxy does not let us through to {target} (status {status})"),
        };
    }

    /// <summary>A proxy may say what kept it from the target: <c>Proxy-Status: name; error=connection_refused</c> (RFC 9209, section 2.3). Else it is not known.</summary>
    private static PathFailure.Refused Unreached(string head, HostPort target, int status) => ErrorIn(head) switch
    {
        "connection_refused" => new PathFailure.Refused("connection_refused", $"{target} refused the connection, as the proxy says", true),
        "connection_terminated" => new PathFailure.Refused("reset", $"the connection to {target} was reset, as the proxy says", true),
        { Length: > 0 } error => new PathFailure.Refused("proxy_refused", $"the proxy could not reach {target} (status {status}, {error})", true),
        _ => new PathFailure.Refused("proxy_refused", $"the proxy could not reach {target} (status {status})", true),
    };

    /// <returns>The error's type: small letters and underscores; empty when none is given.</returns>
    private static string ErrorIn(string head)
    {
        var line = head.Split('\n').FirstOrDefault(line => line.StartsWith("Proxy-Status:", StringComparison.OrdinalIgnoreCase)) ?? "";
        var at = line.IndexOf("error=", StringComparison.OrdinalIgnoreCase);
        return at < 0 ? "" : new string([.. line.AsSpan(at + "error=".Length).ToString().TakeWhile(letter => letter is (>= 'a' and <= 'z') or '_').Take(40)]);
    }
}
