using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using NodaTime;

namespace Nines.Core.Maintenance;

/// <summary>The days on which a recurring maintenance begins, in the local calendar of its zone.</summary>
public abstract partial record DayRule
{
    private DayRule() { }

    public sealed record EveryDay : DayRule;

    /// <summary>Each of these days of the week.</summary>
    public sealed record Weekdays(ImmutableSortedSet<IsoDayOfWeek> Days) : DayRule
    {
        public bool Equals(Weekdays? other) => other is not null && Days.SetEquals(other.Days);
        public override int GetHashCode() => Days.Count;
    }

    /// <summary>The first, second, third or fourth such day of each month.</summary>
    /// <param name="Which">1 to 4; 5 is the last.</param>
    public sealed record NthWeekday(int Which, IsoDayOfWeek Day) : DayRule;

    /// <summary>This day of each month that has it: the 31st falls in seven months of a year.</summary>
    /// <param name="Day">1 to 31; 32 is the last day, whatever its number.</param>
    public sealed record DayOfMonth(int Day) : DayRule;

    public const int LastWeekday = 5;
    public const int LastDay = 32;

    /// <summary>The fewest days between two of its days: no window may be longer, or it would run into the next.</summary>
    public int ShortestGap => this switch
    {
        EveryDay => 1,
        Weekdays { Days.Count: 1 } => 7,
        Weekdays week => week.Days.Zip(week.Days.Skip(1).Append(week.Days.Min + 7), (a, b) => (int)b - (int)a).Min(),
        NthWeekday or DayOfMonth => 28,
        _ => throw new InvalidOperationException("DayRule is a closed hierarchy."),
    };

    public bool Includes(LocalDate date) => this switch
    {
        EveryDay => true,
        Weekdays week => week.Days.Contains(date.DayOfWeek),
        NthWeekday { Which: LastWeekday } last => date.DayOfWeek == last.Day && date.PlusWeeks(1).Month != date.Month,
        NthWeekday nth => date.DayOfWeek == nth.Day && (date.Day - 1) / 7 == nth.Which - 1,
        DayOfMonth { Day: LastDay } => date.PlusDays(1).Month != date.Month,
        DayOfMonth month => date.Day == month.Day,
        _ => throw new InvalidOperationException("DayRule is a closed hierarchy."),
    };

    /// <summary>Reads <c>day</c>, <c>sunday</c>, <c>1st sunday</c>, <c>last friday</c>, <c>15</c>, <c>15th</c>, <c>last day</c>; of several texts, each is a day of the week.</summary>
    /// <returns>Null when it is none of these.</returns>
    public static DayRule? Parse(IReadOnlyList<string> texts)
    {
        if (texts.Count == 1 && Single(texts[0].Trim().ToLowerInvariant()) is { } single) return single;
        var days = texts.Select(text => WeekdayOf(text.Trim().ToLowerInvariant())).ToList();
        return days.Count is > 0 and <= 7 && days.TrueForAll(day => day is not null) ? new Weekdays([.. days.Select(day => day!.Value)]) : null;
    }

    private static DayRule? Single(string text)
    {
        if (text == "day") return new EveryDay();
        if (text == "last day") return new DayOfMonth(LastDay);
        if (WeekdayOf(text) is { } day) return new Weekdays([day]);
        var match = Ordinal().Match(text);
        if (!match.Success) return null;
        var number = match.Groups[1].Value == "last" ? LastWeekday : int.Parse(match.Groups[1].Value.TrimEnd('s', 't', 'n', 'd', 'r', 'h'), CultureInfo.InvariantCulture);
        if (match.Groups[2].Length == 0) return match.Groups[1].Value != "last" && number is >= 1 and <= 31 ? new DayOfMonth(number) : null;
        return WeekdayOf(match.Groups[2].Value) is { } weekday && (number is >= 1 and <= 4 || match.Groups[1].Value == "last") ? new NthWeekday(number, weekday) : null;
    }

    private static IsoDayOfWeek? WeekdayOf(string text) => text switch
    {
        "monday" or "mon" => IsoDayOfWeek.Monday,
        "tuesday" or "tue" => IsoDayOfWeek.Tuesday,
        "wednesday" or "wed" => IsoDayOfWeek.Wednesday,
        "thursday" or "thu" => IsoDayOfWeek.Thursday,
        "friday" or "fri" => IsoDayOfWeek.Friday,
        "saturday" or "sat" => IsoDayOfWeek.Saturday,
        "sunday" or "sun" => IsoDayOfWeek.Sunday,
        _ => null,
    };

    [GeneratedRegex(@"\A([0-9]{1,2}(?:st|nd|rd|th)?|last)(?: ([a-z]+))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Ordinal();
}
