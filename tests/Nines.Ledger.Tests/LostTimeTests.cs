using FsCheck;
using FsCheck.Fluent;
using Nines.Core;
using Nines.Core.Timelines;
using Nines.Ledger.Availability;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Testing;
using static Nines.Ledger.Tests.History;

namespace Nines.Ledger.Tests;

public sealed class LostTimeTests
{
    private static IReadOnlyList<LostSpan> Lost(History history, Policy policy, double from = 0, double to = 1_000) =>
        LostTime.Of(history.Fold().Components.Single(), policy, At(from), At(to));

    private static History Watching(params Segment[] segments) => new History().Config(0, "shop").Started(0).Revised(1, 0, segments).Watched(1_000);

    [Fact]
    public void An_outage_is_lost_surely_likely_and_possibly_by_its_bounds()
    {
        var lost = Lost(Watching([Up(0), .. OutageOf("shop-1", 100, 110, 200, 220)]), ShippedPolicies.Strict);
        Assert.Equal(90, lost.Sum(span => (double)span.Surely * span.Length.TotalSeconds));
        Assert.Equal(105, lost.Sum(span => (double)span.Likely * span.Length.TotalSeconds));
        Assert.Equal(120, lost.Sum(span => (double)span.Possibly * span.Length.TotalSeconds));
        Assert.All(lost, span => Assert.Equal("shop-1", span.Outage));
    }

    [Fact]
    public void Degraded_time_is_lost_for_the_share_that_the_policy_says()
    {
        var history = Watching(Up(0), new Segment(At(100), State.Degraded, State.Degraded, State.Degraded), Up(200));
        Assert.Empty(Lost(history, ShippedPolicies.Strict with { Degraded = 0 }));
        var span = Assert.Single(Lost(history, ShippedPolicies.Strict with { Degraded = 0.25m }));
        Assert.Equal((0.25m, 0.25m, 0.25m, null), (span.Surely, span.Likely, span.Possibly, span.Outage));
    }

    [Fact]
    public void Time_in_a_window_is_lost_only_where_the_policy_sees_through_it()
    {
        var history = Watching(Up(0), Down(100, "shop-1"), Down(150, "shop-1") with { Window = "w@1" }, Down(180, "shop-1"), Up(200));
        Assert.Equal(70, Lost(history, ShippedPolicies.Strict with { Maintenance = MaintenanceCounts.Excluded }).Sum(span => span.Length.TotalSeconds));
        Assert.Equal(100, Lost(history, ShippedPolicies.Strict with { Maintenance = MaintenanceCounts.AsSeen }).Sum(span => span.Length.TotalSeconds));
    }

    [Fact]
    public void Unseen_time_is_lost_nowhere_but_a_hole_in_an_outage_is_possibly()
    {
        var history = Watching(Up(0), Down(100, "shop-1"), Unseen(150, "shop-1"), Down(180, "shop-1"), Up(200), Unseen(300));
        var lost = Lost(history, ShippedPolicies.Strict);
        Assert.Equal(70, lost.Sum(span => (double)span.Likely * span.Length.TotalSeconds));
        Assert.Equal(100, lost.Sum(span => (double)span.Possibly * span.Length.TotalSeconds));
        Assert.DoesNotContain(lost, span => span.To > At(200));
    }

    [Fact]
    public void A_region_that_is_out_loses_its_share()
    {
        var history = new History().Config(0, "shop").Started(0).Revised(1, 0, Up(0))
            .RevisedFor("shop", "eu", 1, 0, Up(0), Down(100, "shop-eu-1"), Up(200)).RevisedFor("shop", "us", 1, 0, Up(0)).Watched(1_000);
        var policy = ShippedPolicies.Strict with { Regions = RegionRule.Weighted, RegionWeights = ShippedPolicies.Strict.RegionWeights.Add("eu", 3m).Add("us", 1m) };
        var span = Assert.Single(Lost(history, policy));
        Assert.Equal((0.75m, At(100), At(200)), (span.Likely, span.From, span.To));
    }

    [Fact]
    public void What_is_lost_is_what_availability_leaves_out() => Prop.ForAll(
        (from states in Gen.Choose(0, 3).ArrayOf(12)
         from spread in Gen.Choose(0, 5).ArrayOf(12)
         from gaps in Gen.Choose(1, 60).ArrayOf(12)
         from windows in Gen.Choose(0, 5).ArrayOf(12)
         from weights in Gen.Choose(0, 10).ArrayOf(3)
         from rule in Gen.Elements(Enum.GetValues<MaintenanceCounts>())
         from least in Gen.Choose(0, 30)
         select (states, spread, gaps, windows, weights, rule, least)).ToArbitrary(),
        test =>
        {
            var (segments, at, outage) = (new List<Segment>(), 0, 1);
            for (var i = 0; i < test.states.Length; i++)
            {
                var segment = new Segment(At(at), (State)Math.Max(0, test.states[i] - test.spread[i] % 3), (State)test.states[i], (State)Math.Min(3, test.states[i] + test.spread[i] / 3));
                if (!segment.Worst.IsDown()) outage++;
                segments.Add(segment with { Outage = segment.Worst.IsDown() && test.windows[i] != 0 ? $"shop-{outage}" : null, Window = test.windows[i] == 0 ? "w@1" : null });
                at += test.gaps[i];
            }
            var w = test.weights.Order().Select(weight => weight / 10m).ToArray();
            var policy = ShippedPolicies.Strict with { Degraded = w[0], EffectivelyDown = w[1], Down = w[2], Maintenance = test.rule, MinOutage = Seconds(test.least) };
            var ledger = Watching([.. segments]).Fold();
            var lost = LostTime.Of(ledger.Components.Single(), policy, At(0), At(1_000));
            var tally = Reporter.Make(ledger.Components.Single(), policy, At(0), At(1_000)).Tally;
            return lost.Sum(span => span.Surely * span.Length.BclCompatibleTicks) == tally.LostSurely
                && lost.Sum(span => span.Likely * span.Length.BclCompatibleTicks) == tally.LostLikely
                && lost.Sum(span => span.Possibly * span.Length.BclCompatibleTicks) == tally.LostPossibly
                && lost.All(span => span.Surely <= span.Likely && span.Likely <= span.Possibly && span.From < span.To)
                && lost.Zip(lost.Skip(1)).All(pair => pair.First.To <= pair.Second.From);
        }).Check(SameDraws.Config.WithMaxTest(400));
}
