using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;
using Nines.Pricing.Outlook;

namespace Nines.Pricing.Tests.Outlook;

/// <summary>A process whose truth is known is watched for a while, and the outlook made from what was seen has to be right as often as it says.</summary>
public sealed class CalibrationTests
{
    private const int Histories = 300;

    private static readonly Dictionary<string, (Func<Random, double> Cost, double Mean)> Truths = new()
    {
        ["log-normal"] = (random => Math.Exp(3 + Normal.Sample(random, 0, 1)), Math.Exp(3.5)),
        ["narrow"] = (random => Math.Exp(3 + 0.6 * Normal.Sample(random, 0, 1)), Math.Exp(3.18)),
        ["wide"] = (random => Math.Exp(3 + 1.4 * Normal.Sample(random, 0, 1)), Math.Exp(3.98)),
        ["exponential"] = (random => Exponential.Sample(random, 1 / 40.0), 40),
        ["gamma"] = (random => Gamma.Sample(random, 3, 0.1), 30),
        ["uniform"] = (random => 10 + 50 * random.NextDouble(), 35),
    };

    [Theory]
    [InlineData("log-normal", 4, 1)]
    [InlineData("log-normal", 20, 1)]
    [InlineData("log-normal", 60, 3)]
    [InlineData("narrow", 4, 1)]
    [InlineData("wide", 4, 1)]
    [InlineData("exponential", 8, 1)]
    [InlineData("exponential", 20, 1)]
    [InlineData("exponential", 60, 1)]
    [InlineData("gamma", 12, 1)]
    [InlineData("gamma", 60, 1)]
    [InlineData("uniform", 60, 1)]
    public void Ninety_per_cent_intervals_hold_the_truth_in_85_to_95_per_cent_of_histories(string truth, double rate, double years)
    {
        var (cost, mean) = Truths[truth];
        var random = new Xoshiro256StarStar(4, threadSafe: false);
        var (expected, next) = (0, 0);
        for (var history = 0; history < Histories; history++)
        {
            // What has too few outages gets no outlook: histories are those that get one.
            int outages;
            do outages = Poisson.Sample(random, rate * years);
            while (outages < LossSimulation.FewestOutages);
            var comes = Enumerable.Range(0, Poisson.Sample(random, rate)).Sum(_ => cost(random));
            var outlook = LossSimulation.Run(new LossHistory([.. Enumerable.Range(0, outages).Select(_ => cost(random))], years, 0, 1, 1, 1e12), 1, history, 500);
            if (Within([.. outlook.Expected.Order()], rate * mean)) expected++;
            if (Within([.. outlook.Losses.Order()], comes)) next++;
        }
        Assert.True(Right(expected) && Right(next), $"the expected loss lay within in {expected} of {Histories}, the year's loss in {next}");

        static bool Right(int times) => times is >= Histories * 85 / 100 and <= Histories * 95 / 100;
    }

    private static bool Within(double[] sorted, double truth) => LossSimulation.Quantile(sorted, 0.05) <= truth && truth <= LossSimulation.Quantile(sorted, 0.95);
}
