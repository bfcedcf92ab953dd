using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Http;
using Nines.Probing.Rpc;
using NodaTime;
using NodaTime.Text;

namespace Nines.Probing.Sequencers;

/// <summary>
/// Looks at an L2's sequencer: does it make blocks, do their data get to L1, what does the uptime feed say that protocols rely on, and is there a
/// way past it. Three places are asked at the same time: the L2 node, the rollup node and a node of L1; only the first has to answer.
/// </summary>
public sealed class SequencerProbe : Probe
{
    private readonly SequencerOptions options;
    private readonly ProbeEnvironment environment;
    private readonly RpcEndpoint endpoint;
    private readonly RpcEndpoint? rollup;
    private readonly RpcEndpoint? layer1;
    private readonly Readout readout;
    private readonly Address? feed;
    private readonly (Address Portal, AbiSignature Paused)? forced;

    /// <exception cref="FormatException">The options are wrong; see <see cref="SequencerProbeType.Validate"/>.</exception>
    public SequencerProbe(ProbeDefinition definition, SequencerOptions options, NetworkPath path, ProbeEnvironment environment)
        : this(definition, options, path, environment, transport: null) { }

    internal SequencerProbe(ProbeDefinition definition, SequencerOptions options, NetworkPath path, ProbeEnvironment environment, HttpMessageHandler? transport)
    {
        (this.options, this.environment) = (options, environment);
        readout = new Readout(definition.Signals, new SequencerProbeType().Signals);
        endpoint = new RpcEndpoint(definition, options, path, environment, transport);
        if (options.RollupUrl is { } other) rollup = new RpcEndpoint(definition, Elsewhere(other), path, environment, transport);
        if (options.ForcedInclusion is { } way)
        {
            layer1 = new RpcEndpoint(definition, Elsewhere(way.Url), path, environment, transport);
            forced = (Address.Parse(way.Address), AbiSignature.Parse(way.Paused));
        }
        feed = options.Feed is { } address ? Address.Parse(address) : null;
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        var rolling = StatusAsync(limit);
        var forcing = ForcedAsync(limit);
        var batch = new RpcBatch();
        var chain = batch.Add(EvmCalls.ChainId);
        var finalized = batch.Add(EvmCalls.GetBlock(BlockRef.Finalized));
        var safe = batch.Add(EvmCalls.GetBlock(BlockRef.Safe));
        var latest = batch.Add(EvmCalls.GetBlock(BlockRef.Latest));
        var round = feed is { } address ? batch.Add(UptimeFeed.Ask(address)) : null;
        var (answers, took, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        var status = await rolling.ConfigureAwait(false);
        var (isClosed, forcedError) = await forcing.ConfigureAwait(false);
        if (answers is null) return failure;
        if (answers.Of(latest) is not RpcAnswer<BlockHeader?>.Answered said) return endpoint.FailureOf(answers.Of(latest));
        if (said.Value is not { } head) return endpoint.Refused("no_head", "the node has no latest block");
        if (options.ChainId is not null && answers.Of(chain) is not RpcAnswer<ChainId>.Answered) return endpoint.FailureOf(answers.Of(chain));

        var now = environment.Now();
        // The rollup node derives the safe and finalized blocks itself; the tags of the L2 node are what it told that one.
        var safeAt = status is { } known ? (known.Safe.Number.Value, known.Safe.Timestamp) : At(answers.Of(safe));
        var finalAt = status is { } sure ? (sure.Finalized.Number.Value, sure.Finalized.Timestamp) : At(answers.Of(finalized));
        SignalValue[] plain =
        [
            SignalValue.Of(took.TotalSeconds),
            RpcValues.Whole(head.Number.Value),
            SignalValue.Of((double)head.Timestamp.ToUnixTimeSeconds()),
            Age(now, head.Timestamp),
            answers.Of(chain) is RpcAnswer<ChainId>.Answered id ? RpcValues.Whole(id.Value.Value) : SignalValue.Missing,
            safeAt is { } behind ? RpcValues.Whole(behind.Item1) : SignalValue.Missing,
            safeAt is { } batched ? Age(now, batched.Item2) : SignalValue.Missing,
            finalAt is { } final ? RpcValues.Whole(final.Item1) : SignalValue.Missing,
            finalAt is { } stamped ? SignalValue.Of((double)stamped.Item2.ToUnixTimeSeconds()) : SignalValue.Missing,
            status is { } l1 ? SignalValue.Of(Math.Max(0, (double)l1.L1Head.Value - l1.Unsafe.Origin.Value)) : SignalValue.Missing,
            .. Feed(round is null ? null : UptimeFeed.Read(answers.Of(round)), now),
            SignalValue.Of(isClosed),
            forcedError is null ? SignalValue.Missing : RpcValues.Text(forcedError),
        ];
        return new Sight(new Outcome.Answered(took), readout.Read(plain, null));
    }

    public override void HoldTripwire(Action<TripwireEvent> broke) => endpoint.HoldTripwire(broke);

    public override async ValueTask DisposeAsync()
    {
        await endpoint.DisposeAsync().ConfigureAwait(false);
        if (rollup is not null) await rollup.DisposeAsync().ConfigureAwait(false);
        if (layer1 is not null) await layer1.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The same way of asking, at another place: headers with credentials stay where they belong, and so does the quota.</summary>
    private SequencerOptions Elsewhere(Uri url) => new() { Url = url, Reuse = options.Reuse, Tripwire = TripwireUse.Off, CaFile = options.CaFile };

    private static SignalValue Age(Instant now, Instant then) => SignalValue.Of(Math.Max(0, (now - then).TotalSeconds));

    private static (ulong, Instant)? At(RpcAnswer<BlockHeader?> answer) =>
        answer is RpcAnswer<BlockHeader?>.Answered { Value: { } block } ? (block.Number.Value, block.Timestamp) : null;

    /// <returns>feed_down_for, feed_since, in_grace, grace_left, feed_unread, feed_state.</returns>
    private SignalValue[] Feed(UptimeFeed? said, Instant now)
    {
        static SignalValue Stamp(Instant at) => SignalValue.Of((double)at.ToUnixTimeSeconds());
        static string Shown(Instant at) => InstantPattern.General.Format(at);
        switch (said)
        {
            case UptimeFeed.Up up:
                var left = Duration.Max(Duration.Zero, options.GracePeriod - (now - up.Since));
                var inGrace = left > Duration.Zero;
                var state = inGrace ? $"the feed says that the sequencer is up since {Shown(up.Since)}; those who rely on it wait until {Shown(up.Since + options.GracePeriod)}" : $"up since {Shown(up.Since)}";
                return [SignalValue.Of(0.0), Stamp(up.Since), SignalValue.Of(inGrace), SignalValue.Of(left.TotalSeconds), SignalValue.Of(false), SignalValue.Of(state)];
            case UptimeFeed.Down down:
                return [Age(now, down.Since), Stamp(down.Since), SignalValue.Of(false), SignalValue.Of(0.0), SignalValue.Of(false), SignalValue.Of($"the feed says that the sequencer is down since {Shown(down.Since)}")];
            case UptimeFeed.Unread unread:
                return [SignalValue.Of(0.0), SignalValue.Missing, SignalValue.Of(false), SignalValue.Of(0.0), SignalValue.Of(true), RpcValues.Text(endpoint.Redaction.Apply(unread.Why))];
            case null:
                return [SignalValue.Of(0.0), SignalValue.Missing, SignalValue.Of(false), SignalValue.Of(0.0), SignalValue.Of(false), SignalValue.Missing];
            default:
                throw new InvalidOperationException("UptimeFeed is a closed hierarchy.");
        }
    }

    /// <returns>Null without a rollup node, and when it does not say.</returns>
    private async Task<RollupStatus?> StatusAsync(CancellationToken limit)
    {
        if (rollup is null) return null;
        var batch = new RpcBatch();
        var status = batch.Add(RollupCalls.SyncStatus);
        var (answers, _, _) = await rollup.AskAsync(batch, limit).ConfigureAwait(false);
        return answers?.Of(status) is RpcAnswer<RollupStatus>.Answered answered ? answered.Value : null;
    }

    /// <returns>Whether the way past the sequencer is proven to be closed, and why, or why that is not known: L1's trouble is not the sequencer's.</returns>
    private async Task<(bool IsClosed, string? Why)> ForcedAsync(CancellationToken limit)
    {
        if (layer1 is null || forced is not { } way) return (false, null);
        var batch = new RpcBatch();
        var code = batch.Add(EvmCalls.GetCode(way.Portal, BlockRef.Latest));
        var paused = batch.Add(EvmCalls.Call(way.Portal, way.Paused.EncodeCall(), BlockRef.Latest));
        var (answers, _, _) = await layer1.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers is null) return (false, "L1 was not reached");
        if (answers.Of(code) is RpcAnswer<HexBytes>.Answered { Value.IsEmpty: true }) return (true, $"there is no contract at {way.Portal} on L1");
        if (answers.Of(paused) is not RpcAnswer<HexBytes>.Answered { Value: var data }) return (false, $"{way.Paused.Canonical} was not answered");
        return way.Paused.DecodeOutputs(data.Span) is AbiDecoding.Decoded { Values: [AbiValue.Flag closed, ..] }
            ? (closed.Value, closed.Value ? $"{way.Paused.Canonical} of {way.Portal} is true" : null)
            : (false, $"what {way.Paused.Canonical} returned cannot be read");
    }
}
