using Nines.Backbone.Embedded;
using NodaTime;

namespace Nines.Backbone.Series;

/// <summary>How long series are kept.</summary>
public sealed record SeriesRetention
{
    /// <summary>Minutes older than this become hours.</summary>
    /// <value>90 days; at least 1 day.</value>
    public Duration Minutes { get; init; } = Duration.FromDays(90);

    /// <summary>Hours older than this are deleted.</summary>
    /// <value>730 days; not shorter than <see cref="Minutes"/>.</value>
    public Duration Hours { get; init; } = Duration.FromDays(730);

    /// <summary>Most buckets that one step rolls up or deletes: so long, at most, do appends wait for it.</summary>
    /// <value>5,000; 60 to 1,000,000.</value>
    public int MostInStep { get; init; } = 5_000;

    internal void Validate()
    {
        if (Minutes < Duration.FromDays(1)) throw new ArgumentOutOfRangeException(nameof(Minutes), Minutes, "is below 1 day");
        if (Hours < Minutes) throw new ArgumentOutOfRangeException(nameof(Hours), Hours, "is shorter than the minutes are kept");
        if (MostInStep is < 60 or > 1_000_000) throw new ArgumentOutOfRangeException(nameof(MostInStep), MostInStep, "is outside 60 to 1,000,000");
    }
}

/// <summary>Rolls minutes up to hours and deletes old hours, a bounded step at a time, going round the series.</summary>
internal sealed class SeriesPruning(SeriesRetention retention)
{
    private const int SeriesInStep = 500;
    private long after; // the number of the series that the last step ended with

    /// <returns>True when the step reached the last series: older buckets than the retention are gone.</returns>
    public bool Step(SqliteDatabase database, Instant now)
    {
        var minutesBefore = FloorHours(now - retention.Minutes) * 60;
        var hoursBefore = FloorHours(now - retention.Hours);
        var left = retention.MostInStep;
        var numbers = new List<long>();
        using (var row = database.Statement("SELECT id FROM series WHERE id > ?1 ORDER BY id LIMIT ?2").Bind(1, after).Bind(2, SeriesInStep))
            while (row.Step()) numbers.Add(row.Long(0));
        foreach (var series in numbers)
        {
            left -= RollUp(database, series, minutesBefore, left);
            left -= Delete(database, series, hoursBefore, left);
            if (left <= 0) return false; // this series may have more: the next step begins with it
            after = series;
        }
        if (numbers.Count == SeriesInStep) return false;
        after = 0;
        return true;
    }

    private static int RollUp(SqliteDatabase database, long series, long before, int most)
    {
        if (most <= 0) return 0;
        var rows = SeriesTable.Minute.Read(database, series, long.MinValue, before, most);
        if (rows.Count == 0) return 0;
        foreach (var hour in rows.GroupBy(row => Math.DivRem(row.At, 60L).Quotient))
        {
            var sum = default(SeriesSum);
            foreach (var (_, minute) in hour) sum.Merge(minute);
            SeriesTable.Hour.Add(database, series, hour.Key, sum);
        }
        SeriesTable.Minute.Remove(database, series, long.MinValue, rows[^1].At + 1);
        return rows.Count;
    }

    private static int Delete(SqliteDatabase database, long series, long before, int most)
    {
        if (most <= 0) return 0;
        var rows = SeriesTable.Hour.Read(database, series, long.MinValue, before, most);
        if (rows.Count > 0) SeriesTable.Hour.Remove(database, series, long.MinValue, rows[^1].At + 1);
        return rows.Count;
    }

    private static long FloorHours(Instant instant) => (long)Math.Floor((instant - NodaConstants.UnixEpoch).TotalHours);
}
