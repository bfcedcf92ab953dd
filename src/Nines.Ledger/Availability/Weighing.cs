using Nines.Core;
using Nines.Ledger.Policies;
using NodaTime;

namespace Nines.Ledger.Availability;

/// <summary>A stretch of one timeline as a policy counts it.</summary>
/// <param name="Counted">False for time that availability is no share of: unseen, or excluded.</param>
/// <param name="Waived">True in a maintenance window that the policy does not count: what is not up there counts as up, or not at all.</param>
/// <param name="Surely">The share of the stretch that is surely lost, 0 to 1; not above <paramref name="Likely"/>.</param>
/// <param name="Likely">The share that is likely lost.</param>
/// <param name="Possibly">The share that is possibly lost, 0 to 1; of unseen time 0.</param>
internal readonly record struct WeighedStretch(Stretch Stretch, bool Counted, bool Waived, decimal Surely, decimal Likely, decimal Possibly)
{
    /// <summary>What a hole in an outage may have been: the weight of the worst that it can have been, 0 to 1; 0 for all that is no hole.</summary>
    public decimal Hole { get; init; }

    /// <summary>The outage that it is part of, or a hole of; null outside of outages.</summary>
    public string? Outage { get; init; }
}

/// <summary>From stretches of states to shares of time, under a policy (TRUTH 14). The one place in which states become weights. Pure.</summary>
internal static class Weighing
{
    /// <param name="stretches">In order, without gaps.</param>
    /// <returns>The same stretches, cut where something beside them begins or ends.</returns>
    public static IEnumerable<WeighedStretch> Of(IEnumerable<Stretch> stretches, Policy policy, Beside beside)
    {
        foreach (var stretch in stretches)
        {
            var segment = stretch.Segment;
            var waived = segment.Window is not null && policy.Maintenance != MaintenanceCounts.AsSeen;
            if (segment.Likely == State.Unknown || waived)
            {
                // In a window that does not count, only what is up counts, and it counts as up: nothing can be lost.
                var counted = segment.Likely != State.Unknown && (policy.Maintenance != MaintenanceCounts.Excluded || segment.Likely == State.Up);
                yield return new WeighedStretch(stretch, counted, waived, 0, 0, 0);
                continue;
            }
            var (surely, likely, possibly) = (policy.WeightOf(segment.Best), policy.WeightOf(segment.Likely), policy.WeightOf(segment.Worst));
            if (beside.IsEmpty)
            {
                yield return new WeighedStretch(stretch, Counted: true, Waived: false, surely, likely, possibly);
                continue;
            }
            foreach (var (from, to, more) in beside.Within(stretch))
                yield return new WeighedStretch(stretch with { From = from, To = to }, Counted: true, Waived: false, Math.Max(surely, more.Surely), Math.Max(likely, more.Likely), Math.Max(possibly, more.Possibly));
        }
    }
}
