using Nines.Backbone.Journal;

namespace Nines.Simulation.Tests;

/// <summary>A real journal behind a disk that can be full and slow, and that remembers what it acknowledged.</summary>
internal sealed class FaultyJournal(IJournal inner, World world, Func<long> now, Action<long, Action> at) : IJournal
{
    private Pending? waiting;
    private bool dead;

    private sealed record Pending(Append Append, TaskCompletionSource<AppendReceipt> Done);

    /// <summary>Called before each append is taken, and when it has become durable (with the position of its last entry).</summary>
    public Action? Taken { get; init; }
    public Action<JournalPosition>? Durable { get; init; }

    /// <summary>Position up to which the writer was told that all is durable.</summary>
    public JournalPosition Acknowledged { get; private set; } = JournalPosition.Start;

    public Task<AppendReceipt> AppendAsync(Append append, CancellationToken cancellation = default)
    {
        if (waiting is not null) throw new InvalidOperationException("One writer has one append at a time.");
        if (world.JournalFails.Any(full => full.Holds(now())))
            return Task.FromException<AppendReceipt>(new JournalException(JournalErrors.DiskFull, "The disk is full."));
        Taken?.Invoke();
        if (!world.JournalSlow.Any(slow => slow.Holds(now()))) return Task.FromResult(Commit(append));

        var pending = waiting = new Pending(append, new TaskCompletionSource<AppendReceipt>());
        at(now() + world.JournalDelay, () =>
        {
            if (dead || waiting != pending) return;
            waiting = null;
            pending.Done.SetResult(Commit(append));
        });
        return pending.Done.Task;
    }

    /// <summary>The process dies. What was not acknowledged is gone, or was kept and nobody was told.</summary>
    public void Die(bool kept)
    {
        dead = true;
        if (waiting is { } pending && kept) Durable?.Invoke(inner.AppendAsync(pending.Append).GetAwaiter().GetResult().Last);
        waiting = null;
    }

    public Task<IReadOnlyList<JournalEntry>> ReadAsync(JournalPosition after, int most, CancellationToken cancellation = default) => inner.ReadAsync(after, most, cancellation);
    public Task<byte[]?> DigestOfAsync(JournalPosition position, CancellationToken cancellation = default) => inner.DigestOfAsync(position, cancellation);
    public Task<JournalPosition> HeadAsync(CancellationToken cancellation = default) => inner.HeadAsync(cancellation);
    public Task<IReadOnlyDictionary<string, byte[]>> SnapshotsAsync(string owner, CancellationToken cancellation = default) => inner.SnapshotsAsync(owner, cancellation);
    public Task<JournalPosition> WaitForMoreAsync(JournalPosition after, CancellationToken cancellation = default) => inner.WaitForMoreAsync(after, cancellation);
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private AppendReceipt Commit(Append append)
    {
        var receipt = inner.AppendAsync(append).GetAwaiter().GetResult();
        Acknowledged = receipt.Last;
        Durable?.Invoke(receipt.Last);
        return receipt;
    }
}
