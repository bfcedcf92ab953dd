using Nines.Chains.Evm.Signing;

namespace Nines.Chains.Evm.Transactions;

/// <summary>A transaction with its signature, as it is sent and stored.</summary>
public sealed record SignedTransaction
{
    private readonly HexBytes _encoded;

    public SignedTransaction(Transaction body, EcdsaSignature signature)
    {
        (Body, Signature) = (body, signature);
        _encoded = body.Encode(signature);
        Hash = Keccak256.Hash(_encoded.Span);
    }

    public Transaction Body { get; }

    public EcdsaSignature Signature { get; }

    /// <summary>By which the chain knows it.</summary>
    public Hash32 Hash { get; }

    /// <summary>What eth_sendRawTransaction takes: the type byte, if any, and the list of fields.</summary>
    public HexBytes Encode() => _encoded;

    /// <summary>Who signed it; null when nobody can have. Costs about a millisecond: keep it.</summary>
    public Address? Sender() => Secp256k1.Recover(Signature, Body.SigningHash());

    public bool Equals(SignedTransaction? other) => other is not null && Hash == other.Hash;

    public override int GetHashCode() => Hash.GetHashCode();

    public override string ToString() => $"transaction {Hash}";
}
