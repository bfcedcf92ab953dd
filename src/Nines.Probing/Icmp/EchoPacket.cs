using System.Buffers.Binary;
using System.Net.Sockets;

namespace Nines.Probing.Icmp;

/// <summary>Echo requests and replies (RFC 792; RFC 4443, section 4).</summary>
internal static class EchoPacket
{
    /// <summary>What tells our replies from those to other programs and probes.</summary>
    public const int TokenLength = 16;

    private const int HeaderLength = 8;
    private const int PayloadLength = 32;

    public static byte[] Request(AddressFamily family, ushort id, ushort sequence, ReadOnlySpan<byte> token)
    {
        var packet = new byte[HeaderLength + PayloadLength];
        var span = packet.AsSpan();
        span[0] = family == AddressFamily.InterNetwork ? (byte)8 : (byte)128;
        BinaryPrimitives.WriteUInt16BigEndian(span[4..], id);
        BinaryPrimitives.WriteUInt16BigEndian(span[6..], sequence);
        token.CopyTo(span[HeaderLength..]);
        // The kernel makes ICMPv6's own, which covers addresses that are not known here.
        if (family == AddressFamily.InterNetwork) BinaryPrimitives.WriteUInt16BigEndian(span[2..], Checksum(packet));
        return packet;
    }

    /// <summary>The sequence number of a reply to one of our requests; null for anything else.</summary>
    /// <param name="packet">As received: a raw IPv4 socket gives the IP header too.</param>
    public static ushort? ReplyTo(AddressFamily family, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> token)
    {
        if (family == AddressFamily.InterNetwork && packet.Length > 0 && packet[0] >> 4 == 4)
        {
            var header = (packet[0] & 0xF) * 4;
            if (header > packet.Length) return null;
            packet = packet[header..];
        }
        if (packet.Length < HeaderLength + TokenLength || packet[0] != (family == AddressFamily.InterNetwork ? 0 : 129) || packet[1] != 0) return null;
        return packet.Slice(HeaderLength, TokenLength).SequenceEqual(token) ? BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) : null;
    }

    /// <summary>RFC 1071, of a packet whose own checksum is still 0.</summary>
    public static ushort Checksum(ReadOnlySpan<byte> packet)
    {
        uint sum = 0;
        for (var i = 0; i < packet.Length; i++) sum += i % 2 == 0 ? (uint)packet[i] << 8 : packet[i];
        while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)(~sum & 0xFFFF);
    }
}
