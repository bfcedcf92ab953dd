using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Profiles;
using NodaTime;

namespace Nines.Pricing.Venues;

/// <summary>The whole market while a venue was not usable: where the market was as ever, demand went to other venues.</summary>
/// <param name="Expected">The market's, over the time that was likely lost and that its series has.</param>
/// <param name="Actual">Over the same time.</param>
internal sealed record MarketComparison(Estimate Expected, decimal Actual)
{
    /// <summary>What the market lost; not below 0.</summary>
    public decimal Lost => Math.Max(0, Expected.Likely - Actual);

    public bool IsNormal => !SeasonalProfile.IsAbove(Expected, Actual) && !SeasonalProfile.IsBelow(Expected, Actual);

    /// <summary>Actual against expected.</summary>
    public decimal Share => Expected.Likely == 0 ? 0 : Actual / Expected.Likely;

    /// <summary>The share of a venue's lost volume that the market did not lose, 0 to 1.</summary>
    public decimal MovedOf(decimal venueLost) => venueLost <= 0 ? 0 : Math.Clamp(1 - Lost / venueLost, 0, 1);

    /// <returns>Null when the market's series has nothing of the time.</returns>
    public static MarketComparison? Of(LostEpisode episode, SeasonalProfile market)
    {
        var steps = market.Series.Steps;
        var (expected, actual, any) = (Estimate.Zero, 0m, false);
        foreach (var span in episode.Spans.Where(span => span.Likely > 0))
        {
            var (from, to) = (Instant.Max(span.From, market.Series.From), Instant.Min(span.To, market.Series.To));
            for (var at = from; at < to;)
            {
                var index = steps.IndexOf(at);
                var end = Instant.Min(steps.EndOf(index), to);
                if (market.Series.At(index) is { } traded)
                {
                    expected += market.Over(at, end);
                    actual += traded * (end - at).BclCompatibleTicks / (steps.EndOf(index) - steps.StartOf(index)).BclCompatibleTicks;
                    any = true;
                }
                at = end;
            }
        }
        return any ? new MarketComparison(expected, actual) : null;
    }
}
