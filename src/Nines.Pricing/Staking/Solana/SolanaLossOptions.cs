using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Pricing.Staking.Solana;

/// <summary>What a Solana validator loses: vote credits, and blocks of its leader slots.</summary>
public sealed record SolanaLossOptions : ILossOptions
{
    [Description("Inflation rewards of the validator's whole stake in an epoch with its usual credits, such as 25.5 SOL.")]
    public required Amount EpochReward { get; init; }

    [Description("How long a slot takes.")]
    [DurationRange("100ms", "2s")]
    public Duration SlotTime { get; init; } = Duration.FromMilliseconds(400);

    [Description("Slots in an epoch.")]
    [Range(32, 10_000_000)]
    public int SlotsPerEpoch { get; init; } = 432_000;

    [Description("After how many slots its votes usually land.")]
    [Range(1, 512)]
    public int UsualLatency { get; init; } = 1;

    [Description("After how many slots they landed in the lost time. Default: they did not.")]
    [Range(1, 512)]
    public int? LateLatency { get; init; }

    [Description("In how many slots of an epoch the validator leads.")]
    [Range(0, 10_000_000)]
    public int LeaderSlots { get; init; }

    [Description("Fees and tips of a block, such as 0.05 SOL. Needed with leader_slots.")]
    public Amount? BlockReward { get; init; }

    [Description("The least that it would be. Default: block_reward.")]
    public Amount? BlockRewardLow { get; init; }

    [Description("The most that it would be. Default: block_reward.")]
    public Amount? BlockRewardHigh { get; init; }

    [Description("Whose the stake is.")]
    public DelegationOptions Delegation { get; init; } = new();

    /// <summary>
    /// Timely vote credits: 16 for a latency of 1 or 2, one less for each slot more, never below 1 (anza-xyz/solana-sdk, vote-interface/src/state/mod.rs:
    /// VOTE_CREDITS_GRACE_SLOTS, VOTE_CREDITS_MAXIMUM_PER_SLOT). SIMD-0033, which describes them, still has 8 for the most.
    /// </summary>
    public static int Credits(int latency) => latency <= 2 ? 16 : Math.Max(1, 16 - (latency - 2));

    public IEnumerable<PlanMistake> Mistakes()
    {
        if (EpochReward.Value < 0) yield return new PlanMistake("epoch_reward", $"is {EpochReward}. Write what the stake earns in an epoch.");
        foreach (var (key, amount) in new[] { ("block_reward", BlockReward), ("block_reward_low", BlockRewardLow), ("block_reward_high", BlockRewardHigh) })
            if (amount is { } given && (given.Value < 0 || given.Currency != EpochReward.Currency)) yield return new PlanMistake(key, $"is {given}. It is 0 or more, in {EpochReward.Currency} as epoch_reward is.");
        if (LeaderSlots > 0 && BlockReward is null) yield return new PlanMistake("block_reward", "is missing: without it leader slots would cost nothing.");
        if (LeaderSlots > SlotsPerEpoch) yield return new PlanMistake("leader_slots", $"is {LeaderSlots}, and an epoch has {SlotsPerEpoch} slots.");
        if (BlockRewardLow?.Value > BlockReward?.Value || BlockRewardHigh?.Value < BlockReward?.Value) yield return new PlanMistake("block_reward", "is not between block_reward_low and block_reward_high.");
        if (LateLatency < UsualLatency) yield return new PlanMistake("late_latency", $"is {LateLatency}, below the usual {UsualLatency}.");
        foreach (var mistake in Delegation.Mistakes()) yield return mistake;
    }

    public LossModel Open(ModelSetup setup, PlanSources sources) => new SolanaModel(setup, this);
}
