using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Ledger.Documents;
using NodaTime;

namespace Nines.Reports.Monthly;

/// <summary>What a month (or any other period) was like, of all components or of some (nines.monthly/1). Times in seconds, shares of one.</summary>
public sealed record MonthlyReport
{
    public const string SchemaName = "nines.monthly/1";

    public required string Schema { get; init; }
    public required long AsOfPosition { get; init; }
    public required PeriodDocument Period { get; init; }
    public required PolicyDocument Policy { get; init; }

    /// <summary>Which components were asked for, in words; null for all.</summary>
    public string? Selection { get; init; }

    /// <summary>What losses are reckoned from; null when nothing says what things cost.</summary>
    public PricingDocument? Pricing { get; init; }

    public required SummaryDocument Summary { get; init; }

    /// <summary>Months, or weeks where the report is of a week, the oldest first; the last is the report's own. Only those of which something is on record.</summary>
    public required ImmutableArray<TrendPoint> Trend { get; init; }

    public required ImmutableArray<ComponentSection> Components { get; init; }

    /// <summary>All that reached into the period, in order of onset.</summary>
    public required ImmutableArray<OutageLine> Outages { get; init; }

    /// <summary>Null without a pricing.</summary>
    public LossSection? Losses { get; init; }

    /// <summary>Error budgets where the report ends, the one with the least left first; empty without objectives.</summary>
    public required ImmutableArray<BudgetLine> Budgets { get; init; }

    public required ImmutableArray<MaintenanceLine> Maintenance { get; init; }
    public required ImmutableArray<BlipLine> Blips { get; init; }

    /// <summary>What earlier reports of the same name said and no longer holds, as whole sentences.</summary>
    public required ImmutableArray<string> Corrections { get; init; }

    /// <summary>What has to be known beside the figures, as whole sentences.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    /// <summary>How to get the same figures again, as whole sentences.</summary>
    public required ImmutableArray<string> Method { get; init; }
}

/// <param name="To">First instant after it.</param>
/// <param name="KnownUntil">Where knowing ends: nothing is claimed after it.</param>
/// <param name="WatchedFrom">First instant of which anything is known.</param>
/// <param name="InProgress">True when it had not ended where knowing ends.</param>
public sealed record PeriodDocument(string Name, string Title, string Zone, Instant From, Instant To, Instant KnownUntil, Instant WatchedFrom, bool InProgress);

/// <summary>The first page.</summary>
public sealed record SummaryDocument
{
    /// <summary>What users use: the components that no other of the report needs. What the others do to users is in theirs.</summary>
    public required ImmutableArray<ComponentId> UsedByUsers { get; init; }

    /// <summary>Time-weighted mean over <see cref="UsedByUsers"/>; null when nothing of them is known.</summary>
    public Told? Availability { get; init; }

    /// <summary>Share of their time that was seen.</summary>
    public required decimal Coverage { get; init; }

    public required int Outages { get; init; }
    public required int OpenOutages { get; init; }

    /// <summary>False alarms that the policy leaves out of these figures; they are listed all the same.</summary>
    public int FalseAlarmsLeftOut { get; init; }

    /// <summary>Lost revenue and stake; null without a pricing.</summary>
    public Told? Loss { get; init; }

    /// <summary>Credits, claims and penalties: in no sum with the loss.</summary>
    public Told? Liabilities { get; init; }

    /// <summary>Components with a price that could not be reckoned: in no figure of loss.</summary>
    public required ImmutableArray<ComponentId> NotPriced { get; init; }

    /// <summary>Names of the worst outages, the worst first: by what they cost, then by the time they took.</summary>
    public required ImmutableArray<string> Worst { get; init; }

    public required ImmutableArray<string> Sentences { get; init; }
}

public sealed record TrendPoint(string Period, Instant From, Instant To, Told? Availability, decimal Coverage, int Outages, Told? Loss, bool InProgress);

/// <summary>A component over the period.</summary>
public sealed record ComponentSection
{
    public required ComponentId Component { get; init; }
    public ComponentKind? Kind { get; init; }
    public required bool UsedByUsers { get; init; }
    public Told? Availability { get; init; }

    /// <summary>Counted time in which users were not served.</summary>
    public required Told DowntimeS { get; init; }

    public Told? Loss { get; init; }
    public Told? Liabilities { get; init; }

    /// <summary>All that `nines report` says of it.</summary>
    public required ComponentReportDocument Figures { get; init; }

    public required ImmutableArray<StatisticLine> Statistics { get; init; }
    public required ImmutableArray<DayCell> Days { get; init; }
}

/// <param name="Text">The figure with its interval, as people are told it.</param>
public sealed record StatisticLine(string Name, string Text);

/// <summary>A day of a component, in the report's zone.</summary>
/// <param name="Date">As 2026-10-25.</param>
/// <param name="Availability">Null when nothing of it is known.</param>
/// <param name="InStateS">Likely seconds in each state that it had; what is not judged yet is in none.</param>
public sealed record DayCell(string Date, decimal LengthS, Told? Availability, decimal Coverage, ImmutableSortedDictionary<string, decimal> InStateS)
{
    public decimal Of(State state) => InStateS.GetValueOrDefault(state.Word().Replace(' ', '_'));
}

/// <summary>An outage that reached into the period.</summary>
public sealed record OutageLine
{
    public required string Id { get; init; }
    public required ComponentId Component { get; init; }

    /// <summary>open or closed.</summary>
    public required string Status { get; init; }

    public required State WorstState { get; init; }
    public required Instant BeganEarliest { get; init; }
    public required Instant BeganLikely { get; init; }
    public required Instant BeganLatest { get; init; }
    public Instant? EndedEarliest { get; init; }
    public Instant? EndedLikely { get; init; }
    public Instant? EndedLatest { get; init; }

    /// <summary>In full, also what lies outside of the period.</summary>
    public required Told LengthS { get; init; }

    /// <summary>Time lost within the period, by the policy's weights.</summary>
    public required Told LostS { get; init; }

    public required CauseKind Cause { get; init; }
    public required string Because { get; init; }
    public string? Code { get; init; }
    public required ImmutableArray<ComponentId> Roots { get; init; }

    /// <summary>false_alarm or bounds where somebody corrected by hand whether or when it was; null where nobody did.</summary>
    public CorrectionClaim? CorrectedByHand { get; init; }

    /// <summary>Why it does not count under the report's policy; null where it does.</summary>
    public string? NotCounted { get; init; }

    /// <summary>What it cost within the period; null where it has no price.</summary>
    public Told? Loss { get; init; }

    public Told? Liabilities { get; init; }
    public Instant? AcknowledgedAt { get; init; }
    public string? AcknowledgedBy { get; init; }
}

/// <summary>Losses cut in three ways; each adds up to the same. Liabilities are apart.</summary>
/// <param name="ByCause">Within an outage, by the lost time that each cause accounts for.</param>
/// <param name="Liabilities">By class: credits, claims, penalties.</param>
/// <param name="Cascade">What roots cost their dependants: part of the losses above, and no further ones.</param>
public sealed record LossSection(
    ImmutableArray<LossLine> ByComponent, ImmutableArray<LossLine> ByCause, ImmutableArray<LossLine> ByClass, ImmutableArray<LossLine> Liabilities, ImmutableArray<CascadeLine> Cascade);

public sealed record LossLine(string Name, Told Loss);

public sealed record CascadeLine(ComponentId Root, ImmutableArray<ComponentId> Through, int Outages, Told Loss);

/// <param name="To">When it was to end.</param>
/// <param name="Ended">When it really ended; after the report's position it may still be to come.</param>
/// <param name="OverranBy">Outages that followed it without a pause, with what they took: planned work that was not over in time.</param>
public sealed record MaintenanceLine(string Window, ImmutableArray<ComponentId> Components, Instant From, Instant To, Instant Ended, string? By, string? Reason, decimal NotUpS, ImmutableArray<OverrunLine> OverranBy);

public sealed record OverrunLine(string Outage, ComponentId Component, Told LengthS);

public sealed record BlipLine(ComponentId Component, string Probe, string From, State Suspected, Instant Earliest, Instant Latest, string? Because);
