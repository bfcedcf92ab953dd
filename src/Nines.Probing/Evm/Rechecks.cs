using System.Globalization;
using Nines.Chains.Evm;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using Nines.Probing.Rpc;

namespace Nines.Probing.Evm;

/// <summary>
/// Asks again where answers contradict each other, and only there. What cannot be asked is not proven: then nothing is said, for the look
/// itself was answered.
/// </summary>
internal sealed class Rechecks(RpcEndpoint endpoint)
{
    /// <summary>Heads that are asked for, one after the other, of a node whose head fell of late.</summary>
    private const int MostHeads = 8;

    /// <summary>Headers in one request: with the hashes of their transactions they are within what is read of an answer.</summary>
    private const int HeadersAtOnce = 8;

    private const int MostHeaders = 64;

    /// <summary>
    /// Whether a client of this URL sees the head go back. Behind a balancer with a lagging member every other answer is right: once a
    /// head fell, several are asked for within a look, so that what it says is true of the look.
    /// </summary>
    /// <param name="later">The head in another answer of this look; null when there was none.</param>
    /// <returns>From which head to which it fell; null when it did not.</returns>
    public async Task<string?> FallAsync(RecentHeads heads, ulong head, ulong? later, CancellationToken limit)
    {
        if (heads.Highest is { } before && RecentHeads.IsFall(before, head)) return Words(before, head);
        if (later is { } other && RecentHeads.IsFall(head, other)) return Words(head, other);
        if (!heads.Fell) return null;
        var highest = Math.Max(head, later ?? 0);
        for (var asked = 0; asked < MostHeads; asked++)
        {
            if (await AskAsync(EvmCalls.BlockNumber, limit).ConfigureAwait(false) is not { Answered: true, Value: var next }) return null;
            if (RecentHeads.IsFall(highest, next.Value)) return Words(highest, next.Value);
            highest = Math.Max(highest, next.Value);
        }
        return null;
    }

    /// <summary>
    /// How deep the chain was replaced, measured on the blocks that this node told before: where one of them has another hash now, those
    /// below are asked for until one is found that stayed.
    /// </summary>
    /// <param name="seen">What this look was told; null for what it was not.</param>
    /// <param name="last">The head of the look before; null in the first.</param>
    public async Task<ulong> ReorgDepthAsync(KnownBlocks blocks, BlockHeader?[] seen, BlockHeader? last, CancellationToken limit)
    {
        var told = new List<(ulong Number, Hash32 Hash)>();
        foreach (var header in seen.OfType<BlockHeader>())
        {
            told.Add((header.Number.Value, header.Hash));
            if (header.Number.Value > 0) told.Add((header.Number.Value - 1, header.ParentHash));
        }
        // Nothing told reaches down to the head before: more blocks were made than there should be between two looks.
        if (last is not null && seen[^1] is { } head && head.Number.Value > last.Number.Value + 1 && !told.Exists(block => block.Number == last.Number.Value))
            told.AddRange(await HeadersAsync([last.Number.Value], limit).ConfigureAwait(false));

        var replaced = told.Where(block => blocks.IsContradictedBy(block.Number, block.Hash)).Select(block => block.Number).DefaultIfEmpty(ulong.MaxValue).Min();
        ulong depth = 0;
        if (replaced != ulong.MaxValue)
        {
            replaced = await LowestReplacedAsync(blocks, replaced, limit).ConfigureAwait(false);
            depth = blocks.Drop(replaced);
        }
        foreach (var (number, hash) in told) blocks.Note(number, hash);
        return depth;
    }

    public static bool IsOutOfOrder(BlockHeader? final, BlockHeader? safe, BlockHeader head) =>
        final?.Number.Value > (safe ?? head).Number.Value || safe?.Number.Value > head.Number.Value;

    /// <summary>One after the other, the lowest first: heads that move on meanwhile do not put them out of order.</summary>
    public async Task<bool> IsOutOfOrderAsync(CancellationToken limit)
    {
        var final = await AskAsync(EvmCalls.GetBlock(BlockRef.Finalized), limit).ConfigureAwait(false);
        var safe = await AskAsync(EvmCalls.GetBlock(BlockRef.Safe), limit).ConfigureAwait(false);
        var head = await AskAsync(EvmCalls.GetBlock(BlockRef.Latest), limit).ConfigureAwait(false);
        return head.Value is { } latest && IsOutOfOrder(final.Value, safe.Value, latest);
    }

    private async Task<ulong> LowestReplacedAsync(KnownBlocks blocks, ulong replaced, CancellationToken limit)
    {
        for (var asked = 0; asked < MostHeaders; asked += HeadersAtOnce)
        {
            var below = blocks.Below(replaced, HeadersAtOnce);
            if (below.Count == 0) return replaced;
            var headers = await HeadersAsync(below, limit).ConfigureAwait(false);
            if (headers.Count == 0) return replaced;
            foreach (var (number, hash) in headers.OrderByDescending(header => header.Number))
            {
                if (!blocks.IsContradictedBy(number, hash)) return replaced;
                replaced = number;
            }
        }
        return replaced;
    }

    /// <returns>Those that the node has, of those that were asked for.</returns>
    private async Task<IReadOnlyList<(ulong Number, Hash32 Hash)>> HeadersAsync(IReadOnlyList<ulong> numbers, CancellationToken limit)
    {
        var batch = new RpcBatch();
        RpcSlot<BlockHeader?>[] slots = [.. numbers.Select(number => batch.Add(EvmCalls.GetBlock(BlockRef.At(new BlockNumber(number)))))];
        var (answers, _, _) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers is null) return [];
        return
        [
            .. slots.Select(slot => (answers.Of(slot) as RpcAnswer<BlockHeader?>.Answered)?.Value).OfType<BlockHeader>()
                .Where(header => numbers.Contains(header.Number.Value)).Select(header => (header.Number.Value, header.Hash)),
        ];
    }

    private async Task<(bool Answered, T? Value)> AskAsync<T>(RpcCall<T> call, CancellationToken limit)
    {
        var batch = new RpcBatch();
        var slot = batch.Add(call);
        var (answers, _, _) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        return answers?.Of(slot) is RpcAnswer<T>.Answered answered ? (true, answered.Value) : (false, default);
    }

    private static string Words(ulong before, ulong after) => string.Create(CultureInfo.InvariantCulture, $"{after} after {before}");
}
