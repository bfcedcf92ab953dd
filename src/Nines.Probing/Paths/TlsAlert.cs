using System.Security.Cryptography;

namespace Nines.Probing.Paths;

/// <summary>
/// What the other side, or our own library, says when it breaks TLS off (alerts: RFC 8446, section 6.2). The framework gives no
/// code for it, only OpenSSL's stable reason text inside the exception.
/// </summary>
internal static class TlsAlert
{
    /// <summary>The code for what is neither the certificate's nor the version's fault.</summary>
    public const string Handshake = "tls_handshake";

    private static readonly string[] TooOld = ["alert protocol version", "unsupported protocol", "no protocols available", "version too low", "inappropriate fallback"];

    private static readonly string[] OfClientCertificates =
        ["alert certificate required", "alert bad certificate", "alert unsupported certificate", "alert certificate revoked", "alert certificate expired", "alert certificate unknown", "alert unknown ca", "alert access denied"];

    private static readonly string[] NotTls = ["wrong version number", "http request", "https proxy request", "packet length too long"];

    public static PathFailure.Refused TooOldFor(string where) => new("tls_protocol", $"{where} speaks no version of TLS that is still safe (1.2 or newer)", false);

    /// <returns>Null when the exception is not from TLS.</returns>
    public static PathFailure.Refused? Explain(Exception exception, string where)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is not CryptographicException) continue;
            var reason = inner.Message;
            if (Says(TooOld)) return TooOldFor(where);
            if (Says(OfClientCertificates)) return new PathFailure.Refused("tls_client_refused", $"{where} wants a client certificate, and not the one it got or did not get", false);
            if (Says(NotTls)) return new PathFailure.Refused(Handshake, $"what {where} answers is not TLS", true);
            if (Says("alert no application protocol")) return new PathFailure.Refused("http_version", $"{where} does not speak the protocol that was asked for (ALPN)", false);
            return Says("alert") ? new PathFailure.Refused(Handshake, $"{where} refused the TLS handshake", true) : null;

            bool Says(params ReadOnlySpan<string> reasons)
            {
                foreach (var one in reasons)
                    if (reason.Contains(one, StringComparison.Ordinal)) return true;
                return false;
            }
        }
        return null;
    }
}
