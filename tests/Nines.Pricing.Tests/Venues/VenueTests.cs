using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Nines.Pricing.Losses;
using Nines.Pricing.Plan;
using Nines.Pricing.Profiles;
using Nines.Pricing.Series;
using Nines.Pricing.Tests.Series;
using Nines.Pricing.Venues;
using NodaTime;
using static Nines.Pricing.Tests.Series.Sold;

namespace Nines.Pricing.Tests.Venues;

public sealed class VenueTests
{
    private static readonly SeriesOptions Volume = new() { Name = "volume", File = "volume.csv", Unit = "USD" };
    private static readonly SeriesOptions Market = new() { Name = "market", File = "market.csv", Unit = "USD" };

    /// <summary>Wednesday of the eighth week, a quarter of an hour in.</summary>
    private static readonly Instant Halted = At(Monday.PlusDays(51), 10), Resumed = At(Monday.PlusDays(51), 13);

    private static string Hours(int days, Func<ZonedDateTime, decimal> value)
    {
        var csv = new StringBuilder("time,value\n");
        for (var hour = 0; hour < days * 24; hour++)
        {
            var at = At(Monday, 0) + Duration.FromHours(hour);
            csv.Append(CultureInfo.InvariantCulture, $"{at},{value(at.InUtc())}\n");
        }
        return csv.ToString();
    }

    private static LossModel Open(VenueLossOptions options, string volume, string? market = null, params ImmutableArray<Interval> outages) =>
        options.Open(new ModelSetup(Shop, "venue"), Sources(new Dictionary<string, string> { ["volume.csv"] = volume, ["market.csv"] = market ?? "" }, [Volume, Market], outages));

    private static VenueLossOptions Options => new() { Series = "volume", TakeRate = 0.001m };

    private static bool InHalt(ZonedDateTime at) => at.ToInstant() >= Halted && at.ToInstant() < Resumed;

    private static void Near(decimal expected, decimal actual, decimal within = 1e-6m) => Assert.InRange(actual, expected - within, expected + within);

    [Fact]
    public void A_listing_venue_halted_for_55_9_percent_of_a_session_lost_48_4_percent_of_its_volume_while_the_market_lost_nothing()
    {
        // 8 July 2015: 218 of 390 session minutes halted. Trading is thick at the open and the close, so the middle of the day is worth less than its length.
        var zone = DateTimeZoneProviders.Tzdb["America/New_York"];
        var day = new LocalDate(2015, 7, 8);
        var (halted, resumed) = (At(day, 11, 32, zone), At(day, 15, 10, zone));
        const decimal Thin = 484m / 109, Thick = 516m / 86; // in two minutes, of 1,000 a day
        string Sessions(decimal scale, bool halts)
        {
            var csv = new StringBuilder("time,value\n");
            for (var date = day.PlusDays(-57); date <= day; date = date.PlusDays(1))
            {
                if (date.DayOfWeek is IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday) continue;
                for (var minute = 0; minute < 390; minute += 2)
                {
                    var time = new LocalTime(9, 30).PlusMinutes(minute);
                    var thin = time >= new LocalTime(11, 32) && time < new LocalTime(15, 10);
                    csv.Append(CultureInfo.InvariantCulture, $"{date:uuuu-MM-dd} {time:HH:mm},{(halts && date == day && thin ? 0 : scale * (thin ? Thin : Thick))}\n");
                }
            }
            return csv.ToString();
        }
        var options = new VenueLossOptions { Series = "volume", TakeRate = 1, Market = "market", Slot = Duration.FromMinutes(2) };
        var model = options.Open(new ModelSetup(Shop, "venue"), Sources(
            new Dictionary<string, string> { ["volume.csv"] = Sessions(1, halts: true), ["market.csv"] = Sessions(8, halts: false) },
            [Volume with { Zone = zone.Id, Missing = MissingRows.Zero }, Market with { Zone = zone.Id, Missing = MissingRows.Zero }],
            new Interval(halted, resumed)));
        var working = new Working();
        var loss = model.Price(Lost(halted, resumed), working);

        var session = ((VenueModel)model).Profile!.Over(At(day, 9, 30, zone), At(day, 16, 0, zone)).Likely;
        Near(0.559m, (decimal)((resumed - halted) / Duration.FromMinutes(390)), 0.0005m);
        Near(0.484m, loss.Amount.Likely / session);
        // A flat rate over the session overstates by 15 %.
        Near(1.155m, 218m / 390 * session / loss.Amount.Likely, 0.001m);
        Assert.Equal("100.0 %", working.Steps.Single(step => step.Name == "went to other venues").Value);
        Assert.Equal("0.00 USD", working.Steps.Single(step => step.Name == "lost by the market").Value);
        Assert.Contains("the market traded 100.0 % of what was expected of it (within its spread)", string.Join(' ', loss.Assumptions));
    }

    [Fact]
    public void What_was_traded_all_the_same_is_not_lost()
    {
        var model = Open(Options, Hours(56, at => InHalt(at) ? Usual(at) / 4 : Usual(at)), null, new Interval(Halted, Resumed));
        var loss = model.Price(Lost(Halted, Resumed));
        Near(600 * 0.75m * 0.001m, loss.Amount.Likely);
        Assert.Contains("In the time lost 150.00 USD was traded all the same", string.Join(' ', loss.Assumptions));
    }

    [Fact]
    public void An_hour_that_traded_more_than_expected_lost_nothing_and_gains_nothing()
    {
        var model = Open(Options, Hours(56, at => at.ToInstant() == Halted ? 900 : InHalt(at) ? 0 : Usual(at)), null, new Interval(Halted, Resumed));
        Near(400 * 0.001m, model.Price(Lost(Halted, Resumed)).Amount.Likely);
    }

    [Fact]
    public void The_outage_takes_no_more_than_its_part_of_an_hour()
    {
        // Half an hour was lost and half of the hour's volume is there: nothing of what was traded before is held against the outage.
        var model = Open(Options, Hours(56, at => at.ToInstant() == Halted ? 100 : Usual(at)), null, new Interval(Halted, Halted + Duration.FromMinutes(30)));
        Near(100 * 0.001m, model.Price(Lost(Halted, Halted + Duration.FromMinutes(30))).Amount.Likely);
    }

    [Fact]
    public void Where_the_series_does_not_reach_the_expected_is_lost_and_that_is_said()
    {
        var model = Open(Options, Hours(49, Usual));
        Near(600 * 0.001m, model.Price(Lost(Halted, Resumed)).Amount.Likely);
        var end = At(Monday.PlusDays(49), 0);
        var half = model.Price(Lost(end - Duration.FromHours(1), end + Duration.FromHours(1)));
        Near(20 * 0.001m, half.Amount.Likely, 0.03m);
        Assert.Contains("has 50 % of the time lost", string.Join(' ', half.Assumptions));
    }

    [Fact]
    public void What_is_traded_later_is_measured_until_volume_is_back_in_its_spread()
    {
        // 50 more in each of the two hours after.
        var csv = Hours(56, at => InHalt(at) ? 0 : at.ToInstant() >= Resumed && at.ToInstant() < Resumed + Duration.FromHours(2) ? 250 : Usual(at));
        var model = Open(Options with { Deferred = new() { Measured = true } }, csv, null, new Interval(Halted, Resumed));
        var working = new Working();
        Near((600 - 100) * 0.001m, model.Price(Lost(Halted, Resumed), working).Amount.Likely, 0.02m);
        Assert.Contains("for 2h,", working.Steps.Single(step => step.Name == "traded later").Formula);
        var windowed = Open(Options with { Deferred = new() { Measured = true, Window = Duration.FromHours(1) } }, csv, null, new Interval(Halted, Resumed));
        Near((600 - 50) * 0.001m, windowed.Price(Lost(Halted, Resumed)).Amount.Likely, 0.01m);
    }

    [Fact]
    public void Two_windows_that_share_an_outage_lose_together_what_it_lost()
    {
        var csv = Hours(56, at => InHalt(at) ? 0 : at.ToInstant() >= Resumed && at.ToInstant() < Resumed + Duration.FromHours(2) ? 250 : Usual(at));
        var model = Open(Options with { Deferred = new() { Measured = true } }, csv, null, new Interval(Halted, Resumed));
        var (whole, border) = (Lost(Halted, Resumed), Halted + Duration.FromHours(1));
        var (first, second) = (Lost(Halted, border), Lost(border, Resumed));
        var parts = model.Price(first with { Later = second.Spans }).Amount.Likely + model.Price(second with { Earlier = first.Spans }).Amount.Likely;
        Near(model.Price(whole).Amount.Likely, parts);
        Near((600 - 100) * 0.001m, parts, 0.02m);
    }

    [Fact]
    public void No_more_comes_back_than_was_lost()
    {
        var csv = Hours(56, at => InHalt(at) ? 0 : at.ToInstant() >= Resumed && at.ToInstant() < Resumed + Duration.FromHours(4) ? 5000 : Usual(at));
        var loss = Open(Options with { Deferred = new() { Measured = true } }, csv, null, new Interval(Halted, Resumed)).Price(Lost(Halted, Resumed));
        Assert.Equal((0m, 0m), (loss.Amount.Low, loss.Amount.Likely));
        Assert.True(loss.Amount.High >= 0);
    }

    [Fact]
    public void What_cannot_be_measured_yet_is_between_nothing_and_the_given_most()
    {
        var csv = Hours(51, Usual) + FormattableString.Invariant($"{Halted},0\n");
        var model = Open(Options with { Deferred = new() { Measured = true, Most = 0.4m } }, csv, null, new Interval(Halted, Resumed));
        var loss = model.Price(Lost(Halted, Resumed));
        Near(600 * 0.8m * 0.001m, loss.Amount.Likely);
        Near(600 * 0.6m * 0.001m, loss.Amount.Low);
        Near(600 * 0.001m, loss.Amount.High);
        Assert.Contains("cannot be measured yet, for volume ends too early: 0 % to 40 % of the volume is assumed, likely 20 %", string.Join(' ', loss.Assumptions));
        Assert.Contains("the outage is open", string.Join(' ', model.Price(Lost(Halted, Resumed) with { IsOpen = true }).Assumptions));
        Assert.Contains(loss.Reasons, reason => reason.Source == SpreadSource.Model);
    }

    [Fact]
    public void Nothing_seen_after_an_outage_is_not_nothing_traded_later()
    {
        var options = Options with { Deferred = new() { Measured = true, Most = 0.4m } };
        // Before the series begins there is nothing to measure, and nothing to wait for.
        var early = At(Monday.PlusDays(-20), 10);
        var before = Open(options, Hours(56, Usual), null, new Interval(early, early + Duration.FromHours(3))).Price(Lost(early, early + Duration.FromHours(3)));
        Assert.Contains("cannot be measured, for volume begins after it: 0 % to 40 % of the volume is assumed, likely 20 %", string.Join(' ', before.Assumptions));
        Assert.Contains(before.Reasons, reason => reason.Source == SpreadSource.Model);
        // A gap of the two days after it.
        var gap = string.Join('\n', Hours(56, at => InHalt(at) ? 0 : Usual(at)).Split('\n').Where(line => !Instants(line).Any(at => at >= Resumed && at < Resumed + Duration.FromDays(2))));
        var loss = Open(options, gap, null, new Interval(Halted, Resumed)).Price(Lost(Halted, Resumed));
        Assert.Contains("cannot be measured, for volume has nothing of the time after it", string.Join(' ', loss.Assumptions));
        Near(600 * 0.8m * 0.001m, loss.Amount.Likely);
    }

    private static IEnumerable<Instant> Instants(string line) =>
        NodaTime.Text.InstantPattern.General.Parse(line.Split(',')[0]) is { Success: true } at ? [at.Value] : [];

    [Fact]
    public void A_given_share_is_taken_off()
    {
        var loss = Open(Options with { Deferred = new() { Share = 0.25m } }, Hours(49, Usual)).Price(Lost(Halted, Resumed));
        Assert.Empty(loss.Reasons);
        Near(600 * 0.75m * 0.001m, loss.Amount.Likely);
        Assert.Contains("no deferred share", string.Join(' ', Open(Options, Hours(49, Usual)).Price(Lost(Halted, Resumed)).Assumptions));
    }

    [Fact]
    public void A_market_that_fell_too_shows_that_not_all_went_elsewhere()
    {
        // The venue is 200 of the market's 1,600 an hour; the market is 150 short of it an hour, so 50 of 200 moved.
        var model = Open(Options with { Market = "market" }, Hours(56, at => InHalt(at) ? 0 : Usual(at)), Hours(56, at => InHalt(at) ? 1450 : Usual(at) * 8), new Interval(Halted, Resumed));
        var working = new Working();
        var loss = model.Price(Lost(Halted, Resumed), working);
        Assert.Equal("25.0 %", working.Steps.Single(step => step.Name == "went to other venues").Value);
        Assert.Equal("450.00 USD", working.Steps.Single(step => step.Name == "lost by the market").Value);
        Assert.Contains("the market traded 90.6 % of what was expected of it", string.Join(' ', loss.Assumptions));
        Near(600 * 0.001m, loss.Amount.Likely);
    }

    [Fact]
    public void Surely_and_possibly_lost_hours_give_the_spread()
    {
        var episode = Lost(Halted, Resumed, 0, 0.5m, 1);
        var loss = Open(Options, Hours(49, Usual)).Price(episode);
        Near(0, loss.Amount.Low);
        Near(0.3m, loss.Amount.Likely);
        Near(0.6m, loss.Amount.High);
        Assert.Equal(SpreadSource.OutageBounds, Assert.Single(loss.Reasons).Source);
    }

    [Theory]
    [InlineData(0.3, 0.4, null, false)]
    [InlineData(null, null, null, false)]
    public void A_deferred_share_that_says_nothing_or_contradicts_itself_is_a_mistake(double? share, double? least, double? most, bool measured)
    {
        var options = Options with { Deferred = new() { Share = (decimal?)share, Least = (decimal?)least, Most = (decimal?)most, Measured = measured } };
        Assert.Equal("deferred", Assert.Single(options.Mistakes()).Key);
    }
}
