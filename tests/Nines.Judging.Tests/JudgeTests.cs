using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using static Nines.Judging.Tests.Scene;

namespace Nines.Judging.Tests;

public sealed class JudgeTests
{
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

    private static Scene One() => new(Probed("shop"));
}
