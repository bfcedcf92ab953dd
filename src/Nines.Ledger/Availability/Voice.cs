using System.Collections.Immutable;
using Nines.Core;
using Nines.Ledger.Outages;
using Nines.Ledger.Policies;
using NodaTime;

namespace Nines.Ledger.Availability;

/// <summary>One timeline that has a say in a component's availability, and how much of one: the component's own, or a region's.</summary>
internal sealed record Voice(IEnumerable<Stretch> Stretches, IReadOnlyList<Outage> Outages, IReadOnlyList<Interval> Blips, PartialOutages? Partial, decimal Weight)
{
    /// <summary>Its stretches as the policy counts them, each with its outage.</summary>
    public IEnumerable<WeighedStretch> Weighed(Policy policy)
    {
        var holes = Outages.Where(outage => !OutageCounting.LeavesOut(outage, policy)).SelectMany(outage => outage.Stretches.Where(IsHole).Select(hole => (hole.From, hole.To, outage.Id))).OrderBy(hole => hole.From).ToList();
        var at = 0;
        foreach (var weighed in Weighing.Of(Stretches, policy, new Beside(policy, Blips, Partial)))
        {
            var stretch = weighed.Stretch;
            if (!IsHole(stretch))
            {
                yield return weighed with { Outage = stretch.Segment.Outage };
                continue;
            }
            while (at < holes.Count && holes[at].To <= stretch.From) at++;
            yield return at < holes.Count && holes[at].From < stretch.To ? weighed with { Hole = policy.WeightOf(stretch.Segment.Worst), Outage = holes[at].Id } : weighed;
        }
    }

    private static bool IsHole(Stretch stretch) => stretch.Segment is { Likely: State.Unknown, Window: null };

    public Tally Tally(Policy policy) => Availability.Tally.Of(Stretches, policy, Blips, Partial);

    /// <summary>The component as a whole over [from, until).</summary>
    public static Voice OfWhole(ComponentLedger component, Policy policy, Instant from, Instant until)
    {
        var partial = policy.Regions == RegionRule.Partial
            ? PolicyView.PartialOutagesOf(component.Regions.Select(region => SeenFrom(component, region.Key, region.Value, policy, from, until)), policy)
            : null;
        return new Voice(PolicyView.Counted(component.Whole.Within(from, until), component.Outages, policy), component.Outages, BlipsOf(component, policy), partial, 1);
    }

    /// <summary>Each region with its weight, where the policy weighs regions and there are some; else none.</summary>
    public static ImmutableArray<Voice> OfRegions(ComponentLedger component, Policy policy, Instant from, Instant until)
    {
        if (policy.Regions != RegionRule.Weighted) return [];
        var blips = BlipsOf(component, policy);
        return
        [
            .. component.Regions.Select(region =>
            {
                var outages = OutagesFrom(component, region.Key);
                return new Voice(PolicyView.Counted(region.Value.Within(from, until), outages, policy), outages, blips, null, policy.RegionWeights.GetValueOrDefault(region.Key, 1m));
            }),
        ];
    }

    private static ImmutableArray<Interval> BlipsOf(ComponentLedger component, Policy policy) =>
        policy.Blip == 0 ? [] : Availability.Tally.Join(component.Blips.Select(blip => new Interval(blip.When.Earliest, blip.When.Latest)));

    private static IEnumerable<Stretch> SeenFrom(ComponentLedger component, string region, Track track, Policy policy, Instant from, Instant until) =>
        track.Segments.Count == 0 ? [] : PolicyView.Counted(track.Within(Instant.Max(from, track.Segments[0].From), until), OutagesFrom(component, region), policy);

    private static List<Outage> OutagesFrom(ComponentLedger component, string region) => [.. component.RegionalOutages.Where(outage => outage.Region == region)];
}
