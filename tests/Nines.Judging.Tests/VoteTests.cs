using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using static Nines.Judging.Tests.Scene;

namespace Nines.Judging.Tests;

/// <summary>What several vantage points and regions, and a gate over components, make of one another's votes.</summary>
public sealed class VoteTests
{
    private static readonly string[] Four = ["r/a", "r/b", "r/c", "r/d"];
    private static readonly string[] ThreeRegions = ["eu", "us", "asia"];

    [Fact]
    public void Four_vantage_points_place_a_shared_onset_between_their_phases()
    {
        var scene = new Scene(Four, Probed("shop", Four));
        for (var t = 0; t <= 10; t += 10) scene.Good("shop", t + 0.01, "a").Good("shop", t + 2.5, "b").Good("shop", t + 5, "c").Good("shop", t + 7.5, "d");
        scene.Refused("shop", 20, "a").Refused("shop", 20.1, "b").Refused("shop", 20.2, "c").Refused("shop", 20.3, "d").Refused("shop", 21, "a");
        // It began after d's last good look began (17.5) and before a's first bad one ended (20.1).
        Assert.Contains("down 18.8", scene.Likely("shop"));
        // Three of four must say so: the third to go bad in each view.
        Assert.Contains("down 15", scene.Possibly("shop"));
        Assert.Contains("down 20.3", scene.Surely("shop"));
    }

    [Fact]
    public void An_even_split_of_regions_takes_the_better_state_and_the_worse_side_is_a_regional_outage()
    {
        string[] two = ["eu", "us"];
        var scene = new Scene(two, Probed("shop", two));
        scene.Good("shop", 0, "eu").Good("shop", 1, "us");
        for (var t = 10; t < 40; t += 10) scene.Refused("shop", t, "eu").Refused("shop", t + 0.5, "eu").Good("shop", t + 1, "us");
        Assert.Equal("", scene.Outages("shop"));
        Assert.Equal("unknown 0, up 1.1", scene.Likely("shop"));
        Assert.Contains("down", scene.Likely("shop", "eu"));
        Assert.DoesNotContain("down", scene.Likely("shop", "us"));
    }

    [Fact]
    public void Fewer_live_regions_than_two_is_unknown()
    {
        var scene = new Scene(ThreeRegions, Probed("shop", ThreeRegions));
        foreach (var region in ThreeRegions) scene.Good("shop", 0, region).Good("shop", 5, region);
        for (var t = 15; t <= 65; t += 10) scene.Good("shop", t, "eu").Pass(t + 1);
        Assert.Equal("unknown 0, up 0.1, unknown 5.1", scene.Likely("shop"));
        Assert.Equal("", scene.Outages("shop"));
    }

    [Fact]
    public void An_expired_vote_could_be_anything_but_does_not_decide_what_is_likely()
    {
        var scene = new Scene(ThreeRegions, Probed("shop", ThreeRegions));
        foreach (var region in ThreeRegions) scene.Good("shop", 0, region);
        for (var t = 10; t <= 60; t += 10) scene.Good("shop", t, "eu").Good("shop", t + 0.2, "us").Pass(t + 1);
        Assert.EndsWith("up 0.1", scene.Likely("shop"));
        scene.Refused("shop", 70, "eu").Refused("shop", 71, "eu");
        // One down, one up, one unseen: possibly down, likely up.
        Assert.Contains("down", scene.Possibly("shop"));
        Assert.EndsWith("up 0.1", scene.Likely("shop"));
        Assert.Equal("", scene.Outages("shop"));
    }

    [Fact]
    public void A_gate_over_components_is_judged_by_the_same_algebra()
    {
        var pool = Gate("pool", Need.AnyOf([On("a"), On("b")]));
        var scene = new Scene(Probed("a"), Probed("b"), pool);
        scene.Good("a", 0).Good("b", 0.5).Good("a", 2).Good("b", 2.5).Refused("a", 10).Refused("a", 11);
        Assert.DoesNotContain("down", scene.Likely("pool"));
        scene.Refused("b", 12).Refused("b", 13).Good("a", 20).Good("b", 21);
        Assert.Equal("pool-1", scene.Outages("pool"));
        // Both are surely down from b's first bad end (12.1) to a's last bad start (11): never surely; possibly from 2.5 on.
        Assert.Contains("down 2.5", scene.Possibly("pool"));
        Assert.Equal(CauseKind.Upstream, scene.CauseAt("pool", 13)!.Kind);
    }

    private static Scene One() => new(Probed("shop"));

    [Fact]
    public void What_was_unknown_because_a_vote_was_missing_for_a_moment_is_not_told_otherwise_once_older_looks_are_forgotten()
    {
        string[] two = ["r/a", "r/b"];
        var scene = new Scene(two, Probed("shop", two));
        for (var t = 0; t <= 40; t += 10) scene.Good("shop", t, "a").Refused("shop", t + 1, "b");
        for (var t = 50; t <= 90; t += 10) scene.Refused("shop", t + 1, "b");
        for (var t = 100; t <= 110; t += 10) scene.Good("shop", t, "a").Refused("shop", t + 1, "b");
        var told = scene.Likely("shop");
        for (var t = 120; t <= 300; t += 10)
        {
            scene.Good("shop", t, "a").Refused("shop", t + 1, "b");
            Assert.Equal((t, told), (t, scene.Likely("shop")));
        }
    }
}
