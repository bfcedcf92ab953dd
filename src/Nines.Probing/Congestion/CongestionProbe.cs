using System.Numerics;
using Nines.Chains.Evm;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Http;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.Congestion;

/// <summary>Looks at what gas costs, reckons what that means for one action, and sends the canary when one is due.</summary>
public sealed class CongestionProbe : Probe
{
    private static readonly Duration PriceLives = Duration.FromMinutes(10), PriceEvery = Duration.FromMinutes(1);

    private readonly CongestionOptions options;
    private readonly ProbeEnvironment environment;
    private readonly RpcEndpoint endpoint;
    private readonly Readout readout;
    private readonly JsonSource? prices;
    private readonly JsonPath? pricePath;
    private readonly Canary? canary;
    private readonly bool isElsewhere;
    private (decimal Price, Instant At)? price;
    private Instant priceAsked = Instant.MinValue;
    private (BlockNumber Block, Instant Time)? dearSince;

    public CongestionProbe(ProbeDefinition definition, CongestionOptions options, NetworkPath path, ProbeEnvironment environment)
    {
        (this.options, this.environment) = (options, environment);
        endpoint = new RpcEndpoint(definition, options, path, environment);
        readout = new Readout(definition.Signals, new CongestionProbeType().Signals);
        if (options.NativePrice is { } given) price = (given, Instant.MaxValue);
        if (options.PriceUrl is { } url)
        {
            prices = new JsonSource(new HttpOptions { Url = url, CaFile = options.CaFile }, path, environment, definition.Timeout, Redaction.For(url, []), environment.MaxAnswerBytes);
            pricePath = JsonPath.TryParse(options.PricePath, out var read, out _) ? read : null;
        }
        if (options.Canary is not { } with) return;
        canary = new Canary(with, environment.Now());
        isElsewhere = definition.From[0] != path.VantagePoint.Id;
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        // Two that sent from one account would trip over each other's nonces.
        if (isElsewhere) return new Sight(new Outcome.ProbeFault("canary_elsewhere: a canary is sent from one vantage point. Write from: with one"), []);
        await AskPriceAsync(limit).ConfigureAwait(false);
        var batch = new RpcBatch();
        var latest = batch.Add(EvmCalls.GetBlock(BlockRef.Latest));
        var history = batch.Add(EvmCalls.FeeHistory(options.Blocks, BlockRef.Latest, options.Percentile));
        var account = canary is null ? null : new AccountCalls(batch, canary);
        var (answers, took, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers is null) return failure;
        if (answers.Of(latest) is not RpcAnswer<BlockHeader?>.Answered { Value: var head }) return endpoint.FailureOf(answers.Of(latest));
        if (head is null) return endpoint.Refused("no_head", "the node has no latest block");
        if (answers.Of(history) is not RpcAnswer<FeeHistory>.Answered { Value: var fees }) return endpoint.FailureOf(answers.Of(history));

        var known = price is { } now && (now.At == Instant.MaxValue || environment.Now() - now.At < PriceLives) ? now.Price : (decimal?)null;
        var reckoning = new FeeReckoning(options, fees, known);
        if (await DearSinceAsync(reckoning, head, limit).ConfigureAwait(false) is { } gone) return gone;
        if (account is not null && await account.StepAsync(answers, this, reckoning, limit).ConfigureAwait(false) is { } trouble) return trouble;
        return Answer(took, head, reckoning);
    }

    public override void HoldTripwire(Action<TripwireEvent> broke) => endpoint.HoldTripwire(broke);

    public override async ValueTask DisposeAsync()
    {
        if (prices is not null) await prices.DisposeAsync().ConfigureAwait(false);
        await endpoint.DisposeAsync().ConfigureAwait(false);
    }

    private Sight Answer(Duration took, BlockHeader head, FeeReckoning reckoning)
    {
        var now = environment.Now();
        SignalValue unaffordable = reckoning.IsAffordable switch
        {
            null => SignalValue.Missing,
            true => SignalValue.Of(0.0),
            false => SignalValue.Of(dearSince is { } since ? Math.Max(0, (now - since.Time).TotalSeconds) : 0),
        };
        SignalValue[] plain =
        [
            SignalValue.Of(took.TotalSeconds),
            RpcValues.Whole(head.Number.Value),
            SignalValue.Of(FeeReckoning.Gwei(reckoning.BaseFee)),
            SignalValue.Of(FeeReckoning.Gwei(reckoning.PriorityFee)),
            SignalValue.Of(FeeReckoning.Gwei(reckoning.GasPrice)),
            SignalValue.Of(reckoning.GasUsedRatio),
            reckoning.FeeInMoney is { } fee ? SignalValue.Of(fee) : SignalValue.Missing,
            SignalValue.Of(reckoning.FeeInCoins),
            reckoning.FeeShare is { } share ? SignalValue.Of(share) : SignalValue.Missing,
            reckoning.IsAffordable is { } affordable ? SignalValue.Of(affordable) : SignalValue.Missing,
            unaffordable,
            SignalValue.Of((canary?.Inclusion ?? Duration.Zero).TotalSeconds),
            SignalValue.Of((canary?.Waited(now) ?? Duration.Zero).TotalSeconds),
            SignalValue.Of((double)(canary?.Included ?? 0)),
            SignalValue.Of(reckoning.Why()),
            SignalValue.Of(canary?.Note ?? ""),
        ];
        return new Sight(new Outcome.Answered(took), readout.Read(plain, null));
    }

    /// <summary>Finds since when it is too dear: the time of the first block that was. Asked for once.</summary>
    /// <returns>The sight that there is instead of an answer; null when there is one.</returns>
    private async Task<Sight?> DearSinceAsync(FeeReckoning reckoning, BlockHeader head, CancellationToken limit)
    {
        if (reckoning.UnaffordableSince is not { } first)
        {
            dearSince = null;
            return null;
        }
        // Where every block that is looked at was too dear, an earlier finding knows better.
        if (dearSince is { } known && (known.Block == first || first == reckoning.Oldest && known.Block < first)) return null;
        if (first > head.Number)
        {
            dearSince = (first, environment.Now());   // only the block to come is
            return null;
        }
        var batch = new RpcBatch();
        var block = batch.Add(EvmCalls.GetBlock(BlockRef.At(first)));
        var (answers, _, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers is null) return failure;
        dearSince = (first, (answers.Of(block) as RpcAnswer<BlockHeader?>.Answered)?.Value?.Timestamp ?? environment.Now());
        return null;
    }

    /// <summary>Keeps the price that it had when there is no answer: it is missing only when it has grown old.</summary>
    private async Task AskPriceAsync(CancellationToken limit)
    {
        var now = environment.Now();
        if (prices is null || now - PriceEvery < priceAsked) return;
        priceAsked = now;
        var (reply, _) = await prices.GetAsync(options.PriceUrl!, limit).ConfigureAwait(false);
        if (reply is not { Status: 200 }) return;
        using var document = reply.Parse();
        if (document is null) return;
        var value = pricePath!.Read(document.RootElement);
        var number = value.Text is { } text && double.TryParse(text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var written) ? written : value.Number;
        if (number is > 0 and < 1e12) price = ((decimal)number, now);
    }

    /// <summary>The questions about the canary's account, and what follows from their answers.</summary>
    private sealed class AccountCalls
    {
        private readonly Canary canary;
        private readonly RpcSlot<ChainId> chain;
        private readonly RpcSlot<ulong> latest, pending;
        private readonly RpcSlot<Wei> balance;
        private readonly RpcSlot<Receipt?>? receipt;
        private readonly RpcSlot<BlockTransaction?>? transaction;

        public AccountCalls(RpcBatch batch, Canary canary)
        {
            this.canary = canary;
            chain = batch.Add(EvmCalls.ChainId);
            latest = batch.Add(EvmCalls.GetTransactionCount(canary.Account, BlockRef.Latest));
            pending = batch.Add(EvmCalls.GetTransactionCount(canary.Account, BlockRef.Pending));
            balance = batch.Add(EvmCalls.GetBalance(canary.Account, BlockRef.Latest));
            if (canary.Pending?.Hash is not { } hash) return;
            receipt = batch.Add(EvmCalls.GetTransactionReceipt(hash));
            transaction = batch.Add(EvmCalls.GetTransaction(hash));
        }

        /// <returns>The sight that there is instead of an answer; null when there is one.</returns>
        public async Task<Sight?> StepAsync(RpcBatchAnswers answers, CongestionProbe probe, FeeReckoning reckoning, CancellationToken limit)
        {
            if (answers.Of(chain) is not RpcAnswer<ChainId>.Answered { Value: var id }) return probe.endpoint.FailureOf(answers.Of(chain));
            if (answers.Of(latest) is not RpcAnswer<ulong>.Answered { Value: var made }) return probe.endpoint.FailureOf(answers.Of(latest));
            var known = (answers.Of(pending) as RpcAnswer<ulong>.Answered)?.Value ?? made;   // not every node offers it
            if (answers.Of(balance) is not RpcAnswer<Wei>.Answered { Value: var has }) return probe.endpoint.FailureOf(answers.Of(balance));
            if (await LandAsync(answers, probe, made, limit).ConfigureAwait(false) is { } trouble) return trouble;

            // It pays what its users would: the going rate with room for two full blocks, within their limit.
            var bid = reckoning.BaseFee * 5 / 4 + reckoning.PriorityFee;
            if (reckoning.Limit is { } most) bid = BigInteger.Min(bid, most);
            if (canary.Next(probe.environment.Now(), id, bid, reckoning.PriorityFee, made, Math.Max(known, made), has.Value) is not { } signed) return null;
            var batch = new RpcBatch();
            var sent = batch.Add(EvmCalls.SendRawTransaction(signed));
            var (sending, _, failure) = await probe.endpoint.AskAsync(batch, limit).ConfigureAwait(false);
            // Whether it arrived is not known: it counts as sent, until the node says that it does not know it.
            if (sending is null) return failure;
            if (sending.Of(sent) is RpcAnswer<Hash32>.RpcError error) canary.Refused(probe.endpoint.Redaction.Apply(error.Message));
            return null;
        }

        private async Task<Sight?> LandAsync(RpcBatchAnswers answers, CongestionProbe probe, ulong made, CancellationToken limit)
        {
            if (canary.Pending is not { } flight) return null;
            var now = probe.environment.Now();
            if (flight.Hash is null)
            {
                if (made > flight.Nonce) canary.Taken(now, now, null);
                return null;
            }
            if (receipt is not null && answers.Of(receipt) is RpcAnswer<Receipt?>.Answered { Value: { } landed })
            {
                var batch = new RpcBatch();
                var block = batch.Add(EvmCalls.GetBlock(BlockRef.At(landed.Block)));
                var (more, _, failure) = await probe.endpoint.AskAsync(batch, limit).ConfigureAwait(false);
                if (more is null) return failure;
                var at = (more.Of(block) as RpcAnswer<BlockHeader?>.Answered)?.Value?.Timestamp ?? now;
                canary.Taken(at, now, landed.EffectiveGasPrice is { } paid ? paid.Value * landed.GasUsed.Units : null);
                return null;
            }
            if (transaction is not null && answers.Of(transaction) is RpcAnswer<BlockTransaction?>.Answered { Value: null } && made <= flight.Nonce) canary.Lost(now);
            return null;
        }
    }
}
