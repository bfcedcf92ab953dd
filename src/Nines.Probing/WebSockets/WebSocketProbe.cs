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
    private static readonly TimeSpan FirstRest = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(5);

    private readonly WebSocketOptions options;
    private readonly NetworkPath path;
    private readonly ProbeEnvironment environment;
    private readonly Duration timeout;
    private readonly Readout readout;
    private readonly Redaction redaction;
    private readonly TlsRequest tls;
    private readonly MessageLog log;
    private readonly SemaphoreSlim connecting = new(1); // one attempt at a time; guards link
    private readonly CancellationTokenSource stopping = new();
    private volatile WebSocketLink? link;
    private Action<TripwireEvent>? report;
    private Task watching = Task.CompletedTask;

    public WebSocketProbe(ProbeDefinition definition, WebSocketOptions options, NetworkPath path, ProbeEnvironment environment)
    {
        (this.options, this.path, this.environment, timeout) = (options, path, environment, definition.Timeout);
        readout = new Readout(definition.Signals, new WebSocketProbeType().Signals);
        redaction = Redaction.For(options.Url, options.Headers.Values.Concat(options.Subscribe));
        tls = new TlsRequest { Roots = TlsRequest.RootsFrom(options.CaFile) };
        log = new MessageLog(readout.HasTests);
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        var started = environment.Time.GetTimestamp();
        if (await ConnectAsync(limit).ConfigureAwait(false) is { } failure) return failure.ToSight(timeout, redaction);

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

    public override void HoldTripwire(Action<TripwireEvent> broke) => report = broke;

    public override async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await watching.ConfigureAwait(false);
        if (link is { } last) await last.DisposeAsync().ConfigureAwait(false);
        connecting.Dispose();
        stopping.Dispose();
    }

    /// <summary>Makes sure that a connection stands. The first success starts the watch over it.</summary>
    private async Task<PathFailure?> ConnectAsync(CancellationToken limit)
    {
        if (link is { Stands: true }) return null;
        try
        {
            await connecting.WaitAsync(limit).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            log.Deaf(); // the attempt that we waited for hangs
            return new PathFailure.TimedOut(Phases.Connect);
        }
        try
        {
            if (link is { Stands: true }) return null;
            if (link is { } ended) await ended.DisposeAsync().ConfigureAwait(false);
            (link, var failure) = await WebSocketLink.OpenAsync(options, path, tls, environment, log, limit).ConfigureAwait(false);
            if (failure?.ToSight(timeout, redaction).NeedsControl == true) log.Deaf();
            if (link is { } first && watching.IsCompleted && !stopping.IsCancellationRequested) watching = Task.Run(() => WatchAsync(first, stopping.Token));
            return failure;
        }
        finally
        {
            connecting.Release();
        }
    }

    /// <summary>Waits for the end of each connection and gets the next one, ever more slowly. Looks do not wait for it.</summary>
    private async Task WatchAsync(WebSocketLink current, CancellationToken stop)
    {
        try
        {
            for (var rest = FirstRest; ;)
            {
                var since = environment.Time.GetTimestamp();
                await current.Ended.WaitAsync(stop).ConfigureAwait(false);
                report?.Invoke(new TripwireEvent(environment.Now(), Broke: true));
                if (environment.Time.GetElapsedTime(since) > LongestRest) rest = FirstRest;
                while (true)
                {
                    await Task.Delay(rest, environment.Time, stop).ConfigureAwait(false);
                    rest = rest * 2 < LongestRest ? rest * 2 : LongestRest;
                    using var attempt = new CancellationTokenSource(AttemptLimit, environment.Time);
                    using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, attempt.Token);
                    if (await ConnectAsync(limit.Token).ConfigureAwait(false) is null) break;
                }
                if (link is not { } next) continue;
                report?.Invoke(new TripwireEvent(environment.Now(), Broke: false));
                current = next;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Disposed: the only way out.
        }
    }
}
