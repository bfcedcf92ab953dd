using System.Runtime.CompilerServices;
using static Nines.Pricing.Staking.Ethereum.EthereumNetwork;

namespace Nines.Pricing.Staking.Ethereum;

/// <summary>
/// Settles an epoch's attestation duties as process_epoch does: process_inactivity_updates, process_rewards_and_penalties, the ejections of
/// process_registry_updates, process_effective_balance_updates, in this order.
/// </summary>
public sealed class EpochSettlement
{
    /// <summary>Lanes that are settled together over all epochs, so that they stay in the processor's cache.</summary>
    private const int Together = 1_024;

    private readonly long bias, recovery;
    private readonly int ejection, exitQueue;

    /// <param name="exitQueue">By how many epochs an exit is later than the first that there can be.</param>
    public EpochSettlement(EthereumNetwork network, int exitQueue = 0) =>
        (bias, recovery, ejection, this.exitQueue) = (network.InactivityScoreBias, network.InactivityScoreRecovery, network.EjectionIncrements, exitQueue);

    /// <summary>What each of <paramref name="into"/>'s lanes, of which the first is lane <paramref name="first"/>, attested in an epoch.</summary>
    public delegate void Attested(int epoch, int first, Span<AttestationFlags> into);

    /// <summary>Settles epochs one after the other for many lanes that may all differ. Allocates nothing beyond one small buffer.</summary>
    /// <param name="epochs">What the network did, by epoch.</param>
    public void Settle(Span<ValidatorLane> lanes, ReadOnlySpan<EpochRewards> epochs, Attested attested)
    {
        Span<AttestationFlags> flags = new AttestationFlags[Math.Min(Together, lanes.Length)];
        for (var first = 0; first < lanes.Length; first += Together)
        {
            var part = lanes.Slice(first, Math.Min(Together, lanes.Length - first));
            for (var epoch = 0; epoch < epochs.Length; epoch++)
            {
                var now = flags[..part.Length];
                attested(epoch, first, now);
                Settle(part, epoch, epochs[epoch], now);
            }
        }
    }

    /// <summary>Settles one epoch.</summary>
    /// <param name="epoch">Its number, counted from the first that is settled.</param>
    public void Settle(Span<ValidatorLane> lanes, int epoch, EpochRewards rewards, ReadOnlySpan<AttestationFlags> attested)
    {
        for (var i = 0; i < lanes.Length; i++)
        {
            SettleVotes(ref lanes[i], epoch, rewards, attested[i]);
            Eject(ref lanes[i], epoch);
            UpdateEffective(ref lanes[i]);
        }
    }

    /// <summary>process_inactivity_updates and process_rewards_and_penalties.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void SettleVotes(ref ValidatorLane lane, int epoch, EpochRewards rewards, AttestationFlags attested)
    {
        // No product reaches 2^63: an effective balance is at most 2,048 increments, and a score at most 4.5 million (it begins at 1 million at most, and grows by 4 an epoch: 10 years of leak).
        unchecked
        {
            var now = rewards.Of(lane.Effective);
            var would = lane.Usual == lane.Effective ? now : rewards.Of(lane.Usual);
            if (epoch >= lane.ActiveUntil)
            {
                lane.SourceForgone += would.SourceReward;
                lane.TargetForgone += would.TargetReward;
                lane.HeadForgone += would.HeadReward;
                return;
            }

            // Masks, not branches: who missed what is as good as random, and a wrong guess costs more than the sums.
            var source = -((long)attested & 1);
            var target = -((long)attested >> 1 & 1);
            var head = -((long)attested >> 2 & 1);

            var score = lane.Score;
            score = ((score - (score > 0 ? 1 : 0)) & target) | ((score + bias) & ~target);
            if (!rewards.Conditions.Leaking) score -= Math.Min(recovery, score);
            lane.Score = score;

            long sourceReward = now.SourceReward & source, targetReward = now.TargetReward & target, headReward = now.HeadReward & head;
            long sourcePenalty = now.SourcePenalty & ~source, targetPenalty = now.TargetPenalty & ~target;
            var weighted = lane.Effective * Increment * score & ~target;
            var inactivityPenalty = rewards.InactivityShift >= 0 ? weighted >> rewards.InactivityShift : weighted / rewards.InactivityDivisor;

            if (lane.Balance < sourcePenalty + targetPenalty + inactivityPenalty)
                (sourcePenalty, targetPenalty, inactivityPenalty) = StopAtNothing(lane.Balance, (sourceReward, targetReward, headReward), (sourcePenalty, targetPenalty, inactivityPenalty));
            lane.Balance += sourceReward + targetReward + headReward - sourcePenalty - targetPenalty - inactivityPenalty;
            lane.SourcePenalty += sourcePenalty;
            lane.TargetPenalty += targetPenalty;
            lane.InactivityPenalty += inactivityPenalty;
            lane.SourceForgone += would.SourceReward - sourceReward;
            lane.TargetForgone += would.TargetReward - targetReward;
            lane.HeadForgone += would.HeadReward - headReward;
        }
    }

    /// <summary>decrease_balance stops at nothing, penalty by penalty.</summary>
    private static (long Source, long Target, long Inactivity) StopAtNothing(
        long balance, (long Source, long Target, long Head) rewards, (long Source, long Target, long Inactivity) penalties)
    {
        var left = balance + rewards.Source;
        var source = Math.Min(penalties.Source, left);
        left += rewards.Target - source;
        var target = Math.Min(penalties.Target, left);
        left += rewards.Head - target;
        return (source, target, Math.Min(penalties.Inactivity, left));
    }

    /// <summary>process_registry_updates: who is at the ejection balance leaves as soon as an exit can be, after the queue.</summary>
    private void Eject(ref ValidatorLane lane, int epoch)
    {
        if (lane.Effective <= ejection && !lane.Ejected) lane.ActiveUntil = epoch + 1 + 1 + MaxSeedLookahead + exitQueue;
    }

    /// <summary>process_effective_balance_updates: down a quarter of an increment below, up one and a quarter above.</summary>
    internal static void UpdateEffective(ref ValidatorLane lane)
    {
        var effective = lane.Effective * Increment;
        if (lane.Balance + Increment / 4 < effective || effective + Increment / 4 * 5 < lane.Balance)
            lane.Effective = (int)Math.Min(lane.Balance / Increment, lane.Ceiling);
    }
}
