using System.Collections.Immutable;
using System.Globalization;
using Nines.Chains.Evm;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.Beacon;

/// <summary>A beacon node (an Ethereum consensus client), asked by the beacon API.</summary>
public sealed class BeaconProbeType : ProbeType
{
    public override string Key => "beacon";
    public override string About => "Asks a beacon node for its head, its finality, its execution layer and its blocks, and follows its events.";
    public override Type OptionsType => typeof(BeaconOptions);

    /// <summary>In the order of <see cref="BeaconProbe"/>'s values.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "From the first step to the last byte of all answers of the look."),
        new("latency", SignalUnit.Seconds, "The longest that one of its answers took.") { Evidence = CauseKind.Technical },
        new("head", SignalUnit.Blocks, "Slot of the head block: sources of one beacon chain are compared by slots."),
        new("head_time", SignalUnit.Seconds, "When that slot began, in seconds since 1970."),
        new("head_age", SignalUnit.Seconds, "Time since then; never negative.") { Onset = SignalOnset.Since, Evidence = CauseKind.Technical },
        new("head_lag", SignalUnit.Blocks, "Slots behind the best source of the same chain; 0 for a node that names no chain.")
            { Scope = SignalScope.Group, Evidence = CauseKind.Technical },
        new("head_lag_time", SignalUnit.Seconds, "The same in seconds.") { Scope = SignalScope.Group, Evidence = CauseKind.Technical },
        new("head_backwards", SignalUnit.Flag, "The head is lower than in one of the last ten answers, by more than one slot.") { Evidence = CauseKind.Technical },
        new("finalized", SignalUnit.Blocks, "First slot of the finalized epoch; missing where the node does not say."),
        new("finalized_time", SignalUnit.Seconds, "When that slot began, in seconds since 1970."),
        new("finalized_backwards", SignalUnit.Flag, "The finalized epoch is lower than in an answer before.") { Evidence = CauseKind.Consensus },
        new("finality_lag", SignalUnit.None, "Epochs from the finalized one to that of the head; 2 or 3 is normal."),
        new("finality_late_for", SignalUnit.Seconds, "Since that has been more than 3 epochs; 0 while it is not.")
            { Onset = SignalOnset.Since, Evidence = CauseKind.Consensus, ExplainedBy = "finality_lag" },
        new("leak_for", SignalUnit.Seconds, "Since the inactivity leak began: since the epoch before the head's has been more than 4 after the finalized one; 0 while it is not.")
            { Onset = SignalOnset.Since, Evidence = CauseKind.Consensus, ExplainedBy = "finality_lag" },
        new("sync_distance", SignalUnit.None, "Slots that the node says it has still to process.") { Evidence = CauseKind.Technical },
        new("syncing", SignalUnit.Flag, "The node says that it is catching up."),
        new("is_optimistic", SignalUnit.Flag, "The execution layer has not validated the head.") { Evidence = CauseKind.Technical },
        new("el_offline", SignalUnit.Flag, "The node does not reach its execution layer.") { Evidence = CauseKind.Technical },
        new("health", SignalUnit.None, "Status of /eth/v1/node/health: 200 ready, 206 syncing, 503 not ready.") { Evidence = CauseKind.Technical },
        new("peers", SignalUnit.None, "Peers that the node is connected to; missing where it does not say.") { Evidence = CauseKind.Technical },
        new("participation", SignalUnit.Ratio, "Share of the network, by a sample, that voted for the target of the newest settled epoch; missing without participation_sample.")
            { Evidence = CauseKind.Consensus },
        new("missed_slots", SignalUnit.Ratio, "Share of the last 32 slots up to the head without a block; missing until they are known.") { Evidence = CauseKind.Consensus },
        new("reorg_depth", SignalUnit.Blocks, "Slots that were replaced since the look before, counted back from the head that was; 0 when none was.") { Evidence = CauseKind.Consensus },
        new("late_heads", SignalUnit.Ratio, "Share of the last hour's blocks whose head event came later than a third into their slot; missing until there were 25."),
        new("late_heads_for", SignalUnit.Seconds, "Since the first of them, while they are more than 4 %; else 0.")
            { Onset = SignalOnset.Since, Delay = 0.25, Evidence = CauseKind.Technical, ExplainedBy = "late_heads" },
        new("clock_skew", SignalUnit.Seconds, "How far the node's clock surely is from ours, by its Date headers; 0 where nothing proves a difference.") { Evidence = CauseKind.Technical },
        new("clock_offset", SignalUnit.Seconds, "The node's clock less ours, most likely; negative when it is behind; missing where it sends no date."),
        new("deposit_chain_id", SignalUnit.None, "Chain id of the execution layer.") { Evidence = CauseKind.Technical },
        new("genesis_root", SignalUnit.Text, "The genesis_validators_root, which no two networks share.") { Evidence = CauseKind.Technical },
        new("fork_version", SignalUnit.Text, "The fork version at genesis."),
        new("network", SignalUnit.Text, "The network's name, as the node has it."),
        new("check_number", SignalUnit.Blocks, "A slot at least two below the head of the answer before, whose block is compared between sources."),
        new("check_hash", SignalUnit.Text, "Root of the last block up to that slot."),
        new("client", SignalUnit.Text, "The node's software, as it names itself; asked at every tenth look."),
    ];

    public override ImmutableArray<string> DefaultConditions(object options)
    {
        var beacon = (BeaconOptions)options;
        var conditions = ImmutableArray.CreateBuilder<string>();
        if (beacon.ChainId is { } chain) conditions.Add(string.Create(CultureInfo.InvariantCulture, $"deposit_chain_id == {chain} else down"));
        if (beacon.GenesisRoot is { } root) conditions.Add($"genesis_root == \"{root.ToLowerInvariant()}\" else down");
        if (beacon.LongestHeadAge is { } age) conditions.Add(string.Create(CultureInfo.InvariantCulture, $"head_age < {age.TotalSeconds:0.###}s"));
        conditions.AddRange(
            "head_lag < 3 blocks after 2 in a row until head_lag <= 1 block",
            "sync_distance <= 2 after 2 in a row",
            "not el_offline",
            "not is_optimistic",
            "health != 503",
            "not finalized_backwards",
            "leak_for <= 0s",
            "finality_late_for <= 0s else degraded",
            "not head_backwards else degraded",
            "latency < 1s else degraded",
            "clock_skew < 200ms else degraded");
        if (beacon.Events) conditions.Add("late_heads_for <= 0s else degraded");
        if (beacon.MinPeers is { } peers) conditions.Add(string.Create(CultureInfo.InvariantCulture, $"peers >= {peers} else degraded"));
        return conditions.ToImmutable();
    }

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var beacon = (BeaconOptions)options;
        foreach (var mistake in BeaconEndpoint.MistakesIn(beacon, Key)) yield return mistake;
        if (beacon.GenesisRoot is { } root && !Hash32.TryParse(root, out _))
            yield return new OptionMistake("genesis_root", "is not 0x and 64 hexadecimal digits. Read it from the node: /eth/v1/beacon/genesis.");
        if (beacon.HeadAgeLimit is { Limit: { } limit } && limit < beacon.SlotTime * 2)
            yield return new OptionMistake("head_age_limit", $"{beacon.HeadAgeLimit} is below two slots: a healthy head is older than that whenever one proposer misses. Leave it out for 4 slots.");
    }

    public override string? Provider(object options) => HostPort.Of(((BeaconOptions)options).Url).ToString();

    /// <summary>Syncing, head, finality, peers, health, and a block or two that the head builds on.</summary>
    public override int CallsPerObservation(object options) => 6;

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new BeaconProbe(definition, (BeaconOptions)definition.Options, path, environment);
}
