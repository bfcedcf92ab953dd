using Nines.Chains.Evm;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using Nines.Core.Observations;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.Bridges;

/// <summary>Finds blocks of one chain by their timestamps. What it has seen it does not ask for again.</summary>
internal sealed class BlockTimes(RpcEndpoint endpoint)
{
    private const int MostKnown = 512, MostSteps = 64;

    private readonly SortedList<ulong, BlockHeader> known = [];

    /// <summary>The newest block with enough others on top.</summary>
    /// <returns>The block; the failure that there is instead.</returns>
    public async Task<(BlockHeader? Block, Sight? Failure)> NewestAsync(int confirmations, CancellationToken limit)
    {
        var batch = new RpcBatch();
        var latest = batch.Add(EvmCalls.GetBlock(BlockRef.Latest));
        var (answers, _, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers is null) return (null, failure);
        if (answers.Of(latest) is not RpcAnswer<BlockHeader?>.Answered said) return (null, endpoint.FailureOf(answers.Of(latest)));
        if (said.Value is not { } head) return (null, endpoint.Refused("no_head", "the node has no latest block"));
        var number = head.Number.Value - Math.Min(head.Number.Value, (ulong)confirmations);
        return number == head.Number.Value ? (head, null) : await AtAsync(number, limit).ConfigureAwait(false);
    }

    /// <summary>The last block whose timestamp is not after an instant, not above <paramref name="highest"/>; the first of the chain where all are after it.</summary>
    /// <inheritdoc cref="NewestAsync"/>
    public async Task<(BlockHeader? Block, Sight? Failure)> LastUntilAsync(Instant time, BlockHeader highest, CancellationToken limit)
    {
        if (highest.Timestamp <= time) return (highest, null);
        var above = highest;
        BlockHeader? below = null;
        foreach (var block in known.Values)
        {
            if (block.Number.Value >= highest.Number.Value) break;
            if (block.Timestamp > time)
            {
                above = block;
                break;
            }
            below = block;
        }
        var back = 1UL;
        for (var step = 0; step < MostSteps; step++)
        {
            var (high, low) = (above.Number.Value, below?.Number.Value);
            if (low + 1 == high) return (below, null);
            if (low is null && high == 0) return (above, null);
            var next = low is { } from ? Between(below!, above, time, step) : high - Math.Min(high, back);
            back *= 2;
            var (block, failure) = await AtAsync(next, limit).ConfigureAwait(false);
            if (block is null) return (null, failure);
            if (block.Timestamp > time) above = block;
            else below = block;
        }
        return (null, endpoint.Refused("malformed", "the timestamps of the blocks are in no order"));
    }

    /// <summary>What was seen is not what the chain is now.</summary>
    public void Forget() => known.Clear();

    public async Task<(BlockHeader? Block, Sight? Failure)> AtAsync(ulong number, CancellationToken limit)
    {
        if (known.TryGetValue(number, out var before)) return (before, null);
        var batch = new RpcBatch();
        var asked = batch.Add(EvmCalls.GetBlock(BlockRef.At(new BlockNumber(number))));
        var (answers, _, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers is null) return (null, failure);
        if (answers.Of(asked) is not RpcAnswer<BlockHeader?>.Answered said) return (null, endpoint.FailureOf(answers.Of(asked)));
        if (said.Value is not { } block || block.Number.Value != number) return (null, new Sight(new Outcome.ProbeFault($"the node does not have block {number}, which is below its head"), []));
        known[number] = block;
        if (known.Count > MostKnown) known.RemoveAt(0);
        return (block, null);
    }

    /// <summary>Where the block is to be expected; at each second step the middle, so that the search ends whatever the times are.</summary>
    private static ulong Between(BlockHeader below, BlockHeader above, Instant time, int step)
    {
        var (low, high) = (below.Number.Value, above.Number.Value);
        if (step % 2 == 1) return low + (high - low) / 2;
        var share = (time - below.Timestamp) / (above.Timestamp - below.Timestamp);
        return Math.Clamp(low + (ulong)((high - low) * share), low + 1, high - 1);
    }
}
