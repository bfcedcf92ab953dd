using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Nines.Chains.JsonRpc;
using NodaTime;

namespace Nines.Chains.Evm.JsonRpc;

/// <summary>
/// Reads the values of the Ethereum JSON-RPC. Each method throws <see cref="FormatException"/> with a reason for anything else;
/// the boundary turns that into <see cref="RpcAnswer{T}.Malformed"/>.
/// </summary>
internal static class EvmJson
{
    /// <value>Characters of a text from a server that are kept.</value>
    private const int MaxText = 1000;

    /// <value>Digits of a number that is not in quotes: 256 bits take 78.</value>
    private const int MaxDecimalDigits = 78;

    public static string Text(JsonElement json, string what) =>
        json.ValueKind == JsonValueKind.String ? Clipped(json.GetString() ?? "") : throw Wrong(json, what, "a text");

    public static string Clipped(string text) => text.Length <= MaxText ? text : text[..MaxText] + "…";

    public static ulong UInt64(JsonElement json, string what)
    {
        var value = UInt256(json, what);
        return value <= ulong.MaxValue ? (ulong)value : throw Wrong(json, what, "a number below 2^64");
    }

    /// <summary>A quantity in hexadecimal, or, as a few chains send it, a JSON number.</summary>
    public static BigInteger UInt256(JsonElement json, string what)
    {
        var value = BigInteger.Zero;
        var isRead = json.ValueKind switch
        {
            JsonValueKind.String => Quantity.TryRead(json.GetString() ?? "", out value),
            JsonValueKind.Number => TryReadDecimal(json.GetRawText(), out value),
            _ => false,
        };
        return isRead ? value : throw Wrong(json, what, "a quantity");
    }

    public static Wei Wei(JsonElement json, string what) => new(UInt256(json, what));

    public static HexBytes Bytes(JsonElement json, string what) =>
        json.ValueKind == JsonValueKind.String && HexBytes.TryParse(json.GetString() ?? "", out var bytes)
            ? bytes
            : throw Wrong(json, what, "0x and hexadecimal digits");

    public static Hash32 Hash(JsonElement json, string what) =>
        json.ValueKind == JsonValueKind.String && Hash32.TryParse(json.GetString() ?? "", out var hash)
            ? hash
            : throw Wrong(json, what, "a hash of 32 bytes");

    public static int PeerCount(JsonElement json)
    {
        const string What = "the number of peers";
        var count = UInt64(json, What);
        return count <= int.MaxValue ? (int)count : throw Wrong(json, What, "a number below 2^31");
    }

    public static SyncStatus SyncStatus(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.False => new SyncStatus.NotSyncing(),
        JsonValueKind.True => new SyncStatus.Syncing(null, null),
        JsonValueKind.Object => new SyncStatus.Syncing(HeightOrNull(json, "currentBlock"), HeightOrNull(json, "highestBlock")),
        _ => throw Wrong(json, "the sync status", "false or an object"),
    };

    public static BlockHeader Header(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(json, "the block", "an object");
        }

        return new BlockHeader(
            new BlockNumber(UInt64(Member(json, "number"), "the block's number")),
            Hash(Member(json, "hash"), "the block's hash"),
            Hash(Member(json, "parentHash"), "the parent's hash"),
            Timestamp(Member(json, "timestamp")),
            new Gas(UInt64(Member(json, "gasUsed"), "the gas used")),
            new Gas(UInt64(Member(json, "gasLimit"), "the gas limit")),
            json.TryGetProperty("baseFeePerGas", out var fee) && fee.ValueKind != JsonValueKind.Null ? Wei(fee, "the base fee") : null);
    }

    private static Instant Timestamp(JsonElement json)
    {
        const string What = "the block's timestamp";
        var seconds = UInt64(json, What);
        return seconds <= (ulong)Instant.MaxValue.ToUnixTimeSeconds()
            ? Instant.FromUnixTimeSeconds((long)seconds)
            : throw Wrong(json, What, "in seconds before the year 10000");
    }

    private static BlockNumber? HeightOrNull(JsonElement json, string member) =>
        json.TryGetProperty(member, out var height) && height.ValueKind != JsonValueKind.Null
            ? new BlockNumber(UInt64(height, member))
            : null;

    private static JsonElement Member(JsonElement json, string name) =>
        json.TryGetProperty(name, out var member) ? member : throw new FormatException($"the block has no member \"{name}\"");

    private static bool TryReadDecimal(string digits, out BigInteger value)
    {
        value = BigInteger.Zero;
        return digits.Length <= MaxDecimalDigits
            && BigInteger.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value)
            && value <= Quantity.MaxUInt256;
    }

    private static FormatException Wrong(JsonElement json, string what, string expected) =>
        new($"{what} is not {expected} but {Hex.Shown(json.GetRawText())}");
}
