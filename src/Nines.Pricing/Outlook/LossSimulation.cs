using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;

namespace Nines.Pricing.Outlook;

/// <summary>What a component's outages were, as far as its losses to come depend on it. Times are in years of 365 days.</summary>
/// <param name="Costs">Of each outage that cost something, likely; above 0.</param>
/// <param name="Years">Known time in which they began; above 0.</param>
/// <param name="Steady">What is lost without an outage, a year.</param>
/// <param name="Least">How far the costs themselves may be off, as factors: least ≤ 1 ≤ most.</param>
/// <param name="Ceiling">What a year cannot cost more than: that of being down throughout.</param>
internal sealed record LossHistory(double[] Costs, double Years, double Steady, double Least, double Most, double Ceiling);

/// <summary>
/// A year's losses as a compound Poisson process: outages come at a rate, each costs what outages cost. Neither is known but by its history:
/// each draw takes a rate of those that the history allows (Gamma(k + ½, T), the Jeffreys posterior; χ²(2k + 1)/2T), a distribution of costs that
/// the costs allow, then a year of that. Deterministic: the generator is Xoshiro256** with the seed given.
/// </summary>
internal sealed class LossSimulation
{
    public const int Draws = 2_000;

    /// <summary>For so many draws there is one with rate and costs as they fit best: enough for the width.</summary>
    private const int DrawsASettled = 4;

    /// <summary>Fewer tell nothing of how costs vary.</summary>
    public const int FewestOutages = 2;

    /// <summary>So many outages a draw are summed by the central limit.</summary>
    private const int MostSummed = 500;

    private LossSimulation(double[] expected, double[] losses, double[] settled, string costs) => (Expected, Losses, Settled, Costs) = (expected, losses, settled, costs);

    /// <summary>What the years to come cost on average, by each draw of what is not known; not in order.</summary>
    public double[] Expected { get; }

    /// <summary>What the time ahead costs, draw by draw: not in order, so that components may be added.</summary>
    public double[] Losses { get; }

    /// <summary>The same with rate and costs as they fit best; ascending.</summary>
    public double[] Settled { get; }

    public string Costs { get; }

    /// <param name="ahead">The time ahead, in years.</param>
    public static LossSimulation Run(LossHistory history, double ahead, int seed, int draws = Draws)
    {
        // Two streams: what is not known is drawn alike, however far ahead is looked.
        var (random, years) = (new Xoshiro256StarStar(seed, threadSafe: false), new Xoshiro256StarStar(~seed, threadSafe: false));
        var cost = CostOfOutage.Of(history.Costs);
        var (expected, losses, settled) = (new double[draws], new double[draws], new double[draws / DrawsASettled]);
        for (var i = 0; i < draws; i++)
        {
            var rate = Gamma.Sample(random, history.Costs.Length + 0.5, history.Years);
            var factor = FactorOf(history, random);
            cost.Draw(random);
            expected[i] = Math.Min(ahead * (rate * cost.Mean * factor + history.Steady * factor), history.Ceiling * ahead);
            losses[i] = Loss(rate, factor, history, cost, ahead, years);
        }
        cost.Fit();
        for (var i = 0; i < settled.Length; i++) settled[i] = Loss(history.Costs.Length / history.Years, 1, history, cost, ahead, years);
        Array.Sort(settled);
        return new LossSimulation(expected, losses, settled, cost.Name);
    }

    private static double Loss(double rate, double factor, LossHistory history, CostOfOutage cost, double ahead, Random random)
    {
        var outages = Poisson.Sample(random, Math.Min(rate * ahead, int.MaxValue / 2));
        double sum = 0;
        if (outages > MostSummed) sum = Math.Max(0, outages * cost.Mean + Math.Sqrt(outages * cost.Variance) * Normal.Sample(random, 0, 1));
        else
            for (var i = 0; i < outages; i++)
                sum += cost.Sample(random);
        return Math.Min((sum + history.Steady * ahead) * factor, history.Ceiling * ahead);
    }

    /// <summary>
    /// A beta distribution from least to most whose mean is 1, so that bounds which reach farther up than down make the future no dearer than the
    /// past. What makes one cost too high makes all too high: it is drawn once for all.
    /// </summary>
    private static double FactorOf(LossHistory history, Random random)
    {
        if (history.Least >= 1 || history.Most <= 1) return 1;
        var width = history.Most - history.Least;
        return history.Least + width * Beta.Sample(random, Concentration * (1 - history.Least) / width, Concentration * (history.Most - 1) / width);
    }

    /// <summary>Of the beta distribution: as in PERT, four.</summary>
    private const double Concentration = 4;

    /// <param name="sorted">Ascending.</param>
    public static double Quantile(double[] sorted, double share)
    {
        var at = share * (sorted.Length - 1);
        var below = (int)Math.Floor(at);
        return below + 1 >= sorted.Length ? sorted[^1] : sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]);
    }
}
