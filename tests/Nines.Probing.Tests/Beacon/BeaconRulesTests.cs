using Nines.Chains.Beacon;
using Nines.Chains.Evm;
using Nines.Probing.Beacon;
using NodaTime;

namespace Nines.Probing.Tests.Beacon;

/// <summary>What is told from heads, blocks and dates over time, without a network.</summary>
public sealed class BeaconRulesTests
{
    private static readonly Instant Genesis = Instant.FromUnixTimeSeconds(1_600_000_000);
    private static readonly BeaconTime Chain = new(new Genesis(Genesis, default, "0x00000000"), new ChainSpec(Duration.FromSeconds(12), 32, 1, "mainnet"));

    [Fact]
    public void Five_of_a_hundred_late_heads_are_too_many_since_the_first_and_four_are_not()
    {
        foreach (var (late, told) in new[] { (4, false), (5, true) })
        {
            var times = new HeadTimes(Chain);
            for (var slot = 1; slot <= 100; slot++)
                times.Take(new BeaconEvent.Head((ulong)slot, default), Chain.Of((ulong)slot) + Duration.FromSeconds(slot is > 40 && slot <= 40 + late ? 4.1 : 4.0));
            var view = times.Look(Chain.Of(101));
            Assert.Equal(late / 100.0, view.LateShare);
            Assert.Equal(told ? Chain.Of(41) + Duration.FromSeconds(4.1) : null, view.LateSince);
        }
    }

    [Fact]
    public void A_few_heads_prove_nothing_and_old_ones_are_forgotten()
    {
        var times = new HeadTimes(Chain);
        for (ulong slot = 1; slot < 25; slot++) times.Take(new BeaconEvent.Head(slot, default), Chain.Of(slot) + Duration.FromSeconds(8));
        Assert.Null(times.Look(Chain.Of(25)).LateShare);
        times.Take(new BeaconEvent.Head(25, default), Chain.Of(25) + Duration.FromSeconds(8));
        Assert.Equal(1, times.Look(Chain.Of(26)).LateShare);
        Assert.Null(times.Look(Chain.Of(326)).LateShare);
    }

    [Fact]
    public void Heads_of_a_node_that_catches_up_and_second_heads_of_a_slot_are_not_late_blocks()
    {
        var times = new HeadTimes(Chain);
        for (ulong slot = 1; slot <= 30; slot++) times.Take(new BeaconEvent.Head(slot, default), Chain.Of(500));
        for (ulong slot = 501; slot <= 530; slot++)
        {
            times.Take(new BeaconEvent.Head(slot, default), Chain.Of(slot) + Duration.FromSeconds(1));
            times.Take(new BeaconEvent.Head(slot, default), Chain.Of(slot) + Duration.FromSeconds(9));
        }
        Assert.Equal(0, times.Look(Chain.Of(531)).LateShare);
    }

    [Fact]
    public void The_depth_of_a_reorganisation_is_told_once()
    {
        var times = new HeadTimes(Chain);
        times.Take(new BeaconEvent.ChainReorg(10, 2), Genesis);
        times.Take(new BeaconEvent.ChainReorg(11, 1), Genesis);
        Assert.Equal([2u, 0u], new[] { times.Look(Genesis).Deepest, times.Look(Genesis).Deepest });
    }

    [Fact]
    public async Task A_head_on_another_branch_replaces_what_came_after_the_fork()
    {
        var blocks = new RecentBlocks();
        var chain = Branch(0, [.. Enumerable.Range(0, 40).Select(slot => (ulong)slot)]);
        for (var i = 0; i < chain.Count; i++) await blocks.FollowAsync(chain[i], Asking(chain), 8);
        Assert.Equal((0u, 0.0), (blocks.ReorgDepth, blocks.MissedShare));

        // Slots 36 and 38 have no block on the other branch, which leaves at 35.
        var other = Branch(7, [37, 39, 40], chain[35]);
        await blocks.FollowAsync(other[^1], Asking([.. chain, .. other]), 8);
        Assert.Equal(4u, blocks.ReorgDepth);
        Assert.Equal(2 / 32.0, blocks.MissedShare!.Value, 9);
        Assert.Equal(chain[35].Root, blocks.AtOrBefore(36)!.Root);
        await blocks.FollowAsync(other[^1], Asking([]), 8);
        Assert.Equal(0u, blocks.ReorgDepth);
    }

    [Fact]
    public async Task A_head_that_was_there_before_is_behind_and_replaces_nothing()
    {
        var blocks = new RecentBlocks();
        var chain = Branch(0, [.. Enumerable.Range(0, 10).Select(slot => (ulong)slot)]);
        await blocks.FollowAsync(chain[9], Asking(chain), 8);
        await blocks.FollowAsync(chain[8], Asking(chain), 8);
        Assert.False(blocks.WentBackwards);
        await blocks.FollowAsync(chain[5], Asking(chain), 8);
        Assert.Equal((0u, true), (blocks.ReorgDepth, blocks.WentBackwards));

        var brief = new RecentBlocks();
        await brief.FollowAsync(chain[9], Asking([]), 8);
        await brief.FollowAsync(chain[2], Asking(chain), 8);
        Assert.Equal((0u, true), (brief.ReorgDepth, brief.WentBackwards));
    }

    [Fact]
    public async Task A_gap_that_is_too_wide_says_nothing_of_reorganisations()
    {
        var blocks = new RecentBlocks();
        var chain = Branch(0, [.. Enumerable.Range(0, 100).Select(slot => (ulong)slot)]);
        await blocks.FollowAsync(chain[10], Asking(chain), 8);
        await blocks.FollowAsync(chain[99], Asking(chain), 8);
        Assert.Equal((0u, null), (blocks.ReorgDepth, blocks.MissedShare));
        for (var look = 0; look < 4; look++) await blocks.FollowAsync(chain[99], Asking(chain), 8);
        Assert.Equal(0, blocks.MissedShare);
    }

    [Fact]
    public void Dates_of_whole_seconds_close_in_on_the_difference_and_forget_it_when_a_clock_is_set()
    {
        var clock = new ClockBounds();
        for (var look = 0; look < 20; look++) Ask(look * 0.05, ahead: 0.3);
        Assert.InRange(clock.Surely.TotalSeconds, 0.2, 0.3);
        Assert.InRange(clock.Offset!.Value.TotalSeconds, 0.25, 0.35);
        Ask(30, ahead: -10);
        Assert.InRange(clock.Surely.TotalSeconds, 9, 10);

        void Ask(double at, double ahead)
        {
            var sent = Genesis + Duration.FromSeconds(at);
            var said = Instant.FromUnixTimeSeconds((sent + Duration.FromSeconds(0.005 + ahead)).ToUnixTimeSeconds());
            clock.Add(said, sent, sent + Duration.FromSeconds(0.01));
        }
    }

    [Fact]
    public void A_slot_that_never_comes_is_at_the_end_of_the_time_line() => Assert.Equal(9999, Chain.OfEpoch(ulong.MaxValue).InUtc().Year);

    private static Func<Hash32, Task<BeaconHeader?>> Asking(IReadOnlyCollection<BeaconHeader> known) => root => Task.FromResult(known.FirstOrDefault(block => block.Root == root));

    private static List<BeaconHeader> Branch(byte name, ulong[] slots, BeaconHeader? from = null)
    {
        var blocks = new List<BeaconHeader>();
        foreach (var slot in slots)
        {
            var parent = blocks.Count > 0 ? blocks[^1] : from;
            blocks.Add(new BeaconHeader(new Hash32([1, name, (byte)slot, .. new byte[29]]), true, slot, 0, parent?.Root ?? default));
        }
        return blocks;
    }
}
