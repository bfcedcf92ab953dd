using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Core.Timelines;
using Nines.Ledger;
using Nines.Ledger.Availability;
using Nines.Ledger.Policies;
using Nines.Ledger.Tests;
using Nines.Pricing.Liabilities;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Outlook;
using Nines.Pricing.Plan;
using Nines.Pricing.Rates;
using NodaTime;

namespace Nines.Pricing.Tests.Outlook;

public sealed class ForecasterTests
{
    private const double Year = 365 * 86_400d;
    private static readonly Duration OneYear = Duration.FromDays(365);

    private static Amount Usd(decimal value) => new(value, Currency.Usd);

    /// <summary>Outages of so many seconds each, spread over the year.</summary>
    private static Segment[] Outages(params double[] lengths) =>
        [.. lengths.SelectMany((length, i) => new[] { History.Down((i + 1) * Year / (lengths.Length + 2), $"shop-{i + 1}"), History.Up((i + 1) * Year / (lengths.Length + 2) + length) })];

    private static LossOutlook Of(LedgerProjection ledger, Duration? ahead = null, double level = 0.95, params string[] priced)
    {
        var options = new PricingOptions
        {
            Losses = [.. (priced.Length == 0 ? ["shop"] : priced).Select(name => new LossOptions { Component = new ComponentId(name), Rate = new RateLossOptions { Amount = Usd(3600) } })],
            Liabilities = [new LiabilityOptions { Name = "fine", Component = History.Shop, LongerThan = History.Seconds(1_000), PerOutage = new AmountRange { Likely = Usd(500) } }],
        };
        return Forecaster.Of(ledger, PricingPlan.Open(options, ledger, _ => []), ShippedPolicies.Strict, null, null, ahead ?? OneYear, level);
    }

    [Fact]
    public void Five_outages_in_a_year_come_again_as_often_as_the_chi_squared_limits_allow()
    {
        var outlook = Assert.Single(Of(History.ShopWith(Year, Outages(600, 1_200, 1_800, 3_600, 10_800))).Components);
        Assert.Equal((5, 5, 18_000m), (outlook.Outages, outlook.CostlyOutages, outlook.Past.Likely));
        Assert.Equal(18_000m, outlook.Expected.Likely);
        // MTBF over 8,760 h with 5 outages: 750.8 to 5,395.8 h.
        Assert.Equal(8760 / 5395.8, (double)outlook.OutagesAhead.Low, 3);
        Assert.Equal(8760 / 750.8, (double)outlook.OutagesAhead.High, 2);
        Assert.Equal(Math.Exp(-5), (double)outlook.NoOutage.Likely, 5);
        Assert.Equal(Math.Exp(-8760 / 5395.8), (double)outlook.NoOutage.High, 3);
        // 5 h down in 8,760 h: 0.999429, in the long run 0.997882 to 0.999846.
        Assert.Equal(0.999429m, decimal.Round(outlook.Availability, 6));
        Assert.Equal((0.997882m, 0.999846m), (decimal.Round(outlook.LongRun!.Value.Low, 6), decimal.Round(outlook.LongRun.Value.High, 6)));
        Assert.True(outlook.Expected.Low < 18_000 && outlook.Expected.High > 18_000 && outlook.Loss.Low < outlook.Loss.Likely && outlook.Loss.Likely < outlook.Loss.High);
        Assert.InRange(outlook.ParameterShare, 0.1m, 0.95m);
    }

    [Fact]
    public void One_more_nine_saves_nine_tenths_and_half_of_either_saves_half_where_cost_is_linear()
    {
        var outlook = Assert.Single(Of(History.ShopWith(Year, Outages(600, 1_200, 1_800, 3_600, 10_800))).Components);
        Assert.Equal(outlook.Expected * 0.9m, outlook.OneMoreNine);
        Assert.Equal(9_000m, outlook.HalfTheOutages.Likely);
        Assert.Equal(9_000m, outlook.HalfTheLength.Likely, 6);
    }

    [Fact]
    public void A_rate_that_changed_is_said_and_never_used_by_itself()
    {
        double[] begins = [0.2, 0.45, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98];
        Segment[] segments = [.. begins.SelectMany((share, i) => new[] { History.Down(share * Year, $"shop-{i + 1}"), History.Up(share * Year + 600) })];
        var outlook = Assert.Single(Of(History.ShopWith(Year, segments)).Components);
        Assert.Equal((2, 7, 5_400m), (outlook.Trend!.Earlier, outlook.Trend.Later, outlook.Expected.Likely));
        Assert.Contains(outlook.Said, said => said.StartsWith("the rate of its outages went up, 2 → 7 by halves of the known time (Laplace's test, p = 0.0", StringComparison.Ordinal) && said.EndsWith("--from 2026-07-02T12:00:00Z takes the later half alone", StringComparison.Ordinal));
        Assert.DoesNotContain(Of(History.ShopWith(Year, Outages(600, 1_200, 1_800, 3_600, 10_800))).Components[0].Said, said => said.Contains("Laplace", StringComparison.Ordinal));
    }

    [Fact]
    public void Liabilities_are_foretold_apart()
    {
        var outlook = Assert.Single(Of(History.ShopWith(Year, Outages(600, 1_200, 1_800, 3_600))).Components);
        Assert.Equal(7_200m, outlook.Expected.Likely);
        Assert.Equal(1_500m, outlook.Liabilities.Likely);
    }

    [Fact]
    public void Twice_the_time_ahead_is_twice_the_expectation()
    {
        var ledger = History.ShopWith(Year, Outages(600, 1_200, 1_800, 3_600));
        var (one, two) = (Of(ledger).Components[0], Of(ledger, OneYear * 2L).Components[0]);
        Assert.Equal(one.Expected.Likely * 2, two.Expected.Likely, 6);
        Assert.Equal((double)one.Expected.High * 2, (double)two.Expected.High, 1);
        Assert.Equal(one.OutagesAhead.High * 2, two.OutagesAhead.High, 6);
    }

    [Fact]
    public void The_same_history_gives_the_same_figures_whoever_else_is_there()
    {
        Segment[] outages = [History.Up(0), .. Outages(600, 1_200, 1_800, 3_600)];
        LedgerProjection With(params string[] names) => names.Aggregate(new History().Config(0, names).Started(0), (history, name) => history.RevisedFor(name, null, 1, 0, outages)).Watched(Year).Fold();
        var (alone, both) = (Of(With("shop")), Of(With("api", "shop"), priced: ["api", "shop"]));
        Assert.Equal(alone.Components[0].Loss, both.Components.Single(component => component.Component == History.Shop).Loss);
        Assert.Equal(both.Loss, Of(With("api", "shop"), priced: ["api", "shop"]).Loss);
        Assert.NotEqual(both.Components[0].Loss, both.Components[1].Loss); // draws are their own
        Assert.Equal(14_400m, both.Expected);
        Assert.True(both.Loss.High < both.Components.Sum(component => component.Loss.High));
    }

    [Fact]
    public void Unseen_time_is_no_time_without_outages()
    {
        var ledger = History.ShopWith(2 * Year, [.. Outages(600, 1_200, 1_800, 3_600), History.Unseen(Year), History.Up(2 * Year - 1)]);
        var outlook = Of(ledger).Components[0];
        Assert.Equal(Year + 1, outlook.Known.TotalSeconds, 0);
        Assert.Equal(7_200m, outlook.Expected.Likely, 2);
    }

    [Fact]
    public void No_year_costs_more_than_being_down_throughout()
    {
        var outlook = Of(History.ShopWith(Year, Outages(30, 4_000_000)), level: 0.999).Components[0];
        Assert.True(outlook.Expected.High <= (decimal)Year && outlook.Loss.High <= (decimal)Year);
        Assert.Contains(outlook.Said, sentence => sentence.StartsWith("fewer than 10 outages", StringComparison.Ordinal));
    }

    [Fact]
    public void What_cannot_be_foretold_is_listed_with_the_reason_and_is_no_zero()
    {
        Assert.Equal("no_price", Of(History.ShopWith(Year, Outages(600, 1_200)), priced: ["api"]).Without[0].Code);
        Assert.Equal("not_watched_enough", Of(History.ShopWith(29 * 86_400)).Without[0].Code);
        var none = Of(History.ShopWith(Year));
        Assert.Empty(none.Components);
        // No outage in 8,760 h: at least 2,374.7 h between them, so fewer than 3.69 a year.
        Assert.Equal(("no_outage", "it had no outage in 365d 00h 00m of known time, so nothing says what one would cost; at 95 % there are fewer than 3.69 a year"), (none.Without[0].Code, none.Without[0].Because));
        Assert.Equal("too_few_outages", Of(History.ShopWith(Year, Outages(600))).Without[0].Code);
        Assert.Equal(Estimate.Zero, none.Loss);
    }

    [Fact]
    public void Half_an_outage_has_half_of_its_likely_time_and_no_more_of_its_bounds()
    {
        ImmutableArray<LostSpan> spans = [new(History.At(0), History.At(10), 0, 0, 1), new(History.At(10), History.At(20), 0, 1, 1), new(History.At(20), History.At(50), 1, 1, 1), new(History.At(50), History.At(60), 0, 0, 1)];
        var half = PricedHistory.Half(new LostEpisode { Id = "shop-1", Component = History.Shop, Spans = spans })!;
        Assert.Equal((10m, 20m, 30m), (half.SurelyS, half.LikelyS, half.PossiblyS));
        Assert.Equal(History.At(30), half.To);
        Assert.Null(PricedHistory.Half(new LostEpisode { Id = "shop-1", Component = History.Shop, Spans = [spans[0]] }));
    }

    [Fact]
    public void Half_the_length_of_outages_whose_make_up_was_measured_is_half_of_their_cost()
    {
        // A thousand an hour, nothing in two outages of three hours, and four fifths of it in the four hours after.
        var begins = new[] { 40, 60 };
        var csv = new System.Text.StringBuilder("time,value\n");
        for (var hour = 0; hour < 90 * 24; hour++)
        {
            var into = begins.Select(day => hour - day * 24).FirstOrDefault(since => since is >= 0 and < 7, -1);
            csv.Append(System.Globalization.CultureInfo.InvariantCulture, $"{History.At(hour * 3600)},{into switch { < 0 => 1_000, < 3 => 0, _ => 1_600 }}\n");
        }
        Segment[] segments = [.. begins.SelectMany((day, i) => new[] { History.Down(day * 86_400, $"shop-{i + 1}"), History.Up(day * 86_400 + 3 * 3_600) })];
        var ledger = History.ShopWith(90 * 86_400, segments);
        var options = new PricingOptions
        {
            Series = [new Nines.Pricing.Series.SeriesOptions { Name = "volume", File = "volume.csv", Unit = "USD" }],
            Losses = [new LossOptions { Component = History.Shop, Venue = new Nines.Pricing.Venues.VenueLossOptions { Series = "volume", TakeRate = 0.5m, Deferred = new Nines.Pricing.Venues.DeferredOptions { Measured = true } } }],
        };
        var plan = PricingPlan.Open(options, ledger, _ => System.Text.Encoding.UTF8.GetBytes(csv.ToString()));
        var outlook = Assert.Single(Forecaster.Of(ledger, plan, ShippedPolicies.Strict, null, null, OneYear, 0.95).Components);
        Assert.InRange(outlook.Past.Likely, 590, 610); // two times 3,000 less 2,400, of which the venue earns a half
        Assert.Equal(outlook.HalfTheOutages.Likely, outlook.HalfTheLength.Likely, 6);
        Assert.Contains(outlook.Said, said => said.StartsWith("what came back after its outages was measured", StringComparison.Ordinal));
    }

    [Fact]
    public void Costs_that_do_not_vary_like_outages_elsewhere_are_drawn_again_when_there_are_many()
    {
        var even = LossSimulation.Run(new LossHistory([.. Enumerable.Range(1, 60).Select(i => (double)i)], 1, 0, 1, 1, 1e12), 1, 1, 200);
        Assert.Equal("resampled", even.Costs);
        Assert.Equal("log_normal", LossSimulation.Run(new LossHistory([1, 2, 3, 4], 1, 0, 1, 1, 1e12), 1, 1, 200).Costs);
    }

    [Fact]
    public void Bounds_that_reach_farther_up_than_down_make_the_future_no_dearer_than_the_past()
    {
        var skewed = LossSimulation.Run(new LossHistory([.. Enumerable.Repeat(100.0, 50)], 1, 0, 0.1, 5, 1e12), 1, 1);
        Assert.InRange(skewed.Losses.Average(), 4_750, 5_400); // 50 outages of 100, and half a one that the prior adds
        Assert.True(LossSimulation.Quantile([.. skewed.Losses.Order()], 0.95) > 8_000);
    }
}
