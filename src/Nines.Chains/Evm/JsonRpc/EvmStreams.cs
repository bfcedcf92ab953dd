using Nines.Chains.JsonRpc;

namespace Nines.Chains.Evm.JsonRpc;

/// <summary>What Nines subscribes to at an EVM node, over a <see cref="JsonRpcSocket"/>.</summary>
/// <remarks>Source: Geth documentation, "Real-time events"; the other clients offer the same.</remarks>
public static class EvmStreams
{
    private const string Subscribe = "eth_subscribe";
    private const string Unsubscribe = "eth_unsubscribe";

    /// <summary>Each new head; after a reorganisation the heads of the new branch.</summary>
    public static RpcStream<BlockHeader> NewHeads { get; } =
        new(Subscribe, Unsubscribe, json => json.WriteStringValue("newHeads"), BlockJson.Header);

    /// <summary>Hashes of transactions that come into the node's pool.</summary>
    public static RpcStream<Hash32> NewPendingTransactions { get; } =
        new(Subscribe, Unsubscribe, json => json.WriteStringValue("newPendingTransactions"), result => EvmJson.Hash(result, "the transaction's hash"));

    /// <summary>The logs of new blocks, and those that a reorganisation took back: <see cref="Log.IsRemoved"/>.</summary>
    /// <param name="filter">Its blocks are not looked at.</param>
    public static RpcStream<Log> Logs(LogFilter filter) => new(
        Subscribe,
        Unsubscribe,
        json =>
        {
            json.WriteStringValue("logs");
            (filter with { From = null, To = null }).Write(json);
        },
        ReceiptJson.Log);
}
