using System.Collections.Immutable;
using NodaTime;

namespace Nines.Ledger.Objectives;

/// <summary>How soon somebody has to look.</summary>
public enum BurnSeverity
{
    /// <summary>In working hours.</summary>
    Ticket,
    /// <summary>Now.</summary>
    Page,
}

/// <summary>
/// Two windows that must both burn too fast: the long one says that much is lost, the short one that it still is. After "Alerting on SLOs"
/// in Google's Site Reliability Workbook (2018), chapter 5.
/// </summary>
/// <param name="Name">The long window as a column is headed: 1h.</param>
/// <param name="Share">The share of the budget that the long window may use up.</param>
public sealed record BurnPair(string Name, Duration Long, decimal Share, BurnSeverity Severity)
{
    public static ImmutableArray<BurnPair> All { get; } =
    [
        new("1h", Duration.FromHours(1), 0.02m, BurnSeverity.Page),
        new("6h", Duration.FromHours(6), 0.05m, BurnSeverity.Page),
        new("1d", Duration.FromDays(1), 0.10m, BurnSeverity.Ticket),
        new("3d", Duration.FromDays(3), 0.10m, BurnSeverity.Ticket),
    ];

    /// <summary>
    /// A pair whose factor is lower does not fire: in a period so short the share of the budget is less than what may be spent in the long window.
    /// Below 1, because the well-known pairs for 28 days go down to 0.9333.
    /// </summary>
    public const decimal LeastFactor = 0.9m;

    /// <summary>A twelfth of the long one.</summary>
    public Duration Short => Long / 12;

    /// <summary>The burn rate at which the pair fires: budget share × period / long window. 1 is the rate that uses the budget up just at the period's end.</summary>
    /// <param name="period">The time that counts in the objective's window.</param>
    public decimal Factor(Duration period) => Share * period.BclCompatibleTicks / Long.BclCompatibleTicks;
}
