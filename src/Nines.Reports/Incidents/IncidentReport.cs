using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger.Documents;
using Nines.Ledger.Explanations;
using Nines.Pricing.Documents;
using Nines.Pricing.Losses;
using NodaTime;

namespace Nines.Reports.Incidents;

/// <summary>One outage from its first sign to its cost (nines.incident/1).</summary>
public sealed record IncidentReport
{
    public const string SchemaName = "nines.incident/1";

    public required string Schema { get; init; }
    public required long AsOfPosition { get; init; }
    public required PolicyDocument Policy { get; init; }
    public PricingDocument? Pricing { get; init; }
    public required OutageDocument Outage { get; init; }
    public required Told LengthS { get; init; }
    public required ImmutableArray<string> Sentences { get; init; }

    /// <summary>In order of their earliest instants.</summary>
    public required ImmutableArray<IncidentEvent> Timeline { get; init; }

    /// <summary>Rule by rule, as `nines explain outage` has it.</summary>
    public required ImmutableArray<string> Reasoning { get; init; }

    /// <summary>Null where it has no price.</summary>
    public IncidentCost? Cost { get; init; }

    /// <summary>What it came from, and what came from it.</summary>
    public required ImmutableArray<RelatedOutage> Roots { get; init; }

    public required ImmutableArray<RelatedOutage> Dependants { get; init; }
    public required ImmutableArray<NoticeLine> Notices { get; init; }
    public required ImmutableArray<BudgetShare> Budgets { get; init; }

    /// <summary>What the facts say would have made it shorter, or would have been known sooner; empty where they say nothing.</summary>
    public required ImmutableArray<string> Shorter { get; init; }

    public required ImmutableArray<string> Notes { get; init; }
    public required ImmutableArray<string> Method { get; init; }

    /// <summary>With what single vantage points saw, and how the cause was found. The report itself is made while the ledger stands still; these come out of the journal.</summary>
    public IncidentReport With(Explanation explanation) => this with
    {
        Timeline = [.. explanation.Steps.Select(IncidentEvent.Of).Concat(Timeline).OrderBy(one => one.Earliest).ThenBy(one => one.Latest).ThenBy(one => one.Position)],
        Reasoning = [.. explanation.Reasoning.Select(rule => $"{(rule.Held ? "Yes" : "No")}, {rule.Rule}: {rule.Because}")],
    };
}

/// <param name="Position">Of the fact that says so; null for what follows from timelines.</param>
public sealed record IncidentEvent(Instant Earliest, Instant Latest, string What, long? Position)
{
    /// <summary>What one vantage point saw, with the look that decided it.</summary>
    public static IncidentEvent Of(ExplanationStep step)
    {
        var look = step.Evidence.IsEmpty ? "" : step.Evidence[Math.Min(1, step.Evidence.Length - 1)] is var decisive ? $"; {decisive.Outcome}: {decisive.Detail}" : "";
        return new IncidentEvent(step.Earliest, step.Latest, $"{step.Probe} from {step.From}: {step.Before.Word()} → {step.After.Word()}{look}", step.Position);
    }
}

/// <param name="Loss">Lost revenue and stake.</param>
/// <param name="Liabilities">In no sum with it.</param>
public sealed record IncidentCost(Told Loss, Told Liabilities, EpisodeLossDocument Detail, ImmutableArray<ModelWorking> Workings);

public sealed record ModelWorking(string Model, ImmutableArray<WorkingStep> Steps);

/// <param name="Loss">What this outage accounts for of a dependant's loss; null for roots, and without a price.</param>
public sealed record RelatedOutage(ComponentId Component, string Outage, Instant BeganLikely, Instant? EndedLikely, Told LengthS, Told? Loss);

/// <param name="AfterS">From the likely beginning, or for an end from the likely end.</param>
public sealed record NoticeLine(string Phase, string Channel, Instant At, decimal AfterS, string? Failed);

/// <param name="Share">Likely share of the objective's budget that this outage took.</param>
public sealed record BudgetShare(string Objective, decimal Target, string Window, Told SpentS, decimal Share, string ShareText);
