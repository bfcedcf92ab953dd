using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net.Sockets;
using System.Text;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.Tcp;

public sealed record TcpOptions
{
    [MainOption, Required, Description("Where to connect to: host:port, or [v6 address]:port.")]
    public required string Target { get; init; }

    [Description("Secure the connection with TLS and check the certificate.")]
    public bool Tls { get; init; }

    [Description("Name that the certificate must be for, when it is not the host's.")]
    public string? ServerName { get; init; }

    [FilePath, Description("PEM file with the root certificates to trust instead of the system's; beside the config unless the path is absolute.")]
    public string? CaFile { get; init; }

    [Secret, Description("Text to send once connected, as UTF-8; \\r\\n inside double quotes is a line end.")]
    public string? Send { get; init; }

    [Description("Text that must come back; the look ends with it. Without send, it is a greeting.")]
    public string? Expect { get; init; }

    [Description("Hold an idle connection whose break makes Nines look at once.")]
    public bool Hold { get; init; } = true;
}

/// <summary>A TCP port, plain or with TLS.</summary>
public sealed class TcpProbeType : ProbeType
{
    public override string Key => "tcp";
    public override string About => "Connects to a TCP port, with TLS if asked, and can send a text and expect one back.";
    public override Type OptionsType => typeof(TcpOptions);

    /// <summary>In the order of <see cref="TcpProbe"/>'s values; those with arguments at the end.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "From the first step to the last: connected, secured, expected text received."),
        new("dns_time", SignalUnit.Seconds, "Name resolution; missing for an address."),
        new("connect_time", SignalUnit.Seconds, "TCP handshake."),
        new("tls_time", SignalUnit.Seconds, "TLS handshake; missing without TLS."),
        new("cert_expires_in", SignalUnit.Seconds, "Time until the certificate expires; missing without TLS."),
        new("answer", SignalUnit.Flag, "answer contains \"x\", answer matches \"regex\": what came back until the expected text or the end.") { TakesArgument = true },
    ];

    public override ImmutableArray<string> DefaultConditions(object options) => [];

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var tcp = (TcpOptions)options;
        if (!HostPort.TryParse(tcp.Target, out _)) yield return new OptionMistake("tcp", $"'{tcp.Target}' is not host:port. Try example.org:443.");
        if (tcp.Expect is "") yield return new OptionMistake("expect", "is empty: leave it out, or give the text that must come back.");
        if (tcp.ServerName is not null && !tcp.Tls) yield return new OptionMistake("server_name", "is for TLS only. Add tls: true.");
        foreach (var mistake in TlsRequest.MistakesIn(tcp.CaFile)) yield return mistake;
    }

    public override string? MistakeIn(SignalRef signal) => Readout.MistakeIn(signal);

    public override string? Provider(object options) => HostPort.TryParse(((TcpOptions)options).Target, out var target) ? target.ToString() : null;

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new TcpProbe(definition, (TcpOptions)definition.Options, path, environment);
}

/// <summary>Connects, secures, sends, expects, and hangs up.</summary>
public sealed class TcpProbe(ProbeDefinition definition, TcpOptions options, NetworkPath path, ProbeEnvironment environment) : Probe
{
    private readonly HostPort target = HostPort.Parse(options.Target);
    private readonly Readout readout = new(definition.Signals, new TcpProbeType().Signals);
    private readonly Redaction redaction = new(options.Send is { } send ? [send] : []);
    private readonly TlsRequest? tls = options.Tls ? new TlsRequest { ServerName = options.ServerName, Roots = TlsRequest.RootsFrom(options.CaFile) } : null;
    private readonly byte[]? expected = options.Expect is { } expect ? Encoding.UTF8.GetBytes(expect) : null;
    private Tripwire? tripwire;

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        var started = environment.Time.GetTimestamp();
        var result = await path.OpenAsync(target, tls, limit).ConfigureAwait(false);
        if (result is PathResult.Failed failed) return failed.Failure.ToSight(definition.Timeout, redaction);
        var connection = ((PathResult.Open)result).Connection;
        await using (connection.ConfigureAwait(false))
        {
            var (answer, failure) = await ConverseAsync(connection.Stream, limit).ConfigureAwait(false);
            if (failure is not null) return failure.ToSight(definition.Timeout, redaction);
            var roundTrip = Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));
            SignalValue[] plain =
            [
                SignalValue.Of(roundTrip.TotalSeconds),
                SignalValue.Of(connection.Timings.Dns),
                SignalValue.Of(connection.Timings.Connect),
                SignalValue.Of(connection.Timings.Tls),
                SignalValue.Of(connection.CertificateExpires is { } expires ? expires - environment.Now() : null),
            ];
            return new Sight(new Outcome.Answered(roundTrip), readout.Read(plain, answer));
        }
    }

    public override void HoldTripwire(Action<TripwireEvent> broke)
    {
        if (options.Hold) tripwire ??= new Tripwire(path, target, environment, broke);
    }

    public override async ValueTask DisposeAsync()
    {
        if (tripwire is not null) await tripwire.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<(Answer? Answer, PathFailure? Failure)> ConverseAsync(Stream stream, CancellationToken limit)
    {
        try
        {
            if (options.Send is { } send) await stream.WriteAsync(Encoding.UTF8.GetBytes(send), limit).ConfigureAwait(false);
            if (expected is null && !readout.HasTests) return (null, null);
            return await ListenAsync(stream, limit).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return (null, new PathFailure.TimedOut(Phases.Answer));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            return (null, PathFailure.Of(e, target.ToString(), Phases.Answer));
        }
    }

    /// <summary>Reads until the expected text; without one, until the first text has come (a greeting or an answer) or the target is done.</summary>
    private async Task<(Answer? Answer, PathFailure? Failure)> ListenAsync(Stream stream, CancellationToken limit)
    {
        var buffer = new byte[Math.Min(4096, environment.MaxAnswerBytes)];
        var length = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), limit).ConfigureAwait(false);
            // The text may have begun in an earlier read, by all but its last byte.
            var from = Math.Max(0, length - (expected?.Length ?? 0) + 1);
            length += read;
            var found = expected is not null && buffer.AsSpan(from..length).IndexOf(expected) >= 0;
            if (found || (expected is null && (read == 0 || length > 0))) return (new Answer(AnswerText.Decode(buffer.AsSpan(0, length))), null);
            if (read == 0) return (null, new PathFailure.Refused("unexpected_answer", $"{target} ended the connection without the expected text", false));
            if (length >= environment.MaxAnswerBytes)
                return (null, new PathFailure.Refused("unexpected_answer", $"the expected text was not among the first {length} bytes of {target}", false));
            if (length == buffer.Length) Array.Resize(ref buffer, (int)Math.Min(buffer.Length * 2L, environment.MaxAnswerBytes));
        }
    }
}
