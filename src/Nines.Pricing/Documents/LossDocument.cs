using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Pricing.Attribution;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using NodaTime;

namespace Nines.Pricing.Documents;

/// <summary>Three amounts in one currency, as they are handed out.</summary>
public sealed record EstimateDocument(decimal Low, decimal Likely, decimal High)
{
    public static EstimateDocument Of(Estimate estimate) => new(estimate.Low, estimate.Likely, estimate.High);
}

/// <summary>What one episode cost. Amounts are in the document's currency, not rounded.</summary>
public sealed record EpisodeLossDocument
{
    /// <summary>The outage's name; degraded for time that was lost without one.</summary>
    public required string Id { get; init; }

    public required ComponentId Component { get; init; }

    /// <summary>open or closed.</summary>
    public required string Status { get; init; }

    public required Instant From { get; init; }
    public required Instant To { get; init; }

    /// <summary>Lost time by weight, in seconds.</summary>
    public required EstimateDocument LostS { get; init; }

    /// <summary>Lost revenue and stake.</summary>
    public required EstimateDocument Loss { get; init; }

    /// <summary>Credits, claims and penalties: in no sum with the loss.</summary>
    public required EstimateDocument Liabilities { get; init; }

    public required ImmutableArray<ModelLossDocument> Models { get; init; }

    public static EpisodeLossDocument Of(EpisodeLoss loss) => new()
    {
        Id = loss.Episode.Id,
        Component = loss.Episode.Component,
        Status = loss.Episode.IsOpen ? "open" : "closed",
        From = loss.Episode.From,
        To = loss.Episode.To,
        LostS = new EstimateDocument(loss.Episode.SurelyS, loss.Episode.LikelyS, loss.Episode.PossiblyS),
        Loss = EstimateDocument.Of(loss.Total),
        Liabilities = EstimateDocument.Of(loss.Liabilities),
        Models = [.. loss.Parts.Select(ModelLossDocument.Of)],
    };
}

/// <summary>What one model says.</summary>
/// <param name="Amount">In <paramref name="Currency"/>.</param>
/// <param name="Converted">In the document's currency.</param>
/// <param name="RateDated">The day that the exchange rate is of; null where none was needed.</param>
public sealed record ModelLossDocument(
    string Model, string Kind, LossClass Class, string Currency, EstimateDocument Amount, EstimateDocument Converted, string? RateDated,
    ImmutableArray<SpreadDocument> Spread, ImmutableArray<string> Assumptions)
{
    /// <summary>What the amount is made of, in <see cref="Currency"/>; empty for models that keep nothing apart.</summary>
    public ImmutableArray<LossPartDocument> Parts { get; init; } = [];

    public static ModelLossDocument Of(PricedLoss part) => new(
        part.Loss.Model, part.Kind, part.Loss.Class, part.Loss.Currency.Code, EstimateDocument.Of(part.Loss.Amount), EstimateDocument.Of(part.Amount), part.Rate.Dated is { } day ? NodaTime.Text.LocalDatePattern.Iso.Format(day) : null,
        [.. part.Loss.Reasons.Select(reason => new SpreadDocument(reason.Source, EstimateDocument.Of(reason.Alone), reason.Because))], part.Loss.Assumptions)
    {
        Parts = [.. part.Loss.Parts.Select(one => new LossPartDocument(one.Name, EstimateDocument.Of(one.Amount)))],
    };
}

public sealed record LossPartDocument(string Name, EstimateDocument Amount);

/// <param name="Alone">The loss if this were the only thing not known.</param>
public sealed record SpreadDocument(SpreadSource Source, EstimateDocument Alone, string Because);

/// <summary>What a root cost its dependants: part of their losses, and of no sum beside them.</summary>
public sealed record CascadeDocument(ComponentId Root, ComponentId Dependant, string Outage, EstimateDocument Loss, decimal Share)
{
    public static CascadeDocument Of(CascadeShare share) => new(share.Root, share.Dependant, share.Episode, EstimateDocument.Of(share.Amount), share.Share);
}
