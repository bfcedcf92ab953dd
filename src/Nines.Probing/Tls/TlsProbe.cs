using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.Tls;

/// <summary>Connects, makes the handshake, judges the certificate, asks for its revocation when told to, and hangs up.</summary>
public sealed class TlsProbe : Probe
{
    private readonly ProbeDefinition definition;
    private readonly TlsOptions options;
    private readonly NetworkPath path;
    private readonly ProbeEnvironment environment;
    private readonly HostPort target;
    private readonly Readout readout;
    private readonly Redaction redaction = Redaction.ByShape;
    private readonly TlsRequest request;
    private readonly RevocationCheck? revocation;

    // One look at a time: these are the running look's.
    private Presented? presented;
    private bool clientCertificateAsked;

    public TlsProbe(ProbeDefinition definition, TlsOptions options, NetworkPath path, ProbeEnvironment environment)
    {
        (this.definition, this.options, this.path, this.environment) = (definition, options, path, environment);
        target = HostPort.Parse(options.Target);
        readout = new Readout(definition.Signals, new TlsProbeType().Signals);
        revocation = options.Revocation == RevocationSource.Off ? null : new RevocationCheck(options, path, environment);
        request = new TlsRequest
        {
            ServerName = options.ServerName,
            Roots = TlsRequest.RootsFrom(options.CaFile),
            ClientCertificate = ClientIdentity.From(options.ClientCert, options.ClientKey),
            ClientCertificateAsked = () => clientCertificateAsked = true,
            Tolerated = [.. Tolerated(options)],
            Judge = judgement => presented = Presented.Of(judgement),
        };
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        (presented, clientCertificateAsked) = (null, options.ClientCert is not null);
        var started = environment.Time.GetTimestamp();
        var result = await path.OpenAsync(target, request, limit).ConfigureAwait(false);
        using var shown = presented;
        if (result is PathResult.Failed failed) return failed.Failure.ToSight(definition.Timeout, redaction);
        var connection = ((PathResult.Open)result).Connection;
        await using (connection.ConfigureAwait(false))
        {
            var roundTrip = Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));
            if (shown is null) throw new InvalidOperationException("A handshake that succeeded has been judged.");
            if (clientCertificateAsked && await RefusalAsync(connection, limit).ConfigureAwait(false) is { } refusal)
                return refusal.ToSight(definition.Timeout, redaction);
            var (revoked, wrong) = await RevokedAsync(shown, limit).ConfigureAwait(false);
            return wrong?.ToSight(definition.Timeout, redaction)
                ?? new Sight(new Outcome.Answered(roundTrip), readout.Read(Values(connection, shown, revoked, roundTrip), null));
        }
    }

    private static IEnumerable<CertificateFault> Tolerated(TlsOptions options)
    {
        if (options.Expiry == Severity.Advisory) foreach (var fault in new[] { CertificateFault.Expired, CertificateFault.NotYetValid }) yield return fault;
        if (options.Names == Severity.Advisory) yield return CertificateFault.WrongName;
        if (options.Trust == Severity.Advisory)
            foreach (var fault in new[] { CertificateFault.SelfSigned, CertificateFault.IncompleteChain, CertificateFault.UntrustedRoot, CertificateFault.Invalid }) yield return fault;
    }

    /// <summary>
    /// With TLS 1.3 the target refuses a client certificate, or its absence, only after our side of the handshake is done (RFC 8446,
    /// section 4.4.2.4): its alert is a round trip away. One that says nothing in two has taken it.
    /// </summary>
    private async Task<PathFailure?> RefusalAsync(Connection connection, CancellationToken limit)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(limit);
        using var expired = new CancellationTokenSource((connection.Timings.Tls ?? Duration.Zero).ToTimeSpan() * 2 + TimeSpan.FromMilliseconds(100), environment.Time);
        using var link = expired.Token.Register(patience.Cancel);
        try
        {
            await connection.Stream.ReadAsync(new byte[1], patience.Token).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException)
        {
            return limit.IsCancellationRequested ? new PathFailure.TimedOut(Phases.Tls) : null;
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException)
        {
            // Hanging up on who says nothing is a target's right; refusing a certificate it says.
            return TlsAlert.Explain(e, target.ToString());
        }
    }

    private async Task<(bool? Revoked, PathFailure? Wrong)> RevokedAsync(Presented shown, CancellationToken limit)
    {
        if (revocation is null) return (null, null);
        switch (await revocation.AskAsync(shown, definition.Timeout, limit).ConfigureAwait(false))
        {
            case Revocation.Good:
                return (false, null);
            case Revocation.Revoked revoked:
                return (true, new PathFailure.Refused("tls_revoked", $"the certificate of {target} (serial {shown.Serial}) was revoked at {revoked.At}", false));
            case Revocation.Unknown unknown:
                return (null, options.RevocationRequired ? new PathFailure.Refused("tls_revocation_unknown", $"nobody can say whether the certificate of {target} was revoked: {unknown.Why}", true) : null);
            default:
                throw new InvalidOperationException("Revocation is a closed hierarchy.");
        }
    }

    private SignalValue[] Values(Connection connection, Presented shown, bool? revoked, Duration roundTrip)
    {
        var left = shown.Expires - environment.Now();
        var (type, bits) = shown.Key;
        var session = (SslStream)connection.Stream;
        return
        [
            SignalValue.Of(roundTrip.TotalSeconds),
            SignalValue.Of(connection.Timings.Dns),
            SignalValue.Of(connection.Timings.Connect),
            SignalValue.Of(connection.Timings.Tls),
            SignalValue.Of(left.TotalSeconds),
            SignalValue.Of(left < options.ExpiryWarn),
            SignalValue.Of((double)shown.ChainLength),
            SignalValue.Of(shown.ChainComplete),
            SignalValue.Of(shown.NameMatches),
            SignalValue.Of(shown.Trusted),
            revoked is { } known ? SignalValue.Of(known) : SignalValue.Missing,
            SignalValue.Of(session.SslProtocol switch { SslProtocols.Tls13 => "TLS 1.3", SslProtocols.Tls12 => "TLS 1.2", var other => other.ToString() }),
            SignalValue.Of(session.NegotiatedCipherSuite.ToString()),
            SignalValue.Of(shown.Leaf.Issuer),
            SignalValue.Of(shown.Serial),
            SignalValue.Of(shown.Fingerprint),
            SignalValue.Of(type),
            bits is { } length ? SignalValue.Of((double)length) : SignalValue.Missing,
        ];
    }
}
