using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Ledger.Documents;
using Nines.Ledger.Policies;
using Nines.Pricing.Attribution;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using NodaTime;

namespace Nines.Pricing.Documents;

/// <summary>Losses over a window under a policy (nines.price/1).</summary>
public sealed record PriceDocument
{
    public const string SchemaName = "nines.price/1";

    public required string Schema { get; init; }
    public required long AsOfPosition { get; init; }
    public required Instant From { get; init; }
    public required Instant To { get; init; }
    public required PolicyDocument Policy { get; init; }

    /// <summary>SHA-256 of the pricing and of the files that it names: same position, policy and digest, same figures.</summary>
    public required string Plan { get; init; }

    public required string Currency { get; init; }

    /// <summary>Lost revenue and stake of all components: each stream belongs to one, so nothing is in it twice.</summary>
    public required EstimateDocument Loss { get; init; }

    public required EstimateDocument Liabilities { get; init; }
    public required ImmutableArray<ComponentLossDocument> Components { get; init; }
    public required ImmutableArray<CascadeDocument> Cascade { get; init; }
    /// <summary>Components with a price that could not be reckoned: they are in no figure.</summary>
    public required ImmutableArray<NotPriced> NotPriced { get; init; }

    public required ImmutableArray<string> Notes { get; init; }

    public static PriceDocument Of(PricedWindow priced) => new()
    {
        Schema = SchemaName,
        AsOfPosition = priced.AsOf.Value,
        From = priced.From,
        To = priced.To,
        Policy = PolicyDocument.Of(priced.Policy),
        Plan = priced.Plan.Digest,
        Currency = priced.Plan.Sources.Currency.Code,
        Loss = EstimateDocument.Of(priced.Total),
        Liabilities = EstimateDocument.Of(priced.Liabilities),
        Components = [.. priced.Components.Select(ComponentLossDocument.Of)],
        Cascade = [.. priced.Cascade.Select(CascadeDocument.Of)],
        NotPriced = priced.NotPriced,
        Notes = priced.Notes,
    };
}

/// <param name="LostS">Lost time by weight, in seconds.</param>
public sealed record ComponentLossDocument(ComponentId Component, EstimateDocument Loss, EstimateDocument Liabilities, EstimateDocument LostS, ImmutableArray<EpisodeLossDocument> Episodes)
{
    public static ComponentLossDocument Of(ComponentLoss loss) => new(
        loss.Component, EstimateDocument.Of(loss.Total), EstimateDocument.Of(loss.Liabilities),
        EstimateDocument.Of(Estimate.Sum(loss.Episodes.Select(episode => Estimate.Spanning(episode.Episode.SurelyS, episode.Episode.LikelyS, episode.Episode.PossiblyS)))),
        [.. loss.Episodes.Select(EpisodeLossDocument.Of)]);
}
