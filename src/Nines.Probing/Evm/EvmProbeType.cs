using System.Collections.Immutable;
using System.Globalization;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Paths;
using Nines.Probing.Rpc;

namespace Nines.Probing.Evm;

/// <summary>An EVM node, asked by JSON-RPC over HTTP.</summary>
public sealed class EvmProbeType : ProbeType
{
    public override string Key => "evm";
    public override string About => "Asks an EVM node for its head, its finalized block, its chain and its peers, and compares them with what it said before.";
    public override Type OptionsType => typeof(EvmOptions);

    /// <summary>In the order of <see cref="EvmProbe"/>'s values.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "From the first step to the last byte of the answers."),
        new("head", SignalUnit.Blocks, "Number of the latest block."),
        new("head_time", SignalUnit.Seconds, "Timestamp of the latest block, in seconds since 1970."),
        new("head_age", SignalUnit.Seconds, "Time since the timestamp of the latest block; never negative.")
            { Onset = SignalOnset.Since, Granularity = 1, Evidence = CauseKind.Technical },
        new("head_lag", SignalUnit.Blocks, "Blocks behind the best source of the same chain; 0 for a node that names no chain.")
            { Scope = SignalScope.Group, Evidence = CauseKind.Technical },
        new("head_lag_time", SignalUnit.Seconds, "Seconds between the timestamps of the best source's head and this one's; 0 for a node that names no chain.")
            { Scope = SignalScope.Group, Evidence = CauseKind.Technical },
        new("head_backwards", SignalUnit.Flag, "The head is lower than in one of the last ten answers, by more than one block.") { Evidence = CauseKind.Technical },
        new("finalized", SignalUnit.Blocks, "Number of the newest finalized block; missing where the node knows none."),
        new("finalized_backwards", SignalUnit.Flag, "The finalized block is lower than in one of the last ten answers."),
        new("chain_id", SignalUnit.None, "The chain that the node says it is on."),
        new("syncing", SignalUnit.Flag, "The node says that it is catching up; false where it does not offer the question."),
        new("peers", SignalUnit.None, "Peers that the node is connected to; missing where it does not say."),
        new("check_number", SignalUnit.Blocks, "A block at least two below the head of the answer before, whose hash is compared between sources."),
        new("check_hash", SignalUnit.Text, "The hash of that block."),
        new("client", SignalUnit.Text, "The node's software, as it names itself; asked at every tenth look."),
    ];

    public override ImmutableArray<string> DefaultConditions(object options)
    {
        var evm = (EvmOptions)options;
        var conditions = ImmutableArray.CreateBuilder<string>();
        if (evm.ChainId is { } chain) conditions.Add(string.Create(CultureInfo.InvariantCulture, $"chain_id == {chain} else down"));
        if (evm.LongestHeadAge is { } age) conditions.Add(string.Create(CultureInfo.InvariantCulture, $"head_age < {age.TotalSeconds:0.###}s"));
        conditions.Add("head_lag < 3 blocks or head_lag_time < 15s after 2 in a row until head_lag <= 1 block");
        conditions.Add("not syncing");
        conditions.Add("not finalized_backwards");
        conditions.Add("not head_backwards else degraded");
        if (evm.MinPeers is { } peers) conditions.Add(string.Create(CultureInfo.InvariantCulture, $"peers >= {peers} else degraded"));
        return conditions.ToImmutable();
    }

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var evm = (EvmOptions)options;
        foreach (var mistake in RpcEndpoint.MistakesIn(evm, Key)) yield return mistake;
        if (evm.HeadAgeLimit is { Limit: { } limit } && limit < evm.BlockTime)
            yield return new OptionMistake("head_age_limit", $"{evm.HeadAgeLimit} is below block_time: a healthy head is older than that now and then. Leave it out for 3 block times and 12 s.");
    }

    public override string? Provider(object options) => HostPort.Of(((EvmOptions)options).Url).ToString();

    /// <summary>Chain id, latest, finalized, syncing, peers, and the block to check: providers count each call of a batch.</summary>
    public override int CallsPerObservation(object options) => 6;

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new EvmProbe(definition, (EvmOptions)definition.Options, path, environment);
}
