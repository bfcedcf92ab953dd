using System.Collections.Immutable;

namespace Nines.Chains.Evm.Abi;

/// <summary>What became of decoding bytes that a contract answered.</summary>
public abstract record AbiDecoding
{
    private AbiDecoding()
    {
    }

    /// <summary>The bytes hold the values that were asked for.</summary>
    public sealed record Decoded(ImmutableArray<AbiValue> Values) : AbiDecoding
    {
        public bool Equals(Decoded? other) => other is not null && Values.AsSpan().SequenceEqual(other.Values.AsSpan());

        public override int GetHashCode() => Values.Length;

        public override string ToString() => string.Join(", ", Values);
    }

    /// <summary>The bytes do not hold them.</summary>
    /// <param name="Fault">Which rule is broken.</param>
    /// <param name="Offset">Where, in bytes from the start of the data.</param>
    /// <param name="Why">For a person.</param>
    public sealed record Refused(AbiFault Fault, int Offset, string Why) : AbiDecoding;
}

/// <summary>A rule of the contract ABI that bytes can break.</summary>
public enum AbiFault
{
    /// <summary>There are no bytes at all, though values were asked for: what a call to an address without code answers.</summary>
    NoData,

    /// <summary>The data ends before the value does; a huge offset or length ends here too.</summary>
    TooShort,

    /// <summary>An integer, address or bool has bits outside its type, or a bytesN has bytes after its end.</summary>
    OutOfRange,

    /// <summary>A string is not UTF-8.</summary>
    InvalidUtf8,

    /// <summary>More values, or more bytes, than <see cref="AbiLimits"/> allows.</summary>
    TooLarge,

    /// <summary>The data does not start with the selector that was expected.</summary>
    WrongSelector,
}

/// <summary>
/// How much work a decoder does at most. The offsets of an encoding may overlap, so a few kilobytes can ask for gigabytes:
/// the limits count what is built, not what is read.
/// </summary>
/// <param name="MaxValues">Values, containers included.</param>
/// <param name="MaxBytes">Bytes of all strings and byte strings together.</param>
public sealed record AbiLimits(int MaxValues = 100_000, int MaxBytes = 4 << 20)
{
    public static AbiLimits Default { get; } = new();
}
