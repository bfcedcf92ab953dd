using Nines.Backbone.Journal;

namespace Nines.Backbone.Embedded;

/// <summary>The journal's tables as the writer sees them inside a transaction. What it remembers is forgotten at a rollback.</summary>
internal sealed class JournalTables(SqliteDatabase database)
{
    private const int MostStreamsRemembered = 20_000;

    private readonly Dictionary<string, (long Id, long Version)> streams = new(StringComparer.Ordinal);
    private long? head;
    private long savedHead;

    public SqliteDatabase Database => database;

    /// <summary>Position of the last entry, with those of the open transaction.</summary>
    public long Head
    {
        get
        {
            if (head is { } known) return known;
            savedHead = database.Number("SELECT position FROM journal_head WHERE only_row = 1");
            head = savedHead;
            return savedHead;
        }
    }

    /// <exception cref="UnexpectedVersionException">Nothing was written.</exception>
    public AppendReceipt Append(Append append, byte[][] facts)
    {
        var stream = Find(append.Stream);
        if (stream.Id != 0 && FirstReceipt(stream.Id, append.IdempotencyKey) is { } first) return first;
        if (append.ExpectedVersion is { } expected && expected != stream.Version)
            throw new UnexpectedVersionException(append.Stream, expected, stream.Version);
        var version = stream.Version + facts.Length;
        var id = stream.Id == 0 ? Add(append.Stream, version) : stream.Id;
        if (stream.Id != 0 && facts.Length > 0) SetVersion(id, version);
        streams[append.Stream] = (id, version);
        var position = Head;
        var insert = database.Statement("INSERT INTO journal_entry (position, stream, version, fact) VALUES (?1, ?2, ?3, ?4)");
        for (var i = 0; i < facts.Length; i++) insert.Bind(1, ++position).Bind(2, id).Bind(3, stream.Version + i + 1).Bind(4, facts[i]).Run();
        head = position;
        // Memory alone is written once a second for years, and writing it again changes nothing: its keys are not kept.
        if (facts.Length > 0)
            database.Statement("INSERT INTO journal_append (stream, key, last, version) VALUES (?1, ?2, ?3, ?4)")
                .Bind(1, id).Bind(2, append.IdempotencyKey).Bind(3, position).Bind(4, version).Run();
        foreach (var snapshot in append.Snapshots) Keep(snapshot);
        return new AppendReceipt(new JournalPosition(position), version, Repeated: false);
    }

    /// <summary>The head row moves in the same transaction as the entries: positions are given in commit order.</summary>
    public void SaveHead()
    {
        if (Head == savedHead) return;
        database.Statement("UPDATE journal_head SET position = ?1 WHERE only_row = 1").Bind(1, Head).Run();
        savedHead = Head;
    }

    /// <summary>To be called after a rollback: the next transaction looks again.</summary>
    public void Forget()
    {
        streams.Clear();
        head = null;
    }

    private (long Id, long Version) Find(string name)
    {
        if (streams.TryGetValue(name, out var known)) return known;
        if (streams.Count >= MostStreamsRemembered) streams.Clear();
        using var row = database.Statement("SELECT id, version FROM journal_stream WHERE name = ?1").Bind(1, name);
        return row.Step() ? streams[name] = (row.Long(0), row.Long(1)) : default;
    }

    private AppendReceipt? FirstReceipt(long stream, string key)
    {
        using var row = database.Statement("SELECT last, version FROM journal_append WHERE stream = ?1 AND key = ?2").Bind(1, stream).Bind(2, key);
        return row.Step() ? new AppendReceipt(new JournalPosition(row.Long(0)), row.Long(1), Repeated: true) : null;
    }

    private long Add(string name, long version)
    {
        using var row = database.Statement("INSERT INTO journal_stream (name, version) VALUES (?1, ?2) RETURNING id").Bind(1, name).Bind(2, version);
        row.Step();
        return row.Long(0);
    }

    private void SetVersion(long id, long version) =>
        database.Statement("UPDATE journal_stream SET version = ?2 WHERE id = ?1").Bind(1, id).Bind(2, version).Run();

    private void Keep(Snapshot snapshot)
    {
        if (snapshot.Value is not { } value)
            database.Statement("DELETE FROM snapshot WHERE owner = ?1 AND key = ?2").Bind(1, snapshot.Owner).Bind(2, snapshot.Key).Run();
        else
            database.Statement("INSERT INTO snapshot (owner, key, value) VALUES (?1, ?2, ?3) ON CONFLICT (owner, key) DO UPDATE SET value = excluded.value")
                .Bind(1, snapshot.Owner).Bind(2, snapshot.Key).Bind(3, value).Run();
    }
}
