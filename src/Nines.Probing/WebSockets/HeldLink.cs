using Nines.Probing.Paths;

namespace Nines.Probing.WebSockets;

/// <summary>What a connection of a stream is made with.</summary>
/// <param name="Subscribe">Messages to send once connected.</param>
/// <param name="Ping">Time between our pings; none when zero.</param>
/// <param name="PongWithin">How long one may stay unanswered.</param>
/// <param name="MaxMessage">Bytes of a message that are kept.</param>
internal sealed record LinkOptions(
    Uri Url, IReadOnlyList<string> Subscribe, IReadOnlyDictionary<string, string> Headers, IReadOnlyList<string> Subprotocols,
    TimeSpan Ping, TimeSpan PongWithin, int MaxRate, int MaxMessage);

/// <summary>Holds a stream open: whenever its connection ends, it gets another one, ever more slowly. Says when it broke and when it was back.</summary>
/// <param name="oursToBlame">True when a failure could be our own path's.</param>
internal sealed class HeldLink(
    LinkOptions options, NetworkPath path, TlsRequest tls, ProbeEnvironment environment, StreamSink sink, Func<PathFailure, bool> oursToBlame) : IAsyncDisposable
{
    private static readonly TimeSpan FirstRest = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim connecting = new(1); // one attempt at a time; guards link
    private readonly CancellationTokenSource stopping = new();
    private volatile WebSocketLink? link;
    private volatile Action<TripwireEvent>? report;
    private Task watching = Task.CompletedTask;

    public void HoldTripwire(Action<TripwireEvent> broke) => report = broke;

    /// <summary>Makes sure that a connection stands. The first success starts the watch over it.</summary>
    /// <returns>Why none could be had; null when one stands.</returns>
    public async Task<PathFailure?> ConnectAsync(CancellationToken limit)
    {
        if (link is { Stands: true }) return null;
        try
        {
            await connecting.WaitAsync(limit).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            sink.Deaf(); // the attempt that we waited for hangs
            return new PathFailure.TimedOut(Phases.Connect);
        }
        try
        {
            if (link is { Stands: true }) return null;
            if (link is { } ended) await ended.DisposeAsync().ConfigureAwait(false);
            (link, var failure) = await WebSocketLink.OpenAsync(options, path, tls, environment, sink, limit).ConfigureAwait(false);
            if (failure is not null && oursToBlame(failure)) sink.Deaf();
            if (link is { } first && watching.IsCompleted && !stopping.IsCancellationRequested) watching = Task.Run(() => WatchAsync(first, stopping.Token));
            return failure;
        }
        finally
        {
            connecting.Release();
        }
    }

    /// <summary>Ends the connection for another one, of our own accord: nothing broke. What cannot be had in time the watch goes on trying for.</summary>
    public async Task RenewAsync(CancellationToken limit)
    {
        try
        {
            await connecting.WaitAsync(limit).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return; // an attempt is under way already, and hangs
        }
        try
        {
            if (link is { } current) await current.RetireAsync().ConfigureAwait(false);
        }
        finally
        {
            connecting.Release();
        }
        await ConnectAsync(limit).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await watching.ConfigureAwait(false);
        if (link is { } last) await last.DisposeAsync().ConfigureAwait(false);
        connecting.Dispose();
        stopping.Dispose();
    }

    /// <summary>Waits for the end of each connection and gets the next one. Looks do not wait for it.</summary>
    private async Task WatchAsync(WebSocketLink current, CancellationToken stop)
    {
        try
        {
            for (var rest = FirstRest; ;)
            {
                var since = environment.Time.GetTimestamp();
                await current.Ended.WaitAsync(stop).ConfigureAwait(false);
                var broke = !current.Retired;
                if (broke) report?.Invoke(new TripwireEvent(environment.Now(), Broke: true));
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
                if (broke) report?.Invoke(new TripwireEvent(environment.Now(), Broke: false));
                current = next;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Disposed: the only way out.
        }
    }
}
