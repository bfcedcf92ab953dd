using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Nines.Chains.JsonRpc;

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

    /// <value>Hexadecimal digits: enough for 256 bits, with room for padding.</value>
    private const int MaxHexDigits = 128;

    public static string Text(JsonElement json, string what) =>
        json.ValueKind == JsonValueKind.String ? Clipped(json.GetString() ?? "") : throw Wrong(json, what, "a text");

    public static string Clipped(string text) => text.Length <= MaxText ? text : text[..MaxText] + "…";

    public static ulong UInt64(JsonElement json, string what)
    {
        Span<byte> word = stackalloc byte[32];
        if (TryReadHex(json, word) && !word[..24].ContainsAnyExcept((byte)0))
        {
            return System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(word[24..]);
        }

        var value = UInt256(json, what);
        return value <= ulong.MaxValue ? (ulong)value : throw Wrong(json, what, "a number below 2^64");
    }

    public static BigInteger UInt256(JsonElement json, string what) =>
        TryUInt256(json, out var value) ? value : throw Wrong(json, what, "a quantity");

    /// <summary>A quantity in hexadecimal, or, as a few chains send it, a JSON number.</summary>
    public static bool TryUInt256(JsonElement json, out BigInteger value)
    {
        value = BigInteger.Zero;
        Span<byte> word = stackalloc byte[32];
        if (TryReadHex(json, word))
        {
            value = new BigInteger(word, isUnsigned: true, isBigEndian: true);
            return true;
        }

        return json.ValueKind == JsonValueKind.Number && TryReadDecimal(json.GetRawText(), out value);
    }

    public static Wei Wei(JsonElement json, string what) => new(UInt256(json, what));

    /// <summary>A ratio or percentage as a JSON number, not negative.</summary>
    public static double Ratio(JsonElement json, string what) =>
        json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out var value) && double.IsFinite(value) && value >= 0
            ? value
            : throw Wrong(json, what, "a number of 0 or more");

    public static HexBytes Bytes(JsonElement json, string what) =>
        TryBytes(json, out var bytes) ? bytes : throw Wrong(json, what, "0x and hexadecimal digits");

    public static bool TryBytes(JsonElement json, out HexBytes bytes)
    {
        var text = Utf8Of(json);
        bytes = HexBytes.Empty;
        if (!HasPrefix(text) || text.Length % 2 != 0)
        {
            return false;
        }

        var read = new byte[(text.Length - 2) / 2];
        if (Convert.FromHexString(text[2..], read, out _, out _) != OperationStatus.Done)
        {
            return false;
        }

        bytes = HexBytes.Owning(read);
        return true;
    }

    /// <summary>Exactly as many bytes as <paramref name="destination"/> holds; false for anything else.</summary>
    public static bool TryBytes(JsonElement json, Span<byte> destination)
    {
        var text = Utf8Of(json);
        return HasPrefix(text)
            && text.Length == 2 + (2 * destination.Length)
            && Convert.FromHexString(text[2..], destination, out _, out _) == OperationStatus.Done;
    }

    public static Hash32 Hash(JsonElement json, string what)
    {
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        return TryBytes(json, bytes) ? new Hash32(bytes) : throw Wrong(json, what, "a hash of 32 bytes");
    }

    /// <summary>An address in whatever case: a few chains have checksums of their own (EIP-1191).</summary>
    public static Address Address(JsonElement json, string what)
    {
        Span<byte> bytes = stackalloc byte[Evm.Address.Size];
        return TryBytes(json, bytes) ? new Address(bytes) : throw Wrong(json, what, "an address of 20 bytes");
    }

    /// <summary>A word of storage: 32 bytes, or fewer as some nodes send it.</summary>
    public static Hash32 Word(JsonElement json, string what)
    {
        Span<byte> word = stackalloc byte[32];
        return TryReadHex(json, word) || Utf8Of(json).SequenceEqual("0x"u8)
            ? new Hash32(word)
            : throw Wrong(json, what, "a word of at most 32 bytes");
    }

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

    /// <summary>A member that must be there.</summary>
    public static JsonElement Member(JsonElement json, string name, string owner)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(json, owner, "an object");
        }

        return json.TryGetProperty(name, out var member) ? member : throw new FormatException($"{owner} has no member \"{name}\"");
    }

    /// <summary>Null when the member is missing or null. <paramref name="json"/> is an object.</summary>
    public static JsonElement? Optional(JsonElement json, string name) =>
        json.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

    public static ImmutableArray<T> List<T>(JsonElement json, string what, Func<JsonElement, T> read)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            throw Wrong(json, what, "a list");
        }

        var items = ImmutableArray.CreateBuilder<T>(json.GetArrayLength());
        foreach (var item in json.EnumerateArray())
        {
            items.Add(read(item));
        }

        return items.MoveToImmutable();
    }

    public static FormatException Wrong(JsonElement json, string what, string expected) =>
        new($"{what} is not {expected} but {Hex.Shown(json.GetRawText())}");

    private static BlockNumber? HeightOrNull(JsonElement json, string member) =>
        Optional(json, member) is { } height ? new BlockNumber(UInt64(height, member)) : null;

    /// <summary>The characters of a text in UTF-8, without a copy where nothing in it is escaped; empty for anything but a text.</summary>
    private static ReadOnlySpan<byte> Utf8Of(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.String)
        {
            return default;
        }

        var raw = JsonMarshal.GetRawUtf8Value(json)[1..^1];
        return raw.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(json.GetString() ?? "") : raw;
    }

    private static bool HasPrefix(ReadOnlySpan<byte> text) => text.StartsWith("0x"u8);

    /// <summary>"0x" and at least one digit, at most 256 bits; leading zeros and upper-case digits are tolerated.</summary>
    /// <param name="word">Takes the number, most significant byte first; must be zeros.</param>
    private static bool TryReadHex(JsonElement json, Span<byte> word)
    {
        var text = Utf8Of(json);
        if (!HasPrefix(text) || text.Length == 2 || text.Length > 2 + MaxHexDigits)
        {
            return false;
        }

        var digits = text[2..].TrimStart((byte)'0');
        if (digits.Length > 2 * word.Length)
        {
            return false;
        }

        Span<byte> even = stackalloc byte[2 * word.Length];
        even.Fill((byte)'0');
        digits.CopyTo(even[^digits.Length..]);
        return Convert.FromHexString(even, word, out _, out _) == OperationStatus.Done;
    }

    private static bool TryReadDecimal(string digits, out BigInteger value)
    {
        value = BigInteger.Zero;
        return digits.Length <= MaxDecimalDigits
            && BigInteger.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value)
            && value <= Quantity.MaxUInt256;
    }
}
