using Nines.Backbone.Embedded;
using Nines.Core.Components;

namespace Nines.Backbone.Series;

/// <summary>A series' values of one stretch, as the tables hold them.</summary>
internal struct SeriesSum
{
    public long Count;
    public double Min;
    public double Max;
    public double Sum;
    /// <summary>Null while values are only counted.</summary>
    public QuantileSketch? Sketch;

    public void Add(double value)
    {
        SumUp(value);
        (Sketch ??= new QuantileSketch()).Add(value);
    }

    /// <summary>One of something that is only counted.</summary>
    public void AddOne() => SumUp(1);

    public void Merge(in SeriesSum other)
    {
        (Min, Max) = Count == 0 ? (other.Min, other.Max) : (Math.Min(Min, other.Min), Math.Max(Max, other.Max));
        Count += other.Count;
        Sum += other.Sum;
        if (other.Sketch is { } more) (Sketch ??= new QuantileSketch()).Merge(more);
    }

    private void SumUp(double value)
    {
        (Min, Max) = Count == 0 ? (value, value) : (Math.Min(Min, value), Math.Max(Max, value));
        Count++;
        Sum += value;
    }
}

/// <summary>One width of buckets: its table and the name of its time column.</summary>
internal sealed record SeriesTable(string Name, string Column, int Minutes)
{
    public static readonly SeriesTable Minute = new("series_minute", "minute", 1);
    public static readonly SeriesTable Hour = new("series_hour", "hour", 60);

    private string Select { get; } = $"SELECT {Column}, count, min, max, sum, sketch FROM {Name} WHERE series = ?1 AND {Column} >= ?2 AND {Column} < ?3 ORDER BY {Column} LIMIT ?4";
    private string Replace { get; } = $"INSERT OR REPLACE INTO {Name} (series, {Column}, count, min, max, sum, sketch) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    private string Delete { get; } = $"DELETE FROM {Name} WHERE series = ?1 AND {Column} >= ?2 AND {Column} < ?3";

    /// <summary>Rows of [from, to), in order. Units of time since the Unix epoch, minutes or hours.</summary>
    public List<(long At, SeriesSum Sum)> Read(SqliteDatabase database, long series, long from, long to, int most)
    {
        var found = new List<(long, SeriesSum)>();
        using var row = database.Statement(Select).Bind(1, series).Bind(2, from).Bind(3, to).Bind(4, most);
        while (row.Step())
            found.Add((row.Long(0), new SeriesSum { Count = row.Long(1), Min = row.Real(2), Max = row.Real(3), Sum = row.Real(4), Sketch = QuantileSketch.FromBytes(row.Blob(5)) }));
        return found;
    }

    /// <summary>Adds to what is there for the same stretch: late values and restarts in mid-minute lose nothing.</summary>
    public void Add(SqliteDatabase database, long series, long at, in SeriesSum more)
    {
        var sum = more;
        if (Read(database, series, at, at + 1, 1) is [var (_, there)])
        {
            sum = there;
            sum.Merge(more);
        }
        database.Statement(Replace).Bind(1, series).Bind(2, at).Bind(3, sum.Count).Bind(4, sum.Min).Bind(5, sum.Max).Bind(6, sum.Sum).Bind(7, sum.Sketch?.ToBytes() ?? []).Run();
    }

    public void Remove(SqliteDatabase database, long series, long from, long to) =>
        database.Statement(Delete).Bind(1, series).Bind(2, from).Bind(3, to).Run();
}

/// <summary>The numbers by which the tables name series.</summary>
internal static class SeriesNames
{
    /// <returns>The number of the series; null when it has no values.</returns>
    public static long? Find(SqliteDatabase database, in SeriesKey key)
    {
        using var row = database.Statement("SELECT id FROM series WHERE component = ?1 AND probe = ?2 AND vantage_point = ?3 AND signal = ?4")
            .Bind(1, key.Component.Value).Bind(2, key.Probe).Bind(3, key.From.Value).Bind(4, key.Signal);
        return row.Step() ? row.Long(0) : null;
    }

    public static long FindOrAdd(SqliteDatabase database, in SeriesKey key)
    {
        if (Find(database, key) is { } known) return known;
        using var row = database.Statement("INSERT INTO series (component, probe, vantage_point, signal) VALUES (?1, ?2, ?3, ?4) RETURNING id")
            .Bind(1, key.Component.Value).Bind(2, key.Probe).Bind(3, key.From.Value).Bind(4, key.Signal);
        row.Step();
        return row.Long(0);
    }

    public static List<SeriesKey> All(SqliteDatabase database, ComponentId? component)
    {
        var found = new List<SeriesKey>();
        using var row = database.Statement("SELECT component, probe, vantage_point, signal FROM series WHERE ?1 = '' OR component = ?1 ORDER BY component, probe, vantage_point, signal")
            .Bind(1, component?.Value ?? "");
        while (row.Step()) found.Add(new SeriesKey(new ComponentId(row.Text(0)), row.Text(1), new VantagePointId(row.Text(2)), row.Text(3)));
        return found;
    }
}
