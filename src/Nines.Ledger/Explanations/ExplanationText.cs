using Nines.Core;
using Nines.Core.Facts;
using Nines.Ledger.Documents;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Ledger.Explanations;

/// <summary>An explanation in sentences.</summary>
public static class ExplanationText
{
    public static IEnumerable<string> Lines(Explanation explanation)
    {
        var outage = explanation.Outage;
        var seen = outage.Region is null ? $"{outage.Component}" : $"{outage.Component} as seen from {outage.Region}";
        yield return $"{outage.Id}: {seen} was {outage.WorstState.Word()} for {LengthOf(outage)}{(outage.Status == "open" ? ", and still is as far as known" : "")}.";
        if (outage.Observed is { } observed) yield return $"{(outage.FalseAlarm ? "False alarm" : "Bounds")}, corrected by hand by {outage.TimeCorrectedBy}: {outage.TimeCorrectedBecause}. Observed was {Observed(observed)}.";
        if (outage.NotCounted is { } why) yield return $"It {why}.";
        yield return "";
        foreach (var step in explanation.Steps)
            foreach (var line in StepLines(step))
                yield return line;
        if (explanation.Steps.IsEmpty) yield return outage.ImportedFrom is { } source ? $"Nines did not see this: it was imported out of {source}." : "No probe of its own saw this: its state follows from what it needs.";
        foreach (var assumption in explanation.Assumptions) yield return $"    {assumption}";
        if (explanation.StepsLeftOut > 0) yield return $"… and {explanation.StepsLeftOut} more changes that single vantage points saw.";

        yield return "";
        yield return "Together:";
        foreach (var line in BoundLines(outage)) yield return "  " + line;
        foreach (var line in CauseLines(explanation)) yield return line;
        foreach (var line in CorrectionLines(explanation)) yield return line;
        foreach (var line in ReasonLines(explanation)) yield return line;
        if (outage is { AcknowledgedAt: { } at }) yield return $"Acknowledged {InstantText.Of(at)} by {outage.AcknowledgedBy}{(outage.AcknowledgedNote is { } note ? $": {note}" : "")}.";
        foreach (var note in explanation.Notes) yield return $"Note {InstantText.Of(note.At)} by {note.By} (position {note.Position}): {note.Note}";
        foreach (var window in explanation.Maintenance)
            yield return $"Maintenance: window {window.Window}, {InstantText.Of(window.From)} to {InstantText.Of(window.To)}; under it {window.Seen.Word()} was seen.";
        yield return $"Facts: positions {string.Join(", ", explanation.Facts)} (as of {explanation.AsOfPosition}).";
    }

    private static string LengthOf(OutageDocument outage) => new Ledger.Length(
        DocumentJson.FromSeconds(outage.ShortestS),
        DocumentJson.FromSeconds(outage.LikelyS),
        DocumentJson.FromSeconds(outage.LongestS)).ToString();

    private static IEnumerable<string> StepLines(ExplanationStep step)
    {
        yield return $"{step.Probe} from {step.From}: {step.Before.Word()} → {step.After.Word()} (position {step.Position})";
        foreach (var evidence in step.Evidence)
        {
            var vouched = evidence.Control is null ? "" : $"; our path was vouched for by {evidence.Control}";
            var wire = evidence.Tripwire is { } broke ? $"; a held connection changed at {InstantText.TimeOf(broke)}" : "";
            yield return $"    {InstantText.Of(evidence.Started)} – {InstantText.Later(evidence.Started, evidence.Ended)}  {evidence.Outcome}: {evidence.Detail}{vouched}{wire}";
        }
        yield return "    " + WhenLine(step);
        if (step.Because is not null) yield return $"    because ({step.Cause.ToString()!.ToLowerInvariant()}) {step.Because}";
    }

    /// <summary>How the two neighbours of a change bound it; where the bounds are narrower, the evidence itself carried a time.</summary>
    private static string WhenLine(ExplanationStep step)
    {
        var (earliest, latest) = (InstantText.TimeOf(step.Earliest), InstantText.Later(step.Earliest, step.Latest));
        if (step.Before == State.Unknown && step.Earliest == step.Latest) return $"it is known from {latest} on; how it was just before, nobody saw.";
        if (step.Before == State.Unknown || step.Evidence.Length < 2) return $"so it changed between {earliest} and {latest}.";
        var (before, after) = (step.Evidence[0], step.Evidence[1]);
        var worse = step.After > step.Before;
        if (step.Earliest != before.Started || step.Latest != after.Ended)
            return $"the evidence itself tells since when: it {(worse ? "began" : "ended")} between {earliest} and {latest}.";
        return worse
            ? $"last {Kind(step.Before)} answer began {earliest}, first {Kind(step.After)} ended {latest}, so it began in between."
            : $"last {Kind(step.Before)} answer began {earliest}, first {Kind(step.After)} ended {latest}, so it ended in between.";
    }

    private static string Kind(State state) => state switch
    {
        State.Up => "good",
        State.Degraded => "degraded",
        State.EffectivelyDown or State.Down => "bad",
        State.Unknown or State.Maintenance => state.Word(),
    };

    private static IEnumerable<string> BoundLines(OutageDocument outage)
    {
        yield return outage.BeganEarliest == outage.BeganLatest ? $"it began at {InstantText.Of(outage.BeganEarliest)};" : $"it began between {InstantText.Of(outage.BeganEarliest)} (possible from then on) and {InstantText.Later(outage.BeganEarliest, outage.BeganLatest)} (sure from then on);";
        if (outage.CutOff) yield return outage.ImportedFrom is not null ? $"the record ends at {InstantText.Of(outage.KnownUntil)} while it is down: what became of it then is not known;" : $"its component was taken out of the config at {InstantText.Of(outage.KnownUntil)}: what became of it then is not known;";
        else yield return outage is { EndedEarliest: { } earliest, EndedLatest: { } latest }
            ? $"it ended between {InstantText.Of(earliest)} (sure until then) and {InstantText.Later(earliest, latest)} (possible until then);"
            : $"no end is on record; nothing is claimed after {InstantText.Of(outage.KnownUntil)};";
        var hole = outage.UnseenS > 0 ? $", {SpokenDuration.Of(DocumentJson.FromSeconds(outage.UnseenS))} of it unseen" : "";
        yield return $"surely {Told(outage.ShortestS, Rounding.Down)}, likely {Told(outage.LikelyS, Rounding.Nearest)}, possibly {Told(outage.LongestS, Rounding.Up)}{hole}.";
        if (outage.InMaintenanceS > 0) yield return $"{outage.InMaintenanceS} s of it in maintenance windows are in none of these.";
    }

    private static IEnumerable<string> CauseLines(Explanation explanation)
    {
        foreach (var (cause, i) in explanation.Outage.Causes.Select((cause, i) => (cause, i)))
            yield return $"{(i == 0 ? "Cause" : "Also")}: {cause.Kind.ToString().ToLowerInvariant()}, {Told(cause.LikelyS, Rounding.Nearest)} likely: {cause.Because}";
        foreach (var root in explanation.Roots)
        {
            yield return $"Root: {root.Component}{(root.Outages.IsEmpty ? ", possibly down meanwhile" : $", see {string.Join(", ", root.Outages)}")}";
            foreach (var corrected in root.Corrected) yield return $"  {corrected.Sentence}";
        }
    }

    /// <summary>Who said otherwise, and what was judged: both are on record.</summary>
    private static IEnumerable<string> CorrectionLines(Explanation explanation)
    {
        foreach (var correction in explanation.Corrections)
            yield return $"Corrected {InstantText.Of(correction.At)} by {correction.By} (position {correction.Position}{(correction.Withdrawn ? ", withdrawn since" : "")}): {(correction.Claim == CorrectionClaim.Cause ? CauseOf(correction) : correction.Did)}: {correction.Because}";
        foreach (var cause in explanation.Outage.JudgedCauses ?? [])
            yield return $"Judged was: {cause.Kind.ToString().ToLowerInvariant()}, {Told(cause.LikelyS, Rounding.Nearest)} likely: {cause.Because}";
    }

    private static string CauseOf(CorrectionDocument correction) => $"{correction.Cause.ToString()!.ToLowerInvariant()}{(correction.Roots.IsEmpty ? "" : $", from {string.Join(", ", correction.Roots)}")}";

    private static string Observed(ObservedDocument seen) =>
        $"{new Ledger.Length(DocumentJson.FromSeconds(seen.ShortestS), DocumentJson.FromSeconds(seen.LikelyS), DocumentJson.FromSeconds(seen.LongestS))}, begun between {InstantText.Of(seen.BeganEarliest)} and {InstantText.TimeOf(seen.BeganLatest)}{(seen is { EndedEarliest: { } ended, EndedLatest: { } latest } ? $", ended between {InstantText.Of(ended)} and {InstantText.TimeOf(latest)}" : "")}";

    /// <summary>The chain of reasoning: every rule that was tried, in order, up to the one that held.</summary>
    private static IEnumerable<string> ReasonLines(Explanation explanation)
    {
        yield return "";
        yield return explanation.Outage.JudgedCauses is null ? "Why that cause, rule by rule:" : "Why it was judged so, rule by rule:";
        foreach (var rule in explanation.Reasoning)
        {
            var where = rule.Probe is { } probe ? $" ({probe} from {rule.From} at {(rule.Observed is { } at ? InstantText.TimeOf(at) : "an unknown time")}, position {rule.Position})" : "";
            yield return $"  {(rule.Held ? "yes" : "no "),-3}  {rule.Rule}: {rule.Because}{(rule.Held ? where : "")}";
        }
        if (explanation.Reasoning.All(rule => !rule.Held)) yield return "  No rule held: it is unexplained, and not guessed.";
    }

    /// <summary>Rounded outwards, so that what is printed still holds.</summary>
    private static string Told(decimal seconds, Rounding rounding) => SpokenDuration.Of(DocumentJson.FromSeconds(seconds), rounding);
}
