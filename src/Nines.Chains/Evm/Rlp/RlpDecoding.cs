namespace Nines.Chains.Evm.Rlp;

/// <summary>What became of decoding bytes that came from elsewhere.</summary>
public abstract record RlpDecoding
{
    private RlpDecoding()
    {
    }

    /// <summary>The bytes are exactly one item, in canonical form.</summary>
    public sealed record Decoded(RlpItem Item) : RlpDecoding;

    /// <summary>They are not.</summary>
    /// <param name="Fault">Which rule is broken.</param>
    /// <param name="Offset">Where, in bytes from the start of the data.</param>
    public sealed record Refused(RlpFault Fault, int Offset) : RlpDecoding;
}

/// <summary>A rule of recursive length prefix encoding that bytes can break.</summary>
public enum RlpFault
{
    /// <summary>The data ends before the item does; no data at all ends here too.</summary>
    TooShort,

    /// <summary>Bytes follow the item.</summary>
    TrailingBytes,

    /// <summary>A single byte below 0x80 has a prefix of its own; it should stand for itself.</summary>
    PrefixedSingleByte,

    /// <summary>A length of its own bytes begins with a zero byte.</summary>
    LeadingZeroInLength,

    /// <summary>A length below 56 is written in the long form.</summary>
    LongFormOfShortLength,

    /// <summary>An item goes beyond the end of the list that holds it.</summary>
    BeyondList,

    /// <summary>More bytes, more items or deeper lists than <see cref="RlpLimits"/> allows.</summary>
    TooLarge,
}

/// <summary>How much work a decoder does at most.</summary>
/// <param name="MaxBytes">Of the whole data.</param>
/// <param name="MaxItems">Strings and lists together.</param>
/// <param name="MaxDepth">Lists in lists; in [1, <see cref="RlpItem.MaxDepth"/>].</param>
public sealed record RlpLimits(int MaxBytes = 4 << 20, int MaxItems = 200_000, int MaxDepth = 128)
{
    public static RlpLimits Default { get; } = new();
}
