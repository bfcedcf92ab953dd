using System.Collections.Immutable;
using Nines.Core.Components;
using NodaTime;
using NodaTime.Text;
using NodaTime.TimeZones;

namespace Nines.Core.Maintenance;

/// <summary>Planned maintenance as a config declares it: once, or again and again.</summary>
/// <param name="Name">Unique in a config; the windows' ids begin with it.</param>
/// <param name="Components">What it covers.</param>
public abstract record MaintenanceRule(string Name, ImmutableArray<ComponentId> Components)
{
    /// <summary>Longest window, and the longest stretch that occurrences are asked for.</summary>
    public static readonly Duration LongestWindow = Duration.FromDays(7);
    public static readonly Duration LongestStretch = Duration.FromDays(36_525);

    /// <summary>What the public is told of its windows; null for nothing in particular.</summary>
    public string? PublicText { get; init; }

    private static readonly ZoneLocalMappingResolver Placing = Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnForwardShifted);

    /// <summary>Version of the time-zone data that places the windows, as NodaTime names it: "TZDB: 2025b (mapping: …)".</summary>
    public static string TimeZones => DateTimeZoneProviders.Tzdb.VersionId;

    /// <summary>The windows that have an instant in [from, to), in order. The same rule always gives the same ids: <c>name@2026-12-06T01:00:00Z</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The stretch is reversed or longer than <see cref="LongestStretch"/>.</exception>
    public IEnumerable<MaintenanceWindow> Occurrences(Instant from, Instant to)
    {
        if (to < from || to - from > LongestStretch) throw new ArgumentOutOfRangeException(nameof(to), to, $"is before {from} or more than 100 years after it");
        return Placed(from, to).Where(window => window.From < to && window.To > from);
    }

    protected abstract IEnumerable<MaintenanceWindow> Placed(Instant from, Instant to);

    protected MaintenanceWindow Window(Instant from, Instant to) => new($"{Name}@{InstantPattern.ExtendedIso.Format(from)}", Components, from, to);

    /// <summary>One window.</summary>
    /// <param name="From">First instant inside.</param>
    /// <param name="To">First instant after it; later than <paramref name="From"/>.</param>
    public sealed record Once(string Name, ImmutableArray<ComponentId> Components, Instant From, Instant To) : MaintenanceRule(Name, Components)
    {
        protected override IEnumerable<MaintenanceWindow> Placed(Instant from, Instant to) => [Window(From, To)];
    }

    /// <summary>
    /// A window on each of the rule's days. Its length is elapsed time: an hour is 3,600 s on every day of the year.
    /// A start that the clocks skip (02:30 when they go forward) is moved by as much as they are: it begins as long after
    /// midnight as on any other day. A start that comes twice (02:30 when they go back) is the first of the two.
    /// </summary>
    /// <param name="At">Start, in local time of <paramref name="Zone"/>.</param>
    /// <param name="For">Length; positive, and not longer than <see cref="LongestWindow"/>.</param>
    public sealed record Recurring(string Name, ImmutableArray<ComponentId> Components, DayRule Every, LocalTime At, Duration For, DateTimeZone Zone)
        : MaintenanceRule(Name, Components)
    {
        protected override IEnumerable<MaintenanceWindow> Placed(Instant from, Instant to)
        {
            // A window that began up to its length before `from` reaches in; a day more for the zone's offset.
            var last = to.InZone(Zone).Date.PlusDays(1);
            for (var date = (from - For).InZone(Zone).Date.PlusDays(-1); date <= last; date = date.PlusDays(1))
            {
                if (!Every.Includes(date)) continue;
                var start = Zone.ResolveLocal(date + At, Placing).ToInstant();
                yield return Window(start, start + For);
            }
        }
    }

    /// <summary>
    /// A window at each start of a cron expression. Its length is elapsed time. A start that the clocks skip is moved by as much as they
    /// are; where it then falls on another start, they are one. A start that comes twice is the first of the two.
    /// </summary>
    /// <param name="For">Length; positive, not longer than <see cref="LongestWindow"/> and than the shortest time between two starts.</param>
    public sealed record Cron(string Name, ImmutableArray<ComponentId> Components, CronExpression When, Duration For, DateTimeZone Zone)
        : MaintenanceRule(Name, Components)
    {
        protected override IEnumerable<MaintenanceWindow> Placed(Instant from, Instant to)
        {
            var starts = new SortedSet<Instant>();
            var last = to.InZone(Zone).Date.PlusDays(1);
            // A day more for the zone's offset, and one for a whole day that a zone skipped.
            for (var date = (from - For).InZone(Zone).Date.PlusDays(-2); date <= last; date = date.PlusDays(1))
                if (When.Includes(date))
                    foreach (var time in When.Times) starts.Add(Zone.ResolveLocal(date + time, Placing).ToInstant());
            return starts.Select(start => Window(start, start + For));
        }
    }
}
