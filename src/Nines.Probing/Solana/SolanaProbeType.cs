using System.Collections.Immutable;
using System.Globalization;
using Nines.Chains.Solana;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Paths;
using Nines.Probing.Rpc;

namespace Nines.Probing.Solana;

/// <summary>A Solana node, and a validator as that node sees it, asked by JSON-RPC over HTTP.</summary>
public sealed class SolanaProbeType : ProbeType
{
    public override string Key => "solana";
    public override string About => "Asks a Solana node whether its chain moves, how far behind it is, and how a validator votes and makes blocks.";
    public override Type OptionsType => typeof(SolanaOptions);

    /// <summary>In the order of <see cref="SolanaProbe"/>'s values.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "Of all requests of the look."),
        new("genesis_hash", SignalUnit.Text, "The cluster that the node is on, by its genesis hash."),
        new("head", SignalUnit.Blocks, "Newest confirmed slot."),
        new("head_time", SignalUnit.Seconds, "When its block was made, as the cluster estimates it, in seconds since 1970; missing where the node does not know."),
        new("head_age", SignalUnit.Seconds, "Time since then; never negative. By our looks where the node does not know when it was made.")
            { Onset = SignalOnset.Since, Granularity = 1, Evidence = CauseKind.Technical },
        new("head_lag", SignalUnit.Blocks, "Slots behind the best source of the same chain; 0 for a node that names no chain.")
            { Scope = SignalScope.Group, Evidence = CauseKind.Technical },
        new("processed", SignalUnit.Blocks, "Newest slot that the node has worked on."),
        new("finalized", SignalUnit.Blocks, "Newest slot that cannot be undone."),
        new("finalized_time", SignalUnit.Seconds, "When its block was made; missing where the node does not know."),
        new("block_height", SignalUnit.Blocks, "Blocks up to the head, without the slots that have none."),
        new("healthy", SignalUnit.Flag, "The node says that it is up to date; true where it does not offer the question.") { Evidence = CauseKind.Technical },
        new("slots_behind", SignalUnit.Blocks, "Behind the validators that it trusts, by the node's own word; 0 for a healthy one, missing for one that does not know.")
            { Evidence = CauseKind.Technical },
        new("transactions", SignalUnit.None, "Transactions since the beginning of the chain."),
        new("transactions_age", SignalUnit.Seconds, "Since the newest block at which they were seen to have become more.")
            { Onset = SignalOnset.Since, Granularity = 1, Evidence = CauseKind.Technical },
        new("blockhash_age", SignalUnit.Seconds, "Since the newest block at which the hash that transactions must name was seen to have changed.")
            { Onset = SignalOnset.Since, Granularity = 1, Evidence = CauseKind.Technical },
        new("missed_slots", SignalUnit.Ratio, "Share of the last 256 slots without a block; missing where the node does not say."),
        new("participation", SignalUnit.Ratio, "Share of the network's stake that is not delinquent, fetched each stake_every; missing where the node does not say.")
            { Evidence = CauseKind.Consensus },
        new("check_number", SignalUnit.Blocks, "A finalized slot whose block's hash is compared between sources."),
        new("check_hash", SignalUnit.Text, "That hash; missing for a slot without a block."),
        new("validator_missing", SignalUnit.Flag, "The node knows no validator with vote_account; false without that option.") { Evidence = CauseKind.Technical },
        new("delinquent", SignalUnit.Flag, "The validator is too far behind with its votes to count; false without vote_account.") { Evidence = CauseKind.Technical },
        new("vote_behind", SignalUnit.Seconds, "Slots between the head and the validator's last vote, times slot_time; missing without one.") { Evidence = CauseKind.Technical },
        new("stake", SignalUnit.None, "The validator's active stake, in SOL."),
        new("leader_slots", SignalUnit.None, "Slots of this epoch in which the validator was to make a block; 0 without vote_account."),
        new("skipped", SignalUnit.Ratio, "Share of these in which it made none; 0 before its first.") { Evidence = CauseKind.Technical },
        new("balance", SignalUnit.None, "What account, or the validator's identity, holds, in SOL; missing without either."),
        new("client", SignalUnit.Text, "The version of the node's software; asked at every tenth look."),
    ];

    public override ImmutableArray<string> DefaultConditions(object options)
    {
        var solana = (SolanaOptions)options;
        var conditions = ImmutableArray.CreateBuilder<string>();
        void Add(FormattableString condition) => conditions.Add(condition.ToString(CultureInfo.InvariantCulture));
        if (solana.Cluster is { } cluster) Add($"genesis_hash == \"{GenesisOf(cluster)}\" else down");
        var limit = solana.StallLimit.TotalSeconds;
        Add($"head_age < {limit:0.###}s");
        Add($"transactions_age < {limit:0.###}s");
        Add($"blockhash_age < {limit:0.###}s");
        Add($"healthy or slots_behind <= {solana.MaxSlotsBehind} blocks");
        Add($"head_lag <= {solana.MaxSlotsBehind} blocks after 2 in a row until head_lag <= {solana.MaxSlotsBehind / 2} blocks");
        if (solana.VoteAccount is not null)
        {
            Add($"not validator_missing");
            Add($"not delinquent");
            Add($"vote_behind <= {solana.VoteLimit.TotalSeconds:0.###}s");
            Add($"skipped < 25% or leader_slots < 8 else degraded");
        }
        if (solana.MinBalance is { } balance) Add($"balance >= {balance:0.#########} else degraded");
        return conditions.ToImmutable();
    }

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var solana = (SolanaOptions)options;
        foreach (var mistake in RpcEndpoint.MistakesIn(solana, Key)) yield return mistake;
        if (solana.Cluster is { } cluster && !Base58.IsKey(GenesisOf(cluster)))
            yield return new OptionMistake("cluster", $"'{cluster}' is neither mainnet-beta, testnet, devnet nor a genesis hash in base 58.{DidYouMean.Sentence(cluster, ["mainnet-beta", "testnet", "devnet"])}");
        if (solana.VoteAccount is { } vote && !Base58.IsKey(vote)) yield return new OptionMistake("vote_account", "is not an account: 32 to 44 characters in base 58.");
        if (solana.Account is { } account && !Base58.IsKey(account)) yield return new OptionMistake("account", "is not an account: 32 to 44 characters in base 58.");
        if (solana.MinBalance is not null && solana.Account is null && solana.VoteAccount is null)
            yield return new OptionMistake("min_balance", "has no account whose balance it limits. Give account, or vote_account for the validator's identity.");
    }

    public override string? Provider(object options) => HostPort.Of(((SolanaOptions)options).Url).ToString();

    /// <summary>Six about the node, four about blocks, three about a validator; rarer ones not counted.</summary>
    public override int CallsPerObservation(object options) =>
        10 + (((SolanaOptions)options).VoteAccount is null ? 0 : 2) + (((SolanaOptions)options) is { Account: null, VoteAccount: null } ? 0 : 1);

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new SolanaProbe(definition, (SolanaOptions)definition.Options, path, environment);

    private static string GenesisOf(string cluster) => cluster switch
    {
        "mainnet-beta" => SolanaGenesis.MainnetBeta,
        "testnet" => SolanaGenesis.Testnet,
        "devnet" => SolanaGenesis.Devnet,
        _ => cluster,
    };
}
