namespace Nines.Chains.Evm.Transactions;

/// <summary>What became of decoding a transaction.</summary>
public abstract record TransactionDecoding
{
    private TransactionDecoding()
    {
    }

    public sealed record Decoded(SignedTransaction Transaction) : TransactionDecoding;

    /// <param name="Fault">Which rule is broken.</param>
    /// <param name="Why">For a person.</param>
    public sealed record Refused(TransactionFault Fault, string Why) : TransactionDecoding;
}

/// <summary>A rule that a transaction can break, whichever fork the chain is at.</summary>
public enum TransactionFault
{
    /// <summary>Not canonical recursive length prefix encoding, or longer than the limit.</summary>
    NotRlp,

    /// <summary>A type that is not 1 to 4: unknown, or a rollup's own.</summary>
    UnknownType,

    /// <summary>Not as many fields as the type has.</summary>
    WrongFieldCount,

    /// <summary>A field that is not what it should be: a list for a number, leading zeros, too long.</summary>
    WrongField,

    /// <summary>A v that no signature has.</summary>
    WrongSignature,
}
