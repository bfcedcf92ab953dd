using System.Collections.Immutable;
using Nines.Ledger.Availability;
using NodaTime;

namespace Nines.Pricing.Losses;

/// <summary>
/// Lost time for models whose losses do not simply flow with time. A share of the component was away over all of the intervals; the shares of the
/// layers add up to each moment's weight: time that counts half is half of the component away.
/// </summary>
/// <param name="Share">Above 0, at most 1.</param>
/// <param name="Away">Joined, in order.</param>
internal readonly record struct LostLayer(decimal Share, ImmutableArray<Interval> Away)
{
    public static ImmutableArray<LostLayer> Surely(LostEpisode episode) => Of(episode, span => span.Surely);
    public static ImmutableArray<LostLayer> Likely(LostEpisode episode) => Of(episode, span => span.Likely);
    public static ImmutableArray<LostLayer> Possibly(LostEpisode episode) => Of(episode, span => span.Possibly);

    private static ImmutableArray<LostLayer> Of(LostEpisode episode, Func<LostSpan, decimal> weightOf)
    {
        var layers = ImmutableArray.CreateBuilder<LostLayer>();
        var below = 0m;
        foreach (var level in episode.Spans.Select(weightOf).Where(weight => weight > 0).Distinct().Order())
        {
            layers.Add(new LostLayer(level - below, Joined(episode.Spans.Where(span => weightOf(span) >= level))));
            below = level;
        }
        return layers.ToImmutable();
    }

    private static ImmutableArray<Interval> Joined(IEnumerable<LostSpan> spans)
    {
        var joined = ImmutableArray.CreateBuilder<Interval>();
        foreach (var span in spans)
        {
            if (joined.Count > 0 && joined[^1].End >= span.From) joined[^1] = new Interval(joined[^1].Start, Instant.Max(joined[^1].End, span.To));
            else joined.Add(new Interval(span.From, span.To));
        }
        return joined.ToImmutable();
    }
}
