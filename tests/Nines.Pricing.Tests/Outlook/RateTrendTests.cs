using Nines.Ledger.Tests;
using Nines.Pricing.Outlook;
using NodaTime;

namespace Nines.Pricing.Tests.Outlook;

public sealed class RateTrendTests
{
    private static RateTrend? Of(IEnumerable<double> onsets, params (double From, double To, double Known)[] known) =>
        RateTrend.Of([.. known.Select(stretch => (History.At(stretch.From), History.At(stretch.To), stretch.Known))], [.. onsets.Select(History.At)]);

    [Fact]
    public void A_rate_that_went_up_is_told_with_its_chance_by_Laplace()
    {
        // Nine onsets over [0, 100): mean 67.67, so U = 17.67 / (100 / √108) = 1.836, two-sided 0.0664.
        var up = Of([20, 45, 60, 65, 70, 75, 85, 90, 99], (0, 100, 1))!;
        Assert.Equal((2, 7, History.At(50)), (up.Earlier, up.Later, up.Halfway));
        Assert.Equal((1.836, 0.0664, false), (Math.Round(up.U, 3), Math.Round(up.P, 4), up.IsOne));
        var more = Of([20, 45, 70, 75, 80, 85, 90, 95, 99], (0, 100, 1))!;
        Assert.True(more is { IsOne: true, U: > 0, P: < 0.03 });
        var fewer = Of([1, 5, 10, 15, 20, 25, 30, 55, 80], (0, 100, 1))!;
        Assert.True(fewer is { IsOne: true, U: < 0, Earlier: 7, Later: 2 });
    }

    [Fact]
    public void Even_onsets_and_few_of_them_are_no_trend()
    {
        Assert.InRange(Of([10, 30, 50, 70, 90], (0, 100, 1))!.P, 0.99, 1);
        Assert.Null(Of([80, 90, 95], (0, 100, 1)));
    }

    [Fact]
    public void Unseen_time_is_no_time_without_outages()
    {
        double[] onsets = [5, 15, 25, 35, 45];
        Assert.True(Of(onsets, (0, 500, 1))!.IsOne);
        var seen = Of(onsets, (0, 50, 1), (50, 500, 0))!;
        Assert.Equal((History.At(25), 1.0), (seen.Halfway, Math.Round(seen.P, 6)));
    }

    [Fact]
    public void A_steady_process_is_called_a_trend_no_more_often_than_one_time_in_twenty()
    {
        var random = new Random(5);
        var called = Enumerable.Range(0, 2_000).Count(_ => Of(Enumerable.Range(0, 4 + random.Next(30)).Select(_ => random.NextDouble() * 100).Order(), (0, 100, 1))!.IsOne);
        Assert.InRange(called, 60, 125);
    }
}
