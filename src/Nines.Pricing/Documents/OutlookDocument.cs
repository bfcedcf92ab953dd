using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Ledger.Documents;
using Nines.Ledger.Policies;
using Nines.Ledger.Text;
using Nines.Pricing.Outlook;
using NodaTime;

namespace Nines.Pricing.Documents;

/// <summary>What the time ahead is likely to cost (nines.price_outlook/1). Amounts are over the time ahead.</summary>
/// <param name="Loss">One in twenty is below low, one in two below likely, one in twenty above high; outages of one root are one event.</param>
/// <param name="Totals">The same with each thing that may make outages one event: independent, shared_roots, overlapping.</param>
public sealed record OutlookDocument(
    string Schema, long AsOfPosition, PolicyDocument Policy, string Plan, string Currency, Instant From, Instant To, decimal AheadS, decimal Level, int Draws,
    decimal Expected, EstimateDocument Loss, ImmutableArray<TotalOutlookDocument> Totals, ImmutableArray<ComponentOutlookDocument> Components, ImmutableArray<WithoutOutlook> Without)
{
    public const string SchemaName = "nines.price_outlook/1";

    public static OutlookDocument Of(LossOutlook outlook, long position, Policy policy, string plan, string currency) => new(
        SchemaName, position, PolicyDocument.Of(policy), plan, currency, outlook.From, outlook.To, DocumentJson.Seconds(outlook.Ahead), (decimal)outlook.Level, LossSimulation.Draws,
        outlook.Expected, EstimateDocument.Of(outlook.Loss), [.. outlook.Totals.Select(TotalOutlookDocument.Of)], [.. outlook.Components.Select(ComponentOutlookDocument.Of)], outlook.Without);
}

/// <param name="TakenAs">independent, shared_roots or overlapping.</param>
/// <param name="Events">Events of the past that took more than one component with them.</param>
/// <param name="Outages">Components' outages that were part of one.</param>
/// <param name="Share">Of what is expected, 0 to 1: that of such events.</param>
public sealed record TotalOutlookDocument(string TakenAs, int Events, int Outages, decimal Share, EstimateDocument Expected, EstimateDocument Loss)
{
    public static TotalOutlookDocument Of(TotalOutlook total) => new(
        total.By switch { Togetherness.Independent => "independent", Togetherness.SharedRoots => "shared_roots", Togetherness.Overlapping => "overlapping" },
        total.Events, total.Outages, Math.Round(total.Share, 4), EstimateDocument.Of(total.Expected), EstimateDocument.Of(total.Loss));
}

/// <summary>Whether outages came at one rate (Laplace's test).</summary>
/// <param name="Earlier">Outages in the earlier half of the known time.</param>
/// <param name="Later">Those in the later half.</param>
/// <param name="Halfway">Where the later half begins.</param>
/// <param name="P">The chance that one rate leaves them at least as uneven; two-sided.</param>
public sealed record TrendDocument(int Earlier, int Later, Instant Halfway, decimal P)
{
    public static TrendDocument Of(RateTrend trend) => new(trend.Earlier, trend.Later, trend.Halfway, (decimal)Math.Round(trend.P, 6));
}

/// <summary>A component's outlook. <c>loss</c> has the 5 %, 50 % and 95 % quantiles of the time ahead; <c>expected</c> its mean with the interval at the level.</summary>
public sealed record ComponentOutlookDocument
{
    public required ComponentId Component { get; init; }
    public required decimal KnownS { get; init; }
    public required int Outages { get; init; }
    public required int CostlyOutages { get; init; }
    public required EstimateDocument Past { get; init; }
    public required EstimateDocument OutagesAhead { get; init; }
    public required EstimateDocument Expected { get; init; }
    public required EstimateDocument Loss { get; init; }
    public required decimal ParameterShare { get; init; }
    public required EstimateDocument NoOutageChance { get; init; }

    /// <summary>log_normal or resampled.</summary>
    public required string Costs { get; init; }

    public required decimal Availability { get; init; }
    public decimal? LongRunAvailabilityLow { get; init; }
    public decimal? LongRunAvailabilityHigh { get; init; }
    public required EstimateDocument OneMoreNine { get; init; }
    public required EstimateDocument HalfTheOutages { get; init; }
    public required EstimateDocument HalfTheLength { get; init; }

    /// <summary>In no figure above.</summary>
    public required EstimateDocument Liabilities { get; init; }

    /// <summary>Null with fewer than four outages.</summary>
    public TrendDocument? Trend { get; init; }

    public required ImmutableArray<string> Notes { get; init; }

    public static ComponentOutlookDocument Of(ComponentOutlook outlook) => new()
    {
        Component = outlook.Component,
        KnownS = DocumentJson.Seconds(outlook.Known),
        Outages = outlook.Outages,
        CostlyOutages = outlook.CostlyOutages,
        Past = EstimateDocument.Of(outlook.Past),
        OutagesAhead = EstimateDocument.Of(outlook.OutagesAhead),
        Expected = EstimateDocument.Of(outlook.Expected),
        Loss = EstimateDocument.Of(outlook.Loss),
        ParameterShare = outlook.ParameterShare,
        NoOutageChance = EstimateDocument.Of(outlook.NoOutage),
        Costs = outlook.Costs,
        Availability = DocumentJson.Share(outlook.Availability),
        LongRunAvailabilityLow = outlook.LongRun is { } low ? DocumentJson.Share(low.Low) : null,
        LongRunAvailabilityHigh = outlook.LongRun is { } high ? DocumentJson.Share(high.High) : null,
        OneMoreNine = EstimateDocument.Of(outlook.OneMoreNine),
        HalfTheOutages = EstimateDocument.Of(outlook.HalfTheOutages),
        HalfTheLength = EstimateDocument.Of(outlook.HalfTheLength),
        Liabilities = EstimateDocument.Of(outlook.Liabilities),
        Trend = outlook.Trend is { } trend ? TrendDocument.Of(trend) : null,
        Notes = outlook.Said,
    };
}
