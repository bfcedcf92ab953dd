using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Pricing.Staking.Ethereum;

/// <summary>What Ethereum validators lose while they are away, to the gwei.</summary>
public sealed record EthereumLossOptions : ILossOptions
{
    [Description("The network, whose constants are then known.")]
    public EthereumNetworkName Network { get; init; }

    [Description("When slot 0 began. Needed for a custom network; the others' are known.")]
    public Instant? Genesis { get; init; }

    [Description("The length of a slot. Default: the network's.")]
    [DurationRange("1s", "60s")]
    public Duration? Slot { get; init; }

    [Description("Slots in an epoch. Default: the network's.")]
    [Range(2, 64)]
    public int? SlotsPerEpoch { get; init; }

    [Description("Your validators: a list of those that are alike.")]
    public required ImmutableArray<ValidatorSetOptions> Validators { get; init; }

    [Description("The effective balance of all active validators of the network, such as 34000000 ETH.")]
    public required Amount TotalStake { get; init; }

    [Description("Which share of the network's stake voted in time and right, by flag. Rewards scale with it, and below two thirds of target votes for more than four epochs balances leak.")]
    public ParticipationOptions Participation { get; init; } = new();

    [Description("What became of attestations in lost time. Default: none was made.")]
    public LateAttestationOptions Attestations { get; init; } = new();

    [Description("A CSV with the columns validator and slot: in which slots the first validators of the list had to attest. Without it every slot of an epoch is as likely as another.")]
    [FilePath]
    public string? Duties { get; init; }

    [Description("Blocks that could not be proposed.")]
    public ProposalOptions Proposals { get; init; } = new();

    [Description("Seats in sync committees.")]
    public SyncCommitteeOptions Sync { get; init; } = new();

    [Description("Validators that were slashed. They are beside those of the list, not among them.")]
    public ImmutableArray<SlashingOptions> Slashings { get; init; } = [];

    [Description("What ejected and slashed stake waits for until it earns again. Default: nothing, which the result says.")]
    public ExitOptions? Exits { get; init; }

    [Description("What losses are called in. Default: ETH, GNO, or for a test network its name and ETH, which is worth what your rates say.")]
    public Currency? Currency { get; init; }

    /// <summary>The network as the options have it.</summary>
    internal EthereumNetwork TheNetwork()
    {
        var known = EthereumNetwork.Of(Network);
        return known with
        {
            Name = Network == EthereumNetworkName.Custom ? "custom" : known.Name,
            Forks = Network == EthereumNetworkName.Custom ? [(EthereumFork.Electra, 0)] : known.Forks,
            Genesis = Genesis ?? known.Genesis,
            Slot = Slot ?? known.Slot,
            SlotsPerEpoch = SlotsPerEpoch ?? known.SlotsPerEpoch,
            Currency = Currency ?? known.Currency,
        };
    }

    public IEnumerable<PlanMistake> Mistakes()
    {
        var network = TheNetwork();
        if (Network == EthereumNetworkName.Custom && Genesis is null) yield return new PlanMistake("genesis", "is missing: say when slot 0 of your network began, as 2026-01-31T12:00:00Z.");
        if (Validators.Sum(set => (decimal)set.Count) < 1) yield return new PlanMistake("validators", "has no validator. Say how many there are: validators: [{count: 100}].");
        if (ConsensusAmount.Problem(TotalStake, network, EpochRewards.MostActive) is { } stake) yield return new PlanMistake("total_stake", stake);
        foreach (var set in Validators)
        {
            var most = set.Compounding ? EpochRewards.MostEffective : EpochRewards.LeastActivation;
            if (set.EffectiveBalance is { } effective && (ConsensusAmount.Problem(effective, network, most) ?? ConsensusAmount.NotWhole(effective, network)) is { } problem)
                yield return new PlanMistake("validators", $"has a value that cannot be: effective_balance {problem}{(set.Compounding ? "" : " More than 32 ETH needs compounding: true.")}");
            if (set.Balance is { } balance && ConsensusAmount.Problem(balance, network, 100 * EpochRewards.MostEffective) is { } wrong) yield return new PlanMistake("validators", $"has a value that cannot be: balance {wrong}");
        }
        foreach (var (key, share) in Participation.Shares())
            if (share is < 0 or > 1) yield return new PlanMistake("participation", $"has a value that cannot be: {key} is {share}. A share is 0 to 1.");
        if (!Participation.IsWhole) yield return new PlanMistake("participation", "has some of source, target and head. They differ in a fault: give all three.");
        if (Proposals.Mistake(network) is { } tips) yield return new PlanMistake("proposals", tips);
        if (Sync.MissedSlots is < 0 or > 1) yield return new PlanMistake("sync", $"has a value that cannot be: missed_slots is {Sync.MissedSlots}. A share is 0 to 1.");
        if (Exits?.Mistake(Network, network) is { } exits) yield return new PlanMistake("exits", exits);
        foreach (var slashing in Slashings)
        {
            var most = EpochRewards.MostEffective;
            if ((ConsensusAmount.Problem(slashing.EffectiveBalance ?? TotalStake, network, slashing.EffectiveBalance is null ? EpochRewards.MostActive : most)) is { } one) yield return new PlanMistake("slashings", $"has a value that cannot be: effective_balance {one}");
            if (slashing.SlashedStake is { } all && ConsensusAmount.Problem(all, network, EpochRewards.MostActive) is { } other) yield return new PlanMistake("slashings", $"has a value that cannot be: slashed_stake {other}");
        }
    }

    public LossModel Open(ModelSetup setup, PlanSources sources) => new EthereumModel(setup, this, sources.Files);
}

/// <summary>Validators that are alike.</summary>
public sealed record ValidatorSetOptions
{
    [Description("How many.")]
    [Range(0, 10_000_000)]
    public required int Count { get; init; }

    [Description("Effective balance of each. Default: 32 ETH, or 1 GNO.")]
    public Amount? EffectiveBalance { get; init; }

    [Description("Balance of each before the lost time: it decides when the effective balance falls. Default: the effective balance.")]
    public Amount? Balance { get; init; }

    [Description("True with withdrawal credentials 0x02: effective balances up to 2048 ETH since Electra.")]
    public bool Compounding { get; init; }

    [Description("Inactivity score of each before the lost time: above 0 only after a leak.")]
    [Range(0, 1_000_000)]
    public int InactivityScore { get; init; }
}

/// <summary>Shares of the network's stake, 0 to 1.</summary>
public sealed record ParticipationOptions
{
    [Description("Share of stake with a timely source vote.")]
    public decimal? Source { get; init; }

    [Description("Share of stake with a timely target vote.")]
    public decimal? Target { get; init; }

    [Description("Share of stake with a timely head vote.")]
    public decimal? Head { get; init; }

    [Description("A CSV by epoch with the columns epoch, source, target, head, and where known active (increments of 1 ETH) and finality_delay (epochs).")]
    [FilePath]
    public string? File { get; init; }

    internal bool Given => Source is not null;
    internal bool IsWhole => Source is null == Target is null && Target is null == Head is null;
    internal IEnumerable<(string, decimal?)> Shares() => [("source", Source), ("target", Target), ("head", Head)];
}

/// <summary>What became of attestations in lost time.</summary>
public sealed record LateAttestationOptions
{
    [Description("After how many slots they were included. Default: never.")]
    [Range(1, 64)]
    public int? IncludedAfter { get; init; }

    [Description("Whether they voted for the right target.")]
    public bool RightTarget { get; init; } = true;

    [Description("Whether they voted for the right head.")]
    public bool RightHead { get; init; } = true;

    /// <summary>
    /// get_attestation_participation_flag_indices: source within ⌊√SLOTS_PER_EPOCH⌋ slots; target within an epoch, since Deneb (EIP-7045) whenever it is
    /// included; head in the next slot.
    /// </summary>
    internal AttestationFlags FlagsAt(EthereumFork fork, int slotsPerEpoch)
    {
        if (IncludedAfter is not { } delay) return AttestationFlags.None;
        var flags = delay <= (int)EpochRewards.SquareRoot((UInt128)(uint)slotsPerEpoch) ? AttestationFlags.Source : AttestationFlags.None;
        if (!RightTarget) return flags;
        if (fork >= EthereumFork.Deneb || delay <= slotsPerEpoch) flags |= AttestationFlags.Target;
        return RightHead && delay == 1 ? flags | AttestationFlags.Head : flags;
    }
}

/// <summary>Blocks that could not be proposed.</summary>
public sealed record ProposalOptions
{
    [Description("True: as many as your share of the stake would have been drawn for. False: only those of slots.")]
    public bool Expected { get; init; } = true;

    [Description("Slots in which one of your validators was to propose, as the beacon API told. With any, none is expected beyond.")]
    public ImmutableArray<long> Slots { get; init; } = [];

    [Description("Tips and MEV of a block, such as 0.03 ETH. Default: nothing, which the result says.")]
    public Amount? Mev { get; init; }

    [Description("The least that it would be. Default: mev.")]
    public Amount? MevLow { get; init; }

    [Description("The most that it would be. Default: mev.")]
    public Amount? MevHigh { get; init; }

    internal string? Mistake(EthereumNetwork network)
    {
        foreach (var amount in new[] { Mev, MevLow, MevHigh })
            if (amount is { } given && (given.Value < 0 || given.Currency != network.Currency)) return $"has a value that cannot be: {given} is no amount of 0 or more in {network.Currency}.";
        if (Mev is null && (MevLow ?? MevHigh) is not null) return "has mev_low or mev_high and no mev. Give the likely one too.";
        if (MevLow?.Value > Mev?.Value || MevHigh?.Value < Mev?.Value) return "has mev_low, mev and mev_high that are not in order.";
        return Slots.Any(slot => slot < 0) ? "has a slot below 0." : null;
    }
}

/// <summary>Seats in sync committees.</summary>
public sealed record SyncCommitteeOptions
{
    [Description("True: as many seats as your share of the stake would have been drawn for. False: only those of periods.")]
    public bool Expected { get; init; } = true;

    [Description("Committees in which you have seats. With any, none is expected beyond.")]
    public ImmutableArray<SyncPeriodOptions> Periods { get; init; } = [];

    [Description("Share of slots without a block, 0 to 1: a sync message that no block could take costs nobody anything.")]
    public decimal MissedSlots { get; init; }
}

/// <summary>Seats in one sync committee.</summary>
public sealed record SyncPeriodOptions
{
    [Description("Its number: the slot divided by 8192.")]
    [Range(0, 100_000_000)]
    public required long Period { get; init; }

    [Description("How many of its 512 seats are yours.")]
    [Range(1, 512)]
    public int Seats { get; init; } = 1;
}

/// <summary>Validators that were slashed at one time.</summary>
public sealed record SlashingOptions
{
    [Description("When the slashing was included in a block. It is priced with the lost time that it falls into.")]
    public required Instant At { get; init; }

    [Description("How many.")]
    [Range(1, 10_000_000)]
    public int Validators { get; init; } = 1;

    [Description("Effective balance of each. Default: 32 ETH, or 1 GNO.")]
    public Amount? EffectiveBalance { get; init; }

    [Description("Effective balance of all that are slashed within 18 days before and after, yours included: it decides the correlation penalty. Default: yours alone.")]
    public Amount? SlashedStake { get; init; }
}

/// <summary>Amounts of a network's coin as what its beacon chain counts.</summary>
internal static class ConsensusAmount
{
    /// <summary>In gwei of the beacon chain.</summary>
    public static long Gwei(Amount amount, EthereumNetwork network) => (long)(amount.Value * network.GweiPerCoin);

    /// <summary>In increments of the beacon chain, rounded down.</summary>
    public static long Increments(Amount amount, EthereumNetwork network) => Gwei(amount, network) / EthereumNetwork.Increment;

    public static string? Problem(Amount amount, EthereumNetwork network, long most)
    {
        if (amount.Currency != network.Currency) return $"is in {amount.Currency}, and {network.Name} stakes {network.Currency}.";
        var least = 1m / network.IncrementsPerCoin;
        return amount.Value < least || amount.Value * network.IncrementsPerCoin > most
            ? $"is {amount}. Write {least.ToString(System.Globalization.CultureInfo.InvariantCulture)} to {((decimal)most / network.IncrementsPerCoin).ToString(System.Globalization.CultureInfo.InvariantCulture)} {network.Currency}."
            : amount.Value * network.GweiPerCoin % 1 == 0 ? null : $"is {amount}, which is no whole number of gwei.";
    }

    public static string? NotWhole(Amount amount, EthereumNetwork network) =>
        amount.Value * network.IncrementsPerCoin % 1 == 0 ? null : $"is {amount}. Effective balances are whole increments, 1 ETH or 1/32 GNO.";
}
