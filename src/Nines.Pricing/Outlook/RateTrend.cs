using MathNet.Numerics.Distributions;
using NodaTime;

namespace Nines.Pricing.Outlook;

/// <summary>
/// Whether outages came at one rate: Laplace's test (P. S. Laplace 1773; D. R. Cox and P. A. W. Lewis, The Statistical Analysis of Series of Events, 1966,
/// chapter 3). If they did, their n onsets lie evenly over the known time T, so U = (mean onset − T/2) / (T √(1/12n)) is near to a standard normal.
/// </summary>
/// <param name="Earlier">Outages in the earlier half of the known time.</param>
/// <param name="Later">Those in the later half.</param>
/// <param name="Halfway">Where the later half begins: half of the known time lies before it.</param>
/// <param name="U">Above 0: they came more often towards the end.</param>
/// <param name="P">The chance that one rate leaves onsets at least as uneven; two-sided.</param>
public sealed record RateTrend(int Earlier, int Later, Instant Halfway, double U, double P)
{
    /// <summary>Of fewer even the most uneven onsets may well be chance.</summary>
    public const int FewestOutages = 4;

    /// <summary>A chance below this is called a trend.</summary>
    public const double Level = 0.05;

    public bool IsOne => P < Level;

    /// <param name="known">Known stretches, in order, apart from each other: unseen time is no time without outages.</param>
    /// <param name="onsets">In order; one in unseen time counts where that began.</param>
    /// <returns>Null with fewer than <see cref="FewestOutages"/>.</returns>
    internal static RateTrend? Of(IReadOnlyList<(Instant From, Instant To, double Share)> known, IReadOnlyList<Instant> onsets)
    {
        if (onsets.Count < FewestOutages) return null;
        double all = 0;
        foreach (var stretch in known) all += Length(stretch);
        var (places, before, next) = (new double[onsets.Count], 0d, 0);
        Instant? halfway = null;
        foreach (var stretch in known)
        {
            var length = Length(stretch);
            if (halfway is null && length > 0 && before + length >= all / 2) halfway = stretch.From + (stretch.To - stretch.From) * ((all / 2 - before) / length);
            for (; next < onsets.Count && onsets[next] < stretch.To; next++)
                places[next] = before + Math.Max(0, (onsets[next] - stretch.From) / (stretch.To - stretch.From)) * length;
            before += length;
        }
        for (; next < onsets.Count; next++) places[next] = all;
        if (halfway is not { } middle) return null;
        var u = (places.Average() - all / 2) / (all * Math.Sqrt(1d / (12 * onsets.Count)));
        var earlier = places.Count(place => place < all / 2);
        return new RateTrend(earlier, onsets.Count - earlier, middle, u, Math.Min(1, 2 * (1 - Normal.CDF(0, 1, Math.Abs(u)))));
    }

    private static double Length((Instant From, Instant To, double Share) stretch) => (stretch.To - stretch.From).TotalSeconds * stretch.Share;
}
