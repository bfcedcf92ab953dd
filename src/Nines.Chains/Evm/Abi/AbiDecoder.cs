using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text;

namespace Nines.Chains.Evm.Abi;

/// <summary>
/// Decodes the contract ABI, written for hostile bytes: any input gives an <see cref="AbiDecoding"/>, within <see cref="AbiLimits"/>.
/// Values are checked as strictly as Solidity's own decoder (ABI coder v2) checks them; bytes after the last value, and the
/// padding of strings, are not looked at, as there.
/// </summary>
public static class AbiDecoder
{
    /// <param name="types">What the data should hold, in order.</param>
    /// <param name="data">Without a selector.</param>
    /// <param name="limits">Null for <see cref="AbiLimits.Default"/>.</param>
    public static AbiDecoding Decode(ImmutableArray<AbiType> types, ReadOnlySpan<byte> data, AbiLimits? limits = null)
    {
        if (data.IsEmpty && types.Length > 0)
        {
            return new AbiDecoding.Refused(AbiFault.NoData, 0, "there is no data: perhaps no contract at this address");
        }

        var reader = new Reader(data, limits ?? AbiLimits.Default);
        return reader.TryReadItems(types, 0, out var values) ? new AbiDecoding.Decoded(values) : reader.Refusal;
    }

    private ref struct Reader(ReadOnlySpan<byte> data, AbiLimits limits)
    {
        private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

        private readonly ReadOnlySpan<byte> _data = data;
        private int _valuesLeft = limits.MaxValues;
        private int _bytesLeft = limits.MaxBytes;
        private AbiDecoding.Refused? _refusal;

        public readonly AbiDecoding.Refused Refusal =>
            _refusal ?? throw new InvalidOperationException("Nothing was refused.");

        /// <summary>Reads the items of a tuple or array whose head begins at <paramref name="start"/>; offsets count from there.</summary>
        public bool TryReadItems(ImmutableArray<AbiType> types, int start, out ImmutableArray<AbiValue> items) =>
            TryReadItems(types.Length, HeadBytesOf(types), i => types[i], start, out items);

        private bool TryReadItems(int count, long headBytes, Func<int, AbiType> typeOf, int start, out ImmutableArray<AbiValue> items)
        {
            items = [];
            if (headBytes > _data.Length - start)
            {
                return Refuse(AbiFault.TooShort, start, $"{headBytes} bytes are needed here and {_data.Length - start} are left");
            }

            if (count > _valuesLeft)
            {
                return Refuse(AbiFault.TooLarge, start, "more values than the limit");
            }

            var builder = ImmutableArray.CreateBuilder<AbiValue>(count);
            var head = start;
            for (var i = 0; i < count; i++)
            {
                var type = typeOf(i);
                var at = head;
                if (type.IsDynamic && !TryReadOffset(head, start, out at))
                {
                    return false;
                }

                if (!TryReadValue(type, at, out var value))
                {
                    return false;
                }

                builder.Add(value);
                head += type.HeadBytes;
            }

            items = builder.MoveToImmutable();
            return true;
        }

        private bool TryReadValue(AbiType type, int at, [NotNullWhen(true)] out AbiValue? value)
        {
            value = null;
            if (--_valuesLeft < 0)
            {
                return Refuse(AbiFault.TooLarge, at, "more values than the limit");
            }

            return type switch
            {
                AbiType.UIntType t => TryReadUInt(t.Bits, at, out value),
                AbiType.IntType t => TryReadInt(t.Bits, at, out value),
                AbiType.AddressType => TryReadAddress(at, out value),
                AbiType.BoolType => TryReadBool(at, out value),
                AbiType.FixedBytesType t => TryReadFixedBytes(t.Length, at, out value),
                AbiType.FunctionType => TryReadFixedBytes(AbiType.FunctionType.Length, at, out value),
                AbiType.BytesType => TryReadBytes(at, out value),
                AbiType.StringType => TryReadString(at, out value),
                AbiType.FixedArrayType t => TryReadElements(t.Element, t.Length, at, out value),
                AbiType.ArrayType t => TryReadArray(t.Element, at, out value),
                AbiType.TupleType t => TryReadTuple(t, at, out value),
                _ => throw new InvalidOperationException($"{type.Name} has no decoder."),
            };
        }

        private bool TryReadUInt(int bits, int at, [NotNullWhen(true)] out AbiValue? value)
        {
            value = null;
            if (!TryReadWord(at, out var word))
            {
                return false;
            }

            var unused = AbiType.WordBytes - (bits / 8);
            if (word[..unused].ContainsAnyExcept((byte)0))
            {
                return Refuse(AbiFault.OutOfRange, at, $"a uint{bits} has bits beyond its width");
            }

            value = new AbiValue.Number(new BigInteger(word[unused..], isUnsigned: true, isBigEndian: true));
            return true;
        }

        private bool TryReadInt(int bits, int at, [NotNullWhen(true)] out AbiValue? value)
        {
            value = null;
            if (!TryReadWord(at, out var word))
            {
                return false;
            }

            var unused = AbiType.WordBytes - (bits / 8);
            var sign = (word[unused] & 0x80) == 0 ? (byte)0 : (byte)0xff;
            if (word[..unused].ContainsAnyExcept(sign))
            {
                return Refuse(AbiFault.OutOfRange, at, $"an int{bits} has bits beyond its width");
            }

            value = new AbiValue.Number(new BigInteger(word[unused..], isUnsigned: false, isBigEndian: true));
            return true;
        }

        private bool TryReadAddress(int at, [NotNullWhen(true)] out AbiValue? value)
        {
            value = null;
            if (!TryReadWord(at, out var word))
            {
                return false;
            }

            const int Unused = AbiType.WordBytes - Address.Size;
            if (word[..Unused].ContainsAnyExcept((byte)0))
            {
                return Refuse(AbiFault.OutOfRange, at, "an address has bits beyond its 20 bytes");
            }

            value = new AbiValue.Account(new Address(word[Unused..]));
            return true;
        }

        private bool TryReadBool(int at, [NotNullWhen(true)] out AbiValue? value)
        {
            value = null;
            if (!TryReadWord(at, out var word))
            {
                return false;
            }

            if (word[..^1].ContainsAnyExcept((byte)0) || word[^1] > 1)
            {
                return Refuse(AbiFault.OutOfRange, at, "a bool is neither 0 nor 1");
            }

            value = new AbiValue.Flag(word[^1] == 1);
            return true;
        }

        private bool TryReadFixedBytes(int length, int at, [NotNullWhen(true)] out AbiValue? value)
        {
            value = null;
            if (!TryReadWord(at, out var word))
            {
                return false;
            }

            if (word[length..].ContainsAnyExcept((byte)0))
            {
                return Refuse(AbiFault.OutOfRange, at, $"a bytes{length} has bytes after its end");
            }

            value = new AbiValue.Blob(HexBytes.CopyOf(word[..length]));
            return true;
        }

        private bool TryReadBytes(int at, [NotNullWhen(true)] out AbiValue? value)
        {
            value = TryReadContent(at, out var content) ? new AbiValue.Blob(HexBytes.CopyOf(content)) : null;
            return value is not null;
        }

        private bool TryReadString(int at, [NotNullWhen(true)] out AbiValue? value)
        {
            value = null;
            if (!TryReadContent(at, out var content))
            {
                return false;
            }

            if (!System.Text.Unicode.Utf8.IsValid(content))
            {
                return Refuse(AbiFault.InvalidUtf8, at + AbiType.WordBytes, "a string is not UTF-8");
            }

            value = new AbiValue.Text(StrictUtf8.GetString(content));
            return true;
        }

        private bool TryReadArray(AbiType element, int at, [NotNullWhen(true)] out AbiValue? value)
        {
            value = null;
            if (!TryReadWord(at, out var word))
            {
                return false;
            }

            return TryReadSmall(word, out var count)
                ? TryReadElements(element, count, at + AbiType.WordBytes, out value)
                : Refuse(AbiFault.TooLarge, at, "an array has more items than the limit");
        }

        private bool TryReadElements(AbiType element, int count, int at, [NotNullWhen(true)] out AbiValue? value)
        {
            value = TryReadItems(count, (long)count * element.HeadBytes, _ => element, at, out var items)
                ? new AbiValue.Sequence(items)
                : null;
            return value is not null;
        }

        private bool TryReadTuple(AbiType.TupleType tuple, int at, [NotNullWhen(true)] out AbiValue? value)
        {
            var components = tuple.Components;
            var headBytes = components.Sum(c => (long)c.Type.HeadBytes);
            value = TryReadItems(components.Length, headBytes, i => components[i].Type, at, out var items)
                ? new AbiValue.Sequence(items)
                : null;
            return value is not null;
        }

        /// <summary>A length and as many bytes.</summary>
        private bool TryReadContent(int at, out ReadOnlySpan<byte> content)
        {
            content = default;
            if (!TryReadWord(at, out var word))
            {
                return false;
            }

            var left = _data.Length - at - AbiType.WordBytes;
            if (!TryReadSmall(word, out var length) || length > left)
            {
                return Refuse(AbiFault.TooShort, at, $"a length goes beyond the {left} bytes that are left");
            }

            if (length > _bytesLeft)
            {
                return Refuse(AbiFault.TooLarge, at, "more bytes than the limit");
            }

            _bytesLeft -= length;
            content = _data.Slice(at + AbiType.WordBytes, length);
            return true;
        }

        private bool TryReadOffset(int head, int start, out int at)
        {
            at = 0;
            if (!TryReadWord(head, out var word))
            {
                return false;
            }

            if (!TryReadSmall(word, out var offset) || offset > _data.Length - start)
            {
                return Refuse(AbiFault.TooShort, head, "an offset points beyond the data");
            }

            at = start + offset;
            return true;
        }

        private bool TryReadWord(int at, out ReadOnlySpan<byte> word)
        {
            if (_data.Length - at < AbiType.WordBytes)
            {
                word = default;
                return Refuse(AbiFault.TooShort, at, $"a word is needed here and {_data.Length - at} bytes are left");
            }

            word = _data.Slice(at, AbiType.WordBytes);
            return true;
        }

        /// <summary>False for anything above 2^31 − 1: no answer is that long.</summary>
        private static bool TryReadSmall(ReadOnlySpan<byte> word, out int value)
        {
            value = BinaryPrimitives.ReadInt32BigEndian(word[^4..]);
            return value >= 0 && !word[..^4].ContainsAnyExcept((byte)0);
        }

        private static long HeadBytesOf(ImmutableArray<AbiType> types)
        {
            var bytes = 0L;
            foreach (var type in types)
            {
                bytes += type.HeadBytes;
            }

            return bytes;
        }

        private bool Refuse(AbiFault fault, int at, string why)
        {
            _refusal ??= new AbiDecoding.Refused(fault, at, why);
            return false;
        }
    }
}
