namespace Nines.Backbone.Embedded;

/// <summary>Something that waits for the writer and becomes durable in the next commit.</summary>
internal abstract class CommitWork
{
    private const int Waiting = 0, Taken = 1, Withdrawn = 2;
    private int stage;

    /// <value>Bytes that it will write, about.</value>
    public abstract long Bytes { get; }

    /// <summary>The writer takes it on; false when it was withdrawn.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref stage, Taken, Waiting) == Waiting;

    /// <summary>The caller gives up; false when the writer has it already.</summary>
    public bool TryWithdraw() => Interlocked.CompareExchange(ref stage, Withdrawn, Waiting) == Waiting;

    /// <summary>Does the work inside the group's transaction, and keeps the result (or the refusal) for later.</summary>
    /// <exception cref="SqliteFailure">The whole group has to be rolled back.</exception>
    public abstract void Execute(JournalTables tables);

    /// <summary>The group's commit is durable: gives the result (or the refusal) to the caller.</summary>
    public abstract void Acknowledge();

    /// <summary>The group was rolled back.</summary>
    public abstract void Fail(Exception why);
}

internal abstract class CommitWork<T> : CommitWork
{
    private readonly TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? result;
    private Journal.JournalException? refusal;

    public Task<T> Done => done.Task;

    public sealed override void Execute(JournalTables tables)
    {
        try
        {
            result = Perform(tables);
        }
        catch (Journal.JournalException e)
        {
            refusal = e; // refused before anything was written: the others of the group go on
        }
    }

    public sealed override void Acknowledge()
    {
        // A refusal also waits for the commit: the version that refused it may rest on facts of the same group.
        if (refusal is not null) done.SetException(refusal);
        else done.SetResult(result!);
    }

    public sealed override void Fail(Exception why) => done.TrySetException(why);

    public void Cancel(CancellationToken cancellation) => done.TrySetCanceled(cancellation);

    /// <summary>May throw a JournalException only before its first write.</summary>
    protected abstract T Perform(JournalTables tables);
}

/// <summary>Other tables of the same file, written by the same connection (series).</summary>
internal sealed class TableWork<T>(long bytes, Func<SqliteDatabase, T> write) : CommitWork<T>
{
    public override long Bytes => bytes;
    protected override T Perform(JournalTables tables) => write(tables.Database);
}

/// <summary>An append, its facts already JSON.</summary>
internal sealed class AppendWork(Journal.Append append, byte[][] facts, long bytes) : CommitWork<Journal.AppendReceipt>
{
    public override long Bytes => bytes;
    protected override Journal.AppendReceipt Perform(JournalTables tables) => tables.Append(append, facts);
}
