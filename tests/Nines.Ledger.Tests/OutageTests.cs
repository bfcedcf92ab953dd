using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Timelines;
using NodaTime;
using static Nines.Ledger.Tests.History;

namespace Nines.Ledger.Tests;

public sealed class OutageTests
{
    private static Outages.Outage Only(LedgerProjection ledger) => Assert.Single(ledger.Find(Shop)!.Outages);

    [Theory]
    [InlineData(30, 4, 90, 120, 150)]
    [InlineData(60, 10, 540, 600, 660)]
    public void So_many_bad_probes_in_a_row_give_an_outage_between_the_gaps_around_them(int period, int bad, int shortest, int likely, int longest)
    {
        // The last good probe at 600, then bad ones, then the next good one: changes lie between neighbours.
        var (good, firstBad) = (600, 600 + period);
        var lastBad = firstBad + (bad - 1) * period;
        var outage = Only(ShopWith(3_600, OutageOf("shop-1", good, firstBad, lastBad, lastBad + period)));

        Assert.Equal(new Length(Seconds(shortest), Seconds(likely), Seconds(longest)), outage.Length);
        Assert.Equal(Between(good, firstBad), outage.Began);
        Assert.Equal(Between(lastBad, lastBad + period), outage.Ended);
    }

    [Fact]
    public void An_outage_that_may_have_been_nothing_has_no_sure_length_and_the_widest_bounds()
    {
        var outage = Only(ShopWith(600,
            Down(100, "shop-1", State.Up, State.Up), Down(110, "shop-1", State.Up), Down(120, "shop-1", State.Up, State.Up), Up(130)));

        Assert.Equal(Between(100, 130), outage.Began);
        Assert.Equal(Between(100, 130), outage.Ended);
        Assert.Equal(new Length(Duration.Zero, Seconds(10), Seconds(30)), outage.Length);
    }

    [Fact]
    public void Down_unknown_down_is_one_outage_with_a_hole()
    {
        var outage = Only(ShopWith(600, Down(100, "shop-1"), Unseen(150), Down(200, "shop-1"), Up(230)));

        Assert.Equal(new Length(Seconds(80), Seconds(80), Seconds(130)), outage.Length);
        Assert.Equal(Seconds(50), outage.Unseen);
        Assert.Equal(Between(230, 230), outage.Ended);
    }

    [Fact]
    public void A_stretch_of_up_inside_an_outage_is_not_counted_as_down()
    {
        var outage = Only(ShopWith(600, Down(100, "shop-1"), Up(150), Down(200, "shop-1"), Up(230)));

        Assert.Equal(new Length(Seconds(80), Seconds(80), Seconds(80)), outage.Length);
    }

    [Fact]
    public void An_open_outage_has_no_end_and_is_not_claimed_beyond_the_frontier()
    {
        var outage = Only(ShopWith(160, Down(100, "shop-1")));

        Assert.True(outage.IsOpen);
        Assert.Null(outage.Ended);
        Assert.Equal(At(160), outage.KnownUntil);
        Assert.Equal(Seconds(60), outage.Length.Longest);
    }

    [Fact]
    public void An_open_outage_grows_with_the_frontier()
    {
        var history = new History().Config(0, "shop").Started(0).Revised(1, 0, Up(0), Down(100, "shop-1")).Watched(160);
        var ledger = history.Fold();
        Assert.Equal(Seconds(60), Only(ledger).Length.Likely);

        ledger.Apply(history.Watched(220).Entries[^1]);
        Assert.Equal(Seconds(120), Only(ledger).Length.Likely);
    }

    [Fact]
    public void The_cause_with_the_longest_likely_share_leads_and_all_are_listed()
    {
        var upstream = new Cause(CauseKind.Upstream, "chain was down") { Roots = [new ComponentId("chain")] };
        var slow = new Cause(CauseKind.Technical, "slow recovery");
        var outage = Only(ShopWith(600, Down(100, "shop-1", cause: slow), Down(110, "shop-1", cause: upstream), Down(170, "shop-1", cause: slow), Up(190)));

        Assert.Equal(upstream, outage.Cause);
        Assert.Equal([Seconds(60), Seconds(30)], outage.Causes.Select(share => share.Length.Likely));
    }

    [Fact]
    public void An_outage_without_a_cause_on_record_is_unexplained()
    {
        var outage = Only(ShopWith(600, Down(100, "shop-1") with { Cause = null }, Up(190)));

        Assert.Equal(CauseKind.Unexplained, outage.Cause.Kind);
    }

    [Fact]
    public void Down_in_a_maintenance_window_is_kept_but_is_no_outage()
    {
        var ledger = ShopWith(600, Down(100, "shop-1") with { Window = "patch@1" }, Up(160));

        Assert.Empty(ledger.Find(Shop)!.Outages);
        var kept = Assert.Single(ledger.Find(Shop)!.Maintenance);
        Assert.Equal((At(100), At(160), State.Down, "patch@1"), (kept.From, kept.To, kept.Seen, kept.Window));
    }

    [Fact]
    public void An_outage_that_runs_through_a_window_leaves_the_time_inside_out_of_its_length()
    {
        var planned = Down(160, "none") with { Window = "patch@1", Outage = null };
        var outage = Only(ShopWith(600, Down(100, "shop-1"), planned, Down(220, "shop-1"), Up(300)));

        Assert.Equal(Seconds(140), outage.Length.Longest);
        Assert.Equal(Seconds(60), outage.InMaintenance);
        Assert.Equal(Between(300, 300), outage.Ended);
    }

    [Fact]
    public void An_outage_that_ran_into_a_window_is_not_said_to_have_ended_while_it_is_not_up_again()
    {
        var planned = Down(160, "none") with { Window = "patch@1", Outage = null };

        Assert.True(Only(ShopWith(600, Down(100, "shop-1"), planned)).IsOpen);
        Assert.Equal(Between(160, 160), Only(ShopWith(600, Down(100, "shop-1"), planned, Up(200) with { Window = "patch@1" }, Up(250))).Ended);
    }

    [Fact]
    public void The_worst_likely_state_is_told()
    {
        var outage = Only(ShopWith(600, Down(100, "shop-1", State.Degraded, State.EffectivelyDown), Down(120, "shop-1", State.EffectivelyDown, State.EffectivelyDown), Up(190)));

        Assert.Equal(State.EffectivelyDown, outage.Worst);
    }

    [Fact]
    public void What_only_one_region_saw_is_listed_apart()
    {
        var ledger = new History().Config(0, "shop").Started(0)
            .Revised(1, 0, Up(0))
            .RevisedFor("shop", "us", 1, 0, Up(0), Down(100, "shop-1"), Up(150))
            .RevisedFor("shop", "eu", 1, 0, Up(0))
            .Watched(600).Fold();

        Assert.Empty(ledger.Find(Shop)!.Outages);
        var regional = Assert.Single(ledger.Find(Shop)!.RegionalOutages);
        Assert.Equal(("us", Seconds(50)), (regional.Region, regional.Length.Likely));
    }

    [Fact]
    public void Of_more_than_a_hundred_outages_none_is_forgotten()
    {
        var segments = Enumerable.Range(1, 250).SelectMany(i => new[] { Down(i * 100, $"shop-{i}"), Up(i * 100 + 10) }).ToArray();

        Assert.Equal(250, ShopWith(30_000, segments).Find(Shop)!.Outages.Length);
    }

    [Fact]
    public void An_outage_prints_its_likely_length_and_its_bounds_rounded_outwards()
    {
        Assert.Equal("4m 12s (4m 05s – 4m 19s)", new Length(Seconds(245.9), Seconds(252.2), Seconds(258.1)).ToString());
        Assert.Equal("30 s", new Length(Seconds(30), Seconds(30), Seconds(30)).ToString());
    }

    [Fact]
    public void An_outage_whose_component_is_taken_out_of_the_config_ends_there_and_says_so()
    {
        var history = new History().Config(0, "shop", "site").Started(0).Revised(1, 0, [Up(0), Down(10, "shop-1")]).Watched(100).Config(100, "site").Watched(500);
        var outage = Assert.Single(history.Fold().Outages);
        Assert.Equal((false, true, At(100)), (outage.IsOpen, outage.IsCutOff, outage.KnownUntil));
        Assert.Equal(Seconds(90), outage.Length.Longest);

        // It comes back: what was open goes on by no means, and the time in between is unseen.
        var back = history.Config(600, "shop", "site").Revised(610, 600, [Unseen(600), Down(610, "shop-2")]).Watched(700).Fold();
        Assert.Equal([("shop-1", false, true), ("shop-2", true, false)], back.Outages.Select(each => (each.Id, each.IsOpen, each.IsCutOff)));
        Assert.Equal(State.Unknown, back.Find(Shop)!.Whole.Within(At(100), At(600)).Select(part => part.Segment.Likely).Distinct().Single());
    }

    [Fact]
    public void An_outage_that_was_over_before_its_component_was_taken_out_is_not_cut_off()
    {
        var ledger = new History().Config(0, "shop").Started(0).Revised(1, 0, [Up(0), .. OutageOf("shop-1", 10, 11, 20, 21)]).Watched(100).Config(100, "site").Fold();
        var outage = Assert.Single(ledger.Outages);
        Assert.Equal((false, false), (outage.IsOpen, outage.IsCutOff));
    }

    [Fact]
    public void Nothing_goes_on_for_a_region_that_a_component_is_no_longer_looked_at_from()
    {
        var history = new History().Config(0, "shop").Started(0).Revised(1, 0, [Up(0)]).RevisedFor("shop", "us", 1, 0, Up(0), Down(10, "shop@us-1")).Watched(100);
        Assert.True(Assert.Single(history.Fold().Find(Shop)!.RegionalOutages).IsOpen);
        Assert.False(Assert.Single(history.Config(100, "shop").Watched(200).Fold().Find(Shop)!.RegionalOutages).IsOpen);
    }

    [Fact]
    public void An_acknowledgement_is_shown_and_a_later_one_counts()
    {
        var ledger = new History().Config(0, "shop").Started(0).Revised(1, 0, [Up(0), Down(10, "shop-1")]).Watched(20).Fold();
        Assert.Null(Assert.Single(ledger.Outages).Acknowledged);
        foreach (var (note, position) in new[] { ("mine", 5), ("Bob's now", 6) })
        {
            ledger.Apply(new(new(position), "watch", position, new Core.Facts.OutageAcknowledged(At(20 + position), "shop-1", "ada", note)));
            Assert.Equal(note, Assert.Single(ledger.Outages).Acknowledged!.Note);
        }
    }
}
