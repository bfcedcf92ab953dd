using System.Collections.Immutable;

namespace Nines.Chains.Evm;

/// <summary>What a contract wrote when it was called: an event.</summary>
/// <param name="Address">The contract.</param>
/// <param name="Topics">At most four; the first names the event unless it is anonymous.</param>
/// <param name="Data">What is not in topics.</param>
public sealed record Log(Address Address, ImmutableArray<Hash32> Topics, HexBytes Data)
{
    /// <summary>Where in the chain it stands; null for a log of a pending block, or when the answer leaves it out.</summary>
    public LogPlace? Place { get; init; }

    /// <summary>True when a reorganisation took it back: in subscriptions only.</summary>
    public bool IsRemoved { get; init; }

    public bool Equals(Log? other) =>
        other is not null
        && Address == other.Address
        && Topics.AsSpan().SequenceEqual(other.Topics.AsSpan())
        && Data == other.Data
        && Place == other.Place
        && IsRemoved == other.IsRemoved;

    public override int GetHashCode() => HashCode.Combine(Address, Topics.Length, Data, Place);
}

/// <summary>Where a log stands.</summary>
/// <param name="TransactionIndex">In the block, from 0.</param>
/// <param name="LogIndex">In the block, from 0.</param>
public readonly record struct LogPlace(BlockNumber Block, Hash32 BlockHash, Hash32 TransactionHash, ulong TransactionIndex, ulong LogIndex);
