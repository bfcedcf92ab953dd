using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Ledger;
using Nines.Ledger.Availability;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Ledger.Tests;
using Nines.Pricing.Contracts;
using Nines.Pricing.Money;
using NodaTime;

namespace Nines.Pricing.Tests.Contracts;

public sealed class SettlementTests
{
    /// <summary>Days from the first of January 2026 to the first of April and of July.</summary>
    private const double April = 90 * 86_400d, May = 120 * 86_400d, July = 181 * 86_400d, October = 273 * 86_400d;

    /// <summary>The tiers of a large cloud's compute agreement: 10 % below 99.99 %, 30 % below 99.0 %, 100 % below 95 %.</summary>
    internal static readonly ContractOptions Cloud = new()
    {
        Name = "acme",
        Components = [History.Shop],
        Fee = new Amount(1000, Currency.Usd),
        Tiers =
        [
            new TierOptions { Below = new Percentage(0.9999m), Credit = new Percentage(0.10m) },
            new TierOptions { Below = new Percentage(0.99m), Credit = new Percentage(0.30m) },
            new TierOptions { Below = new Percentage(0.95m), Credit = new Percentage(1) },
        ],
    };

    internal static Segment[] Out(string name, double from, double seconds, Cause? cause = null) => [History.Down(from, name, cause: cause), History.Up(from + seconds)];

    private static ContractStatement Settle(ContractOptions contract, string period, LedgerProjection ledger) => Settlement.Of(contract, BillingPeriod.Parse(contract, period), ledger);

    private static ContractStatement AprilWith(double lostSeconds, ContractOptions? contract = null) =>
        Settle(contract ?? Cloud, "2026-04", History.ShopWith(May, Out("shop-1", April + 86_400, lostSeconds)));

    [Theory]
    [InlineData(0.001, 0)]
    [InlineData(259.2, 0)]       // 99.99 % exactly: the promise is kept
    [InlineData(259.2001, 100)]
    [InlineData(25_920, 100)]    // 99.0 % exactly
    [InlineData(25_921, 300)]
    [InlineData(129_600, 300)]   // 95 % exactly
    [InlineData(129_601, 1000)]
    [InlineData(2_000_000, 1000)]
    public void The_tier_of_the_reached_availability_counts_and_an_edge_that_is_reached_keeps_the_promise(double lost, double due)
    {
        var statement = AprilWith(lost);
        Assert.Equal(Estimate.Exact((decimal)due), statement.Credit);
        Assert.False(statement.IsProvisional);
        Assert.Equal(new LocalDate(2026, 5, 30), statement.ClaimUntil);
    }

    [Fact]
    public void A_hundred_times_the_downtimes_share_of_a_quarter_is_9_92_per_cent_of_its_fees()
    {
        var ledger = History.ShopWith(October, [.. Out("shop-1", July + 1_000_000, 73.44 * 60), .. Out("shop-2", July + 3_000_000, 58.03 * 60)]);
        var statement = Settle(Cloud with { Tiers = [], Factor = 100, Fee = new Amount(100, Currency.Usd), Per = FeePer.Quarter, Period = SettledPer.Quarter }, "2026-Q3", ledger);
        Assert.Equal(Duration.FromDays(92), statement.Period.To - statement.Period.From);
        Assert.Equal(9.92m, decimal.Round(statement.Credit.Likely, 2));
        Assert.Equal(100 * (73.44m + 58.03m) / (92 * 1440) * 100, statement.Credit.Likely);
    }

    [Fact]
    public void Availability_is_the_one_that_the_report_states_under_the_same_policy()
    {
        var ledger = History.ShopWith(May, [.. History.OutageOf("shop-1", April + 100, April + 130, April + 400, April + 460), History.Unseen(April + 5_000, "shop-2"), History.Up(April + 9_000)]);
        foreach (var policy in ShippedPolicies.All)
        {
            var statement = Settle(Cloud with { Policy = policy.Name }, "2026-04", ledger);
            Assert.Equal(Reporter.Make(ledger.Find(History.Shop)!, policy, History.At(April), History.At(May)).Availability, statement.Availability);
        }
    }

    [Fact]
    public void Weighted_regions_give_the_reports_availability_too()
    {
        var ledger = new History().Add(new ConfigLoaded(History.Zero, "digest", "{}", "0.1.0", "2026a", [new ComponentSummary(History.Shop, ComponentKind.Dapp, ImmutableSortedDictionary<string, string>.Empty, [], ["eu", "us"], History.Seconds(35))]))
            .Started(0).Revised(1, 0, History.Up(0)).RevisedFor("shop", "eu", 2, 0, [History.Up(0), .. History.OutageOf("shop-eu-1", 1000, 1030, 5000, 5060)])
            .RevisedFor("shop", "us", 3, 0, History.Up(0), History.Unseen(9_000), History.Up(90_000)).Watched(31 * 86_400).Fold();
        var statement = Settle(Cloud with { Policy = "observed" }, "2026-01", ledger);
        var report = Reporter.Make(ledger.Find(History.Shop)!, ShippedPolicies.Observed, History.Zero, History.At(31 * 86_400)).Availability!.Value;
        Assert.Equal(report.Likely, statement.Availability!.Value.Likely, 20);
        Assert.Equal(report.Low, statement.Availability!.Value.Low, 20);
        Assert.Equal(report.High, statement.Availability!.Value.High, 20);
        Assert.NotEqual(statement.Availability.Value.Low, statement.Availability.Value.High);
    }

    [Fact]
    public void Bounds_that_straddle_an_edge_are_said_with_what_is_due_on_either_side()
    {
        // Surely 240 s, likely 270 s, possibly 300 s; the edge at 99.99 % is 259.2 s.
        var ledger = History.ShopWith(May, History.OutageOf("shop-1", April + 1000, April + 1030, April + 1270, April + 1300));
        var statement = Settle(Cloud, "2026-04", ledger);
        Assert.Equal(new Estimate(0, 100, 100), statement.Credit);
        Assert.Equal([statement.Said[0]], statement.Straddles);
        Assert.StartsWith("shop: the bounds straddle the edge at 99.99% (availability 99.9884 % to 99.9907 %): the credit is 0.00 USD if its outages were as short as they can have been, 100.00 USD if as long, and likely 100.00 USD. The widest bounds are those of shop-1: 4m 00s to 5m 00s.", statement.Said[0]);
        Assert.Contains("To be claimed until 2026-05-30, 30 days after the period's end.", statement.Said);
    }

    [Fact]
    public void What_does_not_count_is_listed_with_its_reason_and_in_no_figure()
    {
        var upstream = new Cause(CauseKind.Upstream, "cloud is down") { Roots = [new ComponentId("cloud")] };
        var ledger = History.ShopWith(May,
        [
            .. Out("shop-1", April + 1_000, 300),
            .. Out("shop-2", April + 10_000, 600, upstream),
            .. Out("shop-3", April + 20_000, 40),
            .. Out("shop-4", April + 90_000, 20_000),
            History.Down(April + 200_000, "x") with { Outage = null, Window = "deploy" }, History.Up(April + 200_900),
        ]);
        var statement = Settle(Cloud with
        {
            Policy = "minute-and-more",
            Exclusions =
            [
                new ExclusionOptions { Reason = "the customer's own provider", Causes = [CauseKind.Upstream], Roots = [new ComponentId("cloud")] },
                new ExclusionOptions { Reason = "force majeure", From = History.At(April + 95_000), To = History.At(April + 200_000) },
            ],
        }, "2026-04", ledger);
        var shop = Assert.Single(statement.Components);
        Assert.Equal(Estimate.Exact(300 + 5_000), shop.LostS);
        Assert.Equal(
            [("shop-1", 300m, null), ("shop-2", 600m, "the customer's own provider"), ("shop-3", 40m, "shorter than 1m 00s"), ("shop-4", 5_000m, null), ("shop-4", 15_000m, "force majeure"), ("deploy", 900m, (string?)"maintenance, seen down")],
            statement.Lines.Select(line => (line.Outage, line.LostS.Likely, line.NotCounted)));
        // Maintenance is out of the base under this policy; excluded downtime is not: it is no downtime.
        Assert.Equal(30 * 86_400 - 900, shop.BaseS);
    }

    [Fact]
    public void A_false_alarm_that_does_not_count_is_listed_with_who_corrected_it()
    {
        var ledger = new History().Config(0, "shop").Started(0).Revised(1, 0, [History.Up(0), .. Out("shop-1", April + 1_000, 300), .. Out("shop-2", April + 9_000, 60)]).Watched(May)
            .Add(new OutageCorrected(History.At(May), "shop-1", "ada", CorrectionClaim.FalseAlarm, "their own proxy")).Fold();
        var policy = ShippedPolicies.Strict with { Name = "after-review", Corrections = CorrectionCounts.AsCorrected };
        var shop = MeasuredTime.Of(History.Shop, ledger.Find(History.Shop), Cloud, policy, History.At(April), History.At(May));
        Assert.Equal([("shop-1", 300m, "false alarm, corrected by hand by ada"), ("shop-2", 60m, null)], shop.Lines.Select(line => (line.Outage, line.LostS.Likely, line.NotCounted)));
        Assert.Equal(Estimate.Exact(60), shop.LostS);
    }

    [Fact]
    public void Unseen_time_is_never_billed_and_low_coverage_is_said()
    {
        var ledger = History.ShopWith(May, [.. Out("shop-1", April + 1_000, 200), History.Unseen(April + 864_000), History.Up(April + 1_728_000)]);
        var statement = Settle(Cloud, "2026-04", ledger);
        Assert.Equal(20 * 86_400, statement.Components[0].BaseS);
        Assert.Equal(100m, statement.Credit.Likely); // 200 s of 20 days is below 99.99 %
        Assert.Contains(statement.Said, sentence => sentence.StartsWith("shop: only 66.66 % of the time was seen, below the 99%", StringComparison.Ordinal));
        Assert.Equal(Estimate.Zero, Settle(Cloud with { Unseen = UnseenTime.Up }, "2026-04", ledger).Credit);

        var nothing = Settle(Cloud with { Components = [new ComponentId("ship")] }, "2026-04", ledger);
        Assert.Null(nothing.Availability);
        Assert.Contains("Nothing of ship is known in this period: no credit is reckoned for it, and none is ruled out.", nothing.Said);
    }

    [Fact]
    public void A_component_that_left_the_config_was_not_seen_for_the_rest_of_the_period()
    {
        var ledger = new History().Config(0, "shop", "api").Started(0).Revised(1, 0, [History.Up(0), .. Out("shop-1", April + 1_000, 400)])
            .Watched(April + 15 * 86_400).Config(April + 15 * 86_400, "api").Watched(May).Fold();
        var statement = Settle(Cloud, "2026-04", ledger);
        Assert.Equal((0.5m, 15m * 86_400), (statement.Coverage, statement.Components[0].BaseS));
        Assert.Contains(statement.Said, sentence => sentence.StartsWith("shop: only 50.00 % of the time was seen", StringComparison.Ordinal));
        Assert.Equal(30m * 86_400, Settle(Cloud with { Unseen = UnseenTime.Up }, "2026-04", ledger).Components[0].BaseS);
    }

    [Fact]
    public void A_contract_that_has_ended_is_settled_for_its_last_period()
    {
        var ended = Cloud with { To = History.At(April + 86_400) };
        var statement = Settlement.Of(ended, Settlement.LastOf(ended, History.ShopWith(May)), History.ShopWith(May));
        Assert.Equal(("2026-04", History.At(April + 86_400), false), (statement.Period.Name, statement.To, statement.IsProvisional));
    }

    [Fact]
    public void A_hole_in_an_outage_is_not_billed()
    {
        var ledger = History.ShopWith(May, History.Down(April + 1_000, "shop-1"), History.Unseen(April + 1_100, "shop-1"), History.Down(April + 9_000, "shop-1"), History.Up(April + 9_050));
        Assert.Equal(Estimate.Exact(150), Settle(Cloud, "2026-04", ledger).Components[0].LostS);
    }

    [Fact]
    public void A_contract_that_begins_within_the_period_pays_its_share()
    {
        var contract = Cloud with { From = History.At(April + 15 * 86_400), Fee = new Amount(3600, Currency.Usd), Per = FeePer.Year };
        var statement = Settle(contract, "2026-04", History.ShopWith(May, [.. Out("shop-1", April + 86_400, 9_000), .. Out("shop-2", April + 20 * 86_400, 200)]));
        Assert.Equal(150m, statement.Fee);
        Assert.Equal(Estimate.Exact(200), statement.Components[0].LostS);
        Assert.Equal(Estimate.Exact(15m), statement.Credit);
        Assert.Contains("The contract was in force from 2026-04-16 to 2026-05-01: the fee counts for that share of the period.", statement.Said);
        Assert.Equal("NIN4282", Assert.Throws<PricingException>(() => Settle(contract, "2026-03", History.ShopWith(May))).Code);
    }

    [Fact]
    public void Months_are_those_of_the_contracts_zone()
    {
        var period = BillingPeriod.Parse(Cloud with { Zone = "Europe/Berlin" }, "2026-03");
        Assert.Equal(Instant.FromUtc(2026, 2, 28, 23, 0), period.From);
        Assert.Equal(Instant.FromUtc(2026, 3, 31, 22, 0), period.To);
        Assert.Equal("2026-02", period.Before(Cloud with { Zone = "Europe/Berlin" }).Name);
        Assert.Equal("2026-Q1", BillingPeriod.At(Cloud with { Period = SettledPer.Quarter }, History.At(April - 1)).Name);
        foreach (var text in new[] { "2026-13", "2026-Q1", "2026-1", "april", "" })
            Assert.Equal("NIN4281", Assert.Throws<PricingException>(() => BillingPeriod.Parse(Cloud, text)).Code);
    }

    [Fact]
    public void A_running_period_is_provisional_and_says_what_is_left()
    {
        var ledger = History.ShopWith(April + 10 * 86_400, Out("shop-1", April + 1_000, 60));
        var statement = Settle(Cloud, "2026-04", ledger);
        Assert.True(statement.IsProvisional);
        Assert.Equal(864_000, statement.Components[0].BaseS);
        Assert.Equal(86.4m - 60, statement.Components[0].LeftS);
        Assert.Contains("Provisional: figures reach to 2026-04-11 00:00:00.000 UTC, and the period to 2026-05-01 00:00:00.000. Until its end shop can lose 3m 19s more before the next tier is missed.", statement.Said);
        Assert.Equal("2026-03", Settlement.LastOf(Cloud, ledger).Name);
        Assert.Equal("2026-04", Settlement.LastOf(Cloud with { From = History.At(April) }, ledger).Name);
    }

    [Fact]
    public void The_worst_component_decides_or_each_for_its_part()
    {
        var ledger = new History().Config(0, "api", "shop").Started(0).RevisedFor("api", null, 1, 0, [History.Up(0), .. Out("api-1", April + 1_000, 30_000)])
            .RevisedFor("shop", null, 2, 0, [History.Up(0), .. Out("shop-1", April + 1_000, 300)]).Watched(May).Fold();
        var both = Cloud with { Components = [new ComponentId("api"), History.Shop] };
        Assert.Equal(300m, Settle(both, "2026-04", ledger).Credit.Likely);
        Assert.Equal(500m * 0.3m + 500m * 0.1m, Settle(both with { Of = PromiseOf.Each }, "2026-04", ledger).Credit.Likely);
    }

    [Fact]
    public void Bounds_of_a_component_that_decides_nothing_are_not_said_to_decide()
    {
        var ledger = new History().Config(0, "api", "shop").Started(0).RevisedFor("api", null, 1, 0, [History.Up(0), .. Out("api-1", April + 1_000, 3_000)])
            .RevisedFor("shop", null, 2, 0, [History.Up(0), .. History.OutageOf("shop-1", April + 1000, April + 1030, April + 1270, April + 1300)]).Watched(May).Fold();
        var both = Cloud with { Components = [new ComponentId("api"), History.Shop] };
        Assert.Equal(Estimate.Exact(100), Settle(both, "2026-04", ledger).Credit);
        Assert.Empty(Settle(both, "2026-04", ledger).Straddles);
        Assert.Single(Settle(both with { Of = PromiseOf.Each }, "2026-04", ledger).Straddles);
    }

    [Fact]
    public void A_credit_ends_at_the_cap_and_below_the_least_it_is_not_due()
    {
        var proportional = Cloud with { Tiers = [], Factor = 100, Cap = new Percentage(0.5m) };
        Assert.Equal(500m, AprilWith(100_000, proportional).Credit.Likely);
        Assert.Contains("The credit is at its cap of 50% of the fee.", AprilWith(100_000, proportional).Said);
        var least = AprilWith(300, Cloud with { MinimumCredit = new Amount(150, Currency.Usd) });
        Assert.Equal(Estimate.Zero, least.Credit);
        Assert.Contains("100.00 USD would be due, which is below the contract's least credit of 150.00 USD.", least.Said);
    }

    [Fact]
    public void The_working_leads_from_the_fee_to_the_credit()
    {
        var steps = AprilWith(300).Working;
        Assert.Equal(["fee", "share of the period in force", "fee of the period", "shop: counted time", "shop: downtime that counts", "shop: availability", "shop: tier", "shop: credit", "credit due"], steps.Select(step => step.Name));
        Assert.Equal("2592000", steps[3].Value);
        Assert.Equal("below 99.99%: 10%", steps[6].Value);
        Assert.Equal("100.00 USD", steps[^1].Value);
    }

    [Fact]
    public void A_policy_that_is_not_there_and_a_time_that_is_not_judged_are_errors()
    {
        Assert.Equal("NIN4283", Assert.Throws<PricingException>(() => AprilWith(1, Cloud with { Policy = "mine" })).Code);
        Assert.Equal("NIN4282", Assert.Throws<PricingException>(() => Settle(Cloud, "2026-07", History.ShopWith(May))).Code);
        Assert.Equal("NIN4282", Assert.Throws<PricingException>(() => Settlement.LastOf(Cloud, new LedgerProjection())).Code);
    }
}
