using System.Collections.Immutable;
using System.Diagnostics;
using Nines.Bench.Sections;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using Nines.Pricing.Profiles;
using Nines.Pricing.Series;
using Nines.Pricing.Venues;
using Nines.Pricing.Windows;
using NodaTime;

namespace Nines.Bench.Pricing;

/// <summary>Learning from a year of hours, pricing against it, the search for a window, and how good the forecasts are beside simpler ones.</summary>
internal sealed class ProfileSection : BenchSection
{
    private const int Outages = 10_000;
    /// <summary>New York's roads were closed: hours of next to nothing, which weigh more in MAPE than all others together. An outage, as far as taxis are concerned.</summary>
    private static readonly Interval Snow = new(Instant.FromUtc(2015, 1, 26, 18, 0), Instant.FromUtc(2015, 1, 28, 12, 0));

    private static readonly ComponentId Shop = new("shop");

    public override string Bench => "pricing";
    public override string Name => "profile";

    public override Task<IReadOnlyList<Figure>> MeasureAsync(BenchOptions options, int runs)
    {
        var year = new SoldYear(options.Seed);
        var (learn, price, venues, search) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        SeasonalProfile? profile = null;
        for (var run = 0; run <= runs; run++)
        {
            var clock = Stopwatch.StartNew();
            var sources = SourcesOf(year);
            var model = new ProfileLossOptions { Series = "sales" }.Open(new ModelSetup(Shop, "shop-profile"), sources);
            var opened = clock.Elapsed.TotalMilliseconds;
            profile = ((IProfiled)model).Profile!;
            var episodes = Episodes(profile.Series, options.Seed);
            var venue = new VenueLossOptions { Series = "sales", TakeRate = 0.001m, Market = "sales", Deferred = new DeferredOptions { Measured = true } }.Open(new ModelSetup(Shop, "shop-venue"), sources);
            clock.Restart();
            var kept = Estimate.Sum(episodes.Select(episode => venue.Price(episode).Amount));
            var compared = clock.Elapsed.TotalMilliseconds;
            if (kept.High <= kept.Low) throw new InvalidOperationException($"{Outages} outages of the venue cost {kept}.");
            clock.Restart();
            var total = Estimate.Sum(episodes.Select(episode => model.Price(episode).Amount));
            var priced = clock.Elapsed.TotalMilliseconds;
            if (total.Low <= 0 || total.High <= total.Likely) throw new InvalidOperationException($"{Outages} outages cost {total}.");
            var plan = PricingPlan.Open(new PricingOptions { Series = [year.Series], Losses = [new LossOptions { Component = Shop, Profile = new ProfileLossOptions { Series = "sales" } }] }, new LedgerProjection(), _ => year.Csv);
            clock.Restart();
            var found = WindowSearch.Of(new LedgerProjection(), plan, new WindowRequest { Now = profile.Series.To, Length = Duration.FromHours(2), Horizon = Duration.FromDays(14), Every = Duration.FromMinutes(15), Zone = profile.Grid.Zone });
            var searched = clock.Elapsed.TotalMilliseconds;
            if (found.Cheapest[0].Loss.Likely >= found.Dearest.Loss.Likely) throw new InvalidOperationException("No window is cheaper than another.");
            if (run == 0) continue;
            learn.Add(opened);
            price.Add(priced);
            venues.Add(compared);
            search.Add(searched);
        }
        return Task.FromResult<IReadOnlyList<Figure>>(
        [
            new Figure("profile_10000_outages_ms", Median.Of(price), "ms", "lower", 1_000) { Note = $"{Outages:N0} outages of a minute to 12 hours against a year of hours, with low and high and what was assumed" },
            new Figure("venue_10000_outages_ms", Median.Of(venues), "ms", "lower", 1_000) { Note = "the same by a venue's model: what was traded all the same and later, and the market beside it, hour by hour" },
            new Figure("profile_learn_ms", Median.Of(learn), "ms", "lower") { Note = "reading a year of hours, learning, back-test of 16 weeks" },
            new Figure("profile_window_ms", Median.Of(search), "ms", "lower", 200) { Note = "two hours in the next 14 days, every 15 minutes" },
            .. Errors("generated", profile!.Test!, mapeCounts: true),
            .. Real(options),
        ]);
    }

    private static PlanSources SourcesOf(SoldYear year)
    {
        var files = new PlanFiles(_ => year.Csv);
        return new PlanSources { Currency = Currency.Usd, Rates = new RateTable(Currency.Usd, [], "none"), Files = files, Series = new SeriesShelf([year.Series], files), OutagesOf = _ => year.Down };
    }

    private static LostEpisode[] Episodes(ValueSeries series, int seed)
    {
        var random = new Random(seed);
        var seconds = (int)(series.To - series.From).TotalSeconds - 12 * 3600;
        return [.. Enumerable.Range(0, Outages).Select(_ => series.From + Duration.FromSeconds(random.Next(seconds))).Select((at, index) => LostEpisode.Whole(Shop, at, at + Duration.FromSeconds(random.Next(60, 12 * 3600)), $"shop-{index}"))];
    }

    /// <summary>What public series of real demand say, where they are at hand: half-hourly taxi trips with their holidays, and how often companies were named, every five minutes.</summary>
    private static IEnumerable<Figure> Real(BenchOptions options)
    {
        var folder = Path.Combine(Environment.GetEnvironmentVariable("NINES_SHARED_DATA") ?? Path.Combine(options.Root, "..", "shared", "data"), "nab", "data");
        if (!Directory.Exists(folder))
            return [new Figure("taxi_wape_percent", null, "%", "lower") { Note = "left out: the numenta anomaly benchmark's data is not at hand (NINES_SHARED_DATA names its folder)" }];
        BackTest Taxi(params ImmutableArray<Interval> down) => Test(Path.Combine(folder, "realKnownCause", "nyc_taxi.csv"), "America/New_York", down, "2014-07-04", "2014-09-01", "2014-10-13", "2014-11-11", "2014-11-27", "2014-11-28", "2014-12-24", "2014-12-25", "2014-12-26", "2015-01-01", "2015-01-19");
        var mentions = Directory.GetFiles(Path.Combine(folder, "realTweets"), "*.csv").Order(StringComparer.Ordinal).Select(file => Test(file, "UTC", [])).ToList();
        return
        [
            .. Errors("taxi", Taxi(), mapeCounts: false),
            .. Errors("taxi_but_snow", Taxi(Snow), mapeCounts: true),
            new Figure("mentions_wape_percent", Median.Of(mentions.Select(test => test.Profile.Wape!.Value * 100)), "%", "lower", Median.Of(mentions.Select(test => Math.Min(test.Flat.Wape!.Value, test.LastWeek.Wape!.Value) * 100)))
            {
                Peer = new Peer("same time last week", "seasonal-naive", Median.Of(mentions.Select(test => test.LastWeek.Wape!.Value * 100))),
                Note = FormattableString.Invariant($"median of {mentions.Count} series; flat rate {Median.Of(mentions.Select(test => test.Flat.Wape!.Value * 100)):0.0} %; better than both in {mentions.Count(test => test.IsBetter)}"),
            },
        ];
    }

    private static BackTest Test(string file, string zone, ImmutableArray<Interval> down, params string[] holidays)
    {
        var series = new SeriesShelf([new SeriesOptions { Name = "real", File = file, Unit = "USD", Zone = zone, Holidays = [.. holidays] }], new PlanFiles(File.ReadAllBytes)).Open("real");
        return SeasonalProfile.Learn(series, new ProfileLossOptions { Series = "real" }, down).Test!;
    }

    private static IEnumerable<Figure> Errors(string name, BackTest test, bool mapeCounts)
    {
        yield return One("mape", error => error.Mape!.Value * 100, mapeCounts);
        yield return One("wape", error => error.Wape!.Value * 100, true);

        Figure One(string kind, Func<ForecastError, double> of, bool counts) => new($"{name}_{kind}_percent", of(test.Profile), "%", "lower", counts ? Math.Min(of(test.Flat), of(test.LastWeek)) : null)
        {
            Peer = new Peer("same time last week", "seasonal-naive", of(test.LastWeek)),
            Note = FormattableString.Invariant($"{test.Slots:N0} hours of {test.Weeks} held-out weeks; flat rate {of(test.Flat):0.0} %"),
        };
    }
}
