using System.Text.Json;
using Nines.Backbone.Journal;
using Nines.Core.Facts;

namespace Nines.Backbone.Embedded;

/// <summary>Rows to entries: first the bytes, in one pass over the table; then the JSON, on all cores when there is much of it.</summary>
internal sealed class EntryReading(string path)
{
    private const int RowsAtOnce = 8_192;
    private const int BytesAtOnce = 16 << 20;
    private const int WorthSharing = 256;

    private readonly System.Collections.Concurrent.ConcurrentDictionary<long, string> names = new();

    private readonly record struct Row(long Position, long Stream, long Version, int Start, int Length);

    public IReadOnlyList<JournalEntry> Read(SqliteDatabase database, JournalPosition after, int most, CancellationToken cancellation)
    {
        var entries = new List<JournalEntry>(Math.Min(most, 1_024));
        var rows = new List<Row>();
        var bytes = new byte[64 << 10];
        using var select = database.Statement("SELECT position, stream, version, fact FROM journal_entry WHERE position > ?1 ORDER BY position LIMIT ?2")
            .Bind(1, after.Value).Bind(2, most);
        var next = after.Value + 1;
        for (var more = true; more;)
        {
            rows.Clear();
            var used = 0;
            while (rows.Count < RowsAtOnce && used < BytesAtOnce && (more = select.Step()))
            {
                var fact = select.Blob(3);
                if (used + fact.Length > bytes.Length) Array.Resize(ref bytes, Math.Max(bytes.Length * 2, used + fact.Length));
                fact.CopyTo(bytes.AsSpan(used));
                var row = new Row(select.Long(0), select.Long(1), select.Long(2), used, fact.Length);
                if (row.Position != next) throw JournalErrors.Damaged(path, $"position {next} is missing: the next entry is {row.Position}");
                next++;
                rows.Add(row);
                used += fact.Length;
            }
            cancellation.ThrowIfCancellationRequested();
            foreach (var row in rows) Name(database, row.Stream);
            entries.AddRange(Parse(rows, bytes));
        }
        return entries;
    }

    private JournalEntry[] Parse(List<Row> rows, byte[] bytes)
    {
        var parsed = new JournalEntry[rows.Count];
        if (rows.Count < WorthSharing)
        {
            for (var i = 0; i < parsed.Length; i++) parsed[i] = Parse(rows[i], bytes);
            return parsed;
        }
        try
        {
            var parts = (rows.Count + WorthSharing - 1) / WorthSharing;
            Parallel.For(0, parts, part =>
            {
                var end = Math.Min(rows.Count, (part + 1) * WorthSharing);
                for (var i = part * WorthSharing; i < end; i++) parsed[i] = Parse(rows[i], bytes);
            });
        }
        catch (AggregateException e) when (e.InnerExceptions.OfType<JournalException>().FirstOrDefault() is { } first)
        {
            throw first;
        }
        return parsed;
    }

    private JournalEntry Parse(Row row, byte[] bytes)
    {
        var position = new JournalPosition(row.Position);
        try
        {
            return new JournalEntry(position, names[row.Stream], row.Version, FactJson.Read(bytes.AsSpan(row.Start, row.Length)));
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or FormatException or ArgumentException or InvalidOperationException)
        {
            throw JournalErrors.CannotRead(position, e);
        }
    }

    private void Name(SqliteDatabase database, long stream)
    {
        if (names.ContainsKey(stream)) return;
        using var row = database.Statement("SELECT name FROM journal_stream WHERE id = ?1").Bind(1, stream);
        names[stream] = row.Step() ? row.Text(0) : throw JournalErrors.Damaged(path, $"stream {stream} has no name");
    }
}
