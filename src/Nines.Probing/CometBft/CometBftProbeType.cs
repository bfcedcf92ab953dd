using System.Collections.Immutable;
using System.Globalization;
using Nines.Chains.CometBft;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Paths;
using Nines.Probing.Rpc;

namespace Nines.Probing.CometBft;

/// <summary>A CometBFT (Tendermint) node, and a validator as its commits show it.</summary>
public sealed class CometBftProbeType : ProbeType
{
    public override string Key => "cometbft";
    public override string About => "Asks a CometBFT node for its head and its peers, and reads from the commits what a validator signed and what the network did.";
    public override Type OptionsType => typeof(CometBftOptions);

    /// <summary>In the order of <see cref="CometBftProbe"/>'s values.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "Of all requests of the look."),
        new("chain_id", SignalUnit.Text, "The chain that the node says it is on."),
        new("head", SignalUnit.Blocks, "Height of the newest block."),
        new("head_time", SignalUnit.Seconds, "When it was made, in seconds since 1970."),
        new("head_age", SignalUnit.Seconds, "Time since then; never negative.") { Onset = SignalOnset.Since, Granularity = 1, Evidence = CauseKind.Technical },
        new("head_lag", SignalUnit.Blocks, "Blocks behind the best source of the same chain; 0 for a node that names no chain.")
            { Scope = SignalScope.Group, Evidence = CauseKind.Technical },
        new("finalized", SignalUnit.Blocks, "The same as head: a block that is committed is final."),
        new("finalized_time", SignalUnit.Seconds, "The same as head_time."),
        new("catching_up", SignalUnit.Flag, "The node fetches old blocks and does not follow consensus yet.") { Evidence = CauseKind.Technical },
        new("peers", SignalUnit.None, "Peers that the node is connected to; missing where it does not say.") { Evidence = CauseKind.Technical },
        new("app_behind", SignalUnit.Blocks, "Blocks that the application has not worked on yet; missing where the node does not say.") { Evidence = CauseKind.Technical },
        new("participation", SignalUnit.Ratio, "Share of the voting power that signed the newest block with a final commit; under two thirds nothing is committed.")
            { Evidence = CauseKind.Consensus },
        new("rounds", SignalUnit.None, "Rounds beyond the first that this block took.") { Evidence = CauseKind.Consensus },
        new("check_number", SignalUnit.Blocks, "A block at least two below the head, whose hash is compared between sources."),
        new("check_hash", SignalUnit.Text, "The hash of that block."),
        new("validator_missing", SignalUnit.Flag, "The validator is not in the set that signs; false without validator.") { Evidence = CauseKind.Technical },
        new("missed_in_row", SignalUnit.Blocks, "Blocks that the validator missed one after another up to now, without those that the network missed with it.") { Evidence = CauseKind.Technical },
        new("missed_with_others", SignalUnit.Blocks, "Blocks of this look that it missed together with a tenth or more of the others' voting power: not its own doing."),
        new("jail_progress", SignalUnit.Ratio, "Misses in the slashing window, as a share of those that jail; missing without rest.") { Evidence = CauseKind.Technical },
        new("jailed", SignalUnit.Flag, "The validator is in jail; false without rest.") { Evidence = CauseKind.Technical },
        new("tombstoned", SignalUnit.Flag, "The validator is out for ever, for signing two blocks at one height; false without rest.") { Evidence = CauseKind.Security },
        new("client", SignalUnit.Text, "The versions of CometBFT and of the application."),
    ];

    public override ImmutableArray<string> DefaultConditions(object options)
    {
        var comet = (CometBftOptions)options;
        var conditions = ImmutableArray.CreateBuilder<string>();
        void Add(FormattableString condition) => conditions.Add(condition.ToString(CultureInfo.InvariantCulture));
        if (comet.ChainId is { } chain) Add($"chain_id == \"{chain}\" else down");
        Add($"not catching_up");
        Add($"head_age < {comet.LongestHeadAge.TotalSeconds:0.###}s");
        Add($"head_lag < 3 blocks after 2 in a row until head_lag <= 1 block");
        if (comet.MinPeers > 0) Add($"peers >= {comet.MinPeers} else degraded");
        if (comet.Validator is not null)
        {
            Add($"not validator_missing");
            Add($"missed_in_row < {comet.MissedInRow} blocks");
        }
        if (comet.Rest is not null)
        {
            Add($"jail_progress <= 10% else degraded");
            Add($"not jailed");
            Add($"not tombstoned");
        }
        return conditions.ToImmutable();
    }

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var comet = (CometBftOptions)options;
        foreach (var mistake in RpcEndpoint.MistakesIn(comet, Key)) yield return mistake;
        if (comet.ChainId is { } chain && (chain.Length is 0 or > 50 || chain.Contains('"', StringComparison.Ordinal) || chain.Contains('\\', StringComparison.Ordinal)))
            yield return new OptionMistake("chain_id", "is not a chain's id: 1 to 50 characters without quotes, such as cosmoshub-4.");
        var address = comet.Validator is { } given ? ConsensusAddress.Read(given) : null;
        if (comet.Validator is not null && address is null)
            yield return new OptionMistake("validator", "is not a consensus address: 40 hexadecimal digits, or bech32 with a right checksum, such as cosmosvalcons1…; the node's own is in its /status, under validator_info.");
        if (comet.Rest is { } rest)
        {
            if (!rest.IsAbsoluteUri || (rest.Scheme != Uri.UriSchemeHttp && rest.Scheme != Uri.UriSchemeHttps)) yield return new OptionMistake("rest", "is not an absolute http or https URL. Try http://127.0.0.1:1317.");
            if (address?.Bech32 is null) yield return new OptionMistake("rest", "is asked for the validator's slashing, by its address in bech32. Give validator: cosmosvalcons1….");
        }
    }

    public override string? Provider(object options) => HostPort.Of(((CometBftOptions)options).Url).ToString();

    /// <summary>Status, peers, application, the newest commit and the block to check; with a validator a commit for each new block.</summary>
    public override int CallsPerObservation(object options) => ((CometBftOptions)options).Validator is null ? 5 : 6;

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new CometBftProbe(definition, (CometBftOptions)definition.Options, path, environment);
}
