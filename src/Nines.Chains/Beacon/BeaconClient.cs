using System.Globalization;
using Nines.Chains.Evm;

namespace Nines.Chains.Beacon;

/// <summary>
/// Asks one beacon node by the beacon API. The caller gives the path (proxy, source address, TLS, headers) with the invoker, and the time limit
/// with the token. Nothing is retried. Exceptions are those of the transport: <see cref="HttpRequestException"/>,
/// <see cref="IOException"/> when a transfer breaks off, <see cref="OperationCanceledException"/>. For use by several threads at once.
/// </summary>
/// <remarks>Source: the Ethereum beacon API specification (ethereum/beacon-APIs).</remarks>
public sealed partial class BeaconClient
{
    /// <summary>What one validator adds to an answer at most, in bytes: keys, epochs and balances with their names, and white space.</summary>
    private const int BytesOfOne = 2_048;

    /// <summary>Most validators that one GET may ask for by the specification.</summary>
    private const int MostByGet = 64;

    private readonly HttpMessageInvoker _http;
    private readonly Uri _base;
    private readonly int _mostBytes;
    private volatile bool _refusesPost; // of validators: older nodes know only GET

    /// <param name="http">Stays the caller's to dispose of.</param>
    /// <param name="url">Where the API begins, without /eth; may hold a key, so it appears in no message.</param>
    /// <param name="mostBytes">Bytes of an answer that are read, where it is not about many validators: those may be as much longer as they are many.</param>
    public BeaconClient(HttpMessageInvoker http, Uri url, int mostBytes = 1 << 20)
    {
        ArgumentNullException.ThrowIfNull(url);
        _http = http;
        _base = url;
        _mostBytes = mostBytes is >= 1 << 10 and <= 256 << 20 ? mostBytes : throw new ArgumentOutOfRangeException(nameof(mostBytes), mostBytes, "is not in [1 KiB, 256 MiB]");
    }

    public Task<BeaconAnswer<NodeSyncing>> SyncingAsync(CancellationToken cancellation) => GetAsync("/eth/v1/node/syncing", BeaconReading.Syncing, cancellation);

    /// <summary>The status with which the node says how it is: 200 ready, 206 syncing but answering, 503 not ready.</summary>
    public async Task<int> HealthAsync(CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, UriOf("/eth/v1/node/health"));
        using var response = await SendAsync(request, cancellation).ConfigureAwait(false);
        await ReadAsync(response.Content, _mostBytes, cancellation).ConfigureAwait(false);
        return (int)response.StatusCode;
    }

    public Task<BeaconAnswer<ulong>> PeerCountAsync(CancellationToken cancellation) => GetAsync("/eth/v1/node/peer_count", BeaconReading.PeerCount, cancellation);

    public Task<BeaconAnswer<string>> VersionAsync(CancellationToken cancellation) => GetAsync("/eth/v1/node/version", BeaconReading.Version, cancellation);

    public Task<BeaconAnswer<Genesis>> GenesisAsync(CancellationToken cancellation) => GetAsync("/eth/v1/beacon/genesis", BeaconReading.Genesis, cancellation);

    public Task<BeaconAnswer<ChainSpec>> SpecAsync(CancellationToken cancellation) => GetAsync("/eth/v1/config/spec", BeaconReading.Spec, cancellation);

    /// <param name="block">head, genesis, finalized, a slot, or a root.</param>
    public Task<BeaconAnswer<BeaconHeader>> HeaderAsync(string block, CancellationToken cancellation) => GetAsync($"/eth/v1/beacon/headers/{block}", BeaconReading.Header, cancellation);

    public Task<BeaconAnswer<BeaconHeader>> HeaderAsync(ulong slot, CancellationToken cancellation) => HeaderAsync(slot.ToString(CultureInfo.InvariantCulture), cancellation);

    public Task<BeaconAnswer<BeaconHeader>> HeaderAsync(Hash32 root, CancellationToken cancellation) => HeaderAsync(root.ToString(), cancellation);

    /// <summary>As of the head's state.</summary>
    public Task<BeaconAnswer<FinalityCheckpoints>> FinalityAsync(CancellationToken cancellation) =>
        GetAsync("/eth/v1/beacon/states/head/finality_checkpoints", BeaconReading.Finality, cancellation);

    /// <summary>Those of the validators that the state has; one that it does not have is left out, and is no error. In any order.</summary>
    /// <param name="state">head, finalized, a slot, or a root.</param>
    /// <param name="ids">As many as the caller wants in one answer. A node that does not take them in a body is asked for 64 at a time, now and from then on.</param>
    public async Task<BeaconAnswer<List<Validator>>> ValidatorsAsync(string state, IReadOnlyCollection<ValidatorId> ids, CancellationToken cancellation)
    {
        var path = $"/eth/v1/beacon/states/{state}/validators";
        if (!_refusesPost)
        {
            var answer = await SendAsync(Post(path, json => WriteIds(json, "ids", ids)), Listed(ValidatorReading.Validator), BytesFor(ids.Count), cancellation).ConfigureAwait(false);
            // A node without the method answers 404 as for a state that it does not have: only the GET tells them apart.
            if (answer is not BeaconAnswer<List<Validator>>.Refused { Kind: BeaconErrorKind.NotFound or BeaconErrorKind.Unsupported }) return answer;
        }

        var all = new List<Validator>();
        foreach (var some in ids.Chunk(MostByGet))
        {
            var query = string.Join(',', some.Select(id => id.ToString()));
            var answer = await GetAsync($"{path}?id={query}", Listed(ValidatorReading.Validator), cancellation, BytesFor(some.Length)).ConfigureAwait(false);
            if (answer is not BeaconAnswer<List<Validator>>.Answered part) return answer;
            _refusesPost = true;
            all.AddRange(part.Value);
        }

        return new BeaconAnswer<List<Validator>>.Answered(all);
    }

    /// <summary>What each of the validators got for its attestation of an epoch. Known from the start of the second epoch after it.</summary>
    public Task<BeaconAnswer<List<AttestationReward>>> AttestationRewardsAsync(ulong epoch, IReadOnlyCollection<ValidatorId> ids, CancellationToken cancellation) =>
        SendAsync(Post($"/eth/v1/beacon/rewards/attestations/{epoch}", json => WriteIds(json, null, ids)), body => BeaconReading.Data(body, ValidatorReading.AttestationRewards), BytesFor(ids.Count), cancellation);

    /// <summary>What those of the validators that are in the sync committee got for a block.</summary>
    public Task<BeaconAnswer<List<SyncCommitteeReward>>> SyncCommitteeRewardsAsync(ulong slot, IReadOnlyCollection<ValidatorId> ids, CancellationToken cancellation) =>
        SendAsync(Post($"/eth/v1/beacon/rewards/sync_committee/{slot}", json => WriteIds(json, null, ids)), Listed(ValidatorReading.SyncCommitteeReward), BytesFor(ids.Count), cancellation);

    /// <param name="block">head, finalized, a slot, or a root.</param>
    public Task<BeaconAnswer<BlockReward>> BlockRewardsAsync(string block, CancellationToken cancellation) =>
        GetAsync($"/eth/v1/beacon/rewards/blocks/{block}", ValidatorReading.BlockReward, cancellation);

    /// <summary>Who is to propose in each slot of an epoch. Nodes know it for the current epoch; many for those before.</summary>
    public Task<BeaconAnswer<List<ProposerDuty>>> ProposerDutiesAsync(ulong epoch, CancellationToken cancellation) =>
        GetAsync($"/eth/v1/validator/duties/proposer/{epoch}", Listed(BeaconReading.ProposerDuty), cancellation);

    public Task<BeaconAnswer<List<AttesterDuty>>> AttesterDutiesAsync(ulong epoch, IReadOnlyCollection<ulong> indices, CancellationToken cancellation) =>
        SendAsync(Post($"/eth/v1/validator/duties/attester/{epoch}", json => WriteIndices(json, indices)), Listed(BeaconReading.AttesterDuty), BytesFor(indices.Count), cancellation);

    /// <summary>Which of the validators are in the sync committee of an epoch.</summary>
    public Task<BeaconAnswer<List<SyncDuty>>> SyncDutiesAsync(ulong epoch, IReadOnlyCollection<ulong> indices, CancellationToken cancellation) =>
        SendAsync(Post($"/eth/v1/validator/duties/sync/{epoch}", json => WriteIndices(json, indices)), Listed(BeaconReading.SyncDuty), BytesFor(indices.Count), cancellation);

    /// <summary>Which of the validators the node has seen anything of in an epoch, the current one or the one before.</summary>
    public Task<BeaconAnswer<List<Liveness>>> LivenessAsync(ulong epoch, IReadOnlyCollection<ulong> indices, CancellationToken cancellation) =>
        SendAsync(Post($"/eth/v1/validator/liveness/{epoch}", json => WriteIndices(json, indices)), Listed(BeaconReading.Liveness), BytesFor(indices.Count), cancellation);

    /// <summary>Subscribes to head, finalized_checkpoint and chain_reorg. The response's stream goes to a <see cref="BeaconEventReader"/>; it and the response are the caller's to dispose of.</summary>
    public Task<HttpResponseMessage> SubscribeAsync(CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, UriOf("/eth/v1/events?topics=head&topics=finalized_checkpoint&topics=chain_reorg"));
        request.Headers.Accept.ParseAdd("text/event-stream");
        return SendAsync(request, cancellation);
    }
}
