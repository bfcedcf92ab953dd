using System.Text.Json;
using Nines.Chains.JsonRpc;
using NodaTime;

namespace Nines.Chains.Evm.JsonRpc;

/// <summary>The questions that the node of an OP Stack rollup answers beside those of every EVM node.</summary>
/// <remarks>Source: OP Stack specification, "Rollup Node", L2 Output RPC method: optimism_syncStatus.</remarks>
public static class RollupCalls
{
    public static RpcCall<RollupStatus> SyncStatus { get; } = new("optimism_syncStatus", _ => { }, result =>
    {
        var head = Member(result, "head_l1");
        return new RollupStatus(Block(result, "unsafe_l2"), Block(result, "safe_l2"), Block(result, "finalized_l2"), Number(head));
    });

    private static RollupBlock Block(JsonElement status, string name)
    {
        var block = Member(status, name);
        var seconds = EvmJson.UInt64(Member(block, "timestamp"), "the block's timestamp");
        return seconds <= (ulong)Instant.MaxValue.ToUnixTimeSeconds()
            ? new RollupBlock(Number(block), Instant.FromUnixTimeSeconds((long)seconds), Number(Member(block, "l1origin")))
            : throw new FormatException("a block's timestamp is not before the year 10000");
    }

    private static BlockNumber Number(JsonElement block) => new(EvmJson.UInt64(Member(block, "number"), "the block's number"));

    private static JsonElement Member(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var member)
            ? member
            : throw new FormatException($"the rollup's status has no member \"{name}\"");
}

/// <summary>How far a rollup is, on its own word.</summary>
/// <param name="Unsafe">The sequencer's newest block.</param>
/// <param name="Safe">The newest block whose data is on L1.</param>
/// <param name="Finalized">The newest block whose data is in a finalized block of L1.</param>
/// <param name="L1Head">The head of L1 that the rollup node sees.</param>
public sealed record RollupStatus(RollupBlock Unsafe, RollupBlock Safe, RollupBlock Finalized, BlockNumber L1Head);

/// <param name="Origin">The block of L1 that it was made on.</param>
public sealed record RollupBlock(BlockNumber Number, Instant Timestamp, BlockNumber Origin);
