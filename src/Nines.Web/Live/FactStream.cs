using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Nines.Backbone.Journal;
using Nines.Core.Components;
using Nines.Core.Facts;

namespace Nines.Web.Live;

/// <summary>What has come to the journal: a note for whoever shows something of it.</summary>
/// <param name="Position">Of the last fact in it.</param>
/// <param name="Kinds">Kinds of the facts, each once.</param>
/// <param name="Components">Components that they tell of, each once; empty when they tell of none or of all.</param>
public sealed record FactNews(long Position, ImmutableArray<string> Kinds, ImmutableArray<string> Components);

/// <summary>
/// Follows the journal once for all who listen, and tells each what is new. A listener that falls behind is let go: it comes back with its
/// cursor and misses nothing. Safe for concurrent use.
/// </summary>
/// <param name="say">Takes a line for the operator, when the journal cannot be read.</param>
public sealed class FactStream(IJournal journal, TimeProvider time, Action<string> say)
{
    /// <summary>A connection on which nothing comes is told that we are there.</summary>
    public static readonly TimeSpan AliveEvery = TimeSpan.FromSeconds(15);

    private const int EntriesAtOnce = 500, RoomForEach = 64;

    /// <summary>What comes within it is told together: that bounds how often thousands of listeners are written to.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private ImmutableArray<Channel<FactBatch>> listeners = [];
    private JournalPosition? told;
    private bool ended;

    /// <summary>How many listen.</summary>
    public int Listeners => listeners.Length;

    /// <summary>Up to where all who listen have been told; null until the journal is followed.</summary>
    public JournalPosition? Told
    {
        get { lock (gate) return told; }
    }

    /// <summary>Until told to stop. A journal that cannot be read is tried again, and everybody is told. Ends with all listeners let go.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var beating = BeatAsync(stopping);
        try
        {
            for (var inTrouble = false; ;)
                try
                {
                    await FollowAsync(stopping);
                }
                catch (JournalException unreadable)
                {
                    if (!inTrouble) say($"{unreadable.Code}: the event stream cannot read the journal: {unreadable.Message} It is tried again every second.");
                    inTrouble = true;
                    lock (gate) Tell(FactBatch.Trouble(told ?? JournalPosition.Start, unreadable.Code));
                    await Task.Delay(TryAgainAfter, time, stopping);
                }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await beating;
        }
        finally
        {
            lock (gate)
            {
                ended = true;
                foreach (var listener in listeners) listener.Writer.TryComplete();
            }
        }
    }

    /// <summary>What comes from now on, until cancelled or let go.</summary>
    public async IAsyncEnumerable<FactNews> ListenAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var own = Listen();
        await foreach (var batch in own.Batches.ReadAllAsync(cancellation))
            if (batch.Entries.Count > 0) yield return NewsOf(batch.Last, batch.Entries);
    }

    /// <summary>Everything after a position: first what the journal has, then what comes, without gap or repetition; until cancelled or let go.</summary>
    /// <param name="after">Null for what comes from now on. A position that the journal has not reached gives a reset, and what comes from now on.</param>
    /// <exception cref="JournalException">The journal cannot be read.</exception>
    internal async IAsyncEnumerable<FactBatch> ListenAsync(JournalPosition? after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var head = await journal.HeadAsync(cancellation);
        var cursor = after ?? head;
        if (cursor.Value > head.Value)
        {
            cursor = head;
            yield return FactBatch.Reset(head);
        }
        // A long way is gone before listening: what came meanwhile would not find room.
        while (await ReadAsync(cursor, JournalPosition.Start, cancellation) is { } batch)
        {
            yield return batch;
            cursor = batch.Last;
            if (batch.Entries.Count < EntriesAtOnce) break;
        }
        using var own = Listen();
        if (own.From is { } from)
            await foreach (var missed in FillAsync(cursor, from, cancellation))
            {
                yield return missed;
                cursor = missed.Last;
            }
        await foreach (var batch in own.Batches.ReadAllAsync(cancellation))
        {
            // Following begins a little later than listening: what lies between is not in any batch.
            await foreach (var missed in FillAsync(cursor, batch.Entries is [var next, ..] ? new JournalPosition(next.Position.Value - 1) : batch.Last, cancellation))
            {
                yield return missed;
                cursor = missed.Last;
            }
            if (batch.Last.Value < cursor.Value || batch.Last == cursor && batch.Entries.Count > 0) continue;
            // The first may begin before where we are: its entries that we have are left out.
            yield return batch.Entries is [var first, ..] && first.Position.Value <= cursor.Value
                ? new FactBatch(batch.Last, [.. batch.Entries.Where(entry => entry.Position.Value > cursor.Value)]) : batch;
            cursor = batch.Last;
        }
    }

    /// <summary>What the journal has after a position, up to another and with it.</summary>
    private async IAsyncEnumerable<FactBatch> FillAsync(JournalPosition after, JournalPosition until, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (after.Value < until.Value && await ReadAsync(after, until, cancellation) is { } batch)
        {
            yield return batch;
            after = batch.Last;
        }
    }

    internal static FactNews NewsOf(JournalPosition last, IReadOnlyList<JournalEntry> entries)
    {
        var kinds = new SortedSet<string>(StringComparer.Ordinal);
        var components = new SortedSet<string>(StringComparer.Ordinal);
        var all = false;
        foreach (var entry in entries)
        {
            kinds.Add(FactKinds.Of(entry.Fact));
            var named = ComponentsOf(entry.Fact);
            all |= named.IsEmpty;
            foreach (var component in named) components.Add(component.Value);
        }
        return new FactNews(last.Value, [.. kinds], all ? [] : [.. components]);
    }

    /// <summary>Components that a fact names; none where it concerns the watch or all of them.</summary>
    public static ImmutableArray<ComponentId> ComponentsOf(Fact fact) => fact switch
    {
        TimelineRevised revised => [revised.Component],
        HistoryImported import => [import.Component],
        StateChanged changed => [changed.Probe.Component],
        BlipSeen blip => [blip.Probe.Component],
        MaintenanceEntered entered => entered.Components,
        ProbingPaused paused => paused.Components,
        ProbingResumed resumed => resumed.Components,
        LookAsked asked => [asked.Component],
        _ => [],
    };

    private async Task FollowAsync(CancellationToken stopping)
    {
        var cursor = told ?? await journal.HeadAsync(stopping);
        lock (gate)
        {
            told = cursor;
            Tell(FactBatch.Alive(cursor));
        }
        while (true)
        {
            await journal.WaitForMoreAsync(cursor, stopping);
            if (await ReadAsync(cursor, JournalPosition.Start, stopping) is not { } batch) continue;
            cursor = batch.Last;
            lock (gate)
            {
                told = cursor;
                Tell(batch);
            }
            await Task.Delay(Together, time, stopping);
        }
    }

    private async Task BeatAsync(CancellationToken stopping)
    {
        try
        {
            using var timer = new PeriodicTimer(AliveEvery, time);
            while (await timer.WaitForNextTickAsync(stopping))
                lock (gate)
                    if (told is { } last) Tell(FactBatch.Alive(last));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return; // told to stop
        }
    }

    /// <param name="until">Not beyond it; <see cref="JournalPosition.Start"/> for as far as there is something.</param>
    private async Task<FactBatch?> ReadAsync(JournalPosition after, JournalPosition until, CancellationToken cancellation)
    {
        var most = until.Value == 0 ? EntriesAtOnce : (int)Math.Min(EntriesAtOnce, until.Value - after.Value);
        var entries = await journal.ReadAsync(after, most, cancellation);
        return entries.Count == 0 ? null : new FactBatch(entries[^1].Position, entries);
    }

    private Listener Listen()
    {
        var own = Channel.CreateBounded<FactBatch>(new BoundedChannelOptions(RoomForEach) { SingleReader = true, SingleWriter = false });
        lock (gate)
        {
            listeners = listeners.Add(own);
            if (ended) own.Writer.TryComplete();
            return new Listener(this, own, told);
        }
    }

    private void Tell(FactBatch batch)
    {
        foreach (var listener in listeners)
            if (!listener.Writer.TryWrite(batch)) listener.Writer.TryComplete(new FellBehindException());
    }

    /// <param name="From">What was told when it began to listen: everything after it comes. Null while nothing is followed yet.</param>
    private sealed record Listener(FactStream Stream, Channel<FactBatch> Own, JournalPosition? From) : IDisposable
    {
        public ChannelReader<FactBatch> Batches => Own.Reader;

        public void Dispose()
        {
            lock (Stream.gate) Stream.listeners = Stream.listeners.Remove(Own);
        }
    }
}

/// <summary>A listener did not take what it was told: it is let go, and comes back with its cursor.</summary>
public sealed class FellBehindException() : Exception("The listener fell behind and was let go.");
