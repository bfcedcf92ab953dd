using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Nines.Ledger.Availability;
using Nines.Pricing.Actions;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Profiles;
using Nines.Pricing.Series;
using Nines.Pricing.Tests.Series;
using Nines.Pricing.Venues;
using NodaTime;
using static Nines.Pricing.Tests.Series.Sold;

namespace Nines.Pricing.Tests.Profiles;

/// <summary>Whatever a series holds, a model prices any episode with an estimate in order, or its series is refused.</summary>
public sealed class AnySeriesTests
{
    private static readonly string[] Zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo"];
    private static readonly int[] StepMinutes = [5, 15, 30, 60, 60, 60, 1440];

    [Fact]
    public void Any_series_and_any_episode_give_an_estimate_or_a_refusal()
    {
        var (priced, refused) = (0, 0);
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new System.Random(seed);
            var zone = DateTimeZoneProviders.Tzdb[Zones[random.Next(Zones.Length)]];
            var csv = Csv(random, zone, out var from, out var to);
            var outages = Enumerable.Range(0, random.Next(4)).Select(_ => At(random, from, to)).Order().Chunk(2).Where(pair => pair.Length == 2 && pair[0] < pair[1]).Select(pair => new NodaTime.Interval(pair[0], pair[1])).ToImmutableArray();
            var options = new SeriesOptions { Name = "s", File = "s.csv", Unit = "USD", Zone = zone.Id, Missing = (MissingRows)random.Next(2), Holidays = [.. Enumerable.Range(0, random.Next(4)).Select(_ => $"{At(random, from, to).InZone(zone).Date:uuuu-MM-dd}")] };
            var sources = Sources(new Dictionary<string, string> { ["s.csv"] = csv }, [options, options with { Name = "n", Unit = "count" }], outages);
            var (shorts, holiday, slot) = ((ShortSeries)random.Next(2), (HolidayRule)random.Next(3), Duration.FromMinutes(random.Next(2) == 0 ? 60 : 15));
            ILossOptions[] models =
            [
                new ProfileLossOptions { Series = "s", Short = shorts, Holiday = holiday, Slot = slot, Level = random.Next(50, 100) },
                new VenueLossOptions { Series = "s", TakeRate = 0.01m, Market = "s", Short = shorts, Holiday = holiday, Slot = slot, Deferred = random.Next(3) switch { 0 => null, 1 => new() { Measured = true }, _ => new() { Share = 0.2m, Most = 0.6m } } },
                new ActionLossOptions { Value = new Amount(2, Currency.Usd), Series = "n", TakeBack = 0.1m, TakeBackHigh = 0.7m, Short = shorts, Holiday = holiday, Slot = slot },
            ];
            foreach (var model in models)
            {
                try
                {
                    var opened = model.Open(new ModelSetup(Shop, "m"), sources);
                    for (var episode = 0; episode < 8; episode++)
                    {
                        var loss = opened.Price(Episode(random, from, to), new Working());
                        Assert.True(loss.Amount.Low >= 0, $"seed {seed}: {loss.Amount}");
                        Assert.All(loss.Reasons, reason => Assert.Equal(loss.Amount.Likely, reason.Alone.Likely, 12));
                        priced++;
                    }
                }
                catch (PricingException because)
                {
                    Assert.True(because.Code == "NIN4265", $"seed {seed}: {because.Message}");
                    refused++;
                }
            }
        }
        Assert.True(priced > 500 && refused > 5, $"{priced} priced, {refused} refused");
    }

    private static string Csv(System.Random random, DateTimeZone zone, out Instant from, out Instant to)
    {
        var minutes = StepMinutes[random.Next(StepMinutes.Length)];
        var days = random.Next(3) == 0 ? random.Next(4, 15) : random.Next(15, minutes < 60 ? 40 : 120);
        from = zone.AtStartOfDay(new LocalDate(2026, 1, 1).PlusDays(random.Next(300))).ToInstant();
        to = zone.AtStartOfDay(from.InZone(zone).Date.PlusDays(days)).ToInstant();
        var (kind, gaps) = (random.Next(5), random.Next(3) == 0 ? random.NextDouble() * 0.4 : 0);
        var csv = new StringBuilder("time,value\n");
        for (var at = from; at < to; at = minutes == 1440 ? zone.AtStartOfDay(at.InZone(zone).Date.PlusDays(1)).ToInstant() : at + Duration.FromMinutes(minutes))
        {
            if (random.NextDouble() < gaps) continue;
            var value = kind switch
            {
                0 => 0m,
                1 => 7m,
                2 => random.Next(50) == 0 ? 1_000_000m : 0m,
                3 => at.InZone(zone).Hour is >= 9 and < 16 && at.InZone(zone).DayOfWeek < IsoDayOfWeek.Saturday ? random.Next(1, 1000) : 0m,
                _ => Usual(at.InZone(zone)) * (decimal)random.NextDouble() * 1_000_000_000m,
            };
            csv.Append(CultureInfo.InvariantCulture, $"{at},{value:0.######}\n");
        }
        return csv.ToString();
    }

    private static Instant At(System.Random random, Instant from, Instant to) => from + Duration.FromSeconds(random.NextInt64((long)(to - from).TotalSeconds));

    /// <summary>Of one to three spans, from a year before the series to a year after it.</summary>
    private static LostEpisode Episode(System.Random random, Instant from, Instant to)
    {
        var wide = random.Next(3) == 0 ? Duration.FromDays(365) : Duration.Zero;
        var at = At(random, from - wide, to + wide);
        var spans = ImmutableArray.CreateBuilder<LostSpan>();
        for (var span = random.Next(1, 4); span > 0; span--)
        {
            var end = at + Duration.FromMilliseconds(random.Next(1, 40_000_000));
            var weights = new[] { (decimal)random.NextDouble(), (decimal)random.NextDouble(), (decimal)random.NextDouble() }.Order().ToArray();
            spans.Add(new LostSpan(at, end, weights[0], random.Next(5) == 0 ? 0 : weights[1], weights[2]) { Outage = "shop-1" });
            at = end + Duration.FromMilliseconds(random.Next(10_000_000));
        }
        return new LostEpisode { Id = "shop-1", Component = Shop, Spans = spans.ToImmutable(), IsOpen = random.Next(4) == 0 };
    }
}
