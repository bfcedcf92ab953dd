using Nines.Core.Facts;

namespace Nines.Backbone.Journal;

/// <summary>
/// The only source of truth: an append-only sequence of facts. Positions are gapless, start at 1, and are given in commit
/// order, so a reader's cursor can miss nothing. An append is durable before it is acknowledged.
/// </summary>
public interface IJournal : IAsyncDisposable
{
    /// <summary>Appends all facts of the batch or none, together with the snapshots, in one durable step.</summary>
    /// <remarks>Cancelling withdraws an append that still waits for its turn: nothing of it is written. Once its commit has begun
    /// the cancellation comes too late, and the append is acknowledged (or fails) as if it had not been cancelled.</remarks>
    /// <exception cref="UnexpectedVersionException">The stream is not at the expected version.</exception>
    /// <exception cref="JournalException">The store failed (full disk, read-only folder, corrupt file, …): nothing of the batch was
    /// kept, unless the message says that a repeat with the same idempotency key has to tell.</exception>
    Task<AppendReceipt> AppendAsync(Append append, CancellationToken cancellation = default);

    /// <summary>Entries after <paramref name="after"/> in order of position, at most <paramref name="most"/>; empty at the end.</summary>
    Task<IReadOnlyList<JournalEntry>> ReadAsync(JournalPosition after, int most, CancellationToken cancellation = default);

    /// <returns>SHA-256 over one entry's version and bytes as they are kept, without reading it as a fact; null when there is no such entry.</returns>
    Task<byte[]?> DigestOfAsync(JournalPosition position, CancellationToken cancellation = default);

    /// <summary>Position of the last committed entry; <see cref="JournalPosition.Start"/> while empty.</summary>
    Task<JournalPosition> HeadAsync(CancellationToken cancellation = default);

    /// <summary>All snapshots of one owner ("judge"), by key, as of one commit.</summary>
    Task<IReadOnlyDictionary<string, byte[]>> SnapshotsAsync(string owner, CancellationToken cancellation = default);

    /// <summary>Completes with the head once there is an entry after <paramref name="after"/>; at once when there is one already.</summary>
    /// <exception cref="JournalException">The journal was closed meanwhile.</exception>
    Task<JournalPosition> WaitForMoreAsync(JournalPosition after, CancellationToken cancellation = default);
}

/// <summary>Position of an entry in the journal: 1, 2, 3, … without gaps. 0 is before the first.</summary>
public readonly record struct JournalPosition(long Value) : IComparable<JournalPosition>
{
    public static readonly JournalPosition Start = new(0);
    public int CompareTo(JournalPosition other) => Value.CompareTo(other.Value);
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A batch to append.</summary>
/// <param name="Stream">Which stream: "watch", "component/shop-api", … One writer each. 1 to 200 characters.</param>
/// <param name="IdempotencyKey">A repeat of the same key in the same stream appends nothing and gets the first receipt again. 1 to 200 characters.
/// The key of an append without facts is not remembered: its snapshots are replaced whole, so a repeat by the stream's one writer changes nothing.</param>
/// <param name="Facts">0 to 250,000 facts; none when only snapshots are to be kept.</param>
public sealed record Append(string Stream, string IdempotencyKey, IReadOnlyList<Fact> Facts)
{
    /// <summary>Version that the stream must have (the number of facts in it); null when any will do.</summary>
    public long? ExpectedVersion { get; init; }

    /// <summary>Memory to keep in the same commit; a null value removes the key.</summary>
    public IReadOnlyList<Snapshot> Snapshots { get; init; } = [];
}

/// <summary>A piece of an owner's memory, replaced whole at each write. At most 16 MiB.</summary>
public sealed record Snapshot(string Owner, string Key, byte[]? Value);

/// <param name="Last">Position of the batch's last fact; the head when it had none.</param>
/// <param name="Version">The stream's version after the batch.</param>
/// <param name="Repeated">True when the idempotency key had been seen before.</param>
public sealed record AppendReceipt(JournalPosition Last, long Version, bool Repeated);

public sealed record JournalEntry(JournalPosition Position, string Stream, long Version, Fact Fact);

/// <summary>The journal could not do what was asked. <see cref="Code"/> is stable and has a page in the reference.</summary>
public class JournalException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;
}

public sealed class UnexpectedVersionException(string stream, long expected, long actual)
    : JournalException(JournalErrors.UnexpectedVersion, $"Stream '{stream}' is at version {actual}, not {expected}: somebody else wrote to it.")
{
    public long Actual { get; } = actual;
}
