using Nines.Chains.Bitcoin;
using Nines.Chains.JsonRpc;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.Bitcoin;

/// <summary>
/// Looks at a Bitcoin node: one request about the node, a second about blocks, and after a reorganisation a few more to find how deep
/// it went.
/// </summary>
public sealed class BitcoinProbe : Probe
{
    private const double SatoshiPerVirtualByte = 100_000;   // of one BTC per 1,000 virtual bytes
    private const int BranchesWithin = 144;
    private const int CheckBelow = 2;
    private static readonly Duration BlockTime = Duration.FromMinutes(10);

    private readonly BitcoinOptions options;
    private readonly ProbeEnvironment environment;
    private readonly RpcEndpoint endpoint;
    private readonly BasicCredential credential;
    private readonly Readout readout;
    private readonly Branches branches;
    private BitcoinHeader? head;
    private (ulong Depth, Instant At)? reorganised;

    public BitcoinProbe(ProbeDefinition definition, BitcoinOptions options, NetworkPath path, ProbeEnvironment environment)
        : this(definition, options, path, environment, transport: null) { }

    internal BitcoinProbe(ProbeDefinition definition, BitcoinOptions options, NetworkPath path, ProbeEnvironment environment, HttpMessageHandler? transport)
    {
        (this.options, this.environment) = (options, environment);
        endpoint = new RpcEndpoint(definition, options, path, environment, transport);
        credential = new BasicCredential(options.Url, options.User, options.Password, options.CookieFile);
        readout = new Readout(definition.Signals, new BitcoinProbeType().Signals);
        branches = new Branches(endpoint);
    }

    public static string NameOf(BitcoinNetwork network) => network switch
    {
        BitcoinNetwork.Main => "main",
        BitcoinNetwork.Test => "test",
        BitcoinNetwork.Testnet4 => "testnet4",
        BitcoinNetwork.Signet => "signet",
        BitcoinNetwork.Regtest => "regtest",
        _ => throw new ArgumentOutOfRangeException(nameof(network)),
    };

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        var (text, trouble) = credential.Read();
        if (trouble is not null) return new Sight(new Outcome.ProbeFault(trouble), []);
        endpoint.Authorize(text);

        var node = new RpcBatch();
        var chain = node.Add(BitcoinCalls.BlockchainInfo);
        var network = node.Add(BitcoinCalls.NetworkInfo);
        var tips = node.Add(BitcoinCalls.ChainTips);
        var mempool = node.Add(BitcoinCalls.MempoolInfo);
        var fee = node.Add(BitcoinCalls.FeeRate(options.FeeTarget));
        var (said, took, failure) = await endpoint.AskAsync(node, limit).ConfigureAwait(false);
        if (said is null) return failure;
        if (said.Of(chain) is not RpcAnswer<BlockchainInfo>.Answered { Value: var info }) return FailureOf(said.Of(chain));

        var known = Value(said.Of(tips));
        var (read, check, second, blocksFailure) = await AskForBlocksAsync(info, limit).ConfigureAwait(false);
        if (read is null) return blocksFailure;
        took += second;
        var (depth, third, branchFailure) = await branches.ReplacedAsync(read.Value.Before, known.IsDefault ? [] : known, limit).ConfigureAwait(false);
        if (depth is not { } replaced) return branchFailure;
        took += third;
        if (replaced > 0 && (reorganised is not { } last || replaced >= last.Depth || Expired(last.At))) reorganised = (replaced, environment.Now());
        head = read.Value.Head;

        return new Sight(new Outcome.Answered(took), readout.Read(
            [
                SignalValue.Of(took.TotalSeconds),
                .. ChainSignals(info, read.Value.Head, replaced),
                known.IsDefault ? SignalValue.Missing : SignalValue.Of((double)known.Count(tip => !tip.IsActive && tip.Height + BranchesWithin >= info.Blocks)),
                check is null ? SignalValue.Missing : RpcValues.Whole(info.Blocks - CheckBelow),
                check is null ? SignalValue.Missing : SignalValue.Of(check.Value.ToString()),
                .. NodeSignals(info, Value(said.Of(network)), Value(said.Of(mempool)), Value(said.Of(fee))),
            ], null));
    }

    public override void HoldTripwire(Action<TripwireEvent> broke) => endpoint.HoldTripwire(broke);

    public override ValueTask DisposeAsync() => endpoint.DisposeAsync();

    /// <summary>The header of the head, when it is another than before; the hash now at the height of the head before; and the one to compare.</summary>
    private async Task<((BitcoinHeader Head, BitcoinHeader? Before)? Read, BlockHash? Check, Duration Took, Sight Failure)> AskForBlocksAsync(BlockchainInfo info, CancellationToken limit)
    {
        var batch = new RpcBatch();
        var header = head?.Hash == info.Best ? null : batch.Add(BitcoinCalls.Header(info.Best));
        var place = head is null || header is null ? null : batch.Add(BitcoinCalls.HashAt(head.Height));
        var check = info.Blocks < CheckBelow ? null : batch.Add(BitcoinCalls.HashAt(info.Blocks - CheckBelow));
        if (batch.Count == 0) return ((head!, null), null, Duration.Zero, default);

        var (answers, took, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers is null) return (null, null, took, failure);
        if (header is not null && answers.Of(header) is not RpcAnswer<BitcoinHeader>.Answered) return (null, null, took, FailureOf(answers.Of(header)));
        var newest = header is null ? head! : Value(answers.Of(header))!;
        var isReplaced = place is not null && !(answers.Of(place) is RpcAnswer<BlockHash>.Answered { Value: var now } && now == head!.Hash);
        BlockHash? hash = check is not null && answers.Of(check) is RpcAnswer<BlockHash>.Answered { Value: var at } ? at : null;
        return ((newest, isReplaced ? head : null), hash, took, default);
    }

    private SignalValue[] ChainSignals(BlockchainInfo info, BitcoinHeader newest, ulong replaced)
    {
        var age = Duration.Max(Duration.Zero, environment.Now() - newest.Time);
        return
        [
            RpcValues.Text(info.Chain),
            RpcValues.Whole(info.Blocks),
            SignalValue.Of((double)newest.Time.ToUnixTimeSeconds()),
            SignalValue.Of(age.TotalSeconds),
            SignalValue.Of(Math.Exp(-(age / BlockTime))),
            SignalValue.Of(0.0),   // behind the best source known here, itself; the judge knows the others
            RpcValues.Whole(info.Headers),
            RpcValues.Whole(info.Headers > info.Blocks ? info.Headers - info.Blocks : 0),
            SignalValue.Of(info.InitialDownload == true),
            info.Progress is { } progress ? SignalValue.Of(progress) : SignalValue.Missing,
            RpcValues.Whole(replaced),
            reorganised is { } deepest && !Expired(deepest.At) ? RpcValues.Whole(deepest.Depth) : SignalValue.Of(0.0),
        ];
    }

    private static SignalValue[] NodeSignals(BlockchainInfo info, NetworkInfo? network, MempoolInfo? mempool, double? fee) =>
    [
        network is null ? SignalValue.Missing : RpcValues.Whole(network.Connections),
        network?.Outbound is { } outbound ? RpcValues.Whole(outbound) : SignalValue.Missing,
        RpcValues.Text(string.Join("; ", info.Warnings.Concat(network?.Warnings ?? []).Distinct(StringComparer.Ordinal))),
        mempool is null ? SignalValue.Missing : RpcValues.Whole(mempool.Count),
        mempool?.MaxUsage is > 0 and var most ? SignalValue.Of(mempool.Usage / (double)most) : SignalValue.Missing,
        mempool?.MinFee is { } least ? SignalValue.Of(least * SatoshiPerVirtualByte) : SignalValue.Missing,
        fee is { } estimate ? SignalValue.Of(estimate * SatoshiPerVirtualByte) : SignalValue.Missing,
        network is null ? SignalValue.Missing : RpcValues.Text(network.Client),
    ];

    /// <summary>Refused credentials are ours to mend, and say nothing of what others get; a node that is warming up says so.</summary>
    private Sight FailureOf<T>(RpcAnswer<T> answer) => answer switch
    {
        RpcAnswer<T>.HttpRefused { Status: 401 or 403 } refused =>
            new Sight(new Outcome.ProbeFault($"the node refuses our credentials (HTTP status {refused.Status}): check user and password, cookie_file, and rpcallowip"), []),
        RpcAnswer<T>.RpcError error when BitcoinErrors.Classify(error.Code) == BitcoinErrorKind.WarmingUp => endpoint.Refused("warming_up", $"{error.Code}: {error.Message}"),
        _ => endpoint.FailureOf(answer),
    };

    private bool Expired(Instant at) => environment.Now() - at > options.ReorgMemory;

    private static T? Value<T>(RpcAnswer<T> answer) => answer is RpcAnswer<T>.Answered { Value: var value } ? value : default;
}
