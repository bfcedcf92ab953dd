using System.Text.Json;
using Nines.Chains.JsonRpc;

namespace Nines.Chains.Evm.JsonRpc;

/// <summary>The questions that Nines asks an EVM node.</summary>
/// <remarks>Source: the Ethereum execution API specification.</remarks>
public static class EvmCalls
{
    public static RpcCall<ChainId> ChainId { get; } =
        new("eth_chainId", NoParameters, result => new ChainId(EvmJson.UInt64(result, "the chain id")));

    public static RpcCall<BlockNumber> BlockNumber { get; } =
        new("eth_blockNumber", NoParameters, result => new BlockNumber(EvmJson.UInt64(result, "the block number")));

    public static RpcCall<SyncStatus> Syncing { get; } = new("eth_syncing", NoParameters, EvmJson.SyncStatus);

    /// <summary>Peers that the node is connected to.</summary>
    public static RpcCall<int> PeerCount { get; } = new("net_peerCount", NoParameters, EvmJson.PeerCount);

    public static RpcCall<ClientVersion> ClientVersion { get; } =
        new("web3_clientVersion", NoParameters, result => new ClientVersion(EvmJson.Text(result, "the client's version")));

    /// <summary>The header of a block, without its transactions; null when the node does not have it.</summary>
    public static RpcCall<BlockHeader?> GetBlock(BlockRef block) => new(
        "eth_getBlockByNumber",
        json =>
        {
            json.WriteStringValue(block.Parameter);
            json.WriteBooleanValue(false);
        },
        result => result.ValueKind == JsonValueKind.Null ? null : EvmJson.Header(result));

    /// <summary>Runs a call on the state after <paramref name="block"/> without changing anything.</summary>
    /// <param name="data">Selector and arguments.</param>
    /// <param name="from">Null: the zero address, by the client's own default.</param>
    /// <param name="value">Null: none.</param>
    public static RpcCall<HexBytes> Call(Address to, HexBytes data, BlockRef block, Address? from = null, Wei? value = null) => new(
        "eth_call",
        json =>
        {
            json.WriteStartObject();
            if (from is { } sender)
            {
                json.WriteString("from", sender.ToString());
            }

            json.WriteString("to", to.ToString());
            if (value is { } sent)
            {
                json.WriteString("value", Quantity.Write(sent.Value));
            }

            // older clients read only "data"; all newer ones still do
            json.WriteString("data", data.ToString());
            json.WriteEndObject();
            json.WriteStringValue(block.Parameter);
        },
        result => EvmJson.Bytes(result, "the returned data"));

    /// <summary>The code at an address: empty when no contract is there.</summary>
    public static RpcCall<HexBytes> GetCode(Address address, BlockRef block) =>
        new("eth_getCode", json => WriteState(json, address, block), result => EvmJson.Bytes(result, "the code"));

    public static RpcCall<Wei> GetBalance(Address address, BlockRef block) =>
        new("eth_getBalance", json => WriteState(json, address, block), result => EvmJson.Wei(result, "the balance"));

    private static void NoParameters(Utf8JsonWriter json)
    {
    }

    private static void WriteState(Utf8JsonWriter json, Address address, BlockRef block)
    {
        json.WriteStringValue(address.ToString());
        json.WriteStringValue(block.Parameter);
    }
}
