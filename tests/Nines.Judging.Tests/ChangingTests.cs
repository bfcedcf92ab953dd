using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Facts;
using static Nines.Judging.Tests.Scene;

namespace Nines.Judging.Tests;

/// <summary>What is watched changes while watching goes on.</summary>
public sealed class ChangingTests
{
    [Fact]
    public void An_unchanged_component_goes_on_as_if_nothing_had_happened()
    {
        static Scene Play(bool change)
        {
            var scene = new Scene(Probed("shop"), Probed("site")).Good("shop", 0).Good("site", 1).Good("shop", 10).Refused("shop", 20);
            if (change) scene.Change(20.5, ["shop"], Probed("other"), Probed("shop"));
            scene.Refused("shop", 21).Refused("shop", 30);
            if (change) scene.Change(30.5, ["shop"], Probed("shop"));
            return scene.Good("shop", 33).Good("shop", 40).Pass(45);
        }
        var (plain, changed) = (Play(false), Play(true));
        Assert.Equal(plain.Timeline("shop"), changed.Timeline("shop"));
        Assert.Equal(plain.Facts.OfType<StateChanged>().Where(fact => fact.Probe.Component.Value == "shop").Select(fact => (fact.At, fact.When, fact.Evidence.Length)),
            changed.Facts.OfType<StateChanged>().Where(fact => fact.Probe.Component.Value == "shop").Select(fact => (fact.At, fact.When, fact.Evidence.Length)));
        Assert.Equal("shop-1", changed.Outages("shop"));
    }

    [Fact]
    public void A_change_tells_nothing_of_components_that_it_does_not_touch()
    {
        var scene = new Scene(Probed("shop"), Gate("all", On("shop"))).Good("shop", 0).Refused("shop", 10).Refused("shop", 11);
        var before = scene.Facts.Count;
        scene.Change(12, ["shop"], Probed("shop"), Gate("all", On("shop")), Probed("new"));
        Assert.All(scene.Facts.Skip(before).OfType<TimelineRevised>(), fact => Assert.Equal("new", fact.Component.Value));
    }

    [Fact]
    public void A_changed_probe_has_seen_nothing_until_its_first_look_and_the_outage_goes_on_with_a_hole()
    {
        var scene = new Scene(Probed("shop")).Good("shop", 0).Refused("shop", 10).Refused("shop", 11)
            .Change(15, [], Probed("shop", every: 20)).Refused("shop", 18).Refused("shop", 19).Good("shop", 30);
        Assert.Equal("unknown 0, up 0.1, down 5.05, unknown 11.1, down 18.1, up 24.55", scene.Likely("shop"));
        Assert.Equal("shop-1", scene.Outages("shop"));
    }

    /// <summary>Enters above <paramref name="enter"/> seconds of a round trip and leaves below <paramref name="leave"/>.</summary>
    private static Condition Slow(double enter, double leave) =>
        new($"round_trip < {enter}s until round_trip < {leave}s", new Expression.Compare(0, Comparison.Less, new Literal.Number(enter)), State.Degraded) { Until = new Expression.Compare(0, Comparison.Less, new Literal.Number(leave)) };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_broken_of_other_conditions_is_not_broken_of_these(bool restart)
    {
        var scene = new Scene(Probed("shop", conditions: Slow(0.5, 0.1))).Good("shop", 0, takes: 0.1).Good("shop", 10, takes: 0.7).Good("shop", 11, takes: 0.7);
        Assert.Equal("degraded", scene.Likely("shop").Split(", ")[^1].Split(' ')[0]);
        var other = Probed("shop", conditions: Slow(1, 0.3));
        var facts = scene.Facts;
        var judge = scene.Judge;
        if (restart)
        {
            judge = new Judge(new Topology { Components = [other], VantagePoints = [new VantagePoint { Id = new("here"), Region = "here" }] }, scene.Judge.TakeMemory().ToDictionary(piece => piece.Key, piece => piece.Value), At(16));
            judge.Begin(facts);
        }
        else scene.Change(15, [], other);
        var before = facts.Count;
        // Never above a second: whoever did not enter need not leave.
        foreach (var at in new double[] { 20, 30 })
            judge.Observe(new(new(new("shop"), "http"), new("here"), At(at), At(at + 0.6), new Core.Observations.Outcome.Answered(NodaTime.Duration.FromSeconds(0.6)),
                [Core.Observations.SignalValue.Of(0.6), Core.Observations.SignalValue.Of(true), Core.Observations.SignalValue.Of(0d)]), facts);
        Assert.Equal([State.Up], facts.Skip(before).OfType<StateChanged>().Select(fact => fact.After));
    }

    [Fact]
    public void A_suspicion_of_the_probe_before_is_none_of_the_changed_one()
    {
        var scene = new Scene(Probed("shop")).Good("shop", 0).Refused("shop", 10).Change(15, [], Probed("shop", every: 20)).Refused("shop", 20);
        Assert.DoesNotContain(scene.Facts.OfType<StateChanged>(), fact => fact.After == State.Down);
        Assert.Contains(scene.Refused("shop", 21).Facts.OfType<StateChanged>(), fact => fact.After == State.Down);
    }

    [Fact]
    public void A_look_that_began_before_its_probe_was_changed_says_nothing()
    {
        var scene = new Scene(Probed("shop")).Good("shop", 0).Good("shop", 10).Change(15, [], Probed("shop", every: 20)).Refused("shop", 14.9).Refused("shop", 14.95);
        Assert.Equal("unknown 0, up 0.1, unknown 10.1", scene.Likely("shop"));
        Assert.DoesNotContain(scene.Facts.OfType<StateChanged>(), fact => fact.After == State.Down);
    }

    [Fact]
    public void Taking_a_probe_away_does_not_tell_the_past_anew_not_even_after_a_restart()
    {
        var both = Probed("shop") with { Probes = [.. Probed("shop").Probes, Probed("shop").Probes[0] with { Id = new(new("shop"), "page") }] };
        var scene = new Scene(both).Good("shop", 0);
        scene.Judge.Observe(new(new(new("shop"), "page"), new("here"), At(1), At(1.1), new Core.Observations.Outcome.Answered(NodaTime.Duration.FromSeconds(0.1)),
            [Core.Observations.SignalValue.Of(0.1), Core.Observations.SignalValue.Of(true), Core.Observations.SignalValue.Of(0.0)]), scene.Facts);
        foreach (var t in new[] { 5.0, 6.0 })
            scene.Judge.Observe(new(new(new("shop"), "page"), new("here"), At(t), At(t + 0.1), new Core.Observations.Outcome.Refused("reset", "reset"), []), scene.Facts);
        scene.Good("shop", 10).Change(12, ["shop"], Probed("shop")).Good("shop", 20);
        const string Told = "unknown 0, up 1.1, down 3.05, up 12";
        Assert.Equal(Told, scene.Likely("shop"));
        scene.Restart(25).Good("shop", 26).Refused("shop", 30).Refused("shop", 31);
        Assert.StartsWith(Told, scene.Likely("shop"), StringComparison.Ordinal);
        Assert.Equal("shop-1, shop-2", scene.Outages("shop"));
    }

    [Fact]
    public void A_component_that_comes_back_begins_anew_and_its_next_outage_has_a_name_of_its_own()
    {
        foreach (var restart in new[] { false, true })
        {
            var scene = new Scene(Probed("shop"), Probed("site")).Good("shop", 0).Refused("shop", 10).Refused("shop", 11).Change(15, ["site"], Probed("site"));
            if (restart) scene.Restart(20);
            scene.Change(30, ["site"], Probed("site"), Probed("shop"));
            if (restart) scene.Restart(35);
            scene.Refused("shop", 40).Refused("shop", 41);
            Assert.Equal("shop-1, shop-2", scene.Outages("shop"));
            Assert.Equal(["shop-2"], scene.Judge.OpenOutages);
        }
    }

    [Fact]
    public void A_memory_of_what_is_no_longer_in_the_config_ends_its_outage_at_a_restart_too()
    {
        var scene = new Scene(Probed("shop"), Probed("site")).Good("shop", 0).Refused("shop", 10).Refused("shop", 11).Keep();
        scene.Change(12, ["site"], Probed("site"));   // the topology of the next start; this judge dies before it can tell
        scene.Restart(20).Keep().Change(30, ["site"], Probed("site"), Probed("shop"));
        scene.Restart(35).Refused("shop", 40).Refused("shop", 41);
        Assert.Equal("shop-1, shop-2", scene.Outages("shop"));
    }

    [Fact]
    public void A_gate_over_other_components_holds_from_the_change_on()
    {
        var scene = new Scene(Probed("a"), Probed("b"), Gate("all", On("a"))).Good("a", 0).Good("b", 0).Refused("b", 10).Refused("b", 11).Good("a", 12)
            .Change(20, ["a", "b"], Probed("a"), Probed("b"), Gate("all", On("b"))).Refused("b", 21);
        Assert.Equal("unknown 0, up 0.1, down 20", scene.Likely("all"));
    }

    [Fact]
    public void A_paused_component_is_unknown_from_its_last_look_on_and_never_up()
    {
        var scene = new Scene(Probed("shop")).Good("shop", 0).Good("shop", 10).Pass(12).Pause("shop").Good("shop", 11).Pass(300).Pause().Good("shop", 301).Pass(305);
        Assert.Equal("unknown 0, up 0.1, unknown 10.1, up 301.1", scene.Likely("shop"));
        Assert.Equal("", scene.Outages("shop"));
    }

    [Fact]
    public void An_outage_that_is_paused_keeps_its_name_and_is_not_looked_at_often()
    {
        var scene = new Scene(Probed("shop")).Good("shop", 0).Refused("shop", 10).Refused("shop", 11);
        Assert.True(scene.Judge.IsUnsettled(new("shop")));
        scene.Pause("shop");
        Assert.False(scene.Judge.IsUnsettled(new("shop")));
        scene.Pass(100).Pause().Refused("shop", 101).Refused("shop", 102).Good("shop", 110);
        Assert.Equal("shop-1", scene.Outages("shop"));
        Assert.Equal("unknown 0, up 0.1, down 5.05, unknown 11.1, down 101.1, up 106.05", scene.Likely("shop"));
    }

    [Fact]
    public void An_outage_that_ran_into_a_window_is_open_still()
    {
        var scene = new Scene(Probed("shop")).Good("shop", 0).Refused("shop", 10).Refused("shop", 11).Window("shop", 20, 60).Refused("shop", 20).Refused("shop", 30).Pass(31);
        Assert.Equal(["shop-1"], scene.Judge.OpenOutages);
        Assert.Empty(scene.Good("shop", 40).Judge.OpenOutages);
    }
}
