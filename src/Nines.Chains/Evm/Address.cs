using System.Buffers.Binary;
using System.Text;

namespace Nines.Chains.Evm;

/// <summary>The address of an account or contract: 20 bytes.</summary>
public readonly record struct Address
{
    /// <value>Bytes.</value>
    public const int Size = 20;

    private readonly ulong _a, _b;
    private readonly uint _c;

    /// <exception cref="ArgumentException">Not exactly 20 bytes.</exception>
    public Address(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"An address has {Size} bytes, not {bytes.Length}.", nameof(bytes));
        }

        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
    }

    public static Address Zero => default;

    public bool IsZero => (_a | _b | _c) == 0;

    /// <summary>
    /// Reads "0x" and 40 hexadecimal digits. Digits all in one case are taken as they are; mixed case is an EIP-55 checksum and must be
    /// right.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Address address)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (!Hex.TryReadExactly(text, bytes))
        {
            address = default;
            return false;
        }

        address = new Address(bytes);
        var isMixed = text[2..].IndexOfAnyInRange('a', 'f') >= 0 && text[2..].IndexOfAnyInRange('A', 'F') >= 0;
        if (!isMixed || text.SequenceEqual(address.ToString()))
        {
            return true;
        }

        address = default;
        return false;
    }

    /// <exception cref="FormatException">Not an address, or its mixed case is a wrong checksum.</exception>
    public static Address Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var address)
            ? address
            : throw new FormatException($"'{Hex.Shown(text)}' is not 0x and 40 hexadecimal digits with a right EIP-55 checksum.");

    /// <param name="destination">At least 20 bytes.</param>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], _c);
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>"0x" and 40 digits, cased as the EIP-55 checksum asks.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        Span<char> text = stackalloc char[2 + (2 * Size)];
        Hex.Write(bytes).CopyTo(text);

        Span<byte> ascii = stackalloc byte[2 * Size];
        Encoding.ASCII.GetBytes(text[2..], ascii);
        Span<byte> checksum = stackalloc byte[Hash32.Size];
        Keccak256.Hash(ascii).CopyTo(checksum);
        for (var digit = 0; digit < 2 * Size; digit++)
        {
            var nibble = digit % 2 == 0 ? checksum[digit / 2] >> 4 : checksum[digit / 2] & 0x0f;
            if (nibble >= 8)
            {
                text[2 + digit] = char.ToUpperInvariant(text[2 + digit]);
            }
        }

        return text.ToString();
    }
}
