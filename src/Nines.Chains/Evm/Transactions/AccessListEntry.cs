using System.Collections.Immutable;
using Nines.Chains.Evm.Rlp;

namespace Nines.Chains.Evm.Transactions;

/// <summary>An account that a transaction will touch, and which words of its storage.</summary>
/// <remarks>Source: EIP-2930.</remarks>
public sealed record AccessListEntry(Address Address, ImmutableArray<Hash32> StorageKeys)
{
    public bool Equals(AccessListEntry? other) =>
        other is not null && Address == other.Address && StorageKeys.AsSpan().SequenceEqual(other.StorageKeys.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Address, StorageKeys.Length);

    internal static void Write(ImmutableArray<AccessListEntry> entries, RlpWriter writer)
    {
        var list = writer.BeginList();
        foreach (var entry in entries)
        {
            var pair = writer.BeginList();
            writer.Write(entry.Address);
            var keys = writer.BeginList();
            foreach (var key in entry.StorageKeys)
            {
                writer.Write(key);
            }

            writer.EndList(keys);
            writer.EndList(pair);
        }

        writer.EndList(list);
    }
}
