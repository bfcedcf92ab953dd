using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using NodaTime;

namespace Nines.Ledger.Documents;

/// <summary>Reports of one window and position under several policies, side by side (nines.comparison/1).</summary>
public sealed record ComparisonDocument(string Schema, long AsOfPosition, Instant From, Instant To, ImmutableArray<PolicyDocument> Policies, ImmutableArray<ComparedComponent> Components)
{
    public const string SchemaName = "nines.comparison/1";

    /// <param name="reports">One or more, of the same ledger, window and position.</param>
    public static ComparisonDocument Of(ImmutableArray<Report> reports) => new(
        SchemaName,
        reports[0].AsOf.Value,
        reports[0].From,
        reports[0].To,
        [.. reports.Select(report => PolicyDocument.Of(report.Policy))],
        [.. reports[0].Components.Select((component, index) => new ComparedComponent(
            component.Component, reports.ToImmutableDictionary(report => report.Policy.Name, report => Figures.Of(report.Policy, report.Components[index])).ToImmutableSortedDictionary(StringComparer.Ordinal)))]);
}

/// <param name="By">What each policy makes of it, by its name.</param>
public sealed record ComparedComponent(ComponentId Component, ImmutableSortedDictionary<string, Figures> By);

/// <summary>What one policy makes of a component. Shares are cut off after twelve decimals; times are in seconds.</summary>
/// <param name="Availability">As the policy prints it; null when nothing is known.</param>
public sealed record Figures(string? Availability, decimal? Low, decimal? Likely, decimal? High, decimal Coverage, decimal CountedS)
{
    public static Figures Of(Policy policy, ComponentReport report)
    {
        var row = ComponentReportDocument.Of(report);
        return new Figures(
            report.Availability is { } share ? policy.Print(share.Likely) : null, row.AvailabilityLow, row.AvailabilityLikely, row.AvailabilityHigh, row.Coverage, row.CountedS);
    }
}
