using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NodaTime;

namespace Nines.Probing.Paths;

/// <summary>What can be wrong with a certificate. In the order in which they are told when several are.</summary>
public enum CertificateFault
{
    Expired,
    NotYetValid,
    /// <summary>It is for other names than the one that was asked for.</summary>
    WrongName,
    /// <summary>It vouches for itself.</summary>
    SelfSigned,
    /// <summary>The target did not send the certificate that issued its own, as it must (RFC 8446, section 4.4.2).</summary>
    IncompleteChain,
    /// <summary>The chain ends at a root that is not among the trusted ones.</summary>
    UntrustedRoot,
    /// <summary>Anything else that X.509 forbids: a wrong use, a broken signature, a violated constraint.</summary>
    Invalid,
}

/// <summary>What a handshake's certificate and its chain amount to.</summary>
public sealed class CertificateJudgement
{
    /// <summary>Names come from the target, and go into messages.</summary>
    private const int LongestName = 200;

    private readonly HostPort target;
    private readonly X509Certificate2 leaf;
    private readonly X509ChainStatusFlags status;
    private readonly X509Certificate2 outOfTime;

    /// <param name="target">Who showed it, for messages.</param>
    /// <param name="leaf">The target's own certificate.</param>
    /// <param name="chain">As it was built from what the target sent and what is trusted.</param>
    /// <param name="errors">What validation found.</param>
    /// <param name="now">The instant of validation.</param>
    internal CertificateJudgement(HostPort target, X509Certificate2 leaf, X509Chain chain, SslPolicyErrors errors, Instant now)
    {
        (this.target, this.leaf) = (target, leaf);
        status = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        Chain = [.. chain.ChainElements.Select(element => element.Certificate)];
        outOfTime = Chain.FirstOrDefault(one => now < Start(one) || now > End(one)) ?? leaf;
        NameMatches = !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch);
        ChainComplete = !status.HasFlag(X509ChainStatusFlags.PartialChain);
        Faults = [.. FaultsAt(now)];
    }

    /// <summary>The target's own first, then its issuer, as far as the chain could be built. They live as long as the validation runs.</summary>
    public IReadOnlyList<X509Certificate2> Chain { get; }

    public bool NameMatches { get; }

    /// <summary>Every issuer up to a root was sent or is known.</summary>
    public bool ChainComplete { get; }

    /// <summary>The most telling first; empty when all is well.</summary>
    public IReadOnlyList<CertificateFault> Faults { get; }

    /// <summary>The refusal that a fault amounts to. The codes are stable.</summary>
    internal PathFailure.Refused Refusal(CertificateFault fault) => fault switch
    {
        CertificateFault.Expired => Refused("tls_expired", $"{Whose()} expired at {End(outOfTime)}"),
        CertificateFault.NotYetValid => Refused("tls_not_yet_valid", $"{Whose()} is valid only from {Start(outOfTime)}"),
        CertificateFault.WrongName => Refused("tls_wrong_name", $"the certificate of {target} is for other names: {Names()}"),
        CertificateFault.SelfSigned => Refused("tls_self_signed", $"the certificate of {target} is signed by itself"),
        CertificateFault.IncompleteChain => Refused("tls_incomplete_chain", $"{target} did not send the certificate of {Short(Top.Issuer)}, which issued {(Chain.Count > 1 ? Short(Top.Subject) : "its own")}: its chain is incomplete"),
        CertificateFault.UntrustedRoot => Refused("tls_untrusted", $"the certificate of {target} is not trusted: {Short(Top.Issuer)} is not among the trusted roots{(ChainComplete ? "" : ", and was not sent")}"),
        CertificateFault.Invalid => Refused("tls_untrusted", $"the certificate of {target} is not valid: {status}"),
    };

    private X509Certificate2 Top => Chain.Count > 0 ? Chain[^1] : leaf;

    private IEnumerable<CertificateFault> FaultsAt(Instant now)
    {
        if (status.HasFlag(X509ChainStatusFlags.NotTimeValid)) yield return now < Start(outOfTime) ? CertificateFault.NotYetValid : CertificateFault.Expired;
        if (!NameMatches) yield return CertificateFault.WrongName;
        if (status.HasFlag(X509ChainStatusFlags.UntrustedRoot)) yield return Chain.Count == 1 ? CertificateFault.SelfSigned : CertificateFault.UntrustedRoot;
        else if (!ChainComplete) yield return IssuerIsMissing() ? CertificateFault.IncompleteChain : CertificateFault.UntrustedRoot;
        const X509ChainStatusFlags told = X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain
            | X509ChainStatusFlags.RevocationStatusUnknown | X509ChainStatusFlags.OfflineRevocation;
        if ((status & ~told) != X509ChainStatusFlags.NoError) yield return CertificateFault.Invalid;
    }

    /// <summary>
    /// An issuer that is neither sent nor known is a missing intermediate or a strange root; nobody can be sure without having it.
    /// A root signs with its own name as its issuer's, which the authority key identifier may show (RFC 5280, section 4.2.1.1); and
    /// who publishes an issuer's certificate for fetching (authority information access, section 4.2.2.1) does so for those who lack it.
    /// </summary>
    private bool IssuerIsMissing() => Decoded(() =>
    {
        if (Top.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.NamedIssuer is { } issuerOfIssuer)
            return !issuerOfIssuer.RawData.AsSpan().SequenceEqual(Top.IssuerName.RawData);
        // Public intermediates say where their root can be fetched too: of those it proves nothing.
        return Chain.Count <= 1 && Top.Extensions.OfType<X509AuthorityInformationAccessExtension>().Any(access => access.EnumerateCAIssuersUris().Any());
    }, false);

    /// <summary>What stands in an extension. The target made it: one that cannot be decoded says nothing.</summary>
    private static T Decoded<T>(Func<T> read, T otherwise)
    {
        try
        {
            return read();
        }
        catch (CryptographicException)
        {
            return otherwise;
        }
    }

    private string Whose() => outOfTime.Equals(leaf) ? $"the certificate of {target}" : $"the certificate of {Short(outOfTime.Subject)} in the chain of {target}";

    private string Names()
    {
        var names = Decoded(() => leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(given => given.EnumerateDnsNames().Concat(given.EnumerateIPAddresses().Select(address => address.ToString()))).Take(5).ToList(), []);
        return names.Count > 0 ? Short(string.Join(", ", names)) : leaf.Subject.Length > 0 ? Short(leaf.Subject) : "none";
    }

    private static string Short(string name) => name.Length <= LongestName ? name : $"{name[..LongestName]}…";

    internal static Instant Start(X509Certificate2 certificate) => Instant.FromDateTimeUtc(certificate.NotBefore.ToUniversalTime());
    internal static Instant End(X509Certificate2 certificate) => Instant.FromDateTimeUtc(certificate.NotAfter.ToUniversalTime());

    // The target did answer, and its answer is what is wrong: no path of ours could do that to a certificate unnoticed.
    private static PathFailure.Refused Refused(string code, string message) => new(code, message, false);
}
