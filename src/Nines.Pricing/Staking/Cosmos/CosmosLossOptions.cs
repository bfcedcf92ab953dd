using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Pricing.Staking.Cosmos;

/// <summary>What a validator of a Cosmos chain loses: nothing for a missed block, but jail and a slash for too many (x/slashing).</summary>
public sealed record CosmosLossOptions : ILossOptions
{
    [Description("All stake of the validator, such as 1500000 ATOM.")]
    public required Amount Stake { get; init; }

    [Description("What stake earns in a year, as a share of it, before commission.")]
    public required decimal YearlyReward { get; init; }

    [Description("Decimals of the coin: 6 where its base unit is a millionth.")]
    [Range(0, 18)]
    public int Decimals { get; init; } = 6;

    [Description("How long a block takes.")]
    [DurationRange("100ms", "10m")]
    public Duration BlockTime { get; init; } = Duration.FromSeconds(6);

    [Description("x/slashing signed_blocks_window, as the chain has it. Default: the SDK's, 100.")]
    [Range(1, 1_000_000)]
    public int? SignedBlocksWindow { get; init; }

    [Description("x/slashing min_signed_per_window, 0 to 1. Default: the SDK's, 0.5.")]
    public decimal? MinSignedPerWindow { get; init; }

    [Description("x/slashing slash_fraction_downtime, 0 to 1. Default: the SDK's, 0.01.")]
    public decimal? SlashFractionDowntime { get; init; }

    [Description("x/slashing downtime_jail_duration. Default: the SDK's, 10 minutes.")]
    [DurationRange("1s", "366d")]
    public Duration? DowntimeJailDuration { get; init; }

    [Description("How many blocks of the window were missed before the lost time.")]
    [Range(0, 1_000_000)]
    public int MissedBefore { get; init; }

    [Description("How long after the jail's end and the validator's return the unjail transaction is sent. Default: at once.")]
    [DurationRange("0s", "30d")]
    public Duration UnjailDelay { get; init; }

    [Description("Whose the stake is.")]
    public DelegationOptions Delegation { get; init; } = new();

    internal const int SdkWindow = 100;
    internal const decimal SdkMinSigned = 0.5m, SdkSlash = 0.01m;
    internal int Window => SignedBlocksWindow ?? SdkWindow;

    /// <summary>How many misses a window bears: the next one is jailed. MinSignedPerWindow is rounded to whole blocks.</summary>
    internal int MostMissed => Window - (int)Math.Round(Window * (MinSignedPerWindow ?? SdkMinSigned), MidpointRounding.ToEven);

    public IEnumerable<PlanMistake> Mistakes()
    {
        if (Stake.Value <= 0) yield return new PlanMistake("stake", $"is {Stake}. Write what is delegated to the validator, its own included.");
        if (YearlyReward is < 0 or > 10) yield return new PlanMistake("yearly_reward", $"is {YearlyReward}. It is a share of the stake: 0.14 for 14 % a year.");
        if (MinSignedPerWindow is < 0 or > 1) yield return new PlanMistake("min_signed_per_window", $"is {MinSignedPerWindow}. A share is 0 to 1.");
        if (SlashFractionDowntime is < 0 or > 1) yield return new PlanMistake("slash_fraction_downtime", $"is {SlashFractionDowntime}. A share is 0 to 1.");
        if (MissedBefore > MostMissed) yield return new PlanMistake("missed_before", $"is {MissedBefore}, and with more than {MostMissed} misses in {Window} blocks the validator was in jail already.");
        foreach (var mistake in Delegation.Mistakes()) yield return mistake;
    }

    public LossModel Open(ModelSetup setup, PlanSources sources) => new CosmosModel(setup, this);
}
