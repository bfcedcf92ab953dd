using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Paths;

namespace Nines.Probing.Tls;

/// <summary>A TLS handshake and the certificate that comes with it, judged in detail.</summary>
public sealed class TlsProbeType : ProbeType
{
    public override string Key => "tls";
    public override string About => "Makes a TLS handshake and judges the certificate: validity, names, chain, revocation.";
    public override Type OptionsType => typeof(TlsOptions);

    /// <summary>In the order of <see cref="TlsProbe"/>'s values.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "From the first step to the end of the handshake."),
        new("dns_time", SignalUnit.Seconds, "Name resolution; missing for an address."),
        new("connect_time", SignalUnit.Seconds, "TCP handshake."),
        new("tls_time", SignalUnit.Seconds, "TLS handshake."),
        new("cert_expires_in", SignalUnit.Seconds, "Time until the certificate expires; negative after."),
        new("expires_soon", SignalUnit.Flag, "The certificate expires within expiry_warn."),
        new("chain_length", SignalUnit.None, "Certificates from the target's own to the last one that is known, the root included."),
        new("chain_complete", SignalUnit.Flag, "Every issuer up to a root was sent or is known."),
        new("name_matches", SignalUnit.Flag, "The certificate is for the name that was asked for."),
        new("trusted", SignalUnit.Flag, "The chain ends at a root that is trusted, and is valid."),
        new("revoked", SignalUnit.Flag, "The certificate was revoked; missing when not looked for or not known."),
        new("protocol", SignalUnit.Text, "Version that was agreed on: \"TLS 1.3\" or \"TLS 1.2\"."),
        new("cipher", SignalUnit.Text, "Cipher suite that was agreed on, by its IANA name."),
        new("issuer", SignalUnit.Text, "Who issued the certificate, as a distinguished name."),
        new("serial", SignalUnit.Text, "Serial number, lower-case hexadecimal."),
        new("fingerprint", SignalUnit.Text, "SHA-256 of the certificate, 64 lower-case hexadecimal digits: another one is another certificate."),
        new("key_type", SignalUnit.Text, "\"RSA\", \"ECDSA\", or the key's object identifier."),
        new("key_bits", SignalUnit.None, "Length of the certificate's key; missing for key types without one."),
    ];

    public override ImmutableArray<string> DefaultConditions(object options) => [];

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var tls = (TlsOptions)options;
        if (!HostPort.TryParse(tls.Target, out _)) yield return new OptionMistake("target", $"'{tls.Target}' is not host:port. Try example.org:443.");
        if (tls.ServerName is { } name && Uri.CheckHostName(name) == UriHostNameType.Unknown) yield return new OptionMistake("server_name", $"'{name}' is not a host's name. Try www.example.org.");
        foreach (var mistake in TlsRequest.MistakesIn(tls.CaFile)) yield return mistake;
        foreach (var mistake in ClientIdentity.MistakesIn(tls.ClientCert, tls.ClientKey)) yield return mistake;
        if (tls.RevocationRequired && tls.Revocation == RevocationSource.Off)
            yield return new OptionMistake("revocation_required", "needs to know where to look. Add revocation: ocsp, or crl.");
    }

    public override string? Provider(object options) => HostPort.TryParse(((TlsOptions)options).Target, out var target) ? target.ToString() : null;

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new TlsProbe(definition, (TlsOptions)definition.Options, path, environment);
}
