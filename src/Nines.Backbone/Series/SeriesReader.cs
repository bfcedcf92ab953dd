using Nines.Backbone.Embedded;
using Nines.Core.Components;
using NodaTime;

namespace Nines.Backbone.Series;

/// <summary>Reads series from the journal's file, in the writer's process or beside it.</summary>
public sealed class SeriesReader(SqliteJournal journal)
{
    /// <value>Most buckets of the store that one call reads; a longer range is refused.</value>
    public const int MostRows = 1_000_000;

    private const long SecondsPerMinute = 60;

    /// <summary>Every series that has ever had a value, in order; of one component, or of all.</summary>
    public Task<IReadOnlyList<SeriesKey>> KeysAsync(ComponentId? component = null, CancellationToken cancellation = default) =>
        journal.QueryAsync<IReadOnlyList<SeriesKey>>(database => SeriesNames.All(database, component), cancellation);

    /// <summary>
    /// The buckets that begin in [<paramref name="from"/>, <paramref name="to"/>), merged to <paramref name="width"/>, in order; stretches without
    /// values have none. Where only hours are left, a bucket is an hour at least.
    /// </summary>
    /// <param name="width">A whole number of minutes, 1 minute to 366 days.</param>
    /// <exception cref="ArgumentOutOfRangeException">The width is not such a number, or the range holds more than <see cref="MostRows"/> buckets.</exception>
    public Task<IReadOnlyList<SeriesBucket>> ReadAsync(SeriesKey key, Instant from, Instant to, Duration width, CancellationToken cancellation = default)
    {
        var minutes = (long)width.TotalMinutes;
        if (width != Duration.FromMinutes(minutes) || minutes is < 1 or > 366 * 24 * 60)
            throw new ArgumentOutOfRangeException(nameof(width), width, "is not a whole number of minutes, 1 minute to 366 days");
        return journal.QueryAsync<IReadOnlyList<SeriesBucket>>(database => Read(database, key, from, to, minutes), cancellation);
    }

    private static List<SeriesBucket> Read(SqliteDatabase database, SeriesKey key, Instant from, Instant to, long width)
    {
        var merged = new SortedDictionary<(long Minute, long Width), SeriesSum>();
        // One transaction: a roll-up between the two reads would show an hour twice, or not at all.
        database.Statement("BEGIN").Run();
        try
        {
            if (SeriesNames.Find(database, key) is not { } series) return [];
            Merge(SeriesTable.Hour);
            Merge(SeriesTable.Minute);

            void Merge(SeriesTable table)
            {
                var unit = table.Minutes * SecondsPerMinute;
                var rows = table.Read(database, series, CeilingDivide(from.ToUnixTimeSeconds(), from, unit), CeilingDivide(to.ToUnixTimeSeconds(), to, unit), MostRows + 1);
                if (rows.Count > MostRows) throw new ArgumentOutOfRangeException(nameof(to), to, $"gives a range of more than {MostRows} buckets");
                var actual = Math.Max(width, table.Minutes);
                foreach (var (at, sum) in rows)
                {
                    var minute = at * table.Minutes;
                    var start = (minute - Mod(minute, actual), actual);
                    merged.TryGetValue(start, out var there);
                    there.Merge(sum);
                    merged[start] = there;
                }
            }
        }
        finally
        {
            database.Statement("COMMIT").Run();
        }
        return [.. merged.Select(pair => new SeriesBucket(Instant.FromUnixTimeSeconds(pair.Key.Minute * SecondsPerMinute), Duration.FromMinutes(pair.Key.Width),
            pair.Value.Count, pair.Value.Min, pair.Value.Max, pair.Value.Sum, pair.Value.Sketch ?? new QuantileSketch()))];
    }

    // The first unit that begins at or after the instant.
    private static long CeilingDivide(long seconds, Instant instant, long unit)
    {
        if (Instant.FromUnixTimeSeconds(seconds) < instant) seconds++;
        return (seconds + Mod(-seconds, unit)) / unit;
    }

    private static long Mod(long value, long by) => (value % by + by) % by;
}
