using Nines.Pricing.Actions;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using Nines.Pricing.Rates;
using Nines.Pricing.Series;
using Nines.Pricing.Tests.Series;
using NodaTime;
using static Nines.Pricing.Tests.Series.Sold;

namespace Nines.Pricing.Tests.Actions;

public sealed class ActionTests
{
    private static readonly SeriesOptions Swaps = new() { Name = "swaps", File = "swaps.csv", Unit = "count" };
    private static readonly Instant From = At(Monday.PlusDays(44), 10);

    private static LossModel Open(ActionLossOptions options, SeriesOptions? series = null) => options.Open(new ModelSetup(Shop, "swap"), Sources(
        new Dictionary<string, string> { ["swaps.csv"] = "time,value\n" + string.Concat(Enumerable.Range(0, 42 * 24).Select(hour => FormattableString.Invariant($"{At(Monday, 0) + Duration.FromHours(hour)},{Usual((At(Monday, 0) + Duration.FromHours(hour)).InUtc())}\n"))) },
        [series ?? Swaps]));

    private static ActionLossOptions Options => new() { Value = new Amount(1.20m, Currency.Usd), Series = "swaps" };

    [Fact]
    public void A_failed_action_costs_its_value()
    {
        var loss = Open(Options).Price(Lost(From, From + Duration.FromMinutes(90)));
        Assert.Equal(300 * 1.20m, loss.Amount.Likely, 6);
        Assert.Equal(Currency.Usd, loss.Currency);
    }

    [Fact]
    public void Some_fail_and_some_users_come_back()
    {
        var loss = Open(Options with { FailedShare = 0.5m, TakeBack = 0.3m, TakeBackLow = 0.2m, TakeBackHigh = 0.6m }).Price(Lost(From, From + Duration.FromHours(1)));
        Assert.Equal(200 * 1.20m * 0.5m * 0.7m, loss.Amount.Likely, 6);
        Assert.Equal(200 * 1.20m * 0.5m * 0.4m, loss.Amount.Low, 6);
        Assert.Equal(200 * 1.20m * 0.5m * 0.8m, loss.Amount.High, 6);
        Assert.Equal(SpreadSource.Model, Assert.Single(loss.Reasons).Source);
    }

    [Fact]
    public void Actions_can_come_at_a_rate_and_that_is_said()
    {
        var loss = Open(Options with { Series = null, Rate = 1200, Per = Duration.FromDays(1) }).Price(Lost(From, From + Duration.FromHours(3)));
        Assert.Equal(150 * 1.20m, loss.Amount.Likely);
        Assert.Contains("1200 per 1d at any time", Assert.Single(loss.Assumptions));
    }

    [Fact]
    public void Money_cannot_be_counted_as_actions() =>
        Assert.Equal("NIN4266", Assert.Throws<PricingException>(() => Open(Options, Swaps with { Unit = "USD" })).Code);

    [Fact]
    public void Mistakes_are_all_found()
    {
        Assert.Equal(["value", "", "take_back"], new ActionLossOptions { Value = new Amount(-1, Currency.Usd), TakeBack = 0.2m, TakeBackLow = 0.3m }.Mistakes().Select(mistake => mistake.Key));
        Assert.Equal(["rate"], (Options with { Rate = 1 }).Mistakes().Select(mistake => mistake.Key));
        Assert.Equal(["slot"], (Options with { Slot = Duration.FromMinutes(7) }).Mistakes().Select(mistake => mistake.Key));
    }

    /// <summary>Worked cases of flat rates: what they come to when nothing better is known.</summary>
    [Theory]
    [InlineData("29080000000 USD", 91 * 24, 7.5, 99.86)]
    [InlineData("2400000000 USD", 24, 3.25, 325)]
    public void Flat_rates_come_to_the_published_figures(string amount, int perHours, double hours, double millions)
    {
        Assert.True(Amount.TryParse(amount, out var value));
        var model = new RateLossOptions { Amount = value, Per = Duration.FromHours(perHours) }.Open(new ModelSetup(Shop, "rate"), Sources(new Dictionary<string, string>(), []));
        Assert.Equal((decimal)millions, Math.Round(model.Price(Lost(From, From + Duration.FromHours(hours))).Amount.Likely / 1_000_000, 2));
    }

    [Fact]
    public void A_venues_volume_of_a_flat_day_times_its_take_rate()
    {
        // $2.4B a day, 3 h 15 min: $325M of volume; at 10 basis points $325,000.
        var sources = Sources(
            new Dictionary<string, string> { ["volume.csv"] = "time,value\n" + string.Concat(Enumerable.Range(0, 28 * 24).Select(hour => $"{At(Monday, 0) + Duration.FromHours(hour)},100000000\n")) },
            [new SeriesOptions { Name = "volume", File = "volume.csv", Unit = "USD" }]);
        var model = new Nines.Pricing.Venues.VenueLossOptions { Series = "volume", TakeRate = 0.001m }.Open(new ModelSetup(Shop, "venue"), sources);
        Assert.Equal(325_000m, Math.Round(model.Price(Lost(From, From + Duration.FromMinutes(195))).Amount.Likely, 6));
    }
}
