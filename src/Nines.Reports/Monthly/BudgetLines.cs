using System.Collections.Immutable;
using System.Globalization;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Ledger.Availability;
using Nines.Ledger.Documents;
using Nines.Ledger.Objectives;
using Nines.Ledger.Policies;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Reports.Monthly;

/// <summary>An objective of a component where the report ends: its window there, under its own policy.</summary>
/// <param name="Left">Share of the budget that is left; below zero when more was lost than allowed.</param>
/// <param name="Forecast">In words; null when too little was seen.</param>
/// <param name="Objective">All that `nines objectives` says of it.</param>
public sealed record BudgetLine(Told? Attained, Told Left, string State, string? Forecast, ObjectiveDocument Objective);

/// <summary>The error budgets that a report tells of.</summary>
internal static class BudgetLines
{
    /// <param name="to">Where the report ends: its last instant is the one just before.</param>
    public static IEnumerable<BudgetLine> Of(LedgerProjection ledger, ImmutableHashSet<ComponentId> asked, Instant to)
    {
        var at = to - Duration.FromTicks(1);
        if (ledger.Objectives.IsEmpty || at <= ledger.WatchedFrom) return [];
        var reporter = new ObjectiveReporter(ledger, at);
        return ledger.Objectives.SelectMany(objective => reporter.Make(objective)).Where(report => asked.Contains(report.Component))
            .OrderBy(report => report.Budget.LeftShare.Likely).ThenBy(report => report.Objective.Name, StringComparer.Ordinal).ThenBy(report => report.Component).Select(Line);
    }

    private static BudgetLine Line(ObjectiveReport report)
    {
        // With enough decimals that the target could be told from what was attained.
        var policy = report.Policy with { Decimals = Math.Clamp(report.Objective.Target.Scale - 1, report.Policy.Decimals, Policy.MostDecimals) };
        var left = report.Budget.LeftShare;
        return new BudgetLine(
            Told.Of(report.Attained, policy),
            new Told(left.Low, left.Likely, left.High, Told.Ranged(Percent(left.Likely), Percent(left.Low), Percent(left.High))),
            report.Since is { } since ? $"{Word(report.State)} since {InstantText.Of(since)[..19]}" : Word(report.State),
            ForecastOf(report.Forecast),
            ObjectiveDocument.Of(report));
    }

    private static string Percent(decimal share) => PercentText.Of(share, 1);

    private static string Word(ObjectiveState state) => state switch
    {
        ObjectiveState.Unknown => "unknown",
        ObjectiveState.Ok => "ok",
        ObjectiveState.Ticket => "ticket",
        ObjectiveState.Page => "page",
        ObjectiveState.Exhausted => "used up",
    };

    private static string? ForecastOf(Forecast? forecast) => forecast switch
    {
        null => null,
        { Kept: { } kept } => string.Create(CultureInfo.InvariantCulture, $"kept with a chance of {Percent((decimal)kept)} ({Percent((decimal)forecast.KeptLow)} – {Percent((decimal)forecast.KeptHigh)})"),
        _ => $"kept with a chance of {Percent((decimal)forecast.KeptLow)} at least",
    };
}
