using Nines.Core;
using Nines.Core.Timelines;
using Nines.Ledger.Policies;
using NodaTime;

namespace Nines.Ledger.Availability;

/// <summary>A stretch of one timeline as a policy counts it.</summary>
/// <param name="Counted">False for time that availability is no share of: unseen, or excluded.</param>
/// <param name="Waived">True in a maintenance window that the policy does not count: what is not up there counts as up.</param>
/// <param name="Surely">The share of the stretch that is surely lost, 0 to 1; not above <paramref name="Likely"/>.</param>
/// <param name="Likely">The share that is likely lost.</param>
/// <param name="Possibly">The share that is possibly lost, 0 to 1.</param>
public readonly record struct LostStretch(Stretch Stretch, bool Counted, bool Waived, decimal Surely, decimal Likely, decimal Possibly);

/// <summary>From stretches of states to time lost, under a policy (TRUTH 14). The one place in which states become weights. Pure.</summary>
public static class LostTime
{
    /// <param name="stretches">In order, without gaps.</param>
    /// <param name="blips">Where a blip possibly was, apart from each other, in order; only read when the policy gives blips a weight.</param>
    /// <param name="partial">Where some region was down; only read when the policy gives partial outages a weight.</param>
    /// <returns>The same stretches, cut where something beside them begins or ends.</returns>
    public static IEnumerable<LostStretch> Of(IEnumerable<Stretch> stretches, Policy policy, IReadOnlyList<Interval>? blips = null, PartialOutages? partial = null)
    {
        var beside = new Beside(policy, blips, partial);
        foreach (var stretch in stretches)
        {
            var segment = stretch.Segment;
            var planned = segment.Window is not null;
            if (segment.Likely == State.Unknown || planned && policy.Maintenance == MaintenanceCounts.Excluded && segment.Likely != State.Up)
            {
                yield return new LostStretch(stretch, Counted: false, Waived: false, 0, 0, 0);
                continue;
            }
            // In a window that does not count, only what is up counts, and it counts as up: nothing can be lost.
            if (planned && policy.Maintenance != MaintenanceCounts.AsSeen)
            {
                yield return new LostStretch(stretch, Counted: true, Waived: true, 0, 0, 0);
                continue;
            }
            var (surely, likely, possibly) = (policy.WeightOf(segment.Best), policy.WeightOf(segment.Likely), policy.WeightOf(segment.Worst));
            if (beside.IsEmpty)
            {
                yield return new LostStretch(stretch, Counted: true, Waived: false, surely, likely, possibly);
                continue;
            }
            foreach (var (piece, more) in beside.Along(stretch))
                yield return new LostStretch(piece, Counted: true, Waived: false, Math.Max(surely, more.Surely), Math.Max(likely, more.Likely), Math.Max(possibly, more.Possibly));
        }
    }

    /// <summary>What weighs beside the component's own states: blips and partial outages. Of several at once the heaviest counts.</summary>
    private sealed class Beside
    {
        private readonly decimal blip, part;
        private Spans blips, surely, likely, possibly;

        public Beside(Policy policy, IReadOnlyList<Interval>? blips, PartialOutages? partial)
        {
            blip = blips is { Count: > 0 } ? policy.Blip : 0;
            part = policy.Regions == RegionRule.Partial && partial is { Possibly.Length: > 0 } ? policy.Partial : 0;
            this.blips = new Spans(blip > 0 ? blips! : []);
            (surely, likely, possibly) = (new Spans(partial?.Surely ?? []), new Spans(partial?.Likely ?? []), new Spans(partial?.Possibly ?? []));
        }

        public bool IsEmpty => blip == 0 && part == 0;

        /// <summary>The stretch cut where any of it begins or ends, and what weighs there.</summary>
        public IEnumerable<(Stretch Piece, (decimal Surely, decimal Likely, decimal Possibly) Weights)> Along(Stretch stretch)
        {
            for (var at = stretch.From; at < stretch.To;)
            {
                // A blip surely lasted no time at all, and likely half of what it may have.
                var seen = blips.Covers(at) ? blip : 0;
                (decimal, decimal, decimal) weights = (surely.Covers(at) ? part : 0, Math.Max(seen / 2, likely.Covers(at) ? part : 0), Math.Max(seen, possibly.Covers(at) ? part : 0));
                var next = possibly.NextBorder(at, likely.NextBorder(at, surely.NextBorder(at, blips.NextBorder(at, stretch.To))));
                yield return (stretch with { From = at, To = next }, weights);
                at = next;
            }
        }
    }
}
