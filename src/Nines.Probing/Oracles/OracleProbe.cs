using System.Numerics;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.Oracles;

/// <summary>Looks at a price feed as the contracts that rely on it do, and at an independent price beside it.</summary>
/// <remarks>Source: the interface of aggregators that price feeds have in common, <c>latestRoundData()</c> and <c>decimals()</c>.</remarks>
public sealed class OracleProbe : Probe
{
    private const int RoundsKept = 10;

    /// <summary>What is left for the feed itself when the reference hangs.</summary>
    private const double ShareForReference = 0.7;

    private static readonly AbiSignature LatestRound = AbiSignature.Parse("latestRoundData() returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)");
    private static readonly AbiSignature Decimals = AbiSignature.Parse("decimals() returns (uint8)");

    private readonly OracleOptions options;
    private readonly ProbeEnvironment environment;
    private readonly RpcEndpoint endpoint;
    private readonly PriceSource? prices;
    private readonly TimeSpan referenceLimit;
    private readonly Readout readout;
    private readonly Address feed;
    private readonly Address? other;
    private readonly Queue<(ulong Block, BigInteger Round)> rounds = new();

    public OracleProbe(ProbeDefinition definition, OracleOptions options, NetworkPath path, ProbeEnvironment environment)
        : this(definition, options, path, environment, transport: null) { }

    internal OracleProbe(ProbeDefinition definition, OracleOptions options, NetworkPath path, ProbeEnvironment environment, HttpMessageHandler? transport)
    {
        (this.options, this.environment) = (options, environment);
        endpoint = new RpcEndpoint(definition, options, path, environment, transport);
        readout = new Readout(definition.Signals, new OracleProbeType().Signals);
        feed = Address.Parse(options.Address);
        other = options.ReferenceFeed is { } named ? Address.Parse(named) : null;
        prices = options.ReferenceUrl is { } url ? new PriceSource(url, options.ReferencePrice!, definition, path, environment) : null;
        referenceLimit = definition.Timeout.ToTimeSpan() * ShareForReference;
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(limit);
        using var timer = environment.Time.CreateTimer(_ => soon.Cancel(), null, referenceLimit, Timeout.InfiniteTimeSpan);
        var priced = prices?.ReadAsync(soon.Token) ?? Task.FromResult<Reference?>(null);
        var batch = new RpcBatch();
        var head = batch.Add(EvmCalls.GetBlock(BlockRef.Latest));
        var own = (Round: batch.Add(Ask(feed, LatestRound)), Decimals: batch.Add(Ask(feed, Decimals)));
        var others = other is { } address ? (Round: batch.Add(Ask(address, LatestRound)), Decimals: batch.Add(Ask(address, Decimals))) : default;
        var (answers, took, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        var reference = await priced.ConfigureAwait(false);
        if (answers is null) return failure;

        if (answers.Of(head) is not RpcAnswer<BlockHeader?>.Answered { Value: { } block }) return endpoint.FailureOf(answers.Of(head) is RpcAnswer<BlockHeader?>.Answered ? new RpcAnswer<BlockHeader?>.Malformed("there is no latest block") : answers.Of(head));
        var (round, unanswered) = Read(answers.Of(own.Round), answers.Of(own.Decimals));
        if (round is null) return unanswered;
        if (other is not null) reference = OfFeed(answers.Of(others.Round), answers.Of(others.Decimals));
        return new Sight(new Outcome.Answered(took), readout.Read(Plain(took, block, round, reference), null));
    }

    public override void HoldTripwire(Action<TripwireEvent> broke) => endpoint.HoldTripwire(broke);

    public override async ValueTask DisposeAsync()
    {
        if (prices is not null) await prices.DisposeAsync().ConfigureAwait(false);
        await endpoint.DisposeAsync().ConfigureAwait(false);
    }

    private static RpcCall<HexBytes> Ask(Address address, AbiSignature function) => EvmCalls.Call(address, function.EncodeCall(), BlockRef.Latest);

    private SignalValue[] Plain(Duration took, BlockHeader block, Round round, Reference? reference)
    {
        var deviation = round.Answer is { } answer && reference?.Price is { } price
            ? SignalValue.Of(Math.Abs(answer.ToDouble() - price) / price)
            : SignalValue.Missing;
        return
        [
            SignalValue.Of(took.TotalSeconds),
            SignalValue.Of(round.IsThere),
            SignalValue.Of(round.Reverted is not null),
            round.Reverted is { } reason ? RpcValues.Text(reason) : SignalValue.Missing,
            round.Answer is { } said ? SignalValue.Of(said) : SignalValue.Missing,
            round.UpdatedAt is { } updated ? SignalValue.Of(AgeOf(updated)) : SignalValue.Missing,
            round.Id is { } id ? RpcValues.Whole(id) : SignalValue.Missing,
            SignalValue.Of(round.Id is { } current && FellBack(block.Number.Value, current)),
            round.Decimals is { } digits ? SignalValue.Of((double)digits) : SignalValue.Missing,
            reference?.Price is { } found ? SignalValue.Of(found) : SignalValue.Missing,
            deviation,
            SignalValue.Of(deviation.IsMissing),
            reference?.Failure is { } why ? RpcValues.Text(endpoint.Redaction.Apply(why)) : SignalValue.Missing,
        ];
    }

    /// <summary>Never negative: a feed's clock is its chain's.</summary>
    private double AgeOf(BigInteger unixTime) => Math.Max(0, (environment.Now() - Instant.FromUnixTimeSeconds(0)).TotalSeconds - (double)unixTime);

    /// <summary>At a block that is not newer the node went back, not the feed.</summary>
    private bool FellBack(ulong block, BigInteger round)
    {
        var fell = rounds.Any(seen => seen.Round > round && seen.Block < block);
        rounds.Enqueue((block, round));
        if (rounds.Count > RoundsKept) rounds.Dequeue();
        return fell;
    }

    /// <returns>The round, or the sight that there is instead: the node's trouble, not the feed's.</returns>
    private (Round? Round, Sight Failure) Read(RpcAnswer<HexBytes> latest, RpcAnswer<HexBytes> digits)
    {
        if (latest is RpcAnswer<HexBytes>.RpcError { Kind: RpcErrorKind.ExecutionReverted } reverted)
            return (new Round { IsThere = true, Reverted = endpoint.Redaction.Apply(reverted.Data.IsEmpty ? reverted.Message : RevertReason.Decode(reverted.Data, KnownErrors.Published).Text) }, default);
        if (latest is not RpcAnswer<HexBytes>.Answered round) return (null, endpoint.FailureOf(latest));
        if (round.Value.IsEmpty) return (new Round(), default);
        if (digits is not RpcAnswer<HexBytes>.Answered places) return (null, endpoint.FailureOf(digits));
        if (LatestRound.DecodeOutputs(round.Value.Span) is not AbiDecoding.Decoded { Values: [AbiValue.Number id, AbiValue.Number answer, _, AbiValue.Number updated, _] })
            return (null, endpoint.Refused("malformed", "what latestRoundData() returned cannot be read"));
        if (Decimals.DecodeOutputs(places.Value.Span) is not AbiDecoding.Decoded { Values: [AbiValue.Number shift] })
            return (null, endpoint.Refused("malformed", "what decimals() returned cannot be read"));
        return (new Round
        {
            IsThere = true,
            Id = id.Value,
            Decimals = (int)shift.Value,
            Answer = new ExactDecimal(answer.Value, (int)shift.Value),
            UpdatedAt = updated.Value.IsZero ? null : updated.Value,
        }, default);
    }

    private Reference OfFeed(RpcAnswer<HexBytes> latest, RpcAnswer<HexBytes> digits)
    {
        var (round, failure) = Read(latest, digits);
        if (round is null) return new Reference(null, failure.Outcome is Outcome.Refused refused ? refused.Message : "the reference feed did not answer");
        if (round.Reverted is { } reason) return new Reference(null, $"the reference feed reverted: {reason}");
        if (round.Answer is not { Sign: > 0 } price) return new Reference(null, round.IsThere ? "the reference feed's answer is not above 0" : "there is no reference feed at its address");
        var limit = (options.ReferenceHeartbeat ?? options.Heartbeat) + options.Grace;
        return round.UpdatedAt is not { } updated || AgeOf(updated) >= limit.TotalSeconds
            ? new Reference(null, "the reference feed is past its own heartbeat")
            : new Reference(price.ToDouble(), null);
    }

    /// <summary>What a feed says of its latest round; all null when there is no contract.</summary>
    private sealed record Round
    {
        public bool IsThere { get; init; }
        public string? Reverted { get; init; }
        public BigInteger? Id { get; init; }
        public int? Decimals { get; init; }
        public ExactDecimal? Answer { get; init; }

        /// <summary>Unix time in seconds; null for a round that was never completed.</summary>
        public BigInteger? UpdatedAt { get; init; }
    }
}
