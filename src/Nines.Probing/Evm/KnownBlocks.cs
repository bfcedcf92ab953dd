using Nines.Chains.Evm;

namespace Nines.Probing.Evm;

/// <summary>The hashes that a node gave for recent blocks, by number: what a re-organisation is measured against.</summary>
internal sealed class KnownBlocks
{
    private const int Most = 128;

    private readonly SortedDictionary<ulong, Hash32> hashes = [];

    /// <summary>The highest block known; null before the first.</summary>
    public ulong? Highest => hashes.Count == 0 ? null : hashes.Keys.Last();

    public Hash32? HashAt(ulong number) => hashes.TryGetValue(number, out var hash) ? hash : null;

    public bool IsContradictedBy(ulong number, Hash32 hash) => hashes.TryGetValue(number, out var known) && known != hash;

    /// <summary>Known blocks below a number, the highest first.</summary>
    public IReadOnlyList<ulong> Below(ulong number, int most) => [.. hashes.Keys.Where(known => known < number).Reverse().Take(most)];

    public void Note(ulong number, Hash32 hash)
    {
        hashes[number] = hash;
        if (hashes.Count > Most) hashes.Remove(hashes.Keys.First());
    }

    /// <summary>The blocks from this one on were replaced.</summary>
    /// <returns>How many there were, up to the highest known one.</returns>
    public ulong Drop(ulong from)
    {
        var depth = Highest is { } highest && highest >= from ? highest - from + 1 : 0;
        foreach (var number in hashes.Keys.Where(number => number >= from).ToArray()) hashes.Remove(number);
        return depth;
    }
}
