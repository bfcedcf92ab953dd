using Nines.Core.Timelines;
using Nines.Ledger.Objectives;
using NodaTime;
using static Nines.Ledger.Tests.History;
using static Nines.Ledger.Tests.Objectives.BurnRateTests;

namespace Nines.Ledger.Tests.Objectives;

public sealed class ForecastTests
{
    private const double Day = 86_400;

    /// <param name="every">Days between two onsets.</param>
    private static LedgerProjection Steady(double until, double every, double length) =>
        ShopWith(until, [.. Enumerable.Range(1, (int)(until / Day / every) - 1).SelectMany(i => new[] { Down(i * every * Day, $"shop-{i}"), Up(i * every * Day + length) })]);

    [Theory]
    [InlineData(3, 100, 500, false)]
    [InlineData(0.4, 100, 50, false)]
    [InlineData(20, 7, 150, true)]
    [InlineData(1.5, 100, 80, true)]
    public void The_chance_of_a_compound_Poisson_sum_is_the_one_that_drawing_lots_finds(double expected, double mean, double budget, bool isOpen)
    {
        const int draws = 200_000;
        var random = new Random(7);
        var within = 0;
        for (var i = 0; i < draws; i++)
        {
            var sum = isOpen ? Exponential(random) * mean : 0;
            for (var at = Exponential(random); at < expected; at += Exponential(random)) sum += Exponential(random) * mean;
            if (sum <= budget) within++;
        }
        Assert.Equal((double)within / draws, LossRate.ChanceWithin(expected, mean, budget, isOpen), 0.005);
    }

    private static double Exponential(Random random) => -Math.Log(1 - random.NextDouble());

    [Fact]
    public void Where_the_normal_limit_takes_over_the_chance_goes_on_evenly()
    {
        var below = LossRate.ChanceWithin(999.9, 1, 1_040, false);
        var above = LossRate.ChanceWithin(1_000.1, 1, 1_040, false);
        Assert.Equal(below, above, 0.005);
    }

    [Fact]
    public void A_month_in_which_little_was_lost_is_likely_kept_and_one_in_which_all_was_lost_is_not()
    {
        var month = Of(0.999m, ObjectiveWindow.Calendar.Aligned(CalendarUnit.Month, 1, DateTimeZone.Utc));
        var good = Judge(Steady(80 * Day, 10, 30), month).Forecast!;
        Assert.InRange(good.Kept!.Value, 0.999, 1);
        Assert.InRange(good.KeptLow, 0.5, good.Kept.Value);
        Assert.InRange(good.KeptHigh, good.Kept.Value, 1);
        Assert.Null(good.UsedUp);
        Assert.Equal(Instant.FromUtc(2026, 4, 1, 0, 0), good.Until);

        // March has 2,678.4 s; an outage of 500 s every second day takes 250 s a day.
        var bad = Judge(Steady(64 * Day, 2, 500), month).Forecast!;
        Assert.InRange(bad.Kept!.Value, 0, 0.02);
        Assert.Equal((31, 31 * 500), (bad.Outages, bad.Outages * 500));
        Assert.InRange(bad.UsedUp!.Value, At(70 * Day), At(76 * Day));
        Assert.True(bad.UsedUpEarliest < bad.UsedUp && bad.UsedUp < bad.UsedUpLatest);

        var gone = Judge(ShopWith(64 * Day, Down(60 * Day, "shop-1"), Up(60 * Day + 3_000)), month);
        Assert.Equal((0d, 0d), (gone.Forecast!.Kept, gone.Forecast.KeptHigh));
    }

    [Fact]
    public void An_outage_that_is_open_makes_the_chance_smaller_than_one_that_has_just_ended()
    {
        Segment[] past = [Down(50 * Day, "shop-1"), Up(50 * Day + 900), Down(80 * Day, "shop-2")];
        var open = Judge(ShopWith(80 * Day + 900, past), Of(0.999m)).Forecast!;
        var ended = Judge(ShopWith(80 * Day + 900.001, [.. past, Up(80 * Day + 900)]), Of(0.999m)).Forecast!;
        Assert.InRange(open.Kept!.Value, 0.5, ended.Kept!.Value - 0.02);
    }

    [Fact]
    public void Without_an_outage_only_the_chance_of_none_is_said()
    {
        var forecast = Judge(ShopWith(90 * Day), Of(0.999m)).Forecast!;
        // No outage in 90 d: the rate is at most χ²(0.9875; 2) / (2 × 90 d), and nothing in 30 d has e^(−30 × rate).
        Assert.Equal(Math.Exp(-30 * -Math.Log(0.0125) / 90), forecast.KeptLow, 9);
        Assert.Equal((null, 1d, null), (forecast.Kept, forecast.KeptHigh, forecast.UsedUp));
    }

    [Fact]
    public void What_leaves_a_rolling_window_puts_the_end_of_the_budget_off()
    {
        // 2,500 s were lost 29.5 days ago, and 2 s a day in the 25 days before now: 42 s are left, and the rate of some 28 s a day (2,550 s in 90 days)
        // would use them up in a day and a half. But the 2,500 s leave after half a day.
        var segments = Enumerable.Range(0, 25).SelectMany(i => new[] { Down((75 + i) * Day + 43_200, $"shop-{i + 2}"), Up((75 + i) * Day + 43_202) });
        var ledger = ShopWith(100 * Day, [Down(70.5 * Day, "shop-1"), Up(70.5 * Day + 2_500), .. segments]);
        var late = Judge(ledger, Of(0.999m));
        Assert.Equal(2_550, late.Budget.Spent.Likely.TotalSeconds);
        Assert.Null(late.Forecast!.UsedUp);

        // Two and a half days before they leave the same rate gets there first: 46 s at 2,546 s in 90 days.
        var early = Judge(ledger, Of(0.999m), At(98 * Day));
        Assert.Equal(2_546, early.Budget.Spent.Likely.TotalSeconds);
        Assert.Equal(Math.Round(98 * Day + 46 / (2_546 / (90 * Day))), Math.Round((early.Forecast!.UsedUp!.Value - Zero).TotalSeconds));
    }
}
