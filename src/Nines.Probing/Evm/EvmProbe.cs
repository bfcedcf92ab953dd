using Nines.Chains.Evm;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.Evm;

/// <summary>Looks at an EVM node: one HTTP request with all questions in it, so that the answers belong together.</summary>
public sealed class EvmProbe : Probe
{
    private const int ClientEvery = 10;

    private readonly ProbeEnvironment environment;
    private readonly RpcEndpoint endpoint;
    private readonly Readout readout;
    private readonly bool chainMatters;
    private readonly ulong checkStep;
    private readonly RecentHeights heads = new();
    private readonly RecentHeights finals = new();
    private ulong? lastHead;
    private SignalValue client = SignalValue.Missing;
    private int looks;

    public EvmProbe(ProbeDefinition definition, EvmOptions options, NetworkPath path, ProbeEnvironment environment)
        : this(definition, options, path, environment, transport: null) { }

    internal EvmProbe(ProbeDefinition definition, EvmOptions options, NetworkPath path, ProbeEnvironment environment, HttpMessageHandler? transport)
    {
        this.environment = environment;
        endpoint = new RpcEndpoint(definition, options, path, environment, transport);
        readout = new Readout(definition.Signals, new EvmProbeType().Signals);
        chainMatters = options.ChainId is not null;
        checkStep = StepFor(definition.Every, options.BlockTime);
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        var batch = new RpcBatch();
        var chain = batch.Add(EvmCalls.ChainId);
        var latest = batch.Add(EvmCalls.GetBlock(BlockRef.Latest));
        var finalized = batch.Add(EvmCalls.GetBlock(BlockRef.Finalized));
        var syncing = batch.Add(EvmCalls.Syncing);
        var peers = batch.Add(EvmCalls.PeerCount);
        var checkNumber = CheckNumber();
        var check = checkNumber is { } number ? batch.Add(EvmCalls.GetBlock(BlockRef.At(new BlockNumber(number)))) : null;
        var version = looks++ % ClientEvery == 0 ? batch.Add(EvmCalls.ClientVersion) : null;

        var (answers, took, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers is null) return failure;

        if (answers.Of(latest) is not RpcAnswer<BlockHeader?>.Answered said) return endpoint.FailureOf(answers.Of(latest));
        if (said.Value is not { } head) return endpoint.Refused("no_head", "the node has no latest block");
        if (chainMatters && answers.Of(chain) is not RpcAnswer<ChainId>.Answered) return endpoint.FailureOf(answers.Of(chain));
        if (version is not null && answers.Of(version) is RpcAnswer<ClientVersion>.Answered { Value: var software }) client = RpcValues.Text(software.Text);

        var final = (answers.Of(finalized) as RpcAnswer<BlockHeader?>.Answered)?.Value;
        var checkedBlock = check is null ? null : (answers.Of(check) as RpcAnswer<BlockHeader?>.Answered)?.Value;
        if (checkedBlock is not null && checkedBlock.Number.Value != checkNumber) checkedBlock = null;   // another block than was asked for proves nothing
        SignalValue[] plain =
        [
            SignalValue.Of(took.TotalSeconds),
            RpcValues.Whole(head.Number.Value),
            SignalValue.Of((double)head.Timestamp.ToUnixTimeSeconds()),
            SignalValue.Of(Math.Max(0, (environment.Now() - head.Timestamp).TotalSeconds)),
            SignalValue.Of(0.0),   // behind the best source known here, itself; the judge knows the others
            SignalValue.Of(0.0),
            SignalValue.Of(heads.FellBelow(head.Number.Value, tolerated: 1)),
            final is null ? SignalValue.Missing : RpcValues.Whole(final.Number.Value),
            SignalValue.Of(final is not null && finals.FellBelow(final.Number.Value, tolerated: 0)),
            answers.Of(chain) is RpcAnswer<ChainId>.Answered id ? RpcValues.Whole(id.Value.Value) : SignalValue.Missing,
            SignalValue.Of(answers.Of(syncing) is RpcAnswer<SyncStatus>.Answered { Value: SyncStatus.Syncing }),
            answers.Of(peers) is RpcAnswer<int>.Answered count ? SignalValue.Of((double)count.Value) : SignalValue.Missing,
            checkedBlock is null ? SignalValue.Missing : RpcValues.Whole(checkedBlock.Number.Value),
            checkedBlock is null ? SignalValue.Missing : SignalValue.Of(checkedBlock.Hash.ToString()),
            client,
        ];
        lastHead = head.Number.Value;
        return new Sight(new Outcome.Answered(took), readout.Read(plain, null));
    }

    public override void HoldTripwire(Action<TripwireEvent> broke) => endpoint.HoldTripwire(broke);

    public override ValueTask DisposeAsync() => endpoint.DisposeAsync();

    /// <summary>At least two below the head before, on a grid that sources of one chain share, so that their hashes can be compared.</summary>
    private ulong? CheckNumber() => lastHead is not { } head || head < 2 ? null : (head - 2) / checkStep * checkStep;

    /// <summary>The blocks made between two looks, rounded up to a power of two: 1 when a look comes at least once a block.</summary>
    private static ulong StepFor(Duration every, Duration blockTime) =>
        System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Math.Clamp(Math.Ceiling(every / blockTime), 1, 1 << 20));

    /// <summary>The heights of the last ten answers.</summary>
    private sealed class RecentHeights
    {
        private readonly Queue<ulong> heights = new(10);

        public bool FellBelow(ulong height, ulong tolerated)
        {
            var highest = heights.Count == 0 ? height : heights.Max();
            if (heights.Count == 10) heights.Dequeue();
            heights.Enqueue(height);
            return highest > height && highest - height > tolerated;
        }
    }
}
