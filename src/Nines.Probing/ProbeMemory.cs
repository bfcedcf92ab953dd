using System.Collections.Concurrent;
using Nines.Core.Components;

namespace Nines.Probing;

/// <summary>
/// What probes must not forget over a restart or a change of the config: how far a contract's events were told, what it was like at
/// first. Each probe keeps one piece for each vantage point, in a form of its own. Safe for concurrent use.
/// </summary>
/// <remarks>It is kept beside the journal's facts, at least every second: what a probe kept in the last second before it died is as
/// before, so a probe must be able to find the same again from an older piece.</remarks>
public sealed class ProbeMemory
{
    /// <summary>Bytes of one piece. A probe that would keep more is in error.</summary>
    public const int MostBytes = 1 << 20;

    private readonly ConcurrentDictionary<string, byte[]> pieces;
    private readonly ConcurrentDictionary<string, bool> changed = [];

    /// <param name="kept">What an earlier run knew, by the keys that <see cref="TakeChanged"/> gave.</param>
    public ProbeMemory(IEnumerable<KeyValuePair<string, byte[]>> kept) => pieces = new(kept, StringComparer.Ordinal);

    /// <returns>What the probe kept last; null when it never did.</returns>
    public byte[]? Of(ProbeId probe, VantagePointId from) => pieces.GetValueOrDefault(KeyOf(probe, from));

    /// <exception cref="ArgumentException">The piece has more than <see cref="MostBytes"/>.</exception>
    public void Keep(ProbeId probe, VantagePointId from, byte[] piece)
    {
        if (piece.Length > MostBytes) throw new ArgumentException($"{piece.Length} bytes are over the limit of {MostBytes}.", nameof(piece));
        var key = KeyOf(probe, from);
        pieces[key] = piece;
        changed[key] = true;
    }

    /// <summary>Forgets what probes kept that are no longer watched.</summary>
    public void KeepOnly(IReadOnlySet<ProbeId> probes)
    {
        var watched = probes.Select(probe => probe.ToString()).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in pieces.Keys.Where(key => !watched.Contains(key[..key.LastIndexOf(' ')])))
            if (pieces.TryRemove(gone, out _)) changed[gone] = true;
    }

    /// <returns>Each piece that changed since the last call; null for one that is forgotten.</returns>
    public IReadOnlyList<(string Key, byte[]? Piece)> TakeChanged()
    {
        if (changed.IsEmpty) return [];
        var taken = new List<(string, byte[]?)>();
        foreach (var key in changed.Keys)
            if (changed.TryRemove(key, out _)) taken.Add((key, pieces.GetValueOrDefault(key)));
        return taken;
    }

    private static string KeyOf(ProbeId probe, VantagePointId from) => $"{probe} {from}";
}
