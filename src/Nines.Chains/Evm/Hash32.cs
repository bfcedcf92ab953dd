using System.Buffers.Binary;

namespace Nines.Chains.Evm;

/// <summary>Thirty-two bytes: a block hash, a transaction hash, a storage word, an event topic.</summary>
public readonly record struct Hash32
{
    /// <value>Bytes.</value>
    public const int Size = 32;

    private readonly ulong _a, _b, _c, _d;

    /// <exception cref="ArgumentException">Not exactly 32 bytes.</exception>
    public Hash32(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"A hash has {Size} bytes, not {bytes.Length}.", nameof(bytes));
        }

        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    public bool IsZero => (_a | _b | _c | _d) == 0;

    /// <summary>Reads "0x" and 64 hexadecimal digits of either case.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Hash32 hash)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (!Hex.TryReadExactly(text, bytes))
        {
            hash = default;
            return false;
        }

        hash = new Hash32(bytes);
        return true;
    }

    /// <exception cref="FormatException">Not "0x" and 64 hexadecimal digits.</exception>
    public static Hash32 Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var hash) ? hash : throw new FormatException($"'{Hex.Shown(text)}' is not 0x and 64 hexadecimal digits.");

    /// <param name="destination">At least 32 bytes.</param>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>"0x" and 64 lower-case digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Hex.Write(bytes);
    }
}
