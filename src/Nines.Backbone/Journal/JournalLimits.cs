namespace Nines.Backbone.Journal;

/// <summary>How large an append may be. Both engines refuse what is larger, before anything of it is written.</summary>
public static class JournalLimits
{
    /// <value>Characters of a stream's name, an idempotency key, a snapshot's owner and key; at least 1.</value>
    public const int NameLength = 200;

    /// <value>Facts of one append: everything that 50,000 watched slots can have to say at once.</value>
    public const int Facts = 250_000;

    /// <value>Bytes of one fact as JSON: 64 MiB, the config of 50,000 components with room to spare.</value>
    public const int FactBytes = 64 << 20;

    /// <value>Bytes of all facts and snapshots of one append: 512 MiB.</value>
    public const int AppendBytes = 512 << 20;

    /// <value>Snapshots of one append: the memory of as many slots.</value>
    public const int Snapshots = 250_000;

    /// <value>Bytes of one snapshot: 16 MiB.</value>
    public const int SnapshotBytes = 16 << 20;

    /// <exception cref="JournalException">Code <see cref="JournalErrors.LimitExceeded"/>: which limit, and by how much.</exception>
    public static void Check(Append append)
    {
        CheckName(append.Stream, "stream name");
        CheckName(append.IdempotencyKey, "idempotency key");
        if (append.Facts.Count > Facts)
            throw JournalErrors.OverLimit($"Stream '{append.Stream}': an append of {append.Facts.Count} facts is over the limit of {Facts}. Append them in parts.");
        if (append.ExpectedVersion < 0)
            throw JournalErrors.OverLimit($"Stream '{append.Stream}': expected version {append.ExpectedVersion} is below 0, the version of an empty stream.");
        if (append.Snapshots.Count > Snapshots)
            throw JournalErrors.OverLimit($"Stream '{append.Stream}': an append of {append.Snapshots.Count} snapshots is over the limit of {Snapshots}. Keep them in parts.");
        foreach (var snapshot in append.Snapshots)
        {
            CheckName(snapshot.Owner, "snapshot owner");
            CheckName(snapshot.Key, "snapshot key");
            if (snapshot.Value?.Length > SnapshotBytes)
                throw JournalErrors.OverLimit($"Snapshot {snapshot.Owner}/{snapshot.Key}: {snapshot.Value.Length} bytes are over the limit of {SnapshotBytes}. Split it by key.");
        }
    }

    /// <exception cref="JournalException">Code <see cref="JournalErrors.LimitExceeded"/>.</exception>
    internal static int CheckBytes(Append append, byte[][] facts)
    {
        long total = 0;
        foreach (var fact in facts)
        {
            if (fact.Length > FactBytes)
                throw JournalErrors.OverLimit($"Stream '{append.Stream}': a fact of {fact.Length} bytes is over the limit of {FactBytes}.");
            total += fact.Length;
        }
        foreach (var snapshot in append.Snapshots) total += snapshot.Value?.Length ?? 0;
        if (total > AppendBytes)
            throw JournalErrors.OverLimit($"Stream '{append.Stream}': an append of {total} bytes is over the limit of {AppendBytes}. Append in parts.");
        return (int)total;
    }

    private static void CheckName(string name, string what)
    {
        if (string.IsNullOrEmpty(name)) throw JournalErrors.OverLimit($"The {what} is empty: use 1 to {NameLength} characters.");
        if (name.Length > NameLength) throw JournalErrors.OverLimit($"The {what} '{name[..40]}…' has {name.Length} characters, over the limit of {NameLength}.");
        // SQLite ends text at U+0000, and a lone surrogate has no UTF-8: two names would become one.
        foreach (var rune in name.EnumerateRunes())
            if (rune.Value is 0 or 0xFFFD)
                throw JournalErrors.OverLimit($"The {what} holds a character that cannot be stored (U+0000, U+FFFD or half of a surrogate pair).");
    }
}
