using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using NodaTime;

namespace Nines.Probing.Paths;

/// <summary>One TLS handshake with normal validation, whose failure says what was wrong with the certificate.</summary>
internal sealed class TlsHandshake(TlsRequest request, HostPort target)
{
    private PathFailure? problem;

    public Instant? CertificateExpires { get; private set; }

    /// <returns>The secured stream, or null and why not. The inner stream is left to the caller then.</returns>
    public async Task<(SslStream? Stream, PathFailure? Failure)> RunAsync(Stream inner, CancellationToken limit)
    {
        var stream = new SslStream(inner, leaveInnerStreamOpen: false, Validate);
        try
        {
            await stream.AuthenticateAsClientAsync(Options(), limit).ConfigureAwait(false);
            return (stream, null);
        }
        catch (OperationCanceledException)
        {
            return (null, new PathFailure.TimedOut(Phases.Tls));
        }
        catch (Exception e) when (e is AuthenticationException or IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            return (null, problem ?? Classify(e));
        }
    }

    private SslClientAuthenticationOptions Options() => new()
    {
        TargetHost = request.ServerName ?? target.Host,
        ApplicationProtocols = request.Protocols.Count > 0 ? [.. request.Protocols] : null,
        CertificateChainPolicy = ChainPolicy(),
    };

    private X509ChainPolicy ChainPolicy()
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            // A missing intermediate is the target's defect (many clients fail on it), and fetching it is not part of the look.
            DisableCertificateDownloads = true,
        };
        if (request.Roots is { } roots)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(roots);
        }
        return policy;
    }

    private bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is X509Certificate2 leaf) CertificateExpires = Instant.FromDateTimeUtc(leaf.NotAfter.ToUniversalTime());
        if (errors == SslPolicyErrors.None) return true;
        problem = Explain(certificate as X509Certificate2, chain, errors);
        return false;
    }

    private PathFailure.Refused Explain(X509Certificate2? leaf, X509Chain? chain, SslPolicyErrors errors)
    {
        var status = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        if (status.HasFlag(X509ChainStatusFlags.NotTimeValid))
            return new PathFailure.Refused("tls_expired", $"the certificate of {target} is outside its validity{Validity(leaf)}", false);
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return new PathFailure.Refused("tls_wrong_name", $"the certificate of {target} is for another name", false);
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) || leaf is null)
            return new PathFailure.Refused("tls_handshake", $"{target} showed no certificate", true);
        var why = status.HasFlag(X509ChainStatusFlags.PartialChain) ? "its chain is incomplete or its root unknown" : $"{status}";
        return new PathFailure.Refused("tls_untrusted", $"the certificate of {target} is not trusted: {why}", false);
    }

    private static string Validity(X509Certificate2? leaf) =>
        leaf is null ? "" : $" ({Instant.FromDateTimeUtc(leaf.NotBefore.ToUniversalTime())} to {Instant.FromDateTimeUtc(leaf.NotAfter.ToUniversalTime())})";

    private PathFailure Classify(Exception exception)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
            if (inner is SocketException socket)
                return PathFailure.Of(socket.SocketErrorCode, target.ToString(), Phases.Tls);
        return new PathFailure.Refused("tls_handshake", $"the TLS handshake with {target} failed", true);
    }
}
