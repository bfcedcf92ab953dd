using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Ledger.Objectives;
using Nines.Ledger.Policies;
using NodaTime;
using static Nines.Ledger.Tests.History;
using static Nines.Ledger.Tests.Objectives.BurnRateTests;

namespace Nines.Ledger.Tests.Objectives;

public sealed class BudgetTests
{
    private const double Day = 86_400;

    [Theory]
    [InlineData(0.999, 30, 2_592)]
    [InlineData(0.9999, 30, 259.2)]
    [InlineData(0.99999, 30, 25.92)]
    [InlineData(0.999, 365, 31_536)]
    [InlineData(0.9999, 365, 3_153.6)]
    [InlineData(0.99999, 365, 315.36)]
    public void The_nines_allow_these_seconds(decimal target, int days, double seconds) =>
        Assert.Equal(seconds, Judge(ShopWith(400 * Day), Of(target, new ObjectiveWindow.Rolling(Duration.FromDays(days)))).Budget.Allowed.TotalSeconds, 6);

    [Fact]
    public void Spent_is_surely_likely_and_possibly_by_the_timelines()
    {
        var ledger = ShopWith(40 * Day, OutageOf("shop-1", 35 * Day, 35 * Day + 60, 35 * Day + 600, 35 * Day + 700));
        var report = Judge(ledger, Of(0.999m));
        Assert.Equal(new Length(Seconds(540), Seconds(620), Seconds(700)), report.Budget.Spent);
        Assert.Equal((Seconds(1_892), Seconds(1_972), Seconds(2_052)), report.Budget.Left);
        var spent = Assert.Single(report.ByOutage);
        Assert.Equal("shop-1", spent.Outage);
        Assert.Equal(620m / 2_592, spent.Share);
        Assert.Equal(report.Budget.Spent, report.ByCause[CauseKind.Technical]);
    }

    [Fact]
    public void What_leaves_a_rolling_window_comes_back_and_a_calendar_month_begins_anew()
    {
        var ledger = ShopWith(60 * Day, Down(20 * Day, "shop-1"), Up(20 * Day + 1_000));
        Assert.Equal(1_000, Judge(ledger, Of(0.999m), At(50 * Day)).Budget.Spent.Likely.TotalSeconds);
        Assert.Equal(500, Judge(ledger, Of(0.999m), At(50 * Day + 500)).Budget.Spent.Likely.TotalSeconds);
        Assert.Equal(0, Judge(ledger, Of(0.999m), At(50 * Day + 1_000)).Budget.Spent.Likely.TotalSeconds);

        var month = Of(0.999m, ObjectiveWindow.Calendar.Aligned(CalendarUnit.Month, 1, DateTimeZone.Utc));
        var january = Judge(ledger, month, At(30 * Day));
        Assert.Equal((Zero, Instant.FromUtc(2026, 2, 1, 0, 0)), (january.Window.Start, january.Window.End));
        Assert.Equal((31 * Day * 0.001, 1_000), (january.Budget.Allowed.TotalSeconds, january.Budget.Spent.Likely.TotalSeconds));
        Assert.Equal(30 * Day, january.Elapsed.TotalSeconds);
        var february = Judge(ledger, month, At(31 * Day));
        Assert.Equal((Instant.FromUtc(2026, 2, 1, 0, 0), 0), (february.Window.Start, february.Budget.Spent.Likely.TotalSeconds));
    }

    [Fact]
    public void A_month_in_which_the_clocks_change_has_an_hour_less_or_more_of_budget()
    {
        var berlin = DateTimeZoneProviders.Tzdb["Europe/Berlin"];
        var month = Of(0.999m, ObjectiveWindow.Calendar.Aligned(CalendarUnit.Month, 1, berlin));
        var ledger = ShopWith(365 * Day);
        Assert.Equal((31 * 24 - 1) * 3.6, Judge(ledger, month, Instant.FromUtc(2026, 3, 15, 0, 0)).Budget.Allowed.TotalSeconds, 6);
        Assert.Equal((31 * 24 + 1) * 3.6, Judge(ledger, month, Instant.FromUtc(2026, 10, 15, 0, 0)).Budget.Allowed.TotalSeconds, 6);
        // Midnight in Berlin, not in Greenwich.
        Assert.Equal(Instant.FromUtc(2026, 6, 30, 22, 0), Judge(ledger, month, Instant.FromUtc(2026, 7, 15, 0, 0)).Window.Start);
    }

    [Theory]
    [InlineData(CalendarUnit.Week, 1, "2026-06-29T00:00:00Z", "2026-07-06T00:00:00Z")]
    [InlineData(CalendarUnit.Month, 3, "2026-07-01T00:00:00Z", "2026-10-01T00:00:00Z")]
    [InlineData(CalendarUnit.Month, 12, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData(CalendarUnit.Day, 1, "2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z")]
    public void Calendar_windows_begin_where_the_calendar_does(CalendarUnit unit, int count, string from, string to)
    {
        var window = ObjectiveWindow.Calendar.Aligned(unit, count, DateTimeZone.Utc).At(Instant.FromUtc(2026, 7, 1, 12, 0));
        Assert.Equal((from, to), (window.Start.ToString(), window.End.ToString()));
    }

    [Fact]
    public void Every_instant_lies_in_its_calendar_window_and_windows_follow_one_another()
    {
        var zone = DateTimeZoneProviders.Tzdb["America/New_York"];
        foreach (var window in (ObjectiveWindow.Calendar[])
        [
            new(CalendarUnit.Month, 1, new LocalDateTime(2020, 1, 31, 12, 30), zone), new(CalendarUnit.Week, 2, new LocalDateTime(2030, 5, 7, 2, 30), zone),
            new(CalendarUnit.Day, 10, new LocalDateTime(2026, 3, 8, 2, 30), zone), ObjectiveWindow.Calendar.Aligned(CalendarUnit.Month, 1, zone),
        ])
            for (var hours = 0; hours < 3 * 8_766; hours += 5)
            {
                var at = Instant.FromUtc(2024, 1, 1, 0, 0) + Duration.FromHours(hours);
                var found = window.At(at);
                Assert.True(found.Contains(at));
                Assert.Equal(found.End, window.At(found.End).Start);
                Assert.Equal(found, window.At(found.Start));
            }
    }

    [Fact]
    public void Only_time_inside_business_hours_counts_and_Monday_goes_on_where_Friday_ended()
    {
        // 2026-01-12 is a Monday. Down all of Saturday counts for nothing, and of Monday 8:00 to 9:30 half an hour does.
        var hours = Weekdays("UTC", "09:00-17:00");
        double Monday(double hour) => 11 * Day + hour * 3_600;
        var ledger = ShopWith(12 * Day, Down(9 * Day, "shop-1"), Up(10 * Day), Down(Monday(8), "shop-2"), Up(Monday(9.5)));
        var fourWeeks = Of(0.99m, new ObjectiveWindow.Rolling(Duration.FromDays(28))) with { Hours = hours };
        var report = Judge(ledger, fourWeeks);
        Assert.Equal((160 * 3_600, 1_800), (report.Period.TotalSeconds, report.Budget.Spent.Likely.TotalSeconds));
        Assert.Equal("shop-2", Assert.Single(report.ByOutage).Outage);

        // The hour before Monday 9:30 began on Friday at 16:30: half of it is lost.
        var burn = Judge(ledger, fourWeeks, At(Monday(9.5))).Burn[0];
        Assert.Equal(50, burn.Long.Likely);
        Assert.Equal(0.02m * 160, burn.Factor);
        Assert.Equal(At(Monday(9) + 3.2 * 0.01 * 3_600), burn.Since);
    }

    [Theory]
    [InlineData("2026-03-29", 3, 2)] // 02:00 to 03:00 is skipped
    [InlineData("2026-10-25", 3, 4)] // and comes twice
    [InlineData("2026-07-01", 3, 3)]
    public void Hours_on_a_day_on_which_the_clocks_change_are_those_that_the_clock_shows(string day, int written, int counted)
    {
        Assert.Equal(3, written);
        var hours = new BusinessHours(DateTimeZoneProviders.Tzdb["Europe/Berlin"], Enum.GetValues<IsoDayOfWeek>().Where(each => each != IsoDayOfWeek.None)
            .ToImmutableSortedDictionary(each => each, _ => ImmutableArray.Create(new TimeRange(new LocalTime(1, 0), new LocalTime(4, 0)))), []);
        var date = NodaTime.Text.LocalDatePattern.Iso.Parse(day).Value;
        var midnight = date.AtStartOfDayInZone(hours.Zone).ToInstant();
        Assert.Equal(counted, hours.TimeIn(midnight, midnight + Duration.FromDays(1)).TotalHours);
    }

    [Fact]
    public void A_holiday_has_no_hours_and_the_end_of_the_day_is_midnight()
    {
        var hours = Weekdays("UTC", "00:00-24:00") with { Holidays = [new LocalDate(2026, 1, 6)] };
        Assert.Equal(4 * 24, hours.TimeIn(Instant.FromUtc(2026, 1, 5, 0, 0), Instant.FromUtc(2026, 1, 12, 0, 0)).TotalHours);
        Assert.Equal(2, hours.Between(Instant.FromUtc(2026, 1, 5, 0, 0), Instant.FromUtc(2026, 1, 12, 0, 0)).Length); // days that touch are one
    }

    [Fact]
    public void Slices_are_lost_as_a_whole_when_too_little_of_them_was_up()
    {
        // 10 s of a minute are lost, which is bad at 90 %; 5 s of another, which is not.
        var ledger = ShopWith(40 * Day, Down(35 * Day + 10, "shop-1"), Up(35 * Day + 20), Down(36 * Day, "shop-2"), Up(36 * Day + 5));
        var report = Judge(ledger, Of(0.999m) with { Slices = new Slices(Duration.FromMinutes(1), 0.9m) });
        Assert.Equal(60, report.Budget.Spent.Likely.TotalSeconds);
        Assert.Equal("shop-1", Assert.Single(report.ByOutage).Outage);
        Assert.Equal(15, Judge(ledger, Of(0.999m)).Budget.Spent.Likely.TotalSeconds);
    }

    [Fact]
    public void A_slice_that_is_not_over_is_bad_only_when_it_cannot_be_good_any_more()
    {
        var ledger = ShopWith(35 * Day + 50, Down(35 * Day, "shop-1"));
        var slices = Of(0.999m) with { Slices = new Slices(Duration.FromMinutes(1), 0.9m) };
        Assert.Equal(0, Judge(ledger, slices, At(35 * Day + 6)).Budget.Spent.Likely.TotalSeconds);
        Assert.Equal(7, Judge(ledger, slices, At(35 * Day + 7)).Budget.Spent.Likely.TotalSeconds);
    }

    [Fact]
    public void Unknown_time_is_in_no_figure_and_said_beside_them()
    {
        var ledger = ShopWith(40 * Day, Unseen(30 * Day), Up(31 * Day));
        var report = Judge(ledger, Of(0.999m));
        Assert.Equal((Day, 0, 0), (report.Unknown.TotalSeconds, report.NotWatched.TotalSeconds, report.Budget.Spent.Longest.TotalSeconds));
        Assert.Equal(29m / 30, report.Coverage, 12);
        Assert.Equal(1, report.Attained!.Value.Likely);
        Assert.Contains(report.Notes, note => note.Contains("had it been down", StringComparison.Ordinal));
    }

    [Fact]
    public void A_window_longer_than_the_history_says_so()
    {
        var report = Judge(ShopWith(3 * Day), Of(0.999m));
        Assert.Equal((27 * Day, 27 * Day, 2_592), (report.NotWatched.TotalSeconds, report.Unknown.TotalSeconds, report.Budget.Allowed.TotalSeconds));
        Assert.Equal(0.1m, report.Coverage, 12);
        Assert.Equal(ObjectiveState.Ok, report.State);
        Assert.Contains(report.Notes, note => note.StartsWith("History covers 3d 00h 00m of the 30d", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_less_than_half_was_seen_nothing_is_said_of_the_state()
    {
        var report = Judge(ShopWith(40 * Day, Unseen(20 * Day)), Of(0.999m));
        Assert.Equal(ObjectiveState.Unknown, report.State);
        Assert.Contains(report.Notes, note => note.Contains("too little to say", StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_policy_excludes_is_neither_spent_nor_allowed()
    {
        var segment = Down(35 * Day, "shop-1") with { Window = "patch", Outage = null };
        var ledger = ShopWith(40 * Day, segment, Up(35 * Day + 3_600));
        var strict = Assert.Single(ObjectiveReporter.Make(ledger, Of(0.999m)));
        var lenient = Assert.Single(ObjectiveReporter.Make(ledger, Of(0.999m), policy: ShippedPolicies.Lenient));
        Assert.Equal((3_600, ObjectiveState.Exhausted), (strict.Budget.Spent.Likely.TotalSeconds, strict.State));
        Assert.Equal((0, 30 * Day - 3_600), (lenient.Budget.Spent.Likely.TotalSeconds, lenient.Period.TotalSeconds));
    }

    [Fact]
    public void A_budget_that_is_used_up_says_since_when()
    {
        var ledger = ShopWith(40 * Day, Down(35 * Day, "shop-1"), Up(35 * Day + 3_000));
        Assert.Equal(At(35 * Day + 2_592), Judge(ledger, Of(0.999m)).Since);
        Assert.Equal(At(35 * Day + 2_419.2), Judge(ledger, Of(0.999m, ObjectiveWindow.Calendar.Aligned(CalendarUnit.Month, 1, DateTimeZone.Utc)), At(40 * Day)).Since);
    }

    [Fact]
    public void Steps_of_the_budget_policy_are_reached_surely_likely_or_possibly()
    {
        var steps = Of(0.999m) with { Steps = [new BudgetStep(0.2m, "notice"), new BudgetStep(0.25m, "look"), new BudgetStep(1, "freeze releases")] };
        var ledger = ShopWith(40 * Day, OutageOf("shop-1", 35 * Day, 35 * Day + 60, 35 * Day + 600, 35 * Day + 700)); // 540, 620, 700 of 2,592 s
        Assert.Equal([(true, true, true), (false, false, true), (false, false, false)], Judge(ledger, steps).Steps.Select(step => (step.Surely, step.Likely, step.Possibly)));
    }

    [Fact]
    public void An_objective_for_labels_is_for_each_component_by_itself()
    {
        ComponentSummary Summary(string name, string tier) => new(new ComponentId(name), ComponentKind.Dapp, ImmutableSortedDictionary<string, string>.Empty.Add("tier", tier), [], ["eu"], Seconds(35));
        var ledger = new History().Add(new ConfigLoaded(At(0), "digest", "{}", "0.4.0", "2026a", [Summary("api", "1"), Summary("shop", "1"), Summary("toy", "2")])).Started(0)
            .RevisedFor("api", null, 1, 0, Up(0)).RevisedFor("shop", null, 1, 0, Up(0), Down(500, "shop-1")).RevisedFor("toy", null, 1, 0, Up(0)).Watched(4_000).Fold();
        var reports = ObjectiveReporter.Make(ledger, Of(0.999m) with { Component = null, Labels = ImmutableSortedDictionary<string, string>.Empty.Add("tier", "1") });
        Assert.Equal([("api", ObjectiveState.Ok), ("shop", ObjectiveState.Exhausted)], reports.Select(report => (report.Component.Value, report.State)));
    }

    internal static BusinessHours Weekdays(string zone, string text)
    {
        Assert.True(TimeRange.TryParse(text, out var range));
        return new BusinessHours(DateTimeZoneProviders.Tzdb[zone], Enumerable.Range(1, 5).ToImmutableSortedDictionary(day => (IsoDayOfWeek)day, _ => ImmutableArray.Create(range)), []);
    }
}
