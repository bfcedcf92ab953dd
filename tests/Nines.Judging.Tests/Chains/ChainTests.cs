using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using NodaTime;
using static Nines.Judging.Tests.Chains.ChainScene;

namespace Nines.Judging.Tests.Chains;

public sealed class ChainTests
{
    private static readonly ChainRules Plain = new();

    private static double Moving(double t) => Math.Floor(t);

    [Fact]
    public void When_all_sources_stall_it_is_the_chain_and_its_nodes_are_upstream_from_their_own_onset_on()
    {
        var scene = new ChainScene(Plain, "geth", "reth");
        for (var t = 0; t < 30; t++)
            scene.Tell("geth", t, Math.Min(t, 5), Math.Min(t, 5)).Tell("reth", t + 0.3, Math.Min(t, 5), Math.Min(t, 5));
        Assert.Equal((State.EffectivelyDown, CauseKind.Consensus, "halted"), (scene.Now("chain"), scene.CauseNow("chain")!.Kind, scene.CauseNow("chain")!.Code));
        Assert.Equal((14, 16), scene.Onset("chain"));
        foreach (var node in new[] { "geth", "reth" })
        {
            Assert.Equal($"{node}-1", Assert.Single(scene.Outages(node)));
            Assert.All(scene.Line(node).Where(segment => segment.Outage is not null), segment => Assert.Equal((CauseKind.Upstream, "halted"), (segment.Cause!.Kind, segment.Cause.Code)));
            Assert.Equal([new("chain")], scene.CauseNow(node)!.Roots);
        }
    }

    [Fact]
    public void One_source_that_stalls_is_its_own_trouble_and_not_the_chain_s()
    {
        var scene = new ChainScene(Plain, "geth", "reth", "besu");
        for (var t = 0; t < 30; t++)
            scene.Tell("geth", t, Math.Min(t, 5), Math.Min(t, 5)).Tell("reth", t + 0.3, t, t).Tell("besu", t + 0.6, t, t);
        Assert.Empty(scene.Outages("chain"));
        Assert.Equal((State.EffectivelyDown, CauseKind.Technical, "head_age"), (scene.Now("geth"), scene.CauseNow("geth")!.Kind, scene.CauseNow("geth")!.Code));
    }

    [Fact]
    public void A_source_that_was_not_looked_at_since_may_know_more_so_the_chain_is_not_halted_yet()
    {
        var scene = new ChainScene(Plain, [Source("geth"), Source("slow", every: 30)], []);
        scene.Tell("slow", 0.5, 0, 0);
        for (var t = 0; t < 25; t++) scene.Tell("geth", t, Math.Min(t, 2), Math.Min(t, 2));
        Assert.Equal(State.Up, scene.Now("chain"));
        scene.Tell("slow", 25.5, 2, 2).Tell("geth", 26, 2, 2);
        Assert.Equal(State.EffectivelyDown, scene.Now("chain"));
        Assert.Equal((11, 13), scene.Onset("chain"));
    }

    [Fact]
    public void A_chain_of_whose_sources_only_one_is_left_is_unknown_and_not_halted()
    {
        var scene = new ChainScene(Plain, "geth", "reth");
        scene.Tell("geth", 0, 0, 0).Tell("reth", 0.3, 0, 0);
        for (var t = 1; t < 30; t++)
        {
            scene.Refuse("geth", t).Tell("reth", t + 0.3, 1, 1);
            scene.Judge.Advance(Scene.At(t + 0.5), scene.Facts);
        }
        Assert.Equal(State.Unknown, scene.Now("chain"));
        Assert.Empty(scene.Outages("chain"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Finality_is_lost_when_no_source_s_finalized_block_is_young_enough_whether_or_not_its_time_is_told(bool timed)
    {
        var scene = new ChainScene(Plain with { FinalityAgeLimit = Duration.FromSeconds(20) }, "geth", "reth");
        for (var t = 0; t < 40; t++)
            foreach (var (source, phase) in new[] { ("geth", 0.0), ("reth", 0.4) })
                scene.Tell(source, t + phase, t, t, finalized: Math.Min(t, 8) - (source == "reth" ? 1 : 0), finalizedTime: timed ? Math.Min(t, 8) : null);
        Assert.Equal((State.EffectivelyDown, "finality"), (scene.Now("chain"), scene.CauseNow("chain")!.Code));
        Assert.InRange(scene.Onset("chain").Earliest, 27, 28.2);
        Assert.Equal(State.Up, scene.Now("geth"));
    }

    [Theory]
    [InlineData(1, State.Up)]
    [InlineData(6, State.EffectivelyDown)]
    public void A_reorganisation_one_block_deep_is_healthy_and_one_of_six_is_not(double depth, State expected)
    {
        var scene = new ChainScene(Plain, "geth", "reth");
        for (var t = 0; t < 14; t++)
            scene.Tell("geth", t, t, t, reorg: t == 10 ? depth : 0).Tell("reth", t + 0.3, t, t, reorg: t == 10 ? depth : 0);
        Assert.Equal(expected, scene.Now("chain"));
        if (expected == State.Up) return;
        Assert.Contains("6 blocks were replaced, as geth, reth told", scene.CauseNow("chain")!.Because, StringComparison.Ordinal);
        Assert.InRange(scene.Onset("chain").Earliest, 9, 9.3);
        // Once as many blocks are built anew it is over.
        for (var t = 14; t < 20; t++) scene.Tell("geth", t, t, t, reorg: 0).Tell("reth", t + 0.3, t, t, reorg: 0);
        Assert.Equal(State.Up, scene.Now("chain"));
        Assert.Single(scene.Outages("chain"));
    }

    [Fact]
    public void What_one_source_of_two_calls_a_reorganisation_is_not_the_chain_s()
    {
        var scene = new ChainScene(Plain, "geth", "reth");
        for (var t = 0; t < 20; t++) scene.Tell("geth", t, t, t, reorg: t == 10 ? 6 : 0).Tell("reth", t + 0.3, t, t, reorg: 0);
        Assert.Empty(scene.Outages("chain"));
    }

    [Theory]
    [InlineData(0.6, State.EffectivelyDown)]
    [InlineData(0.7, State.Degraded)]
    [InlineData(0.85, State.Up)]
    public void Below_two_thirds_of_the_stake_nothing_can_be_finalized(double share, State expected)
    {
        var scene = new ChainScene(Plain, [Source("lighthouse", "beacon"), Source("prysm", "beacon")], []);
        for (var t = 0; t < 20; t++)
            foreach (var (source, phase) in new[] { ("lighthouse", 0.0), ("prysm", 0.4) })
                scene.Tell(source, t + phase, t, t, participation: t < 10 ? 0.99 : share, type: "beacon");
        Assert.Equal(expected, scene.Now("chain"));
        if (expected != State.Up) Assert.Equal("participation", scene.CauseNow("chain")!.Code);
        if (expected == State.EffectivelyDown) Assert.Equal((9.4, 10.5), scene.Onset("chain"));
    }

    [Fact]
    public void Too_many_missed_slots_degrade_and_of_several_rules_the_worst_counts_and_all_are_named()
    {
        var scene = new ChainScene(Plain, "geth", "reth");
        for (var t = 0; t < 10; t++) scene.Tell("geth", t, t, t, missed: t < 5 ? 0 : 0.5).Tell("reth", t + 0.3, t, t, missed: t < 5 ? 0 : 0.4);
        Assert.Equal((State.Degraded, "missed_slots"), (scene.Now("chain"), scene.CauseNow("chain")!.Code));
        for (var t = 10; t < 30; t++) scene.Tell("geth", t, 9, 9, missed: 0.5).Tell("reth", t + 0.3, 9, 9, missed: 0.4);
        Assert.Equal((State.EffectivelyDown, "halted"), (scene.Now("chain"), scene.CauseNow("chain")!.Code));
        Assert.Contains("40 % of the recent slots have no block", scene.CauseNow("chain")!.Because, StringComparison.Ordinal);
    }

    [Fact]
    public void Blocks_and_slots_are_not_compared_with_each_other()
    {
        var scene = new ChainScene(Plain, [Source("geth", conditions: LagBelow3), Source("lighthouse", "beacon", conditions: LagBelow3)], []);
        for (var t = 0; t < 10; t++) scene.Tell("geth", t, 100 + t, t, check: 98, hash: "0xaa").Tell("lighthouse", t + 0.3, 9_000 + t, t, check: 98, hash: "0xbb", type: "beacon");
        Assert.All(new[] { "geth", "lighthouse", "chain" }, name => Assert.Equal(State.Up, scene.Now(name)));
    }

    [Fact]
    public void Other_people_s_source_has_its_say_like_an_own_one()
    {
        var scene = new ChainScene(Plain, [Source("own"), Source("theirs", kind: ComponentKind.Provider)], []);
        for (var t = 0; t < 30; t++) scene.Tell("own", t, Math.Min(t, 5), Math.Min(t, 5)).Tell("theirs", t + 0.3, t, t);
        Assert.Equal((State.EffectivelyDown, CauseKind.Technical), (scene.Now("own"), scene.CauseNow("own")!.Kind));
        Assert.Equal(State.Up, scene.Now("chain"));
    }

    [Fact]
    public void When_a_node_is_suspected_of_lagging_the_best_other_source_is_looked_at_too()
    {
        var scene = new ChainScene(Plain, [Source("geth", every: 10, conditions: LagBelow3), Source("reth", every: 10, conditions: LagBelow3)], []);
        scene.Tell("geth", 0, 100, 0).Tell("reth", 5, 105, 5).Tell("geth", 10, 101, 1);
        Assert.Equal([new("reth")], scene.Judge.Witnesses(new("geth")));
        Assert.True(scene.Judge.IsUnsettled(new("reth")));
        scene.Tell("reth", 10.5, 110, 10).Tell("geth", 11, 111, 11);
        Assert.Equal([new("reth")], scene.Judge.Witnesses(new("geth")));
        Assert.False(scene.Judge.IsUnsettled(new("reth")));
    }

    [Fact]
    public void A_chain_s_change_rests_on_what_its_sources_told()
    {
        var scene = new ChainScene(Plain, "geth", "reth");
        for (var t = 0; t < 30; t++) scene.Tell("geth", t, Math.Min(t, 5), Math.Min(t, 5), client: "Geth/v1.16").Tell("reth", t + 0.3, Math.Min(t, 5), Math.Min(t, 5));
        var told = scene.Facts.OfType<StateChanged>().Last(fact => fact.Probe.Component.Value == "chain");
        Assert.All(told.Evidence, evidence => Assert.Equal("2 live, the newest head 5 by geth (Geth/v1.16)", evidence.Detail));
    }
}
