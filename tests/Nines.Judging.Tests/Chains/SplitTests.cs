using Nines.Core;
using Nines.Core.Components;
using static Nines.Judging.Tests.Chains.ChainScene;

namespace Nines.Judging.Tests.Chains;

public sealed class SplitTests
{
    private static readonly string[] Sources = ["besu", "geth", "reth"];

    /// <summary>The hash of a block by a source that left the others' chain at a block, and came back at a second.</summary>
    private static string Hash(double number, double leftAt) => number >= leftAt ? $"0xbb{number}" : $"0xaa{number}";

    /// <summary>A block a second, the one two below the head is compared; besu leaves at block 10.</summary>
    private static ChainScene Run(ChainRules rules, double to, double backAt = double.MaxValue)
    {
        var scene = new ChainScene(rules, Sources);
        for (var t = 3; t < to; t++)
            for (var i = 0; i < 3; i++)
                scene.Tell(Sources[i], t + i * 0.3, t, t, check: t - 2, hash: Hash(t - 2, Sources[i] == "besu" && t < backAt ? 10 : double.MaxValue), client: Sources[i] == "besu" ? "besu/v25" : null);
        return scene;
    }

    [Fact]
    public void A_fork_between_sources_is_a_split_that_names_both_hashes_and_the_clients_and_convicts_nobody()
    {
        var scene = Run(new ChainRules(), 20);
        Assert.Equal((State.Degraded, CauseKind.Consensus, "split"), (scene.Now("chain"), scene.CauseNow("chain")!.Kind, scene.CauseNow("chain")!.Code));
        Assert.Matches("^split at block 1[0-7]: 0xaa1[0-7] by geth(, reth)?; 0xbb1[0-7] by besu \\(besu/v25\\)$", scene.CauseNow("chain")!.Because);
        Assert.All(Sources, source => Assert.Equal(State.Up, scene.Now(source)));
        // Block 9 is the last that all have: nobody's head was higher at the looks of second 9.
        Assert.InRange(scene.Onset("chain").Earliest, 8, 10);
        Assert.InRange(scene.Onset("chain").Latest, 12, 12.5);
    }

    [Theory]
    [InlineData(SplitCounts.EffectivelyDown, State.EffectivelyDown)]
    [InlineData(SplitCounts.Ignored, State.Up)]
    public void What_a_split_comes_to_is_the_config_s_to_say(SplitCounts counts, State expected) =>
        Assert.Equal(expected, Run(new ChainRules { Split = counts }, 20).Now("chain"));

    [Fact]
    public void A_split_is_over_when_the_sources_tell_the_same_blocks_again()
    {
        var scene = Run(new ChainRules { Split = SplitCounts.EffectivelyDown }, 26, backAt: 20);
        Assert.Equal(State.Up, scene.Now("chain"));
        Assert.Single(scene.Outages("chain"));
    }

    [Fact]
    public void An_old_telling_of_a_block_that_was_replaced_since_is_no_split()
    {
        var scene = new ChainScene(new ChainRules(), "geth", "reth");
        for (var t = 3; t < 30; t++)
        {
            // The blocks from 8 on are replaced at second 10.5: geth told 8 before that, reth tells it after.
            scene.Tell("geth", t, t, t, check: t - 2, hash: t < 11 ? $"0xaa{t - 2}" : $"0xbb{t - 2}");
            scene.Tell("reth", t + 0.6, t, t, check: t - 2, hash: t < 10 ? $"0xaa{t - 2}" : $"0xbb{t - 2}");
        }
        Assert.All(scene.Line("chain"), segment => Assert.NotEqual("split", segment.Cause?.Code));
    }

    [Fact]
    public void While_sources_differ_and_have_not_all_told_again_they_are_looked_at_often()
    {
        var scene = new ChainScene(new ChainRules(), [Source("geth", every: 30), Source("reth", every: 30)], []);
        scene.Tell("geth", 0, 10, 0, check: 8, hash: "0xaa").Tell("reth", 1, 10, 0, check: 8, hash: "0xbb");
        Assert.Equal(2, scene.Judge.Witnesses(new("reth")).Count);
        Assert.True(scene.Judge.IsUnsettled(new("geth")));
        scene.Tell("geth", 2, 10, 0, check: 8, hash: "0xaa").Tell("reth", 3, 10, 0, check: 8, hash: "0xbb");
        Assert.Equal(State.Degraded, scene.Now("chain"));
    }
}
