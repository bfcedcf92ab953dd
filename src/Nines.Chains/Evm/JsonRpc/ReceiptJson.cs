using System.Text.Json;

namespace Nines.Chains.Evm.JsonRpc;

/// <summary>Reads receipts and logs.</summary>
internal static class ReceiptJson
{
    private const int MaxTopics = 4;

    public static Receipt Receipt(JsonElement json)
    {
        const string Owner = "the receipt";
        var type = EvmJson.Optional(json, "type") is { } t ? EvmJson.UInt64(t, "the receipt's type") : 0;
        return new Receipt
        {
            Type = type <= byte.MaxValue ? (byte)type : throw new FormatException($"the receipt's type {type} is above 255"),
            TransactionHash = EvmJson.Hash(EvmJson.Member(json, "transactionHash", Owner), "the transaction's hash"),
            TransactionIndex = EvmJson.UInt64(EvmJson.Member(json, "transactionIndex", Owner), "the transaction's index"),
            Block = new BlockNumber(EvmJson.UInt64(EvmJson.Member(json, "blockNumber", Owner), "the block's number")),
            BlockHash = EvmJson.Hash(EvmJson.Member(json, "blockHash", Owner), "the block's hash"),
            From = AddressOrNull(json, "from"),
            To = AddressOrNull(json, "to"),
            Created = AddressOrNull(json, "contractAddress"),
            Succeeded = EvmJson.Optional(json, "status") is { } status ? EvmJson.UInt64(status, "the status") != 0 : null,
            StateRoot = EvmJson.Optional(json, "root") is { } root ? EvmJson.Hash(root, "the state's root") : null,
            CumulativeGasUsed = new Gas(EvmJson.UInt64(EvmJson.Member(json, "cumulativeGasUsed", Owner), "the gas used so far")),
            GasUsed = new Gas(EvmJson.UInt64(EvmJson.Member(json, "gasUsed", Owner), "the gas used")),
            EffectiveGasPrice = EvmJson.Optional(json, "effectiveGasPrice") is { } price ? EvmJson.Wei(price, "the price of gas") : null,
            BlobGasUsed = EvmJson.Optional(json, "blobGasUsed") is { } blobGas ? EvmJson.UInt64(blobGas, "the blob gas used") : null,
            BlobGasPrice = EvmJson.Optional(json, "blobGasPrice") is { } blobPrice ? EvmJson.Wei(blobPrice, "the price of blob gas") : null,
            Logs = EvmJson.List(EvmJson.Member(json, "logs", Owner), "the logs", Log),
            LogsBloom = Bloom(EvmJson.Member(json, "logsBloom", Owner)),
            DepositNonce = EvmJson.Optional(json, "depositNonce") is { } nonce ? EvmJson.UInt64(nonce, "the deposit's nonce") : null,
            DepositReceiptVersion = EvmJson.Optional(json, "depositReceiptVersion") is { } version
                ? EvmJson.UInt64(version, "the deposit's version")
                : null,
        };
    }

    public static Log Log(JsonElement json)
    {
        const string Owner = "the log";
        var address = EvmJson.Address(EvmJson.Member(json, "address", Owner), "the contract");
        var topics = EvmJson.List(EvmJson.Member(json, "topics", Owner), "the topics", topic => EvmJson.Hash(topic, "a topic"));
        if (topics.Length > MaxTopics)
        {
            throw new FormatException($"the log has {topics.Length} topics, more than {MaxTopics}");
        }

        return new Log(address, topics, EvmJson.Bytes(EvmJson.Member(json, "data", Owner), "the log's data"))
        {
            Place = PlaceOrNull(json),
            IsRemoved = json.TryGetProperty("removed", out var removed) && removed.ValueKind == JsonValueKind.True,
        };
    }

    private static LogPlace? PlaceOrNull(JsonElement json) =>
        EvmJson.Optional(json, "blockNumber") is { } block
        && EvmJson.Optional(json, "blockHash") is { } blockHash
        && EvmJson.Optional(json, "transactionHash") is { } transaction
        && EvmJson.Optional(json, "transactionIndex") is { } transactionIndex
        && EvmJson.Optional(json, "logIndex") is { } logIndex
            ? new LogPlace(
                new BlockNumber(EvmJson.UInt64(block, "the block's number")),
                EvmJson.Hash(blockHash, "the block's hash"),
                EvmJson.Hash(transaction, "the transaction's hash"),
                EvmJson.UInt64(transactionIndex, "the transaction's index"),
                EvmJson.UInt64(logIndex, "the log's index"))
            : null;

    private static Address? AddressOrNull(JsonElement json, string name) =>
        EvmJson.Optional(json, name) is { } address ? EvmJson.Address(address, name) : null;

    private static LogsBloom Bloom(JsonElement json)
    {
        var bits = new byte[LogsBloom.Size];
        return EvmJson.TryBytes(json, bits) ? new LogsBloom(bits) : throw EvmJson.Wrong(json, "the bloom filter", "256 bytes");
    }
}
