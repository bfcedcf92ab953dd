using System.Collections.Immutable;
using System.Text.Json;
using NodaTime;

namespace Nines.Chains.Evm.JsonRpc;

/// <summary>Reads headers, blocks and fee histories.</summary>
internal static class BlockJson
{
    private const string Owner = "the block";

    private static readonly JsonMembers HeaderMembers = new(
        "hash", "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty", "number",
        "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce", "baseFeePerGas", "withdrawalsRoot", "blobGasUsed",
        "excessBlobGas", "parentBeaconBlockRoot", "requestsHash");

    public static BlockHeader Header(JsonElement json)
    {
        var m = HeaderMembers.In(json, Owner);
        return new BlockHeader(
            new BlockNumber(EvmJson.UInt64(m[9].Needed("number", Owner), "the block's number")),
            EvmJson.Hash(m[0].Needed("hash", Owner), "the block's hash"),
            EvmJson.Hash(m[1].Needed("parentHash", Owner), "the parent's hash"),
            Timestamp(m[12].Needed("timestamp", Owner)),
            new Gas(EvmJson.UInt64(m[11].Needed("gasUsed", Owner), "the gas used")),
            new Gas(EvmJson.UInt64(m[10].Needed("gasLimit", Owner), "the gas limit")),
            m[16].IsThere() ? EvmJson.Wei(m[16], "the base fee") : null)
        {
            OmmersHash = HashOrNull(m[2]),
            Beneficiary = AddressOrNull(m[3]),
            StateRoot = HashOrNull(m[4]),
            TransactionsRoot = HashOrNull(m[5]),
            ReceiptsRoot = HashOrNull(m[6]),
            LogsBloom = BloomOrNull(m[7]),
            Difficulty = EvmJson.TryUInt256(m[8], out var difficulty) ? difficulty : null,
            ExtraData = EvmJson.TryBytes(m[13], out var extra) ? extra : null,
            MixHash = HashOrNull(m[14]),
            Nonce = NonceOrNull(m[15]),
            WithdrawalsRoot = HashOrNull(m[17]),
            BlobGasUsed = GasOrNull(m[18]),
            ExcessBlobGas = GasOrNull(m[19]),
            ParentBeaconBlockRoot = HashOrNull(m[20]),
            RequestsHash = HashOrNull(m[21]),
        };
    }

    public static Block Block(JsonElement json) => new(
        Header(json),
        EvmJson.List(EvmJson.Member(json, "transactions", Owner), "the transactions", TransactionJson.Transaction),
        EvmJson.Optional(json, "withdrawals") is { } withdrawals ? EvmJson.List(withdrawals, "the withdrawals", Withdrawal) : null);

    public static FeeHistory FeeHistory(JsonElement json)
    {
        const string History = "the fee history";
        var oldest = new BlockNumber(EvmJson.UInt64(EvmJson.Member(json, "oldestBlock", History), "the oldest block"));
        var ratios = ListOrEmpty(json, "gasUsedRatio", item => EvmJson.Ratio(item, "a ratio of gas used"));
        var fees = ListOrEmpty(json, "baseFeePerGas", item => EvmJson.Wei(item, "a base fee"));
        var rewards = ListOrEmpty(json, "reward", block => EvmJson.List(block, "a block's rewards", item => EvmJson.Wei(item, "a reward")));
        if (!fees.IsEmpty && fees.Length != ratios.Length + 1)
        {
            throw new FormatException($"{History} has {fees.Length} base fees for {ratios.Length} blocks, not one more");
        }

        if (!rewards.IsEmpty && rewards.Length != ratios.Length)
        {
            throw new FormatException($"{History} has rewards of {rewards.Length} blocks, not of {ratios.Length}");
        }

        return new FeeHistory(
            oldest, fees, ratios, rewards,
            ListOrEmpty(json, "baseFeePerBlobGas", item => EvmJson.Wei(item, "a blob base fee")),
            ListOrEmpty(json, "blobGasUsedRatio", item => EvmJson.Ratio(item, "a ratio of blob gas used")));
    }

    private static ImmutableArray<T> ListOrEmpty<T>(JsonElement json, string name, Func<JsonElement, T> read) =>
        EvmJson.Optional(json, name) is { } list ? EvmJson.List(list, name, read) : [];

    private static Withdrawal Withdrawal(JsonElement json)
    {
        const string What = "a withdrawal";
        return new Withdrawal(
            EvmJson.UInt64(EvmJson.Member(json, "index", What), "its index"),
            EvmJson.UInt64(EvmJson.Member(json, "validatorIndex", What), "its validator"),
            EvmJson.Address(EvmJson.Member(json, "address", What), "its address"),
            EvmJson.UInt64(EvmJson.Member(json, "amount", What), "its amount"));
    }

    private static Instant Timestamp(JsonElement json)
    {
        const string What = "the block's timestamp";
        var seconds = EvmJson.UInt64(json, What);
        return seconds <= (ulong)Instant.MaxValue.ToUnixTimeSeconds()
            ? Instant.FromUnixTimeSeconds((long)seconds)
            : throw EvmJson.Wrong(json, What, "in seconds before the year 10000");
    }

    // What follows some chains leave out or fill with something of their own: that makes the field unknown, not the whole block.
    private static Hash32? HashOrNull(JsonElement json)
    {
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        return EvmJson.TryBytes(json, bytes) ? new Hash32(bytes) : null;
    }

    private static Address? AddressOrNull(JsonElement json)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        return EvmJson.TryBytes(json, bytes) ? new Address(bytes) : null;
    }

    private static LogsBloom? BloomOrNull(JsonElement json)
    {
        var bits = new byte[LogsBloom.Size];
        return EvmJson.TryBytes(json, bits) ? new LogsBloom(bits) : null;
    }

    private static ulong? NonceOrNull(JsonElement json)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        return EvmJson.TryBytes(json, bytes) ? System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes) : null;
    }

    private static ulong? GasOrNull(JsonElement json) =>
        EvmJson.TryUInt256(json, out var value) && value <= ulong.MaxValue ? (ulong)value : null;
}
