using System.Collections.Immutable;
using System.Globalization;
using Nines.Chains.Evm;
using Nines.Chains.JsonRpc;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.Bridges;

/// <summary>
/// Compares what was minted with what is locked, at one moment of both chains, so that nothing that is on its way can look like a mint without a lock.
/// </summary>
/// <remarks>
/// A right bridge mints after it locked and unlocks after it burned, so at every moment minted ≤ locked. Two reads one after the other do not show that: between
/// them a mint (locked first) or an unlock (minted first) may come. So locked is read at one block S of the source chain, and minted at every block of the
/// destination that may have been the newest when S was made: those whose timestamps are within the chains' clock skew of that of S. One of them was; so if minted is more
/// than locked in each of them, it was at that moment, and no message on its way explains it. One block in which it is not more is enough to find nothing, so in most looks one is read.
/// </remarks>
public sealed class BridgeProbe : Probe
{
    /// <summary>Blocks of the destination within the clock skew that are read, at most.</summary>
    private const int MostBlocks = 400;

    private const int InOneRequest = RpcBatch.MaxCalls / 2;

    private readonly ProbeDefinition definition;
    private readonly BridgeOptions options;
    private readonly ProbeEnvironment environment;
    private readonly VantagePointId from;
    private readonly Readout readout;
    private readonly BridgeSide source;
    private readonly BridgeSide destination;
    private readonly BridgeNumber locked;
    private readonly BridgeNumber minted;
    private readonly (BridgeNumber Sent, BridgeNumber Received)? messages;
    private readonly MessageLog sending;
    private readonly ExactDecimal tolerance;
    private byte[] kept = [];

    /// <exception cref="FormatException">The options are wrong; see <see cref="BridgeProbeType.Validate"/>.</exception>
    public BridgeProbe(ProbeDefinition definition, BridgeOptions options, NetworkPath path, ProbeEnvironment environment)
        : this(definition, options, path, environment, null, null) { }

    internal BridgeProbe(ProbeDefinition definition, BridgeOptions options, NetworkPath path, ProbeEnvironment environment, HttpMessageHandler? toSource, HttpMessageHandler? toDestination)
    {
        (this.definition, this.options, this.environment, from) = (definition, options, environment, path.VantagePoint.Id);
        readout = new Readout(definition.Signals, new BridgeProbeType().Signals);
        source = new BridgeSide(new RpcEndpoint(definition, options, path, environment, toSource));
        destination = new BridgeSide(new RpcEndpoint(definition, options.ToDestination, path, environment, toDestination));
        (locked, minted) = (BridgeNumber.Of(options.Locked), BridgeNumber.Of(options.Minted));
        messages = options is { Sent: { } sent, Received: { } received } ? (BridgeNumber.Of(sent), BridgeNumber.Of(received)) : null;
        sending = new MessageLog(environment.Memory.Of(definition.Id, from), $"{options.Sent?.Address} {options.Sent?.Call} {options.Received?.Address} {options.Received?.Call}");
        tolerance = ExactDecimal.TryParse(options.Tolerance.ToString(CultureInfo.InvariantCulture), out var exact) ? exact : default;
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        var started = environment.Time.GetTimestamp();
        var (moment, sight) = await MomentAsync(limit).ConfigureAwait(false);
        if (moment is null) return sight;
        var now = environment.Now();
        if (options.HeadAgeLimit.Limit is { } oldest && now - moment.Source.Timestamp > oldest)
            return Fault($"the newest moment at which both chains are known is older than {options.HeadAgeLimit}: what happened since cannot be seen");
        var (backing, failure) = await BackingAsync(moment, limit).ConfigureAwait(false);
        if (backing is null) return failure ?? Fault("the blocks of a chain changed while they were read");
        var took = Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));
        return new Sight(new Outcome.Answered(took), readout.Read(Values(took, moment, backing, environment.Now()), null))
        {
            // That all was right is known of the moment compared, give or take the skew.
            NewsDelay = Duration.Max(Duration.Zero, now - moment.Source.Timestamp + options.ClockSkew),
        };
    }

    public override async ValueTask DisposeAsync()
    {
        await source.DisposeAsync().ConfigureAwait(false);
        await destination.DisposeAsync().ConfigureAwait(false);
    }

    public override void HoldTripwire(Action<TripwireEvent> broke)
    {
        source.Endpoint.HoldTripwire(broke);
        destination.Endpoint.HoldTripwire(broke);
    }

    private static Sight Fault(string reason) => new(new Outcome.ProbeFault(reason), []);

    /// <summary>The newest block of the source for which the destination is known until after it, and the destination's blocks around its time.</summary>
    private async Task<(Moment? Moment, Sight Failure)> MomentAsync(CancellationToken limit)
    {
        var heads = await Task.WhenAll(source.Blocks.NewestAsync(options.Confirmations, limit), destination.Blocks.NewestAsync(options.DestinationConfirmations, limit)).ConfigureAwait(false);
        if (heads[0].Block is not { } newest) return (null, Of("source", heads[0].Failure!.Value));
        if (heads[1].Block is not { } end) return (null, Of("destination", heads[1].Failure!.Value));
        var (at, failure) = await source.Blocks.LastUntilAsync(end.Timestamp - options.ClockSkew, newest, limit).ConfigureAwait(false);
        if (at is null) return (null, Of("source", failure!.Value));
        var found = new List<BlockHeader>();
        foreach (var time in new[] { at.Timestamp - options.ClockSkew, at.Timestamp, at.Timestamp + options.ClockSkew })
        {
            var (block, missing) = await destination.Blocks.LastUntilAsync(time, end, limit).ConfigureAwait(false);
            if (block is null) return (null, Of("destination", missing!.Value));
            found.Add(block);
        }
        return at.Timestamp + options.ClockSkew > end.Timestamp
            ? (null, Fault("the destination chain is younger than the clock skew: nothing can be compared yet"))
            : (new Moment(at, found[0], found[1], found[2], end), default);
    }

    private async Task<(Backing? Backing, Sight? Failure)> BackingAsync(Moment moment, CancellationToken limit)
    {
        List<(BridgeNumber, BlockHeader)> there = [(locked, moment.Source)], here = [(minted, moment.Middle)];
        if (messages is { } both)
        {
            there.Add((both.Sent, moment.Source));
            here.Add((both.Received, moment.First));
            here.Add((both.Received, moment.End));
        }
        var read = await Task.WhenAll(source.ReadAsync(there, limit), destination.ReadAsync(here, limit)).ConfigureAwait(false);
        if (read[0].Values is not { } atSource) return (null, read[0].Failure is { } no ? Of("source", no) : null);
        if (read[1].Values is not { } atDestination) return (null, read[1].Failure is { } none ? Of("destination", none) : null);
        var backing = new Backing(atSource[0], atDestination[0], null, messages is null ? null : (atSource[1], atDestination[1], atDestination[2]));
        return Exceeds(backing.Minted, backing.Locked) ? await ExactlyAsync(backing, moment, limit).ConfigureAwait(false) : (backing, null);
    }

    /// <summary>Minted is more than locked at one block: whether it is at all that may have been the newest at that moment.</summary>
    private async Task<(Backing? Backing, Sight? Failure)> ExactlyAsync(Backing backing, Moment moment, CancellationToken limit)
    {
        var (first, last) = (moment.First.Number.Value, moment.Last.Number.Value);
        if (last - first >= MostBlocks) return (null, Fault($"the destination made {last - first + 1} blocks within the clock skew, more than {MostBlocks}: make clock_skew smaller"));
        var least = backing.Minted;
        for (var number = first; number <= last;)
        {
            var blocks = new List<BlockHeader>();
            for (; number <= last && blocks.Count < InOneRequest; number++)
            {
                var (block, failure) = await destination.Blocks.AtAsync(number, limit).ConfigureAwait(false);
                if (block is null) return (null, Of("destination", failure!.Value));
                blocks.Add(block);
            }
            var (values, wrong) = await destination.ReadAsync([.. blocks.Select(block => (minted, block))], limit).ConfigureAwait(false);
            if (values is null) return (null, wrong is { } no ? Of("destination", no) : null);
            foreach (var value in values)
                if (value.CompareTo(least) < 0) least = value;
            if (!Exceeds(least, backing.Locked)) return (backing with { Minted = least }, null);
        }
        return (backing with { Minted = least, Unbacked = least.Plus(backing.Locked.Times(new ExactDecimal(-1))) }, null);
    }

    private bool Exceeds(ExactDecimal much, ExactDecimal cover) => much.CompareTo(cover.Plus(tolerance)) > 0;

    private static Sight Of(string side, Sight sight) => sight.Outcome is Outcome.Refused refused ? sight with { Outcome = refused with { Message = $"the {side} chain's node: {refused.Message}" } } : sight;

    private SignalValue[] Values(Duration took, Moment moment, Backing backing, Instant now)
    {
        var text = string.Create(CultureInfo.InvariantCulture,
            $"minted {backing.Minted} at destination block {moment.Middle.Number.Value}, locked {backing.Locked} at source block {moment.Source.Number.Value} of {moment.Source.Timestamp.ToString("uuuu-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)}");
        var (pending, age, unsent) = (SignalValue.Missing, SignalValue.Missing, SignalValue.Missing);
        if (backing.Messages is { } counts)
        {
            sending.See(counts.Sent.Unscaled, moment.Source.Timestamp, counts.Received.Unscaled);
            Keep();
            var onTheirWay = counts.Sent.Unscaled - counts.Received.Unscaled;
            pending = RpcValues.Whole(onTheirWay.Sign < 0 ? 0 : onTheirWay);
            age = SignalValue.Of(AgeOf(moment, now).TotalSeconds);
            // Counts only grow: more received before than sent after is no matter of when.
            unsent = SignalValue.Of(counts.ReceivedBefore.CompareTo(counts.Sent) > 0);
        }
        return
        [
            SignalValue.Of(took.TotalSeconds),
            SignalValue.Of(backing.Locked),
            SignalValue.Of(backing.Minted),
            SignalValue.Of(backing.Unbacked ?? new ExactDecimal(0)),
            SignalValue.Of(backing.Unbacked is not null),
            SignalValue.Of(text),
            backing.Messages is { } sent ? SignalValue.Of(sent.Sent) : SignalValue.Missing,
            backing.Messages is { } received ? SignalValue.Of(received.Received) : SignalValue.Missing,
            pending,
            age,
            unsent,
            SignalValue.Of(Math.Max(0, (now - moment.Source.Timestamp).TotalSeconds)),
        ];
    }

    /// <summary>As of the destination's newest confirmed block, for it may have been received since; once that is too long, as of now: it goes on.</summary>
    private Duration AgeOf(Moment moment, Instant now)
    {
        if (sending.OldestSent is not { } sent) return Duration.Zero;
        var known = Duration.Max(Duration.Zero, moment.End.Timestamp - sent);
        return known < options.MaxMessageAge ? known : Duration.Max(known, now - sent);
    }

    private void Keep()
    {
        var piece = sending.Write();
        if (piece.AsSpan().SequenceEqual(kept)) return;
        kept = piece;
        environment.Memory.Keep(definition.Id, from, piece);
    }

    /// <summary>A block of the source, and the destination's blocks around its time.</summary>
    /// <param name="First">The newest that surely was made before.</param>
    /// <param name="Middle">By the timestamps, the newest then.</param>
    /// <param name="Last">The newest that may have been made before.</param>
    /// <param name="End">The newest that is confirmed.</param>
    private sealed record Moment(BlockHeader Source, BlockHeader First, BlockHeader Middle, BlockHeader Last, BlockHeader End);

    /// <param name="Unbacked">How much more is minted than locked; null when it is not.</param>
    private sealed record Backing(ExactDecimal Locked, ExactDecimal Minted, ExactDecimal? Unbacked, (ExactDecimal Sent, ExactDecimal ReceivedBefore, ExactDecimal Received)? Messages);
}
