using System.Buffers;
using System.Collections.Immutable;

namespace Nines.Chains.Evm.Abi;

/// <summary>
/// The encodings that are only hashed and never decoded: abi.encodePacked, and what an indexed parameter of an event is hashed from.
/// Different values can have the same encoding.
/// </summary>
/// <remarks>Source: Solidity documentation, "Contract ABI Specification", Non-standard Packed Mode.</remarks>
public static class AbiPacked
{
    /// <summary>abi.encodePacked: each value in as many bytes as its type has, items of arrays in words, no lengths.</summary>
    /// <exception cref="AbiException">A value does not fit its type, their numbers differ, or the type has no packed encoding: tuples, and
    /// arrays of strings or bytes.</exception>
    public static HexBytes Encode(ImmutableArray<AbiType> types, ImmutableArray<AbiValue> values)
    {
        if (types.Length != values.Length)
        {
            throw new AbiException($"{types.Length} values are needed and {values.Length} were given.");
        }

        var writer = new ArrayBufferWriter<byte>();
        for (var i = 0; i < types.Length; i++)
        {
            Write(types[i], values[i], isItem: false, writer);
        }

        return HexBytes.CopyOf(writer.WrittenSpan);
    }

    /// <summary>What an indexed string, bytes, array or tuple is hashed from: without lengths and offsets, everything in whole words.</summary>
    internal static HexBytes EncodeInPlace(AbiType type, AbiValue value)
    {
        var writer = new ArrayBufferWriter<byte>();
        WriteInPlace(type, value, isOutermost: true, writer);
        return HexBytes.CopyOf(writer.WrittenSpan);
    }

    private static void Write(AbiType type, AbiValue value, bool isItem, ArrayBufferWriter<byte> writer)
    {
        switch (type, value)
        {
            case (AbiType.BytesType or AbiType.StringType, _) when !isItem:
                writer.Write(ContentOf(type, value));
                break;
            case (AbiType.FixedArrayType or AbiType.ArrayType, AbiValue.Sequence items):
                var element = ElementOf(type, items.Items.Length);
                foreach (var item in items.Items)
                {
                    Write(element, item, isItem: true, writer);
                }

                break;
            case (AbiType.TupleType or AbiType.BytesType or AbiType.StringType, _):
                throw new AbiException($"{type.Name} has no packed encoding here.");
            default:
                var word = AbiEncoder.Encode([type], [value]).Span;
                writer.Write(isItem ? word : Narrow(type, word));
                break;
        }
    }

    /// <summary>The bytes of a word that its type uses.</summary>
    private static ReadOnlySpan<byte> Narrow(AbiType type, ReadOnlySpan<byte> word) => type switch
    {
        AbiType.UIntType t => word[^(t.Bits / 8)..],
        AbiType.IntType t => word[^(t.Bits / 8)..],
        AbiType.AddressType => word[^Address.Size..],
        AbiType.BoolType => word[^1..],
        AbiType.FixedBytesType t => word[..t.Length],
        AbiType.FunctionType => word[..AbiType.FunctionType.Length],
        _ => throw new InvalidOperationException($"{type.Name} is no elementary type."),
    };

    private static void WriteInPlace(AbiType type, AbiValue value, bool isOutermost, ArrayBufferWriter<byte> writer)
    {
        switch (type, value)
        {
            case (AbiType.BytesType or AbiType.StringType, _):
                var content = ContentOf(type, value);
                writer.Write(content);
                if (!isOutermost)
                {
                    var padding = (AbiType.WordBytes - (content.Length % AbiType.WordBytes)) % AbiType.WordBytes;
                    writer.Write(stackalloc byte[padding]);
                }

                break;
            case (AbiType.FixedArrayType or AbiType.ArrayType, AbiValue.Sequence items):
                var element = ElementOf(type, items.Items.Length);
                foreach (var item in items.Items)
                {
                    WriteInPlace(element, item, isOutermost: false, writer);
                }

                break;
            case (AbiType.TupleType tuple, AbiValue.Sequence items) when items.Items.Length == tuple.Components.Length:
                for (var i = 0; i < items.Items.Length; i++)
                {
                    WriteInPlace(tuple.Components[i].Type, items.Items[i], isOutermost: false, writer);
                }

                break;
            default:
                writer.Write(AbiEncoder.Encode([type], [value]).Span);
                break;
        }
    }

    private static AbiType ElementOf(AbiType array, int count) => array switch
    {
        AbiType.FixedArrayType t when t.Length == count => t.Element,
        AbiType.ArrayType t => t.Element,
        _ => throw new AbiException($"{count} items are no value of {array.Name}."),
    };

    /// <summary>The bytes of a string or byte string; its encoding is an offset, a length and them.</summary>
    private static ReadOnlySpan<byte> ContentOf(AbiType type, AbiValue value)
    {
        var encoded = AbiEncoder.Encode([type], [value]).Span[AbiType.WordBytes..];
        var length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(encoded[(AbiType.WordBytes - 4)..]);
        return encoded.Slice(AbiType.WordBytes, length);
    }
}
