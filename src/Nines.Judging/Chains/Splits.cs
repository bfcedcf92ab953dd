using Nines.Core.Components;
using NodaTime;

namespace Nines.Judging.Chains;

/// <summary>
/// Sources that tell different blocks of one number. One of two tellings may be old, and its source long on the other's chain: a difference counts
/// once both have told again since it was first seen. Nobody is convicted: the majority is not the truth by being one (TRUTH 11).
/// </summary>
internal sealed class Splits
{
    private const int MostPairs = 256;
    private readonly Dictionary<(Source, Source), Difference> pairs = [];

    /// <param name="First">When the second of the two tellings came.</param>
    private sealed record Difference(Instant First, double Number, bool IsConfirmed);

    /// <summary>Compares what a source has just told with what the others told of the same block.</summary>
    public void Compare(Source source, IEnumerable<Source> others)
    {
        if (source.Last.CheckHash is not { } hash || double.IsNaN(source.Last.CheckNumber)) return;
        var number = source.Last.CheckNumber;
        foreach (var other in others)
        {
            if (other == source || other.Component == source.Component || other.Protocol != source.Protocol || other.HashOf(number) is not { } told) continue;
            var pair = Pair(source, other);
            if (string.Equals(told.Hash, hash, StringComparison.OrdinalIgnoreCase))
            {
                pairs.Remove(pair);
                source.AgreeOn(number);
                other.AgreeOn(number);
            }
            else if (pairs.TryGetValue(pair, out var known))
                pairs[pair] = known with { Number = number, IsConfirmed = known.IsConfirmed || told.At >= known.First };
            else if (pairs.Count < MostPairs)
                pairs.Add(pair, new Difference(source.Last.At, number, false));
        }
    }

    public void Forget(Source source)
    {
        foreach (var pair in pairs.Keys.Where(pair => pair.Item1 == source || pair.Item2 == source).ToArray()) pairs.Remove(pair);
    }

    /// <param name="live">Sources of one vantage point.</param>
    /// <returns>The highest block over which live sources are split, with who tells which hash; null when they are not.</returns>
    public Split? Among(IReadOnlyCollection<Source> live)
    {
        if (pairs.Count == 0) return null;
        var found = pairs.Where(pair => pair.Value.IsConfirmed && live.Contains(pair.Key.Item1) && live.Contains(pair.Key.Item2))
            .OrderByDescending(pair => pair.Value.Number).ThenBy(pair => pair.Key.Item1.Probe.ToString(), StringComparer.Ordinal).FirstOrDefault();
        if (found.Value is not { } difference) return null;
        var sides = live.Where(source => source.Protocol == found.Key.Item1.Protocol && source.HashOf(difference.Number) is not null)
            .GroupBy(source => source.HashOf(difference.Number)!.Value.Hash, StringComparer.OrdinalIgnoreCase)
            .OrderBy(side => side.Key, StringComparer.Ordinal)
            .Select(side => (side.Key, side.OrderBy(source => source.Component).ToArray()));
        return new Split(difference.Number, difference.First, [.. sides]);
    }

    /// <summary>True while a difference between two of them waits to be told again.</summary>
    public bool IsSuspected(IReadOnlyCollection<Source> live) => pairs.Count > 0 && pairs.Any(pair => live.Contains(pair.Key.Item1) && live.Contains(pair.Key.Item2));

    private static (Source, Source) Pair(Source a, Source b) => string.CompareOrdinal(a.Probe.ToString(), b.Probe.ToString()) < 0 ? (a, b) : (b, a);
}

/// <param name="Number">The block.</param>
/// <param name="First">When the difference was first seen.</param>
/// <param name="Sides">Who tells which hash.</param>
internal sealed record Split(double Number, Instant First, IReadOnlyList<(string Hash, Source[] Sources)> Sides);
