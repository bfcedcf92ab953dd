using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using Nines.Chains.CometBft;
using Nines.Chains.JsonRpc;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Http;
using Nines.Probing.Paths;
using Nines.Probing.Quotas;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.CometBft;

/// <summary>
/// Looks at a CometBFT node by GET requests, one after the other on one connection, and reads the commits since the look before: what a
/// validator signed stands there, whatever its own node says.
/// </summary>
public sealed class CometBftProbe : Probe
{
    /// <summary>Commits read in one look; after a longer pause the older ones are left out.</summary>
    private const ulong MostCommits = 20;
    private const int ValidatorsPerPage = 100;
    private const int MostPages = 20;
    private const int ParamsEvery = 100;

    private readonly CometBftOptions options;
    private readonly NetworkPath path;
    private readonly ProbeEnvironment environment;
    private readonly Readout readout;
    private readonly Redaction redaction;
    private readonly CometSource node;
    private readonly CometSource? rest;
    private readonly ConsensusAddress? validator;
    private readonly Misses misses;
    private readonly ulong checkStep;
    private (string Hash, ImmutableArray<CometValidator> Validators)? set;
    private SlashingParams? slashing;
    private Tripwire? tripwire;
    private int looks;

    public CometBftProbe(ProbeDefinition definition, CometBftOptions options, NetworkPath path, ProbeEnvironment environment)
        : this(definition, options, path, environment, answer: null) { }

    /// <param name="answer">Answers requests instead of the path, in tests; null otherwise.</param>
    internal CometBftProbe(ProbeDefinition definition, CometBftOptions options, NetworkPath path, ProbeEnvironment environment, Func<Uri, (int Status, byte[] Body)>? answer)
    {
        (this.options, this.path, this.environment) = (options, path, environment);
        readout = new Readout(definition.Signals, new CometBftProbeType().Signals);
        redaction = Redaction.For(options.Url, [.. options.Headers.Values, .. options.Rest is null ? [] : new[] { options.Rest.UserInfo }]);
        node = new CometSource(options.Url, options, definition, path, environment, redaction, answer);
        rest = options.Rest is { } url ? new CometSource(url, options with { Headers = ImmutableSortedDictionary<string, string>.Empty, Quota = null }, definition, path, environment, redaction, answer) : null;
        validator = options.Validator is { } address ? ConsensusAddress.Read(address) : null;
        misses = new Misses(validator?.Hex);
        checkStep = BitOperations.RoundUpToPowerOf2((ulong)Math.Clamp(Math.Ceiling(definition.Every / options.BlockTime), 1, 1 << 20));
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        if (node.Waiting() is { } waiting) return waiting;
        var started = environment.Time.GetTimestamp();
        var (status, noStatus) = await node.AskAsync("status", CometAnswers.Status, limit).ConfigureAwait(false);
        if (status is not RpcAnswer<NodeStatus>.Answered { Value: var head }) return noStatus ?? node.FailureOf(status!);
        var (peers, noPeers) = await node.AskAsync("net_info", CometAnswers.Peers, limit).ConfigureAwait(false);
        if (noPeers is { } lost) return lost;
        var (app, noApp) = await node.AskAsync("abci_info", CometAnswers.App, limit).ConfigureAwait(false);
        if (noApp is { } alsoLost) return alsoLost;
        var (commits, noCommits) = await ReadCommitsAsync(head, limit).ConfigureAwait(false);
        if (noCommits is { } broken) return broken;
        var (slashed, noSlashing) = await AskSlashingAsync(limit).ConfigureAwait(false);
        if (noSlashing is { } off) return off;
        looks++;
        node.Took();
        var took = Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));
        return new Sight(new Outcome.Answered(took), readout.Read([SignalValue.Of(took.TotalSeconds), .. NodeValues(head, Number(peers), Value(app)), .. commits.Values(misses, validator is not null), .. SlashingValues(slashed), Client(head, Value(app))], null));
    }

    public override void HoldTripwire(Action<TripwireEvent> broke)
    {
        if (options.Tripwire == TripwireUse.Auto) tripwire ??= new Tripwire(path, HostPort.Of(options.Url), environment, broke);
    }

    public override async ValueTask DisposeAsync()
    {
        await node.DisposeAsync().ConfigureAwait(false);
        if (rest is not null) await rest.DisposeAsync().ConfigureAwait(false);
        if (tripwire is not null) await tripwire.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>What the commits of a look said.</summary>
    private sealed record Commits(SignedBlock? Newest, ulong WithOthers, SignedBlock? Check)
    {
        public SignalValue[] Values(Misses misses, bool hasValidator) =>
        [
            Newest is not null && misses.Participation is { } share ? SignalValue.Of(share) : SignalValue.Missing,
            Newest is null ? SignalValue.Missing : RpcValues.Whole(Newest.Round),
            Check is null ? SignalValue.Missing : RpcValues.Whole(Check.Height),
            Check is null ? SignalValue.Missing : SignalValue.Of(Check.BlockHash),
            SignalValue.Of(hasValidator && Newest is not null && !misses.IsInSet),
            RpcValues.Whole(misses.InRow),
            RpcValues.Whole(WithOthers),
        ];
    }

    /// <summary>The commits since the look before, up to the one below the head: only that is whole, the next block has put it on record.</summary>
    private async Task<(Commits Read, Sight? Failure)> ReadCommitsAsync(NodeStatus head, CancellationToken limit)
    {
        SignedBlock? newest = null;
        ulong withOthers = 0;
        var last = head.Height > 0 ? head.Height - 1 : 0;
        if (misses.Height > last + MostCommits) return (new Commits(null, 0, null), null);   // an older member behind one address: nothing new
        var first = validator is null || misses.Height == 0 ? last : Math.Max(misses.Height + 1, last >= MostCommits ? last - (MostCommits - 1) : 1);
        for (var height = Math.Max(1, Math.Min(first, last)); height <= last; height++)
        {
            var (answer, failure) = await node.AskAsync($"commit?height={height}", CometAnswers.Commit, limit).ConfigureAwait(false);
            if (failure is not null) return (new Commits(newest, withOthers, null), failure);
            if (answer is not RpcAnswer<SignedBlock>.Answered { Value: var block } || block.Height != height) break;
            newest = block;
            if (height <= misses.Height) continue;
            var (validators, noSet) = await SetOfAsync(block, limit).ConfigureAwait(false);
            if (noSet is not null) return (new Commits(newest, withOthers, null), noSet);
            if (misses.Take(block, validators)) withOthers++;
        }
        var check = last >= checkStep + 1 ? (last - 1) / checkStep * checkStep : 0;
        if (check == 0 || newest is null) return (new Commits(newest, withOthers, null), null);
        if (check == newest.Height) return (new Commits(newest, withOthers, newest), null);
        var (checkedBlock, noCheck) = await node.AskAsync($"commit?height={check}", CometAnswers.Commit, limit).ConfigureAwait(false);
        return (new Commits(newest, withOthers, checkedBlock is RpcAnswer<SignedBlock>.Answered { Value: var at } && at.Height == check ? at : null), noCheck);
    }

    /// <summary>The validators that were to sign a block; fetched anew when the header says that the set has changed. Null where the node does not give it.</summary>
    private async Task<(ImmutableArray<CometValidator>? Set, Sight? Failure)> SetOfAsync(SignedBlock block, CancellationToken limit)
    {
        if (set is { } known && known.Hash == block.ValidatorsHash) return (known.Validators, null);
        var all = ImmutableArray.CreateBuilder<CometValidator>();
        for (var page = 1; page <= MostPages; page++)
        {
            var (answer, failure) = await node.AskAsync($"validators?height={block.Height}&page={page}&per_page={ValidatorsPerPage}", CometAnswers.Validators, limit).ConfigureAwait(false);
            if (failure is not null) return (null, failure);
            if (answer is not RpcAnswer<ValidatorPage>.Answered { Value: { Validators.Length: > 0 } got }) return (null, null);
            all.AddRange(got.Validators);
            if ((ulong)all.Count >= got.Total) break;
        }
        set = (block.ValidatorsHash, all.ToImmutable());
        return (set.Value.Validators, null);
    }

    private async Task<(SigningInfo? Info, Sight? Failure)> AskSlashingAsync(CancellationToken limit)
    {
        if (rest is null || validator?.Bech32 is not { } address) return (null, null);
        if (slashing is null || looks % ParamsEvery == 0)
        {
            var (given, noParams) = await rest.AskAsync("cosmos/slashing/v1beta1/params", CometAnswers.Slashing, limit).ConfigureAwait(false);
            if (noParams is not null) return (null, noParams);
            slashing = Value(given!) ?? slashing;
        }
        var (info, failure) = await rest.AskAsync($"cosmos/slashing/v1beta1/signing_infos/{address}", CometAnswers.Signing, limit).ConfigureAwait(false);
        return (info is null ? null : Value(info), failure);
    }

    private SignalValue[] NodeValues(NodeStatus head, ulong? peers, AppInfo? app) =>
    [
        RpcValues.Text(head.ChainId),
        RpcValues.Whole(head.Height),
        SignalValue.Of((double)head.Time.ToUnixTimeSeconds()),
        SignalValue.Of(Math.Max(0, (environment.Now() - head.Time).TotalSeconds)),
        SignalValue.Of(0.0),   // behind the best source known here, itself; the judge knows the others
        RpcValues.Whole(head.Height),
        SignalValue.Of((double)head.Time.ToUnixTimeSeconds()),
        SignalValue.Of(head.CatchingUp),
        peers is { } count ? RpcValues.Whole(count) : SignalValue.Missing,
        app is null ? SignalValue.Missing : RpcValues.Whole(head.Height > app.Height ? head.Height - app.Height : 0),
    ];

    private SignalValue[] SlashingValues(SigningInfo? info) =>
    [
        info is not null && slashing?.Jails is { } jails ? SignalValue.Of(info.Missed / jails) : SignalValue.Missing,
        SignalValue.Of(info is not null && info.JailedUntil > environment.Now()),
        SignalValue.Of(info?.Tombstoned == true),
    ];

    private static SignalValue Client(NodeStatus head, AppInfo? app) =>
        RpcValues.Text(app is { Version.Length: > 0 } ? $"CometBFT {head.Version}, {app.Name} {app.Version}" : $"CometBFT {head.Version}");

    private static T? Value<T>(RpcAnswer<T>? answer) where T : class => (answer as RpcAnswer<T>.Answered)?.Value;

    private static ulong? Number(RpcAnswer<ulong>? answer) => (answer as RpcAnswer<ulong>.Answered)?.Value;
}
