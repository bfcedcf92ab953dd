using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Timelines;
using Nines.Ledger.Availability;
using Nines.Ledger.Policies;
using NodaTime;

namespace Nines.Ledger.Objectives;

/// <summary>A stretch of a component's time as a policy counts it, all its regions together. Shares are 0 to 1.</summary>
/// <param name="Counted">The share that availability is a share of.</param>
/// <param name="Unknown">The share that was not seen; what is neither counted nor unknown is excluded by the policy.</param>
/// <param name="Surely">The share that is surely lost: not above <paramref name="Likely"/>, nor that above <paramref name="Possibly"/>.</param>
/// <param name="Likely">The share that is likely lost.</param>
/// <param name="Possibly">The share that is possibly lost, of what was seen: unknown time is in none of the three.</param>
/// <param name="Segment">What is on record of it: the component's own, or the first region's (by name) that is out while the component is not.</param>
public readonly record struct LossSpan(Instant From, Instant To, decimal Counted, decimal Unknown, decimal Surely, decimal Likely, decimal Possibly, Segment Segment)
{
    public Duration Length => To - From;

    /// <summary>Whether any of it is possibly lost.</summary>
    public bool Loses => Possibly > 0;
}

/// <summary>A component's time under a policy, in spans: what budgets, burn rates and losses are reckoned from. Pure.</summary>
public static class LossSpans
{
    /// <param name="to">Known up to the component's frontier; what lies behind it is unknown.</param>
    /// <returns>In order, without gaps, over [from, to); empty when that is.</returns>
    public static ImmutableArray<LossSpan> Of(ComponentLedger component, Policy policy, Instant from, Instant to)
    {
        if (to <= from) return [];
        var until = Instant.Min(to, Instant.Max(from, component.Frontier ?? from));
        var spans = ImmutableArray.CreateBuilder<LossSpan>();
        var whole = Voice.OfWhole(component, policy, from, until);
        var regions = Voice.OfRegions(component, policy, from, until);
        if (regions.Length == 0) foreach (var lost in whole.Weighed(policy)) spans.Add(Span(lost));
        else Merge([.. whole.Weighed(policy)], regions, policy, spans);
        if (until < to) spans.Add(new LossSpan(until, to, 0, 1, 0, 0, 0, Segment.Unseen(until)));
        return spans.ToImmutable();
    }

    /// <summary>Only what lies inside the intervals.</summary>
    /// <param name="spans">In order.</param>
    /// <param name="inside">Apart from each other, in order.</param>
    public static ImmutableArray<LossSpan> Within(ImmutableArray<LossSpan> spans, IReadOnlyList<Interval> inside)
    {
        var kept = ImmutableArray.CreateBuilder<LossSpan>();
        var at = 0;
        foreach (var span in spans)
        {
            while (at < inside.Count && inside[at].End <= span.From) at++;
            for (var i = at; i < inside.Count && inside[i].Start < span.To; i++)
            {
                var (from, to) = (Instant.Max(span.From, inside[i].Start), Instant.Min(span.To, inside[i].End));
                if (to > from) kept.Add(span with { From = from, To = to });
            }
        }
        return kept.ToImmutable();
    }

    /// <summary>Only what lies in [from, to).</summary>
    /// <param name="spans">In order; not walked from their beginning.</param>
    public static ImmutableArray<LossSpan> Between(ImmutableArray<LossSpan> spans, Instant from, Instant to)
    {
        int low = 0, high = spans.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (spans[middle].To <= from) low = middle + 1;
            else high = middle;
        }
        var kept = ImmutableArray.CreateBuilder<LossSpan>();
        for (var i = low; i < spans.Length && spans[i].From < to; i++)
            kept.Add(spans[i] with { From = Instant.Max(spans[i].From, from), To = Instant.Min(spans[i].To, to) });
        return kept.DrainToImmutable();
    }

    private static LossSpan Span(WeighedStretch lost) => new(
        lost.Stretch.From, lost.Stretch.To, lost.Counted ? 1 : 0, lost.Stretch.Segment.Likely == State.Unknown ? 1 : 0, lost.Surely, lost.Likely, lost.Possibly, lost.Stretch.Segment);

    /// <summary>All regions at once, cut wherever one of them changes; each has its weight's share of the whole.</summary>
    private static void Merge(WeighedStretch[] whole, ImmutableArray<Voice> regions, Policy policy, ImmutableArray<LossSpan>.Builder spans)
    {
        var all = regions.Sum(region => region.Weight);
        // Regions that all weigh nothing have no say, as in Share.Of: nothing is counted.
        var voices = regions.Select(region => (Lost: region.Weighed(policy).ToArray(), Weight: all == 0 ? 0 : region.Weight / all)).ToArray();
        var cursors = new int[voices.Length];
        var own = 0;
        while (own < whole.Length)
        {
            var from = spans.Count == 0 ? whole[0].Stretch.From : spans[^1].To;
            var to = whole[own].Stretch.To;
            for (var i = 0; i < voices.Length; i++) to = Instant.Min(to, voices[i].Lost[cursors[i]].Stretch.To);
            var span = new LossSpan(from, to, 0, all == 0 ? 1 : 0, 0, 0, 0, whole[own].Stretch.Segment);
            for (var i = 0; i < voices.Length; i++)
            {
                var (lost, weight) = (voices[i].Lost[cursors[i]], voices[i].Weight);
                span = span with
                {
                    Counted = span.Counted + (lost.Counted ? weight : 0),
                    Unknown = span.Unknown + (lost.Stretch.Segment.Likely == State.Unknown ? weight : 0),
                    Surely = span.Surely + weight * lost.Surely,
                    Likely = span.Likely + weight * lost.Likely,
                    Possibly = span.Possibly + weight * lost.Possibly,
                    Segment = span.Segment.Outage is null && lost.Possibly > 0 && lost.Stretch.Segment.Outage is not null ? lost.Stretch.Segment : span.Segment,
                };
                if (lost.Stretch.To == to) cursors[i]++;
            }
            spans.Add(span);
            if (whole[own].Stretch.To == to) own++;
        }
    }
}
