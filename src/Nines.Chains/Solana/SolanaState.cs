using System.Collections.Immutable;
using System.Numerics;
using NodaTime;

namespace Nines.Chains.Solana;

/// <summary>How settled what is asked about must be.</summary>
public enum Commitment
{
    /// <summary>The newest that the node has worked on; it may still be skipped.</summary>
    Processed,

    /// <summary>Voted for by two thirds of the stake.</summary>
    Confirmed,

    /// <summary>Cannot be undone.</summary>
    Finalized,
}

/// <summary>Where the node is in its chain.</summary>
/// <param name="Slot">The slot at the commitment that was asked for.</param>
/// <param name="BlockHeight">Blocks under it: slots without one do not count.</param>
public sealed record EpochInfo(ulong Slot, ulong? BlockHeight, ulong Epoch);

/// <param name="Hash">What transactions must name, in base 58.</param>
/// <param name="Slot">As of which slot.</param>
public sealed record LatestBlockhash(string Hash, ulong Slot);

/// <summary>A validator, by the account that it votes with.</summary>
/// <param name="Vote">That account.</param>
/// <param name="Node">The validator's identity.</param>
/// <param name="Stake">Active stake, in lamports.</param>
/// <param name="LastVote">The newest slot that it voted for.</param>
/// <param name="IsDelinquent">The node counts it among those that are too far behind.</param>
public sealed record VoteAccount(string Vote, string Node, BigInteger Stake, ulong LastVote, bool IsDelinquent);

/// <param name="LeaderSlots">Slots that validators were to make a block in.</param>
/// <param name="Blocks">Of these, the ones that have one.</param>
public sealed record BlockProduction(ulong LeaderSlots, ulong Blocks);

/// <summary>A block without its transactions.</summary>
/// <param name="Time">As the cluster estimates it, in whole seconds; null where the node does not know it.</param>
public sealed record SolanaBlock(string Hash, Instant? Time);

/// <summary>How a node says it fares.</summary>
/// <param name="IsHealthy">It is up to date, by its own measure.</param>
/// <param name="SlotsBehind">Behind the validators that it was told to trust; null where it does not say.</param>
public sealed record NodeHealth(bool IsHealthy, ulong? SlotsBehind);

/// <summary>The genesis hashes of the public clusters.</summary>
public static class SolanaGenesis
{
    public const string MainnetBeta = "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d";
    public const string Testnet = "4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY";
    public const string Devnet = "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG";
}

/// <summary>Text in base 58, as Solana writes keys and hashes.</summary>
public static class Base58
{
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    /// <summary>True for a text that 32 bytes give: 32 to 44 characters of the alphabet.</summary>
    public static bool IsKey(string text) => text.Length is >= 32 and <= 44 && text.All(c => Alphabet.Contains(c, StringComparison.Ordinal));
}
