using Nines.Core.Components;
using Nines.Core.Maintenance;
using NodaTime;
using NodaTime.Text;

namespace Nines.Core.Tests.Maintenance;

public sealed class MaintenanceRuleTests
{
    private static readonly DateTimeZone Berlin = DateTimeZoneProviders.Tzdb["Europe/Berlin"];

    private static Instant At(string text) => InstantPattern.ExtendedIso.Parse(text).Value;

    private static MaintenanceRule.Recurring Weekly(string every, int hour, int minute, int minutes = 60) =>
        new("weekly", [new ComponentId("shop")], DayRule.Parse(every.Split(','))!, new LocalTime(hour, minute), Duration.FromMinutes(minutes), Berlin);

    [Fact]
    public void A_local_time_is_another_instant_in_summer_and_the_id_says_which()
    {
        var windows = Weekly("sunday", 2, 0).Occurrences(At("2026-06-01T00:00:00Z"), At("2026-06-08T00:00:00Z"));
        Assert.Equal("weekly@2026-06-07T00:00:00Z", Assert.Single(windows).Id);
        windows = Weekly("sunday", 2, 0).Occurrences(At("2026-12-01T00:00:00Z"), At("2026-12-08T00:00:00Z"));
        var winter = Assert.Single(windows);
        Assert.Equal(("weekly@2026-12-06T01:00:00Z", At("2026-12-06T02:00:00Z")), (winter.Id, winter.To));
    }

    [Fact]
    public void A_start_that_the_clocks_skip_is_moved_by_as_much_as_they_are()
    {
        // On 2026-03-29 Berlin goes from 02:00 to 03:00, at 01:00 UTC: there is no 02:30.
        var window = Assert.Single(Weekly("sunday", 2, 30).Occurrences(At("2026-03-28T12:00:00Z"), At("2026-03-29T12:00:00Z")));
        Assert.Equal(At("2026-03-29T01:30:00Z"), window.From);
        Assert.Equal(At("2026-03-29T02:30:00Z"), window.To);
    }

    [Fact]
    public void A_start_that_comes_twice_is_the_first_of_the_two_and_an_hour_stays_an_hour()
    {
        // On 2026-10-25 Berlin goes from 03:00 back to 02:00, at 01:00 UTC: 02:30 is 00:30 UTC and 01:30 UTC.
        var window = Assert.Single(Weekly("sunday", 2, 30).Occurrences(At("2026-10-24T12:00:00Z"), At("2026-10-25T12:00:00Z")));
        Assert.Equal((At("2026-10-25T00:30:00Z"), At("2026-10-25T01:30:00Z")), (window.From, window.To));
    }

    [Fact]
    public void A_window_that_began_before_the_stretch_is_in_it_as_long_as_it_lasts()
    {
        var rule = Weekly("day", 23, 0, 120);
        Assert.Equal("weekly@2026-01-01T22:00:00Z", rule.Occurrences(At("2026-01-01T23:59:00Z"), At("2026-01-02T00:00:00Z")).Single().Id);
        Assert.Empty(rule.Occurrences(At("2026-01-02T00:00:00Z"), At("2026-01-02T01:00:00Z")));
        Assert.Empty(rule.Occurrences(At("2026-01-01T21:00:00Z"), At("2026-01-01T22:00:00Z")));
    }

    [Theory]
    [InlineData("day", 365)]
    [InlineData("monday", 52)]
    [InlineData("saturday,sun", 104)]
    [InlineData("1st sunday", 12)]
    [InlineData("4th friday", 12)]
    [InlineData("last friday", 12)]
    [InlineData("15", 12)]
    [InlineData("31st", 7)]
    [InlineData("30th", 11)]
    [InlineData("last day", 12)]
    public void A_year_has_as_many_windows_as_the_days_say(string every, int expected)
    {
        var windows = Weekly(every, 12, 0).Occurrences(At("2026-01-01T00:00:00Z"), At("2027-01-01T00:00:00Z")).ToList();
        Assert.Equal(expected, windows.Count);
        Assert.Equal(windows.Count, windows.Select(window => window.Id).Distinct().Count());
    }

    [Fact]
    public void Last_and_nth_days_are_where_the_calendar_has_them()
    {
        Assert.Equal("weekly@2026-02-01T11:00:00Z", Weekly("1st sunday", 12, 0).Occurrences(At("2026-02-01T00:00:00Z"), At("2026-03-01T00:00:00Z")).Single().Id);
        Assert.Equal("weekly@2026-01-30T11:00:00Z", Weekly("last friday", 12, 0).Occurrences(At("2026-01-01T00:00:00Z"), At("2026-02-01T00:00:00Z")).Single().Id);
        Assert.Equal("weekly@2028-02-29T11:00:00Z", Weekly("last day", 12, 0).Occurrences(At("2028-02-01T00:00:00Z"), At("2028-03-01T00:00:00Z")).Single().Id);
    }

    [Theory]
    [InlineData("someday")]
    [InlineData("5th sunday")]
    [InlineData("32")]
    [InlineData("0")]
    [InlineData("last")]
    [InlineData("sunday,day")]
    [InlineData("99999")]
    public void What_is_no_day_is_not_read(string every) => Assert.Null(DayRule.Parse(every.Split(',')));

    [Theory]
    [InlineData("day", 1)]
    [InlineData("sunday", 7)]
    [InlineData("saturday,sunday", 1)]
    [InlineData("monday,thursday", 3)]
    [InlineData("1st sunday", 28)]
    public void The_shortest_gap_limits_the_length(string every, int days) => Assert.Equal(days, DayRule.Parse(every.Split(','))!.ShortestGap);

    [Fact]
    public void One_window_is_there_once_and_a_reversed_stretch_is_refused()
    {
        var once = new MaintenanceRule.Once("move", [new ComponentId("shop")], At("2026-12-01T10:00:00Z"), At("2026-12-01T12:00:00Z"));
        Assert.Equal("move@2026-12-01T10:00:00Z", once.Occurrences(At("2026-12-01T11:00:00Z"), At("2026-12-02T00:00:00Z")).Single().Id);
        Assert.Empty(once.Occurrences(At("2026-12-01T12:00:00Z"), At("2026-12-02T00:00:00Z")));
        Assert.Throws<ArgumentOutOfRangeException>(() => once.Occurrences(At("2026-12-02T00:00:00Z"), At("2026-12-01T00:00:00Z")));
        Assert.Matches(@"^TZDB: 20\d\d", MaintenanceRule.TimeZones);
    }
}
