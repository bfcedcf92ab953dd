using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Nines.Pricing.Defi;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Tests.Series;
using Nines.Pricing.Tests.Staking;
using Nines.Testing;
using NodaTime;

namespace Nines.Pricing.Tests.Defi;

public sealed class DefiTests
{
    private static readonly Instant Start = Instant.FromUtc(2026, 3, 2, 9, 0);
    private static readonly Duration Hour = Duration.FromHours(1);

    private static readonly BadDebtLossOptions Lending = new() { Positions = "positions.csv", Prices = "prices.csv", Bonus = 0.05m };

    private const string Head = "position,debt_token,debt,collateral_token,collateral\n";

    /// <summary>ETH falls from 3,000 to 2,000 within the hour and is at 2,400 at its end.</summary>
    private const string Fall = "time,token,price\n2026-03-02T08:00Z,ETH,3000\n2026-03-02T09:20Z,ETH,2000\n2026-03-02T09:50Z,ETH,2400\n2026-03-02T11:00Z,ETH,1000\n";

    private static Loss Price(string positions, LostEpisode episode, BadDebtLossOptions? options = null, string prices = Fall) =>
        Opened.Model(options ?? Lending, ("positions.csv", Head + positions), ("prices.csv", prices)).Price(episode);

    [Fact]
    public void Bad_debt_is_what_the_collateral_less_the_bonus_does_not_cover_at_the_end()
    {
        // 2,500 against 1 ETH: covered at 3,000 (2,850), short by 220 at 2,400 and by 600 at 2,000.
        var loss = Price("a,USD,2500,ETH,1\n", Opened.Whole(Start, Hour));
        Assert.Equal(new Estimate(220, 220, 600), loss.Amount);
        Assert.Equal(SpreadSource.Demand, Assert.Single(loss.Reasons).Source);
        Assert.Equal(LossClass.Revenue, loss.Class);
    }

    [Fact]
    public void A_bonus_of_5_percent_on_the_debt_is_0_047619_of_the_collateral()
    {
        // Who repays 2,285.714286 gets 5 % more: all of 2,400.
        var loss = Price("a,USD,2500,ETH,1\n", Opened.Whole(Start, Hour), Lending with { Bonus = 0.047619m });
        Assert.Equal(2_500 - 2_400 / 1.05m, loss.Amount.Likely, 3);
    }

    [Fact]
    public void What_was_under_water_before_and_what_came_up_again_is_not_the_outage_s()
    {
        Assert.Equal(Estimate.Zero, Price("before,USD,2900,ETH,1\n", Opened.Whole(Start, Hour)).Amount);
        // Under water at 2,000 alone: liquidated without a loss once it could be.
        Assert.Equal(new Estimate(0, 0, 100), Price("again,USD,2000,ETH,1\n", Opened.Whole(Start, Hour)).Amount);
        Assert.Equal(Estimate.Zero, Price("sound,USD,1000,ETH,1\n", Opened.Whole(Start, Hour)).Amount);
    }

    [Fact]
    public void Bounds_of_the_end_are_bounds_of_the_price()
    {
        var episode = Opened.Bounded(Start, Start, Start + Hour / 2, Start + Hour * 3) with { };
        var loss = Price("a,USD,2500,ETH,1\n", episode with { Spans = [.. episode.Spans.Where(span => span.To > span.From)] });
        // Surely until 09:30 at 2,000; likely until 10:45 at 2,400; possibly until 12:00 at 1,000.
        Assert.Equal(new Estimate(220, 220, 1_550), loss.Amount);
        Assert.Contains(loss.Reasons, reason => reason.Source == SpreadSource.OutageBounds);
    }

    [Fact]
    public void Base_units_are_divided_by_their_token_s_decimals_exactly()
    {
        var options = Lending with { Tokens = [new TokenOptions { Token = "ETH", Decimals = 18 }, new TokenOptions { Token = "USDC", Decimals = 6 }] };
        var loss = Price("a,USDC,2500000001,ETH,1000000000000000001\n", Opened.Whole(Start, Hour), options, Fall + "2026-03-02T08:00Z,USDC,1.0001\n");
        var exact = 2500.000001m * 1.0001m - 2400m * 0.95m * 1.000000000000000001m;
        Assert.Equal(Math.Floor(exact * 1_000_000_000_000m) / 1_000_000_000_000m, loss.Amount.Likely);
        var wrong = Assert.Throws<PricingException>(() => Price("a,USDC,2500.5,ETH,1\n", Opened.Whole(Start, Hour), options, Fall + "2026-03-02T08:00Z,USDC,1\n"));
        Assert.Equal("NIN4275", wrong.Code);
        Assert.Contains("base units", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_one_position_add_up()
    {
        var prices = Fall + "2026-03-02T08:00Z,BTC,60000\n";
        var loss = Price("a,USD,1500,ETH,1\na,USD,1000,BTC,0.001\n", Opened.Whole(Start, Hour), null, prices);
        Assert.Equal(2_500m - 2_460m * 0.95m, loss.Amount.Likely);
    }

    [Fact]
    public void A_position_whose_bonus_does_not_pay_the_gas_costs_the_difference()
    {
        var options = Lending with { Threshold = 0.8m, KeeperGas = Opened.Amount("150 USD") };
        // 2,090 against 1 ETH: to be liquidated at 2,400 (1,920), sound at 3,000 (2,400); 2,200 of the collateral is sold, 5 % of that is 110.
        var loss = Price("a,USD,2090,ETH,1\n", Opened.Whole(Start, Hour), options);
        Assert.Equal((0m, 40m), (loss.Part("bad debt").Likely, loss.Part("keepers").Likely));
        Assert.Equal(0, Price("a,USD,2090,ETH,1\n", Opened.Whole(Start, Hour), options with { KeeperGas = Opened.Amount("100 USD") }).Part("keepers").Likely);
        Assert.Equal(0, Price("a,USD,2450,ETH,1\n", Opened.Whole(Start, Hour), options).Part("keepers").Likely);
    }

    [Fact]
    public void A_position_that_was_liquidated_after_one_stretch_is_not_lost_in_the_next()
    {
        var once = Opened.Whole(Start, Hour);
        var twice = once with { Spans = [.. once.Spans, .. Opened.Whole(Start + Hour * 3 / 2, Hour).Spans] };
        Assert.Equal(220, Price("a,USD,2500,ETH,1\n", twice).Amount.Likely);
    }

    [Theory]
    [InlineData("a,USD,1,DOGE,1\n", "NIN4275")]
    [InlineData("a,USD,-1,ETH,1\n", "NIN4275")]
    [InlineData("a,USD,x,ETH,1\n", "NIN4275")]
    [InlineData(",USD,1,ETH,1\n", "NIN4275")]
    [InlineData("a,USD\n", "NIN4275")]
    [InlineData("a,USD,99999999999999999999999999,ETH,0.0001\nb,USD,1,ETH,1\n", null)]
    public void Positions_that_cannot_be_are_refused(string positions, string? code)
    {
        if (code is null)
        {
            Assert.Equal(Estimate.Zero, Price(positions, Opened.Whole(Start, Hour)).Amount);
            return;
        }
        Assert.Equal(code, Assert.Throws<PricingException>(() => Price(positions, Opened.Whole(Start, Hour))).Code);
    }

    [Fact]
    public void Amounts_beyond_all_money_are_an_error_that_names_the_decimals()
    {
        var wrong = Assert.Throws<PricingException>(() => Price("a,USD,2500000000000000000000,ETH,1000000000000000000\n", Opened.Whole(Start, Hour)));
        Assert.Equal("NIN4272", wrong.Code);
        Assert.Contains("decimals", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("time,token\n1,ETH\n")]
    [InlineData("time,token,price\nnoon,ETH,1\n")]
    [InlineData("time,token,price\n2026-03-02T08:00Z,ETH,-1\n")]
    [InlineData("time,token,price\n2026-03-02T08:00Z,ETH,1\n2026-03-02T08:00Z,ETH,2\n")]
    [InlineData("time,token,price\n2026-03-02T09:30Z,ETH,1\n")]
    [InlineData("time,token,price\n2026-02-27T09:30Z,ETH,1\n")]
    public void Prices_that_cannot_be_or_do_not_reach_there_are_refused(string prices) =>
        Assert.Equal("NIN4276", Assert.Throws<PricingException>(() => Price("a,USD,2500,ETH,1\n", Opened.Whole(Start, Hour), null, prices)).Code);

    [Fact]
    public void It_agrees_with_the_sum_written_out()
    {
        var cases = from seed in Gen.Choose(0, int.MaxValue) from count in Gen.Choose(0, 30) select (Seed: seed, Count: count);
        Prop.ForAll(Arb.From(cases), given =>
        {
            var random = new Random(given.Seed);
            var path = Enumerable.Range(0, 8).Select(i => (At: Start + Duration.FromMinutes(10 * i), Price: 1_000m + random.Next(2_000))).ToList();
            var held = Enumerable.Range(0, given.Count).Select(i => (Name: $"p{i}", Debt: (decimal)random.Next(5_000), Collateral: random.Next(4_000) / 1_000m)).ToList();
            var prices = "time,token,price\n" + string.Concat(path.Select(row => FormattableString.Invariant($"{row.At},ETH,{row.Price}\n")));
            var loss = Price(string.Concat(held.Select(one => FormattableString.Invariant($"{one.Name},USD,{one.Debt},ETH,{one.Collateral}\n"))), Opened.Whole(Start, Hour), null, prices);
            decimal Short((string Name, decimal Debt, decimal Collateral) one, decimal price) => Math.Max(0, one.Debt - one.Collateral * price * 0.95m);
            var mine = held.Where(one => Short(one, path[0].Price) == 0).ToList();
            Assert.Equal(mine.Sum(one => Short(one, path[6].Price)), loss.Amount.Likely);
            Assert.Equal(path.Skip(1).Take(6).Max(row => mine.Sum(one => Short(one, row.Price))), loss.Amount.High);
        }).Holds();
    }

    [Fact]
    public void Fees_follow_lost_blocks()
    {
        var options = new FeesLossOptions { PerBlock = Opened.Amount("14.20 USD"), BlockTime = Duration.FromSeconds(12), Spread = 0.5m, Share = 0.1m };
        Assert.Equal(new Estimate(213m, 426m, 639m), Opened.Model(options).Price(Opened.Whole(Start, Hour)).Amount);
        Assert.Equal(213m, Opened.Model(options).Price(Opened.Weighed(Start, Hour, 0.5m)).Amount.Likely);
    }

    [Fact]
    public void Fees_of_a_series_are_taken_by_the_part_of_each_step_and_a_gap_is_no_zero()
    {
        var series = new Pricing.Series.SeriesOptions { Name = "fees", File = "fees.csv", Unit = "USD" };
        var options = new FeesLossOptions { Series = "fees" };
        var model = Open("time,value\n2026-03-02T08:00Z,100\n2026-03-02T09:00Z,200\n2026-03-02T10:00Z,400\n2026-03-02T12:00Z,1\n");
        Assert.Equal(100m + 100m, model.Price(Opened.Whole(Start + Hour / 2, Hour * 3 / 4)).Amount.Likely);
        Assert.Equal("NIN4277", Assert.Throws<PricingException>(() => model.Price(Opened.Whole(Start, Hour * 3))).Code);
        series = series with { Unit = "count" };
        Assert.Equal("NIN4277", Assert.Throws<PricingException>(() => Open("time,value\n2026-03-02T08:00Z,1\n2026-03-02T09:00Z,1\n2026-03-02T10:00Z,1\n")).Code);

        LossModel Open(string text) => ((ILossOptions)options).Open(new ModelSetup(Opened.Component, "fees"), Sold.Sources(new Dictionary<string, string> { ["fees.csv"] = text }, [series]));
    }

    [Fact]
    public void Interest_is_a_claim_of_borrowers_from_nothing_to_all_of_it_until_it_is_decided()
    {
        var options = new InterestLossOptions { Debt = Opened.Amount("36500000 USDC"), YearlyRate = 0.05m };
        var loss = Opened.Model(options).Price(Opened.Whole(Start, Hour * 24));
        Assert.Equal((LossClass.Claims, new Estimate(0, 5_000, 5_000)), (loss.Class, loss.Amount));
        Assert.Equal(Estimate.Exact(1_250), Opened.Model(options with { Waived = 0.25m }).Price(Opened.Whole(Start, Hour * 24)).Amount);
    }

    [Fact]
    public void Options_that_cannot_be_are_named()
    {
        Assert.Contains(new FeesLossOptions().Mistakes(), mistake => mistake.Key == "per_block");
        Assert.Contains(new FeesLossOptions { PerBlock = Opened.Amount("1 USD") }.Mistakes(), mistake => mistake.Key == "block_time");
        Assert.Contains(new FeesLossOptions { PerBlock = Opened.Amount("-1 USD"), BlockTime = Hour }.Mistakes(), mistake => mistake.Key == "per_block");
        Assert.Contains(new InterestLossOptions { Debt = Opened.Amount("-1 USD"), YearlyRate = 0 }.Mistakes(), mistake => mistake.Key == "debt");
        Assert.Contains((Lending with { Bonus = 1 }).Mistakes(), mistake => mistake.Key == "bonus");
        Assert.Contains((Lending with { KeeperGas = Opened.Amount("1 USD") }).Mistakes(), mistake => mistake.Key == "threshold");
        Assert.Contains((Lending with { KeeperGas = Opened.Amount("1 EUR"), Threshold = 0.8m }).Mistakes(), mistake => mistake.Key == "keeper_gas");
    }

    [Theory]
    [InlineData("1", 0, "1")]
    [InlineData("1.5", 0, null)]
    [InlineData("1.50", 2, "150")]
    [InlineData(".5", 1, "5")]
    [InlineData("-1", 0, null)]
    [InlineData(".", 5, null)]
    [InlineData("", 5, null)]
    [InlineData("115792089237316195423570985008687907853269984665640564039457584007913129639935", 0, "115792089237316195423570985008687907853269984665640564039457584007913129639935")]
    public void Amounts_are_read_without_losing_a_digit(string text, int decimals, string? value) =>
        Assert.Equal(value is null ? null : BigInteger.Parse(value, System.Globalization.CultureInfo.InvariantCulture), FixedPoint.Parse(text, decimals));
}
