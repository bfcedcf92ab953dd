using System.Collections.Immutable;
using Nines.Chains.Evm.Rlp;
using Nines.Chains.Evm.Signing;

namespace Nines.Chains.Evm.Transactions;

/// <summary>What an account asks of a chain, before it is signed. Equal when what would be signed is.</summary>
/// <remarks>Source: Ethereum yellow paper, section 4.3; EIP-2718 for types.</remarks>
public abstract record Transaction
{
    private Transaction()
    {
    }

    /// <summary>Transactions that the account made before.</summary>
    public required ulong Nonce { get; init; }

    /// <summary>How much it may use.</summary>
    public required Gas GasLimit { get; init; }

    /// <summary>Null: the transaction creates a contract.</summary>
    public required Address? To { get; init; }

    public Wei Value { get; init; }

    /// <summary>Call data, or the code that creates the contract.</summary>
    public HexBytes Data { get; init; }

    /// <summary>The type by EIP-2718; 0 for a legacy one, which has no type byte.</summary>
    public abstract byte Type { get; }

    /// <summary>The chain that it is for; null only before EIP-155.</summary>
    public abstract ChainId? SignedFor { get; }

    /// <summary>The most that a unit of gas may cost.</summary>
    public abstract Wei FeeLimitPerGas { get; }

    /// <summary>Empty for a legacy one.</summary>
    public virtual ImmutableArray<AccessListEntry> Access => [];

    /// <summary>The bytes whose hash is signed.</summary>
    public HexBytes SigningPayload() => Encode(null);

    public Hash32 SigningHash() => Keccak256.Hash(SigningPayload().Span);

    public SignedTransaction Sign(PrivateKey key) => new(this, key.Sign(SigningHash()));

    public virtual bool Equals(Transaction? other) => other is not null && SigningPayload() == other.SigningPayload();

    public override int GetHashCode() => HashCode.Combine(Type, Nonce, To, Data);

    /// <summary>As it is signed (without a signature) or sent (with one): the type byte and the list of fields.</summary>
    internal HexBytes Encode(EcdsaSignature? signature)
    {
        var writer = new RlpWriter(256 + Data.Length);
        if (Type != 0)
        {
            writer.WriteEncoded([Type]);
        }

        var list = writer.BeginList();
        WriteFields(writer);
        WriteSignature(writer, signature);
        writer.EndList(list);
        return writer.ToBytes();
    }

    private protected abstract void WriteFields(RlpWriter writer);

    private protected virtual void WriteSignature(RlpWriter writer, EcdsaSignature? signature)
    {
        if (signature is not { } made)
        {
            return;
        }

        writer.Write(made.YParity ? 1ul : 0);
        writer.Write(made.R);
        writer.Write(made.S);
    }

    private void WriteCall(RlpWriter writer)
    {
        writer.Write(GasLimit.Units);
        writer.Write(To);
        writer.Write(Value);
        writer.Write(Data.Span);
    }

    /// <summary>The first kind, with or without the chain's id in its signature.</summary>
    /// <remarks>Source: Ethereum yellow paper; EIP-155.</remarks>
    public sealed record Legacy : Transaction
    {
        public required Wei GasPrice { get; init; }

        /// <summary>Null: valid on every chain that takes such transactions, as before EIP-155.</summary>
        public required ChainId? Chain { get; init; }

        public override byte Type => 0;

        public override ChainId? SignedFor => Chain;

        public override Wei FeeLimitPerGas => GasPrice;

        public bool Equals(Legacy? other) => base.Equals(other);

        public override int GetHashCode() => base.GetHashCode();

        private protected override void WriteFields(RlpWriter writer)
        {
            writer.Write(Nonce);
            writer.Write(GasPrice);
            WriteCall(writer);
        }

        private protected override void WriteSignature(RlpWriter writer, EcdsaSignature? signature)
        {
            if (signature is { } made)
            {
                var parity = made.YParity ? 1 : 0;
                writer.Write(Chain is { } chain ? ((System.Numerics.BigInteger)chain.Value * 2) + 35 + parity : 27 + parity);
                writer.Write(made.R);
                writer.Write(made.S);
            }
            else if (Chain is { } chain)
            {
                writer.Write(chain.Value);
                writer.Write(0ul);
                writer.Write(0ul);
            }
        }
    }

    /// <summary>Type 1: a legacy one that says beforehand what it touches.</summary>
    /// <remarks>Source: EIP-2930.</remarks>
    public sealed record WithAccessList : Transaction
    {
        public required ChainId Chain { get; init; }

        public required Wei GasPrice { get; init; }

        public ImmutableArray<AccessListEntry> AccessList { get; init; } = [];

        public override byte Type => 1;

        public override ChainId? SignedFor => Chain;

        public override Wei FeeLimitPerGas => GasPrice;

        public override ImmutableArray<AccessListEntry> Access => AccessList;

        public bool Equals(WithAccessList? other) => base.Equals(other);

        public override int GetHashCode() => base.GetHashCode();

        private protected override void WriteFields(RlpWriter writer)
        {
            writer.Write(Chain.Value);
            writer.Write(Nonce);
            writer.Write(GasPrice);
            WriteCall(writer);
            AccessListEntry.Write(AccessList, writer);
        }
    }

    /// <summary>Type 2: pays the block's base fee and a tip, up to limits.</summary>
    /// <remarks>Source: EIP-1559.</remarks>
    public sealed record DynamicFee : Transaction
    {
        public required ChainId Chain { get; init; }

        public required Wei MaxPriorityFeePerGas { get; init; }

        public required Wei MaxFeePerGas { get; init; }

        public ImmutableArray<AccessListEntry> AccessList { get; init; } = [];

        public override byte Type => 2;

        public override ChainId? SignedFor => Chain;

        public override Wei FeeLimitPerGas => MaxFeePerGas;

        public override ImmutableArray<AccessListEntry> Access => AccessList;

        public bool Equals(DynamicFee? other) => base.Equals(other);

        public override int GetHashCode() => base.GetHashCode();

        private protected override void WriteFields(RlpWriter writer)
        {
            writer.Write(Chain.Value);
            writer.Write(Nonce);
            writer.Write(MaxPriorityFeePerGas);
            writer.Write(MaxFeePerGas);
            WriteCall(writer);
            AccessListEntry.Write(AccessList, writer);
        }
    }

    /// <summary>Type 3: carries blobs beside it, of which it holds the hashes. The form in blocks, without the blobs.</summary>
    /// <remarks>Source: EIP-4844.</remarks>
    public sealed record Blob : Transaction
    {
        public required ChainId Chain { get; init; }

        public required Wei MaxPriorityFeePerGas { get; init; }

        public required Wei MaxFeePerGas { get; init; }

        public required Wei MaxFeePerBlobGas { get; init; }

        public required ImmutableArray<Hash32> BlobHashes { get; init; }

        public ImmutableArray<AccessListEntry> AccessList { get; init; } = [];

        public override byte Type => 3;

        public override ChainId? SignedFor => Chain;

        public override Wei FeeLimitPerGas => MaxFeePerGas;

        public override ImmutableArray<AccessListEntry> Access => AccessList;

        public bool Equals(Blob? other) => base.Equals(other);

        public override int GetHashCode() => base.GetHashCode();

        private protected override void WriteFields(RlpWriter writer)
        {
            writer.Write(Chain.Value);
            writer.Write(Nonce);
            writer.Write(MaxPriorityFeePerGas);
            writer.Write(MaxFeePerGas);
            WriteCall(writer);
            AccessListEntry.Write(AccessList, writer);
            writer.Write(MaxFeePerBlobGas);
            var list = writer.BeginList();
            foreach (var hash in BlobHashes)
            {
                writer.Write(hash);
            }

            writer.EndList(list);
        }
    }

    /// <summary>Type 4: lets accounts run a contract's code as theirs.</summary>
    /// <remarks>Source: EIP-7702.</remarks>
    public sealed record SetCode : Transaction
    {
        public required ChainId Chain { get; init; }

        public required Wei MaxPriorityFeePerGas { get; init; }

        public required Wei MaxFeePerGas { get; init; }

        public required ImmutableArray<CodeAuthorization> Authorizations { get; init; }

        public ImmutableArray<AccessListEntry> AccessList { get; init; } = [];

        public override byte Type => 4;

        public override ChainId? SignedFor => Chain;

        public override Wei FeeLimitPerGas => MaxFeePerGas;

        public override ImmutableArray<AccessListEntry> Access => AccessList;

        public bool Equals(SetCode? other) => base.Equals(other);

        public override int GetHashCode() => base.GetHashCode();

        private protected override void WriteFields(RlpWriter writer)
        {
            writer.Write(Chain.Value);
            writer.Write(Nonce);
            writer.Write(MaxPriorityFeePerGas);
            writer.Write(MaxFeePerGas);
            WriteCall(writer);
            AccessListEntry.Write(AccessList, writer);
            var list = writer.BeginList();
            foreach (var authorization in Authorizations)
            {
                authorization.Write(writer);
            }

            writer.EndList(list);
        }
    }
}
