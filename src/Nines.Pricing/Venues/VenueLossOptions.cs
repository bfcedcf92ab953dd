using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Pricing.Losses;
using Nines.Pricing.Plan;
using Nines.Pricing.Profiles;
using NodaTime;

namespace Nines.Pricing.Venues;

/// <summary>A venue earns a share of what is traded on it.</summary>
public sealed record VenueLossOptions : ProfileOptions, ILossOptions
{
    [Description("The series of the venue's volume, in a currency.")]
    public required string Series { get; init; }

    [Description("What the venue earns of the volume, as a share: 0.0015 is 15 basis points.")]
    [Range(0.0, 1.0)]
    public required decimal TakeRate { get; init; }

    [Description("How much of what was not traded was traded later. Default: nothing.")]
    public DeferredOptions? Deferred { get; init; }

    [Description("A series of the whole market's volume, this venue's in it: tells what the market lost from what went to other venues.")]
    public string? Market { get; init; }

    public IEnumerable<PlanMistake> Mistakes() => [.. SlotMistakes(), .. (Deferred?.Mistakes() ?? []).Select(mistake => new PlanMistake("deferred", mistake))];

    IEnumerable<(string Key, string Series)> ILossOptions.NamedSeries => Market is null ? [("series", Series)] : [("series", Series), ("market", Market)];

    public LossModel Open(ModelSetup setup, PlanSources sources)
    {
        var series = sources.Series.Open(Series);
        var currency = series.Currency ?? throw new PricingException("NIN4266", $"{setup.Name}: series {Series} counts things, and a venue's volume is in a currency. Give the series its currency, or use action: with the value of one trade.");
        var outages = sources.OutagesOf(setup.Component);
        var market = Market is null ? null : SeasonalProfile.Learn(sources.Series.Open(Market), this, outages);
        return new VenueModel(setup, this, SeasonalProfile.Learn(series, this, outages), market, currency, outages);
    }
}

/// <summary>What share of lost demand comes back.</summary>
public sealed record DeferredOptions
{
    [Description("The share that comes back, when it is known from elsewhere.")]
    [Range(0.0, 1.0)]
    public decimal? Share { get; init; }

    [Description("The share at least. Default: share.")]
    [Range(0.0, 1.0)]
    public decimal? Least { get; init; }

    [Description("The share at most; what is reckoned with until it can be measured, too. Default: share, else 0.5.")]
    [Range(0.0, 1.0)]
    public decimal? Most { get; init; }

    [Description("True to measure it: what the series has above the expected after an outage is subtracted.")]
    public bool Measured { get; init; }

    [Description("How long after an outage. Default: until a slot is within the profile's spread again, a day at most.")]
    [DurationRange("1h", "7d")]
    public Duration? Window { get; init; }

    internal decimal Highest => Most ?? Share ?? 0.5m;
    internal decimal Lowest => Least ?? Share ?? 0;
    internal decimal Likely => Share ?? (Lowest + Highest) / 2;

    internal ImmutableArray<string> Mistakes()
    {
        var mistakes = ImmutableArray.CreateBuilder<string>();
        if (!Measured && Share is null && Most is null && Least is null) mistakes.Add("says nothing. Give share: 0.2, or measured: true.");
        if (Lowest > Likely || Likely > Highest) mistakes.Add($"has least {Lowest}, share {Likely} and most {Highest}, which are not in order.");
        if (Window is not null && !Measured) mistakes.Add("has a window, and is not measured. Add measured: true, or leave the window out.");
        return mistakes.ToImmutable();
    }
}
