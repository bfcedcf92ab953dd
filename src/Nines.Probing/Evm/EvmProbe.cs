using Nines.Chains.Evm;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.Evm;

/// <summary>
/// Looks at an EVM node: one HTTP request with all questions in it, so that the answers belong together; a further one only where an
/// answer contradicts what was said before, and now and then for logs.
/// </summary>
public sealed class EvmProbe : Probe
{
    private const int ClientEvery = 10;

    /// <summary>Whose balance is read: any account proves that the state is there.</summary>
    private static readonly Address Anybody = Address.Parse("0x0000000000000000000000000000000000000000");

    private readonly ProbeEnvironment environment;
    private readonly RpcEndpoint endpoint;
    private readonly Readout readout;
    private readonly bool chainMatters;
    private readonly bool blocksOutrunLooks;
    private readonly ulong checkStep;
    private readonly Rechecks rechecks;
    private readonly SilentLogs? logs;
    private readonly HeadStream? stream;
    private readonly KnownBlocks blocks = new();
    private readonly RecentHeads heads = new();
    private readonly FinalizedMemory finals = new();
    private BlockHeader? last;
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
        blocksOutrunLooks = options.BlockTime < definition.Every;
        checkStep = StepFor(definition.Every, options.BlockTime);
        rechecks = new Rechecks(endpoint);
        if (options.Logs) logs = new SilentLogs(endpoint);
        if (options.WsUrl is { } ws) stream = new HeadStream(ws, options, definition, path, environment);
    }

    /// <summary>The questions of a look. The order matters: a node answers one after the other, so the head may move on after a lower block was told, never before.</summary>
    private sealed class Questions
    {
        public readonly RpcBatch Batch = new();
        public readonly RpcSlot<ChainId> Chain;
        public readonly RpcSlot<BlockHeader?> Finalized, Safe, Latest;
        public readonly RpcSlot<SyncStatus> Syncing;
        public readonly RpcSlot<int> Peers;
        public readonly RpcSlot<Wei> Balance;

        public Questions()
        {
            Chain = Batch.Add(EvmCalls.ChainId);
            Finalized = Batch.Add(EvmCalls.GetBlock(BlockRef.Finalized));
            Safe = Batch.Add(EvmCalls.GetBlock(BlockRef.Safe));
            Latest = Batch.Add(EvmCalls.GetBlock(BlockRef.Latest));
            Syncing = Batch.Add(EvmCalls.Syncing);
            Peers = Batch.Add(EvmCalls.PeerCount);
            Balance = Batch.Add(EvmCalls.GetBalance(Anybody, BlockRef.Latest));
        }
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        stream?.Hold();
        var asked = new Questions();
        var checkNumber = CheckNumber();
        var check = checkNumber is { } number ? asked.Batch.Add(EvmCalls.GetBlock(BlockRef.At(new BlockNumber(number)))) : null;
        var again = blocksOutrunLooks && last is not null ? asked.Batch.Add(EvmCalls.GetBlock(BlockRef.At(last.Number))) : null;
        var version = looks++ % ClientEvery == 0 ? asked.Batch.Add(EvmCalls.ClientVersion) : null;

        var (answers, took, failure) = await endpoint.AskAsync(asked.Batch, limit).ConfigureAwait(false);
        if (answers is null) return failure;
        if (answers.Of(asked.Latest) is not RpcAnswer<BlockHeader?>.Answered said) return endpoint.FailureOf(answers.Of(asked.Latest));
        if (said.Value is not { } head) return endpoint.Refused("no_head", "the node has no latest block");
        if (chainMatters && answers.Of(asked.Chain) is not RpcAnswer<ChainId>.Answered) return endpoint.FailureOf(answers.Of(asked.Chain));
        if (version is not null && answers.Of(version) is RpcAnswer<ClientVersion>.Answered { Value: var software }) client = RpcValues.Text(software.Text);

        var now = environment.Now();
        var final = Block(answers, asked.Finalized);
        var safe = Block(answers, asked.Safe);
        var checkedBlock = Block(answers, check) is { } told && told.Number.Value == checkNumber ? told : null;   // another block than was asked for proves nothing
        var depth = await rechecks.ReorgDepthAsync(blocks, [final, safe, checkedBlock, Block(answers, again), head], last, limit).ConfigureAwait(false);
        var outOfOrder = Rechecks.IsOutOfOrder(final, safe, head) && await rechecks.IsOutOfOrderAsync(limit).ConfigureAwait(false);
        var finalFault = final is null ? null : finals.Fault(final, now);
        var (logsFault, otherHead) = logs is not null && last is not null && blocks.HashAt(last.Number.Value) == last.Hash ? await logs.FaultAsync(last, limit).ConfigureAwait(false) : default;
        var fall = await rechecks.FallAsync(heads, head.Number.Value, otherHead, limit).ConfigureAwait(false);
        heads.Note(head.Number.Value);
        if (otherHead is { } also) heads.Note(also);
        var streamed = stream?.Compare(head, now);
        var stateError = StateError(answers.Of(asked.Balance));
        last = head;

        SignalValue[] plain =
        [
            SignalValue.Of(took.TotalSeconds),
            RpcValues.Whole(head.Number.Value),
            SignalValue.Of((double)head.Timestamp.ToUnixTimeSeconds()),
            SignalValue.Of(Math.Max(0, (now - head.Timestamp).TotalSeconds)),
            SignalValue.Of(0.0),   // behind the best source known here, itself; the judge knows the others
            SignalValue.Of(0.0),
            SignalValue.Of(fall is not null),
            TextOf(fall),
            safe is null ? SignalValue.Missing : RpcValues.Whole(safe.Number.Value),
            final is null ? SignalValue.Missing : RpcValues.Whole(final.Number.Value),
            final is null ? SignalValue.Missing : SignalValue.Of((double)final.Timestamp.ToUnixTimeSeconds()),
            SignalValue.Of(finalFault is not null),
            TextOf(finalFault),
            SignalValue.Of(outOfOrder),
            SignalValue.Of((double)depth),
            answers.Of(asked.Chain) is RpcAnswer<ChainId>.Answered id ? RpcValues.Whole(id.Value.Value) : SignalValue.Missing,
            SignalValue.Of(answers.Of(asked.Syncing) is RpcAnswer<SyncStatus>.Answered { Value: SyncStatus.Syncing }),
            answers.Of(asked.Peers) is RpcAnswer<int>.Answered count ? SignalValue.Of((double)count.Value) : SignalValue.Missing,
            SignalValue.Of(stateError is not null),
            TextOf(stateError),
            SignalValue.Of(logsFault is not null),
            TextOf(logsFault),
            streamed?.Head is { } streamedHead ? RpcValues.Whole(streamedHead) : SignalValue.Missing,
            streamed is { } behind ? RpcValues.Whole(behind.Behind) : SignalValue.Missing,
            streamed is { } silent ? SignalValue.Of(silent.Silence.TotalSeconds) : SignalValue.Missing,
            TextOf(streamed?.Trouble),
            checkedBlock is null ? SignalValue.Missing : RpcValues.Whole(checkedBlock.Number.Value),
            checkedBlock is null ? SignalValue.Missing : SignalValue.Of(checkedBlock.Hash.ToString()),
            client,
        ];
        return new Sight(new Outcome.Answered(took), readout.Read(plain, null));
    }

    public override void HoldTripwire(Action<TripwireEvent> broke) => endpoint.HoldTripwire(broke);

    public override async ValueTask DisposeAsync()
    {
        if (stream is not null) await stream.DisposeAsync().ConfigureAwait(false);
        await endpoint.DisposeAsync().ConfigureAwait(false);
    }

    private static BlockHeader? Block(RpcBatchAnswers answers, RpcSlot<BlockHeader?>? slot) => slot is null ? null : (answers.Of(slot) as RpcAnswer<BlockHeader?>.Answered)?.Value;

    private SignalValue TextOf(string? text) => text is null ? SignalValue.Missing : RpcValues.Text(endpoint.Redaction.Apply(text));

    /// <returns>What a node says that has a head and not its state; null when it has it, or does not offer the question.</returns>
    private static string? StateError(RpcAnswer<Wei> answer) =>
        answer is RpcAnswer<Wei>.RpcError { Kind: not RpcErrorKind.MethodNotFound } error ? $"{error.Code}: {error.Message}" : null;

    /// <summary>At least two below the head before, on a grid that sources of one chain share, so that their hashes can be compared.</summary>
    private ulong? CheckNumber() => last?.Number.Value is not { } head || head < 2 ? null : (head - 2) / checkStep * checkStep;

    /// <summary>The blocks made between two looks, rounded up to a power of two: 1 when a look comes at least once a block.</summary>
    private static ulong StepFor(Duration every, Duration blockTime) =>
        System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Math.Clamp(Math.Ceiling(every / blockTime), 1, 1 << 20));
}
