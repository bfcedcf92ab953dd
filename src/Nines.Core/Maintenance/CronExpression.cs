using System.Collections.Immutable;
using NodaTime;

namespace Nines.Core.Maintenance;

/// <summary>
/// When something begins, in five fields as cron has them: minute, hour, day of the month, month, day of the week. Numbers, names
/// (JAN, TUE), <c>*</c>, lists, ranges and steps; <c>?</c> is <c>*</c>. In the day of the month also <c>L</c> (the last day), <c>L-3</c> (three days before
/// it), <c>15W</c> (the working day, Monday to Friday, that is nearest to the 15th and in the same month) and <c>LW</c>; in the day of the week also <c>5L</c>
/// (the last Friday) and <c>TUE#2</c> (the second Tuesday). Sunday is 0 and 7. When both day fields are given, a day that either of them has counts.
/// </summary>
/// <remarks>The fields are those of crontab(5); L, W and # as other schedulers have them.</remarks>
public sealed partial class CronExpression : IEquatable<CronExpression>
{
    /// <summary>Days that come together again within this many years, or never.</summary>
    private const int YearsOfEveryCalendar = 40;

    private readonly ulong minutes, hours, days, months, weekdays;
    private readonly ImmutableArray<int> beforeLast;      // n for "L-n"
    private readonly ImmutableArray<int> nearest;         // the day of "15W"; LastDay for "LW"
    private readonly ImmutableArray<(int Weekday, int Which)> nth;   // Monday = 1; DayRule.LastWeekday for "5L"
    private readonly bool anyDay, anyWeekday;

    private CronExpression(string text, Field minute, Field hour, Field day, Field month, Field weekday)
    {
        Text = text;
        (minutes, hours, months) = (minute.Values, hour.Values, month.Values);
        (days, beforeLast, nearest, anyDay) = (day.Values, [.. day.BeforeLast], [.. day.Nearest], day.IsAny);
        // Both 0 and 7 are Sunday, which NodaTime counts as 7.
        weekdays = weekday.Values | (weekday.Values & 1) << 7;
        (nth, anyWeekday) = ([.. weekday.Nth], weekday.IsAny);
        Times = [.. Enumerable.Range(0, 24 * 60).Where(at => Has(hours, at / 60) && Has(minutes, at % 60)).Select(at => LocalTime.FromMinutesSinceMidnight(at))];
    }

    /// <summary>The five fields in upper case, one space between two.</summary>
    public string Text { get; }

    /// <summary>The times of a day on which it happens, in order.</summary>
    public ImmutableArray<LocalTime> Times { get; }

    public bool Includes(LocalDate date)
    {
        if (!Has(months, date.Month)) return false;
        return (anyDay, anyWeekday) switch
        {
            (true, true) => true,
            (false, true) => IsDayOfMonth(date),
            (true, false) => IsWeekday(date),
            (false, false) => IsDayOfMonth(date) || IsWeekday(date),
        };
    }

    /// <summary>The shortest time between two of its starts on the local clock; null when it never happens, or only once in 40 years.</summary>
    public Duration? ShortestGap
    {
        get
        {
            var begin = new LocalDate(2000, 1, 1);
            Duration? shortest = null;
            LocalDateTime? last = null;
            for (var date = begin; date < begin.PlusYears(YearsOfEveryCalendar); date = date.PlusDays(1))
            {
                if (!Includes(date)) continue;
                foreach (var time in Times)
                {
                    var at = date + time;
                    if (last is { } before && Period.Between(before, at, PeriodUnits.Ticks).ToDuration() is var gap && (shortest is null || gap < shortest)) shortest = gap;
                    last = at;
                    if (shortest == Duration.FromMinutes(1)) return shortest;
                }
            }
            return shortest;
        }
    }

    /// <summary>True when there is no day that it means: the 30th of February.</summary>
    public bool NeverHappens
    {
        get
        {
            var begin = new LocalDate(2000, 1, 1);
            for (var date = begin; date < begin.PlusYears(YearsOfEveryCalendar); date = date.PlusDays(1))
                if (Includes(date)) return false;
            return true;
        }
    }

    public bool Equals(CronExpression? other) => other?.Text == Text;
    public override bool Equals(object? obj) => Equals(obj as CronExpression);
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);
    public override string ToString() => Text;

    private bool IsDayOfMonth(LocalDate date)
    {
        if (Has(days, date.Day)) return true;
        var last = date.Calendar.GetDaysInMonth(date.Year, date.Month);
        return beforeLast.Contains(last - date.Day) || nearest.Any(day => (day == DayRule.LastDay || day <= last) && NearestWorkday(date, Math.Min(day, last), last) == date.Day);
    }

    private static int NearestWorkday(LocalDate month, int day, int last) => new LocalDate(month.Year, month.Month, day).DayOfWeek switch
    {
        IsoDayOfWeek.Saturday => day > 1 ? day - 1 : day + 2,
        IsoDayOfWeek.Sunday => day < last ? day + 1 : day - 2,
        _ => day,
    };

    private bool IsWeekday(LocalDate date)
    {
        var weekday = (int)date.DayOfWeek;
        if (Has(weekdays, weekday)) return true;
        return nth.Any(rule => rule.Weekday == weekday && (rule.Which == Last ? date.PlusWeeks(1).Month != date.Month : (date.Day - 1) / 7 == rule.Which - 1));
    }

    private static bool Has(ulong values, int value) => (values >> value & 1) == 1;
}
