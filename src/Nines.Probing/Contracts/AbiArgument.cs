using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;

namespace Nines.Probing.Contracts;

/// <summary>Reads a function's arguments as configs write them.</summary>
internal static class AbiArgument
{
    private const int MaxLength = 10_000;

    /// <exception cref="FormatException">It is no function's signature; the message says what to write.</exception>
    public static AbiSignature Function(string signature)
    {
        if (!AbiSignature.TryParse(signature, out var function, out var why)) throw new FormatException($"'{signature}' is not a function's signature: {why}. Try paused() returns (bool).");
        return function.Kind == AbiSignatureKind.Function ? function : throw new FormatException($"'{signature}' declares no function. Try paused() returns (bool).");
    }

    /// <summary>Reads a function's arguments into call data.</summary>
    /// <exception cref="FormatException">The number of arguments or one of them is wrong; the message says which, and what to write.</exception>
    public static HexBytes Call(AbiSignature function, ImmutableArray<string> arguments)
    {
        var given = arguments.IsDefault ? [] : arguments;
        if (given.Length != function.Inputs.Length) throw new FormatException($"{function.Canonical} takes {function.Inputs.Length} arguments, args has {given.Length}.");
        var values = ImmutableArray.CreateBuilder<AbiValue>(given.Length);
        for (var i = 0; i < given.Length; i++) values.Add(Read(function.Inputs[i].Type, given[i]));
        try
        {
            return function.EncodeCall(values.MoveToImmutable());
        }
        catch (AbiException unfit)
        {
            throw new FormatException($"an argument does not fit {function.Canonical}: {unfit.Message}", unfit);
        }
    }

    private static AbiValue Read(AbiType type, string text)
    {
        if (text.Length > MaxLength) throw new FormatException($"an argument has more than {MaxLength} characters");
        return type switch
        {
            AbiType.UIntType or AbiType.IntType => new AbiValue.Number(Number(type, text.Trim())),
            AbiType.BoolType => text.Trim() is "true" or "false" ? new AbiValue.Flag(text.Trim() == "true") : throw Wrong(type, text, "true or false"),
            AbiType.AddressType => Address.TryParse(text.Trim(), out var address) ? new AbiValue.Account(address) : throw Wrong(type, text, "0x and 40 hexadecimal digits with a right checksum"),
            AbiType.FixedBytesType or AbiType.BytesType => HexBytes.TryParse(text.Trim(), out var bytes) ? new AbiValue.Blob(bytes) : throw Wrong(type, text, "0x and hexadecimal digits"),
            AbiType.StringType => new AbiValue.Text(text),
            AbiType.FixedArrayType array => Items(type, text, '[', ']', _ => array.Element, array.Length),
            AbiType.ArrayType array => Items(type, text, '[', ']', _ => array.Element, null),
            AbiType.TupleType tuple => Items(type, text, '(', ')', i => tuple.Components[i].Type, tuple.Components.Length),
            _ => throw new FormatException($"arguments of type {type} cannot be given here"),
        };
    }

    private static BigInteger Number(AbiType type, string text)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && text.Length is > 2 and <= 66
            && BigInteger.TryParse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex)) return hex;
        return text.Length <= 80 && BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Wrong(type, text, "a whole number");
    }

    private static AbiValue.Sequence Items(AbiType type, string text, char open, char close, Func<int, AbiType> typeOf, int? count)
    {
        text = text.Trim();
        if (text.Length < 2 || text[0] != open || text[^1] != close) throw Wrong(type, text, $"{open}…, …{close}");
        var parts = Split(text[1..^1]);
        if (count is { } wanted && parts.Count != wanted) throw Wrong(type, text, $"{wanted} items");
        return new AbiValue.Sequence([.. parts.Select((part, i) => Read(typeOf(i), part.Trim()))]);
    }

    /// <summary>At the commas that are in no brackets.</summary>
    private static List<string> Split(string text)
    {
        var parts = new List<string>();
        if (text.Trim().Length == 0) return parts;
        var (from, depth) = (0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] switch { '[' or '(' => 1, ']' or ')' => -1, _ => 0 };
            if (text[i] != ',' || depth != 0) continue;
            parts.Add(text[from..i]);
            from = i + 1;
        }
        parts.Add(text[from..]);
        return parts;
    }

    private static FormatException Wrong(AbiType type, string text, string expected) => new($"'{text}' is no {type}: expected {expected}.");
}
