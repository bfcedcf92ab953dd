using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Nines.Probing.Dns.Dnssec;

/// <summary>Data of a DS record (RFC 4034, section 5): the digest of a zone's key, as its parent has it.</summary>
internal sealed record DelegationSigner(ushort Tag, byte Algorithm, byte DigestType, byte[] Digest)
{
    /// <summary>SHA-256 and SHA-384. SHA-1 is no longer to be relied on (RFC 8624, section 3.3).</summary>
    public bool IsSupported => DigestType is 2 or 4 && SignatureAlgorithm.IsSupported(Algorithm);

    /// <exception cref="DnsFormatException">The data is cut.</exception>
    public static DelegationSigner Read(ReadOnlySpan<byte> data)
    {
        var reader = new DnsReader(data);
        return new DelegationSigner(reader.ReadUInt16(), reader.ReadByte(), reader.ReadByte(), reader.Take(reader.Left).ToArray());
    }

    public bool Matches(DnsName zone, ZoneKey key)
    {
        if (key.Tag != Tag || key.Algorithm != Algorithm) return false;
        byte[] signed = [.. zone.ToLower().Wire, .. key.Data];
        return DigestType switch
        {
            2 => CryptographicOperations.FixedTimeEquals(SHA256.HashData(signed), Digest),
            4 => CryptographicOperations.FixedTimeEquals(SHA384.HashData(signed), Digest),
            _ => false,
        };
    }
}

/// <summary>Data of a DNSKEY record (RFC 4034, section 2).</summary>
internal sealed record ZoneKey(ushort Flags, byte Protocol, byte Algorithm, byte[] Key, byte[] Data)
{
    private const int ZoneFlag = 0x0100;
    private const int RevokedFlag = 0x0080;

    /// <summary>It may sign the zone's records: a zone key (section 2.1.1), not revoked (RFC 5011, section 2.1).</summary>
    public bool IsUsable => (Flags & ZoneFlag) != 0 && (Flags & RevokedFlag) == 0 && Protocol == 3;

    /// <summary>RFC 4034, appendix B.</summary>
    public ushort Tag { get; } = TagOf(Data);

    /// <exception cref="DnsFormatException">The data is cut.</exception>
    public static ZoneKey Read(byte[] data)
    {
        var reader = new DnsReader(data);
        return new ZoneKey(reader.ReadUInt16(), reader.ReadByte(), reader.ReadByte(), reader.Take(reader.Left).ToArray(), data);
    }

    private static ushort TagOf(byte[] data)
    {
        uint sum = 0;
        for (var i = 0; i < data.Length; i++) sum += i % 2 == 0 ? (uint)data[i] << 8 : data[i];
        return (ushort)(sum + (sum >> 16) & 0xFFFF);
    }
}

/// <summary>Data of an RRSIG record (RFC 4034, section 3).</summary>
/// <param name="Signed">The data up to the signature, the signer's name in lower case: the first part of what is signed.</param>
internal sealed record RecordSignature(ushort Covered, byte Algorithm, byte Labels, uint OriginalTtl, uint Expiration, uint Inception, ushort Tag, DnsName Signer, byte[] Signature, byte[] Signed)
{
    /// <exception cref="DnsFormatException">The data is cut.</exception>
    public static RecordSignature Read(byte[] data)
    {
        var reader = new DnsReader(data);
        var (covered, algorithm, labels) = (reader.ReadUInt16(), reader.ReadByte(), reader.ReadByte());
        var (ttl, expiration, inception, tag) = (reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt16());
        var head = reader.Position;
        var signer = reader.ReadName().ToLower();
        return new RecordSignature(covered, algorithm, labels, ttl, expiration, inception, tag, signer, reader.Take(reader.Left).ToArray(), [.. data.AsSpan(0, head), .. signer.Wire]);
    }

    /// <summary>Seconds from <paramref name="now"/> until it is no longer valid; negative afterwards. Times wrap around every 136 years (RFC 1982).</summary>
    public int ExpiresIn(long now) => unchecked((int)(Expiration - (uint)now));

    public bool HasBegun(long now) => unchecked((int)((uint)now - Inception)) >= 0;

    /// <summary>Whether the key signed these records (RFC 4034, section 3.1.8.1; RFC 4035, section 5.3.2). Times are not looked at.</summary>
    /// <param name="records">All of one name and type; at least one.</param>
    public bool IsBy(ZoneKey key, IReadOnlyList<DnsRecord> records)
    {
        var owner = records[0].Name;
        // A name that the signature has fewer labels for was made from a wildcard, and the wildcard was signed.
        if (owner.LabelCount > Labels && !owner.IsWildcard) owner = owner.Wildcard(Labels);
        using var signed = new MemoryStream();
        signed.Write(Signed);
        Span<byte> numbers = stackalloc byte[10];   // type, class, TTL, length
        BinaryPrimitives.WriteUInt16BigEndian(numbers, Covered);
        BinaryPrimitives.WriteUInt16BigEndian(numbers[2..], DnsRecord.Internet);
        BinaryPrimitives.WriteUInt32BigEndian(numbers[4..], OriginalTtl);
        foreach (var data in records.Select(record => record.Data).Distinct(Octets.Instance).Order(Octets.Instance))
        {
            BinaryPrimitives.WriteUInt16BigEndian(numbers[8..], (ushort)data.Length);
            signed.Write(owner.ToLower().Wire);
            signed.Write(numbers);
            signed.Write(data);
        }
        return SignatureAlgorithm.IsValid(Algorithm, key.Key, signed.ToArray(), Signature);
    }

    /// <summary>The order in which records are signed: by their octets (RFC 4034, section 6.3).</summary>
    private sealed class Octets : IComparer<byte[]>, IEqualityComparer<byte[]>
    {
        public static readonly Octets Instance = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj)
        {
            var hash = new HashCode();
            hash.AddBytes(obj);
            return hash.ToHashCode();
        }
    }
}
