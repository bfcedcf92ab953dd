using Nines.Probing.Paths;

namespace Nines.Probing.Browsers;

/// <summary>What the browser's network errors mean, in the words of every other probe (net_error_list.h of Chromium names them).</summary>
internal static class BrowserFailure
{
    public static PathFailure Of(string error, string where) => error.Replace("net::", "", StringComparison.Ordinal) switch
    {
        "ERR_CONNECTION_REFUSED" => new PathFailure.Refused("connection_refused", $"{where} refused the connection", false),
        "ERR_CONNECTION_RESET" or "ERR_CONNECTION_CLOSED" or "ERR_CONNECTION_ABORTED" or "ERR_EMPTY_RESPONSE" or "ERR_SOCKET_NOT_CONNECTED" =>
            new PathFailure.Refused("reset", $"the connection to {where} was lost", true),
        "ERR_NAME_NOT_RESOLVED" or "ERR_NAME_RESOLUTION_FAILED" => new PathFailure.Unresolved("dns_failed", $"the name of {where} has no address, or the resolver could not say"),
        "ERR_CONNECTION_TIMED_OUT" or "ERR_TIMED_OUT" => new PathFailure.TimedOut(Phases.Connect),
        "ERR_ADDRESS_UNREACHABLE" => new PathFailure.Refused("no_route", $"no route to {where}", true),
        "ERR_INTERNET_DISCONNECTED" or "ERR_NETWORK_CHANGED" or "ERR_NETWORK_IO_SUSPENDED" => new PathFailure.Refused("network_down", $"the network of {where} cannot be reached", true),
        "ERR_PROXY_CONNECTION_FAILED" => new PathFailure.Ours("proxy_unreachable", "our own proxy cannot be reached"),
        "ERR_TUNNEL_CONNECTION_FAILED" => new PathFailure.Refused("proxy_refused", $"the proxy did not connect to {where}", true),
        "ERR_CERT_DATE_INVALID" => new PathFailure.Refused("tls_expired", $"the certificate of {where} has expired, or is not valid yet", false),
        "ERR_CERT_COMMON_NAME_INVALID" => new PathFailure.Refused("tls_wrong_name", $"the certificate of {where} is for another name", false),
        "ERR_CERT_AUTHORITY_INVALID" => new PathFailure.Refused("tls_untrusted", $"the certificate of {where} is from nobody that the browser trusts", false),
        "ERR_CERT_REVOKED" => new PathFailure.Refused("tls_revoked", $"the certificate of {where} was revoked", false),
        "ERR_TOO_MANY_REDIRECTS" => new PathFailure.Refused("redirect_loop", $"{where} redirects without end", false),
        "ERR_INVALID_RESPONSE" or "ERR_INVALID_HTTP_RESPONSE" => new PathFailure.Refused("malformed_answer", $"what {where} answered is not valid HTTP", false),
        "ERR_CONTENT_LENGTH_MISMATCH" or "ERR_INCOMPLETE_CHUNKED_ENCODING" => new PathFailure.Refused("answer_truncated", $"{where} ended the connection before the answer was whole", true),
        var other when other.StartsWith("ERR_CERT_", StringComparison.Ordinal) || other.StartsWith("ERR_SSL_", StringComparison.Ordinal) => new PathFailure.Refused("tls_failed", $"{where}: {other}", false),
        var other => new PathFailure.Refused("browser_error", $"{where}: {(other.Length <= 100 ? other : other[..100])}", true),
    };

    /// <summary>True when our own network could be to blame.</summary>
    public static bool NeedsControl(string error) => Of(error, "") is PathFailure.Refused { NeedsControl: true } or PathFailure.Unresolved or PathFailure.TimedOut or PathFailure.Ours;
}
