using System.Collections.Immutable;
using System.Globalization;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Paths;
using Nines.Probing.Rpc;

namespace Nines.Probing.Bitcoin;

/// <summary>A Bitcoin node, asked by JSON-RPC over HTTP.</summary>
public sealed class BitcoinProbeType : ProbeType
{
    public override string Key => "bitcoin";
    public override string About => "Asks a Bitcoin node for its head, its headers, its branches, its peers and its fees, and finds reorganisations.";
    public override Type OptionsType => typeof(BitcoinOptions);

    /// <summary>In the order of <see cref="BitcoinProbe"/>'s values.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "From the first step to the last byte of the answers."),
        new("network", SignalUnit.Text, "The network that the node says it is on: main, test, testnet4, signet, regtest."),
        new("head", SignalUnit.Blocks, "Height of the newest block that the node has checked."),
        new("head_time", SignalUnit.Seconds, "Timestamp of that block, in seconds since 1970."),
        new("head_age", SignalUnit.Seconds, "Time since that timestamp, which miners write and may be wrong by an hour; never negative.")
            { Onset = SignalOnset.Since, Granularity = 1 },
        new("wait_chance", SignalUnit.Ratio, "How likely a wait as long as head_age is with a block each ten minutes: a note on the chain's luck, not on the node's health."),
        new("head_lag", SignalUnit.Blocks, "Blocks behind the best source of the same chain; 0 for a node that names no chain.")
            { Scope = SignalScope.Group, Evidence = CauseKind.Technical },
        new("headers", SignalUnit.Blocks, "Height of the newest header that the node has."),
        new("headers_ahead", SignalUnit.Blocks, "Headers whose blocks the node does not have yet; never negative.") { Evidence = CauseKind.Technical },
        new("initial_download", SignalUnit.Flag, "The node says that it is still catching up; false where it does not say.") { Evidence = CauseKind.Technical },
        new("progress", SignalUnit.Ratio, "The node's own estimate of what it has checked; missing where it does not say."),
        new("reorg_depth", SignalUnit.Blocks, "How many blocks under the head of the look before were replaced since; 0 for none."),
        new("recent_reorg_depth", SignalUnit.Blocks, "The deepest of these within reorg_memory.") { Evidence = CauseKind.Consensus },
        new("branches", SignalUnit.None, "Other branches that the node knows with a tip not more than 144 blocks below its head; missing where it does not say."),
        new("check_number", SignalUnit.Blocks, "A block two below the head, whose hash is compared between sources."),
        new("check_hash", SignalUnit.Text, "The hash of that block."),
        new("peers", SignalUnit.None, "Peers that the node is connected to; missing where it does not say.") { Evidence = CauseKind.Technical },
        new("peers_outbound", SignalUnit.None, "Of these, the ones that the node chose; missing where it does not say."),
        new("warnings", SignalUnit.Text, "What the node warns of, joined by semicolons; empty for nothing."),
        new("mempool_count", SignalUnit.None, "Transactions that wait; missing where the node does not say."),
        new("mempool_usage", SignalUnit.Ratio, "Share of the memory for waiting transactions that is used: at 1 the cheapest are thrown out."),
        new("mempool_min_fee", SignalUnit.None, "Least fee that the node takes in, in satoshi per virtual byte."),
        new("fee_rate", SignalUnit.None, "Fee that gets a transaction in within fee_target blocks, in satoshi per virtual byte; missing while the node cannot say."),
        new("client", SignalUnit.Text, "The node's software, as it names itself."),
    ];

    public override ImmutableArray<string> DefaultConditions(object options)
    {
        var bitcoin = (BitcoinOptions)options;
        var conditions = ImmutableArray.CreateBuilder<string>();
        if (bitcoin.Network is { } network) conditions.Add($"network == \"{BitcoinProbe.NameOf(network)}\" else down");
        conditions.Add("headers_ahead <= 1 block");
        conditions.Add("not initial_download");
        conditions.Add("head_lag < 3 blocks until head_lag <= 1 block");
        conditions.Add("recent_reorg_depth < 2 blocks else degraded");
        conditions.Add("warnings == \"\" else degraded");
        if (bitcoin.MinPeers > 0) conditions.Add(string.Create(CultureInfo.InvariantCulture, $"peers >= {bitcoin.MinPeers} else degraded"));
        return conditions.ToImmutable();
    }

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var bitcoin = (BitcoinOptions)options;
        foreach (var mistake in RpcEndpoint.MistakesIn(bitcoin, Key)) yield return mistake;
        foreach (var mistake in BasicCredential.MistakesIn(bitcoin.User, bitcoin.Password, bitcoin.CookieFile)) yield return mistake;
    }

    public override string? Provider(object options) => HostPort.Of(((BitcoinOptions)options).Url).ToString();

    /// <summary>Five questions about the node, and up to three about blocks; more only after a reorganisation.</summary>
    public override int CallsPerObservation(object options) => 8;

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new BitcoinProbe(definition, (BitcoinOptions)definition.Options, path, environment);
}
