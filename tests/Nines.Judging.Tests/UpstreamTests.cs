using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using static Nines.Judging.Tests.Scene;

namespace Nines.Judging.Tests;

/// <summary>Why: what stands on what, and what a chain's sources say of each other.</summary>
public sealed class UpstreamTests
{
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
