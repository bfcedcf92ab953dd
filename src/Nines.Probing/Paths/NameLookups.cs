using System.Net;

namespace Nines.Probing.Paths;

/// <summary>
/// Bounds the name look-ups of one path. A look-up in the system's resolver cannot be called off and holds a thread until it
/// ends, half a minute when the resolver is dead: without a bound, thousands of probes would take every thread there is.
/// </summary>
/// <param name="ask">Asks the resolver.</param>
internal sealed class NameLookups(Func<string, Task<IPAddress[]>> ask)
{
    /// <summary>Look-ups that run at once; each holds a thread of its own.</summary>
    public const int MostAtOnce = 32;

    /// <summary>Look-ups that may wait for one of those; a resolver that works empties such a queue within a second or two.</summary>
    public const int MostWaiting = 1_000;

    /// <summary>Look-ups of control names that run at once, beside the others: silent targets must not make the resolver look dead.</summary>
    public const int MostControls = 8;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Task<IPAddress[]>> running = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim places = new(MostAtOnce);
    private readonly SemaphoreSlim controlPlaces = new(MostControls);
    private int waiting;

    /// <summary>The system's resolver, with its cache and its hosts file, on a thread of its own: a pool thread would be missed elsewhere.</summary>
    public static Task<IPAddress[]> AskSystemAsync(string name) =>
        Task.Factory.StartNew(() => System.Net.Dns.GetHostAddresses(name), CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);

    /// <summary>Callers that ask for one name at the same time share one look-up.</summary>
    /// <param name="control">The name is a control name.</param>
    /// <exception cref="OperationCanceledException">The limit came first; the look-up goes on and keeps its place until it ends.</exception>
    /// <exception cref="PathException">The look-up was never begun: too many others have not ended. Ours, whoever is to blame for those.</exception>
    public async Task<IPAddress[]> AskAsync(string name, bool control, CancellationToken limit)
    {
        if (Running(name) is { } already) return await already.WaitAsync(limit).ConfigureAwait(false);
        var lane = control ? controlPlaces : places;
        if (!lane.Wait(0, CancellationToken.None)) await WaitForPlaceAsync(lane, limit).ConfigureAwait(false);
        return await Begin(name, lane).WaitAsync(limit).ConfigureAwait(false);
    }

    private Task<IPAddress[]>? Running(string name)
    {
        lock (gate) return running.GetValueOrDefault(name);
    }

    private async Task WaitForPlaceAsync(SemaphoreSlim lane, CancellationToken limit)
    {
        try
        {
            if (Interlocked.Increment(ref waiting) > MostWaiting) throw Busy();
            await lane.WaitAsync(limit).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw Busy();
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    /// <summary>Begins the look-up in the place that the caller has taken, or joins one that was begun meanwhile and gives the place back.</summary>
    private Task<IPAddress[]> Begin(string name, SemaphoreSlim lane)
    {
        lock (gate)
        {
            if (running.TryGetValue(name, out var already))
            {
                lane.Release();
                return already;
            }
            var mine = RunAsync(name, lane);
            if (!mine.IsCompleted) running[name] = mine;
            return mine;
        }
    }

    private async Task<IPAddress[]> RunAsync(string name, SemaphoreSlim lane)
    {
        try
        {
            return await ask(name).ConfigureAwait(false);
        }
        finally
        {
            lock (gate) running.Remove(name);
            lane.Release();
        }
    }

    private static PathException Busy() =>
        new(new PathFailure.Ours("resolver_busy", $"{MostAtOnce} name look-ups hang in this machine's resolver: this one was not begun"));
}
