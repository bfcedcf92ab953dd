namespace Nines.Backbone.Embedded;

/// <summary>How the embedded journal works; the defaults suit one machine with thousands of observations a second.</summary>
public sealed record SqliteJournalOptions
{
    /// <summary>Appends that may wait for the writer; a further one waits in its caller.</summary>
    /// <value>4,096; 1 to 65,536.</value>
    public int QueueCapacity { get; init; } = 4_096;

    /// <summary>Most appends that share one commit.</summary>
    /// <value>1,024; 1 to 65,536.</value>
    public int MostInGroup { get; init; } = 1_024;

    /// <summary>Bytes of facts and snapshots after which a group takes no further append.</summary>
    /// <value>16 MiB; at least 1.</value>
    public long MostBytesInGroup { get; init; } = 16 << 20;

    /// <summary>Pages of 4 KiB in the write-ahead log after which it is copied into the database, between two commits.</summary>
    /// <value>2,000; 1 to 1,000,000.</value>
    public int CheckpointEveryPages { get; init; } = 2_000;

    /// <summary>Connections that read at the same time; a further read waits.</summary>
    /// <value>4; 1 to 64.</value>
    public int Readers { get; init; } = 4;

    /// <summary>How often a journal that was opened for reading looks for more.</summary>
    /// <value>250 ms; 10 ms to 1 min.</value>
    public TimeSpan PollEvery { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Largest size of the database in pages; SQLite reports a full disk beyond it. 0 for no limit.</summary>
    internal long MaxPages { get; init; }

    /// <summary>Called on the writer's thread inside the transaction, just before the commit: lets a test stand at that instant.</summary>
    internal Action? BeforeCommit { get; init; }

    internal void Validate()
    {
        Require(QueueCapacity, 1, 65_536, nameof(QueueCapacity));
        Require(MostInGroup, 1, 65_536, nameof(MostInGroup));
        Require(MostBytesInGroup, 1, long.MaxValue, nameof(MostBytesInGroup));
        Require(CheckpointEveryPages, 1, 1_000_000, nameof(CheckpointEveryPages));
        Require(Readers, 1, 64, nameof(Readers));
        if (PollEvery < TimeSpan.FromMilliseconds(10) || PollEvery > TimeSpan.FromMinutes(1))
            throw new ArgumentOutOfRangeException(nameof(PollEvery), PollEvery, "is outside 10 ms to 1 min");
    }

    private static void Require(long value, long least, long most, string name)
    {
        if (value < least || value > most) throw new ArgumentOutOfRangeException(name, value, $"is outside {least} to {most}");
    }
}
