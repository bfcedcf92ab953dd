using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;

namespace Nines.Pricing.Outlook;

/// <summary>
/// Adds up components whose outages may have been one event. How much they go together is taken from the past: whole events are drawn again (the Bayesian
/// bootstrap of D. B. Rubin, Annals of Statistics 9, 1981: each weighs as much as an exponential deviate), so what one root took with it stays together.
/// The order in which that puts the draws of each component is then given to its own simulated losses (R. L. Iman and W. J. Conover, Communications in
/// Statistics B11, 1982): each component's losses remain what they are, and only what comes together changes.
/// </summary>
internal static class JointSimulation
{
    /// <param name="years">Known time of the events; above 0.</param>
    /// <param name="ahead">In years.</param>
    /// <param name="runs">A component each, in the order of <paramref name="shared"/>.</param>
    /// <returns>Sums, ascending: of the means of times ahead, and of what a time ahead costs.</returns>
    public static (double[] Expected, double[] Losses) Sum(IReadOnlyList<LossSimulation> runs, SharedOutages shared, double years, double ahead, int seed)
    {
        if (shared.Events.Count == 0) return (Summed([.. runs.Select(run => run.Expected)]), Summed([.. runs.Select(run => run.Losses)]));
        var draws = runs[0].Losses.Length;
        var (means, sums) = (Lanes(runs.Count, draws), Lanes(runs.Count, draws));
        var random = new Xoshiro256StarStar(seed, threadSafe: false);
        var alone = shared.Alone.Select(costs => (Sum: costs.Sum(), Squares: costs.Sum(cost => cost * cost))).ToArray();
        var horizon = ahead / years;
        for (var draw = 0; draw < draws; draw++)
        {
            for (var i = 0; i < runs.Count; i++)
            {
                if (alone[i].Sum == 0) continue;
                means[i][draw] = WithMoments(random, alone[i].Sum, alone[i].Squares);
                sums[i][draw] = WithMoments(random, means[i][draw] * horizon, alone[i].Squares * horizon);
            }
            foreach (var together in shared.Events)
            {
                var weight = Exponential.Sample(random, 1);
                var times = Poisson.Sample(random, weight * horizon);
                foreach (var (i, cost) in together)
                {
                    means[i][draw] += weight * cost;
                    sums[i][draw] += times * cost;
                }
            }
        }
        return (Summed([.. runs.Select((run, i) => InOrderOf(run.Expected, means[i], random))]), Summed([.. runs.Select((run, i) => InOrderOf(run.Losses, sums[i], random))]));
    }

    /// <summary>What a component's own outages add, by its first two moments: only its place among the draws matters.</summary>
    private static double WithMoments(Random random, double mean, double variance) => mean <= 0 ? 0 : Gamma.Sample(random, Math.Max(mean * mean / variance, 1e-6), mean / variance);

    /// <summary>The same values, the smallest where <paramref name="order"/> has its smallest; equal ones by chance.</summary>
    private static double[] InOrderOf(double[] values, double[] order, Random random)
    {
        var places = Enumerable.Range(0, order.Length).ToArray();
        random.Shuffle(places);
        var keys = places.Select(place => order[place]).ToArray();
        Array.Sort(keys, places);
        double[] sorted = [.. values.Order()];
        var ordered = new double[values.Length];
        for (var rank = 0; rank < places.Length; rank++) ordered[places[rank]] = sorted[rank];
        return ordered;
    }

    private static double[][] Lanes(int count, int draws) => [.. Enumerable.Range(0, count).Select(_ => new double[draws])];

    private static double[] Summed(double[][] lanes)
    {
        var sums = new double[lanes[0].Length];
        foreach (var lane in lanes)
            for (var i = 0; i < sums.Length; i++)
                sums[i] += lane[i];
        Array.Sort(sums);
        return sums;
    }
}
