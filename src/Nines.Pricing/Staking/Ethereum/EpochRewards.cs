using System.Collections.Immutable;
using static Nines.Pricing.Staking.Ethereum.EthereumNetwork;

namespace Nines.Pricing.Staking.Ethereum;

/// <summary>What the network did in one epoch. Balances are in increments of effective balance.</summary>
/// <param name="Active">get_total_active_balance, at least 1.</param>
/// <param name="Source">Increments whose source vote was in time and right; not above <paramref name="Active"/>.</param>
/// <param name="Leaking">is_in_inactivity_leak, when the epoch's duties are settled.</param>
public readonly record struct EpochConditions(long Active, long Source, long Target, long Head, bool Leaking, EthereumFork Fork);

/// <summary>Which votes of an attestation count.</summary>
[Flags]
public enum AttestationFlags : byte
{
    None = 0,
    Source = 1,
    Target = 2,
    Head = 4,
    All = Source | Target | Head,
}

/// <summary>What one validator of one effective balance gets or loses, in gwei, by flag.</summary>
internal readonly record struct FlagDeltas(long SourceReward, long TargetReward, long HeadReward, long SourcePenalty, long TargetPenalty);

/// <summary>What an epoch's conditions make of every effective balance: floor division at each step, as in altair/beacon-chain.md.</summary>
public sealed class EpochRewards
{
    /// <param name="most">The largest effective balance that is asked for, in increments.</param>
    public EpochRewards(EthereumNetwork network, EpochConditions conditions, int most)
    {
        Conditions = conditions;
        BasePerIncrement = BaseRewardPerIncrement(network, conditions.Active);
        InactivityDivisor = network.InactivityScoreBias * InactivityQuotientOf(conditions.Fork);
        InactivityShift = System.Numerics.BitOperations.IsPow2(InactivityDivisor) ? System.Numerics.BitOperations.Log2((ulong)InactivityDivisor) : -1;
        ByIncrements = [.. Enumerable.Range(0, most + 1).Select(Of)];
    }

    public EpochConditions Conditions { get; }

    /// <summary>get_base_reward_per_increment, in gwei.</summary>
    public long BasePerIncrement { get; }

    internal ImmutableArray<FlagDeltas> ByIncrements { get; }
    internal long InactivityDivisor { get; }

    /// <summary>By how many bits to shift instead of dividing; below 0 where the divisor is no power of two (Altair's).</summary>
    internal int InactivityShift { get; }

    /// <summary>get_base_reward_per_increment: EFFECTIVE_BALANCE_INCREMENT × BASE_REWARD_FACTOR // integer_squareroot(get_total_active_balance).</summary>
    public static long BaseRewardPerIncrement(EthereumNetwork network, long active) =>
        Increment * network.BaseRewardFactor / SquareRoot((UInt128)(ulong)active * (ulong)Increment);

    /// <summary>The participant's reward for one slot of process_sync_aggregate, which is its penalty too where it missed.</summary>
    public static long SyncParticipant(EthereumNetwork network, long active)
    {
        var total = (UInt128)(ulong)BaseRewardPerIncrement(network, active) * (ulong)active;
        return (long)(total * SyncWeight / WeightDenominator / (ulong)network.SlotsPerEpoch / SyncCommitteeSize);
    }

    /// <summary>
    /// What the proposer of a full block gets from the chain: for new votes (process_attestation) those of a slot's share of the participating
    /// increments, and for the sync committee (process_sync_aggregate).
    /// </summary>
    public static long Proposer(EthereumNetwork network, EpochConditions conditions)
    {
        var perIncrement = (UInt128)(ulong)BaseRewardPerIncrement(network, conditions.Active);
        var weighted = (UInt128)(ulong)conditions.Source * SourceWeight + (UInt128)(ulong)conditions.Target * TargetWeight + (UInt128)(ulong)conditions.Head * HeadWeight;
        const int Denominator = (WeightDenominator - ProposerWeight) * WeightDenominator / ProposerWeight;
        var votes = perIncrement * weighted / (ulong)network.SlotsPerEpoch / Denominator;
        var sync = SyncParticipant(network, conditions.Active) * ProposerWeight / (WeightDenominator - ProposerWeight) * SyncCommitteeSize;
        return (long)votes + sync;
    }

    private FlagDeltas Of(int increments)
    {
        var reward = (UInt128)(ulong)(increments * BasePerIncrement);
        return new FlagDeltas(
            Reward(reward, SourceWeight, Conditions.Source), Reward(reward, TargetWeight, Conditions.Target), Reward(reward, HeadWeight, Conditions.Head),
            (long)(reward * SourceWeight / WeightDenominator), (long)(reward * TargetWeight / WeightDenominator));
    }

    /// <summary>get_flag_index_deltas: in a leak nobody is rewarded for attesting.</summary>
    private long Reward(UInt128 baseReward, int weight, long participating) =>
        Conditions.Leaking ? 0 : (long)(baseReward * (ulong)weight * (ulong)participating / ((UInt128)(ulong)Conditions.Active * WeightDenominator));

    /// <summary>integer_squareroot: the largest x with x × x ≤ n.</summary>
    internal static long SquareRoot(UInt128 n)
    {
        if (n < 2) return (long)n;
        // Newton from above: falls until it is the floor.
        var x = UInt128.One << ((int)((128 - UInt128.LeadingZeroCount(n)) + 1) / 2);
        while (true)
        {
            var y = (x + n / x) >> 1;
            if (y >= x) return (long)x;
            x = y;
        }
    }
}
