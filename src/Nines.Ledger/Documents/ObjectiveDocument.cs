using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger.Objectives;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Ledger.Documents;

/// <summary>How objectives stand as of an instant, as it is handed out (nines.objectives/1).</summary>
public sealed record ObjectivesDocument(string Schema, long AsOfPosition, Instant At, ImmutableArray<ObjectiveDocument> Objectives)
{
    public const string SchemaName = "nines.objectives/1";

    public static ObjectivesDocument Of(long position, Instant at, IEnumerable<ObjectiveReport> reports) => new(SchemaName, position, at, [.. reports.Select(ObjectiveDocument.Of)]);
}

/// <summary>One objective of one component. Times are in seconds, shares 0 to 1.</summary>
public sealed record ObjectiveDocument
{
    public required string Objective { get; init; }
    public required ComponentId Component { get; init; }
    public string? About { get; init; }
    public required decimal Target { get; init; }

    /// <summary>A duration, or the calendar's unit.</summary>
    public required string Window { get; init; }

    public required Instant WindowFrom { get; init; }
    public required Instant WindowTo { get; init; }
    public required string Policy { get; init; }
    public required int PolicyVersion { get; init; }

    /// <summary>unknown, ok, ticket, page or exhausted.</summary>
    public required ObjectiveState State { get; init; }

    public Instant? Since { get; init; }
    public decimal? AttainedLow { get; init; }
    public decimal? AttainedLikely { get; init; }
    public decimal? AttainedHigh { get; init; }
    public required decimal Coverage { get; init; }
    public required decimal UnknownS { get; init; }
    public required decimal NotWatchedS { get; init; }
    public required decimal PeriodS { get; init; }
    public required decimal ElapsedS { get; init; }
    public required decimal AllowedS { get; init; }
    public required decimal SpentShortestS { get; init; }
    public required decimal SpentLikelyS { get; init; }
    public required decimal SpentLongestS { get; init; }
    public required decimal LeftLowShare { get; init; }
    public required decimal LeftLikelyShare { get; init; }
    public required decimal LeftHighShare { get; init; }
    public required ImmutableArray<BurnDocument> Burn { get; init; }
    /// <summary>When pairs fired in the window, the latest first; only where one objective was asked for.</summary>
    public required ImmutableArray<FiringDocument> Fired { get; init; }

    public required ImmutableArray<SpentDocument> SpentBy { get; init; }
    public required ImmutableSortedDictionary<string, decimal> SpentByCauseS { get; init; }
    public required ImmutableArray<StepDocument> Steps { get; init; }
    public ForecastDocument? Forecast { get; init; }
    public required ImmutableArray<string> Notes { get; init; }

    public static ObjectiveDocument Of(ObjectiveReport report) => new()
    {
        Objective = report.Objective.Name,
        Component = report.Component,
        About = report.Objective.About,
        Target = report.Objective.Target,
        Window = report.Objective.Window.ToString(),
        WindowFrom = report.Window.Start,
        WindowTo = report.Window.End,
        Policy = report.Policy.Name,
        PolicyVersion = report.Policy.Version,
        State = report.State,
        Since = report.Since,
        AttainedLow = DocumentJson.Share(report.Attained?.Low),
        AttainedLikely = DocumentJson.Share(report.Attained?.Likely),
        AttainedHigh = DocumentJson.Share(report.Attained?.High),
        Coverage = DocumentJson.Share(report.Coverage),
        UnknownS = DocumentJson.Seconds(report.Unknown),
        NotWatchedS = DocumentJson.Seconds(report.NotWatched),
        PeriodS = DocumentJson.Seconds(report.Period),
        ElapsedS = DocumentJson.Seconds(report.Elapsed),
        AllowedS = DocumentJson.Seconds(report.Budget.Allowed),
        SpentShortestS = DocumentJson.Seconds(report.Budget.Spent.Shortest),
        SpentLikelyS = DocumentJson.Seconds(report.Budget.Spent.Likely),
        SpentLongestS = DocumentJson.Seconds(report.Budget.Spent.Longest),
        LeftLowShare = DocumentJson.Share(report.Budget.LeftShare.Low),
        LeftLikelyShare = DocumentJson.Share(report.Budget.LeftShare.Likely),
        LeftHighShare = DocumentJson.Share(report.Budget.LeftShare.High),
        Burn = [.. report.Burn.Select(BurnDocument.Of)],
        Fired = [.. report.Fired.Select(fired => new FiringDocument(fired.Pair.Name, fired.Pair.Severity, fired.From, fired.To))],
        SpentBy = [.. report.ByOutage.Select(one => new SpentDocument(
            one.Outage, DocumentJson.Seconds(one.Lost.Shortest), DocumentJson.Seconds(one.Lost.Likely), DocumentJson.Seconds(one.Lost.Longest), DocumentJson.Share(one.Share)))],
        SpentByCauseS = report.ByCause.ToImmutableSortedDictionary(cause => cause.Key.ToString().ToLowerInvariant(), cause => DocumentJson.Seconds(cause.Value.Likely), StringComparer.Ordinal),
        Steps = [.. report.Steps.Select(step => new StepDocument(step.Step.Spent, step.Step.Then, step.Likely, step.Surely, step.Possibly))],
        Forecast = report.Forecast is { } forecast ? ForecastDocument.Of(forecast) : null,
        Notes = report.Notes,
    };
}

/// <summary>A pair of burn windows: the rates over both, the rate at which they fire, and since when they do.</summary>
/// <param name="CanFire">False where the period is too short for the pair.</param>
public sealed record BurnDocument(
    string Window, decimal LongS, decimal ShortS, BurnSeverity Severity, decimal Factor, decimal RateLow, decimal RateLikely, decimal RateHigh, decimal ShortRateLikely,
    bool CanFire, bool Firing, Instant? Since, Instant? PossiblySince, Instant? SurelySince, Instant? Resets)
{
    public static BurnDocument Of(BurnRate burn) => new(
        burn.Pair.Name, DocumentJson.Seconds(burn.Pair.Long), DocumentJson.Seconds(burn.Pair.Short), burn.Pair.Severity, decimal.Round(burn.Factor, 6),
        burn.Long.Low, burn.Long.Likely, burn.Long.High, burn.Short.Likely, burn.CanFire, burn.IsFiring, burn.Since, burn.PossiblySince, burn.SurelySince, burn.Resets);
}

/// <param name="To">When it reset; null while it fires.</param>
public sealed record FiringDocument(string Window, BurnSeverity Severity, Instant From, Instant? To);

/// <param name="Outage">Null for what lies outside of outages.</param>
/// <param name="BudgetShare">Its likely share of the allowed time.</param>
public sealed record SpentDocument(string? Outage, decimal ShortestS, decimal LikelyS, decimal LongestS, decimal BudgetShare);

/// <param name="Spent">The share of the budget at which it follows.</param>
public sealed record StepDocument(decimal Spent, string Then, bool Reached, bool SurelyReached, bool PossiblyReached);

/// <param name="Kept">The chance that the objective is kept at <paramref name="Until"/>; null without an outage to learn from.</param>
/// <param name="Until">The end of a calendar window, or of a rolling window that begins now.</param>
public sealed record ForecastDocument(
    Instant Until, decimal? Kept, decimal KeptLow, decimal KeptHigh, Instant? UsedUp, Instant? UsedUpEarliest, Instant? UsedUpLatest, decimal ObservedS, int Outages, string Assumption)
{
    public static ForecastDocument Of(Forecast forecast) => new(
        forecast.Until, forecast.Kept is { } kept ? Chance(kept) : null, Chance(forecast.KeptLow), Chance(forecast.KeptHigh),
        forecast.UsedUp, forecast.UsedUpEarliest, forecast.UsedUpLatest, DocumentJson.Seconds(forecast.Observed), forecast.Outages, Forecast.Assumption);

    // Six digits: what the quantiles and sums are good for.
    private static decimal Chance(double chance) => decimal.Round((decimal)chance, 6);
}
