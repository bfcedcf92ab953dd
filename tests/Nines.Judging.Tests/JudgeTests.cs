using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using static Nines.Judging.Tests.Scene;

namespace Nines.Judging.Tests;

public sealed class JudgeTests
{
    private static readonly string[] Four = ["r/a", "r/b", "r/c", "r/d"];
    private static readonly string[] ThreeRegions = ["eu", "us", "asia"];

    private static Scene One() => new(Probed("shop"));

    [Fact]
    public void An_outage_begins_between_the_start_of_the_last_good_look_and_the_end_of_the_first_bad_one()
    {
        var scene = One().Good("shop", 0).Good("shop", 10).Refused("shop", 20).Refused("shop", 21).Refused("shop", 22).Good("shop", 23);
        Assert.Equal("down 0, up 0.1, down 10, up 23.1", scene.Possibly("shop"));
        Assert.Equal("up 0, down 20.1, up 22", scene.Surely("shop"));
        Assert.Equal("unknown 0, up 0.1, down 15.05, up 22.55", scene.Likely("shop"));
        Assert.Equal("shop-1", scene.Outages("shop"));
    }

    [Fact]
    public void A_provider_that_refuses_for_the_rate_below_its_quota_is_effectively_down_for_it_answers()
    {
        var limited = new Core.Observations.Outcome.Refused("rate_limited", "HTTP status 429, after 4 requests of the 60/1m that it allows");
        var scene = One().Good("shop", 0).See("shop", 10, 10.1, limited).See("shop", 11, 11.1, limited);
        Assert.Equal("up 0, effectively down 10.1", scene.Surely("shop"));
        Assert.Equal(CauseKind.Technical, scene.Facts.OfType<StateChanged>().Last().Because?.Kind);
    }

    [Fact]
    public void Confirmation_changes_when_it_is_said_never_when_it_began()
    {
        var scene = One().Good("shop", 0).Refused("shop", 10);
        Assert.Equal("", scene.Outages("shop"));
        scene.Refused("shop", 20);
        Assert.Equal("up 0, down 10.1", scene.Surely("shop"));
    }

    [Fact]
    public void A_single_bad_look_is_a_blip_and_no_outage()
    {
        var scene = One().Good("shop", 0).Refused("shop", 10).Good("shop", 11);
        Assert.Equal("unknown 0, up 0.1", scene.Likely("shop"));
        var blip = Assert.Single(scene.Facts.OfType<BlipSeen>());
        Assert.Equal((At(0), At(11.1)), (blip.When.Earliest, blip.When.Latest));
    }

    [Fact]
    public void A_probe_fault_between_two_failures_does_not_close_the_outage()
    {
        var scene = One().Good("shop", 0).Refused("shop", 10).Fault("shop", 11).Refused("shop", 12).Fault("shop", 13).Refused("shop", 14);
        Assert.Equal("up 0, down 10.1", scene.Surely("shop"));
        Assert.Equal("shop-1", scene.Outages("shop"));
    }

    [Fact]
    public void Probe_faults_alone_lead_to_unknown_not_to_an_outage()
    {
        var scene = One().Good("shop", 0).Good("shop", 5);
        for (var t = 15; t <= 65; t += 10) scene.Fault("shop", t).Pass(t + 1);
        Assert.Equal("unknown 0, up 0.1, unknown 5.1", scene.Likely("shop"));
        Assert.Equal("", scene.Outages("shop"));
    }

    [Fact]
    public void Silence_longer_than_two_intervals_and_a_timeout_is_unknown_from_the_end_of_the_last_look()
    {
        var scene = One().Good("shop", 0).Good("shop", 10).Pass(32);
        Assert.Equal("unknown 0, up 0.1", scene.Likely("shop"));
        scene.Pass(33).Good("shop", 40);
        Assert.Equal("unknown 0, up 0.1, unknown 10.1, up 40.1", scene.Likely("shop"));
    }

    [Fact]
    public void Down_unknown_down_is_one_outage_with_a_hole()
    {
        var scene = One().Good("shop", 0).Refused("shop", 10).Refused("shop", 11).Pass(40).Refused("shop", 60).Refused("shop", 61).Good("shop", 70);
        Assert.Equal("shop-1", scene.Outages("shop"));
        Assert.Equal("unknown 0, up 0.1, down 5.05, unknown 11.1, down 60.1, up 65.55", scene.Likely("shop"));
        Assert.Equal("up 0, down 10.1, up 11.1, down 60.1, up 61", scene.Surely("shop"));
    }

    [Fact]
    public void Up_unknown_up_is_no_outage()
    {
        var scene = One().Good("shop", 0).Pass(40).Good("shop", 50);
        Assert.Equal("", scene.Outages("shop"));
    }

    [Fact]
    public void A_suspicion_that_is_confirmed_only_after_a_silence_keeps_its_own_onset()
    {
        var scene = One().Good("shop", 0).Refused("shop", 10).Pass(40).Refused("shop", 60);
        Assert.Equal("shop-1", scene.Outages("shop"));
        Assert.Equal("up 0, down 60.1", scene.Surely("shop"));
        Assert.Equal("unknown 0, up 0.1, down 5.05, unknown 10.1, down 60.1", scene.Likely("shop"));
    }

    [Fact]
    public void A_stalled_stream_began_at_its_last_message_plus_the_limit()
    {
        var scene = One().Silent("shop", 0, 1).Silent("shop", 10, 11).Silent("shop", 20, 21).Silent("shop", 21, 22);
        // Silence reached 20 s one second before the look that began at 20 s.
        Assert.Equal("up 0, effectively down 19.1", scene.Surely("shop"));
        Assert.Equal("down 0, up 0.1, effectively down 19", scene.Possibly("shop"));
    }

    [Fact]
    public void What_ended_while_its_news_was_on_its_way_may_have_ended_since_the_last_bad_news()
    {
        // Each look tells of ten seconds before. Bad as of 30, good as of 40: it ended after 30, though the look at 40 still found it.
        var answered = new Core.Observations.Outcome.Answered(NodaTime.Duration.FromSeconds(0.1));
        Scene Told(bool late) => One().Good("shop", 0).Good("shop", 10)
            .See("shop", 20, 20.1, answered, ok: false, asOf: late ? 10 : null).See("shop", 21, 21.1, answered, ok: false, asOf: late ? 11 : null)
            .See("shop", 30, 30.1, answered, ok: false, asOf: late ? 20 : null).See("shop", 40, 40.1, answered, ok: false, asOf: late ? 30 : null)
            .See("shop", 50, 50.1, answered, asOf: late ? 40 : null);
        Assert.Equal("up 0, effectively down 20.1, up 30", Told(late: true).Surely("shop"));
        Assert.Equal("up 0, effectively down 20.1, up 40", Told(late: false).Surely("shop"));
        Assert.EndsWith("up 50.1", Told(late: true).Possibly("shop"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_good_look_whose_news_is_late_does_not_contradict_trouble_that_began_before_it()
    {
        // Silent for 20 s since 31: the look at 40 did not know it yet, and says so; one that vouches for its own time does contradict.
        var answered = new Core.Observations.Outcome.Answered(NodaTime.Duration.FromSeconds(0.1));
        Scene Told(double? asOf) => One().See("shop", 20, 20.1, answered, asOf: asOf - 20).See("shop", 40, 40.1, answered, asOf: asOf).Silent("shop", 50, 39).Silent("shop", 51, 40);
        Assert.Equal("up 0, effectively down 31.1", Told(asOf: 10).Surely("shop"));
        Assert.StartsWith("up 0, effectively down 50.1", Told(asOf: null).Surely("shop"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_window_condition_begins_at_the_first_of_the_run_that_completed_it()
    {
        var scene = new Scene(Probed("shop", conditions: [IsOk with { InARow = 3 }]));
        scene.Good("shop", 0).Wrong("shop", 10).Wrong("shop", 11);
        Assert.Equal("", scene.Outages("shop"));
        scene.Wrong("shop", 12);
        Assert.Equal("up 0, effectively down 10.1", scene.Surely("shop"));
    }

    [Fact]
    public void A_tripwire_inside_the_bounds_is_the_likely_instant()
    {
        var scene = One().Good("shop", 0).Refused("shop", 7, tripwire: 7).Refused("shop", 8).Good("shop", 9.2, tripwire: 9.15);
        Assert.Equal("unknown 0, up 0.1, down 7, up 9.15", scene.Likely("shop"));
        Assert.Equal("up 0, down 7.1, up 8", scene.Surely("shop"));
    }

    [Fact]
    public void A_look_that_waited_for_nothing_met_a_fault_that_was_there_when_it_set_out()
    {
        var scene = One().Good("shop", 0).Good("shop", 10).TimedOut("shop", 20).TimedOut("shop", 22).Good("shop", 24);
        Assert.Equal("down 0, up 0.1, down 10, up 24.1", scene.Possibly("shop"));
        Assert.Contains("down 15, ", scene.Likely("shop"));   // between 10 and 20, not between 10 and 22
    }

    [Fact]
    public void An_answer_that_was_kept_waiting_came_when_the_target_could_answer_again()
    {
        var scene = One().Good("shop", 0).Good("shop", 10).TimedOut("shop", 20).TimedOut("shop", 22).Good("shop", 24, takes: 1.4);
        Assert.Contains("up 24.7", scene.Likely("shop"));     // between 24 and 25.4, not between 22 and 25.4
        Assert.Contains("up 25.4", scene.Possibly("shop"));
    }

    [Fact]
    public void What_counts_as_waiting_survives_a_restart()
    {
        var scene = One().Good("shop", 0).Good("shop", 10).TimedOut("shop", 20).TimedOut("shop", 22).Restart(24).TimedOut("shop", 24).TimedOut("shop", 26).Good("shop", 28, takes: 1.4);
        Assert.Contains("up 28.7", scene.Likely("shop"));
    }

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

    [Fact]
    public void What_goes_down_because_of_what_it_needs_is_upstream_and_its_tail_is_slow_recovery()
    {
        var scene = new Scene(Probed("chain"), Probed("shop", needs: On("chain")));
        scene.Good("chain", 0).Good("shop", 0.5).Refused("chain", 10).Refused("chain", 11).Wrong("shop", 12).Wrong("shop", 13).Good("chain", 20);
        for (var t = 21; t < 60; t++) scene.Wrong("shop", t);
        scene.Good("shop", 60);
        Assert.Equal(CauseKind.Upstream, scene.CauseAt("shop", 15)!.Kind);
        Assert.Equal([new ComponentId("chain")], scene.CauseAt("shop", 15)!.Roots);
        // The root's end (20.1) + interval (10) + timeout (2).
        Assert.Equal(CauseKind.Upstream, scene.CauseAt("shop", 32.05)!.Kind);
        Assert.Equal(CauseKind.Technical, scene.CauseAt("shop", 32.2)!.Kind);
        Assert.StartsWith("slow recovery after chain", scene.CauseAt("shop", 40)!.Because, StringComparison.Ordinal);
        Assert.Equal("shop-1", scene.Outages("shop"));
    }

    [Fact]
    public void A_root_that_is_told_later_than_its_dependant_still_becomes_the_cause()
    {
        var scene = new Scene(Probed("chain"), Probed("shop", needs: On("chain")));
        scene.Good("chain", 0).Good("shop", 5).Wrong("shop", 6).Wrong("shop", 7);
        Assert.Equal(CauseKind.Technical, scene.CauseAt("shop", 7)!.Kind);
        scene.Refused("chain", 10).Refused("chain", 11);
        Assert.Equal(CauseKind.Upstream, scene.CauseAt("shop", 7)!.Kind);
    }

    [Fact]
    public void Of_overlapping_roots_the_earliest_counts_and_the_others_are_listed()
    {
        var scene = new Scene(Probed("a"), Probed("b"), Probed("shop", needs: Need.AllOf([On("a"), On("b")])));
        scene.Good("a", 0).Good("b", 0.2).Good("shop", 0.5).Refused("b", 1).Refused("b", 2).Good("a", 9).Refused("a", 10).Refused("a", 11).Wrong("shop", 14).Wrong("shop", 15);
        Assert.Equal(["b", "a"], scene.CauseAt("shop", 14.5)!.Roots.Select(root => root.Value));
    }

    [Fact]
    public void Inside_a_window_up_stays_up_and_what_is_not_up_is_maintenance_with_what_was_seen_under_it()
    {
        var scene = One().Window("shop", 5, 30).Good("shop", 0).Pass(5).Refused("shop", 10).Refused("shop", 11).Good("shop", 20).Pass(31);
        Assert.Equal("unknown 0, up 0.1, maintenance 5.05, up 15.55", scene.Likely("shop"));
        Assert.Equal("", scene.Outages("shop"));
        Assert.Equal(State.Down, scene.Timeline("shop").At(At(12))!.Likely);
    }

    [Fact]
    public void An_overrun_is_an_unplanned_outage_with_cause_maintenance_from_the_windows_end()
    {
        var scene = One().Window("shop", 5, 30).Good("shop", 0).Good("shop", 4).Pass(5).Refused("shop", 10).Refused("shop", 11);
        for (var t = 12; t < 45; t++) scene.Refused("shop", t).Pass(t + 0.5);
        scene.Good("shop", 45);
        Assert.Equal("shop-1", scene.Outages("shop"));
        Assert.Null(scene.Timeline("shop").At(At(29.9))!.Outage);
        Assert.Equal("shop-1", scene.Timeline("shop").At(At(30))!.Outage);
        Assert.Equal(CauseKind.Maintenance, scene.CauseAt("shop", 31)!.Kind);
    }

    [Fact]
    public void What_was_down_before_a_window_is_one_outage_around_it()
    {
        var scene = One().Window("shop", 15, 20).Good("shop", 0).Refused("shop", 10).Refused("shop", 11);
        for (var t = 12; t < 30; t++) scene.Refused("shop", t).Pass(t + 0.5);
        scene.Good("shop", 30);
        Assert.Equal("shop-1", scene.Outages("shop"));
        Assert.Null(scene.Timeline("shop").At(At(17))!.Outage);
        Assert.Equal(CauseKind.Technical, scene.CauseAt("shop", 25)!.Kind);
    }

    [Fact]
    public void Being_off_is_unknown_time_and_the_outage_keeps_its_name()
    {
        var scene = One().Good("shop", 0).Refused("shop", 10).Refused("shop", 11).Restart(14).Refused("shop", 14.5).Refused("shop", 15).Good("shop", 20);
        Assert.Equal("unknown 0, up 0.1, down 5.05, unknown 11.1, down 14.6, up 17.55", scene.Likely("shop"));
        Assert.Equal("shop-1", scene.Outages("shop"));
    }

    [Fact]
    public void A_suspicion_survives_a_restart()
    {
        var scene = One().Good("shop", 0).Refused("shop", 10).Restart(11).Refused("shop", 11.5);
        Assert.Contains("down 5.05", scene.Likely("shop"));
    }

    [Fact]
    public void A_node_that_answers_with_a_stalled_head_is_told_by_its_peers()
    {
        var lag = new Core.Conditions.Condition("head_lag < 3 blocks", new Core.Conditions.Expression.Compare(3, Core.Conditions.Comparison.Less, new Core.Conditions.Literal.Number(3)), State.EffectivelyDown) { InARow = 2 };
        var scene = new Scene(Chain(), Node("geth", lag), Node("reth", lag));
        for (var t = 0; t < 20; t++) scene.TellHead("geth", t, 100 + t, t).TellHead("reth", t + 0.2, t < 5 ? 100 + t : 104, t < 5 ? t : 4);
        Assert.Contains("effectively down", scene.Likely("reth"));
        Assert.DoesNotContain("down", scene.Likely("geth"));
        Assert.DoesNotContain("down", scene.Likely("chain"));
        Assert.Equal(CauseKind.Technical, scene.CauseAt("reth", 18)!.Kind);
    }

    [Fact]
    public void A_lag_that_is_small_against_an_old_head_does_not_vouch_for_the_time_since()
    {
        var lag = new Core.Conditions.Condition("head_lag < 3 blocks", new Core.Conditions.Expression.Compare(3, Core.Conditions.Comparison.Less, new Core.Conditions.Literal.Number(3)), State.EffectivelyDown);
        var scene = new Scene(Chain(), Node("geth", lag), Node("reth", lag));
        scene.TellHead("geth", 0, 100, 0).TellHead("reth", 1, 100, 0).TellHead("geth", 2, 101, 2);
        // At 3.5 reth is one block behind what geth told at 2. How far the chain has come since, only geth's look at 4 tells.
        scene.TellHead("reth", 3.5, 100, 0).TellHead("geth", 4, 110, 4).TellHead("reth", 5, 100, 0).TellHead("reth", 6, 100, 0);
        Assert.Contains("effectively down 2", scene.Possibly("reth"));
        Assert.Equal("up 0, effectively down 5.1", scene.Surely("reth"));
    }

    [Fact]
    public void A_node_that_relapses_keeps_its_changes_in_order()
    {
        var lag = new Core.Conditions.Condition("head_lag < 3 blocks", new Core.Conditions.Expression.Compare(3, Core.Conditions.Comparison.Less, new Core.Conditions.Literal.Number(3)), State.EffectivelyDown);
        var scene = new Scene(Chain(), Node("geth", lag), Node("reth", lag));
        scene.TellHead("geth", 0, 100, 0).TellHead("reth", 0.5, 100, 0).TellHead("geth", 2, 105, 2);
        scene.TellHead("reth", 2.5, 100, 0).TellHead("reth", 3, 100, 0).TellHead("reth", 4, 108, 4);                 // out, and back
        scene.TellHead("geth", 5, 120, 5).TellHead("reth", 5.5, 108, 4).TellHead("reth", 6, 108, 4);                 // and out again
        Assert.Equal("down 0, effectively down 0.6", scene.Possibly("reth"));   // 105 at 2 does not show that 108 was enough at 4
        Assert.Equal("up 0, effectively down 2.6, up 3, effectively down 5.6", scene.Surely("reth"));
    }

    [Fact]
    public void When_all_sources_stall_together_it_is_the_chain_and_its_nodes_are_upstream()
    {
        var age = new Core.Conditions.Condition("head_lag < 3 blocks", new Core.Conditions.Expression.Compare(3, Core.Conditions.Comparison.Less, new Core.Conditions.Literal.Number(3)), State.EffectivelyDown);
        var scene = new Scene(Chain(), Node("geth", age), Node("reth", age), Probed("shop", needs: On("chain")));
        scene.Good("shop", 0);
        for (var t = 0; t < 30; t++) scene.TellHead("geth", t, 100 + Math.Min(t, 5), Math.Min(t, 5)).TellHead("reth", t + 0.2, 100 + Math.Min(t, 5), Math.Min(t, 5));
        // The last block is of second 5, the limit 10 s; a timestamp is good to a second.
        Assert.Contains("effectively down 14", scene.Possibly("chain"));
        Assert.Contains("effectively down 16", scene.Surely("chain"));
        Assert.Equal(CauseKind.Consensus, scene.CauseAt("chain", 20)!.Kind);
        scene.Wrong("shop", 20).Wrong("shop", 21);
        Assert.Equal(CauseKind.Upstream, scene.CauseAt("shop", 20.5)!.Kind);
    }

    [Fact]
    public void A_cause_quotes_the_signal_that_says_why_another_is_as_it_is()
    {
        var schema = Core.Observations.SignalSchema.Of(
            new Core.Observations.SignalDefinition("reverted", Core.Observations.SignalUnit.Flag, "Would revert.") { ExplainedBy = "reason" },
            new Core.Observations.SignalDefinition("reason", Core.Observations.SignalUnit.Text, "Why."));
        var token = Probed("token", conditions: [new Core.Conditions.Condition("not reverted", new Core.Conditions.Expression.Not(new Core.Conditions.Expression.Is(0)), State.EffectivelyDown)]);
        token = token with { Probes = [token.Probes[0] with { Signals = schema }] };
        var scene = new Scene(token);
        foreach (var second in new[] { 10, 11 })
            scene.Judge.Observe(new Core.Observations.Observation(token.Probes[0].Id, new("here"), At(second), At(second + 0.1), new Core.Observations.Outcome.Answered(NodaTime.Duration.FromSeconds(0.1)),
                [Core.Observations.SignalValue.Of(true), Core.Observations.SignalValue.Of("EnforcedPause()")]), scene.Facts);
        Assert.Equal("reverted was true (EnforcedPause())", scene.CauseAt("token", 10.5)!.Because);
    }

    [Fact]
    public void A_gate_remembers_no_more_after_a_thousand_outages_of_what_it_needs_than_after_a_hundred()
    {
        var scene = new Scene(Probed("node"), Gate("pool", On("node")));
        int Remembered(int outages, double from)
        {
            for (var i = 0; i < outages; i++)
            {
                var t = from + i * 60;
                scene.Good("node", t).Good("node", t + 10).Refused("node", t + 20).Refused("node", t + 21).Good("node", t + 30);
            }
            return scene.Judge.TakeMemory().Single(piece => piece.Key == "scope pool ").Value.Length;
        }

        var early = Remembered(100, 0);
        Assert.InRange(Remembered(900, 6_000), 1, early * 2);
        Assert.Equal("pool-1000", scene.Outages("pool").Split(", ")[^1]);
    }

    [Fact]
    public void A_target_that_flaps_for_hours_and_never_holds_is_one_outage_and_bounded_memory()
    {
        var scene = new Scene(Probed("shop"), Gate("site", On("shop"))).Good("shop", 0);
        var most = 0;
        for (var t = 10; t < 9_000; t += 3)
        {
            scene.Refused("shop", t).Refused("shop", t + 1).Good("shop", t + 2);
            if (t % 100 == 0) most = Math.Max(most, scene.Judge.TakeMemory().Max(piece => piece.Value.Length));
        }
        Assert.InRange(most, 1, 1 << 20);
        Assert.Equal("shop-1", scene.Outages("shop"));
        Assert.Equal("site-1", scene.Outages("site"));
        // Each change tells what changed, not all that came before it.
        Assert.True(scene.Facts.OfType<Core.Facts.TimelineRevised>().Max(fact => fact.Segments.Length) < 50);
        scene.Refused("shop", 9_000.3).Refused("shop", 9_000.6).Restart(9_001).Refused("shop", 9_005).Refused("shop", 9_006).Good("shop", 9_010).Good("shop", 9_020).Refused("shop", 9_030).Refused("shop", 9_031);
        Assert.Equal("shop-1, shop-2", scene.Outages("shop"));
    }

    [Fact]
    public void A_window_that_is_older_than_a_day_still_covers_the_outage_that_began_in_it()
    {
        var scene = One().Window("shop", 5, 30).Good("shop", 0).Good("shop", 4).Pass(5);
        for (var t = 10; t < 100_000; t += 20) scene.Refused("shop", t).Pass(t + 1);
        scene.Judge.SetWindows([]);   // more than a day later it is no longer given
        scene.Good("shop", 100_001).Good("shop", 100_010);
        Assert.Equal("planned@5", scene.Timeline("shop").At(At(20))!.Window);
        Assert.Null(scene.Timeline("shop").At(At(20))!.Outage);
        Assert.Equal(CauseKind.Maintenance, scene.CauseAt("shop", 90_000)!.Kind);
        Assert.Equal("shop-1", scene.Outages("shop"));
    }

    [Fact]
    public void A_credential_that_the_target_sends_back_is_in_no_cause_evidence_or_memory()
    {
        var schema = Core.Observations.SignalSchema.Of(new Core.Observations.SignalDefinition("header", Core.Observations.SignalUnit.Text, "A header."));
        var shop = Probed("shop", conditions: [new Core.Conditions.Condition("header == \"x\"", new Core.Conditions.Expression.Compare(0, Core.Conditions.Comparison.Equal, new Core.Conditions.Literal.Text("x")), State.Down)]);
        shop = shop with { Probes = [shop.Probes[0] with { Signals = schema, Redaction = Redaction.For(new Uri("http://shop.example/?api_key=s3cr3t"), []) }] };
        var scene = new Scene(shop);
        foreach (var second in new[] { 10, 11, 12 })
            scene.Judge.Observe(new Core.Observations.Observation(shop.Probes[0].Id, new("here"), At(second), At(second + 0.1), new Core.Observations.Outcome.Answered(NodaTime.Duration.FromSeconds(0.1)),
                [Core.Observations.SignalValue.Of("/?api_key=s3cr3t")]), scene.Facts);
        var kept = scene.Facts.Select(fact => Core.Facts.FactJson.Write(fact)).Concat(scene.Judge.TakeMemory().Select(piece => piece.Value)).Select(bytes => System.Text.Encoding.UTF8.GetString(bytes)).ToArray();
        Assert.Contains(kept, text => text.Contains("api_key", StringComparison.Ordinal));
        Assert.DoesNotContain(kept, text => text.Contains("s3cr3t", StringComparison.Ordinal));
    }

    private static Component Chain() => new() { Id = new("chain"), Kind = ComponentKind.Chain, ChainRules = new() { HeadAgeLimit = NodaTime.Duration.FromSeconds(10) } };

    private static Component Node(string name, Core.Conditions.Condition condition) => new()
    {
        Id = new(name), Kind = ComponentKind.Node, Chain = new("chain"),
        Probes = [new ProbeDefinition
        {
            Id = new(new(name), "evm"), Type = "evm", Every = NodaTime.Duration.FromSeconds(1), Timeout = NodaTime.Duration.FromSeconds(1),
            Signals = Evm, Conditions = [condition], From = [new("here")], Options = new object(),
        }],
    };
}
