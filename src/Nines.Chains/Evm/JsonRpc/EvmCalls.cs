using System.Collections.Immutable;
using System.Text.Json;
using Nines.Chains.Evm.Transactions;
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

    /// <summary>Wei per unit of gas that a legacy transaction should offer now, as the node reckons.</summary>
    public static RpcCall<Wei> GasPrice { get; } = new("eth_gasPrice", NoParameters, result => EvmJson.Wei(result, "the gas price"));

    /// <summary>Wei per unit of gas that a transaction should offer above the base fee now, as the node reckons.</summary>
    public static RpcCall<Wei> MaxPriorityFeePerGas { get; } =
        new("eth_maxPriorityFeePerGas", NoParameters, result => EvmJson.Wei(result, "the priority fee"));

    /// <summary>The header of a block, without its transactions; null when the node does not have it.</summary>
    public static RpcCall<BlockHeader?> GetBlock(BlockRef block) =>
        BlockCall(block, isFull: false, result => result.ValueKind == JsonValueKind.Null ? null : BlockJson.Header(result));

    /// <summary>A block with its transactions; null when the node does not have it.</summary>
    public static RpcCall<Block?> GetFullBlock(BlockRef block) =>
        BlockCall(block, isFull: true, result => result.ValueKind == JsonValueKind.Null ? null : BlockJson.Block(result));

    /// <summary>The receipts of all transactions of a block, in their order; null when the node does not have it.</summary>
    public static RpcCall<ImmutableArray<Receipt>?> GetBlockReceipts(BlockRef block) => new(
        "eth_getBlockReceipts",
        json => json.WriteStringValue(block.Parameter),
        result => result.ValueKind == JsonValueKind.Null ? null : EvmJson.List(result, "the receipts", ReceiptJson.Receipt));

    /// <summary>A transaction, pending or in a block; null when the node does not know it.</summary>
    public static RpcCall<BlockTransaction?> GetTransaction(Hash32 hash) => new(
        "eth_getTransactionByHash",
        json => json.WriteStringValue(hash.ToString()),
        result => result.ValueKind == JsonValueKind.Null ? null : TransactionJson.Transaction(result));

    /// <summary>What became of a transaction; null while it is not in a block.</summary>
    public static RpcCall<Receipt?> GetTransactionReceipt(Hash32 hash) => new(
        "eth_getTransactionReceipt",
        json => json.WriteStringValue(hash.ToString()),
        result => result.ValueKind == JsonValueKind.Null ? null : ReceiptJson.Receipt(result));

    /// <summary>Hands a signed transaction in. The answer is its hash, as the node reckons it.</summary>
    public static RpcCall<Hash32> SendRawTransaction(SignedTransaction transaction) => new(
        "eth_sendRawTransaction",
        json => json.WriteStringValue(transaction.Encode().ToString()),
        result => EvmJson.Hash(result, "the transaction's hash"));

    /// <summary>How many transactions an account has made: the next one's nonce.</summary>
    public static RpcCall<ulong> GetTransactionCount(Address address, BlockRef block) =>
        new("eth_getTransactionCount", json => WriteState(json, address, block), result => EvmJson.UInt64(result, "the number of transactions"));

    /// <summary>What gas cost in the <paramref name="blocks"/> blocks up to <paramref name="newest"/>; the node may answer with fewer.</summary>
    /// <param name="blocks">In [1, 1024].</param>
    /// <param name="percentiles">Of the priority fees of each block, by gas; each in [0, 100] and not falling.</param>
    public static RpcCall<FeeHistory> FeeHistory(int blocks, BlockRef newest, params ImmutableArray<double> percentiles)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blocks, 1024);
        return new RpcCall<FeeHistory>(
            "eth_feeHistory",
            json =>
            {
                json.WriteStringValue(Quantity.Write((ulong)blocks));
                json.WriteStringValue(newest.Parameter);
                json.WriteStartArray();
                foreach (var percentile in percentiles)
                {
                    json.WriteNumberValue(percentile);
                }

                json.WriteEndArray();
            },
            BlockJson.FeeHistory);
    }

    public static RpcCall<ImmutableArray<Log>> GetLogs(LogFilter filter) =>
        new("eth_getLogs", filter.Write, result => EvmJson.List(result, "the logs", ReceiptJson.Log));

    /// <summary>Runs a call on the state after <paramref name="block"/> without changing anything.</summary>
    /// <param name="data">Selector and arguments.</param>
    /// <param name="from">Null: the zero address, by the client's own default.</param>
    /// <param name="value">Null: none.</param>
    public static RpcCall<HexBytes> Call(Address to, HexBytes data, BlockRef block, Address? from = null, Wei? value = null) =>
        Call(new CallRequest(to, data) { From = from, Value = value }, block);

    /// <summary>Runs a call on the state after <paramref name="block"/> without changing anything.</summary>
    /// <param name="overrides">What the call is to find elsewhere than the state has it; null or empty for none.</param>
    public static RpcCall<HexBytes> Call(
        CallRequest request, BlockRef block, IReadOnlyDictionary<Address, AccountOverride>? overrides = null) => new(
        "eth_call",
        json =>
        {
            request.Write(json);
            block.Write(json);
            if (overrides is { Count: > 0 })
            {
                AccountOverride.Write(overrides, json);
            }
        },
        result => EvmJson.Bytes(result, "the returned data"));

    /// <summary>How much gas a transaction would need on the state after <paramref name="block"/>; an error when it would fail.</summary>
    public static RpcCall<Gas> EstimateGas(CallRequest request, BlockRef block) => new(
        "eth_estimateGas",
        json =>
        {
            request.Write(json);
            block.Write(json);
        },
        result => new Gas(EvmJson.UInt64(result, "the estimate of gas")));

    /// <summary>The code at an address: empty when no contract is there.</summary>
    public static RpcCall<HexBytes> GetCode(Address address, BlockRef block) =>
        new("eth_getCode", json => WriteState(json, address, block), result => EvmJson.Bytes(result, "the code"));

    /// <summary>
    /// The Keccak-256 of the code at an address, without the code; that of nothing, or zero, when no contract is there. Not every node offers
    /// proofs.
    /// </summary>
    /// <remarks>Source: EIP-1186.</remarks>
    public static RpcCall<Hash32> GetCodeHash(Address address, BlockRef block) => new(
        "eth_getProof",
        json =>
        {
            json.WriteStringValue(address.ToString());
            json.WriteStartArray();
            json.WriteEndArray();
            block.Write(json);
        },
        result => EvmJson.Hash(EvmJson.Member(result, "codeHash", "the proof"), "the code's hash"));

    /// <summary>A word of a contract's storage: zero where nothing was ever written.</summary>
    public static RpcCall<Hash32> GetStorageAt(Address address, Hash32 slot, BlockRef block) => new(
        "eth_getStorageAt",
        json =>
        {
            json.WriteStringValue(address.ToString());
            json.WriteStringValue(slot.ToString());
            block.Write(json);
        },
        result => EvmJson.Word(result, "the word of storage"));

    public static RpcCall<Wei> GetBalance(Address address, BlockRef block) =>
        new("eth_getBalance", json => WriteState(json, address, block), result => EvmJson.Wei(result, "the balance"));

    private static void NoParameters(Utf8JsonWriter json)
    {
    }

    private static RpcCall<T> BlockCall<T>(BlockRef block, bool isFull, Func<JsonElement, T> read) => new(
        block.Hash is null ? "eth_getBlockByNumber" : "eth_getBlockByHash",
        json =>
        {
            json.WriteStringValue(block.Parameter);
            json.WriteBooleanValue(isFull);
        },
        read);

    private static void WriteState(Utf8JsonWriter json, Address address, BlockRef block)
    {
        json.WriteStringValue(address.ToString());
        block.Write(json);
    }
}
