using Nines.Chains.Beacon;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Http;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.Beacon;

/// <summary>Looks at a beacon node: what it says of itself, where its head and its finality are, which blocks it has, and when its heads came.</summary>
public sealed class BeaconProbe : Probe
{
    /// <summary>What hardly ever changes is asked again at every tenth look.</summary>
    private const int NowAndThen = 10;

    /// <summary>Blocks that one look asks for, to follow the head back.</summary>
    private const int MostBlocks = 8;

    private readonly BeaconOptions options;
    private readonly ProbeEnvironment environment;
    private readonly BeaconEndpoint endpoint;
    private readonly Readout readout;
    private readonly ulong checkStep;
    private readonly ClockBounds clock = new();
    private readonly RecentBlocks blocks = new();
    private readonly ParticipationSample participation;
    private BeaconTime? time;
    private HeadEvents? events;
    private Tripwire? tripwire;
    private ulong? headBefore;
    private ulong? highestFinal;
    private ulong? participationTried;
    private SignalValue client = SignalValue.Missing;
    private int looks;

    public BeaconProbe(ProbeDefinition definition, BeaconOptions options, NetworkPath path, ProbeEnvironment environment)
        : this(definition, options, path, environment, transport: null) { }

    internal BeaconProbe(ProbeDefinition definition, BeaconOptions options, NetworkPath path, ProbeEnvironment environment, HttpMessageHandler? transport)
    {
        (this.options, this.environment) = (options, environment);
        endpoint = new BeaconEndpoint(definition, options, path, environment, transport);
        participation = new ParticipationSample(endpoint, options.ParticipationSample);
        readout = new Readout(definition.Signals, new BeaconProbeType().Signals);
        checkStep = System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Math.Clamp(Math.Ceiling(definition.Every / options.SlotTime), 1, 1 << 20));
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        if (endpoint.Waiting is { } waiting) return waiting;
        var started = environment.Time.GetTimestamp();
        endpoint.Slowest = Duration.Zero;
        if (await KnowTheChainAsync(limit).ConfigureAwait(false) is { } unknown) return unknown;
        var syncing = await AskAsync((node, stop) => node.SyncingAsync(stop), limit).ConfigureAwait(false);
        if (!syncing.IsAnswered) return syncing.Failure;
        var head = await AskAsync((node, stop) => node.HeaderAsync("head", stop), limit).ConfigureAwait(false);
        if (!head.IsAnswered) return head.Failure;

        var finality = await AskAsync((node, stop) => node.FinalityAsync(stop), limit).ConfigureAwait(false);
        if (Stops(finality) is { } noFinality) return noFinality;
        var peers = await AskAsync((node, stop) => node.PeerCountAsync(stop), limit).ConfigureAwait(false);
        if (Stops(peers) is { } noPeers) return noPeers;
        var health = await AskAsync<int>(async (node, stop) => new BeaconAnswer<int>.Answered(await node.HealthAsync(stop).ConfigureAwait(false)), limit).ConfigureAwait(false);
        if (!health.IsAnswered) return health.Failure;
        await blocks.FollowAsync(head.Value, async root =>
        {
            var parent = await AskAsync((node, stop) => node.HeaderAsync(root, stop), limit).ConfigureAwait(false);
            return parent.IsAnswered ? parent.Value : null;
        }, MostBlocks).ConfigureAwait(false);
        await ReadParticipationAsync(head.Value, limit).ConfigureAwait(false);

        var roundTrip = Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));
        var values = Values(roundTrip, syncing.Value, head.Value, finality.IsAnswered ? finality.Value : null, peers.IsAnswered ? peers.Value : null, health.Value);
        headBefore = head.Value.Slot;
        return new Sight(new Outcome.Answered(roundTrip), readout.Read(values, null));
    }

    public override void HoldTripwire(Action<TripwireEvent> broke)
    {
        if (options.Tripwire == TripwireUse.Auto) tripwire ??= endpoint.HoldTripwire(broke);
    }

    public override async ValueTask DisposeAsync()
    {
        if (events is not null) await events.DisposeAsync().ConfigureAwait(false);
        if (tripwire is not null) await tripwire.DisposeAsync().ConfigureAwait(false);
        await endpoint.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Genesis, parameters and version: at the first look and at every tenth, for another node may have come behind the URL.</summary>
    /// <returns>The sight that there is instead.</returns>
    private async Task<Sight?> KnowTheChainAsync(CancellationToken limit)
    {
        if (time is not null && looks++ % NowAndThen != 0) return null;
        var genesis = await AskAsync((node, stop) => node.GenesisAsync(stop), limit).ConfigureAwait(false);
        if (!genesis.IsAnswered) return genesis.Failure;
        var spec = await AskAsync((node, stop) => node.SpecAsync(stop), limit).ConfigureAwait(false);
        if (!spec.IsAnswered) return spec.Failure;
        var version = await AskAsync((node, stop) => node.VersionAsync(stop), limit).ConfigureAwait(false);
        if (Stops(version) is { } failure) return failure;
        if (version.IsAnswered) client = RpcValues.Text(version.Value);
        var now = new BeaconTime(genesis.Value, spec.Value);
        if (now == time) return null;
        time = now;
        if (events is not null) await events.DisposeAsync().ConfigureAwait(false);
        events = options.Events ? new HeadEvents(endpoint, environment, now) : null;
        return null;
    }

    private async Task<Asked<T>> AskAsync<T>(Func<BeaconClient, CancellationToken, Task<BeaconAnswer<T>>> ask, CancellationToken limit)
    {
        var asked = await endpoint.AskAsync(ask, limit).ConfigureAwait(false);
        if (asked.Answer?.Date is { } date) clock.Add(date, asked.Sent, asked.Received);
        return asked;
    }

    /// <summary>What the node does not offer leaves its signals missing; anything else is a failed look.</summary>
    private static Sight? Stops<T>(Asked<T> asked) => asked.IsAnswered || asked.IsNotOffered ? null : asked.Failure;

    /// <summary>Once for each epoch that is settled. What cannot be read is missing, and is tried again with the next.</summary>
    private async Task ReadParticipationAsync(BeaconHeader head, CancellationToken limit)
    {
        var epoch = time!.Spec.EpochOf(head.Slot);
        if (epoch < 2 || participationTried == epoch) return;
        participationTried = epoch;
        if (await participation.ReadAsync(epoch - 2, limit).ConfigureAwait(false) is { Outcome: Outcome.TimedOut }) participationTried = null;
    }

    private SignalValue[] Values(Duration roundTrip, NodeSyncing syncing, BeaconHeader head, FinalityCheckpoints? finality, ulong? peers, int health)
    {
        var now = environment.Now();
        var (at, spec) = (time!, time!.Spec);
        var headTime = at.Of(head.Slot);
        var told = events?.Look() ?? default;
        var final = finality?.Finalized.Epoch;
        var epoch = spec.EpochOf(head.Slot);
        var fellBack = final < highestFinal;
        highestFinal = final is { } reached && !(reached < highestFinal) ? reached : highestFinal;
        var check = headBefore is { } before && before >= 2 ? (before - 2) / checkStep * checkStep : (ulong?)null;
        var checkedBlock = check is { } slot ? blocks.AtOrBefore(slot) : null;
        return
        [
            SignalValue.Of(roundTrip.TotalSeconds),
            SignalValue.Of(endpoint.Slowest.TotalSeconds),
            RpcValues.Whole(head.Slot),
            SignalValue.Of(BeaconTime.Seconds(headTime)),
            SignalValue.Of(Math.Max(0, (now - headTime).TotalSeconds)),
            SignalValue.Of(0.0),   // behind the best source known here, itself; the judge knows the others
            SignalValue.Of(0.0),
            SignalValue.Of(blocks.WentBackwards),
            final is { } finalEpoch ? RpcValues.Whole((System.Numerics.BigInteger)finalEpoch * spec.SlotsPerEpoch) : SignalValue.Missing,
            final is { } known ? SignalValue.Of(BeaconTime.Seconds(at.OfEpoch(known))) : SignalValue.Missing,
            SignalValue.Of(fellBack),
            final is { } lastFinal ? SignalValue.Of((double)epoch - lastFinal) : SignalValue.Missing,
            Since(final, 4, epoch, now),
            Since(final, 6, epoch, now),
            RpcValues.Whole(syncing.SyncDistance),
            SignalValue.Of(syncing.IsSyncing),
            SignalValue.Of(syncing.IsOptimistic),
            SignalValue.Of(syncing.ElOffline),
            SignalValue.Of((double)health),
            peers is { } count ? SignalValue.Of((double)count) : SignalValue.Missing,
            participation.Last is { } last && last.Epoch + 3 >= epoch ? SignalValue.Of(last.Share) : SignalValue.Missing,
            blocks.MissedShare is { } missed ? SignalValue.Of(missed) : SignalValue.Missing,
            RpcValues.Whole(Math.Max(blocks.ReorgDepth, told.Deepest)),
            told.LateShare is { } late ? SignalValue.Of(late) : SignalValue.Missing,
            SignalValue.Of(told.LateSince is { } since ? Math.Max(0, (now - since).TotalSeconds) : 0),
            SignalValue.Of(clock.Surely.TotalSeconds),
            SignalValue.Of(clock.Offset),
            spec.DepositChainId is { } chain ? RpcValues.Whole(chain) : SignalValue.Missing,
            SignalValue.Of(at.Genesis.ValidatorsRoot.ToString()),
            RpcValues.Text(at.Genesis.ForkVersion),
            spec.ConfigName is { } name ? RpcValues.Text(name) : SignalValue.Missing,
            checkedBlock is null ? SignalValue.Missing : RpcValues.Whole(check!.Value),
            checkedBlock is null ? SignalValue.Missing : SignalValue.Of(checkedBlock.Root.ToString()),
            client,
        ];
    }

    /// <summary>Since the chain, by this node's own head, entered the epoch that is so many after the finalized one; 0 while it has not.</summary>
    private SignalValue Since(ulong? final, ulong epochs, ulong epoch, Instant now) =>
        final is not { } reached ? SignalValue.Missing
        : epoch < reached || epoch - reached < epochs ? SignalValue.Of(0.0)
        : SignalValue.Of(Math.Max(1e-9, (now - time!.OfEpoch(reached + epochs)).TotalSeconds));
}
