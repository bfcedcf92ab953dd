using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Nines.Core.Components;
using Nines.Ledger.Availability;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using Nines.Pricing.Profiles;
using Nines.Pricing.Series;
using NodaTime;

namespace Nines.Pricing.Tests.Series;

/// <summary>Series made for tests: what was sold, by a rule.</summary>
internal static class Sold
{
    public static readonly ComponentId Shop = new("shop");
    public static readonly DateTimeZone Berlin = DateTimeZoneProviders.Tzdb["Europe/Berlin"];

    /// <summary>A Monday.</summary>
    public static readonly LocalDate Monday = new(2026, 1, 5);

    public static readonly SeriesOptions Dollars = new() { Name = "sales", File = "sales.csv", Unit = "USD" };

    public static ValueSeries Read(string csv, SeriesOptions? options = null, params LocalDate[] holidays) => Read(Encoding.UTF8.GetBytes(csv), options, holidays);

    public static ValueSeries Read(byte[] csv, SeriesOptions? options = null, params LocalDate[] holidays) =>
        SeriesFile.Read(csv, "0123456789abcdef", options ?? Dollars, [.. holidays]);

    /// <summary>Hours (or shorter steps) from a local midnight on; a null is a missing row.</summary>
    public static ValueSeries Steps(int days, Func<ZonedDateTime, decimal?> value, DateTimeZone? zone = null, LocalDate? from = null, Duration? step = null, SeriesOptions? options = null, params LocalDate[] holidays)
    {
        var at = (zone ?? DateTimeZone.Utc).AtStartOfDay(from ?? Monday).ToInstant();
        var end = (zone ?? DateTimeZone.Utc).AtStartOfDay((from ?? Monday).PlusDays(days)).ToInstant();
        var csv = new StringBuilder("time,value\n");
        for (; at < end; at += step ?? Duration.FromHours(1))
            if (value(at.InZone(zone ?? DateTimeZone.Utc)) is { } sold) csv.Append(CultureInfo.InvariantCulture, $"{at},{sold}\n");
        return Read(csv.ToString(), (options ?? Dollars) with { Zone = (zone ?? DateTimeZone.Utc).Id }, holidays);
    }

    /// <summary>A week with nights, days and a quiet weekend: 20 to 200 an hour.</summary>
    public static decimal Usual(ZonedDateTime at) =>
        (at.Hour is >= 8 and < 20 ? 200 : 40) / (at.DayOfWeek is IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday ? 2 : 1);

    public static SeasonalProfile Learn(ValueSeries series, ProfileLossOptions? options = null, params ImmutableArray<Interval> outages) =>
        SeasonalProfile.Learn(series, options ?? new ProfileLossOptions { Series = series.Name }, outages);

    /// <summary>What models are opened with, over series that were read already.</summary>
    public static PlanSources Sources(IReadOnlyDictionary<string, string> files, ImmutableArray<SeriesOptions> series, params ImmutableArray<Interval> outages) => new()
    {
        Currency = Currency.Usd,
        Rates = new RateTable(Currency.Usd, [], "none"),
        Files = new PlanFiles(name => Encoding.UTF8.GetBytes(files[name])),
        Series = new SeriesShelf(series, new PlanFiles(name => Encoding.UTF8.GetBytes(files[name]))),
        OutagesOf = _ => outages,
    };

    public static LostEpisode Lost(Instant from, Instant to, decimal surely = 1, decimal likely = 1, decimal possibly = 1) =>
        new() { Id = "shop-1", Component = Shop, Spans = [new LostSpan(from, to, surely, likely, possibly) { Outage = "shop-1" }] };

    public static Instant At(LocalDate day, int hour, int minute = 0, DateTimeZone? zone = null) => (zone ?? DateTimeZone.Utc).AtStrictly(day.At(new LocalTime(hour, minute))).ToInstant();
}
