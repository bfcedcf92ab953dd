using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Timelines;
using Nines.Ledger;
using Nines.Ledger.Policies;
using Nines.Ledger.Tests;
using Nines.Pricing.Money;
using Nines.Pricing.Outlook;
using Nines.Pricing.Plan;
using Nines.Pricing.Rates;
using NodaTime;

namespace Nines.Pricing.Tests.Outlook;

/// <summary>Components whose outages were one event: the total is as wide as they are together.</summary>
public sealed class TogetherTests
{
    private const double Year = 365 * 86_400d;

    private static readonly double[] Lengths = [600, 1_200, 1_800, 3_600, 900, 7_200];

    private static LossOutlook Of(LedgerProjection ledger, params string[] priced) => Forecaster.Of(ledger, PricingPlan.Open(new PricingOptions
    {
        Losses = [.. priced.Select(name => new LossOptions { Component = new ComponentId(name), Rate = new RateLossOptions { Amount = new Amount(3600, Currency.Usd) } })],
    }, ledger, _ => []), ShippedPolicies.Strict, null, null, Duration.FromDays(365), 0.95);

    private static IEnumerable<Segment> Outages(string name, double shift = 0, Cause? cause = null) => Lengths.SelectMany((length, i) => new[]
    {
        History.Down((i + 1) * Year / 8 + shift, $"{name}-{i + 1}", cause: cause), History.Up((i + 1) * Year / 8 + shift + length),
    }).Prepend(History.Up(0));

    private static LedgerProjection Both(Cause? cause, double shift = 0, string[]? also = null)
    {
        var history = new History().Config(0, ["api", "shop", .. also ?? []]).Started(0).RevisedFor("api", null, 1, 0, [.. Outages("api", shift, cause)]).RevisedFor("shop", null, 1, 0, [.. Outages("shop", 0, cause)]);
        foreach (var root in also ?? []) history = history.RevisedFor(root, null, 1, 0, [.. Outages(root)]);
        return history.Watched(Year).Fold();
    }

    private static Cause Upstream => new(CauseKind.Upstream, "rpc is out") { Roots = [new ComponentId("rpc")] };

    [Fact]
    public void Outages_of_one_root_are_one_event_so_the_total_is_as_wide_as_its_parts_together()
    {
        var outlook = Of(Both(Upstream, also: ["rpc"]), "api", "shop");
        var (alone, together) = (outlook.Total(Togetherness.Independent)!, outlook.Total(Togetherness.SharedRoots)!);
        Assert.Equal((0, 6, 12, 1m), (alone.Events, together.Events, together.Outages, together.Share));
        // The same outages at the same price: what is dear for one is dear for the other, so quantiles add up.
        Assert.Equal(1, (double)(together.Loss.High / outlook.Components.Sum(component => component.Loss.High)), 0.005);
        Assert.Equal(1, (double)(together.Expected.Low / outlook.Components.Sum(component => component.Expected.Low)), 0.005);
        Assert.True(alone.Loss.High < together.Loss.High * 0.95m && alone.Loss.Low > together.Loss.Low);
        Assert.Equal(together.Loss, outlook.Loss);
        Assert.Equal((outlook.Expected, outlook.Expected), (alone.Expected.Likely, together.Expected.Likely));
    }

    [Fact]
    public void A_root_that_has_a_price_itself_is_one_event_with_what_it_took_down()
    {
        var outlook = Of(Both(Upstream, also: ["rpc"]), "rpc", "shop");
        Assert.Equal((6, 12), (outlook.Total(Togetherness.SharedRoots)!.Events, outlook.Total(Togetherness.SharedRoots)!.Outages));
    }

    [Fact]
    public void Outages_at_the_same_time_without_a_root_are_one_event_in_the_last_total_only()
    {
        var outlook = Of(Both(null, shift: 300), "api", "shop");
        Assert.Equal((0, 6), (outlook.Total(Togetherness.SharedRoots)!.Events, outlook.Total(Togetherness.Overlapping)!.Events));
        Assert.Equal(outlook.Total(Togetherness.Independent)!.Loss, outlook.Loss);
        Assert.True(outlook.Total(Togetherness.Overlapping)!.Loss.High > outlook.Loss.High);
        Assert.Equal(0, Of(Both(null, shift: 86_400), "api", "shop").Total(Togetherness.Overlapping)!.Events);
    }

    [Fact]
    public void A_root_that_was_not_out_then_makes_nothing_one_event()
    {
        var ledger = new History().Config(0, "api", "shop", "rpc").Started(0).RevisedFor("api", null, 1, 0, [.. Outages("api", 0, Upstream)]).RevisedFor("shop", null, 1, 0, [.. Outages("shop", 86_400, Upstream)])
            .RevisedFor("rpc", null, 1, 0, [.. Outages("rpc")]).Watched(Year).Fold();
        Assert.Equal(0, Of(ledger, "api", "shop").Total(Togetherness.SharedRoots)!.Events);
    }

    [Fact]
    public void What_is_lost_without_an_outage_is_in_the_availability_and_in_its_interval()
    {
        // A tenth of the year degraded, which observed counts; and six outages.
        var degraded = Outages("shop").Append(new Segment(History.At(0.9 * Year), State.Degraded, State.Degraded, State.Degraded));
        var ledger = new History().Config(0, "shop").Started(0).RevisedFor("shop", null, 1, 0, [.. degraded]).Watched(Year).Fold();
        var options = new PricingOptions { Losses = [new LossOptions { Component = History.Shop, Rate = new RateLossOptions { Amount = new Amount(3600, Currency.Usd) } }] };
        var heavy = ShippedPolicies.Observed;
        var component = Assert.Single(Forecaster.Of(ledger, PricingPlan.Open(options, ledger, _ => []), heavy, null, null, Duration.FromDays(365), 0.95).Components);
        Assert.InRange(component.Availability, component.LongRun!.Value.Low, component.LongRun.Value.High);
    }

    [Fact]
    public void Ninety_per_cent_intervals_of_a_total_with_a_shared_root_hold_the_truth_where_independent_ones_are_too_narrow()
    {
        // Two components: 6 outages a year of each are one root's, 2 are its own; costs log-normal, alike for both where the root brought them.
        const int Histories = 150;
        var random = new Xoshiro256StarStar(11, threadSafe: false);
        double Cost() => Math.Exp(3 + 0.6 * Normal.Sample(random, 0, 1));
        var (together, independent) = (0, 0);
        for (var history = 0; history < Histories; history++)
        {
            double[] root = [.. Enumerable.Range(0, Poisson.Sample(random, 6) + 2).Select(_ => Cost())], one = [.. Enumerable.Range(0, Poisson.Sample(random, 2)).Select(_ => Cost())], other = [.. Enumerable.Range(0, Poisson.Sample(random, 2)).Select(_ => Cost())];
            var comes = 2 * Enumerable.Range(0, Poisson.Sample(random, 6)).Sum(_ => Cost()) + Enumerable.Range(0, Poisson.Sample(random, 4)).Sum(_ => Cost());
            LossSimulation[] runs = [.. new[] { one, other }.Select((own, i) => LossSimulation.Run(new LossHistory([.. root, .. own], 1, 0, 1, 1, 1e12), 1, 2 * history + i, 500))];
            if (Within(JointSimulation.Sum(runs, SharedOutages.Of([.. root.Select(cost => new[] { cost, cost })], [one, other]), 1, 1, history).Losses, comes)) together++;
            if (Within(JointSimulation.Sum(runs, SharedOutages.Of([], [[.. root, .. one], [.. root, .. other]]), 1, 1, history).Losses, comes)) independent++;
        }
        Assert.True(together is >= Histories * 85 / 100 and <= Histories * 98 / 100 && together > independent, $"together it held {together} of {Histories}, independent {independent}");

        static bool Within(double[] sorted, double truth) => LossSimulation.Quantile(sorted, 0.05) <= truth && truth <= LossSimulation.Quantile(sorted, 0.95);
    }
}
