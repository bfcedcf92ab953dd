using System.Collections.Immutable;
using Nines.Chains.Evm.Rlp;
using Nines.Chains.Evm.Tries;

namespace Nines.Chains.Evm;

/// <summary>What became of a transaction in a block.</summary>
/// <remarks>Source: Ethereum yellow paper, section 4.4.1; EIP-658 (status), EIP-2718 (type), EIP-4844 (blob gas).</remarks>
public sealed record Receipt
{
    /// <summary>Of the transaction, by EIP-2718; 0 where the answer does not say.</summary>
    public byte Type { get; init; }

    public required Hash32 TransactionHash { get; init; }

    /// <summary>In the block, from 0.</summary>
    public required ulong TransactionIndex { get; init; }

    public required BlockNumber Block { get; init; }

    public required Hash32 BlockHash { get; init; }

    /// <summary>Null where the answer leaves it out.</summary>
    public Address? From { get; init; }

    /// <summary>Null when the transaction created a contract.</summary>
    public Address? To { get; init; }

    /// <summary>The contract that was created, if one was.</summary>
    public Address? Created { get; init; }

    /// <summary>Whether it ran to its end and changed something; null before Byzantium, which has <see cref="StateRoot"/> instead.</summary>
    public bool? Succeeded { get; init; }

    /// <summary>The state after it, before Byzantium.</summary>
    public Hash32? StateRoot { get; init; }

    /// <summary>Of this transaction and all before it in the block.</summary>
    public required Gas CumulativeGasUsed { get; init; }

    /// <summary>Of this transaction.</summary>
    public required Gas GasUsed { get; init; }

    /// <summary>Wei per unit of gas that was paid; null where the answer leaves it out.</summary>
    public Wei? EffectiveGasPrice { get; init; }

    /// <summary>Units of blob gas; null for a transaction without blobs.</summary>
    public ulong? BlobGasUsed { get; init; }

    /// <summary>Wei per unit of blob gas; null for a transaction without blobs.</summary>
    public Wei? BlobGasPrice { get; init; }

    public required ImmutableArray<Log> Logs { get; init; }

    public required LogsBloom LogsBloom { get; init; }

    /// <summary>What a deposit on an OP-stack rollup (type 0x7e) adds to the receipt that is hashed, since Regolith.</summary>
    public ulong? DepositNonce { get; init; }

    /// <summary>Since Canyon.</summary>
    public ulong? DepositReceiptVersion { get; init; }

    /// <summary>What the block's receipts root commits to: the type byte, if any, and the list of fields.</summary>
    public HexBytes Encode()
    {
        var writer = new RlpWriter(512);
        Write(writer);
        return writer.ToBytes();
    }

    /// <summary>The receipts root of a block with these receipts, all of them in their order: what its header says, if they are right.</summary>
    public static Hash32 RootOf(ImmutableArray<Receipt> receipts) =>
        MerkleTrie.RootOfList(receipts.Length, (index, writer) => receipts[index].Write(writer));

    internal void Write(RlpWriter writer)
    {
        const byte Deposit = 0x7e;
        if (Type != 0)
        {
            writer.WriteEncoded([Type]);
        }

        var list = writer.BeginList();
        if (StateRoot is { } root)
        {
            writer.Write(root);
        }
        else
        {
            writer.Write(Succeeded is true ? 1ul : 0);
        }

        writer.Write(CumulativeGasUsed.Units);
        writer.Write(LogsBloom.Span);
        WriteLogs(writer);
        if (Type == Deposit && DepositNonce is { } nonce && DepositReceiptVersion is { } version)
        {
            writer.Write(nonce);
            writer.Write(version);
        }

        writer.EndList(list);
    }

    private void WriteLogs(RlpWriter writer)
    {
        var logs = writer.BeginList();
        foreach (var log in Logs)
        {
            var entry = writer.BeginList();
            writer.Write(log.Address);
            var topics = writer.BeginList();
            foreach (var topic in log.Topics)
            {
                writer.Write(topic);
            }

            writer.EndList(topics);
            writer.Write(log.Data.Span);
            writer.EndList(entry);
        }

        writer.EndList(logs);
    }
}
