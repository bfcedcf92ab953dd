using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Nines.Core.Time;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Pricing.Series;

/// <summary>Reads a series from its CSV: strictly, for a wrong row would be money. What can be repaired without a doubt is, and is said.</summary>
internal static partial class SeriesFile
{
    private const int LeastRows = 3, MostSteps = 6_000_000;

    private static readonly string[] TimeColumns = ["time", "timestamp", "date", "datetime", "hour", "day"];
    private static readonly string[] Absent = ["", "nan", "null", "na", "n/a", "none", "-"];

    private const string Form = "A series is a CSV with a header line and, in each row, a time and a value: 2026-01-31T13:00Z,1234.50";

    private readonly record struct Row(int Line, Instant At, decimal? Value);

    /// <exception cref="PricingException">NIN4253 and NIN4260 to NIN4264: the file, its form, a time, a value, a repeated time, or the step cannot be used. NIN4267: its holidays.</exception>
    public static ValueSeries Open(SeriesOptions options, PlanFiles files)
    {
        var (bytes, digest) = files.Read(options.File);
        return Read(bytes, digest, options, SeriesHolidays.Open(options, files));
    }

    internal static ValueSeries Read(byte[] bytes, string digest, SeriesOptions options, ImmutableHashSet<LocalDate> holidays)
    {
        var name = PlanFiles.Name(options.File);
        var zone = options.Zone is null ? DateTimeZone.Utc : DateTimeZoneProviders.Tzdb[options.Zone];
        var notes = ImmutableArray.CreateBuilder<string>();
        var rows = Rows(new CsvTable(bytes, name, "NIN4260", Form), options, zone, notes);
        if (rows.Count < LeastRows) throw new PricingException("NIN4260", $"{name}: has {rows.Count} rows with a time. A series needs at least {LeastRows}, and a profile more than two weeks of them.");
        rows = Ordered(rows, name, notes);
        var grid = GridOf(rows, name, zone);
        var first = grid.IndexOf(rows[0].At);
        var count = grid.IndexOf(rows[^1].At) - first + 1;
        if (count > MostSteps) throw new PricingException("NIN4264", $"{name}: from {rows[0].At} to {rows[^1].At} are {count:N0} steps of {DurationText.Print(grid.Length)}, more than {MostSteps:N0}. Leave out old rows, or sum them up to hours.");
        var values = new decimal?[count];
        if (options.Missing == MissingRows.Zero) Array.Fill(values, 0m);
        foreach (var row in rows) values[grid.IndexOf(row.At) - first] = row.Value;
        var gaps = values.Count(value => value is null);
        if (gaps > 0) notes.Add(string.Create(CultureInfo.InvariantCulture, $"{name} has no value for {gaps:N0} of its {count:N0} steps of {DurationText.Print(grid.Length)}. A gap is not zero: it is left out of what is learnt."));
        if (options.Missing == MissingRows.Zero && count > rows.Count) notes.Add(string.Create(CultureInfo.InvariantCulture, $"{name} has no row for {count - rows.Count:N0} of its {count:N0} steps; the config says that they are zero."));
        return new ValueSeries
        {
            Name = options.Name,
            Currency = Currency.TryParse(options.Unit, out var currency) ? currency : null,
            Steps = grid,
            First = first,
            Values = [.. values],
            Holidays = holidays,
            Source = $"{name} (sha256 {digest[..12]})",
            Digest = digest,
            Notes = notes.ToImmutable(),
        };
    }

    private static List<Row> Rows(CsvTable table, SeriesOptions options, DateTimeZone zone, ImmutableArray<string>.Builder notes)
    {
        var at = ColumnOf(table, options.Time, TimeColumns, -1, "times");
        var valueAt = ColumnOf(table, options.Value, ["value"], at, "values");
        var rows = new List<Row>();
        bool? zoned = null;
        while (table.Next(Math.Max(at, valueAt) + 1) is { } cells)
        {
            if (!SeriesTime.TryParse(cells[at], out var time))
                throw table.Wrong("NIN4261", $"'{CsvTable.Shown(cells[at])}' is not a time from {SeriesTime.FirstYear} to {SeriesTime.LastYear}", "Write 2026-01-31T13:00Z, 2026-01-31 13:00 (in the series' zone), a day, or seconds since 1970");
            if (zoned is { } before && before != time.Offset is not null)
                throw table.Wrong("NIN4261", $"'{CsvTable.Shown(cells[at])}' has {(before ? "no" : "an")} offset, and the rows before have {(before ? "one" : "none")}", "Write all times with one or all without");
            zoned = time.Offset is not null;
            rows.Add(new Row(table.Line, InstantOf(time, zone, rows, table), ValueOf(cells[valueAt], table)));
        }
        if (zoned == false && options.Zone is null) notes.Add("The series' times have no offset and the config gives it no zone: they are read as UTC.");
        return rows;
    }

    private static int ColumnOf(CsvTable table, string? wanted, string[] usual, int taken, string what)
    {
        var names = wanted is null ? usual : [wanted];
        foreach (var name in names)
            if (Array.FindIndex(table.Columns, column => column.Equals(name, StringComparison.OrdinalIgnoreCase)) is >= 0 and var at && at != taken)
                return at;
        if (wanted is null && taken >= 0 && table.Columns.Length == 2) return 1 - taken;
        throw table.Wrong($"there is no column of {what} ({string.Join(", ", names)}) among {CsvTable.Shown(string.Join(", ", table.Columns))}");
    }

    /// <summary>A local time that comes twice, where clocks go back, is the first one unless the row before is not earlier.</summary>
    private static Instant InstantOf(SeriesTime time, DateTimeZone zone, List<Row> before, CsvTable table)
    {
        if (time.Offset is { } offset) return time.Local.WithOffset(offset).ToInstant();
        if (time.IsDay) return zone.AtStartOfDay(time.Local.Date).ToInstant();
        var map = zone.MapLocal(time.Local);
        return map.Count switch
        {
            0 => throw table.Wrong("NIN4261", $"{time.Local:uuuu-MM-dd HH:mm} is not a time in {zone.Id}: clocks skip it", "Export with offsets, or give the zone that the times are really of"),
            1 => map.Single().ToInstant(),
            _ => before.Count > 0 && before[^1].At >= map.First().ToInstant() && before[^1].At < map.Last().ToInstant() ? map.Last().ToInstant() : map.First().ToInstant(),
        };
    }

    private static decimal? ValueOf(string cell, CsvTable table)
    {
        if (Absent.Contains(cell, StringComparer.OrdinalIgnoreCase)) return null;
        var plain = Grouped().IsMatch(cell) ? cell.Replace(",", "", StringComparison.Ordinal) : cell;
        if (!decimal.TryParse(plain, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value) || Math.Abs(value) > Amount.Greatest)
            throw table.Wrong("NIN4262", $"'{CsvTable.Shown(cell)}' is not a value", $"Write a number with a decimal point, up to {Amount.Greatest:0e0}: 1234.50 or \"1,234.50\"; leave out what is not known");
        if (value < 0)
            throw table.Wrong("NIN4262", $"'{CsvTable.Shown(cell)}' is below nothing", "A series says what was earned, traded or done before refunds: export gross values, with refunds apart");
        return value;
    }

    private static List<Row> Ordered(List<Row> rows, string name, ImmutableArray<string>.Builder notes)
    {
        if (Enumerable.Range(1, rows.Count - 1).Any(i => rows[i].At < rows[i - 1].At))
        {
            rows = [.. rows.OrderBy(row => row.At)];
            notes.Add($"The rows of {name} are not in order of time; they were sorted.");
        }
        var kept = new List<Row>(rows.Count);
        foreach (var row in rows)
        {
            if (kept.Count == 0 || kept[^1].At != row.At) kept.Add(row);
            else if (kept[^1].Value is null) kept[^1] = row;
            else if (row.Value is not null && row.Value != kept[^1].Value)
                throw new PricingException("NIN4263", $"{name}:{row.Line}: {row.At} has the value {row.Value}, and {kept[^1].Value} in line {kept[^1].Line}. Keep one row for each time, or sum them up.");
        }
        if (kept.Count < rows.Count) notes.Add(string.Create(CultureInfo.InvariantCulture, $"{rows.Count - kept.Count:N0} rows of {name} repeat another row; each counts once."));
        if (kept.Count < LeastRows) throw new PricingException("NIN4260", $"{name}: has {kept.Count} rows with times of their own. A series needs at least {LeastRows}.");
        return kept;
    }

    /// <summary>The step is the difference between rows that there is most often; every row has to lie on it.</summary>
    private static SlotGrid GridOf(List<Row> rows, string name, DateTimeZone zone)
    {
        var step = Enumerable.Range(1, rows.Count - 1).Select(i => rows[i].At - rows[i - 1].At).GroupBy(length => length).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).First().Key;
        if (step.TotalHours is >= 23 and <= 25) return Daily(rows, name, zone);
        if (step < Duration.FromMinutes(1) || step > Duration.FromHours(1) || Duration.FromHours(1).BclCompatibleTicks % step.BclCompatibleTicks != 0)
            throw new PricingException("NIN4264", $"{name}: most rows are {DurationText.Print(step)} apart. A step is a day, an hour, or a whole part of an hour down to a minute: sum the rows up.");
        var grid = new SlotGrid(zone, step, rows[0].At);
        foreach (var row in rows)
            if (grid.StartOf(grid.IndexOf(row.At)) != row.At)
                throw new PricingException("NIN4264", $"{name}:{row.Line}: {row.At} is not a multiple of {DurationText.Print(step)}, the step of the other rows, after {rows[0].At}. Put every row on one step.");
        return grid;
    }

    private static SlotGrid Daily(List<Row> rows, string name, DateTimeZone zone)
    {
        foreach (var row in rows)
            if (zone.AtStartOfDay(row.At.InZone(zone).Date).ToInstant() != row.At)
                throw new PricingException("NIN4264", $"{name}:{row.Line}: this day begins at {row.At.InZone(zone).TimeOfDay:HH:mm} in {zone.Id}. Give the series the zone in which its days begin at midnight, such as zone: UTC, or write days without a time.");
        return new SlotGrid(zone, Duration.FromDays(1), rows[0].At);
    }

    [GeneratedRegex(@"\A[+-]?\d{1,3}(,\d{3})+(\.\d+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Grouped();
}
