using System.Numerics;
using Nines.Chains.Evm.Rlp;
using NodaTime;

namespace Nines.Chains.Evm;

/// <summary>
/// A block's header. Every chain gives the parameters; the properties beyond them are null where the chain's fork does not have them yet,
/// or where its answer leaves them out or fills them with something else, as some chains that are not Ethereum do.
/// </summary>
/// <param name="Number">Height.</param>
/// <param name="Hash">The block's own hash.</param>
/// <param name="ParentHash">The hash of the block one below.</param>
/// <param name="Timestamp">When the proposer says that it made the block, in whole seconds: a label of the chain, not a
/// measurement.</param>
/// <param name="GasUsed">Units of gas.</param>
/// <param name="GasLimit">Units of gas.</param>
/// <param name="BaseFeePerGas">Wei per unit of gas; absent before EIP-1559 and on chains without it.</param>
public sealed record BlockHeader(
    BlockNumber Number,
    Hash32 Hash,
    Hash32 ParentHash,
    Instant Timestamp,
    Gas GasUsed,
    Gas GasLimit,
    Wei? BaseFeePerGas)
{
    public Hash32? OmmersHash { get; init; }

    /// <summary>Who takes the priority fees.</summary>
    public Address? Beneficiary { get; init; }

    public Hash32? StateRoot { get; init; }

    public Hash32? TransactionsRoot { get; init; }

    public Hash32? ReceiptsRoot { get; init; }

    public LogsBloom? LogsBloom { get; init; }

    /// <summary>0 since Paris.</summary>
    public BigInteger? Difficulty { get; init; }

    public HexBytes? ExtraData { get; init; }

    /// <summary>Since Paris the beacon chain's randomness (EIP-4399).</summary>
    public Hash32? MixHash { get; init; }

    /// <summary>Eight bytes of the proof of work; 0 since Paris.</summary>
    public ulong? Nonce { get; init; }

    /// <summary>Since Shanghai (EIP-4895).</summary>
    public Hash32? WithdrawalsRoot { get; init; }

    /// <summary>Since Cancun (EIP-4844), in units of blob gas.</summary>
    public ulong? BlobGasUsed { get; init; }

    /// <summary>Since Cancun (EIP-4844), in units of blob gas.</summary>
    public ulong? ExcessBlobGas { get; init; }

    /// <summary>Since Cancun (EIP-4788).</summary>
    public Hash32? ParentBeaconBlockRoot { get; init; }

    /// <summary>Since Prague (EIP-7685).</summary>
    public Hash32? RequestsHash { get; init; }

    /// <summary>
    /// The hash that the header's own fields give. Another one than <see cref="Hash"/> means that the answer was changed, or that the chain
    /// hashes other fields than Ethereum up to Prague: compare only where an earlier block of the same chain agreed.
    /// </summary>
    /// <returns>Null when a field is missing that every fork has.</returns>
    public Hash32? ComputeHash() => Encode() is { } encoded ? Keccak256.Hash(encoded.Span) : null;

    /// <summary>The header in recursive length prefix encoding, with as many of the later forks' fields as are there without a gap.</summary>
    /// <returns>Null when a field is missing that every fork has.</returns>
    /// <remarks>Source: Ethereum yellow paper, section 4.4.1, and the EIPs named at the fields.</remarks>
    public HexBytes? Encode()
    {
        if (OmmersHash is not { } ommers || Beneficiary is not { } beneficiary || StateRoot is not { } state
            || TransactionsRoot is not { } transactions || ReceiptsRoot is not { } receipts || LogsBloom is not { } bloom
            || Difficulty is not { } difficulty || ExtraData is not { } extra || MixHash is not { } mix || Nonce is not { } nonce)
        {
            return null;
        }

        var writer = new RlpWriter(1024);
        var list = writer.BeginList();
        writer.Write(ParentHash);
        writer.Write(ommers);
        writer.Write(beneficiary);
        writer.Write(state);
        writer.Write(transactions);
        writer.Write(receipts);
        writer.Write(bloom.Span);
        writer.Write(difficulty);
        writer.Write(Number.Value);
        writer.Write(GasLimit.Units);
        writer.Write(GasUsed.Units);
        writer.Write((ulong)Timestamp.ToUnixTimeSeconds());
        writer.Write(extra.Span);
        writer.Write(mix);
        Span<byte> nonceBytes = stackalloc byte[sizeof(ulong)];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(nonceBytes, nonce);
        writer.Write(nonceBytes);
        WriteLaterForks(writer);
        writer.EndList(list);
        return writer.ToBytes();
    }

    private void WriteLaterForks(RlpWriter writer)
    {
        if (BaseFeePerGas is not { } baseFee)
        {
            return;
        }

        writer.Write(baseFee);
        if (WithdrawalsRoot is not { } withdrawals)
        {
            return;
        }

        writer.Write(withdrawals);
        if (BlobGasUsed is not { } blobGas || ExcessBlobGas is not { } excess || ParentBeaconBlockRoot is not { } beacon)
        {
            return;
        }

        writer.Write(blobGas);
        writer.Write(excess);
        writer.Write(beacon);
        if (RequestsHash is { } requests)
        {
            writer.Write(requests);
        }
    }
}
