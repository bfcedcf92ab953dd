using Nines.Backbone.Journal;

namespace Nines.Backbone.Embedded;

/// <summary>What the writer has done since it was opened.</summary>
/// <param name="Commits">Transactions, each with one sync of the log; appends beyond that shared a commit.</param>
/// <param name="Appends">Works of those commits.</param>
/// <param name="Checkpoints">Times that the write-ahead log was copied into the database.</param>
/// <param name="CheckpointsFailed">Times that it could not be (a full disk); tried again after the next commit.</param>
public readonly record struct WriterStatistics(long Commits, long Appends, long Checkpoints, long CheckpointsFailed);

/// <summary>
/// The one writer. Its thread owns the connection: it takes all that waits (up to a cap), commits it as one transaction,
/// acknowledges, and copies the write-ahead log into the database when that is due. Nobody else writes or checkpoints: SQLite before
/// 3.51.3 can lose commits when a checkpoint of one connection meets a write of another (the WAL-reset race).
/// </summary>
internal sealed class GroupCommitter : IAsyncDisposable
{
    private readonly string path;
    private readonly SqliteJournalOptions options;
    private readonly SqliteDatabase database;
    private readonly JournalTables tables;
    private readonly Action<JournalPosition> committed;
    private readonly SemaphoreSlim slots;
    private readonly CancellationTokenSource closing = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly object gate = new(); // guards the two below; a Monitor, because the writer's thread sleeps on it
    private readonly Queue<CommitWork> waiting = new();
    private bool closed;

    // Owned by the writer's thread.
    private JournalException? halted;
    private int pagesInLog;

    private long commits, appends, checkpoints, checkpointsFailed;

    public GroupCommitter(string path, SqliteDatabase database, SqliteJournalOptions options, Action<JournalPosition> committed)
    {
        (this.path, this.database, this.options, this.committed) = (path, database, options, committed);
        tables = new JournalTables(database);
        slots = new SemaphoreSlim(options.QueueCapacity, options.QueueCapacity);
        // Its own thread: a sync blocks for milliseconds, and the pool has two threads on a small machine.
        new Thread(Run) { IsBackground = true, Name = "journal writer" }.Start();
    }

    public WriterStatistics Statistics => new(Interlocked.Read(ref commits), Interlocked.Read(ref appends),
        Interlocked.Read(ref checkpoints), Interlocked.Read(ref checkpointsFailed));

    /// <summary>Waits for a place in the queue, then for the commit.</summary>
    public async Task<T> CommitAsync<T>(CommitWork<T> work, CancellationToken cancellation)
    {
        await TakeSlotAsync(cancellation).ConfigureAwait(false);
        lock (gate)
        {
            if (closed) throw JournalErrors.IsClosed();
            waiting.Enqueue(work);
            Monitor.Pulse(gate);
        }
        if (!cancellation.CanBeCanceled) return await work.Done.ConfigureAwait(false);
        await using var registration = cancellation.Register(() =>
        {
            if (work.TryWithdraw()) work.Cancel(cancellation);
        });
        return await work.Done.ConfigureAwait(false);
    }

    /// <summary>Commits what has a place in the queue, refuses the rest, copies the log into the database and closes it.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            closed = true;
            Monitor.Pulse(gate);
        }
        await closing.CancelAsync().ConfigureAwait(false);
        await ended.Task.ConfigureAwait(false);
    }

    private async Task TakeSlotAsync(CancellationToken cancellation)
    {
        if (slots.Wait(0, CancellationToken.None)) return;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, closing.Token);
        try
        {
            await slots.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw JournalErrors.IsClosed();
        }
    }

    private void Run()
    {
        var group = new List<CommitWork>();
        while (TakeGroup(group))
        {
            if (Commit(group)) CheckpointWhenDue();
            group.Clear();
        }
        try
        {
            if (halted is null) database.Checkpoint(truncate: true);
        }
        catch (SqliteFailure)
        {
            // Nothing is lost: the log stays beside the file and is read at the next start.
            Interlocked.Increment(ref checkpointsFailed);
        }
        database.Dispose();
        ended.SetResult();
    }

    /// <returns>False when the journal is closed and nothing waits.</returns>
    private bool TakeGroup(List<CommitWork> group)
    {
        var taken = 0;
        lock (gate)
        {
            while (waiting.Count == 0 && !closed) Monitor.Wait(gate);
            long bytes = 0;
            while (waiting.TryPeek(out var next) && group.Count < options.MostInGroup && (group.Count == 0 || bytes + next.Bytes <= options.MostBytesInGroup))
            {
                waiting.Dequeue();
                taken++;
                if (!next.TryTake()) continue;
                group.Add(next);
                bytes += next.Bytes;
            }
            if (taken == 0) return false;
        }
        slots.Release(taken);
        return true;
    }

    private bool Commit(List<CommitWork> group)
    {
        if (group.Count == 0) return false;
        var failure = halted is null ? TryCommit(group) : JournalErrors.Halted(path, halted);
        if (failure is not null)
        {
            foreach (var work in group) work.Fail(failure);
            return false;
        }
        Interlocked.Increment(ref commits);
        Interlocked.Add(ref appends, group.Count);
        committed(new JournalPosition(tables.Head));
        foreach (var work in group) work.Acknowledge();
        return true;
    }

    private JournalException? TryCommit(List<CommitWork> group)
    {
        try
        {
            database.Statement("BEGIN IMMEDIATE").Run();
            foreach (var work in group) work.Execute(tables);
            tables.SaveHead();
            options.BeforeCommit?.Invoke();
            database.Statement("COMMIT").Run();
            return null;
        }
        catch (SqliteFailure e)
        {
            var failure = JournalFile.Meaning(path, e);
            if (JournalFile.IsFatal(failure)) halted = failure;
            RollBack();
            return failure;
        }
        catch (Exception e)
        {
            // A defect in one work must not end the writer: the group fails, in words, and the next one has its turn.
            RollBack();
            return JournalErrors.OurDefect(e);
        }
    }

    private void RollBack()
    {
        tables.Forget();
        try
        {
            if (database.InTransaction) database.Statement("ROLLBACK").Run();
        }
        catch (SqliteFailure e)
        {
            halted ??= JournalErrors.Failed(path, $"a rollback failed: {e.Message}", e);
        }
    }

    private void CheckpointWhenDue()
    {
        try
        {
            pagesInLog += database.TakePagesWritten();
            if (pagesInLog < options.CheckpointEveryPages) return;
            // A reader on an older commit keeps part of the log in use; that part is copied the next time.
            database.Checkpoint(truncate: false);
            pagesInLog = 0;
            Interlocked.Increment(ref checkpoints);
        }
        catch (SqliteFailure e)
        {
            Interlocked.Increment(ref checkpointsFailed);
            var failure = JournalFile.Meaning(path, e);
            if (JournalFile.IsFatal(failure)) halted = failure;
        }
    }
}
