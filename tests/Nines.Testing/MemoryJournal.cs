using Nines.Backbone.Journal;
using Nines.Core.Facts;

namespace Nines.Testing;

/// <summary>
/// The journal in memory, for simulations: the same contract as the embedded engine, with faults to order. Without faults an
/// append is done when the call returns, on the caller's thread, so that a run depends on nothing but its seed.
/// </summary>
public sealed class MemoryJournal : IJournal
{
    private readonly Lock gate = new();
    private readonly Disk disk;
    private readonly TimeProvider? time;
    private readonly JournalSignal signal = new();
    private readonly LinkedList<Pending> pending = new();
    private readonly Queue<Exception> faults = new();
    private TimeSpan delay;
    private bool holding;
    private bool closed;

    /// <param name="time">The clock that <see cref="DelayAcknowledgements"/> goes by; not needed without it.</param>
    public MemoryJournal(TimeProvider? time = null) : this(new Disk(), time) { }

    private MemoryJournal(Disk disk, TimeProvider? time)
    {
        (this.disk, this.time) = (disk, time);
        signal.Advance(new JournalPosition(disk.Entries.Count));
    }

    /// <summary>Appends that were called and neither acknowledged nor failed.</summary>
    public int Unacknowledged
    {
        get { lock (gate) return pending.Count; }
    }

    /// <summary>The next append fails with this, and nothing of it is kept. Several calls queue several failures.</summary>
    public void FailNextAppend(Exception why)
    {
        lock (gate) faults.Enqueue(why);
    }

    /// <summary>From now on an append becomes durable and is acknowledged this much later; zero for at once.</summary>
    public void DelayAcknowledgements(TimeSpan by)
    {
        if (by > TimeSpan.Zero && time is null) throw new InvalidOperationException("Give the journal a TimeProvider to delay by.");
        lock (gate) delay = by;
    }

    /// <summary>From now on appends wait, until <see cref="ReleaseAcknowledgements"/> or <see cref="Crash"/>.</summary>
    public void HoldAcknowledgements()
    {
        lock (gate) holding = true;
    }

    /// <summary>Makes all that was held durable and acknowledges it, in order.</summary>
    public void ReleaseAcknowledgements()
    {
        lock (gate) holding = false;
        while (TakeFirst() is { } first) Settle(first);
    }

    /// <summary>
    /// The process dies: this journal is closed, what was not acknowledged is gone. A real disk may have kept some of it all the same:
    /// the first <paramref name="survivors"/> of the unacknowledged appends are kept, though nobody is told.
    /// </summary>
    /// <returns>The journal as the next process finds it.</returns>
    public MemoryJournal Crash(int survivors = 0)
    {
        lock (gate) closed = true;
        while (TakeFirst() is { } first)
        {
            if (survivors-- > 0)
                lock (gate)
                    _ = disk.Append(first.Append, out _);
            first.Done.TrySetException(JournalErrors.IsClosed());
        }
        signal.Close();
        return new MemoryJournal(disk, time);
    }

    public Task<AppendReceipt> AppendAsync(Append append, CancellationToken cancellation = default)
    {
        if (cancellation.IsCancellationRequested) return Task.FromCanceled<AppendReceipt>(cancellation);
        try
        {
            JournalLimits.Check(append);
        }
        catch (JournalException e)
        {
            return Task.FromException<AppendReceipt>(e);
        }
        var waits = new Pending(append);
        lock (gate)
        {
            if (closed) return Task.FromException<AppendReceipt>(JournalErrors.IsClosed());
            if (faults.TryDequeue(out var why)) return Task.FromException<AppendReceipt>(why);
            pending.AddLast(waits);
            if (delay > TimeSpan.Zero && !holding) waits.Timer = time!.CreateTimer(_ => SettleUpTo(waits), null, delay, Timeout.InfiniteTimeSpan);
            else if (!holding && pending.Count == 1) pending.Remove(waits);
            else return Cancellable(waits, cancellation);
        }
        if (waits.Timer is null) Settle(waits);
        return Cancellable(waits, cancellation);
    }

    public Task<IReadOnlyList<JournalEntry>> ReadAsync(JournalPosition after, int most, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(after.Value, 0);
        cancellation.ThrowIfCancellationRequested();
        lock (gate)
        {
            var start = (int)Math.Min(after.Value, disk.Entries.Count);
            return Task.FromResult<IReadOnlyList<JournalEntry>>(disk.Entries.GetRange(start, Math.Min(most, disk.Entries.Count - start)));
        }
    }

    public Task<byte[]?> DigestOfAsync(JournalPosition position, CancellationToken cancellation = default)
    {
        lock (gate)
            return Task.FromResult(position.Value >= 1 && position.Value <= disk.Entries.Count && disk.Entries[(int)position.Value - 1] is { } entry ? EntryDigest.Of(entry.Version, FactJson.Write(entry.Fact)) : null);
    }

    public Task<JournalPosition> HeadAsync(CancellationToken cancellation = default)
    {
        lock (gate) return Task.FromResult(new JournalPosition(disk.Entries.Count));
    }

    public Task<IReadOnlyDictionary<string, byte[]>> SnapshotsAsync(string owner, CancellationToken cancellation = default)
    {
        lock (gate)
        {
            var found = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
            foreach (var ((of, key), value) in disk.Snapshots)
                if (of == owner)
                    found.Add(key, [.. value]);
            return Task.FromResult<IReadOnlyDictionary<string, byte[]>>(found);
        }
    }

    public Task<JournalPosition> WaitForMoreAsync(JournalPosition after, CancellationToken cancellation = default) => signal.WaitAsync(after, cancellation);

    /// <summary>Makes what waits durable and acknowledges it, then refuses.</summary>
    public ValueTask DisposeAsync()
    {
        ReleaseAcknowledgements();
        lock (gate) closed = true;
        signal.Close();
        return ValueTask.CompletedTask;
    }

    private Task<AppendReceipt> Cancellable(Pending waits, CancellationToken cancellation)
    {
        if (cancellation.CanBeCanceled && !waits.Done.Task.IsCompleted)
            cancellation.Register(() =>
            {
                lock (gate)
                    if (!pending.Remove(waits))
                        return;
                waits.Timer?.Dispose();
                waits.Done.TrySetCanceled(cancellation);
            });
        return waits.Done.Task;
    }

    private Pending? TakeFirst(bool followersOnly = false)
    {
        lock (gate)
        {
            var first = pending.First;
            if (followersOnly && (holding || first?.Value.Timer is not null)) return null;
            if (first is not null) pending.RemoveFirst();
            first?.Value.Timer?.Dispose();
            return first?.Value;
        }
    }

    // Appends become durable in the order of the calls, whatever their delays.
    private void SettleUpTo(Pending last)
    {
        lock (gate)
            if (!pending.Contains(last))
                return;
        while (TakeFirst() is { } first)
        {
            Settle(first);
            if (first == last) break;
        }
        // Those that came after it without a delay waited only for their turn.
        while (TakeFirst(followersOnly: true) is { } follower) Settle(follower);
    }

    private void Settle(Pending waits)
    {
        AppendReceipt? receipt;
        JournalException? refusal;
        long head;
        lock (gate)
        {
            receipt = disk.Append(waits.Append, out refusal);
            head = disk.Entries.Count;
        }
        signal.Advance(new JournalPosition(head));
        if (refusal is not null) waits.Done.TrySetException(refusal);
        else waits.Done.TrySetResult(receipt!);
    }

    private sealed class Pending(Append append)
    {
        public Append Append { get; } = append;
        public TaskCompletionSource<AppendReceipt> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public ITimer? Timer { get; set; }
    }

    /// <summary>What outlives the process.</summary>
    private sealed class Disk
    {
        private readonly Dictionary<string, long> versions = new(StringComparer.Ordinal);
        private readonly Dictionary<(string Stream, string Key), AppendReceipt> receipts = [];

        public List<JournalEntry> Entries { get; } = [];
        public Dictionary<(string Owner, string Key), byte[]> Snapshots { get; } = [];

        public AppendReceipt? Append(Append append, out JournalException? refusal)
        {
            refusal = null;
            if (receipts.TryGetValue((append.Stream, append.IdempotencyKey), out var first)) return first with { Repeated = true };
            var version = versions.GetValueOrDefault(append.Stream);
            if (append.ExpectedVersion is { } expected && expected != version)
            {
                refusal = new UnexpectedVersionException(append.Stream, expected, version);
                return null;
            }
            foreach (var fact in append.Facts) Entries.Add(new JournalEntry(new JournalPosition(Entries.Count + 1), append.Stream, ++version, fact));
            versions[append.Stream] = version;
            foreach (var snapshot in append.Snapshots)
                if (snapshot.Value is { } value) Snapshots[(snapshot.Owner, snapshot.Key)] = [.. value];
                else Snapshots.Remove((snapshot.Owner, snapshot.Key));
            var receipt = new AppendReceipt(new JournalPosition(Entries.Count), version, Repeated: false);
            if (append.Facts.Count > 0) receipts[(append.Stream, append.IdempotencyKey)] = receipt;
            return receipt;
        }
    }
}
