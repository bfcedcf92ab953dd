using Nines.Ledger.Policies;
using NodaTime;

namespace Nines.Ledger.Availability;

/// <summary>What weighs beside the component's own states: blips and partial outages. Of several at once the heaviest counts.</summary>
internal sealed class Beside
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
    public IEnumerable<(Instant From, Instant To, (decimal Surely, decimal Likely, decimal Possibly) Weights)> Within(Stretch stretch)
    {
        for (var at = stretch.From; at < stretch.To;)
        {
            // A blip surely lasted no time at all, and likely half of what it may have.
            var seen = blips.Covers(at) ? blip : 0;
            (decimal, decimal, decimal) weights = (surely.Covers(at) ? part : 0, Math.Max(seen / 2, likely.Covers(at) ? part : 0), Math.Max(seen, possibly.Covers(at) ? part : 0));
            var next = possibly.NextBorder(at, likely.NextBorder(at, surely.NextBorder(at, blips.NextBorder(at, stretch.To))));
            yield return (at, next, weights);
            at = next;
        }
    }
}
