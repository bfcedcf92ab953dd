using System.Buffers.Binary;

namespace Nines.Probing.Dns;

/// <summary>A message that is not one: cut, out of bounds, or with pointers that lead nowhere.</summary>
internal sealed class DnsFormatException(string message) : FormatException(message);

/// <summary>Reads a DNS message (RFC 1035, section 4). Never reads out of bounds, and never the same octets twice in one name.</summary>
internal ref struct DnsReader(ReadOnlySpan<byte> message, int position = 0)
{
    private readonly ReadOnlySpan<byte> message = message;

    public int Position { get; private set; } = position;

    public readonly int Left => message.Length - Position;

    /// <exception cref="DnsFormatException">The message ends before.</exception>
    public byte ReadByte() => Take(1)[0];

    /// <exception cref="DnsFormatException">The message ends before.</exception>
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    /// <exception cref="DnsFormatException">The message ends before.</exception>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    /// <exception cref="DnsFormatException">The message ends before.</exception>
    public ReadOnlySpan<byte> Take(int length)
    {
        if (length > Left) throw new DnsFormatException("it is cut");
        var taken = message.Slice(Position, length);
        Position += length;
        return taken;
    }

    /// <summary>A name, its pointers followed. Each pointer must lead to before the place where its part of the name began: so there is an end.</summary>
    /// <exception cref="DnsFormatException">The message ends before, a pointer leads forward, or the name is too long.</exception>
    public DnsName ReadName()
    {
        Span<byte> wire = stackalloc byte[DnsName.MaxLength];
        var length = 0;
        var at = Position;
        var partBegan = Position;
        var jumped = false;
        while (true)
        {
            if (at >= message.Length) throw new DnsFormatException("a name runs over its end");
            var octet = message[at];
            switch (octet >> 6)
            {
                case 0:
                    if (at + 1 + octet > message.Length) throw new DnsFormatException("a name runs over its end");
                    if (length + 1 + octet > wire.Length) throw new DnsFormatException("a name is longer than 255 octets");
                    message.Slice(at, octet + 1).CopyTo(wire[length..]);
                    length += octet + 1;
                    at += octet + 1;
                    if (octet != 0) break;
                    if (!jumped) Position = at;
                    return DnsName.OfWire(wire[..length]);
                case 3:
                    if (at + 2 > message.Length) throw new DnsFormatException("a name runs over its end");
                    var target = (octet & 0x3F) << 8 | message[at + 1];
                    if (target >= partBegan) throw new DnsFormatException("a name's pointer leads forward or in a circle");
                    if (!jumped) Position = at + 2;
                    jumped = true;
                    at = partBegan = target;
                    break;
                default:
                    throw new DnsFormatException("a name has a label of an unknown kind");
            }
        }
    }
}
