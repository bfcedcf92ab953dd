using MathNet.Numerics.Distributions;
using Nines.Reports.Comparison;

namespace Nines.Reports.Tests;

public sealed class ChanceTests
{
    [Theory]
    [InlineData(0, 5, 1, 0.0625)]                // 2 × 1/2⁵
    [InlineData(1, 9, 1, 0.021484375)]           // 2 × 11/2¹⁰
    [InlineData(10, 10, 1, 1)]
    [InlineData(0, 0, 1, 1)]
    [InlineData(0, 3, 3, 0.03125)]               // 2 × 1/4³: the first has three quarters of the time
    public void Outages_that_fall_unequally_have_the_binomials_chance(int first, int second, double longer, double chance)
    {
        Assert.Equal(chance, Chance.OfRates(first, longer, second, 1), 1e-12);
    }

    [Fact]
    public void Which_period_is_named_first_changes_nothing()
    {
        for (var k = 0; k < 8; k++)
        {
            Assert.Equal(Chance.OfRates(k, 30, 4, 31), Chance.OfRates(4, 31, k, 30), 1e-9);
            if (k > 0) Assert.Equal(Chance.OfRatios(k, 0.002, 4, 0.001), Chance.OfRatios(4, 0.001, k, 0.002), 2e-3);
        }
    }

    [Fact]
    public void Equal_shares_of_downtime_are_chance_and_very_different_ones_of_many_outages_are_not()
    {
        Assert.Equal(1, Chance.OfRatios(5, 0.001, 5, 0.001), 1e-3);
        Assert.True(Chance.OfRatios(20, 0.01, 20, 0.001) < 0.001);
        Assert.True(Chance.OfRatios(1, 0.01, 1, 0.001) > Chance.Level); // one outage each shows little
    }

    [Theory]
    [InlineData(3, 5, 4.0)]
    [InlineData(2, 2, 10.0)]
    [InlineData(8, 1, 0.2)]
    public void The_chance_of_a_ratio_is_what_random_up_and_down_times_give(int k, int other, double quotient)
    {
        var random = new Random(1);
        double F(int n) => Gamma.Sample(random, n, 1) / Gamma.Sample(random, n, 1);
        var below = Enumerable.Range(0, 200_000).Count(_ => F(k) / F(other) < quotient) / 200_000.0;
        Assert.Equal(2 * Math.Min(below, 1 - below), Chance.OfRatios(k, quotient, other, 1), 0.01);
    }

    [Fact]
    public void Alike_periods_differ_more_than_chance_in_few_of_a_hundred()
    {
        var random = new Random(2);
        var differ = Enumerable.Range(0, 2_000).Count(_ => Chance.OfRates(Poisson.Sample(random, 6), 30, Poisson.Sample(random, 6), 30) < Chance.Level);
        Assert.InRange(differ / 2_000.0, 0.005, Chance.Level);
    }
}
