using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using System.Text;

namespace Nines.Chains.Evm.Abi;

/// <summary>Encodes values of ours for a contract: the "strict mode" of the specification, without gaps or overlaps.</summary>
public static class AbiEncoder
{
    /// <exception cref="AbiException">A value does not fit its type, or their numbers differ.</exception>
    public static HexBytes Encode(ImmutableArray<AbiType> types, ImmutableArray<AbiValue> values)
    {
        var writer = new ArrayBufferWriter<byte>();
        WriteItems(types, values, writer);
        return HexBytes.CopyOf(writer.WrittenSpan);
    }

    /// <summary>Heads first, then the tails of the dynamic ones; an offset counts from the first head.</summary>
    private static void WriteItems(IReadOnlyList<AbiType> types, ImmutableArray<AbiValue> values, ArrayBufferWriter<byte> writer)
    {
        if (types.Count != values.Length)
        {
            throw new AbiException($"{types.Count} values are needed and {values.Length} were given.");
        }

        var headBytes = types.Sum(type => type.HeadBytes);
        var tails = new ArrayBufferWriter<byte>();
        for (var i = 0; i < values.Length; i++)
        {
            if (types[i].IsDynamic)
            {
                WriteCount(headBytes + tails.WrittenCount, writer);
                Write(types[i], values[i], tails);
            }
            else
            {
                Write(types[i], values[i], writer);
            }
        }

        writer.Write(tails.WrittenSpan);
    }

    private static void Write(AbiType type, AbiValue value, ArrayBufferWriter<byte> writer)
    {
        switch (type, value)
        {
            case (AbiType.UIntType t, AbiValue.Number n):
                WriteInteger(n.Value, BigInteger.Zero, (BigInteger.One << t.Bits) - 1, t, writer);
                break;
            case (AbiType.IntType t, AbiValue.Number n):
                WriteInteger(n.Value, -(BigInteger.One << (t.Bits - 1)), (BigInteger.One << (t.Bits - 1)) - 1, t, writer);
                break;
            case (AbiType.AddressType, AbiValue.Account a):
                var account = NextWord(writer);
                a.Value.CopyTo(account[(AbiType.WordBytes - Address.Size)..]);
                break;
            case (AbiType.BoolType, AbiValue.Flag f):
                NextWord(writer)[^1] = f.Value ? (byte)1 : (byte)0;
                break;
            case (AbiType.FixedBytesType t, AbiValue.Blob b) when b.Value.Length == t.Length:
                b.Value.Span.CopyTo(NextWord(writer));
                break;
            case (AbiType.FunctionType, AbiValue.Blob { Value.Length: AbiType.FunctionType.Length } b):
                b.Value.Span.CopyTo(NextWord(writer));
                break;
            case (AbiType.BytesType, AbiValue.Blob b):
                WriteContent(b.Value.Span, writer);
                break;
            case (AbiType.StringType, AbiValue.Text s):
                WriteContent(Utf8Of(s.Value), writer);
                break;
            case (AbiType.FixedArrayType t, AbiValue.Sequence s) when s.Items.Length == t.Length:
                WriteItems(new Repeated(t.Element, t.Length), s.Items, writer);
                break;
            case (AbiType.ArrayType t, AbiValue.Sequence s):
                WriteCount(s.Items.Length, writer);
                WriteItems(new Repeated(t.Element, s.Items.Length), s.Items, writer);
                break;
            case (AbiType.TupleType t, AbiValue.Sequence s):
                WriteItems([.. t.Components.Select(c => c.Type)], s.Items, writer);
                break;
            default:
                throw new AbiException($"{Hex.Shown(value.ToString())} is not a value of {type.Name}.");
        }
    }

    private static void WriteInteger(BigInteger value, BigInteger least, BigInteger most, AbiType type, ArrayBufferWriter<byte> writer)
    {
        if (value < least || value > most)
        {
            throw new AbiException($"{value} is outside the range of {type.Name}.");
        }

        var word = NextWord(writer);
        var isUnsigned = value.Sign >= 0;
        var bytes = value.GetByteCount(isUnsigned);
        if (!isUnsigned)
        {
            word.Fill(0xff);
        }

        value.TryWriteBytes(word[(AbiType.WordBytes - bytes)..], out _, isUnsigned, isBigEndian: true);
    }

    private static void WriteContent(ReadOnlySpan<byte> content, ArrayBufferWriter<byte> writer)
    {
        WriteCount(content.Length, writer);
        for (; !content.IsEmpty; content = content[Math.Min(content.Length, AbiType.WordBytes)..])
        {
            content[..Math.Min(content.Length, AbiType.WordBytes)].CopyTo(NextWord(writer));
        }
    }

    private static void WriteCount(int count, ArrayBufferWriter<byte> writer) =>
        BinaryPrimitives.WriteInt32BigEndian(NextWord(writer)[^4..], count);

    private static Span<byte> NextWord(ArrayBufferWriter<byte> writer)
    {
        var word = writer.GetSpan(AbiType.WordBytes)[..AbiType.WordBytes];
        word.Clear();
        writer.Advance(AbiType.WordBytes);
        return word;
    }

    private static byte[] Utf8Of(string text)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            throw new AbiException("A string holds half of a surrogate pair, which UTF-8 cannot say.");
        }
    }

    /// <summary>The types of an array's items, without a list of them.</summary>
    private sealed class Repeated(AbiType element, int count) : IReadOnlyList<AbiType>
    {
        public int Count => count;

        public AbiType this[int index] => element;

        public IEnumerator<AbiType> GetEnumerator() => Enumerable.Repeat(element, count).GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
