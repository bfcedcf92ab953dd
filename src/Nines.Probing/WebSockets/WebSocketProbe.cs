using System.Text;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.WebSockets;

/// <summary>
/// Holds a stream open and reports its silence. A connection that ended and can be had again is no failure (venues disconnect
/// on purpose); one that cannot is refused or timed out, as the look's own attempt found it.
/// </summary>
public sealed class WebSocketProbe : Probe
{
    private readonly ProbeEnvironment environment;
    private readonly Duration timeout;
    private readonly Readout readout;
    private readonly Redaction redaction;
    private readonly MessageLog log;
    private readonly HeldLink link;

    public WebSocketProbe(ProbeDefinition definition, WebSocketOptions options, NetworkPath path, ProbeEnvironment environment)
    {
        (this.environment, timeout) = (environment, definition.Timeout);
        readout = new Readout(definition.Signals, new WebSocketProbeType().Signals);
        redaction = Redaction.For(options.Url, options.Headers.Values.Concat(options.Subscribe));
        log = new MessageLog(readout.HasTests, options.Only is { } only ? Encoding.UTF8.GetBytes(only) : null);
        var ping = options.Ping.ToTimeSpan();
        var with = new LinkOptions(options.Url, options.Subscribe, options.Headers, options.Subprotocols, ping, ping, options.MaxRate, environment.MaxAnswerBytes);
        var tls = new TlsRequest { Roots = TlsRequest.RootsFrom(options.CaFile) };
        link = new HeldLink(with, path, tls, environment, log, failure => failure.ToSight(timeout, redaction).NeedsControl);
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        var started = environment.Time.GetTimestamp();
        if (await link.ConnectAsync(limit).ConfigureAwait(false) is { } failure) return failure.ToSight(timeout, redaction);

        var seen = log.Take();
        var silence = seen.Since is { } since ? Duration.Max(Duration.Zero, environment.Now() - since) : Duration.Zero;
        SignalValue[] plain =
        [
            SignalValue.Of(true),
            SignalValue.Of(silence.TotalSeconds),
            SignalValue.Of((double)seen.Count),
            seen.LastBytes is { } bytes ? SignalValue.Of((double)bytes) : SignalValue.Missing,
        ];
        var answer = seen.LastBytes is null || !readout.HasTests ? null : new Answer(AnswerText.Decode(seen.Last)) { Cut = seen.Cut };
        var roundTrip = Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));
        return new Sight(new Outcome.Answered(roundTrip), readout.Read(plain, answer));
    }

    public override void HoldTripwire(Action<TripwireEvent> broke) => link.HoldTripwire(broke);

    public override ValueTask DisposeAsync() => link.DisposeAsync();
}
