using System.Collections.Immutable;
using Nines.Pricing.Attribution;

namespace Nines.Pricing.Documents;

/// <summary>An open outage's cost, as it is handed out.</summary>
public sealed record OpenLossDocument(EpisodeLossDocument SoFar, EstimateDocument MinuteMore, EstimateDocument HourMore)
{
    public static OpenLossDocument Of(OpenLoss open) => new(EpisodeLossDocument.Of(open.Loss), EstimateDocument.Of(open.Minute), EstimateDocument.Of(open.Hour));
}

/// <summary>Losses of one window under several policies, side by side (nines.price_comparison/1).</summary>
public sealed record PriceComparisonDocument(string Schema, ImmutableArray<PriceDocument> ByPolicy)
{
    public const string SchemaName = "nines.price_comparison/1";
}
