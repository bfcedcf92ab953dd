using System.Collections.Immutable;
using Nines.Pricing.Losses;
using static Nines.Pricing.Staking.Ethereum.EthereumNetwork;

namespace Nines.Pricing.Staking.Ethereum;

/// <summary>What one view of the lost time makes of proposals. Amounts in gwei.</summary>
/// <param name="Count">Blocks that were not proposed.</param>
/// <param name="Chain">What the chain would have paid for them.</param>
/// <param name="Tips">What users would have paid for them: least by the fewest and the least, most by the most and the most.</param>
internal readonly record struct MissedBlocks(Bounded<decimal> Count, Bounded<decimal> Chain, Bounded<decimal> Tips);

/// <summary>Blocks that could not be proposed: those that are known, or as many as the stake's share would have been drawn for.</summary>
internal sealed class ProposalLoss(EthereumNetwork network, ProposalOptions options, NetworkHistory history, long ownIncrements)
{
    /// <summary>Tips of a block, in gwei.</summary>
    public Bounded<decimal> Tips { get; } = new(Gwei(options.MevLow ?? options.Mev, network), Gwei(options.Mev, network), Gwei(options.MevHigh ?? options.Mev, network));

    public bool IsKnown => options.Slots.Length > 0;

    public MissedBlocks Of(ImmutableArray<LostLayer> layers, Func<LostLayer, ImmutableArray<(long From, long To)>> slotsOf)
    {
        var (slots, blocks, chain, all) = (0m, 0m, 0m, 0m);
        foreach (var layer in layers)
        {
            foreach (var (from, to) in slotsOf(layer))
            {
                if (IsKnown)
                {
                    foreach (var slot in options.Slots.Distinct().Where(slot => slot >= from && slot < to))
                    {
                        blocks += layer.Share;
                        chain += layer.Share * Reward(slot / network.SlotsPerEpoch);
                    }
                    continue;
                }
                if (!options.Expected) continue;
                for (var epoch = from / network.SlotsPerEpoch; epoch <= (to - 1) / network.SlotsPerEpoch; epoch++)
                {
                    var within = layer.Share * (Math.Min(to, (epoch + 1) * network.SlotsPerEpoch) - Math.Max(from, epoch * network.SlotsPerEpoch));
                    var share = Math.Min(1, (decimal)ownIncrements / history.Of(epoch, 1)[0].Conditions.Active);
                    var reward = Reward(epoch);
                    (slots, all) = (slots + within, all + within * reward);
                    (blocks, chain) = (blocks + within * share, chain + within * share * reward);
                }
            }
        }
        if (IsKnown || slots == 0) return new(new(blocks, blocks, blocks), new(chain, chain, chain), Times(new(blocks, blocks, blocks)));
        var count = Luck.Of(blocks);
        return new(count, new(count.Least * all / slots, chain, count.Most * all / slots), Times(count));

        Bounded<decimal> Times(Bounded<decimal> of) => new(of.Least * Tips.Least, of.Expected * Tips.Expected, of.Most * Tips.Most);
    }

    private long Reward(long epoch) => EpochRewards.Proposer(network, history.Of(epoch, 1)[0].Conditions);

    private static decimal Gwei(Money.Amount? amount, EthereumNetwork network) => (amount?.Value ?? 0) * network.GweiPerCoin;
}

/// <summary>Seats in sync committees: each lost slot costs the participant's reward, and as much again is forgone (process_sync_aggregate).</summary>
internal sealed class SyncLoss(EthereumNetwork network, SyncCommitteeOptions options, NetworkHistory history, long ownIncrements)
{
    public bool IsKnown => options.Periods.Length > 0;

    /// <returns>The penalty in gwei, which is what is forgone too.</returns>
    public Bounded<decimal> Of(ImmutableArray<LostLayer> layers, Func<LostLayer, ImmutableArray<(long From, long To)>> slotsOf)
    {
        var (least, expected, most) = (0m, 0m, 0m);
        foreach (var (period, perSeat, seats) in layers.SelectMany(layer => slotsOf(layer).SelectMany(run => Split(run, layer.Share)))
            .GroupBy(part => part.Period).Select(group => (group.Key, group.Sum(part => part.PerSeat), group.First().Seats)))
        {
            var known = options.Periods.Where(one => one.Period == period).Sum(one => one.Seats);
            var drawn = IsKnown || !options.Expected ? new Bounded<decimal>(known, known, known) : Luck.Of(seats);
            least += drawn.Least * perSeat;
            expected += drawn.Expected * perSeat;
            most += Math.Min(drawn.Most, SyncCommitteeSize) * perSeat;
        }
        return new(least, expected, most);
    }

    /// <summary>A run of slots by epoch: the committee's period, what one seat of it loses, and how many seats the stake's share is drawn for.</summary>
    private IEnumerable<(long Period, decimal PerSeat, decimal Seats)> Split((long From, long To) run, decimal share)
    {
        for (var epoch = run.From / network.SlotsPerEpoch; epoch <= (run.To - 1) / network.SlotsPerEpoch; epoch++)
        {
            var (from, to) = (Math.Max(run.From, epoch * network.SlotsPerEpoch), Math.Min(run.To, (epoch + 1) * network.SlotsPerEpoch));
            var active = history.Of(epoch, 1)[0].Conditions.Active;
            yield return (from / SlotsOfSyncCommittee, share * (to - from) * (1 - options.MissedSlots) * EpochRewards.SyncParticipant(network, active), Math.Min(1, (decimal)ownIncrements / active) * SyncCommitteeSize);
        }
    }
}
