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
    public override string About => "Asks an EVM node for its heads, its chain, its state, its logs and its peers, and compares them with what it said before and on its stream.";
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
        new("head_backwards", SignalUnit.Flag, "The head is lower than in one of the last ten answers, or than one within this look, by more than one block.")
            { Evidence = CauseKind.Technical, ExplainedBy = "head_fall" },
        new("head_fall", SignalUnit.Text, "From which head to which it went back; missing when it did not."),
        new("safe", SignalUnit.Blocks, "Number of the newest safe block; missing where the node knows none. It may go back."),
        new("finalized", SignalUnit.Blocks, "Number of the newest finalized block; missing where the node knows none."),
        new("finalized_time", SignalUnit.Seconds, "Timestamp of that block, in seconds since 1970."),
        new("finalized_backwards", SignalUnit.Flag, "The finalized block is lower than one told within an hour, or another one in its place.")
            { Evidence = CauseKind.Technical, ExplainedBy = "finalized_fault" },
        new("finalized_fault", SignalUnit.Text, "What went back or was replaced; missing when nothing was."),
        new("out_of_order", SignalUnit.Flag, "finalized ≤ safe ≤ latest does not hold, asked twice.") { Evidence = CauseKind.Technical },
        new("reorg_depth", SignalUnit.Blocks, "How many of the newest blocks seen before were replaced since the look before, as far as is proven; 0 when none were.")
            { Evidence = CauseKind.Consensus },
        new("chain_id", SignalUnit.None, "The chain that the node says it is on.") { Evidence = CauseKind.Technical },
        new("syncing", SignalUnit.Flag, "The node says that it is catching up; false where it does not offer the question.") { Evidence = CauseKind.Technical },
        new("peers", SignalUnit.None, "Peers that the node is connected to; missing where it does not say.") { Evidence = CauseKind.Technical },
        new("state_missing", SignalUnit.Flag, "The state at the head cannot be read, although the head can; false where the question is not offered.")
            { Evidence = CauseKind.Technical, ExplainedBy = "state_error" },
        new("state_error", SignalUnit.Text, "What the node said instead; missing when the state could be read."),
        new("logs_missing", SignalUnit.Flag, "eth_getLogs gave no log of a block whose header says that there are some.") { Evidence = CauseKind.Technical, ExplainedBy = "logs_fault" },
        new("logs_fault", SignalUnit.Text, "Which block, and what its receipts say; missing when nothing is kept back."),
        new("ws_head", SignalUnit.Blocks, "Number of the last head that the subscription brought; missing before the first, and without ws_url."),
        new("ws_head_lag", SignalUnit.Blocks, "Blocks that the polled head is ahead of it.") { Evidence = CauseKind.Technical },
        new("ws_silence", SignalUnit.Seconds, "Since the first block was made that was polled and the subscription has not brought; 0 when there is none.")
            { Onset = SignalOnset.Since, Granularity = 1, Delay = 1, Evidence = CauseKind.Technical, ExplainedBy = "ws_trouble" },
        new("ws_trouble", SignalUnit.Text, "Why there is no subscription; missing when there is one."),
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
        conditions.Add("not state_missing");
        if (evm.Logs) conditions.Add("not logs_missing");
        if (evm.WsUrl is not null) conditions.Add(string.Create(CultureInfo.InvariantCulture, $"ws_silence < {evm.LongestWsSilence.TotalSeconds:0.###}s"));
        conditions.Add("not finalized_backwards");
        conditions.Add("not out_of_order");
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
        if (evm.WsUrl is { } ws && (!ws.IsAbsoluteUri || (ws.Scheme != Uri.UriSchemeWs && ws.Scheme != Uri.UriSchemeWss)))
            yield return new OptionMistake("ws_url", "is not an absolute ws or wss URL. Try ws://127.0.0.1:8546.");
    }

    public override string? Provider(object options) => HostPort.Of(((EvmOptions)options).Url).ToString();

    /// <summary>
    /// Chain id, finalized, safe, latest, syncing, peers, a balance, the block to check, the head of the look before where blocks come
    /// faster than looks, and its logs with a head beside them: providers count each call of a batch.
    /// </summary>
    public override int CallsPerObservation(object options) => ((EvmOptions)options).Logs ? 11 : 9;

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new EvmProbe(definition, (EvmOptions)definition.Options, path, environment);
}
