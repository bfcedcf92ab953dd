using System.Numerics;
using System.Runtime.CompilerServices;
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

/// <summary>What an epoch's conditions make of an effective balance: floor division at each step, as in altair/beacon-chain.md.</summary>
public sealed class EpochRewards
{
    /// <summary>The most increments that a network may have here: five times all ETH that there is.</summary>
    public const long MostActive = 500_000_000;

    /// <summary>MAX_EFFECTIVE_BALANCE_ELECTRA and MIN_ACTIVATION_BALANCE, in increments.</summary>
    public const int MostEffective = 2_048, LeastActivation = 32;

    /// <summary>The base 2 logarithm of WEIGHT_DENOMINATOR.</summary>
    private const int WeightShift = 6;

    private readonly ulong sourceFactor, targetFactor, headFactor;
    private readonly int shift;

    /// <exception cref="PricingException">NIN4272: balances that no network has.</exception>
    public EpochRewards(EthereumNetwork network, EpochConditions conditions)
    {
        if (conditions.Active is < 1 or > MostActive) throw new PricingException("NIN4272", $"The network's active balance is {conditions.Active:N0} increments of 1 ETH (on Gnosis, of 1/32 GNO). It has to be 1 to {MostActive:N0}.");
        Conditions = conditions;
        BasePerIncrement = BaseRewardPerIncrement(network, conditions.Active);
        InactivityDivisor = network.InactivityScoreBias * InactivityQuotientOf(conditions.Fork);
        InactivityShift = BitOperations.IsPow2(InactivityDivisor) ? BitOperations.Log2((ulong)InactivityDivisor) : -1;

        // A reward is ⌊increments × k / d⌋. With f = ⌈k × 2^s / d⌉ it is increments × f >> s, exactly, when 2^s > increments × d: what rounding up adds
        // stays below 1 / d, which no fraction of d is short of the next whole number. One multiplication in place of a division.
        var denominator = (ulong)conditions.Active * WeightDenominator;
        shift = 65 - BitOperations.LeadingZeroCount(denominator * MostEffective);
        (sourceFactor, targetFactor, headFactor) = conditions.Leaking
            ? (0, 0, 0) // get_flag_index_deltas: in a leak nobody is rewarded for attesting
            : (Factor(SourceWeight, conditions.Source), Factor(TargetWeight, conditions.Target), Factor(HeadWeight, conditions.Head));

        ulong Factor(int weight, long participating) =>
            (ulong)((((UInt128)(ulong)(BasePerIncrement * weight) * (ulong)participating << shift) + denominator - 1) / denominator);
    }

    public EpochConditions Conditions { get; }

    /// <summary>get_base_reward_per_increment, in gwei.</summary>
    public long BasePerIncrement { get; }

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

    /// <summary>get_flag_index_deltas for an effective balance.</summary>
    /// <param name="increments">At most <see cref="MostEffective"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal FlagDeltas Of(int increments)
    {
        // A factor is below 2^53: a slot's reward is at most the base reward, which falls as the network grows.
        unchecked
        {
            var effective = (ulong)increments;
            var baseReward = increments * BasePerIncrement;
            return new FlagDeltas(
                (long)(effective * sourceFactor >> shift), (long)(effective * targetFactor >> shift), (long)(effective * headFactor >> shift),
                baseReward * SourceWeight >> WeightShift, baseReward * TargetWeight >> WeightShift);
        }
    }

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
