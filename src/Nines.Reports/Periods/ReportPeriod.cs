using System.Globalization;
using System.Text.RegularExpressions;
using NodaTime;
using NodaTime.Calendars;
using NodaTime.Text;

namespace Nines.Reports.Periods;

/// <summary>How long a calendar period is.</summary>
public enum PeriodKind
{
    Month,
    /// <summary>From Monday on, as ISO 8601 numbers them.</summary>
    Week,
    Quarter,
    Year,
    /// <summary>Between any two instants.</summary>
    Range,
}

/// <summary>What a report is of: [From, To), of a calendar in a time zone. A month with a change of clocks is an hour shorter or longer than others.</summary>
/// <param name="Name">For machines and file names: 2026-10, 2026-W41, 2026-Q3, 2026, or two instants.</param>
/// <param name="Title">For people: October 2026.</param>
public sealed partial record ReportPeriod(PeriodKind Kind, string Name, string Title, Instant From, Instant To, DateTimeZone Zone)
{
    /// <summary>Of a range that is read: a report works through every day of it, for every component.</summary>
    public static readonly Duration LongestRange = Duration.FromDays(3_660);

    private static readonly InstantPattern Fine = InstantPattern.ExtendedIso;

    public static ReportPeriod Month(int year, int month, DateTimeZone zone)
    {
        var first = new LocalDate(year, month, 1);
        return Of(PeriodKind.Month, Text($"{year:0000}-{month:00}"), first.ToString("MMMM uuuu", CultureInfo.InvariantCulture), first, first.PlusMonths(1), zone);
    }

    /// <param name="week">1 to 52 or 53, as ISO 8601 numbers weeks.</param>
    public static ReportPeriod Week(int year, int week, DateTimeZone zone)
    {
        var first = WeekYearRules.Iso.GetLocalDate(year, week, IsoDayOfWeek.Monday);
        return Of(PeriodKind.Week, Text($"{year:0000}-W{week:00}"), Text($"week {week} of {year}"), first, first.PlusWeeks(1), zone);
    }

    public static ReportPeriod Quarter(int year, int quarter, DateTimeZone zone)
    {
        var first = new LocalDate(year, quarter * 3 - 2, 1);
        return Of(PeriodKind.Quarter, Text($"{year:0000}-Q{quarter}"), Text($"quarter {quarter} of {year}"), first, first.PlusMonths(3), zone);
    }

    public static ReportPeriod Year(int year, DateTimeZone zone)
    {
        var first = new LocalDate(year, 1, 1);
        return Of(PeriodKind.Year, Text($"{year:0000}"), Text($"{year}"), first, first.PlusYears(1), zone);
    }

    /// <exception cref="ArgumentException">It is empty.</exception>
    public static ReportPeriod Range(Instant from, Instant to, DateTimeZone zone)
    {
        if (from >= to) throw new ArgumentException($"{from} is not before {to}.");
        var (begin, end) = (Told(from, zone), Told(to, zone));
        return new ReportPeriod(PeriodKind.Range, $"{Fine.Format(from)}/{Fine.Format(to)}", $"{begin} to {end}", from, to, zone);
    }

    /// <summary>The calendar period that an instant lies in.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A range is none.</exception>
    public static ReportPeriod Containing(Instant instant, PeriodKind kind, DateTimeZone zone)
    {
        var date = instant.InZone(zone).Date;
        return kind switch
        {
            PeriodKind.Month => Month(date.Year, date.Month, zone),
            PeriodKind.Week => Week(WeekYearRules.Iso.GetWeekYear(date), WeekYearRules.Iso.GetWeekOfWeekYear(date), zone),
            PeriodKind.Quarter => Quarter(date.Year, (date.Month + 2) / 3, zone),
            PeriodKind.Year => Year(date.Year, zone),
            PeriodKind.Range => throw new ArgumentOutOfRangeException(nameof(kind), kind, "is no calendar's"),
        };
    }

    /// <summary>The one before it: of a range one of the same length.</summary>
    public ReportPeriod Before() => Kind == PeriodKind.Range ? Range(From - (To - From), From, Zone) : Containing(From - Duration.FromTicks(1), Kind, Zone);

    /// <summary>Its days in its zone, the first and the last perhaps cut.</summary>
    public IEnumerable<(LocalDate Date, Instant From, Instant To)> Days()
    {
        for (var date = From.InZone(Zone).Date; ; date = date.PlusDays(1))
        {
            var (begin, end) = (StartOf(date), StartOf(date.PlusDays(1)));
            if (begin >= To) yield break;
            // Some zone has skipped a whole day: it is none then.
            if (end > begin && end > From) yield return (date, Instant.Max(begin, From), Instant.Min(end, To));
        }
    }

    /// <summary>The first instant of a day; of one that the zone has skipped, the first after it.</summary>
    private Instant StartOf(LocalDate date) => Zone.AtLeniently(date.AtMidnight()).ToInstant();

    /// <summary>Reads 2026-10, 2026-W41, 2026-Q3, 2026, or two days or instants with .. between: the second is where it ends.</summary>
    /// <returns>Null when it is none of these, empty, longer than <see cref="LongestRange"/>, or outside the years 1970 to 9000.</returns>
    public static ReportPeriod? Parse(string text, DateTimeZone zone)
    {
        var ends = text.Split("..");
        if (ends.Length == 2) return At(ends[0], zone) is { } from && At(ends[1], zone) is { } to && from < to && to - from <= LongestRange && IsUsual(from.InUtc().Year) && IsUsual(to.InUtc().Year) ? Range(from, to, zone) : null;
        var match = Calendar().Match(text);
        if (!match.Success) return null;
        int Number(string group) => int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        var year = Number("year");
        if (!IsUsual(year)) return null;
        if (match.Groups["month"].Success) return Number("month") is >= 1 and <= 12 and var month ? Month(year, month, zone) : null;
        if (match.Groups["week"].Success) return Number("week") is >= 1 and var week && week <= WeekYearRules.Iso.GetWeeksInWeekYear(year) ? Week(year, week, zone) : null;
        if (match.Groups["quarter"].Success) return Number("quarter") is >= 1 and <= 4 and var quarter ? Quarter(year, quarter, zone) : null;
        return Year(year, zone);
    }

    private static bool IsUsual(int year) => year is >= 1970 and <= 9_000;

    private static Instant? At(string text, DateTimeZone zone)
    {
        if (LocalDatePattern.Iso.Parse(text).TryGetValue(default, out var date)) return zone.AtStartOfDay(date).ToInstant();
        return OffsetDateTimePattern.Rfc3339.Parse(text).TryGetValue(default, out var exact) ? exact.ToInstant() : null;
    }

    private static ReportPeriod Of(PeriodKind kind, string name, string title, LocalDate first, LocalDate next, DateTimeZone zone) =>
        new(kind, name, title, zone.AtStartOfDay(first).ToInstant(), zone.AtStartOfDay(next).ToInstant(), zone);

    private static string Told(Instant at, DateTimeZone zone)
    {
        var local = at.InZone(zone);
        return local.TimeOfDay == LocalTime.Midnight ? LocalDatePattern.Iso.Format(local.Date) : local.ToString("uuuu-MM-dd HH:mm", CultureInfo.InvariantCulture);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\A(?<year>[0-9]{4})(-((?<month>[0-9]{2})|W(?<week>[0-9]{1,2})|Q(?<quarter>[0-9])))?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Calendar();
}
