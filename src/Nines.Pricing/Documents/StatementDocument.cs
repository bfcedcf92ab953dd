using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Ledger.Availability;
using Nines.Ledger.Documents;
using Nines.Ledger.Text;
using Nines.Pricing.Contracts;
using Nines.Pricing.Losses;
using NodaTime;
using NodaTime.Text;

namespace Nines.Pricing.Documents;

/// <summary>A customer's statement, as it is handed out (in nines.sla/1). Shares are cut off after twelve decimals, amounts are not rounded, times are in seconds.</summary>
public sealed record StatementDocument
{
    public required string Contract { get; init; }
    public required string Customer { get; init; }

    /// <summary>2026-10 or 2026-Q4.</summary>
    public required string Period { get; init; }

    public required Instant From { get; init; }
    public required Instant To { get; init; }
    public required Instant KnownUntil { get; init; }

    /// <summary>provisional while the period goes on or its end is not judged; else final.</summary>
    public required string Status { get; init; }

    public required PolicyDocument Policy { get; init; }
    public required ImmutableArray<TierDocument> Tiers { get; init; }
    public decimal? Factor { get; init; }
    public required decimal CapShare { get; init; }
    public decimal? AvailabilityLow { get; init; }
    public decimal? AvailabilityLikely { get; init; }
    public decimal? AvailabilityHigh { get; init; }
    public required decimal Coverage { get; init; }
    public required string Currency { get; init; }
    public required decimal Fee { get; init; }

    /// <summary>Null where nothing is known of the availability: neither due nor not due.</summary>
    public EstimateDocument? Credit { get; init; }

    public required string ClaimUntil { get; init; }
    public required ImmutableArray<string> Notes { get; init; }
    public required ImmutableArray<ComponentStatementDocument> Components { get; init; }
    public required ImmutableArray<StatementLineDocument> Lines { get; init; }
    public required ImmutableArray<WorkingStep> Working { get; init; }

    public static StatementDocument Of(ContractStatement statement) => new()
    {
        Contract = statement.Contract.Name,
        Customer = statement.Customer,
        Period = statement.Period.Name,
        From = statement.From,
        To = statement.To,
        KnownUntil = statement.KnownUntil,
        Status = statement.IsProvisional ? "provisional" : "final",
        Policy = PolicyDocument.Of(statement.Policy),
        Tiers = [.. statement.Contract.Tiers.Select(tier => new TierDocument(tier.Below.Share, tier.Credit.Share))],
        Factor = statement.Contract.Factor,
        CapShare = statement.Contract.Cap.Share,
        AvailabilityLow = DocumentJson.Share(statement.Availability?.Low),
        AvailabilityLikely = DocumentJson.Share(statement.Availability?.Likely),
        AvailabilityHigh = DocumentJson.Share(statement.Availability?.High),
        Coverage = DocumentJson.Share(statement.Coverage),
        Currency = statement.Currency.Code,
        Fee = statement.Fee,
        Credit = statement.Availability is null ? null : EstimateDocument.Of(statement.Credit),
        ClaimUntil = LocalDatePattern.Iso.Format(statement.ClaimUntil),
        Notes = statement.Said,
        Components = [.. statement.Components.Select(ComponentStatementDocument.Of)],
        Lines = [.. statement.Lines.Select(StatementLineDocument.Of)],
        Working = statement.Working,
    };
}

/// <param name="Below">A lower availability earns the credit.</param>
/// <param name="Credit">Of the period's fee.</param>
public sealed record TierDocument(decimal Below, decimal Credit);

/// <param name="Credit">Null where nothing is known of the availability.</param>
/// <param name="LeftS">How much more may likely be lost before the next tier is missed.</param>
public sealed record ComponentStatementDocument(
    ComponentId Component, decimal? AvailabilityLow, decimal? AvailabilityLikely, decimal? AvailabilityHigh, decimal Coverage, decimal CountedS, EstimateDocument LostS, EstimateDocument? Credit, decimal? LeftS)
{
    public static ComponentStatementDocument Of(ComponentStatement component) => new(
        component.Component, DocumentJson.Share(component.Availability?.Low), DocumentJson.Share(component.Availability?.Likely), DocumentJson.Share(component.Availability?.High),
        component.Coverage, component.BaseS, EstimateDocument.Of(component.LostS), component.Availability is null ? null : EstimateDocument.Of(component.Credit), component.LeftS);
}

/// <param name="NotCounted">Why it is in no figure; null when it is.</param>
public sealed record StatementLineDocument(ComponentId Component, string Outage, Instant From, Instant To, bool Open, EstimateDocument LostS, string? NotCounted, string? Cause)
{
    public static StatementLineDocument Of(StatementLine line) => new(line.Component, line.Outage, line.From, line.To, line.IsOpen, EstimateDocument.Of(line.LostS), line.NotCounted, line.Cause);
}

/// <summary>Statements of one or more contracts (nines.sla/1).</summary>
public sealed record SlaDocument(string Schema, long AsOfPosition, string Plan, ImmutableArray<StatementDocument> Statements)
{
    public const string SchemaName = "nines.sla/1";
}
