using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Nines.Chains.Evm.Abi;

/// <summary>
/// Values of the contract ABI in JSON, as people give them in a config: numbers or texts of digits, "0x…", texts, true and false, arrays.
/// </summary>
public static class AbiJson
{
    /// <value>Characters: 256 bits take 78 decimal digits.</value>
    private const int MaxDigits = 80;

    /// <exception cref="AbiException">The JSON is not a value of the type; the message says why.</exception>
    public static AbiValue Read(AbiType type, JsonElement json) => (type, json.ValueKind) switch
    {
        (AbiType.UIntType or AbiType.IntType, JsonValueKind.String) => Number(type, TextOf(json)),
        (AbiType.UIntType or AbiType.IntType, JsonValueKind.Number) => Number(type, json.GetRawText()),
        (AbiType.AddressType, JsonValueKind.String) => Address.TryParse(TextOf(json), out var address)
            ? new AbiValue.Account(address)
            : throw Wrong(type, json, "not 0x and 40 hexadecimal digits with a right EIP-55 checksum"),
        (AbiType.BoolType, JsonValueKind.True or JsonValueKind.False) => new AbiValue.Flag(json.GetBoolean()),
        (AbiType.FixedBytesType t, JsonValueKind.String) => Blob(type, json, t.Length),
        (AbiType.FunctionType, JsonValueKind.String) => Blob(type, json, AbiType.FunctionType.Length),
        (AbiType.BytesType, JsonValueKind.String) => Blob(type, json, null),
        (AbiType.StringType, JsonValueKind.String) => new AbiValue.Text(TextOf(json)),
        (AbiType.FixedArrayType t, JsonValueKind.Array) => Items(type, json, Enumerable.Repeat(t.Element, json.GetArrayLength()), t.Length),
        (AbiType.ArrayType t, JsonValueKind.Array) => Items(type, json, Enumerable.Repeat(t.Element, json.GetArrayLength()), null),
        (AbiType.TupleType t, JsonValueKind.Array) => Items(type, json, t.Components.Select(c => c.Type), t.Components.Length),
        _ => throw Wrong(type, json, "of another kind"),
    };

    private static AbiValue.Number Number(AbiType type, string text)
    {
        var value = BigInteger.Zero;
        var isRead = text.Length <= MaxDigits
            && (Hex.HasPrefix(text)
                ? Quantity.TryRead(text, out value)
                : BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value));
        return isRead
            ? new AbiValue.Number(value)
            : throw new AbiException($"'{Hex.Shown(text)}' is not a value of {type.Name}: not a whole number.");
    }

    private static AbiValue.Blob Blob(AbiType type, JsonElement json, int? length) =>
        HexBytes.TryParse(TextOf(json), out var bytes) && bytes.Length == (length ?? bytes.Length)
            ? new AbiValue.Blob(bytes)
            : throw Wrong(type, json, length is null ? "not 0x and hexadecimal digits" : $"not 0x and {2 * length} hexadecimal digits");

    private static AbiValue.Sequence Items(AbiType type, JsonElement json, IEnumerable<AbiType> types, int? length) =>
        json.GetArrayLength() == (length ?? json.GetArrayLength())
            ? new AbiValue.Sequence([.. types.Zip(json.EnumerateArray(), Read)])
            : throw Wrong(type, json, $"{json.GetArrayLength()} items where {length} are needed");

    private static string TextOf(JsonElement json)
    {
        try
        {
            return json.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            throw new AbiException("A string holds half of a surrogate pair.");
        }
    }

    private static AbiException Wrong(AbiType type, JsonElement json, string why) =>
        new($"{Hex.Shown(json.GetRawText())} is not a value of {type.Name}: {why}.");
}
