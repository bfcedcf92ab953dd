using Nines.Ledger;
using Nines.Ledger.Policies;
using Nines.Ledger.Tests;
using Nines.Pricing.Attribution;
using Nines.Pricing.Liabilities;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using Nines.Pricing.Rates;

namespace Nines.Pricing.Tests.Liabilities;

public sealed class LiabilityTests
{
    private static Amount Usd(decimal value) => new(value, Currency.Usd);

    private static AmountRange Range(decimal low, decimal likely, decimal high) => new() { Low = Usd(low), Likely = Usd(likely), High = Usd(high) };

    private static readonly LiabilityOptions Claims = new()
    {
        Name = "goodwill",
        Component = History.Shop,
        LongerThan = History.Seconds(600),
        PerOutage = Range(100, 200, 400),
        PerMinute = new AmountRange { Likely = Usd(6) },
        PerCustomer = new AmountRange { Likely = Usd(1) },
        Customers = new CountRange { Low = 10, Likely = 50, High = 100 },
    };

    private static ComponentLoss Price(LedgerProjection ledger, double from, double to, params LiabilityOptions[] liabilities)
    {
        var options = new PricingOptions { Losses = [new LossOptions { Component = History.Shop, Rate = new RateLossOptions { Amount = Usd(3600) } }], Liabilities = [.. liabilities] };
        return Pricer.Price(ledger.Find(History.Shop)!, PricingPlan.Open(options, ledger, _ => []), ShippedPolicies.Strict, History.At(from), History.At(to));
    }

    [Fact]
    public void An_outage_owes_once_by_the_customer_and_by_the_minute_beyond_the_limit()
    {
        var loss = Price(History.ShopWith(10_000, [History.Down(1_000, "shop-1"), History.Up(1_900)]), 0, 10_000, Claims);
        // 900 s: 300 s beyond the limit are 5 minutes.
        Assert.Equal(new Estimate(100 + 10 + 30, 200 + 50 + 30, 400 + 100 + 30), loss.Of(LossClass.Claims));
        Assert.Equal(Estimate.Exact(900), loss.Total);
        Assert.Equal(loss.Of(LossClass.Claims), loss.Liabilities);
    }

    [Fact]
    public void An_outage_that_is_not_longer_owes_nothing_and_lost_time_without_one_neither()
    {
        Assert.Equal(Estimate.Zero, Price(History.ShopWith(10_000, [History.Down(1_000, "shop-1"), History.Up(1_600)]), 0, 10_000, Claims).Liabilities);
        Assert.Equal(Estimate.Zero, Price(History.ShopWith(10_000, [History.Down(1_000, "x") with { Outage = null }, History.Up(9_600)]), 0, 10_000, Claims).Liabilities);
    }

    [Fact]
    public void Bounds_on_both_sides_of_the_limit_are_a_reason_of_the_spread()
    {
        var loss = Price(History.ShopWith(10_000, History.OutageOf("shop-1", 1_000, 1_060, 1_600, 1_720)), 0, 10_000, Claims with { PerMinute = null, PerCustomer = null, Customers = null });
        // Surely 540 s, likely 630 s, possibly 720 s.
        Assert.Equal(new Estimate(0, 200, 400), loss.Liabilities);
        var reasons = loss.Episodes[0].Parts.Single(part => part.Kind == "liability").Loss.Reasons;
        Assert.Equal([(SpreadSource.OutageBounds, new Estimate(0, 200, 200)), (SpreadSource.Model, new Estimate(100, 200, 400))], reasons.Select(reason => (reason.Source, reason.Alone)));
        Assert.EndsWith("; whether it lasted longer than 10m is not sure", reasons[0].Because);
    }

    [Fact]
    public void Windows_side_by_side_add_up_to_the_whole()
    {
        var ledger = History.ShopWith(10_000, [History.Down(1_000, "shop-1"), History.Up(2_900)]);
        var whole = Price(ledger, 0, 10_000, Claims).Liabilities;
        foreach (var border in new[] { 1_200d, 1_600, 1_601, 2_000, 2_899 })
            Assert.Equal(whole, Price(ledger, 0, border, Claims).Liabilities + Price(ledger, border, 10_000, Claims).Liabilities);
    }

    [Fact]
    public void Claims_and_penalties_stand_apart_and_a_duty_is_said()
    {
        var fine = new LiabilityOptions { Name = "fine", Component = History.Shop, Class = LiabilityClass.Penalties, PerOutage = new AmountRange { Likely = Usd(5_000) }, LongerThan = History.Seconds(300), Duty = "report to the authority within 4 hours" };
        var loss = Price(History.ShopWith(10_000, [History.Down(1_000, "shop-1"), History.Up(1_900)]), 0, 10_000, Claims, fine);
        Assert.Equal(280m, loss.Of(LossClass.Claims).Likely);
        Assert.Equal(5_000m, loss.Of(LossClass.Penalties).Likely);
        Assert.Equal(900m, loss.Total.Likely);
        Assert.Equal(["longer than 5m, so: report to the authority within 4 hours"], loss.Episodes[0].Parts.SelectMany(part => part.Loss.Assumptions));
    }

    [Fact]
    public void What_does_not_widen_is_no_reason()
    {
        var loss = Price(History.ShopWith(10_000, History.OutageOf("shop-1", 1_000, 1_060, 3_600, 3_720)), 0, 10_000, Claims with { PerMinute = null });
        Assert.Equal([SpreadSource.Model], loss.Episodes[0].Parts.Single(part => part.Kind == "liability").Loss.Reasons.Select(reason => reason.Source));
    }

    [Fact]
    public void Every_step_of_what_is_owed_can_be_read()
    {
        var ledger = History.ShopWith(10_000, [History.Down(1_000, "shop-1"), History.Up(1_900)]);
        var plan = PricingPlan.Open(new PricingOptions { Liabilities = [Claims] }, ledger, _ => []);
        var working = new Working();
        plan.Models[0].Price(Pricer.EpisodesOf(ledger.Find(History.Shop)!, ShippedPolicies.Strict, History.At(0), History.At(10_000))[0], working);
        Assert.Equal(["per outage", "per minute", "per customer", "customers", "counts beyond", "lost time by weight", "owed"], working.Steps.Select(step => step.Name));
        Assert.Equal("280.00 USD (140.00 – 530.00)", working.Steps[^1].Value);
    }
}
