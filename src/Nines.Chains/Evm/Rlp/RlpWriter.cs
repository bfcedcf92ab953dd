using System.Buffers.Binary;
using System.Numerics;

namespace Nines.Chains.Evm.Rlp;

/// <summary>
/// Writes recursive length prefix encoding without building items: for what is encoded often. A list is opened and closed; its prefix,
/// which needs the length, is put in when it closes. Can be cleared and used again. Not for use by several threads at once.
/// </summary>
/// <remarks>Source: Ethereum yellow paper, appendix B.</remarks>
public sealed class RlpWriter(int capacity = 256)
{
    private const byte StringPrefix = 0x80;
    private const byte ListPrefix = 0xc0;

    /// <value>Bytes: longer payloads have their length written in bytes of its own.</value>
    private const int LongestShortForm = 55;

    private byte[] _buffer = new byte[Math.Max(16, capacity)];
    private int _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>The same until something more is written.</summary>
    internal ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, _length);

    /// <value>Bytes.</value>
    internal int Length => _length;

    public HexBytes ToBytes() => HexBytes.CopyOf(Written);

    public void Clear() => _length = 0;

    /// <summary>Takes back what was written after the first <paramref name="length"/> bytes.</summary>
    internal void Truncate(int length) => _length = length;

    /// <summary>A string of bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 1 && bytes[0] < StringPrefix)
        {
            Room(1)[0] = bytes[0];
            return;
        }

        WritePrefix(StringPrefix, bytes.Length);
        bytes.CopyTo(Room(bytes.Length));
    }

    public void Write(Address address) => address.CopyTo(Prefixed(Address.Size));

    /// <summary>20 bytes, or none: how a transaction says that it creates a contract.</summary>
    public void Write(Address? address)
    {
        if (address is { } known)
        {
            Write(known);
        }
        else
        {
            Write([]);
        }
    }

    public void Write(Hash32 hash) => hash.CopyTo(Prefixed(Hash32.Size));

    /// <summary>A whole number without leading zeros.</summary>
    public void Write(ulong number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        Write(bytes.TrimStart((byte)0));
    }

    /// <summary>A whole number without leading zeros.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or above 2^256 − 1.</exception>
    public void Write(BigInteger number)
    {
        if (number.Sign < 0 || number > Quantity.MaxUInt256)
        {
            throw new ArgumentOutOfRangeException(nameof(number), number, "is not in [0, 2^256 − 1]");
        }

        Span<byte> bytes = stackalloc byte[32];
        number.TryWriteBytes(bytes, out var length, isUnsigned: true, isBigEndian: true);
        Write(number.IsZero ? [] : bytes[..length]);
    }

    public void Write(Wei amount) => Write(amount.Value);

    /// <summary>Bytes that are already an item, or several.</summary>
    public void WriteEncoded(ReadOnlySpan<byte> encoded) => encoded.CopyTo(Room(encoded.Length));

    /// <summary>Opens a list.</summary>
    /// <returns>What <see cref="EndList"/> needs; lists close in the reverse order of opening.</returns>
    public int BeginList() => _length;

    /// <summary>Closes the list that was opened at <paramref name="start"/>.</summary>
    public void EndList(int start)
    {
        var payload = _length - start;
        var prefix = PrefixBytes(payload);
        Room(prefix);
        _buffer.AsSpan(start, payload).CopyTo(_buffer.AsSpan(start + prefix));
        WritePrefix(_buffer.AsSpan(start, prefix), ListPrefix, payload);
    }

    /// <summary>Bytes that an item's prefix takes before a payload of <paramref name="payload"/> bytes, other than a single low byte.</summary>
    private static int PrefixBytes(int payload) => payload switch
    {
        <= LongestShortForm => 1,
        <= 0xff => 2,
        <= 0xffff => 3,
        <= 0xffffff => 4,
        _ => 5,
    };

    private static void WritePrefix(Span<byte> to, byte prefix, int length)
    {
        if (to.Length == 1)
        {
            to[0] = (byte)(prefix + length);
            return;
        }

        to[0] = (byte)(prefix + LongestShortForm + to.Length - 1);
        for (var at = to.Length - 1; at > 0; at--, length >>= 8)
        {
            to[at] = (byte)(length & 0xff);
        }
    }

    private void WritePrefix(byte prefix, int length) => WritePrefix(Room(PrefixBytes(length)), prefix, length);

    private Span<byte> Prefixed(int size)
    {
        WritePrefix(StringPrefix, size);
        return Room(size);
    }

    private Span<byte> Room(int size)
    {
        if (_buffer.Length - _length < size)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + size));
        }

        _length += size;
        return _buffer.AsSpan(_length - size, size);
    }
}
