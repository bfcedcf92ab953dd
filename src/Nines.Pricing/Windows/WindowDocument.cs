using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Pricing.Documents;
using NodaTime;

namespace Nines.Pricing.Windows;

/// <summary>What <c>nines price window -o json</c> prints. Amounts are in <see cref="Currency"/>, not rounded.</summary>
public sealed record WindowDocument
{
    public const string SchemaName = "nines.price_window/1";

    public required string Schema { get; init; }

    /// <summary>Digest of the pricing.</summary>
    public required string Plan { get; init; }

    public required string Currency { get; init; }

    /// <summary>Null: everything that has a price.</summary>
    public required ComponentId? Component { get; init; }

    public required ImmutableArray<ComponentId> Priced { get; init; }
    public required ImmutableArray<ComponentId> Unpriced { get; init; }
    public required Duration LengthS { get; init; }
    public required string Zone { get; init; }

    /// <summary>The cheapest first; none overlaps another.</summary>
    public required ImmutableArray<WindowCostDocument> Best { get; init; }

    public required WindowCostDocument Now { get; init; }
    public required WindowCostDocument Worst { get; init; }

    /// <summary>Every start that was tried.</summary>
    public required ImmutableArray<WindowCostDocument> Starts { get; init; }

    public required ImmutableArray<string> Assumptions { get; init; }

    public static WindowDocument Of(WindowSearch search, string plan) => new()
    {
        Schema = SchemaName,
        Plan = plan,
        Currency = search.Currency.Code,
        Component = search.Request.Component,
        Priced = search.Priced,
        Unpriced = search.Unpriced,
        LengthS = search.Request.Length,
        Zone = search.Request.Zone.Id,
        Best = [.. search.Cheapest.Select(WindowCostDocument.Of)],
        Now = WindowCostDocument.Of(search.Now),
        Worst = WindowCostDocument.Of(search.Dearest),
        Starts = [.. search.Starts.Select(WindowCostDocument.Of)],
        Assumptions = search.Assumptions,
    };
}

/// <param name="Loss">Lost revenue and stake.</param>
public sealed record WindowCostDocument(Instant From, Instant To, EstimateDocument Loss)
{
    public static WindowCostDocument Of(WindowCost cost) => new(cost.From, cost.To, EstimateDocument.Of(cost.Loss));
}
