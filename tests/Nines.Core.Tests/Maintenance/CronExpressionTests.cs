using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Nines.Core.Components;
using Nines.Core.Maintenance;
using Nines.Testing;
using NodaTime;

namespace Nines.Core.Tests.Maintenance;

public sealed class CronExpressionTests
{
    private static CronExpression Parse(string text) => CronExpression.TryParse(text, out var cron, out var problem) ? cron : throw new FormatException(problem);

    private static string Days(string text, int year, int month) => string.Join(" ",
        Enumerable.Range(1, CalendarSystem.Iso.GetDaysInMonth(year, month)).Where(day => Parse(text).Includes(new LocalDate(year, month, day))));

    [Theory]   // November 2026 begins on a Sunday
    [InlineData("0 3 * * TUE#2", "10")]
    [InlineData("0 3 * * 5L", "27")]
    [InlineData("0 3 * * SUNL", "29")]
    [InlineData("0 3 * * 0,7", "1 8 15 22 29")]
    [InlineData("0 3 * * FRI-SUN", "1 6 7 8 13 14 15 20 21 22 27 28 29")]
    [InlineData("0 3 L * *", "30")]
    [InlineData("0 3 L-29 * ?", "1")]
    [InlineData("0 3 1W,15W * ?", "2 16")]
    [InlineData("0 3 14w * ?", "13")]
    [InlineData("0 3 LW * ?", "30")]
    [InlineData("0 3 31W,31 * ?", "")]
    [InlineData("0 3 1-10/4 nov *", "1 5 9")]
    [InlineData("0 3 */10 * *", "1 11 21")]
    [InlineData("0 3 13 * FRI", "6 13 20 27")]
    [InlineData("0 3 * JAN *", "")]
    [InlineData("0 3 * * SUN#5", "29")]
    public void The_days_of_a_month_are_those_that_the_fields_say(string text, string days) => Assert.Equal(days, Days(text, 2026, 11));

    [Fact]
    public void The_working_day_nearest_to_the_first_or_last_stays_in_its_month()
    {
        Assert.Equal("3", Days("0 3 1W * *", 2026, 8));    // the 1st is a Saturday
        Assert.Equal("29", Days("0 3 31W * *", 2026, 5));  // the 31st is a Sunday
        Assert.Equal("27", Days("0 3 LW * *", 2026, 2));   // the 28th is a Saturday
    }

    [Theory]
    [InlineData("0 3 * *", "has 4 fields, not five")]
    [InlineData("60 3 * * *", "field 1, the minute: '60' is not within 0 to 59.")]
    [InlineData("0 3,,4 * * *", "field 2, the hour: there is nothing between two commas")]
    [InlineData("0 3-1 * * *", "field 2, the hour: '3-1': the range ends before it begins. Write it as two, 3-23,0-1.")]
    [InlineData("*/0 3 * * *", "field 1, the minute: '*/0': the step after / is 1 to 59.")]
    [InlineData("0 3 32 * *", "field 3, the day of the month: '32' is not within 1 to 31.")]
    [InlineData("0 3 5-7W * *", "field 3, the day of the month: '5-7W': W stands behind one day")]
    [InlineData("0 3 * FOO *", "field 4, the month: 'FOO' is neither a number from 1 to 12 nor one of JAN")]
    [InlineData("0 3 * * TUE#6", "field 5, the day of the week: 'TUE#6': the number after # is 1 to 5")]
    [InlineData("0 3 * * L", "field 5, the day of the week: 'L': L stands behind one day of the week, as in FRIL.")]
    [InlineData("0 3 30 FEB *", "never happens")]
    [InlineData("0 3 * * -1", "field 5, the day of the week: ''")]
    [InlineData("@daily", "has 1 field, not five")]
    public void A_mistake_names_the_field_and_the_part(string text, string words)
    {
        Assert.False(CronExpression.TryParse(text, out _, out var problem));
        Assert.Contains(words, problem);
    }

    [Theory]
    [InlineData("0 3 * * *", "1:00:00:00")]
    [InlineData("0 3 * * TUE#2", "28:00:00:00")]
    [InlineData("0 */6 * * *", "0:06:00:00")]
    [InlineData("50 23,0 * * *", "0:01:00:00")]
    public void The_shortest_gap_bounds_the_length_of_a_window(string text, string gap) =>
        Assert.Equal(gap, Parse(text).ShortestGap!.Value.ToString("D:hh:mm:ss", CultureInfo.InvariantCulture));

    [Fact]
    public void A_start_that_does_not_exist_is_shifted_and_one_that_comes_twice_runs_once()
    {
        var berlin = DateTimeZoneProviders.Tzdb["Europe/Berlin"];
        string Starts(string cron, LocalDate day) => string.Join(" ", new MaintenanceRule.Cron("w", [], Parse(cron), Duration.FromMinutes(10), berlin)
            .Occurrences(berlin.AtStartOfDay(day).ToInstant(), berlin.AtStartOfDay(day.PlusDays(1)).ToInstant()).Select(window => window.From.ToString("HH:mm", CultureInfo.InvariantCulture)));
        Assert.Equal("01:30", Starts("30 2 * * *", new LocalDate(2026, 3, 29)));          // 02:30 is 03:30, UTC+2
        Assert.Equal("00:00 01:00", Starts("0 1-3 * * *", new LocalDate(2026, 3, 29)));    // 02:00 falls on 03:00: one window
        Assert.Equal("00:30", Starts("30 2 * * *", new LocalDate(2026, 10, 25)));         // the first of the two
    }

    private static readonly string[] Zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Santiago"];

    /// <summary>Minute by minute over local time: what the fields say, without a calendar's help.</summary>
    [Fact]
    public void Windows_are_those_of_a_walk_over_every_minute()
    {
        var fields = from minute in Gen.Elements("0", "30", "5,45", "*/20", "10-50/20")
                     from hour in Gen.Elements("*", "2", "0-3", "*/5", "23,1")
                     from day in Gen.Elements("*", "?", "1", "L", "L-2", "15W", "LW", "1-7", "29,30,31", "1W")
                     from month in Gen.Elements("*", "3,10", "MAR-APR", "*/2", "NOV")
                     from weekday in Gen.Elements("*", "SUN", "MON-FRI", "TUE#2", "5L", "7", "SAT,SUN#1")
                     from zone in Gen.Elements(Zones)
                     from start in Gen.Choose(0, 365 * 3)
                     select (Text: $"{minute} {hour} {day} {month} {weekday}", Zone: DateTimeZoneProviders.Tzdb[zone], From: Instant.FromUtc(2025, 1, 1, 0, 0) + Duration.FromDays(start));
        Prop.ForAll(fields.ToArbitrary(), rule =>
        {
            var to = rule.From + Duration.FromDays(40);
            var windows = new MaintenanceRule.Cron("w", [new ComponentId("a")], Parse(rule.Text), Duration.FromMinutes(1), rule.Zone).Occurrences(rule.From, to);
            var expected = Walk(rule.Text.ToUpperInvariant().Split(' '), rule.Zone, rule.From, to);
            Assert.Equal(expected, windows.Select(window => window.From).Where(from => from >= rule.From));
        }).Check(SameDraws.Config.WithMaxTest(150));
    }

    private static SortedSet<Instant> Walk(string[] fields, DateTimeZone zone, Instant from, Instant to)
    {
        var starts = new SortedSet<Instant>();
        var end = to.InZone(zone).LocalDateTime.PlusDays(2);
        for (var local = from.InZone(zone).LocalDateTime.Date.PlusDays(-2).AtMidnight(); local < end; local = local.PlusMinutes(1))
        {
            if (!Plain(fields[0], local.Minute, 0, []) || !Plain(fields[1], local.Hour, 0, []) || !Plain(fields[3], local.Month, 1, Months)) continue;
            var (day, weekday) = (fields[2].Split(',').Any(part => IsDay(part, local.Date)), fields[4].Split(',').Any(part => IsWeekday(part, local.Date)));
            if (!((fields[2] is "*" or "?", fields[4] is "*" or "?") switch { (true, true) => true, (false, true) => day, (true, false) => weekday, (false, false) => day || weekday })) continue;
            var map = zone.MapLocal(local);
            var start = map.Count > 0 ? map.First().ToInstant() : map.LateInterval.Start + (local - map.EarlyInterval.IsoLocalEnd).ToDuration();
            if (start >= from && start < to) starts.Add(start);
        }
        return starts;
    }

    private static readonly string[] Months = ["", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] Weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private static int Number(string text, string[] names) => Array.IndexOf(names, text) is >= 0 and var at ? at : int.Parse(text, CultureInfo.InvariantCulture);

    private static bool Plain(string field, int value, int least, string[] names) => field.Split(',').Any(part =>
    {
        var (range, step) = part.Split('/') is [var left, var right] ? (left, int.Parse(right, CultureInfo.InvariantCulture)) : (part, 1);
        if (range is "*" or "?") return (value - least) % step == 0;
        int[] ends = [.. range.Split('-').Select(end => Number(end, names))];
        return value >= ends[0] && value <= ends[^1] && (value - ends[0]) % step == 0;
    });

    private static bool IsDay(string part, LocalDate date)
    {
        var end = date.With(DateAdjusters.EndOfMonth);
        if (part == "L") return date == end;
        if (part.StartsWith("L-", StringComparison.Ordinal)) return date == end.PlusDays(-int.Parse(part[2..], CultureInfo.InvariantCulture));
        if (!part.EndsWith('W')) return Plain(part, date.Day, 1, []);
        var wanted = part == "LW" ? end : date.With(DateAdjusters.DayOfMonth(int.Parse(part[..^1], CultureInfo.InvariantCulture)));
        // The working days of its month by their distance; of two equally near there are none, for a weekend has two days.
        return date.DayOfWeek < IsoDayOfWeek.Saturday && date == Enumerable.Range(1, end.Day).Select(day => new LocalDate(end.Year, end.Month, day))
            .Where(day => day.DayOfWeek < IsoDayOfWeek.Saturday).MinBy(day => Math.Abs(Period.DaysBetween(day, wanted)));
    }

    private static bool IsWeekday(string part, LocalDate date)
    {
        var number = (int)date.DayOfWeek % 7;
        if (part.Split('#') is [var name, var which]) return Number(name, Weekdays) % 7 == number && (date.Day + 6) / 7 == int.Parse(which, CultureInfo.InvariantCulture);
        if (part.EndsWith('L')) return Number(part[..^1], Weekdays) % 7 == number && date.Day > date.Calendar.GetDaysInMonth(date.Year, date.Month) - 7;
        return Plain(part, number, 0, Weekdays) || (number == 0 && Plain(part, 7, 0, Weekdays));
    }
}
