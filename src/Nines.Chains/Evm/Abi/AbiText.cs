using System.Collections.Immutable;
using System.Globalization;

namespace Nines.Chains.Evm.Abi;

/// <summary>Reads types and signatures as people write them.</summary>
internal static class AbiText
{
    /// <value>Characters.</value>
    private const int MaxLength = 10_000;

    /// <summary>Words that Solidity puts after a function's parameters and that change nothing in the encoding.</summary>
    private static readonly ImmutableHashSet<string> Modifiers =
        ["external", "public", "internal", "private", "view", "pure", "payable", "nonpayable", "virtual", "override"];

    /// <summary>Words that Solidity puts between a parameter's type and its name.</summary>
    private static readonly ImmutableHashSet<string> Locations = ["memory", "calldata", "storage", "payable"];

    public static AbiSignature ParseSignature(string text)
    {
        var cursor = CursorOf(text);
        var first = cursor.Word("a name");
        AbiSignatureKind? declared = first switch
        {
            "function" => AbiSignatureKind.Function,
            "error" => AbiSignatureKind.Error,
            "event" => AbiSignatureKind.Event,
            _ => null,
        };
        var kind = declared ?? AbiSignatureKind.Function;
        var name = declared is null ? first : cursor.Word("a name");
        var inputs = Parameters(ref cursor, kind, depth: 0);
        ImmutableArray<AbiParameter> outputs = [];
        var isAnonymous = false;
        while (cursor.TryWord(out var word))
        {
            if (word == "returns" && kind == AbiSignatureKind.Function)
            {
                outputs = Parameters(ref cursor, kind, depth: 0);
                break;
            }

            if (word == "anonymous" && kind == AbiSignatureKind.Event)
            {
                isAnonymous = true;
            }
            else if (!Modifiers.Contains(word))
            {
                throw cursor.Wrong($"'{Hex.Shown(word)}' is not expected here");
            }
        }

        cursor.Skip(';');
        cursor.End();
        return new AbiSignature(kind, name, inputs, outputs, isAnonymous);
    }

    /// <exception cref="AbiException">The text is not a type.</exception>
    public static AbiType ParseType(string text)
    {
        var cursor = CursorOf(text);
        var type = Type(ref cursor, depth: 0);
        cursor.End();
        return type;
    }

    /// <summary>The array part of a type: reads "[2][]" after <paramref name="element"/>.</summary>
    public static AbiType ParseSuffix(AbiType element, string suffix)
    {
        var cursor = CursorOf(suffix);
        var type = Suffixed(element, ref cursor);
        cursor.End();
        return type;
    }

    public static bool IsIdentifier(string text) =>
        text.Length > 0 && !char.IsAsciiDigit(text[0]) && text.All(Cursor.IsWordCharacter);

    private static Cursor CursorOf(string text) =>
        text.Length <= MaxLength
            ? new Cursor(text)
            : throw new AbiException($"A signature of {text.Length} characters is longer than {MaxLength}.");

    private static ImmutableArray<AbiParameter> Parameters(ref Cursor cursor, AbiSignatureKind kind, int depth)
    {
        cursor.Expect('(');
        if (cursor.Skip(')'))
        {
            return [];
        }

        var parameters = ImmutableArray.CreateBuilder<AbiParameter>();
        do
        {
            parameters.Add(Parameter(ref cursor, kind, depth));
        }
        while (cursor.Skip(','));
        cursor.Expect(')');
        return parameters.ToImmutable();
    }

    private static AbiParameter Parameter(ref Cursor cursor, AbiSignatureKind kind, int depth)
    {
        var type = Type(ref cursor, depth);
        var (name, isIndexed) = ("", false);
        while (cursor.TryWord(out var word))
        {
            if (name.Length > 0)
            {
                throw cursor.Wrong($"'{Hex.Shown(word)}' comes after the parameter's name");
            }

            if (word == "indexed" && kind == AbiSignatureKind.Event && depth == 0)
            {
                isIndexed = true;
            }
            else if (!Locations.Contains(word))
            {
                name = word;
            }
        }

        return new AbiParameter(type, name, isIndexed);
    }

    private static AbiType Type(ref Cursor cursor, int depth)
    {
        if (depth > AbiType.MaxDepth)
        {
            throw cursor.Wrong($"types are nested more than {AbiType.MaxDepth} deep");
        }

        if (cursor.At('('))
        {
            return Suffixed(Tuple(ref cursor, depth), ref cursor);
        }

        var word = cursor.Word("a type");
        return Suffixed(word == "tuple" && cursor.At('(') ? Tuple(ref cursor, depth) : Elementary(word, cursor), ref cursor);
    }

    private static AbiType.TupleType Tuple(ref Cursor cursor, int depth) =>
        new(Parameters(ref cursor, AbiSignatureKind.Function, depth + 1));

    private static AbiType Suffixed(AbiType type, ref Cursor cursor)
    {
        while (cursor.Skip('['))
        {
            type = cursor.Skip(']') ? new AbiType.ArrayType(type) : new AbiType.FixedArrayType(type, cursor.Count());
        }

        return type;
    }

    private static AbiType Elementary(string word, Cursor cursor) => word switch
    {
        "bool" => AbiType.Bool,
        "address" => AbiType.Address,
        "bytes" => AbiType.Bytes,
        "string" => AbiType.String,
        "function" => AbiType.Function,
        "uint" => AbiType.UInt256,
        "int" => new AbiType.IntType(256),
        _ when Sized(word, "uint") is { } bits => new AbiType.UIntType(bits),
        _ when Sized(word, "int") is { } bits => new AbiType.IntType(bits),
        _ when Sized(word, "bytes") is { } length => new AbiType.FixedBytesType(length),
        _ => throw cursor.Wrong(
            $"'{Hex.Shown(word)}' is not a type of the contract ABI (write a struct as a tuple, an enum as uint8, a contract as address)"),
    };

    private static int? Sized(string word, string prefix) =>
        word.StartsWith(prefix, StringComparison.Ordinal)
        && word.Length - prefix.Length is >= 1 and <= 3
        && word[prefix.Length] != '0'
        && int.TryParse(word.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? size
            : null;

    private ref struct Cursor(string text)
    {
        private readonly string _text = text;
        private int _at;

        public static bool IsWordCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$';

        public readonly AbiException Wrong(string why) => new($"'{Hex.Shown(_text)}', at character {_at + 1}: {why}.");

        public bool At(char expected)
        {
            SkipSpace();
            return _at < _text.Length && _text[_at] == expected;
        }

        public bool Skip(char expected)
        {
            var isThere = At(expected);
            _at += isThere ? 1 : 0;
            return isThere;
        }

        public void Expect(char expected)
        {
            if (!Skip(expected))
            {
                throw Wrong($"'{expected}' is missing");
            }
        }

        public bool TryWord(out string word)
        {
            SkipSpace();
            var start = _at;
            while (_at < _text.Length && IsWordCharacter(_text[_at]))
            {
                _at++;
            }

            word = _text[start.._at];
            return word.Length > 0;
        }

        public string Word(string what) => TryWord(out var word) ? word : throw Wrong($"{what} is missing");

        /// <summary>The length of a fixed array, and the bracket that closes it.</summary>
        public int Count()
        {
            var digits = Word("a length");
            var isPadded = digits.Length > 1 && digits[0] == '0';
            if (isPadded || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            {
                throw Wrong($"'{Hex.Shown(digits)}' is not the length of an array");
            }

            Expect(']');
            return count;
        }

        public void End()
        {
            SkipSpace();
            if (_at < _text.Length)
            {
                throw Wrong($"'{_text[_at]}' is not expected here");
            }
        }

        private void SkipSpace()
        {
            while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            {
                _at++;
            }
        }
    }
}
