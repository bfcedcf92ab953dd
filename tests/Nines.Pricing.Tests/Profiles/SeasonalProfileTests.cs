using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Nines.Pricing.Losses;
using Nines.Pricing.Profiles;
using Nines.Pricing.Series;
using Nines.Pricing.Tests.Series;
using Nines.Testing;
using NodaTime;
using Interval = NodaTime.Interval;
using static Nines.Pricing.Tests.Series.Sold;

namespace Nines.Pricing.Tests.Profiles;

public sealed class SeasonalProfileTests
{
    private static void Near(decimal expected, decimal actual, decimal share = 0.001m) =>
        Assert.True(Math.Abs(expected - actual) <= share * Math.Abs(expected), $"expected {expected}, was {actual}");

    [Fact]
    public void A_week_that_repeats_is_learnt_exactly()
    {
        var profile = Learn(Steps(28, at => Usual(at)));
        foreach (var hour in Enumerable.Range(0, 168))
        {
            var at = Monday.PlusDays(14).AtMidnight().InUtc().ToInstant() + Duration.FromHours(hour);
            Near(Usual(at.InUtc()), profile.Over(at, at + Duration.FromHours(1)).Likely, 1e-9m);
        }
        Assert.Equal(0, profile.Test!.Profile.Wape!.Value, 9);
        Assert.True(profile.Test.Flat.Wape > 0.3);
        Assert.Equal(2, profile.Test.Weeks);
    }

    [Fact]
    public void A_part_of_an_hour_counts_as_the_part_that_it_is()
    {
        var profile = Learn(Steps(28, at => Usual(at)));
        // Wednesday 07:45 to 09:30: a quarter of 40, all of 200, half of 200.
        Near(10 + 200 + 100, profile.Over(At(Monday.PlusDays(9), 7, 45), At(Monday.PlusDays(9), 9, 30)).Likely, 1e-9m);
        Assert.Equal(Nines.Pricing.Money.Estimate.Zero, profile.Over(At(Monday, 7), At(Monday, 7)));
    }

    [Fact]
    public void The_parts_of_a_span_cost_what_the_span_costs()
    {
        var profile = Learn(Steps(35, at => Usual(at) * (1 + at.Day % 7 / 10m)));
        var start = At(Monday, 0);
        Prop.ForAll(Gen.Choose(0, 40 * 24 * 60).Three().ToArbitrary(), minutes =>
        {
            var cut = new[] { minutes.Item1, minutes.Item2, minutes.Item3 }.Order().Select(minute => start + Duration.FromMinutes(minute)).ToArray();
            var (whole, parts) = (profile.Over(cut[0], cut[2]), profile.Over(cut[0], cut[1]) + profile.Over(cut[1], cut[2]));
            return Math.Abs(whole.Low - parts.Low) < 1e-12m && Math.Abs(whole.Likely - parts.Likely) < 1e-12m && Math.Abs(whole.High - parts.High) < 1e-12m
                && whole.Low <= whole.Likely && whole.Likely <= whole.High && whole.Low >= 0;
        }).Holds();
    }

    [Fact]
    public void Ten_times_the_revenue_is_ten_times_the_loss()
    {
        static decimal? Value(ZonedDateTime at) => Usual(at) + (at.Day * 37 + at.Hour * 11) % 29;
        var (one, ten) = (Learn(Steps(42, at => Value(at))), Learn(Steps(42, at => Value(at) * 10)));
        foreach (var (from, hours) in new[] { (3, 2), (100, 30), (900, 48), (1100, 200) })
        {
            var at = At(Monday, 0) + Duration.FromHours(from);
            var (small, large) = (one.Over(at, at + Duration.FromHours(hours)), ten.Over(at, at + Duration.FromHours(hours)));
            Near(small.Low * 10, large.Low, 1e-9m);
            Near(small.Likely * 10, large.Likely, 1e-9m);
            Near(small.High * 10, large.High, 1e-9m);
        }
    }

    [Fact]
    public void The_week_is_lived_in_local_time_when_clocks_change()
    {
        // Eight weeks over 29 March, when Berlin goes from UTC+1 to UTC+2: the shop opens at 8 by its own clock.
        var from = new LocalDate(2026, 2, 16);
        var profile = Learn(Steps(56, at => Usual(at), Berlin, from));
        Near(200, profile.Over(At(new(2026, 3, 27), 8, 0, Berlin), At(new(2026, 3, 27), 9, 0, Berlin)).Likely, 1e-6m);
        Near(200, profile.Over(At(new(2026, 4, 1), 8, 0, Berlin), At(new(2026, 4, 1), 9, 0, Berlin)).Likely, 1e-6m);
        Near(40, profile.Over(At(new(2026, 4, 1), 7, 0, Berlin), At(new(2026, 4, 1), 8, 0, Berlin)).Likely, 1e-6m);
        // The Sunday has 23 hours: 11 quiet ones of 20, 12 busy ones of 100.
        Near(11 * 20 + 12 * 100, profile.Over(At(new(2026, 3, 29), 0, 0, Berlin), At(new(2026, 3, 30), 0, 0, Berlin)).Likely, 1e-6m);
        // And in October 25.
        Near(13 * 20 + 12 * 100, profile.Over(At(new(2026, 10, 25), 0, 0, Berlin), At(new(2026, 10, 26), 0, 0, Berlin)).Likely, 1e-6m);
    }

    [Fact]
    public void An_outage_is_not_learnt_from()
    {
        var (from, to) = (At(Monday.PlusDays(15), 9), At(Monday.PlusDays(19), 17));
        var series = Steps(42, at => at.ToInstant() >= from && at.ToInstant() < to ? 0 : Usual(at));
        var profile = Learn(series, null, [new Interval(from, to)]);
        Near(200, profile.Over(At(Monday.PlusDays(16), 10), At(Monday.PlusDays(16), 11)).Likely, 1e-9m);
        Assert.Equal(104, profile.Bins.InOutages);
        Assert.Equal(0, profile.Test!.Profile.Wape!.Value, 9);
    }

    [Fact]
    public void A_few_wild_hours_do_not_move_the_profile()
    {
        var series = Steps(56, at => at is { Hour: 10, Day: 7 or 20 } ? 90_000 : Usual(at));
        Near(200, Learn(series).Over(At(Monday.PlusDays(50), 10), At(Monday.PlusDays(50), 11)).Likely, 0.01m);
    }

    [Fact]
    public void A_gap_is_not_zero()
    {
        var profile = Learn(Steps(56, at => at.DayOfWeek == IsoDayOfWeek.Tuesday && at.Day > 14 ? null : Usual(at)));
        Near(200, profile.Over(At(Monday.PlusDays(50), 10), At(Monday.PlusDays(50), 11)).Likely, 1e-9m);
        Assert.Contains("A gap is not zero", string.Join(' ', ProfileText.Assumptions(profile, At(Monday, 0), At(Monday, 1))));
    }

    [Fact]
    public void A_trend_is_drawn_on_for_a_while_and_then_held()
    {
        var profile = Learn(Steps(70, at => Usual(at) * (1 + Period.DaysBetween(Monday, at.Date) / 7 * 0.02m)));
        decimal InWeek(int week) => profile.Over(At(Monday.PlusDays(7 * week), 0), At(Monday.PlusDays(7 * (week + 1)), 0)).Likely;
        var usual = InWeek(9) / 1.18m;
        Near(usual * 1.24m, InWeek(12), 0.01m);
        Assert.Equal(InWeek(40), InWeek(60));
        Assert.True(InWeek(40) < usual * 1.32m);
        Assert.Contains("its last level is drawn on with the trend of at most 5 weeks", string.Join(' ', ProfileText.Assumptions(profile, At(Monday.PlusDays(100), 0), At(Monday.PlusDays(100), 1))));
    }

    [Fact]
    public void Noise_is_no_trend()
    {
        var trends = Enumerable.Range(0, 40).Count(seed =>
        {
            var random = new System.Random(seed);
            return Learn(Steps(70, at => Usual(at) * (1 + (decimal)random.NextDouble()))).Fit.Slope != 0;
        });
        Assert.InRange(trends, 0, 3);
    }

    [Fact]
    public void Two_holidays_make_a_factor_of_their_own_and_one_is_a_sunday()
    {
        LocalDate[] days = [Monday.PlusDays(16), Monday.PlusDays(31)];
        decimal? Value(ZonedDateTime at) => days.Contains(at.Date) ? Usual(at.Date.Next(IsoDayOfWeek.Sunday).At(at.TimeOfDay).InUtc()) * 0.5m : Usual(at);
        var next = Monday.PlusDays(58); // a Wednesday after the series
        var learnt = Learn(Steps(56, Value, holidays: [.. days, next]));
        Near(50, learnt.Over(At(next, 10), At(next, 11)).Likely);
        Assert.DoesNotContain("it is taken as a Sunday", string.Join(' ', ProfileText.Assumptions(learnt, At(next, 10), At(next, 11))));
        var one = Learn(Steps(56, at => at.Date == days[0] ? null : Value(at), holidays: [.. days, next]));
        Near(100, one.Over(At(next, 10), At(next, 11)).Likely);
        Assert.Contains("it is taken as a Sunday", string.Join(' ', ProfileText.Assumptions(one, At(next, 10), At(next, 11))));
        var ordinary = Learn(Steps(56, Value, holidays: [.. days, next]), new() { Series = "sales", Holiday = HolidayRule.Ordinary });
        Near(200, ordinary.Over(At(next, 10), At(next, 11)).Likely, 0.02m);
    }

    [Fact]
    public void Days_are_spread_evenly_over_their_hours()
    {
        var profile = Learn(Read("day,value\n" + string.Concat(Enumerable.Range(0, 56).Select(day => $"{Monday.PlusDays(day):uuuu-MM-dd},{(day % 7 > 4 ? 1200 : 2400)}\n"))));
        Near(2400 * 3 / 24m, profile.Over(At(Monday.PlusDays(8), 9), At(Monday.PlusDays(8), 12)).Likely, 1e-9m);
        Near(1200 + 2400, profile.Over(At(Monday.PlusDays(6), 0), At(Monday.PlusDays(8), 0)).Likely, 1e-9m);
        Assert.Contains("spread evenly over the day", string.Join(' ', ProfileText.Assumptions(profile, At(Monday, 0), At(Monday, 1))));
    }

    [Theory]
    [InlineData(14, "reaches over 14 days, 14 of them known")]
    [InlineData(3, "reaches over 3 days, 3 of them known")]
    public void Two_weeks_or_less_are_refused_with_what_there_is(int days, string says)
    {
        var refused = Assert.Throws<PricingException>(() => Learn(Steps(days, at => Usual(at))));
        Assert.Equal("NIN4265", refused.Code);
        Assert.Contains(says, refused.Message);
        Assert.Contains("short: accept", refused.Message);
    }

    [Fact]
    public void Two_weeks_can_be_accepted_with_a_wide_spread_that_is_said()
    {
        var profile = Learn(Steps(10, at => Usual(at)), new() { Series = "sales", Short = ShortSeries.Accept });
        var hour = profile.Over(At(Monday.PlusDays(14), 10), At(Monday.PlusDays(14), 11));
        Near(200, hour.Likely);
        Near(100, hour.Low);
        Near(400, hour.High);
        Assert.Contains("as the config accepts", string.Join(' ', ProfileText.Assumptions(profile, At(Monday, 0), At(Monday, 1))));
        Assert.Equal("NIN4265", Assert.Throws<PricingException>(() => Learn(Read("time,value\n2026-01-05T00:00Z,1\n2026-01-05T01:00Z,1\n2026-01-05T02:00Z,1\n"), new() { Series = "sales", Short = ShortSeries.Accept })).Code);
    }

    [Fact]
    public void Fifteen_days_are_enough_and_the_short_test_is_said()
    {
        var profile = Learn(Steps(15, at => Usual(at)));
        Assert.Equal((1, 24), (profile.Test!.Weeks, profile.Test.Slots));
        Assert.Contains("one held-out week or a part of one", string.Join(' ', ProfileText.Assumptions(profile, At(Monday, 0), At(Monday, 1))));
    }

    [Fact]
    public void A_profile_that_is_no_better_than_a_flat_rate_says_so()
    {
        var random = new System.Random(11);
        var profile = Learn(Steps(42, _ => 100 + 100 * (decimal)random.NextDouble()));
        Assert.False(profile.Test!.IsBetter);
        Assert.Contains("is not better than simpler forecasts", string.Join(' ', ProfileText.Assumptions(profile, At(Monday, 0), At(Monday, 1))));
    }

    [Fact]
    public void The_spread_holds_what_the_level_says_of_hours_that_were_not_seen()
    {
        var random = new System.Random(3);
        double Noise() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var all = Enumerable.Range(0, 40 * 168).Select(hour => Math.Max(0, Usual((At(Monday, 0) + Duration.FromHours(hour)).InUtc()) * (1 + 0.2m * (decimal)Noise()))).ToArray();
        decimal Sold(ZonedDateTime at) => all[(int)(at.ToInstant() - At(Monday, 0)).TotalHours];
        foreach (var level in new[] { 80, 95 })
        {
            var profile = Learn(Steps(39 * 7, at => Sold(at)), new() { Series = "sales", Level = level });
            var inside = Enumerable.Range(39 * 168, 168).Count(hour =>
            {
                var at = At(Monday, 0) + Duration.FromHours(hour);
                var expected = profile.Over(at, at + Duration.FromHours(1));
                return all[hour] >= expected.Low && all[hour] <= expected.High;
            });
            Assert.InRange(inside / 168.0, level / 100.0 - 0.1, Math.Min(1, level / 100.0 + 0.1));
        }
    }

    [Fact]
    public void Hours_of_nothing_are_in_wape_and_not_in_mape()
    {
        var profile = Learn(Steps(42, at => at.Hour < 9 ? 0 : Usual(at)));
        Assert.Equal(9 * 7 * profile.Test!.Weeks, profile.Test.Zeros);
        Assert.Equal(0, profile.Over(At(Monday.PlusDays(9), 3), At(Monday.PlusDays(9), 4)).High);
        Assert.Equal(0, profile.Test.Profile.Mape!.Value, 9);
        Assert.True(double.IsFinite(profile.Test.Flat.Mape!.Value));
    }

    [Fact]
    public void Times_of_the_week_that_the_series_never_has_are_said()
    {
        var profile = Learn(Steps(42, at => at.DayOfWeek == IsoDayOfWeek.Sunday ? null : Usual(at)));
        var sunday = profile.Over(At(Monday.PlusDays(6), 10), At(Monday.PlusDays(6), 11));
        Assert.Equal(0, sunday.Likely);
        Assert.True(sunday.High > 0);
        Assert.Contains("say missing: zero", string.Join(' ', ProfileText.Assumptions(profile, At(Monday.PlusDays(6), 10), At(Monday.PlusDays(6), 11))));
    }

    [Fact]
    public void Learning_twice_gives_the_same_figures()
    {
        var random = new System.Random(5);
        var series = Steps(63, at => Usual(at) * (decimal)random.NextDouble());
        var (one, two) = (Learn(series), Learn(series));
        for (var hour = 0; hour < 80 * 168; hour += 7)
        {
            var at = At(Monday, 0) + Duration.FromHours(hour);
            Assert.Equal(one.Over(at, at + Duration.FromHours(5)), two.Over(at, at + Duration.FromHours(5)));
        }
    }

    [Fact]
    public void A_loss_weighs_time_by_how_surely_it_was_lost_and_says_both_reasons()
    {
        var random = new System.Random(9);
        var files = new Dictionary<string, string> { ["sales.csv"] = "time,value\n" + string.Concat(Enumerable.Range(0, 42 * 24).Select(hour => FormattableString.Invariant($"{At(Monday, 0) + Duration.FromHours(hour)},{Usual((At(Monday, 0) + Duration.FromHours(hour)).InUtc()) * (0.8m + 0.4m * (decimal)random.NextDouble())}\n"))) };
        var model = new ProfileLossOptions { Series = "sales" }.Open(new ModelSetup(Shop, "shop-profile"), Sources(files, [Dollars]));
        var (from, to) = (At(Monday.PlusDays(23), 9, 30), At(Monday.PlusDays(23), 12, 10));
        var (sure, doubled, unsure) = (model.Price(Lost(from, to, 0.5m, 0.5m, 0.5m)), model.Price(Lost(from, to)), model.Price(Lost(from, to, 0, 0.5m, 1)));
        Near(sure.Amount.Low * 2, doubled.Amount.Low, 1e-20m);
        Near(sure.Amount.Likely * 2, doubled.Amount.Likely, 1e-20m);
        Near(sure.Amount.High * 2, doubled.Amount.High, 1e-20m);
        Assert.Equal(0, unsure.Amount.Low);
        Assert.Equal([SpreadSource.OutageBounds, SpreadSource.Demand], unsure.Reasons.Select(reason => reason.Source));
        Assert.Equal([SpreadSource.Demand], sure.Reasons.Select(reason => reason.Source));
        Near(doubled.Amount.Likely / 4, new ProfileLossOptions { Series = "sales", Share = 0.25m }.Open(new ModelSetup(Shop, "p"), Sources(files, [Dollars])).Price(Lost(from, to)).Amount.Likely, 1e-20m);
        var working = new Working();
        model.Price(Lost(from, to), working);
        Assert.Contains(working.Steps, step => step.Name == "back-test" && step.Value.Contains("MAPE"));
        Assert.Contains(working.Steps, step => step.Source?.Contains("sha256") == true);
    }

    [Fact]
    public void A_count_has_no_currency_to_lose_in()
    {
        var options = Dollars with { Unit = "count" };
        var files = new Dictionary<string, string> { ["sales.csv"] = "time,value\n2026-01-05T00:00Z,1\n2026-01-05T01:00Z,1\n2026-01-05T02:00Z,1\n" };
        Assert.Equal("NIN4266", Assert.Throws<PricingException>(() => new ProfileLossOptions { Series = "sales" }.Open(new ModelSetup(Shop, "p"), Sources(files, [options]))).Code);
    }
}
