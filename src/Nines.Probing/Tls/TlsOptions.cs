using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using NodaTime;

namespace Nines.Probing.Tls;

/// <summary>What follows from a fault.</summary>
public enum Severity
{
    /// <summary>The look is refused.</summary>
    Hard,
    /// <summary>A signal says it, and nothing follows unless a condition is put on that.</summary>
    Advisory,
}

public enum RevocationSource
{
    Off,
    /// <summary>Asks the responder that the certificate names (RFC 6960).</summary>
    Ocsp,
    /// <summary>Fetches the list that the certificate names (RFC 5280, section 5).</summary>
    Crl,
}

public sealed record TlsOptions
{
    [MainOption, Required, Description("Where to connect to: host:port, or [v6 address]:port.")]
    public required string Target { get; init; }

    [Description("Name that is asked for and that the certificate must be for, when it is not the host's.")]
    public string? ServerName { get; init; }

    [FilePath, Description("PEM file with the root certificates to trust instead of the system's; beside the config unless the path is absolute.")]
    public string? CaFile { get; init; }

    [Secret, Description("Client certificate to show when the target asks for one: PEM, with its issuers behind it.")]
    public string? ClientCert { get; init; }

    [Secret, Description("Private key of client_cert: PEM, not encrypted.")]
    public string? ClientKey { get; init; }

    [DurationRange("0s", "3650d"), Description("The signal expires_soon is true from so long before the end of the certificate. It changes no state by itself.")]
    public Duration ExpiryWarn { get; init; } = Duration.FromDays(14);

    [Description("What follows from an expired or not yet valid certificate: hard refuses, advisory only lowers cert_expires_in.")]
    public Severity Expiry { get; init; }

    [Description("What follows from a certificate for other names: hard refuses, advisory only sets name_matches.")]
    public Severity Names { get; init; }

    [Description("What follows from a chain that is self-signed, incomplete or untrusted: hard refuses, advisory only sets trusted and chain_complete.")]
    public Severity Trust { get; init; }

    [Description("Whether the certificate was revoked: off, ocsp (ask its responder) or crl (fetch its list). Revoked is refused.")]
    public RevocationSource Revocation { get; init; }

    [Description("Refuse when nobody can say whether the certificate was revoked. Without it, only the signal revoked is missing then.")]
    public bool RevocationRequired { get; init; }

    [DurationRange("1m", "7d", WhyNotShorter = "which would burden the issuer's servers"), Description("How long what the responder or the list said is believed before it is asked for again; never longer than it says itself.")]
    public Duration RevocationEvery { get; init; } = Duration.FromHours(1);
}
