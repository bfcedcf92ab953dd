using System.Collections.Immutable;
using System.Numerics;

namespace Nines.Chains.Evm.Rlp;

/// <summary>What recursive length prefix encoding carries: a string of bytes, or a list of items.</summary>
/// <remarks>Source: Ethereum yellow paper, appendix B.</remarks>
public abstract record RlpItem
{
    /// <summary>How deep lists may be nested in each other, whatever the limits of a decoder.</summary>
    public const int MaxDepth = 1024;

    private RlpItem(int depth) =>
        Depth = depth <= MaxDepth
            ? depth
            : throw new ArgumentException($"Lists are nested more than {MaxDepth} deep.", nameof(depth));

    /// <value>Lists from here to the innermost item: 0 for a string of bytes.</value>
    public int Depth { get; }

    public static RlpItem Empty { get; } = new String(HexBytes.Empty);

    /// <summary>A whole number: its big-endian bytes without leading zeros, and no bytes for zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public static RlpItem Integer(BigInteger value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return value.IsZero ? Empty : new String(HexBytes.Owning(value.ToByteArray(isUnsigned: true, isBigEndian: true)));
    }

    public sealed record String(HexBytes Bytes) : RlpItem(0)
    {
        /// <summary>Reads the string as a whole number; false when it has leading zeros, which a canonical number has not.</summary>
        public bool TryReadInteger(out BigInteger value)
        {
            value = new BigInteger(Bytes.Span, isUnsigned: true, isBigEndian: true);
            return Bytes.IsEmpty || Bytes.Span[0] != 0;
        }
    }

    public sealed record List(params ImmutableArray<RlpItem> Items) : RlpItem(Items.Select(i => i.Depth).DefaultIfEmpty(0).Max() + 1)
    {
        public bool Equals(List? other) => other is not null && Items.AsSpan().SequenceEqual(other.Items.AsSpan());

        public override int GetHashCode() => HashCode.Combine(Items.Length, Depth);
    }
}
