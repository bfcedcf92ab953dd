using Nines.Chains.Evm;
using NodaTime;

namespace Nines.Probing.Evm;

/// <summary>What a node called finalized: it may never go back, nor be replaced.</summary>
internal sealed class FinalizedMemory
{
    /// <summary>So long it is held against a node; a chain that was begun anew is then taken for what it is.</summary>
    private static readonly Duration Held = Duration.FromHours(1);

    private (ulong Number, Hash32 Hash, Instant At)? highest;

    /// <returns>What is wrong with the finalized block; null when nothing is.</returns>
    public string? Fault(BlockHeader block, Instant now)
    {
        var (number, hash) = (block.Number.Value, block.Hash);
        if (highest is not { } before || number > before.Number || now - before.At > Held)
        {
            highest = (number, hash, now);
            return null;
        }
        if (number < before.Number) return $"block {number} after block {before.Number}";
        if (hash != before.Hash) return $"block {number} is {hash} and was {before.Hash}";
        highest = before with { At = now };
        return null;
    }
}
