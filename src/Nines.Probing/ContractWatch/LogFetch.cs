using System.Collections.Immutable;
using Nines.Chains.Evm;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using Nines.Core.Observations;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.ContractWatch;

/// <summary>Reads a contract's logs by ranges of blocks, of the one chain that the node is on now.</summary>
/// <param name="topics">The events that are asked for: any of them.</param>
/// <param name="mostBlocks">Most blocks of one range.</param>
internal sealed class LogFetch(RpcEndpoint endpoint, Address contract, ImmutableArray<Hash32> topics, int mostBlocks)
{
    /// <summary>Blocks that one request asks the headers of: batches hold no more.</summary>
    private const int MostHeaders = RpcBatch.MaxCalls;

    private ulong span = (ulong)mostBlocks;

    /// <summary>What the next range gave.</summary>
    public abstract record Range
    {
        private Range() { }

        /// <summary>All logs up to a block, each of a block of this chain, in order.</summary>
        public sealed record Read(Checkpoint UpTo, ImmutableArray<(Log Log, Instant At)> Logs) : Range;

        /// <summary>The node refused so many blocks at once: fewer are asked for the next time.</summary>
        public sealed record TooLarge : Range;

        /// <summary>Another branch of the chain, or a member of a load balancer that is behind, answered in between: nothing was read.</summary>
        public sealed record Unsettled : Range;

        public sealed record Failed(Sight Sight) : Range;
    }

    /// <param name="from">First block, at most <paramref name="to"/>.</param>
    /// <param name="to">Last block at most; fewer are read where they are too many at once.</param>
    public async Task<Range> NextAsync(ulong from, ulong to, CancellationToken limit)
    {
        var (most, count) = (span, Math.Min(span, to - from + 1));
        var until = from + count - 1;
        // Where no answer comes in time, the next look asks for less.
        span = Math.Max(1, count / 2);
        var batch = new RpcBatch();
        var asked = batch.Add(EvmCalls.GetLogs(new LogFilter { From = BlockRef.At(new BlockNumber(from)), To = BlockRef.At(new BlockNumber(until)), Addresses = [contract], Topics = [topics] }));
        var last = batch.Add(EvmCalls.GetBlock(BlockRef.At(new BlockNumber(until))));
        var (answers, _, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers is null) return new Range.Failed(failure);
        if (answers.Of(asked) is not RpcAnswer<ImmutableArray<Log>>.Answered logs) return count > 1 && IsAboutSize(answers.Of(asked)) ? new Range.TooLarge() : new Range.Failed(endpoint.FailureOf(answers.Of(asked)));
        if (answers.Of(last) is not RpcAnswer<BlockHeader?>.Answered said) return new Range.Failed(endpoint.FailureOf(answers.Of(last)));
        if (said.Value is not { } end || end.Number.Value != until) return new Range.Unsettled();
        var read = await PlacedAsync(logs.Value, from, end, limit).ConfigureAwait(false);
        if (read is Range.Read) span = count == most ? Math.Min((ulong)mostBlocks, most * 2) : most;
        return read;
    }

    /// <summary>A refusal that fewer blocks may mend: clients word it in more ways than are known, so it need not say so.</summary>
    private static bool IsAboutSize(RpcAnswer<ImmutableArray<Log>> answer) => answer switch
    {
        RpcAnswer<ImmutableArray<Log>>.RpcError error => error.Kind is RpcErrorKind.TooLarge or RpcErrorKind.InvalidParams or RpcErrorKind.TimedOut or RpcErrorKind.Internal or RpcErrorKind.Other,
        RpcAnswer<ImmutableArray<Log>>.Malformed or RpcAnswer<ImmutableArray<Log>>.HttpRefused { Status: 413 } => true,
        _ => false,
    };

    /// <summary>Each log with its block's time, if that block is one of the chain that ends with <paramref name="end"/>.</summary>
    private async Task<Range> PlacedAsync(ImmutableArray<Log> logs, ulong from, BlockHeader end, CancellationToken limit)
    {
        var placed = new List<(Log Log, LogPlace Place)>();
        foreach (var log in logs)
        {
            // Some nodes answer with more than they were asked for.
            if (log.IsRemoved || log.Address != contract || log.Topics.IsEmpty || !topics.Contains(log.Topics[0])) continue;
            if (log.Place is not { } place || place.Block.Value < from || place.Block.Value > end.Number.Value) return new Range.Failed(endpoint.Refused("malformed", "a log is not of the blocks that were asked for"));
            placed.Add((log, place));
        }
        var headers = new Dictionary<ulong, BlockHeader> { [end.Number.Value] = end };
        foreach (var part in placed.Select(one => one.Place.Block.Value).Distinct().Where(number => number != end.Number.Value).Chunk(MostHeaders))
        {
            var batch = new RpcBatch();
            var asked = part.Select(number => batch.Add(EvmCalls.GetBlock(BlockRef.At(new BlockNumber(number))))).ToArray();
            var (answers, _, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
            if (answers is null) return new Range.Failed(failure);
            for (var i = 0; i < part.Length; i++)
            {
                if (answers.Of(asked[i]) is not RpcAnswer<BlockHeader?>.Answered said) return new Range.Failed(endpoint.FailureOf(answers.Of(asked[i])));
                if (said.Value is not { } header) return new Range.Unsettled();
                headers[part[i]] = header;
            }
        }
        if (placed.Exists(one => headers[one.Place.Block.Value].Hash != one.Place.BlockHash)) return new Range.Unsettled();
        return new Range.Read(new Checkpoint(end.Number.Value, end.Hash.ToString(), end.Timestamp.ToUnixTimeSeconds()),
            [.. placed.OrderBy(one => one.Place.Block.Value).ThenBy(one => one.Place.LogIndex).Select(one => (one.Log, headers[one.Place.Block.Value].Timestamp))]);
    }
}
