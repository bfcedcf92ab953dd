using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Timelines;
using Nines.Ledger.Availability;
using Nines.Ledger.Outages;
using NodaTime;

namespace Nines.Ledger.Policies;

/// <summary>Where some region was down, on each of the timelines; joined, in order.</summary>
public sealed record PartialOutages(ImmutableArray<Interval> Surely, ImmutableArray<Interval> Likely, ImmutableArray<Interval> Possibly);

/// <summary>A component's timelines as a policy reads them. Pure.</summary>
public static class PolicyView
{
    /// <summary>
    /// The stretches with time that people's word takes away, where the policy takes it, made up, and outages that are too short for it made degraded: on the surely-timeline those whose shortest length is
    /// below the limit, on the likely one by the likely length, on the possibly one by the longest. So low stays ≤ likely ≤ high.
    /// </summary>
    /// <param name="outages">Of the same timeline.</param>
    public static IEnumerable<Stretch> Counted(IEnumerable<Stretch> stretches, IEnumerable<Outage> outages, Policy policy)
    {
        if (policy.Corrections == CorrectionCounts.AsCorrected) stretches = stretches.Select(stretch => stretch.IsDisputed ? stretch with { Segment = Served(stretch.Segment) } : stretch);
        if (policy.MinOutage == Duration.Zero) return stretches;
        var lengths = outages.ToDictionary(outage => outage.Id, outage => LengthOf(outage, policy), StringComparer.Ordinal);
        return stretches.Select(stretch => stretch.Segment.Outage is { } name && lengths.TryGetValue(name, out var length)
            ? stretch with { Segment = Eased(stretch.Segment, length, policy.MinOutage) }
            : stretch);
    }

    /// <summary>Where at least one region was down.</summary>
    /// <param name="regions">The stretches of each, from its first segment on: before it was looked from there nothing is said of it.</param>
    public static PartialOutages PartialOutagesOf(IEnumerable<IEnumerable<Stretch>> regions, Policy policy)
    {
        List<Interval> surely = [], likely = [], possibly = [];
        foreach (var stretches in regions)
        {
            foreach (var stretch in stretches)
            {
                if (stretch.Segment.Window is not null && policy.Maintenance != MaintenanceCounts.AsSeen) continue;
                var interval = new Interval(stretch.From, stretch.To);
                if (stretch.Segment.Best.IsDown()) surely.Add(interval);
                if (stretch.Segment.Likely.IsDown()) likely.Add(interval);
                if (stretch.Segment.Worst.IsDown()) possibly.Add(interval);
            }
        }
        return new PartialOutages(Tally.Join(surely), Tally.Join(likely), Tally.Join(possibly));
    }

    /// <summary>A disputed stretch where people's word counts. What nobody saw stays unseen.</summary>
    private static Segment Served(Segment segment) => segment.Likely == State.Unknown ? segment with { Outage = null } : segment with { Best = State.Up, Likely = State.Up, Worst = State.Up, Cause = null, Outage = null };

    /// <summary>As counted: time in windows belongs to it where windows change nothing.</summary>
    internal static Length LengthOf(Outage outage, Policy policy) =>
        policy.Maintenance != MaintenanceCounts.AsSeen && outage.CorrectedTime is null ? outage.Length
        : outage.Stretches.Where(stretch => !stretch.IsDisputed || policy.Corrections == CorrectionCounts.AsSeen)
            .Aggregate(Length.Zero, (sum, stretch) => sum + OutageFinder.LengthOf(policy.Maintenance == MaintenanceCounts.AsSeen ? stretch with { Segment = stretch.Segment with { Window = null } } : stretch));

    private static Segment Eased(Segment segment, Length length, Duration least) => segment with
    {
        Best = length.Shortest < least ? Ease(segment.Best) : segment.Best,
        Likely = length.Likely < least ? Ease(segment.Likely) : segment.Likely,
        Worst = length.Longest < least ? Ease(segment.Worst) : segment.Worst,
    };

    private static State Ease(State state) => state.IsDown() ? State.Degraded : state;
}
