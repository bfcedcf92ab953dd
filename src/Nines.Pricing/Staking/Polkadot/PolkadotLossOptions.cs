using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Pricing.Staking.Polkadot;

/// <summary>What a validator of Polkadot and its kin loses: era points, and a slash for being unresponsive with many others where the chain still has that.</summary>
public sealed record PolkadotLossOptions : ILossOptions
{
    [Description("All stake behind the validator, such as 2100000 DOT.")]
    public required Amount Stake { get; init; }

    [Description("What that stake earns in an era, such as 650 DOT.")]
    public required Amount EraReward { get; init; }

    [Description("Whether the chain's metadata still has the offence of unresponsiveness (ImOnline). Polkadot and Kusama took it out with runtime 1.2.0 in 2024; other chains may have it: look, and say.")]
    public required bool Unresponsiveness { get; init; }

    [Description("How many validators are active. Needed with unresponsiveness.")]
    [Range(1, 100_000)]
    public int? Validators { get; init; }

    [Description("How many of them were offline together, yours included.")]
    [Range(1, 100_000)]
    public int Offline { get; init; } = 1;

    [Description("How long a session takes: Polkadot 4h, Kusama 1h.")]
    [DurationRange("1m", "7d")]
    public Duration Session { get; init; } = Duration.FromHours(4);

    [Description("Sessions in an era.")]
    [Range(1, 100)]
    public int SessionsPerEra { get; init; } = 6;

    [Description("Whose the stake is.")]
    public DelegationOptions Delegation { get; init; } = new();

    /// <summary>UnresponsivenessOffence.slash_fraction (polkadot-sdk, substrate/frame/im-online/src/lib.rs): min(3 × (k − (⌊n / 10⌋ + 1)) / n, 1) × 7 %, nothing below. In parts of 10^9, rounded down.</summary>
    public static decimal SlashFraction(int offline, int validators)
    {
        var beyond = offline - (validators / 10 + 1);
        if (beyond < 0) return 0;
        const long Billion = 1_000_000_000;
        return Math.Min(Billion, 3L * beyond * Billion / validators) * 7 / 100 / (decimal)Billion;
    }

    public IEnumerable<PlanMistake> Mistakes()
    {
        if (Stake.Value <= 0) yield return new PlanMistake("stake", $"is {Stake}. Write what is behind the validator, its own included.");
        if (EraReward.Value < 0 || EraReward.Currency != Stake.Currency) yield return new PlanMistake("era_reward", $"is {EraReward}. It is 0 or more, in {Stake.Currency} as the stake is.");
        if (Unresponsiveness && Validators is null) yield return new PlanMistake("validators", "is missing: the slash depends on how many validators there are.");
        if (Offline > Validators) yield return new PlanMistake("offline", $"is {Offline}, and there are {Validators} validators.");
        foreach (var mistake in Delegation.Mistakes()) yield return mistake;
    }

    public LossModel Open(ModelSetup setup, PlanSources sources) => new PolkadotModel(setup, this);
}
