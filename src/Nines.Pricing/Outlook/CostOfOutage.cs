using MathNet.Numerics.Distributions;

namespace Nines.Pricing.Outlook;

/// <summary>What one outage of a component costs, as learnt from those that it had: how costs vary, and how sure that is.</summary>
internal abstract class CostOfOutage
{
    /// <summary>Below so many costs the test of the logarithms says next to nothing.</summary>
    private const int FewestToTest = 30;

    /// <summary>Critical value at 5 % of A²(1 + 0.75/n + 2.25/n²) with mean and deviation estimated: M. A. Stephens, table 4.7 of Goodness-of-Fit Techniques (1986).</summary>
    private const double Critical = 0.752;

    public abstract string Name { get; }

    /// <summary>Takes one of the distributions that the costs allow for.</summary>
    public abstract void Draw(Random random);

    /// <summary>Takes the one that fits the costs best.</summary>
    public abstract void Fit();

    /// <summary>Of the distribution taken.</summary>
    public abstract double Mean { get; }

    public abstract double Variance { get; }

    /// <summary>One outage's cost, by the distribution taken.</summary>
    public abstract double Sample(Random random);

    /// <summary>Log-normal, which lengths of outages usually are near to, unless many costs say otherwise: then these themselves, drawn again.</summary>
    /// <param name="costs">Above 0; two or more.</param>
    public static CostOfOutage Of(double[] costs) => costs.Length >= FewestToTest && Departure(costs) > Critical ? new Resampled(costs) : new LogNormalCost(costs);

    /// <summary>The statistic of Anderson and Darling for the normality of the logarithms, adjusted for their number.</summary>
    internal static double Departure(double[] costs)
    {
        var logs = costs.Select(cost => Math.Log(cost)).Order().ToArray();
        var (n, mean) = (logs.Length, logs.Average());
        var deviation = Math.Sqrt(logs.Sum(log => (log - mean) * (log - mean)) / (n - 1));
        if (deviation == 0) return double.PositiveInfinity;
        double sum = 0;
        for (var i = 0; i < n; i++)
        {
            var (low, high) = (Normal.CDF(mean, deviation, logs[i]), Normal.CDF(mean, deviation, logs[n - 1 - i]));
            sum += (2 * i + 1) * (Math.Log(Math.Max(low, double.Epsilon)) + Math.Log(Math.Max(1 - high, 1e-300)));
        }
        var squared = -n - sum / n;
        return squared * (1 + 0.75 / n + 2.25 / ((double)n * n));
    }

    /// <summary>
    /// ln cost ~ N(μ, σ²). What n costs and experience with others allow: σ² = ((n − 1)s² + ν₀σ₀²)/χ²(n − 1 + ν₀), μ = m + Zσ/√n. Without experience (ν₀ = 0) the limits
    /// on the mean exp(μ + σ²/2) would be the generalized confidence limits of K. Krishnamoorthy and T. Mathew, J. Statistical Planning and Inference 115 (2003), 103–121.
    /// </summary>
    private sealed class LogNormalCost : CostOfOutage
    {
        /// <summary>
        /// In public status histories the logarithms of outages' lengths deviate by 1.06 (27 services with five outages or more, 1,440 degrees of
        /// freedom in all; the single ones by 0.15 to 1.31). It weighs as much as three outages: without it so few say next to nothing of how costs vary.
        /// </summary>
        private const double UsualDeviation = 1.06, UsualWeight = 3;

        private readonly double mean, squares, freedom;
        private readonly int n;
        private double mu, sigma;
        private double? spare;

        public LogNormalCost(double[] costs)
        {
            var logs = costs.Select(cost => Math.Log(cost)).ToArray();
            (n, mean) = (logs.Length, logs.Average());
            squares = logs.Sum(log => (log - mean) * (log - mean)) + UsualWeight * UsualDeviation * UsualDeviation;
            freedom = n - 1 + UsualWeight;
            (mu, sigma) = (mean, Math.Sqrt(squares / freedom));
        }

        public override string Name => "log_normal";

        public override void Fit() => (mu, sigma) = (mean, Math.Sqrt(squares / freedom));

        public override void Draw(Random random)
        {
            sigma = Math.Sqrt(squares / Gamma.Sample(random, freedom / 2, 0.5));
            mu = mean + Normal.Sample(random, 0, 1) * sigma / Math.Sqrt(n);
        }

        public override double Mean => Math.Exp(mu + sigma * sigma / 2);
        public override double Variance => (Math.Exp(sigma * sigma) - 1) * Mean * Mean;
        public override double Sample(Random random) => Math.Exp(mu + sigma * Deviate(random));

        /// <summary>Of the normal deviates that G. Marsaglia's polar method makes by two, none is thrown away: they are what simulating takes its time for.</summary>
        private double Deviate(Random random)
        {
            if (spare is { } kept)
            {
                spare = null;
                return kept;
            }
            double u, v, square;
            do
            {
                (u, v) = (2 * random.NextDouble() - 1, 2 * random.NextDouble() - 1);
                square = u * u + v * v;
            }
            while (square is >= 1 or 0);
            var scale = Math.Sqrt(-2 * Math.Log(square) / square);
            spare = v * scale;
            return u * scale;
        }
    }

    /// <summary>The costs themselves; what they allow is as many of them drawn with replacement (B. Efron's bootstrap).</summary>
    private sealed class Resampled(double[] costs) : CostOfOutage
    {
        private readonly double[] taken = [.. costs];

        public override string Name => "resampled";

        public override void Fit() => costs.CopyTo(taken, 0);

        public override void Draw(Random random)
        {
            for (var i = 0; i < taken.Length; i++) taken[i] = costs[random.Next(costs.Length)];
        }

        public override double Mean => taken.Average();
        public override double Variance => taken.Average(cost => cost * cost) - Mean * Mean;
        public override double Sample(Random random) => taken[random.Next(taken.Length)];
    }
}
