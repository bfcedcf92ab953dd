namespace Nines.Core.Network;

/// <summary>What an IP address leads to: <see cref="Public"/> is somebody else's host on the internet, every other kind may be ours.</summary>
public enum AddressKind
{
    Public,

    /// <summary>0.0.0.0/8 and ::, which many systems take for this machine.</summary>
    Unspecified,

    Loopback,

    /// <summary>169.254.0.0/16 and fe80::/10.</summary>
    LinkLocal,

    /// <summary>Where a cloud hands its machines their credentials. It is this kind before any other.</summary>
    Metadata,

    /// <summary>RFC 1918, fc00::/7 and what was fec0::/10.</summary>
    Private,

    /// <summary>A carrier's own, 100.64.0.0/10 (RFC 6598).</summary>
    Carrier,

    Multicast,

    /// <summary>For documentation, benchmarks, or nothing yet; and IPv6 that hides an address which cannot be read from it (Teredo).</summary>
    Reserved,
}

/// <summary>Tells the kind of an address: the IANA special-purpose registries (RFC 6890) and the clouds' metadata services.</summary>
public static class AddressKinds
{
    private const int V4 = 4, V6 = 16;

    private static readonly AddressBlock[] Metadata =
    [
        new([169, 254, 169, 254], 32), // nearly all of them
        new([169, 254, 170, 2], 32), // AWS, of a container
        new([169, 254, 170, 23], 32), // AWS, of a pod
        new([169, 254, 42, 42], 32), // Scaleway
        new([168, 63, 129, 16], 32), // Azure's wire server: looks public
        new([100, 100, 100, 200], 32), // Alibaba
        new([192, 0, 0, 192], 32), // Oracle, of old
        new([0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 32), // AWS
        new([0xfd, 0x20, 0x00, 0xce, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 32), // Google
        new([0xfd, 0x00, 0x00, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 32), // Scaleway
    ];

    private static readonly (AddressBlock Block, AddressKind Kind)[] Special =
    [
        (new([0, 0, 0, 0], 8), AddressKind.Unspecified),
        (new([10, 0, 0, 0], 8), AddressKind.Private),
        (new([100, 64, 0, 0], 10), AddressKind.Carrier),
        (new([127, 0, 0, 0], 8), AddressKind.Loopback),
        (new([169, 254, 0, 0], 16), AddressKind.LinkLocal),
        (new([172, 16, 0, 0], 12), AddressKind.Private),
        (new([192, 0, 0, 0], 24), AddressKind.Reserved),
        (new([192, 0, 2, 0], 24), AddressKind.Reserved),
        (new([192, 88, 99, 0], 24), AddressKind.Reserved),
        (new([192, 168, 0, 0], 16), AddressKind.Private),
        (new([198, 18, 0, 0], 15), AddressKind.Reserved),
        (new([198, 51, 100, 0], 24), AddressKind.Reserved),
        (new([203, 0, 113, 0], 24), AddressKind.Reserved),
        (new([224, 0, 0, 0], 4), AddressKind.Multicast),
        (new([240, 0, 0, 0], 4), AddressKind.Reserved),

        (Wide(0xfc00, 7), AddressKind.Private),
        (Wide(0xfec0, 10), AddressKind.Private),
        (Wide(0xfe80, 10), AddressKind.LinkLocal),
        (Wide(0xff00, 8), AddressKind.Multicast),
        (new([0x00, 0x64, 0xff, 0x9b, 0x00, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 48), AddressKind.Private), // NAT64 of one's own, RFC 8215
        (new([0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 32), AddressKind.Reserved),
        (Wide(0x2001, 23), AddressKind.Reserved), // IETF's own, Teredo among it
        (new([0x3f, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 20), AddressKind.Reserved), // documentation, RFC 9637
    ];

    private static readonly AddressBlock Unicast = Wide(0x2000, 3);

    /// <param name="address">4 octets (IPv4) or 16 (IPv6), in network order: what <c>IPAddress.GetAddressBytes</c> gives.</param>
    /// <returns>Of an IPv6 address that carries an IPv4 one (mapped, compatible, NAT64, 6to4): the kind of the latter, for that is where it leads.</returns>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public static AddressKind Of(ReadOnlySpan<byte> address)
    {
        if (address.Length is not (V4 or V6)) throw new ArgumentException($"An address has 4 or 16 octets, not {address.Length}.", nameof(address));
        if (address.Length == V6)
        {
            if (!address[..15].ContainsAnyExcept((byte)0)) return address[15] == 1 ? AddressKind.Loopback : AddressKind.Unspecified;
            if (Carried(address) is { Length: V4 } inner) return Of(inner);
        }
        foreach (var block in Metadata)
            if (block.Contains(address)) return AddressKind.Metadata;
        foreach (var (block, kind) in Special)
            if (block.Contains(address)) return kind;
        return address.Length == V4 || Unicast.Contains(address) ? AddressKind.Public : AddressKind.Reserved;
    }

    private static ReadOnlySpan<byte> Carried(ReadOnlySpan<byte> v6)
    {
        ReadOnlySpan<byte> mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff], compatible = new byte[12], translated = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];
        ReadOnlySpan<byte> stateless = [0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0]; // RFC 2765
        if (v6.StartsWith(mapped) || v6.StartsWith(compatible) || v6.StartsWith(translated) || v6.StartsWith(stateless)) return v6[12..];
        return v6[0] == 0x20 && v6[1] == 0x02 ? v6[2..6] : []; // 6to4, RFC 3056
    }

    private static AddressBlock Wide(int first, int bits) =>
        new([(byte)(first >> 8), (byte)(first & 0xff), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], bits);
}
