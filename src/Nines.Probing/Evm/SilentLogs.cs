using System.Collections.Immutable;
using Nines.Chains.Evm;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using Nines.Probing.Rpc;

namespace Nines.Probing.Evm;

/// <summary>
/// Finds nodes that answer eth_getLogs with an empty list although there are logs: their index is broken or behind, and every
/// application that reads events sees nothing, without an error. The header's bloom filter knows: it is empty exactly when there is no log.
/// </summary>
internal sealed class SilentLogs(RpcEndpoint endpoint)
{
    /// <param name="block">One that the node has told as a head before.</param>
    /// <returns>What proves that logs are kept from us, null when nothing does; and the head of who answered, null where nobody was asked.</returns>
    public async Task<(string? Fault, ulong? Head)> FaultAsync(BlockHeader block, CancellationToken limit)
    {
        if (block.LogsBloom is not { IsEmpty: false } bloom || SaysNothing(bloom)) return (null, null);

        var asking = new RpcBatch();
        var logs = asking.Add(EvmCalls.GetLogs(LogFilter.OfBlock(block.Hash)));
        // A balancer that hands requests out in turn would else show the same member in every look, and the other one here.
        var number = asking.Add(EvmCalls.BlockNumber);
        var (answers, _, _) = await endpoint.AskAsync(asking, limit).ConfigureAwait(false);
        // A refusal is not silent; an answer that is too long to read is not empty.
        ulong? head = answers?.Of(number) is RpcAnswer<BlockNumber>.Answered { Value: var seen } ? seen.Value : null;
        if (answers?.Of(logs) is not RpcAnswer<ImmutableArray<Log>>.Answered { Value.IsEmpty: true }) return (null, head);

        asking = new RpcBatch();
        var receipts = asking.Add(EvmCalls.GetBlockReceipts(BlockRef.At(block.Hash)));
        (answers, _, _) = await endpoint.AskAsync(asking, limit).ConfigureAwait(false);
        var also = answers?.Of(receipts) is RpcAnswer<ImmutableArray<Receipt>?>.Answered { Value: { } offered } ? Contradiction(block, offered) : "";
        if (also is null) return (null, head);
        return ($"eth_getLogs has none for block {block.Number} ({block.Hash}), whose header's bloom filter has some{also}", head);
    }

    /// <summary>Some chains that are not Ethereum fill it with ones.</summary>
    private static bool SaysNothing(LogsBloom bloom) => !bloom.Span.ContainsAnyExcept((byte)0xff);

    /// <returns>What the receipts add; null when they prove that this chain's bloom filter means something else.</returns>
    private static string? Contradiction(BlockHeader block, ImmutableArray<Receipt> receipts)
    {
        var count = receipts.Sum(receipt => receipt.Logs.Length);
        if (count > 0) return $"; its receipts have {count}";
        if (receipts.Any(receipt => !receipt.LogsBloom.IsEmpty)) return "; its receipts have none either, although their own filters have";
        if (receipts.IsEmpty && block.GasUsed.Units > 0) return "; it has no receipts either, although gas was used";
        return null;
    }
}
