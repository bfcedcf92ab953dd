namespace Nines.Chains.Evm;

/// <summary>
/// The filter of 2,048 bits over the addresses and topics of logs that stands in receipts and headers: what it does not hold was certainly
/// not logged, what it holds perhaps was.
/// </summary>
/// <remarks>Source: Ethereum yellow paper, section 4.4.3 (M3:2048).</remarks>
public sealed class LogsBloom : IEquatable<LogsBloom>
{
    /// <value>Bytes.</value>
    public const int Size = 256;

    /// <value>Bits that each address or topic sets: one for each of the first pairs of bytes of its hash.</value>
    private const int BitsOfEntry = 3;

    private readonly byte[] _bits;

    internal LogsBloom(byte[] owned) => _bits = owned;

    /// <exception cref="ArgumentException">Not exactly 256 bytes.</exception>
    public LogsBloom(ReadOnlySpan<byte> bits) => _bits = bits.Length == Size
        ? bits.ToArray()
        : throw new ArgumentException($"A bloom filter has {Size} bytes, not {bits.Length}.", nameof(bits));

    public static LogsBloom Empty { get; } = new(new byte[Size]);

    public ReadOnlySpan<byte> Span => _bits;

    /// <summary>Whether nothing was logged.</summary>
    public bool IsEmpty => !_bits.AsSpan().ContainsAnyExcept((byte)0);

    /// <summary>The filter over the addresses and topics of all these logs.</summary>
    public static LogsBloom Of(IEnumerable<Log> logs)
    {
        var bits = new byte[Size];

        // the logs of a block say the same contracts, events and accounts again and again, and each entry is a hash to reckon
        var (contracts, topics) = (new HashSet<Address>(), new HashSet<Hash32>());
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        foreach (var log in logs)
        {
            if (contracts.Add(log.Address))
            {
                log.Address.CopyTo(bytes);
                Add(bytes[..Address.Size], bits);
            }

            foreach (var topic in log.Topics)
            {
                if (topics.Add(topic))
                {
                    topic.CopyTo(bytes);
                    Add(bytes, bits);
                }
            }
        }

        return new LogsBloom(bits);
    }

    /// <summary>The filter that holds what any of these holds: a header's, from its receipts'.</summary>
    public static LogsBloom Union(IEnumerable<LogsBloom> blooms)
    {
        var bits = new byte[Size];
        foreach (var bloom in blooms)
        {
            for (var at = 0; at < Size; at++)
            {
                bits[at] |= bloom._bits[at];
            }
        }

        return new LogsBloom(bits);
    }

    /// <summary>False: certainly no log of this contract.</summary>
    public bool MayContain(Address contract)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        contract.CopyTo(bytes);
        return MayContain(bytes);
    }

    /// <summary>False: certainly no log with this topic, at whatever place.</summary>
    public bool MayContain(Hash32 topic)
    {
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        topic.CopyTo(bytes);
        return MayContain(bytes);
    }

    /// <summary>Whether every bit of this filter is set in <paramref name="other"/>.</summary>
    public bool IsWithin(LogsBloom other)
    {
        for (var at = 0; at < Size; at++)
        {
            if ((_bits[at] & ~other._bits[at]) != 0)
            {
                return false;
            }
        }

        return true;
    }

    public bool Equals(LogsBloom? other) => other is not null && _bits.AsSpan().SequenceEqual(other._bits);

    public override bool Equals(object? obj) => Equals(obj as LogsBloom);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_bits);
        return hash.ToHashCode();
    }

    /// <summary>"0x" and 512 digits.</summary>
    public override string ToString() => Hex.Write(_bits);

    private static void Add(ReadOnlySpan<byte> entry, Span<byte> bits)
    {
        Span<byte> hash = stackalloc byte[Hash32.Size];
        Keccak256.Hash(entry).CopyTo(hash);
        for (var pair = 0; pair < BitsOfEntry; pair++)
        {
            var (at, mask) = PlaceOf(hash[(2 * pair)..]);
            bits[at] |= mask;
        }
    }

    private bool MayContain(ReadOnlySpan<byte> entry)
    {
        Span<byte> hash = stackalloc byte[Hash32.Size];
        Keccak256.Hash(entry).CopyTo(hash);
        for (var pair = 0; pair < BitsOfEntry; pair++)
        {
            var (at, mask) = PlaceOf(hash[(2 * pair)..]);
            if ((_bits[at] & mask) == 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The bit that the low 11 bits of two bytes of an entry's hash name, counted from the right.</summary>
    private static (int At, byte Mask) PlaceOf(ReadOnlySpan<byte> pair)
    {
        var bit = ((pair[0] & 0x07) << 8) | pair[1];
        return (Size - 1 - (bit / 8), (byte)(1 << (bit % 8)));
    }
}
