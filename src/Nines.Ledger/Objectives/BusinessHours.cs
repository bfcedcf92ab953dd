using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using Nines.Ledger.Availability;
using NodaTime;
using NodaTime.Text;

namespace Nines.Ledger.Objectives;

/// <summary>From one time of the day to another, as the clock on the wall shows it.</summary>
/// <param name="To">First time after it; midnight is the end of the day.</param>
[Description("Write from and to in quotes, for example \"09:00-17:30\"; \"24:00\" is the end of the day, and what goes past it is two.")]
public readonly record struct TimeRange(LocalTime From, LocalTime To) : IComparable<TimeRange>
{
    private static readonly LocalTimePattern Minutes = LocalTimePattern.CreateWithInvariantCulture("HH:mm");

    public static bool TryParse([NotNullWhen(true)] string? text, out TimeRange hours)
    {
        hours = default;
        if (text?.Split('-', StringSplitOptions.TrimEntries) is not [var first, var second]) return false;
        var to = LocalTime.Midnight;
        if (!Minutes.Parse(first).TryGetValue(default, out var from) || second != "24:00" && !Minutes.Parse(second).TryGetValue(default, out to)) return false;
        hours = new TimeRange(from, to);
        return hours.EndNanosecond > from.NanosecondOfDay;
    }

    /// <summary>Of the day; that of its end for midnight.</summary>
    internal long EndNanosecond => To == LocalTime.Midnight ? NodaConstants.NanosecondsPerDay : To.NanosecondOfDay;

    public int CompareTo(TimeRange other) => From.CompareTo(other.From);

    public override string ToString() => $"{Minutes.Format(From)}-{(To == LocalTime.Midnight ? "24:00" : Minutes.Format(To))}";
}

/// <summary>The hours that count, week by week, without the holidays: an instant counts while the clock in the zone shows one of them.</summary>
/// <param name="Week">The hours of each day that has some, in order, none over another.</param>
public sealed record BusinessHours(DateTimeZone Zone, ImmutableSortedDictionary<IsoDayOfWeek, ImmutableArray<TimeRange>> Week, ImmutableSortedSet<LocalDate> Holidays)
{
    /// <summary>
    /// The intervals of [from, to) that count, in order, apart from each other. By the clock: an hour that it shows twice counts twice,
    /// one that it skips does not count.
    /// </summary>
    public ImmutableArray<Interval> Between(Instant from, Instant to)
    {
        if (to <= from) return [];
        var found = new List<Interval>();
        foreach (var zone in Zone.GetZoneIntervals(from, to))
        {
            var begin = zone.HasStart ? Instant.Max(from, zone.Start) : from;
            var end = zone.HasEnd ? Instant.Min(to, zone.End) : to;
            var last = end.WithOffset(zone.WallOffset).Date;
            for (var date = begin.WithOffset(zone.WallOffset).Date; date <= last; date = date.PlusDays(1))
            {
                if (Holidays.Contains(date) || !Week.TryGetValue(date.DayOfWeek, out var hours)) continue;
                var midnight = date.AtMidnight().WithOffset(zone.WallOffset).ToInstant();
                foreach (var open in hours)
                {
                    var (first, after) = (Instant.Max(begin, midnight.PlusNanoseconds(open.From.NanosecondOfDay)), Instant.Min(end, midnight.PlusNanoseconds(open.EndNanosecond)));
                    if (after > first) found.Add(new Interval(first, after));
                }
            }
        }
        return Tally.Join(found);
    }

    /// <summary>How much of [from, to) counts.</summary>
    public Duration TimeIn(Instant from, Instant to) => Between(from, to).Aggregate(Duration.Zero, (sum, open) => sum + open.Duration);

    /// <summary>What is wrong with it, as sentences; empty when nothing is.</summary>
    public IEnumerable<string> Mistakes()
    {
        if (Week.Values.All(hours => hours.IsEmpty)) yield return "No day of the week has hours, so no time would ever count";
        var over = Week.SelectMany(day => day.Value.Zip(day.Value.Skip(1), (one, next) => (Day: day.Key, One: one, Next: next))).Where(pair => pair.Next.From.NanosecondOfDay < pair.One.EndNanosecond);
        foreach (var pair in over.GroupBy(pair => (pair.One, pair.Next)))
            yield return $"The hours {pair.Key.One} and {pair.Key.Next} overlap on {string.Join(", ", pair.Select(each => each.Day.ToString().ToLowerInvariant()))}";
    }
}
