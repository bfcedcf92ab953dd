using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using NodaTime;

namespace Nines.Chains.Evm.JsonRpc;

/// <summary>Reads headers, blocks and fee histories.</summary>
internal static class BlockJson
{
    private const string Owner = "the block";

    public static BlockHeader Header(JsonElement json) => new(
        new BlockNumber(EvmJson.UInt64(EvmJson.Member(json, "number", Owner), "the block's number")),
        EvmJson.Hash(EvmJson.Member(json, "hash", Owner), "the block's hash"),
        EvmJson.Hash(EvmJson.Member(json, "parentHash", Owner), "the parent's hash"),
        Timestamp(EvmJson.Member(json, "timestamp", Owner)),
        new Gas(EvmJson.UInt64(EvmJson.Member(json, "gasUsed", Owner), "the gas used")),
        new Gas(EvmJson.UInt64(EvmJson.Member(json, "gasLimit", Owner), "the gas limit")),
        EvmJson.Optional(json, "baseFeePerGas") is { } fee ? EvmJson.Wei(fee, "the base fee") : null)
    {
        OmmersHash = HashOrNull(json, "sha3Uncles"),
        Beneficiary = AddressOrNull(json, "miner"),
        StateRoot = HashOrNull(json, "stateRoot"),
        TransactionsRoot = HashOrNull(json, "transactionsRoot"),
        ReceiptsRoot = HashOrNull(json, "receiptsRoot"),
        LogsBloom = BloomOrNull(json),
        Difficulty = DifficultyOrNull(json),
        ExtraData = ExtraDataOrNull(json),
        MixHash = HashOrNull(json, "mixHash"),
        Nonce = NonceOrNull(json),
        WithdrawalsRoot = HashOrNull(json, "withdrawalsRoot"),
        BlobGasUsed = GasOrNull(json, "blobGasUsed"),
        ExcessBlobGas = GasOrNull(json, "excessBlobGas"),
        ParentBeaconBlockRoot = HashOrNull(json, "parentBeaconBlockRoot"),
        RequestsHash = HashOrNull(json, "requestsHash"),
    };

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
    private static Hash32? HashOrNull(JsonElement json, string name)
    {
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        return json.TryGetProperty(name, out var member) && EvmJson.TryBytes(member, bytes) ? new Hash32(bytes) : null;
    }

    private static Address? AddressOrNull(JsonElement json, string name)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        return json.TryGetProperty(name, out var member) && EvmJson.TryBytes(member, bytes) ? new Address(bytes) : null;
    }

    private static LogsBloom? BloomOrNull(JsonElement json)
    {
        Span<byte> bits = stackalloc byte[LogsBloom.Size];
        return json.TryGetProperty("logsBloom", out var member) && EvmJson.TryBytes(member, bits) ? new LogsBloom(bits) : null;
    }

    private static ulong? NonceOrNull(JsonElement json)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        return json.TryGetProperty("nonce", out var member) && EvmJson.TryBytes(member, bytes)
            ? System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes)
            : null;
    }

    private static ulong? GasOrNull(JsonElement json, string name) =>
        json.TryGetProperty(name, out var member) && EvmJson.TryUInt256(member, out var value) && value <= ulong.MaxValue
            ? (ulong)value
            : null;

    private static BigInteger? DifficultyOrNull(JsonElement json) =>
        json.TryGetProperty("difficulty", out var member) && EvmJson.TryUInt256(member, out var value) ? value : null;

    private static HexBytes? ExtraDataOrNull(JsonElement json) =>
        json.TryGetProperty("extraData", out var member) && EvmJson.TryBytes(member, out var bytes) ? bytes : null;
}
