using Nines.Core.Facts;
using NodaTime;

namespace Nines.Ledger.History;

/// <summary>What an import has to keep to before it goes on record: facts are for ever, and every reader folds them.</summary>
public static class ImportChecks
{
    /// <summary>More of one component are refused: a shorter span, or a coarser source, has to do.</summary>
    public const int MostSegments = 250_000;

    private const int MostTextLength = 1_000, MostAssumptions = 50;

    /// <param name="now">Nothing after it can have been on record anywhere.</param>
    /// <returns>What is wrong, as the end of a sentence; null when nothing is.</returns>
    public static string? ProblemOf(HistoryImported fact, Instant now)
    {
        if (fact.Labels is null || fact.Source is null || fact.Digest is null || fact.Segments.IsDefaultOrEmpty || fact.Assumptions.IsDefault) return "it lacks a part";
        if (fact.To <= fact.From) return $"it ends {fact.To}, and starts {fact.From}";
        if (fact.To > now) return $"it ends {fact.To}, which is to come";
        if (fact.Segments.Length > MostSegments) return $"it has {fact.Segments.Length} segments; at most {MostSegments} are taken";
        if (fact.Source.Length > MostTextLength || fact.Digest.Length > MostTextLength || fact.Assumptions.Length > MostAssumptions || fact.Assumptions.Any(text => text is null || text.Length > MostTextLength)) return "a text of it is too long";
        if (fact.Segments[0].From != fact.From) return $"its first segment begins {fact.Segments[0].From}, and not {fact.From}";
        for (var i = 0; i < fact.Segments.Length; i++)
        {
            var segment = fact.Segments[i];
            if (segment.From >= fact.To) return $"a segment begins {segment.From}, not before its end {fact.To}";
            if (i > 0 && segment.From <= fact.Segments[i - 1].From) return $"the segment from {segment.From} does not follow the one before";
            if (segment.Best > segment.Worst || !IsOrdered(segment.Best) || !IsOrdered(segment.Worst)
                || segment.Likely != Core.State.Unknown && (segment.Likely < segment.Best || segment.Likely > segment.Worst)) return $"the states of the segment from {segment.From} contradict each other";
            if (segment.Outage is not null && ImportedOutage.NumberOf(fact.Component, segment.Outage) is null) return $"'{segment.Outage}' is no name of an imported outage";
            if (segment.Window is { Length: > MostTextLength }) return "a text of it is too long";
            if (segment.Cause is { } cause && (cause.Because is null || cause.Because.Length > MostTextLength)) return "a text of it is too long";
        }
        return null;
    }

    private static bool IsOrdered(Core.State state) => state is Core.State.Up or Core.State.Degraded or Core.State.EffectivelyDown or Core.State.Down;
}
