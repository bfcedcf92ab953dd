using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Timelines;
using Nines.Ledger.Outages;
using Nines.Ledger.Policies;
using NodaTime;

namespace Nines.Ledger.Availability;

/// <summary>A stretch of time of which a share was lost for users, as a policy weighs it.</summary>
/// <param name="To">First instant after it; later than <paramref name="From"/>.</param>
/// <param name="Surely">Share that was surely lost, 0 to 1.</param>
/// <param name="Likely">Share that was likely lost; not below <paramref name="Surely"/>, but where the time is unseen: then 0.</param>
/// <param name="Possibly">Share that was possibly lost; not below <paramref name="Likely"/>.</param>
public readonly record struct LostSpan(Instant From, Instant To, decimal Surely, decimal Likely, decimal Possibly)
{
    /// <summary>The outage that it is part of; null for time that was lost without one: degraded, a blip, a region's outage.</summary>
    public string? Outage { get; init; }

    public Cause? Cause { get; init; }

    /// <summary>How much of <see cref="Possibly"/> is there only because nobody saw: a hole in an outage. Availability leaves that time out.</summary>
    public decimal Unseen { get; init; }

    public Duration Length => To - From;
}

/// <summary>What lost time is a share of, in seconds; over regions weighted as lost time is.</summary>
/// <param name="CountedS">Seen, and not excluded by the policy.</param>
/// <param name="UnknownS">Judged and not seen.</param>
/// <param name="WindowS">All that was judged.</param>
public readonly record struct JudgedTime(decimal CountedS, decimal UnknownS, decimal WindowS);

/// <summary>
/// From timelines to the time that was lost. It agrees with <see cref="Tally"/>, which availability is made of, but for one thing: a
/// hole in an outage is in no availability, and here it is possibly lost (TRUTH 8: unknown is possibly down). Pure.
/// </summary>
public static class LostTime
{
    /// <returns>In order, apart from each other, none of them empty; only where a share may have been lost.</returns>
    public static IReadOnlyList<LostSpan> Of(ComponentLedger component, Policy policy, Instant from, Instant to)
    {
        var until = Instant.Min(to, component.Frontier ?? from);
        if (policy.Regions == RegionRule.Weighted && component.Regions.Count > 0) return OfRegions(Voice.OfRegions(component, policy, from, until), policy);
        return [.. Lost(Voice.OfWhole(component, policy, from, until), policy)];
    }

    /// <summary>1 − lost / counted is the availability that reports state, when <see cref="LostSpan.Unseen"/> is left out of what was lost.</summary>
    public static JudgedTime JudgedOf(ComponentLedger component, Policy policy, Instant from, Instant to)
    {
        var until = Instant.Min(to, component.Frontier ?? from);
        var regions = Voice.OfRegions(component, policy, from, until);
        if (regions.IsEmpty) regions = [Voice.OfWhole(component, policy, from, until)];
        var total = regions.Sum(region => region.Weight);
        if (total == 0) return default;
        return regions.Select(region => Judged(region.Tally(policy), region.Weight / total))
            .Aggregate((sum, one) => new JudgedTime(sum.CountedS + one.CountedS, sum.UnknownS + one.UnknownS, sum.WindowS + one.WindowS));
    }

    private static JudgedTime Judged(Tally tally, decimal share) => new(share * Seconds(tally.Counted), share * Seconds(tally.Unknown), share * Seconds(tally.Window));

    private static decimal Seconds(Duration duration) => (decimal)duration.BclCompatibleTicks / NodaConstants.TicksPerSecond;

    /// <summary>Each region's lost time for its share of the weights: where none of a region is known, its share is in nothing, as in availability.</summary>
    private static List<LostSpan> OfRegions(ImmutableArray<Voice> regions, Policy policy)
    {
        var total = regions.Sum(region => region.Weight);
        if (total == 0) return [];
        var all = new List<LostSpan>();
        foreach (var region in regions)
        {
            var share = region.Weight / total;
            foreach (var span in Lost(region, policy))
                all.Add(span with { Surely = span.Surely * share, Likely = span.Likely * share, Possibly = span.Possibly * share, Unseen = span.Unseen * share });
        }
        return Overlaid(all);
    }

    /// <summary>Spans that overlap added up, cut where any begins or ends.</summary>
    private static List<LostSpan> Overlaid(List<LostSpan> spans)
    {
        var borders = spans.SelectMany(span => new[] { span.From, span.To }).Distinct().Order().ToList();
        var byStart = spans.OrderBy(span => span.From).ToList();
        var (next, live, laid) = (0, new List<LostSpan>(), new List<LostSpan>());
        for (var i = 0; i + 1 < borders.Count; i++)
        {
            live.RemoveAll(span => span.To <= borders[i]);
            while (next < byStart.Count && byStart[next].From <= borders[i]) live.Add(byStart[next++]);
            if (live.Count == 0) continue;
            var named = live.Find(span => span.Outage is not null);
            laid.Add(new LostSpan(borders[i], borders[i + 1], live.Sum(span => span.Surely), live.Sum(span => span.Likely), live.Sum(span => span.Possibly))
            {
                Outage = named.Outage,
                Cause = named.Cause ?? live[0].Cause,
                Unseen = live.Sum(span => span.Unseen),
            });
        }
        return laid;
    }

    private static IEnumerable<LostSpan> Lost(Voice voice, Policy policy)
    {
        var holes = HolesOf(voice.Outages);
        var hole = 0;
        foreach (var weighed in voice.Weighed(policy))
        {
            var (stretch, segment) = (weighed.Stretch, weighed.Stretch.Segment);
            if (weighed.Waived) continue;
            if (segment.Likely == State.Unknown)
            {
                while (hole < holes.Count && holes[hole].When.End <= stretch.From) hole++;
                if (hole < holes.Count && holes[hole].When.Start < stretch.To && policy.WeightOf(segment.Worst) is > 0 and var weight)
                    yield return new LostSpan(Instant.Max(stretch.From, holes[hole].When.Start), Instant.Min(stretch.To, holes[hole].When.End), 0, 0, weight) { Outage = holes[hole].Outage, Cause = segment.Cause, Unseen = weight };
            }
            else if (weighed.Possibly > 0)
                yield return new LostSpan(stretch.From, stretch.To, weighed.Surely, weighed.Likely, weighed.Possibly) { Outage = segment.Outage, Cause = segment.Cause };
        }
    }

    private static List<(Interval When, string Outage)> HolesOf(IEnumerable<Outage> outages) =>
    [
        .. outages.SelectMany(outage => outage.Stretches.Where(stretch => stretch.Segment.Likely == State.Unknown && stretch.Segment.Window is null)
            .Select(stretch => (new Interval(stretch.From, stretch.To), outage.Id))).OrderBy(hole => hole.Item1.Start),
    ];
}
