using System.Collections.Immutable;
using System.Numerics;
using Nines.Chains.JsonRpc;
using Nines.Chains.Solana;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.Solana;

/// <summary>Looks at a Solana node: one request about the node, one about blocks, and one about a validator and an account where they are given.</summary>
public sealed class SolanaProbe : Probe
{
    private const int IdentityEvery = 10;
    private const ulong RecentSlots = 256;
    private const double LamportsPerSol = 1e9;

    private readonly SolanaOptions options;
    private readonly ProbeEnvironment environment;
    private readonly RpcEndpoint endpoint;
    private readonly Readout readout;
    private readonly ulong checkStep;
    private readonly Progress<ulong> head = new((now, before) => now > before);
    private readonly Progress<ulong> transactions = new((now, before) => now > before);
    private readonly Progress<string> blockhash = new((now, before) => now != before);
    private SignalValue genesis = SignalValue.Missing, client = SignalValue.Missing;
    private (double Share, Instant At)? participation;
    private Instant? stakeAsked;
    private string? identity;
    private int looks;

    public SolanaProbe(ProbeDefinition definition, SolanaOptions options, NetworkPath path, ProbeEnvironment environment)
        : this(definition, options, path, environment, transport: null) { }

    internal SolanaProbe(ProbeDefinition definition, SolanaOptions options, NetworkPath path, ProbeEnvironment environment, HttpMessageHandler? transport)
    {
        (this.options, this.environment) = (options, environment);
        endpoint = new RpcEndpoint(definition, options, path, environment, transport);
        readout = new Readout(definition.Signals, new SolanaProbeType().Signals);
        // Sources that look at different moments meet on a grid of slots.
        checkStep = BitOperations.RoundUpToPowerOf2((ulong)Math.Clamp(Math.Ceiling(definition.Every / options.SlotTime), 1, 1 << 20));
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        var started = environment.Time.GetTimestamp();
        var (node, failure) = await AskNodeAsync(limit).ConfigureAwait(false);
        if (node is null) return failure;
        var (blocks, blocksFailure) = await AskBlocksAsync(node, limit).ConfigureAwait(false);
        if (blocks is null) return blocksFailure;
        var validator = new Validator();
        if (options.VoteAccount is not null || options.Account is not null)
        {
            var (read, validatorFailure) = await AskValidatorAsync(limit).ConfigureAwait(false);
            if (read is null) return validatorFailure;
            validator = read;
        }
        await AskStakeAsync(limit).ConfigureAwait(false);
        looks++;
        var took = Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));
        return new Sight(new Outcome.Answered(took), readout.Read([SignalValue.Of(took.TotalSeconds), .. Values(node, blocks), .. Values(node, validator), client], null));
    }

    public override void HoldTripwire(Action<TripwireEvent> broke) => endpoint.HoldTripwire(broke);

    public override ValueTask DisposeAsync() => endpoint.DisposeAsync();

    private sealed record Node(EpochInfo Head, ulong? Processed, ulong? Finalized, ulong? Transactions, string? Blockhash, NodeHealth? Health);

    private sealed record Blocks(Instant? HeadTime, Instant? FinalizedTime, ulong? CheckSlot, string? CheckHash, BlockProduction? Recent);

    private sealed record Validator
    {
        public bool IsMissing { get; init; }
        public VoteAccount? Account { get; init; }
        public BlockProduction? Production { get; init; }
        public BigInteger? Balance { get; init; }
    }

    private async Task<(Node? Node, Sight Failure)> AskNodeAsync(CancellationToken limit)
    {
        var batch = new RpcBatch();
        var health = batch.Add(SolanaCalls.Health);
        var epoch = batch.Add(SolanaCalls.EpochInfo(Commitment.Confirmed));
        var processed = batch.Add(SolanaCalls.Slot(Commitment.Processed));
        var finalized = batch.Add(SolanaCalls.Slot(Commitment.Finalized));
        var count = batch.Add(SolanaCalls.TransactionCount(Commitment.Confirmed));
        var latest = batch.Add(SolanaCalls.LatestBlockhash(Commitment.Confirmed));
        var asksWho = looks % IdentityEvery == 0;
        var cluster = asksWho || genesis.IsMissing ? batch.Add(SolanaCalls.GenesisHash) : null;
        var version = asksWho ? batch.Add(SolanaCalls.Version) : null;
        var (answers, _, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers is null) return (null, failure);
        if (answers.Of(epoch) is not RpcAnswer<EpochInfo>.Answered { Value: var info }) return (null, endpoint.FailureOf(answers.Of(epoch)));
        if (cluster is not null && answers.Of(cluster) is RpcAnswer<string>.Answered { Value: var hash }) genesis = SignalValue.Of(hash);
        if (version is not null && answers.Of(version) is RpcAnswer<string>.Answered { Value: var software }) client = RpcValues.Text(software);
        return (new Node(info, Number(answers.Of(processed)), Number(answers.Of(finalized)), Number(answers.Of(count)),
            (answers.Of(latest) as RpcAnswer<LatestBlockhash>.Answered)?.Value.Hash, SolanaErrors.HealthOf(answers.Of(health))), default);
    }

    private async Task<(Blocks? Blocks, Sight Failure)> AskBlocksAsync(Node node, CancellationToken limit)
    {
        var check = node.Finalized is { } final && final >= checkStep ? final / checkStep * checkStep : (ulong?)null;
        var batch = new RpcBatch();
        var headTime = batch.Add(SolanaCalls.BlockTime(node.Head.Slot));
        var finalTime = node.Finalized is { } settled ? batch.Add(SolanaCalls.BlockTime(settled)) : null;
        var block = check is { } slot ? batch.Add(SolanaCalls.Block(slot)) : null;
        var recent = batch.Add(SolanaCalls.BlockProduction(identity: null, node.Head.Slot >= RecentSlots ? node.Head.Slot - (RecentSlots - 1) : 0));
        var (answers, _, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers is null) return (null, failure);
        return (new Blocks(
            (answers.Of(headTime) as RpcAnswer<Instant?>.Answered)?.Value,
            finalTime is null ? null : (answers.Of(finalTime) as RpcAnswer<Instant?>.Answered)?.Value,
            check,
            block is null ? null : (answers.Of(block) as RpcAnswer<SolanaBlock?>.Answered)?.Value?.Hash,
            (answers.Of(recent) as RpcAnswer<BlockProduction>.Answered)?.Value), default);
    }

    private async Task<(Validator? Validator, Sight Failure)> AskValidatorAsync(CancellationToken limit)
    {
        var validator = new Validator();
        if (options.VoteAccount is { } vote)
        {
            var first = new RpcBatch();
            var accounts = first.Add(SolanaCalls.VoteAccounts(vote));
            var (said, _, failure) = await endpoint.AskAsync(first, limit).ConfigureAwait(false);
            if (said is null) return (null, failure);
            if (said.Of(accounts) is not RpcAnswer<ImmutableArray<VoteAccount>>.Answered { Value: var found }) return (null, endpoint.FailureOf(said.Of(accounts)));
            var own = found.FirstOrDefault(account => account.Vote == vote);
            identity = own?.Node ?? identity;
            validator = validator with { Account = own, IsMissing = own is null };
        }
        var batch = new RpcBatch();
        var production = identity is { } node ? batch.Add(SolanaCalls.BlockProduction(node, from: null)) : null;
        var balance = (options.Account ?? identity) is { } account ? batch.Add(SolanaCalls.Balance(account)) : null;
        if (batch.Count == 0) return (validator, default);
        var (answers, _, second) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers is null) return (null, second);
        return (validator with
        {
            Production = production is null ? null : (answers.Of(production) as RpcAnswer<BlockProduction>.Answered)?.Value,
            Balance = balance is not null && answers.Of(balance) is RpcAnswer<BigInteger>.Answered { Value: var held } ? held : null,
        }, default);
    }

    /// <summary>The list of all validators is large: it goes in a request of its own, now and then, and a node that does not give it is none the worse.</summary>
    private async Task AskStakeAsync(CancellationToken limit)
    {
        if (stakeAsked is { } before && environment.Now() - before < options.StakeEvery) return;
        stakeAsked = environment.Now();
        var batch = new RpcBatch();
        var accounts = batch.Add(SolanaCalls.VoteAccounts());
        var (answers, _, _) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers?.Of(accounts) is not RpcAnswer<ImmutableArray<VoteAccount>>.Answered { Value: var all }) return;
        var total = all.Aggregate(BigInteger.Zero, (sum, account) => sum + account.Stake);
        var active = all.Where(account => !account.IsDelinquent).Aggregate(BigInteger.Zero, (sum, account) => sum + account.Stake);
        if (total > 0) participation = ((double)active / (double)total, environment.Now());
    }

    private SignalValue[] Values(Node node, Blocks blocks)
    {
        var now = environment.Now();
        var at = blocks.HeadTime ?? head.At(node.Head.Slot, now);   // not later than the answer: what moved with this head moved by then
        var age = Age(at);
        return
        [
            genesis,
            RpcValues.Whole(node.Head.Slot),
            Time(blocks.HeadTime),
            age,
            SignalValue.Of(0.0),   // behind the best source known here, itself; the judge knows the others
            Whole(node.Processed),
            Whole(node.Finalized),
            Time(blocks.FinalizedTime),
            Whole(node.Head.BlockHeight),
            SignalValue.Of(node.Health?.IsHealthy ?? true),
            node.Health is null or { IsHealthy: true } ? SignalValue.Of(0.0) : Whole(node.Health.SlotsBehind),
            Whole(node.Transactions),
            node.Transactions is { } count ? Age(transactions.At(count, at)) : age,   // a node that does not count is told by its head alone
            node.Blockhash is { } hash ? Age(blockhash.At(hash, at)) : age,
            blocks.Recent is { LeaderSlots: > 0 } recent ? SignalValue.Of(1 - recent.Blocks / (double)recent.LeaderSlots) : SignalValue.Missing,
            participation is { } share && now - share.At <= options.StakeEvery * 3 ? SignalValue.Of(share.Share) : SignalValue.Missing,
            blocks.CheckHash is null ? SignalValue.Missing : Whole(blocks.CheckSlot),
            blocks.CheckHash is { } check ? SignalValue.Of(check) : SignalValue.Missing,
        ];
    }

    private SignalValue[] Values(Node node, Validator validator)
    {
        var (account, production) = (validator.Account, validator.Production);
        var tip = Math.Max(node.Head.Slot, node.Processed ?? 0);
        return
        [
            SignalValue.Of(validator.IsMissing),
            SignalValue.Of(account?.IsDelinquent == true),
            account is null ? SignalValue.Missing : SignalValue.Of(account.LastVote >= tip ? 0 : (tip - account.LastVote) * options.SlotTime.TotalSeconds),
            account is null ? SignalValue.Missing : SignalValue.Of((double)account.Stake / LamportsPerSol),
            production is null ? SignalValue.Of(0.0) : RpcValues.Whole(production.LeaderSlots),
            SignalValue.Of(production is { LeaderSlots: > 0 } ? 1 - production.Blocks / (double)production.LeaderSlots : 0.0),
            validator.Balance is { } balance ? SignalValue.Of((double)balance / LamportsPerSol) : SignalValue.Missing,
        ];
    }

    private SignalValue Age(Instant at) => SignalValue.Of(Math.Max(0, (environment.Now() - at).TotalSeconds));

    private static SignalValue Time(Instant? at) => at is { } known ? SignalValue.Of((double)known.ToUnixTimeSeconds()) : SignalValue.Missing;

    private static SignalValue Whole(ulong? value) => value is { } known ? RpcValues.Whole(known) : SignalValue.Missing;

    private static ulong? Number(RpcAnswer<ulong> answer) => (answer as RpcAnswer<ulong>.Answered)?.Value;

    /// <summary>Since when a value has been what it is.</summary>
    private sealed class Progress<T>(Func<T, T, bool> isProgress)
        where T : notnull
    {
        private (T Value, Instant Since)? last;

        /// <param name="at">By then the value was there, if it is new.</param>
        public Instant At(T value, Instant at)
        {
            if (last is not { } known || isProgress(value, known.Value)) last = (value, at);
            return last.Value.Since;
        }
    }
}
