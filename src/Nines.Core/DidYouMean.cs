namespace Nines.Core;

/// <summary>The word that was probably meant: the nearest by insertions, deletions, substitutions and swaps of neighbours.</summary>
public static class DidYouMean
{
    /// <summary>Words longer than this are not compared: nobody mistypes one letter of a hundred, and the cost is quadratic.</summary>
    private const int Longest = 64;

    /// <returns>The first that ends in the word after a slash; else the nearest candidate, at most a third of the word away (one letter for the shortest); null when none is near.</returns>
    public static string? Closest(string word, IEnumerable<string> candidates)
    {
        if (word.Length is 0 or > Longest) return null;
        string? best = null, whole = null;
        var limit = Math.Max(1, word.Length / 3);
        foreach (var candidate in candidates)
        {
            // Berlin for Europe/Berlin.
            if (candidate.Length > word.Length && candidate.EndsWith(word, StringComparison.OrdinalIgnoreCase) && candidate[^(word.Length + 1)] == '/') whole ??= candidate;
            if (candidate.Length > Longest || Math.Abs(candidate.Length - word.Length) > limit) continue;
            var distance = Distance(word, candidate);
            if (distance > limit || best is not null && distance == limit) continue;
            (best, limit) = (candidate, distance);
        }
        return whole ?? best;
    }

    /// <summary>The words as one more sentence of a message: <c> Did you mean 'every'?</c>; empty when none is near.</summary>
    public static string Sentence(string word, IEnumerable<string> candidates) =>
        Closest(word, candidates) is { } near ? $" Did you mean '{near}'?" : "";

    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                var least = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) least = Math.Min(least, rows[i - 2, j - 2] + 1);
                rows[i, j] = least;
            }
        }
        return rows[a.Length, b.Length];
    }
}
