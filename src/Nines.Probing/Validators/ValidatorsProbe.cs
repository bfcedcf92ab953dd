using System.Collections.Immutable;
using System.Numerics;
using Nines.Chains.Beacon;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Beacon;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.Validators;

/// <summary>
/// Looks at validators by what the chain says of them, once for each epoch, when it is settled: two epochs later. Between, looks repeat what is
/// known, without asking. The node that is asked is only the witness: that it does not answer says nothing of the validators.
/// </summary>
public sealed class ValidatorsProbe : Probe
{
    /// <summary>An epoch is settled, and its rewards are known, when the second one after it has begun.</summary>
    private const ulong SettledAfter = 2;

    /// <summary>Epochs that are read one after another to catch up; beyond, those between are left out.</summary>
    private const ulong MostBehind = 8;

    private readonly ValidatorsOptions options;
    private readonly ProbeEnvironment environment;
    private readonly BeaconEndpoint endpoint;
    private readonly Readout readout;
    private readonly ImmutableArray<ValidatorId> ids;
    private readonly ParticipationSample network;
    private readonly ValidatorBook book;
    private readonly Dictionary<ulong, IReadOnlyList<ProposerDuty>> dutiesSeen = [];
    private BeaconTime? time;
    private EpochReading? reading;
    private ulong? next;
    private Standing? standing;

    public ValidatorsProbe(ProbeDefinition definition, ValidatorsOptions options, NetworkPath path, ProbeEnvironment environment)
        : this(definition, options, path, environment, transport: null) { }

    internal ValidatorsProbe(ProbeDefinition definition, ValidatorsOptions options, NetworkPath path, ProbeEnvironment environment, HttpMessageHandler? transport)
    {
        (this.options, this.environment) = (options, environment);
        endpoint = new BeaconEndpoint(definition, options, path, environment, transport);
        readout = new Readout(definition.Signals, new ValidatorsProbeType().Signals);
        ids = ValidatorList.Read(options, out _);
        network = new ParticipationSample(endpoint, options.NetworkSample);
        book = new ValidatorBook(options);
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        var started = environment.Time.GetTimestamp();
        var now = environment.Now();
        var failure = await ReadAsync(now, limit).ConfigureAwait(false);
        if (standing is not { } known) return Unread(failure ?? endpoint.Fault("no epoch is settled yet"));
        var age = environment.Now() - time!.OfEpoch(known.Epoch + 1);
        if (age > options.StaleAfter) return Unread(failure ?? endpoint.Fault($"the newest settled epoch of the chain is {known.Epoch}"));
        var roundTrip = Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));
        return new Sight(new Outcome.Answered(roundTrip), readout.Read(Values(known, age), null))
        {
            NewsDelay = Duration.Max(Duration.Zero, now - time.OfEpoch(known.SettledBefore)),
        };
    }

    public override ValueTask DisposeAsync() => endpoint.DisposeAsync();

    /// <summary>Reads and judges the epochs that are settled and have not been judged.</summary>
    /// <returns>Why not all could be; null when they were, or there are none.</returns>
    private async Task<Sight?> ReadAsync(Instant now, CancellationToken limit)
    {
        if (time is { } known && next is { } due && now < known.OfEpoch(due + SettledAfter)) return null;
        if (endpoint.Waiting is { } waiting) return waiting;
        if (await KnowTheChainAsync(limit).ConfigureAwait(false) is { } unknown) return unknown;
        var syncing = await endpoint.AskAsync((node, stop) => node.SyncingAsync(stop), limit).ConfigureAwait(false);
        if (!syncing.IsAnswered) return syncing.Failure;
        var epoch = time!.Spec.EpochOf(syncing.Value.HeadSlot);
        await NoteDutiesAsync(epoch, limit).ConfigureAwait(false);
        if (epoch < SettledAfter) return null;
        var settled = epoch - SettledAfter;

        next ??= settled - Math.Min(settled, (ulong)options.MissedInARow - 1);
        if (settled > next && settled - next > MostBehind) GoOnAt(settled - Math.Min(settled, (ulong)options.MissedInARow - 1));
        while (next <= settled)
        {
            if (reading?.Epoch != next) reading = new EpochReading(next.Value, ids, options.Batch, endpoint, network, time.Spec, dutiesSeen.GetValueOrDefault(next.Value));
            var (record, failure, isNotOffered) = await reading.ReadAsync(limit).ConfigureAwait(false);
            if (record is null)
            {
                // An epoch that the node does not have any more is left out when there is a newer one.
                if (!isNotOffered || next == settled) return failure;
                GoOnAt(next.Value + 1);
                continue;
            }
            if (record.Validators.Count == 0) return endpoint.Fault("not_found: the chain has none of these validators; is the node on their network?");
            standing = book.Judge(record);
            (next, reading) = (next + 1, null);
        }
        return null;
    }

    private void GoOnAt(ulong epoch)
    {
        book.Skip();
        (next, reading) = (epoch, null);
    }

    private async Task<Sight?> KnowTheChainAsync(CancellationToken limit)
    {
        if (time is not null) return null;
        var genesis = await endpoint.AskAsync((node, stop) => node.GenesisAsync(stop), limit).ConfigureAwait(false);
        if (!genesis.IsAnswered) return genesis.Failure;
        var spec = await endpoint.AskAsync((node, stop) => node.SpecAsync(stop), limit).ConfigureAwait(false);
        if (!spec.IsAnswered) return spec.Failure;
        time = new BeaconTime(genesis.Value, spec.Value);
        return null;
    }

    /// <summary>Some nodes tell duties only while their epoch lasts: they are noted, for when it is judged.</summary>
    private async Task NoteDutiesAsync(ulong epoch, CancellationToken limit)
    {
        if (dutiesSeen.ContainsKey(epoch)) return;
        var answer = await endpoint.AskAsync((node, stop) => node.ProposerDutiesAsync(epoch, stop), limit).ConfigureAwait(false);
        if (answer.IsAnswered) dutiesSeen[epoch] = answer.Value;
        foreach (var old in dutiesSeen.Keys.Where(old => old + SettledAfter + MostBehind < epoch).ToArray()) dutiesSeen.Remove(old);
    }

    /// <summary>The witness's trouble is not the validators'.</summary>
    private Sight Unread(Sight failure) => endpoint.Fault("validators_unread: " + failure.Outcome switch
    {
        Outcome.Refused refused => $"{refused.Code}: {refused.Message}",
        Outcome.TimedOut late => $"the node did not answer within {late.Limit.TotalSeconds:0.###} s ({late.Phase})",
        Outcome.ProbeFault fault => fault.Reason,
        Outcome.Answered => "there is nothing to read",
        _ => throw new InvalidOperationException("Outcome is a closed hierarchy."),
    }) with { NeedsControl = failure.NeedsControl, Resolving = failure.Resolving };

    private SignalValue[] Values(Standing known, Duration age)
    {
        var now = environment.Now();
        return
        [
            RpcValues.Whole(known.Epoch),
            SignalValue.Of(Math.Max(0, age.TotalSeconds)),
            SignalValue.Of((double)known.Known),
            SignalValue.Of((double)known.OnDuty),
            known.OnDuty == 0 ? SignalValue.Missing : SignalValue.Of((double)known.Attested / known.OnDuty),
            SignalValue.Of((double)known.LongestMiss),
            SignalValue.Of((double)known.Missing),
            Text(known.MissingNames),
            Since(known.MissingSince, now),
            SignalValue.Of((double)known.CriticalAt),
            Since(known.CriticalSince, now),
            known.Participation is { } share ? SignalValue.Of(share) : SignalValue.Missing,
            SignalValue.Of(known.IsExcused),
            known.Proposals is { } proposals ? SignalValue.Of((double)proposals) : SignalValue.Missing,
            SignalValue.Of((double)known.ProposalsMissed),
            Text(known.ProposalsMissedAt),
            SignalValue.Of((double)known.SyncMembers),
            known.SyncShare is { } signed ? SignalValue.Of(signed) : SignalValue.Missing,
            SignalValue.Of((double)known.Slashed),
            Text(known.SlashedNames),
            SignalValue.Of((double)known.Exited),
            SignalValue.Of((double)known.Pending),
            SignalValue.Of((double)known.NotFound),
            RpcValues.Whole((BigInteger)known.Rewards),
            SignalValue.Of((double)known.Losing),
            Since(known.LosingSince, now),
            RpcValues.Whole((BigInteger)known.Balance),
            known.BalanceDelta is { } delta ? RpcValues.Whole((BigInteger)delta) : SignalValue.Missing,
        ];
    }

    private SignalValue Since(ulong? epoch, Instant now) => epoch is { } began ? SignalValue.Of(Math.Max(1e-9, (now - time!.OfEpoch(began)).TotalSeconds)) : SignalValue.Of(0.0);

    private static SignalValue Text(string? text) => text is null ? SignalValue.Missing : RpcValues.Text(text);
}
