using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Control;
using Nines.Core.Facts;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Ledger.Outages;

/// <summary>Whether a correction makes sense of what is on record. Pure.</summary>
public static class CorrectionChecks
{
    /// <returns>The code and what is wrong, as a sentence; null where nothing is.</returns>
    public static (string Code, string What)? ProblemOf(LedgerProjection ledger, Outage outage, ControlCommand.CorrectCause correct)
    {
        if (correct.Roots is not { IsDefaultOrEmpty: false } roots) return null;
        if (correct.Cause != CauseKind.Upstream) return ("NIN4305", $"a root is what an outage with cause upstream came from; {correct.Cause.ToString().ToLowerInvariant()} has none.");
        if (roots.Contains(outage.Component)) return ("NIN4305", $"{outage.Component} cannot be the root of its own outage.");
        if (roots.Distinct().Count() < roots.Length) return ("NIN4305", "a root is named twice. Name each once, the first of them first.");
        return roots.Where(root => ledger.Find(root) is null).Select(root => root.Value).FirstOrDefault() is { } unknown
            ? ("NIN4305", $"no component '{unknown}' is on record.{DidYouMean.Sentence(unknown, ledger.Components.Select(component => component.Id.Value))}") : null;
    }

    /// <inheritdoc cref="ProblemOf(LedgerProjection, Outage, ControlCommand.CorrectCause)"/>
    public static (string Code, string What)? ProblemOf(LedgerProjection ledger, Outage outage, ControlCommand.CorrectOutage correct) => correct.Claim switch
    {
        CorrectionClaim.Cause => ("NIN4301", "a cause is corrected by itself."),
        CorrectionClaim.FalseAlarm => correct.Began is null && correct.Ended is null ? null : ("NIN4301", "a false alarm has no bounds: it is one, or it was at another time."),
        CorrectionClaim.Bounds => ProblemOfBounds(ledger.Find(outage.Component)!, outage, correct.Began, correct.Ended),
        CorrectionClaim.Withdrawn => ProblemOfWithdrawal(outage, correct.Withdraws),
    };

    private static (string, string)? ProblemOfWithdrawal(Outage outage, long? withdraws)
    {
        var open = outage.Corrections.Where(one => one is { IsWithdrawn: false } && one.Claim != CorrectionClaim.Withdrawn).ToList();
        if (open.Exists(one => one.Position.Value == withdraws)) return null;
        return ("NIN4304", $"position {withdraws?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "(none)"} is no correction of {outage.Id} that holds. {(open.Count == 0 ? "None does." : $"Those that do are at {string.Join(", ", open.Select(one => one.Position))}.")}");
    }

    private static (string, string)? ProblemOfBounds(ComponentLedger component, Outage outage, Bounds? began, Bounds? ended)
    {
        if (began is null && ended is null) return ("NIN4301", "say when it began, when it ended, or both.");
        var (seenBegan, seenEnded) = outage.Observed is { } observed ? (observed.Began, observed.Ended) : (outage.Began, outage.Ended);
        if (ended is not null && seenEnded is null) return ("NIN4302", $"{outage.Id} is open: its end is corrected when it is over.");
        var (from, to) = (began ?? seenBegan, ended ?? seenEnded);
        // Nothing follows it on record, so nothing would come of it.
        if (ended is not null && outage.IsCutOff && !component.InConfig) return ("NIN4302", $"{component.Id} was taken out of the config while {outage.Id} was open: its end was not seen, and cannot be corrected.");
        if (to is { } end && from.Midpoint >= end.Midpoint) return ("NIN4302", $"it would end ({InstantText.Of(end.Midpoint)} UTC) before it began ({InstantText.Of(from.Midpoint)} UTC).");
        if (component.WatchedFrom is { } first && from.Earliest < first) return ("NIN4302", $"nothing is on record of {component.Id} before {InstantText.Of(first)} UTC.");
        if (component.Frontier is { } frontier && (ended?.Latest > frontier || began?.Latest > frontier)) return ("NIN4302", $"nothing is known of the time after {InstantText.Of(frontier)} UTC yet.");
        var others = outage.Region is null ? component.Outages : component.RegionalOutages.Where(other => other.Region == outage.Region);
        return others.FirstOrDefault(other => other.Id != outage.Id && other.From < (to?.Latest ?? outage.KnownUntil) && other.KnownUntil > from.Earliest) is { } other
            ? ("NIN4303", $"{other.Id} was at that time, from {InstantText.Of(other.Began.Earliest)} UTC: one outage does not reach into another.") : null;
    }
}
