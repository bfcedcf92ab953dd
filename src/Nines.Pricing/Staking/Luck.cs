using MathNet.Numerics.Distributions;

namespace Nines.Pricing.Staking;

/// <summary>How often something drawn by lot happens: its expected number, and the numbers between which it lies 95 times of 100.</summary>
internal static class Luck
{
    private const double Tail = 0.025;

    /// <summary>Quantiles of a Poisson distribution: what rare draws, each for itself, follow.</summary>
    public static Bounded<decimal> Of(decimal expected)
    {
        if (expected <= 0) return default;
        var mean = (double)expected;
        return new(Quantile(mean, Tail), expected, Math.Max(Math.Ceiling(expected), Quantile(mean, 1 - Tail)));
    }

    /// <summary>The least number that is not exceeded with this probability.</summary>
    private static decimal Quantile(double mean, double probability)
    {
        long low = 0, high = (long)(mean + 10 * Math.Sqrt(mean) + 20);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Poisson.CDF(mean, middle) >= probability) high = middle;
            else low = middle + 1;
        }
        return low;
    }
}

/// <summary>The least that it can be, what is expected, and the most that it can be, for one length of lost time.</summary>
internal readonly record struct Bounded<T>(T Least, T Expected, T Most);

/// <summary>Sums of what has a least, an expected and a most.</summary>
internal static class BoundedSums
{
    public static Bounded<decimal> Plus(this Bounded<decimal> one, Bounded<decimal> other) => new(one.Least + other.Least, one.Expected + other.Expected, one.Most + other.Most);

    public static Bounded<decimal> Times(this Bounded<decimal> one, decimal factor) => new(one.Least * factor, one.Expected * factor, one.Most * factor);
}
