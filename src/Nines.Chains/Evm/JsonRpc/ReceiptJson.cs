using System.Text.Json;

namespace Nines.Chains.Evm.JsonRpc;

/// <summary>Reads receipts and logs.</summary>
internal static class ReceiptJson
{
    private const int MaxTopics = 4;

    private static readonly JsonMembers ReceiptMembers = new(
        "type", "status", "root", "cumulativeGasUsed", "logs", "logsBloom", "transactionHash", "transactionIndex", "blockHash", "blockNumber",
        "gasUsed", "effectiveGasPrice", "blobGasUsed", "blobGasPrice", "from", "to", "contractAddress", "depositNonce", "depositReceiptVersion");

    private static readonly JsonMembers LogMembers = new(
        "address", "topics", "data", "blockHash", "blockNumber", "transactionHash", "transactionIndex", "logIndex", "removed");

    public static Receipt Receipt(JsonElement json)
    {
        const string Owner = "the receipt";
        var m = ReceiptMembers.In(json, Owner);
        var type = m[0].IsThere() ? EvmJson.UInt64(m[0], "the receipt's type") : 0;
        return new Receipt
        {
            Type = type <= byte.MaxValue ? (byte)type : throw new FormatException($"the receipt's type {type} is above 255"),
            Succeeded = m[1].IsThere() ? EvmJson.UInt64(m[1], "the status") != 0 : null,
            StateRoot = m[2].IsThere() ? EvmJson.Hash(m[2], "the state's root") : null,
            CumulativeGasUsed = new Gas(EvmJson.UInt64(m[3].Needed("cumulativeGasUsed", Owner), "the gas used so far")),
            Logs = EvmJson.List(m[4].Needed("logs", Owner), "the logs", Log),
            LogsBloom = Bloom(m[5].Needed("logsBloom", Owner)),
            TransactionHash = EvmJson.Hash(m[6].Needed("transactionHash", Owner), "the transaction's hash"),
            TransactionIndex = EvmJson.UInt64(m[7].Needed("transactionIndex", Owner), "the transaction's index"),
            BlockHash = EvmJson.Hash(m[8].Needed("blockHash", Owner), "the block's hash"),
            Block = new BlockNumber(EvmJson.UInt64(m[9].Needed("blockNumber", Owner), "the block's number")),
            GasUsed = new Gas(EvmJson.UInt64(m[10].Needed("gasUsed", Owner), "the gas used")),
            EffectiveGasPrice = m[11].IsThere() ? EvmJson.Wei(m[11], "the price of gas") : null,
            BlobGasUsed = m[12].IsThere() ? EvmJson.UInt64(m[12], "the blob gas used") : null,
            BlobGasPrice = m[13].IsThere() ? EvmJson.Wei(m[13], "the price of blob gas") : null,
            From = m[14].IsThere() ? EvmJson.Address(m[14], "the sender") : null,
            To = m[15].IsThere() ? EvmJson.Address(m[15], "the recipient") : null,
            Created = m[16].IsThere() ? EvmJson.Address(m[16], "the created contract") : null,
            DepositNonce = m[17].IsThere() ? EvmJson.UInt64(m[17], "the deposit's nonce") : null,
            DepositReceiptVersion = m[18].IsThere() ? EvmJson.UInt64(m[18], "the deposit's version") : null,
        };
    }

    public static Log Log(JsonElement json)
    {
        const string Owner = "the log";
        var m = LogMembers.In(json, Owner);
        var address = EvmJson.Address(m[0].Needed("address", Owner), "the contract");
        var topics = EvmJson.List(m[1].Needed("topics", Owner), "the topics", static topic => EvmJson.Hash(topic, "a topic"));
        if (topics.Length > MaxTopics)
        {
            throw new FormatException($"the log has {topics.Length} topics, more than {MaxTopics}");
        }

        return new Log(address, topics, EvmJson.Bytes(m[2].Needed("data", Owner), "the log's data"))
        {
            Place = m[3].IsThere() && m[4].IsThere() && m[5].IsThere() && m[6].IsThere() && m[7].IsThere()
                ? new LogPlace(
                    new BlockNumber(EvmJson.UInt64(m[4], "the block's number")),
                    EvmJson.Hash(m[3], "the block's hash"),
                    EvmJson.Hash(m[5], "the transaction's hash"),
                    EvmJson.UInt64(m[6], "the transaction's index"),
                    EvmJson.UInt64(m[7], "the log's index"))
                : null,
            IsRemoved = m[8].ValueKind == JsonValueKind.True,
        };
    }

    private static LogsBloom Bloom(JsonElement json)
    {
        var bits = new byte[LogsBloom.Size];
        return EvmJson.TryBytes(json, bits) ? new LogsBloom(bits) : throw EvmJson.Wrong(json, "the bloom filter", "256 bytes");
    }
}
