using Nines.Reports.Periods;
using NodaTime;

namespace Nines.Reports.Tests;

public sealed class PeriodTests
{
    private static readonly DateTimeZone Zurich = DateTimeZoneProviders.Tzdb["Europe/Zurich"];

    [Theory]
    [InlineData("2026-10", 745)]
    [InlineData("2026-03", 743)]
    [InlineData("2026-W43", 169)]
    [InlineData("2026-W13", 167)]
    [InlineData("2026-02", 672)]
    [InlineData("2026", 8760)]
    [InlineData("2026-Q4", 2209)]
    public void A_period_with_a_change_of_clocks_is_an_hour_longer_or_shorter(string name, int hours) =>
        Assert.Equal(Duration.FromHours(hours), ReportPeriod.Parse(name, Zurich)! is var period ? period.To - period.From : default);

    [Fact]
    public void A_month_begins_at_its_zones_midnight()
    {
        var october = ReportPeriod.Month(2026, 10, Zurich);
        Assert.Equal((Instant.FromUtc(2026, 9, 30, 22, 0), Instant.FromUtc(2026, 10, 31, 23, 0)), (october.From, october.To));
        var days = october.Days().ToList();
        Assert.Equal(31, days.Count);
        Assert.Equal(Duration.FromHours(25), days[24].To - days[24].From);
        Assert.Equal((october.From, october.To), (days[0].From, days[^1].To));
    }

    [Fact]
    public void Days_follow_each_other_and_make_up_the_period_in_every_zone()
    {
        foreach (var zone in new[] { "UTC", "Pacific/Apia", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe" }.Select(id => DateTimeZoneProviders.Tzdb[id]))
        {
            var at = ReportPeriod.Month(2011, 12, zone);
            var reached = at.From;
            foreach (var day in at.Days())
            {
                Assert.Equal(reached, day.From);
                reached = day.To;
            }
            Assert.Equal(at.To, reached);
        }
        // Samoa had no 30th of December 2011.
        Assert.Equal(30, ReportPeriod.Month(2011, 12, DateTimeZoneProviders.Tzdb["Pacific/Apia"]).Days().Count());
    }

    [Theory]
    [InlineData("2026-13")]
    [InlineData("2026-00")]
    [InlineData("2026-W54")]
    [InlineData("2025-W53")]
    [InlineData("2026-Q5")]
    [InlineData("26-10")]
    [InlineData("2026-10-02..2026-10-01")]
    [InlineData("2026-10-01..2026-10-01")]
    [InlineData("0001-01-01..9999-12-31")]
    [InlineData("2016-10-01..2026-10-10")]
    [InlineData("1969-10-01..1970-10-01")]
    [InlineData("october")]
    [InlineData("")]
    public void What_is_no_period_is_none(string text) => Assert.Null(ReportPeriod.Parse(text, Zurich));

    [Theory]
    [InlineData("2026-01", "2025-12")]
    [InlineData("2026-W01", "2025-W52")]
    [InlineData("2027-W01", "2026-W53")]
    [InlineData("2026-Q1", "2025-Q4")]
    [InlineData("2026", "2025")]
    public void Before_a_period_comes_the_one_that_ends_where_it_begins(string name, string before)
    {
        var (period, earlier) = (ReportPeriod.Parse(name, Zurich)!, ReportPeriod.Parse(name, Zurich)!.Before());
        Assert.Equal(before, earlier.Name);
        Assert.Equal(period.From, earlier.To);
    }

    [Fact]
    public void A_range_is_between_any_two_days_of_the_zone_or_instants()
    {
        var days = ReportPeriod.Parse("2026-10-01..2026-10-15", Zurich)!;
        Assert.Equal((Instant.FromUtc(2026, 9, 30, 22, 0), Instant.FromUtc(2026, 10, 14, 22, 0), "2026-10-01 to 2026-10-15"), (days.From, days.To, days.Title));
        Assert.Equal(Instant.FromUtc(2026, 10, 1, 12, 30), ReportPeriod.Parse("2026-10-01T12:30:00Z..2026-10-02T00:00:00+02:00", Zurich)!.From);
    }
}
