using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using NodaTime;

namespace Nines.Probing.Paths;

/// <summary>One TLS handshake with normal validation, whose failure says what was wrong with the certificate.</summary>
internal sealed class TlsHandshake(TlsRequest request, HostPort target, TimeProvider time)
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
        ClientCertificateContext = request.ClientCertificate,
        LocalCertificateSelectionCallback = request is { ClientCertificate: null, ClientCertificateAsked: { } asked } ? (_, _, _, remote, _) => NoneToShow(remote, asked) : null,
    };

    /// <summary>Called before the handshake too, when the target's certificate is not there yet.</summary>
    private static X509Certificate NoneToShow(X509Certificate? remote, Action asked)
    {
        if (remote is not null) asked();
        return null!;
    }

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
        if (certificate is not X509Certificate2 leaf || chain is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            problem = new PathFailure.Refused(TlsAlert.Handshake, $"{target} showed no certificate", true);
            return false;
        }
        CertificateExpires = CertificateJudgement.End(leaf);
        if (errors == SslPolicyErrors.None && request.Judge is null) return true;
        var judgement = new CertificateJudgement(target, leaf, chain, errors, Instant.FromDateTimeOffset(time.GetUtcNow()));
        request.Judge?.Invoke(judgement);
        if (judgement.Faults.Where(fault => !request.Tolerated.Contains(fault)).Cast<CertificateFault?>().FirstOrDefault() is { } fault) problem = judgement.Refusal(fault);
        return problem is null;
    }

    private PathFailure Classify(Exception exception)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
            if (inner is SocketException socket)
                return PathFailure.Of(socket.SocketErrorCode, target.ToString(), Phases.Tls);
        return TlsAlert.Explain(exception, target.ToString())
            ?? new PathFailure.Refused(TlsAlert.Handshake, $"the TLS handshake with {target} failed", true);
    }
}
