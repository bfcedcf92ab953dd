using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Ledger.Policies;
using Nines.Pricing.Plan;
using Nines.Reports.Periods;

namespace Nines.Reports.Monthly;

/// <summary>What a report is asked to be of.</summary>
public sealed record MonthlyRequest(ReportPeriod Period, Policy Policy)
{
    /// <summary>Null: nothing says what things cost.</summary>
    public PricingPlan? Plan { get; init; }

    /// <summary>Null for every component on record.</summary>
    public ImmutableHashSet<ComponentId>? Only { get; init; }

    /// <summary>How <see cref="Only"/> was chosen, in words.</summary>
    public string? Selection { get; init; }

    /// <summary>What earlier reports said and no longer holds, as whole sentences.</summary>
    public ImmutableArray<string> Corrections { get; init; } = [];

    /// <summary>How many periods the trend has at most, the report's own included.</summary>
    /// <value>1 to 60.</value>
    public int TrendLength { get; init; } = 12;

    /// <summary>Told how much is done, 0 to 1.</summary>
    public Action<double>? Progress { get; init; }
}
