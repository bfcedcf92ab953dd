using System.Net.Sockets;
using Nines.Core;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing;

/// <summary>
/// An idle open TCP connection whose break says at once that something happened (TRUTH 4): a hint that makes the scheduler
/// look, never a verdict. While broken it tries to connect again, and says when it could.
/// </summary>
/// <remarks>
/// A target that ends idle connections in an orderly way (FIN) and takes a new one at once has not broken anything: no event;
/// after the third such end in a row the connection is held less and less often, up to <see cref="LongestRest"/> apart.
/// </remarks>
public sealed class Tripwire : IAsyncDisposable
{
    /// <summary>Time between two attempts to connect while broken, in the first minute; 1 s in the first ten, 5 s after.</summary>
    public static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(250);

    public static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(5);

    /// <summary>What a target may send on an idle connection before we hang up: a greeting, not a stream.</summary>
    private const int MaxUnasked = 64 << 10;

    /// <summary>Where what a target sends unasked goes: nobody reads it, so all tripwires share it.</summary>
    private static readonly byte[] Unread = new byte[1024];

    /// <summary>Rest after a defect of ours.</summary>
    private static readonly TimeSpan AfterDefect = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(2);

    private readonly NetworkPath path;
    private readonly HostPort target;
    private readonly ProbeEnvironment environment;
    private readonly Action<TripwireEvent> report;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task running;

    private enum End { Orderly, Broken, TooTalkative }

    /// <param name="report">Called from a thread of the pool, one call at a time; must not block.</param>
    public Tripwire(NetworkPath path, HostPort target, ProbeEnvironment environment, Action<TripwireEvent> report)
    {
        (this.path, this.target, this.environment, this.report) = (path, target, environment, report);
        running = Task.Run(() => RunAsync(stopping.Token));
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await WatchAsync(stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Disposed: the loop's condition ends it.
            }
            catch (Exception defect)
            {
                // Looks go on without it, but a held connection that nobody watches must not go unseen.
                environment.Troubled($"the tripwire on {target} failed and begins anew", defect);
                await Task.Delay(AfterDefect, environment.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        var held = await FirstAsync(stop).ConfigureAwait(false);
        try
        {
            for (var orderlyEnds = 0; ;)
            {
                var since = environment.Time.GetTimestamp();
                var end = await HoldAsync(held, stop).ConfigureAwait(false);
                var ended = environment.Now();
                if (environment.Time.GetElapsedTime(since) > LongestRest) orderlyEnds = 0;

                var again = end == End.Broken ? null : await TryAsync(stop).ConfigureAwait(false);
                if (again is null)
                {
                    report(new TripwireEvent(ended, Broke: true));
                    (again, var back) = await ReconnectAsync(ended, stop).ConfigureAwait(false);
                    report(new TripwireEvent(back, Broke: false));
                    orderlyEnds = 0;
                }
                else if (++orderlyEnds >= 3 || end == End.TooTalkative)
                {
                    await again.DisposeAsync().ConfigureAwait(false);
                    await RestAsync(orderlyEnds, stop).ConfigureAwait(false);
                    again = await FirstAsync(stop).ConfigureAwait(false);
                }
                held = again;
            }
        }
        finally
        {
            await held.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A connection to hold, when there is none to lose yet: that it cannot be had is for the looks to say.</summary>
    private async Task<Connection> FirstAsync(CancellationToken stop)
    {
        for (var rest = TimeSpan.FromSeconds(1); ; rest = rest * 2 < TimeSpan.FromSeconds(30) ? rest * 2 : TimeSpan.FromSeconds(30))
        {
            if (await TryAsync(stop).ConfigureAwait(false) is { } connection) return connection;
            await Task.Delay(rest, environment.Time, stop).ConfigureAwait(false);
        }
    }

    /// <param name="failed">When it was last known to be broken.</param>
    /// <returns>The connection, and when it most likely could be had again: half-way between the last attempt that failed and the one that did not.</returns>
    private async Task<(Connection Connection, Instant Back)> ReconnectAsync(Instant failed, CancellationToken stop)
    {
        var since = environment.Time.GetTimestamp();
        while (true)
        {
            var broken = environment.Time.GetElapsedTime(since);
            await Task.Delay(broken.TotalMinutes < 1 ? Retry : TimeSpan.FromSeconds(broken.TotalMinutes < 10 ? 1 : 5), environment.Time, stop).ConfigureAwait(false);
            var tried = environment.Now();
            if (await TryAsync(stop).ConfigureAwait(false) is { } connection) return (connection, new Bounds(failed, environment.Now()).Midpoint);
            failed = tried;
        }
    }

    private Task RestAsync(int orderlyEnds, CancellationToken stop)
    {
        var rest = TimeSpan.FromSeconds(1L << Math.Clamp(orderlyEnds, 2, 9));
        return Task.Delay(rest < LongestRest ? rest : LongestRest, environment.Time, stop);
    }

    private async Task<Connection?> TryAsync(CancellationToken stop)
    {
        using var attempt = new CancellationTokenSource(AttemptLimit, environment.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, attempt.Token);
        var result = await path.OpenAsync(target, null, limit.Token).ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        return (result as PathResult.Open)?.Connection;
    }

    private static async Task<End> HoldAsync(Connection held, CancellationToken stop)
    {
        await using (held.ConfigureAwait(false))
        {
            try
            {
                // Without these a target that vanishes without a word would leave the connection open for ever.
                held.Socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                held.Socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 5);
                held.Socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 2);
                held.Socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
                for (var unasked = 0; unasked < MaxUnasked;)
                {
                    var read = await held.Stream.ReadAsync(Unread, stop).ConfigureAwait(false);
                    if (read == 0) return End.Orderly;
                    unasked += read;
                }
                return End.TooTalkative;
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                return End.Broken;
            }
        }
    }
}
