using System.Collections.Immutable;
using System.Text;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Maintenance;
using Nines.Response.StatusPage;
using Nines.Response.StatusPage.Forms;
using NodaTime;
using static Nines.Response.Tests.StatusPage.PublicScene;

namespace Nines.Response.Tests.StatusPage;

/// <summary>What the config's rules will bring, before a watch declares it.</summary>
public sealed class PageForesightTests
{
    private static readonly DateTimeZone Zurich = DateTimeZoneProviders.Tzdb["Europe/Zurich"];

    [Fact]
    public void A_weekly_window_is_in_the_calendar_for_90_days_and_once_in_the_list_and_nobody_is_told()
    {
        var page = SceneOf(Recurring("sunday")).Page(60);
        Assert.Equal(13, page.Foreseen.Length);
        Assert.Equal(Instant.FromUtc(2026, 11, 22, 1, 0), page.Foreseen[0].From);
        Assert.Equal(Instant.FromUtc(2027, 2, 14, 1, 0), page.Foreseen[^1].From);
        var calendar = Calendar(page);
        foreach (var window in page.Foreseen) Assert.Contains($"UID:{window.CalendarId}@status.example.org\r\n", calendar, StringComparison.Ordinal);
        Assert.Equal("every Sunday", Assert.Single(page.Planned).Repeats);
        Assert.Empty(PageEvents.Since(page, Instant.MinValue));
        Assert.DoesNotContain("Maintenance", Encoding.UTF8.GetString(PageForms.Of(page).Single(file => file.Path == "history.atom").Bytes).Replace("incidents and maintenance", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void A_window_that_is_declared_keeps_its_place_in_calendars_and_is_not_there_twice()
    {
        var scene = SceneOf(Recurring("sunday"));
        var before = scene.Page(60);
        var first = before.Foreseen[0];
        var after = scene.Add(new MaintenanceEntered(At(61), "patch-night@2026-11-22T01:00:00Z", [TheWeb], first.From, first.To)).Page(70);
        Assert.Equal(12, after.Foreseen.Length);
        Assert.Equal(first.CalendarId, Assert.Single(after.Maintenance).CalendarId);
        Assert.Equal("every Sunday", Assert.Single(after.Planned).Repeats);
        Assert.Equal(13, Calendar(after).Split("BEGIN:VEVENT").Length - 1);
        Assert.Single(PageEvents.Since(after, Instant.MinValue));
    }

    [Fact]
    public void A_window_that_was_called_off_is_not_foreseen_again()
    {
        var scene = SceneOf(Recurring("sunday"));
        scene.Add(new MaintenanceEntered(At(61), "patch-night@2026-11-22T01:00:00Z", [TheWeb], Instant.FromUtc(2026, 11, 22, 1, 0), Instant.FromUtc(2026, 11, 22, 2, 0)))
            .Add(new MaintenanceEnded(At(65), "patch-night@2026-11-22T01:00:00Z", "ada"));
        var page = scene.Page(70);
        Assert.Equal(MaintenancePhase.Cancelled, Assert.Single(page.Maintenance).Phase);
        Assert.Equal(Instant.FromUtc(2026, 11, 29, 1, 0), Assert.Single(page.Planned).From);
    }

    [Fact]
    public void What_happens_once_is_foreseen_for_a_year_and_does_not_recur()
    {
        var window = Assert.Single(SceneOf(new MaintenanceRule.Once("move", [TheWeb], Zero + Duration.FromDays(300), Zero + Duration.FromDays(301)) { PublicText = "We move." }).Page(60).Planned);
        Assert.Equal((null, "We move."), (window.Repeats, PageMarkdown.ToText(window.Text)));
    }

    [Fact]
    public void A_rule_of_nothing_public_and_a_page_without_maintenance_foresee_nothing()
    {
        Assert.Empty(SceneOf(new MaintenanceRule.Recurring("patch-night", [TheDb], new DayRule.EveryDay(), new LocalTime(2, 0), Duration.FromHours(1), Zurich)).Page(60).Foreseen);
        var scene = SceneOf(Recurring("sunday"));
        scene.Options = scene.Options with { ShowMaintenance = false };
        Assert.Empty(scene.Page(60).Foreseen);
    }

    [Theory]
    [InlineData("day", "UTC", "every day")]
    [InlineData("sunday", "UTC", "every Sunday")]
    [InlineData("1st sunday", "UTC", "every month")]
    [InlineData("15", "UTC", "every month")]
    [InlineData("sunday", "America/New_York", "every Saturday")] // 02:00 in Zurich is the evening before there
    public void How_it_recurs_is_said_in_words_that_agree_with_the_times_of_the_page(string every, string zone, string words)
    {
        var scene = SceneOf(Recurring(every));
        scene.Options = scene.Options with { Zone = DateTimeZoneProviders.Tzdb[zone] };
        Assert.Equal(words, Assert.Single(scene.Page(60).Planned).Repeats);
    }

    [Theory]
    [InlineData("0 3 * * TUE,FRI", "every Tuesday and Friday", 26)]
    [InlineData("0 3 * * TUE#2", "every month", 3)]
    [InlineData("0 * * * *", "recurs", PageForesight.MostOfOne)]
    [InlineData("0 3 1,16 * *", "recurs", 6)]
    public void A_cron_rule_is_foreseen_too_and_a_busy_one_within_bounds(string cron, string words, int windows)
    {
        Assert.True(CronExpression.TryParse(cron, out var when, out var problem), problem);
        var page = SceneOf(new MaintenanceRule.Cron("patch-night", [TheWeb], when, Duration.FromMinutes(5), DateTimeZone.Utc)).Page(60);
        Assert.Equal((words, windows), (Assert.Single(page.Planned).Repeats, page.Foreseen.Length));
    }

    [Fact]
    public void In_another_language_the_same_is_said_in_its_words()
    {
        var scene = SceneOf(Recurring("sunday"));
        scene.Options = scene.Options.In([PageTexts.Find("de")!]);
        var page = scene.Page(60);
        var german = Assert.Single(page.Others);
        Assert.Equal(("every Sunday", "jeden Sonntag"), (page.Planned.Single().Repeats, german.Planned.Single().Repeats));
        Assert.Equal(page.Foreseen.Select(window => window.CalendarId), german.Foreseen.Select(window => window.CalendarId));
        Assert.Equal(new Uri("https://status.example.org/de/"), german.Options.Url);
        Assert.Equal(page.Options.Languages, german.Options.Languages);
    }

    private static MaintenanceRule.Recurring Recurring(string every) =>
        new("patch-night", [TheWeb], DayRule.Parse([every])!, new LocalTime(2, 0), Duration.FromHours(1), Zurich);

    private static PublicScene SceneOf(MaintenanceRule rule)
    {
        var scene = new PublicScene();
        scene.Options = scene.Options with { Rules = [rule] };
        return scene;
    }

    private static string Calendar(PageContent page) => Encoding.UTF8.GetString(PageForms.Of(page).Single(file => file.Path == "history.ics").Bytes);
}
