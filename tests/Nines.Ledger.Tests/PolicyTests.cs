using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Nines.Core;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Ledger.Availability;
using Nines.Ledger.Documents;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Ledger.Text;
using Nines.Testing;
using static Nines.Ledger.Tests.History;

namespace Nines.Ledger.Tests;

public sealed class PolicyTests
{
    private static Policy Named(string name) => Assert.IsType<Policy>(ShippedPolicies.Find(name));

    private static decimal Likely(LedgerProjection ledger, Policy policy) => Assert.Single(Reporter.Make(ledger, policy).Components).Availability!.Value.Likely;

    /// <summary>1,000 s: degraded 100, down in a window 100, down from one region of three 100, a blip of 10 s at most, down 100.</summary>
    private static LedgerProjection Eventful() => new History().Config(0, "shop").Started(0)
        .Revised(1, 0, Up(0), new Segment(At(100), State.Degraded, State.Degraded, State.Degraded), Up(200), Down(300, "x") with { Outage = null, Window = "patch@1" }, Up(400), Down(900, "shop-1"))
        .RevisedFor("shop", "eu", 1, 0, Up(0), Down(900, "shop@eu-1"))
        .RevisedFor("shop", "us", 1, 0, Up(0), Down(500, "shop@us-1"), Up(600), Down(900, "shop@us-2"))
        .RevisedFor("shop", "asia", 1, 0, Up(0), Down(900, "shop@asia-1"))
        .Add(new BlipSeen(At(710), new(Shop, "page"), new("eu-1"), State.Down, Between(700, 710), Refused, [])).Watched(1_000).Fold();

    [Theory]
    [InlineData("strict", "0.8")]
    [InlineData("lenient", "0.888888888888")]
    [InlineData("degraded-down", "0.7")]
    [InlineData("partial-30", "0.77")]
    [InlineData("partial-70", "0.73")]
    [InlineData("partial-100", "0.7")]
    [InlineData("statuspage", "0.87")]
    [InlineData("instatus", "0.87")]
    [InlineData("incident-io", "0.8")]
    [InlineData("uptime-kuma", "0.895")]
    [InlineData("gatus", "0.695")]
    [InlineData("upptime", "0.8")]
    public void One_history_counts_under_each_policy_as_its_page_says(string name, string share) =>
        Assert.Equal(decimal.Parse(share, CultureInfo.InvariantCulture), PercentText.Floor(Likely(Eventful(), Named(name)), 12));

    [Fact]
    public void A_region_that_was_not_looked_from_yet_is_no_partial_outage_and_one_that_is_unseen_is_possibly_one()
    {
        var ledger = new History().Config(0, "shop").Started(0).Revised(1, 0, Up(0)).RevisedFor("shop", "eu", 1, 0, Up(0))
            .RevisedFor("shop", "us", 501, 500, Up(500), Unseen(900)).Watched(1_000).Fold();

        Assert.Equal(new Share(0.9m, 1, 1), Assert.Single(Reporter.Make(ledger, Named("partial-100")).Components).Availability);
    }

    [Fact]
    public void What_weighs_at_once_weighs_once()
    {
        var both = Named("partial-30") with { Blip = 1 };
        var ledger = new History().Config(0, "shop").Started(0).Revised(1, 0, Up(0)).RevisedFor("shop", "eu", 1, 0, Up(0))
            .RevisedFor("shop", "us", 1, 0, Up(0), Down(100, "shop@us-1"), Up(300))
            .Add(new BlipSeen(At(210), new(Shop, "page"), new("eu-1"), State.Down, Between(200, 400), Refused, [])).Watched(1_000).Fold();

        // Surely: the region's 200 s at 0.3. Possibly: 100 s at 0.3, then the blip's 200 s in full.
        Assert.Equal(new Share(0.77m, 1 - 0.03m - 0.1m, 0.94m), Assert.Single(Reporter.Make(ledger, both).Components).Availability);
    }

    [Fact]
    public void An_outage_shorter_than_the_policy_counts_is_degraded_on_each_timeline_by_its_own_length()
    {
        // Shortest 40 s, likely 60 s, longest 80 s.
        var ledger = ShopWith(1_000, OutageOf("shop-1", 100, 120, 160, 180));
        Share Under(double seconds, decimal degraded = 0) =>
            Assert.Single(Reporter.Make(ledger, ShippedPolicies.Strict with { MinOutage = Seconds(seconds), Degraded = degraded }).Components).Availability!.Value;

        Assert.Equal(new Share(0.92m, 0.94m, 0.96m), Under(40));
        Assert.Equal(new Share(0.92m, 0.94m, 1), Under(60));
        Assert.Equal(new Share(0.92m, 1, 1), Under(61));
        Assert.Equal(new Share(1, 1, 1), Under(81));
        Assert.Equal(new Share(0.96m, 0.97m, 0.98m), Under(81, 0.5m));
    }

    [Fact]
    public void A_short_outage_that_is_cut_by_the_window_is_judged_by_its_whole_length()
    {
        var ledger = ShopWith(1_000, Down(100, "shop-1"), Up(200));

        Assert.Equal(0.9m, Assert.Single(Reporter.Make(ledger, ShippedPolicies.Strict with { MinOutage = Seconds(60) }, At(190), At(290)).Components).Availability!.Value.Likely);
    }

    [Theory]
    [InlineData("0.99995", FigureRule.Floor, 2, "99.99 %")]
    [InlineData("0.99995", FigureRule.HalfEven, 2, "99.99 %")]
    [InlineData("0.999951", FigureRule.HalfEven, 2, "99.99 %")]
    [InlineData("0.9998500", FigureRule.HalfEven, 2, "99.98 %")]
    [InlineData("0.9997500", FigureRule.HalfEven, 2, "99.98 %")]
    [InlineData("0.9997600", FigureRule.Floor, 2, "99.97 %")]
    [InlineData("1", FigureRule.HalfEven, 0, "100 %")]
    [InlineData("0.999", FigureRule.Floor, 0, "99 %")]
    public void A_figure_is_printed_as_the_policy_says_and_never_up_to_a_hundred(string share, FigureRule rule, int decimals, string printed) =>
        Assert.Equal(printed, (ShippedPolicies.Strict with { Figures = rule, Decimals = decimals }).Print(decimal.Parse(share, CultureInfo.InvariantCulture)));

    [Fact]
    public void A_printed_figure_is_never_above_what_was_reached_where_it_is_cut_off_and_a_hundred_only_where_nothing_was_lost() =>
        Prop.ForAll((from part in Gen.Choose(0, 1_000_000_000) from near in Gen.Elements(1m, 1_000m, 1_000_000m) from decimals in Gen.Choose(0, Policy.MostDecimals) from rule in Gen.Elements(Enum.GetValues<FigureRule>())
            select (Share: 1 - part / 1_000_000_000m / near, decimals, rule)).ToArbitrary(), test =>
        {
            var printed = decimal.Parse((ShippedPolicies.Strict with { Figures = test.rule, Decimals = test.decimals }).Print(test.Share).Replace(" %", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 100;
            return (printed <= test.Share || test.rule == FigureRule.HalfEven) && (printed < 1 || test.Share == 1) && Math.Abs(printed - test.Share) <= 1;
        }).Check(SameDraws.Config.WithMaxTest(2_000));

    /// <summary>Any two policies of which one weighs every state at least as much as the other, over a history with regions.</summary>
    [Fact]
    public void Who_weighs_more_says_at_most_as_much_availability() => Prop.ForAll((
        from a in Gen.Choose(0, 10).ArrayOf(5)
        from more in Gen.Choose(0, 10).ArrayOf(5)
        from least in Gen.Elements(0, 50, 150)
        select (a, more, least)).ToArbitrary(), test =>
    {
        // Sorted weights rise, also when risen further; partial is between degraded and effectively down.
        static Policy Of(IEnumerable<int> weights, int least)
        {
            var w = weights.Take(4).Order().Select(weight => Math.Min(1, weight / 10m)).ToArray();
            return ShippedPolicies.Strict with { Degraded = w[0], Partial = w[1], EffectivelyDown = w[2], Down = w[3], Blip = weights.Max() / 20m, Regions = RegionRule.Partial, MinOutage = Seconds(least) };
        }
        var light = Assert.Single(Reporter.Make(Eventful(), Of(test.a, test.least)).Components).Availability!.Value;
        var heavy = Assert.Single(Reporter.Make(Eventful(), Of(test.a.Zip(test.more, Math.Max), test.least)).Components).Availability!.Value;
        return heavy.Low <= light.Low && heavy.Likely <= light.Likely && heavy.High <= light.High && light.Low <= light.Likely && light.Likely <= light.High && light.High <= 1 && heavy.Low >= 0;
    }).Check(SameDraws.Config.WithMaxTest(500));

    [Fact]
    public void A_replay_compares_to_the_same_bytes()
    {
        static byte[] Compared() => JsonSerializer.SerializeToUtf8Bytes(
            ComparisonDocument.Of([.. ShippedPolicies.All.Select(policy => Reporter.Make(Eventful(), policy))]), DocumentJson.Options);

        Assert.Equal(Compared(), Compared());
    }

    [Fact]
    public void Policies_of_the_config_on_record_are_read_back_as_they_were()
    {
        var own = ShippedPolicies.Strict with
        {
            Name = "gold",
            Version = 3,
            Degraded = 0.25m,
            Regions = RegionRule.Weighted,
            RegionWeights = ImmutableSortedDictionary<string, decimal>.Empty.Add("eu", 2.5m),
            MinOutage = Seconds(90),
            Decimals = 2,
            Figures = FigureRule.HalfEven,
            Maintenance = MaintenanceCounts.AsUp,
        };
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream)) PolicyJson.Write(json, own);
        var text = $$"""{"policy":"gold","policies":[{{System.Text.Encoding.UTF8.GetString(stream.ToArray())}},{"name":"odd","maintenance":"as_dreamt"}]}""";
        var ledger = new History().Add(new ConfigLoaded(At(0), "digest", text, "0.1.0", "2026a", [])).Fold();

        var read = Assert.Single(ledger.OwnPolicies);
        Assert.Equal(own.RegionWeights, read.RegionWeights);
        Assert.Equal(own, read with { RegionWeights = own.RegionWeights });
        Assert.Same(read, ledger.FindPolicy("gold"));
        Assert.Null(ledger.FindPolicy("odd"));
    }

    [Fact]
    public void Every_shipped_policy_is_without_contradiction_and_has_a_name_of_its_own()
    {
        Assert.All(ShippedPolicies.All, policy => Assert.Empty(policy.Mistakes()));
        Assert.Equal(ShippedPolicies.All.Length, ShippedPolicies.All.Select(policy => policy.Name).Distinct().Count());
        Assert.NotEmpty((ShippedPolicies.Strict with { Partial = 0.5m, EffectivelyDown = 0.4m }).Mistakes());
        Assert.NotEmpty((ShippedPolicies.Strict with { Decimals = 10 }).Mistakes());
        Assert.NotEmpty((ShippedPolicies.Strict with { MinOutage = Seconds(-1) }).Mistakes());
    }
}
