using System.Buffers.Binary;
using Nines.Chains.Evm;

namespace Nines.Chains.Beacon;

/// <summary>The BLS public key that a validator signs with: 48 bytes.</summary>
public readonly record struct PublicKey
{
    /// <value>Bytes.</value>
    public const int Size = 48;

    private readonly ulong _a, _b, _c, _d, _e, _f;

    /// <exception cref="ArgumentException">Not exactly 48 bytes.</exception>
    public PublicKey(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"A validator's public key has {Size} bytes, not {bytes.Length}.", nameof(bytes));
        }

        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
        _e = BinaryPrimitives.ReadUInt64BigEndian(bytes[32..]);
        _f = BinaryPrimitives.ReadUInt64BigEndian(bytes[40..]);
    }

    /// <summary>Reads "0x" and 96 hexadecimal digits of either case.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PublicKey key)
    {
        Span<byte> bytes = stackalloc byte[Size];
        var isKey = Hex.TryReadExactly(text, bytes);
        key = isKey ? new PublicKey(bytes) : default;
        return isKey;
    }

    /// <summary>"0x" and 96 lower-case digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _a);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[24..], _d);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[32..], _e);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[40..], _f);
        return Hex.Write(bytes);
    }
}
