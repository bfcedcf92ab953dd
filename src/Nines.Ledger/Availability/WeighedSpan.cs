using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Timelines;
using Nines.Ledger.Policies;
using NodaTime;

namespace Nines.Ledger.Availability;

/// <summary>A stretch of a component's time as a policy counts it, all its regions together. Shares are 0 to 1.</summary>
/// <param name="Counted">The share that availability is a share of.</param>
/// <param name="Unknown">The share that was not seen; what is neither counted nor unknown is excluded by the policy.</param>
/// <param name="Surely">The share that is surely lost: not above <paramref name="Likely"/>, nor that above <paramref name="Possibly"/>.</param>
/// <param name="Likely">The share that is likely lost.</param>
/// <param name="Possibly">The share that is possibly lost, of what was seen: unknown time is in none of the three.</param>
/// <param name="Segment">What is on record of it: the component's own, or the first region's (by name) that is out while the component is not.</param>
public readonly record struct WeighedSpan(Instant From, Instant To, decimal Counted, decimal Unknown, decimal Surely, decimal Likely, decimal Possibly, Segment Segment)
{
    /// <summary>The share that is possibly lost because it is a hole in an outage: of unknown time, and in none of the three (TRUTH 8).</summary>
    public decimal Hole { get; init; }

    /// <summary>The outage that it is part of, or a hole of; null outside of outages.</summary>
    public string? Outage { get; init; }

    public Duration Length => To - From;

    /// <summary>Whether any of it is possibly lost, of what was seen.</summary>
    public bool Loses => Possibly > 0;
}

/// <summary>A component's time under a policy, in spans: what budgets, burn rates and losses are reckoned from. Pure.</summary>
public static class WeighedSpans
{
    /// <param name="to">Known up to the component's frontier; what lies behind it is unknown.</param>
    /// <returns>In order, without gaps, over [from, to); empty when that is.</returns>
    public static ImmutableArray<WeighedSpan> Of(ComponentLedger component, Policy policy, Instant from, Instant to)
    {
        if (to <= from) return [];
        var until = Instant.Min(to, Instant.Max(from, component.Frontier ?? from));
        var spans = ImmutableArray.CreateBuilder<WeighedSpan>();
        var whole = Voice.OfWhole(component, policy, from, until);
        var regions = Voice.OfRegions(component, policy, from, until);
        if (regions.Length == 0) foreach (var lost in whole.Weighed(policy)) spans.Add(Span(lost));
        else Merge([.. whole.Weighed(policy)], regions, policy, spans);
        if (until < to) spans.Add(new WeighedSpan(until, to, 0, 1, 0, 0, 0, Segment.Unseen(until)));
        return spans.ToImmutable();
    }

    /// <summary>Only what lies inside the intervals.</summary>
    /// <param name="spans">In order.</param>
    /// <param name="inside">Apart from each other, in order.</param>
    public static ImmutableArray<WeighedSpan> Within(ImmutableArray<WeighedSpan> spans, IReadOnlyList<Interval> inside)
    {
        var kept = ImmutableArray.CreateBuilder<WeighedSpan>();
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
    public static ImmutableArray<WeighedSpan> Between(ImmutableArray<WeighedSpan> spans, Instant from, Instant to)
    {
        int low = 0, high = spans.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (spans[middle].To <= from) low = middle + 1;
            else high = middle;
        }
        var kept = ImmutableArray.CreateBuilder<WeighedSpan>();
        for (var i = low; i < spans.Length && spans[i].From < to; i++)
            kept.Add(spans[i] with { From = Instant.Max(spans[i].From, from), To = Instant.Min(spans[i].To, to) });
        return kept.DrainToImmutable();
    }

    private static WeighedSpan Span(WeighedStretch lost) => new(
        lost.Stretch.From, lost.Stretch.To, lost.Counted ? 1 : 0, lost.Stretch.Segment.Likely == State.Unknown ? 1 : 0, lost.Surely, lost.Likely, lost.Possibly, lost.Stretch.Segment) { Hole = lost.Hole, Outage = lost.Outage };

    /// <summary>All regions at once, cut wherever one of them changes; each has its weight's share of the whole.</summary>
    private static void Merge(WeighedStretch[] whole, ImmutableArray<Voice> regions, Policy policy, ImmutableArray<WeighedSpan>.Builder spans)
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
            var span = new WeighedSpan(from, to, 0, all == 0 ? 1 : 0, 0, 0, 0, whole[own].Stretch.Segment) { Outage = whole[own].Outage };
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
                    Hole = span.Hole + weight * lost.Hole,
                    Outage = span.Outage ?? (lost.Possibly > 0 || lost.Hole > 0 ? lost.Outage : null),
                    Segment = span.Segment.Outage is null && lost.Possibly > 0 && lost.Stretch.Segment.Outage is not null ? lost.Stretch.Segment : span.Segment,
                };
                if (lost.Stretch.To == to) cursors[i]++;
            }
            spans.Add(span);
            if (whole[own].Stretch.To == to) own++;
        }
    }
}
