using System.Collections.Immutable;
using Nines.Chains.Evm.Rlp;
using Nines.Chains.Evm.Transactions;
using Nines.Chains.Evm.Tries;

namespace Nines.Chains.Evm;

/// <summary>A block with its transactions in full.</summary>
/// <param name="Withdrawals">Of stake, since Shanghai; null before, and where the answer leaves them out.</param>
public sealed record Block(BlockHeader Header, ImmutableArray<BlockTransaction> Transactions, ImmutableArray<Withdrawal>? Withdrawals)
{
    /// <summary>The root that the transactions give: what the header says, if they are right.</summary>
    /// <returns>Null when one of them is not of types 0 to 4, or without its signature.</returns>
    public Hash32? ComputeTransactionsRoot() => Transactions.All(t => t.Signed is not null)
        ? MerkleTrie.RootOfList(Transactions.Length, (index, writer) => writer.WriteEncoded(Transactions[index].Signed!.Encode().Span))
        : null;

    /// <summary>The root that the withdrawals give; null before Shanghai.</summary>
    public Hash32? ComputeWithdrawalsRoot() => Withdrawals is { } withdrawals
        ? MerkleTrie.RootOfList(withdrawals.Length, (index, writer) => withdrawals[index].Write(writer))
        : null;
}

/// <summary>A transaction as a node tells it.</summary>
/// <param name="Type">By EIP-2718; 0 where the answer does not say.</param>
/// <param name="From">Who sent it, as the node says.</param>
/// <param name="To">Null when it creates a contract.</param>
/// <param name="Block">Null while it is pending.</param>
/// <param name="Signed">
/// The same read in full, when its type is 0 to 4 and its signature is there: a rollup's own types have none. Its hash is computed from
/// the fields, so another one than <paramref name="Hash"/> means that the answer was changed.
/// </param>
public sealed record BlockTransaction(
    Hash32 Hash,
    byte Type,
    Address From,
    Address? To,
    ulong Nonce,
    Wei Value,
    HexBytes Data,
    BlockNumber? Block,
    SignedTransaction? Signed);

/// <summary>Stake paid out to an account.</summary>
/// <param name="AmountGwei">10^9 wei each.</param>
/// <remarks>Source: EIP-4895.</remarks>
public sealed record Withdrawal(ulong Index, ulong ValidatorIndex, Address Address, ulong AmountGwei)
{
    internal void Write(RlpWriter writer)
    {
        var list = writer.BeginList();
        writer.Write(Index);
        writer.Write(ValidatorIndex);
        writer.Write(Address);
        writer.Write(AmountGwei);
        writer.EndList(list);
    }
}
