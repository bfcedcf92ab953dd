using System.Collections.Immutable;
using Nines.Chains.Evm;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using NodaTime;

namespace Nines.Probing.Contracts;

/// <summary>The questions of one look, in one request: every read at every block that is due, actions and code at the newest.</summary>
internal sealed class ContractRound
{
    private readonly ContractPlan plan;
    private readonly RpcSlot<HexBytes>? result;
    private readonly RpcSlot<HexBytes>[] actions;
    private readonly RpcSlot<HexBytes>[] code;
    private readonly RpcSlot<BlockHeader?>? again;

    /// <param name="head">The block that all is asked at; null for whichever is the latest.</param>
    /// <param name="blocks">Heights whose reads are due, the oldest first; the last is the head's.</param>
    public ContractRound(ContractPlan plan, BlockHeader? head, ImmutableArray<ulong> blocks)
    {
        (this.plan, Head) = (plan, head);
        var at = head is null ? BlockRef.Latest : BlockRef.At(head.Number);
        result = plan.Result is { } call ? Batch.Add(call.At(at)) : null;
        Blocks = [.. blocks.Select(block => new ReadsAt(block, [.. plan.Reads.Select(read => Batch.Add(read.At(BlockRef.At(new BlockNumber(block)))))]))];
        if (head is null) Blocks = [new ReadsAt(null, [.. plan.Reads.Select(read => Batch.Add(read.At(at)))])];
        actions = [.. plan.Actions.Select(action => Batch.Add(action.At(at)))];
        code = [.. plan.Coded.Select(address => Batch.Add(EvmCalls.GetCode(address, at)))];
        again = head is null ? null : Batch.Add(EvmCalls.GetBlock(at));
    }

    public RpcBatch Batch { get; } = new();

    public BlockHeader? Head { get; }

    /// <summary>The reads of each block, the oldest first.</summary>
    public ImmutableArray<ReadsAt> Blocks { get; }

    public RpcAnswer<HexBytes>? Result(RpcBatchAnswers answers) => result is null ? null : answers.Of(result);

    public IEnumerable<RpcAnswer<HexBytes>> Actions(RpcBatchAnswers answers) => actions.Select(answers.Of);

    public IEnumerable<(Address Address, RpcAnswer<HexBytes> Answer)> Code(RpcBatchAnswers answers) => plan.Coded.Zip(code.Select(answers.Of));

    /// <summary>True when the block is no longer the one that was chosen, or a node that answered does not have it: another look is due, at another block.</summary>
    public bool Moved(RpcBatchAnswers answers)
    {
        if (again is null) return false;
        if (answers.Of(again) is RpcAnswer<BlockHeader?>.Answered { Value: var seen } && seen?.Hash != Head!.Hash) return true;
        return actions.Concat(code).Concat(Blocks[^1].Slots).Concat(result is null ? [] : [result])
            .Any(slot => answers.Of(slot) is RpcAnswer<HexBytes>.RpcError { Kind: RpcErrorKind.HeaderNotFound or RpcErrorKind.StateUnavailable });
    }

    /// <summary>What the second look at the block said, where it was no block.</summary>
    public RpcAnswer<BlockHeader?>? Unconfirmed(RpcBatchAnswers answers) =>
        again is not null && answers.Of(again) is not RpcAnswer<BlockHeader?>.Answered and var answer ? answer : null;

    /// <param name="Number">Null for whichever block is the latest.</param>
    public sealed record ReadsAt(ulong? Number, ImmutableArray<RpcSlot<HexBytes>> Slots);
}
