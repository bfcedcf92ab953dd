using Nines.Core;
using Nines.Core.Conditions;
using Nines.Core.Observations;
using static Nines.Judging.Tests.Scene;

namespace Nines.Judging.Tests;

/// <summary>What the simulation found, in the smallest form.</summary>
public sealed class SimulatedDefectTests
{
    private static readonly string[] Two = ["eu", "us"];

    private static Scene One() => new(Probed("shop"));

    [Fact]
    public void A_window_ends_although_an_observation_ended_just_after_it()
    {
        var scene = One().Window("shop", 5, 30).Good("shop", 0).Good("shop", 4).Pass(5).Good("shop", 10).Refused("shop", 19).Refused("shop", 20)
            .Refused("shop", 29.95).Pass(30.1);
        Assert.Null(scene.Timeline("shop").At(At(30.02))!.Window);
        Assert.Equal("shop-1", scene.Timeline("shop").At(At(30.02))!.Outage);
    }

    [Fact]
    public void The_timelines_of_regions_leave_a_window_too()
    {
        var scene = new Scene(Two, Probed("shop", Two)).Window("shop", 5, 30);
        foreach (var at in Two) scene.Good("shop", 4, at);
        scene.Pass(5);
        foreach (var at in Two) scene.Refused("shop", 20, at).Refused("shop", 25, at);
        scene.Pass(31);
        Assert.Null(scene.Timeline("shop", "eu").At(At(30.5))!.Window);
    }

    [Fact]
    public void A_window_that_ended_while_nobody_watched_is_over_at_the_start()
    {
        var scene = new Scene(Probed("node"), Gate("pool", On("node"))).Window("pool", 5, 12).Good("node", 0).Good("node", 4).Pass(5).Refused("node", 6).Refused("node", 7).Pass(8);
        scene.Keep();
        scene.Restart(20, windows: true);
        Assert.Null(scene.Timeline("pool").At(At(15))!.Window);
    }

    [Fact]
    public void A_vote_that_only_came_late_fills_in_what_was_called_unknown()
    {
        var scene = One().Good("shop", 0).Good("shop", 10).Pass(40);
        Assert.EndsWith("unknown 10.1", scene.Likely("shop"));
        scene.Good("shop", 20).Good("shop", 30);
        Assert.Equal("unknown 0, up 0.1", scene.Likely("shop"));
    }

    [Fact]
    public void What_was_not_seen_over_a_restart_is_never_filled_in()
    {
        var scene = One().Good("shop", 0).Good("shop", 2).Restart(5).Good("shop", 10);
        Assert.Equal("unknown 0, up 0.1, unknown 2.1, up 10.1", scene.Likely("shop"));
    }

    [Fact]
    public void Late_votes_of_one_vantage_point_are_told_although_the_others_are_far_ahead()
    {
        var scene = new Scene(Two, Probed("shop", Two, every: 2, timeout: 1));
        foreach (var at in Two) scene.Good("shop", 0, at);
        for (var t = 2; t < 40; t += 2) scene.Refused("shop", t, "us").Pass(t + 1);
        // All that eu saw comes twenty seconds late: it went down at 21.
        for (var t = 2; t < 20; t += 2) scene.Good("shop", t, "eu");
        scene.Refused("shop", 22, "eu").Refused("shop", 23, "eu");
        Assert.Contains("down 18", scene.Possibly("shop", "eu"));
        Assert.Contains("down 22.1", scene.Surely("shop", "eu"));
    }

    [Fact]
    public void A_blip_after_an_unseen_stretch_was_a_look_all_the_same()
    {
        var scene = One().Good("shop", 0).Good("shop", 10).Pass(40).Refused("shop", 50).Good("shop", 51);
        Assert.Equal("unknown 0, up 0.1, unknown 10.1, up 50.1", scene.Likely("shop"));
    }

    [Fact]
    public void A_suspicion_that_expires_and_is_confirmed_later_leaves_the_time_between_unknown()
    {
        var scene = One().Good("shop", 0).Good("shop", 10).Pass(40).Refused("shop", 60).Pass(100).Refused("shop", 120);
        Assert.Equal("unknown 0, up 0.1, unknown 10.1, down 120.1", scene.Likely("shop"));
    }

    [Fact]
    public void When_a_stall_began_says_nothing_of_when_a_refusal_ended()
    {
        // Refused at 10 and 11; at 20 it answers, silent for 25 s: the limit was crossed at 15, but it may have refused until 20.
        var scene = One().Good("shop", 0).Refused("shop", 10).Refused("shop", 11).Silent("shop", 20, 25);
        Assert.Equal("down 0, effectively down 20.1", scene.Possibly("shop"));
    }

    [Fact]
    public void A_stall_dates_the_onset_only_when_nothing_else_of_its_severity_is_broken()
    {
        var scene = One().Good("shop", 0).Good("shop", 10);
        scene.See("shop", 30, 30.1, new Outcome.Answered(NodaTime.Duration.FromSeconds(0.1)), ok: false, silence: 22);
        scene.See("shop", 31, 31.1, new Outcome.Answered(NodaTime.Duration.FromSeconds(0.1)), ok: false, silence: 23);
        Assert.Contains("effectively down 10", scene.Possibly("shop"));
        Assert.Equal("up 0, effectively down 30.1", scene.Surely("shop"));
    }

    [Fact]
    public void A_condition_that_needs_two_in_a_row_does_not_count_by_one_and_another_fault()
    {
        Condition slow = new("fast after 2 in a row", new Expression.Is(1), State.EffectivelyDown) { InARow = 2 };
        Condition stale = new("fresh else degraded", new Expression.Compare(2, Comparison.Less, new Literal.Number(1)), State.Degraded);
        var scene = new Scene(Probed("shop", conditions: [slow, stale])).Good("shop", 0).Wrong("shop", 10);
        scene.See("shop", 11, 11.1, new Outcome.Answered(NodaTime.Duration.FromSeconds(0.1)), silence: 5).See("shop", 12, 12.1, new Outcome.Answered(NodaTime.Duration.FromSeconds(0.1)), silence: 5);
        Assert.Equal("", scene.Outages("shop"));
        Assert.Contains("degraded", scene.Likely("shop"));
        Assert.DoesNotContain("down", scene.Likely("shop"));
    }

    [Fact]
    public void A_suspicion_between_two_stretches_that_nobody_watched_ends_neither()
    {
        var scene = One().Good("shop", 0).Good("shop", 10).Restart(12).Refused("shop", 14).Restart(15).Good("shop", 20);
        // Looked at once, at 14: that instant was seen and the rest was not.
        Assert.Equal("unknown 0, up 0.1, unknown 10.1, up 20.1", scene.Likely("shop"));
        var agreed = One().Good("shop", 0).Good("shop", 10).Restart(12).Refused("shop", 14).Restart(15).Refused("shop", 20);
        Assert.Equal("unknown 0, up 0.1, unknown 10.1, down 20.1", agreed.Likely("shop"));
    }

    [Fact]
    public void Of_two_contradicting_looks_that_differ_the_second_state_began_after_the_first_looks_start()
    {
        var scene = One().Good("shop", 0).TimedOut("shop", 10).Wrong("shop", 13);
        Assert.Equal("unknown 0, up 0.1, down 5, effectively down 11.55", scene.Likely("shop"));
    }

    [Fact]
    public void A_contradiction_unsettles_a_component_until_two_good_looks_have_been_had_after_it()
    {
        var scene = One().Good("shop", 0);
        bool Unsettled() => scene.Judge.IsUnsettled(new("shop"));
        Assert.False(Unsettled());
        scene.Refused("shop", 10);
        Assert.True(Unsettled());
        scene.Refused("shop", 11);
        Assert.True(Unsettled());
        scene.Good("shop", 12);
        Assert.True(Unsettled());
        scene.Good("shop", 13);
        scene.Good("shop", 14);
        Assert.False(Unsettled());
    }

    [Fact]
    public void A_healthy_look_that_came_late_widens_the_resolution_that_is_stated_once()
    {
        var scene = One().Good("shop", 0).Good("shop", 10);
        Assert.Empty(scene.Judge.TakeLate());
        scene.Good("shop", 28);
        var had = Assert.Single(scene.Judge.TakeLate());
        Assert.Equal(NodaTime.Duration.FromSeconds(18 + 2 + 2), had.Resolution);
        Assert.Empty(scene.Judge.TakeLate());
    }

    [Fact]
    public void A_name_that_was_given_before_a_restart_is_not_given_again()
    {
        var scene = One().Good("shop", 0).Refused("shop", 10).Refused("shop", 11).Good("shop", 12).Good("shop", 13).Restart(14)
            .Good("shop", 15).Good("shop", 16).Refused("shop", 20).Refused("shop", 21).Good("shop", 22);
        // Not even in a fact that a later one supersedes: a notice may have gone out under it.
        Assert.DoesNotContain(scene.Facts.OfType<Core.Facts.TimelineRevised>().SelectMany(fact => fact.Segments), segment => segment.From > At(15) && segment.Outage == "shop-1");
        Assert.Equal("shop-1, shop-2", scene.Outages("shop"));
    }

    [Fact]
    public void What_was_not_seen_after_the_good_look_that_ended_an_outage_is_no_hole_in_it()
    {
        var scene = One().Good("shop", 0).Refused("shop", 10).Refused("shop", 11).Good("shop", 12).Restart(13);
        Assert.Null(scene.Timeline("shop").At(At(13))!.Outage);
        Assert.Empty(scene.Judge.OpenOutages);
        scene.Refused("shop", 20).Refused("shop", 21);
        Assert.Equal("shop-1", scene.Timeline("shop").At(At(12))!.Outage);
        Assert.Equal("shop-2", scene.Timeline("shop").At(At(14))!.Outage);
    }

    [Fact]
    public void A_bad_look_after_an_unseen_stretch_agrees_with_what_was_bad_before_it()
    {
        var scene = One().Good("shop", 0).Refused("shop", 10).Refused("shop", 11).Pass(40).Refused("shop", 60).Good("shop", 61);
        Assert.Equal("unknown 0, up 0.1, down 5.05, unknown 11.1, down 60.1, up 60.55", scene.Likely("shop"));
        Assert.Equal("shop-1", scene.Outages("shop"));
        Assert.Empty(scene.Facts.OfType<Core.Facts.BlipSeen>());
    }

    [Fact]
    public void What_comes_after_a_root_s_end_lies_in_the_window_that_holds_now_until_that_window_ends()
    {
        var scene = new Scene(Probed("db"), Probed("shop", every: 30, needs: On("db"))).Window("shop", 5, 60);
        foreach (var name in new[] { "db", "shop" }) scene.Good(name, 0);
        scene.Refused("db", 10).Refused("db", 11).Refused("shop", 12).Refused("shop", 13).Good("db", 20).Good("db", 21);
        Assert.Equal("", scene.Outages("shop"));
        scene.Refused("shop", 43).Pass(60.5);
        Assert.Equal("shop-1", scene.Outages("shop"));
    }

    [Fact]
    public void A_vantage_point_that_was_silent_for_minutes_may_be_as_late_as_any_other_when_it_speaks_again()
    {
        var scene = new Scene(Two, Probed("shop", Two, every: 2, timeout: 1));
        foreach (var at in Two) scene.Good("shop", 0, at);
        for (var t = 2; t < 300; t += 2) scene.Good("shop", t, "us").Pass(t + 1);
        for (var t = 300; t < 320; t += 2) scene.Refused("shop", t, "us").Pass(t + 1);
        scene.Good("shop", 320, "us");
        // What eu saw from 290 on comes now.
        for (var t = 290; t < 320; t += 2) scene.Good("shop", t, "eu");
        Assert.Equal("unknown 0, up 290.1", scene.Likely("shop", "eu"));
    }

    [Fact]
    public void A_suspicion_of_before_a_restart_that_another_vantage_point_agrees_with_says_nothing_of_after_it()
    {
        var scene = new Scene(Two, Probed("shop", Two)).Good("shop", 0, "us").Refused("shop", 10, "eu").Restart(20).Refused("shop", 22, "us").Refused("shop", 23, "us");
        Assert.Equal("unknown 0", scene.Likely("shop", "eu"));
        scene.Refused("shop", 30, "eu");
        Assert.Equal("unknown 0, down 30.1", scene.Likely("shop", "eu"));
    }

    [Fact]
    public void That_the_votes_of_the_others_end_a_moment_earlier_when_the_watcher_dies_makes_no_outage_of_one_vantage_points_view()
    {
        string[] points = ["eu/a", "eu/b", "eu/c"];
        var scene = new Scene(points, Probed("shop", points));
        foreach (var at in (string[])["a", "b", "c"]) scene.Good("shop", 0, at);
        scene.Refused("shop", 10, "a").Refused("shop", 11, "a").Good("shop", 12, "b").Good("shop", 12.2, "c").Refused("shop", 12.8, "a").Restart(60);
        foreach (var at in (string[])["b", "c", "a"]) scene.Good("shop", 61, at);
        Assert.Equal("", scene.Outages("shop"));
        Assert.Equal("unknown 0, up 0.1, unknown 12.3, up 61.1", scene.Likely("shop"));
    }

    [Fact]
    public void That_the_votes_of_the_others_end_a_moment_earlier_makes_no_outage_of_a_minority_of_regions()
    {
        string[] points = ["a", "b", "c", "d", "e"];
        var scene = new Scene(points, Probed("shop", points));
        foreach (var at in points) scene.Good("shop", 0, at);
        foreach (var at in (string[])["a", "b"]) scene.Refused("shop", 10, at).Refused("shop", 11, at);
        foreach (var at in (string[])["c", "d", "e"]) scene.Good("shop", 12, at);
        foreach (var at in (string[])["a", "b"]) scene.Refused("shop", 12.8, at);
        scene.Restart(60);
        foreach (var at in (string[])["c", "d", "e"]) scene.Good("shop", 61, at);
        Assert.Equal("", scene.Outages("shop"));
    }

    [Fact]
    public void That_the_votes_of_the_others_end_a_moment_earlier_ends_no_outage_either()
    {
        string[] points = ["eu/a", "eu/b", "eu/c"];
        var scene = new Scene(points, Probed("shop", points));
        foreach (var at in (string[])["a", "b", "c"]) scene.Good("shop", 0, at);
        foreach (var at in (string[])["b", "c"]) scene.Refused("shop", 10, at).Refused("shop", 11, at);
        scene.Refused("shop", 12, "b").Refused("shop", 12.2, "c").Good("shop", 12.8, "a").Restart(60);
        foreach (var at in (string[])["b", "c"]) scene.Refused("shop", 61, at);
        scene.Good("shop", 61, "a");
        // Down, unseen, down: one outage with a hole.
        Assert.Equal("shop-1", scene.Outages("shop"));
    }

    [Fact]
    public void Those_that_are_left_decide_once_the_last_look_of_the_others_is_too_old_to_be_a_vote()
    {
        string[] points = ["eu/a", "eu/b", "eu/c"];
        var scene = new Scene(points, Probed("shop", points));
        foreach (var at in (string[])["a", "b", "c"]) scene.Good("shop", 0, at);
        for (var t = 1.0; t < 60; t++) scene.Refused("shop", t, "a").Pass(t + 0.5);
        Assert.Equal("unknown 0, up 0.1, unknown 0.55, down 22.1", scene.Likely("shop"));
        Assert.Equal("up 0", scene.Surely("shop"));
    }

    [Fact]
    public void What_one_vantage_point_saw_before_the_other_could_look_again_is_no_outage_when_the_other_saw_none()
    {
        string[] points = ["eu/a", "eu/b"];
        var scene = new Scene(points, Probed("shop", points));
        foreach (var at in (string[])["a", "b"]) scene.Good("shop", 0, at);
        for (var t = 10; t <= 60; t += 10) scene.Good("shop", t, "a").Pass(t + 5);
        scene.Good("shop", 66, "b").Refused("shop", 70, "a").Refused("shop", 71, "a");
        // The onset is likely at 65, before b had looked again; b's look at 66 says that it was not for everybody.
        Assert.Equal("unknown 0, up 0.1, unknown 65.05, up 66.1", scene.Likely("shop"));
        Assert.Equal("", scene.Outages("shop"));
    }

    [Fact]
    public void At_a_start_a_fault_that_only_the_first_to_look_sees_is_no_outage_once_the_others_have_looked()
    {
        string[] points = ["eu/a", "eu/b", "eu/c"];
        var scene = new Scene(points, Probed("shop", points));
        foreach (var at in (string[])["a", "b", "c"]) scene.Good("shop", 0, at);
        scene.Refused("shop", 10, "a").Refused("shop", 11, "a").Good("shop", 12, "b").Good("shop", 12, "c").Restart(100);
        scene.Refused("shop", 101, "a").Good("shop", 102, "b").Good("shop", 103, "c");
        Assert.Equal("", scene.Outages("shop"));
    }
}
