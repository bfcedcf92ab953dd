using System.Net;
using Nines.Core.Components;
using Nines.Core.Control;
using Nines.Core.Maintenance;
using Nines.Testing;
using Nines.Web.Access;
using Nines.Web.Tests.Api;
using NodaTime;
using static Nines.Web.Tests.Console.Browser;

namespace Nines.Web.Tests.Console;

public sealed class MaintenancePageTests
{
    /// <summary>An hour into the drama.</summary>
    private static async Task<Browser> AnHourInAsync(Role role = Role.Responder, bool priced = false) => await OpenAsync(role, priced: priced, time: new ManualTimeProvider(Watched.At(3600).ToDateTimeOffset()));

    [Fact]
    public async Task Windows_are_under_way_to_come_or_over()
    {
        await using var browser = await AnHourInAsync();
        var page = await browser.GetAsync("/maintenance");
        string Rows(string section) => string.Join(' ', page.QuerySelectorAll($"section[aria-labelledby={section}] tbody th a").Select(TextOf));
        Assert.Equal(("manual-2", "weekly@2026-05-02", "manual-1 manual-0"), (Rows("under-way"), Rows("to-come"), Rows("over")));
        Assert.Contains("in 50m 00s", TextOf(page.GetElementById("window-manual-2")));
        Assert.Contains("ended early by ada", TextOf(page.GetElementById("window-manual-0")));
        Assert.Contains("page down for 4m 55s page-1", TextOf(page.GetElementById("window-manual-1")));
        Assert.Contains("new certificates · ada", TextOf(page.GetElementById("window-manual-1")));
        Assert.Contains("the gates take down shop, desk too".Replace("shop, desk", "desk, shop", StringComparison.Ordinal), TextOf(page.GetElementById("window-weekly@2026-05-02")));
    }

    [Fact]
    public async Task What_rules_will_bring_is_foreseen_by_the_next_window_that_is_not_declared_yet()
    {
        var watched = await Drama.PlayAsync();
        watched.Rules =
        [
            new MaintenanceRule.Recurring("patches", [new ComponentId("db")], DayRule.Parse(["sunday"])!, new LocalTime(2, 0), Duration.FromHours(1), DateTimeZone.Utc),
            new MaintenanceRule.Once("move", [new ComponentId("page")], Watched.At(86_400 * 200), Watched.At(86_400 * 200 + 600)),
        ];
        await using var browser = await OpenAsync(Role.Viewer, watched: watched, priced: true, time: new ManualTimeProvider(Watched.At(3600).ToDateTimeOffset()));
        var rows = (await browser.GetAsync("/maintenance")).QuerySelectorAll("section[aria-labelledby=foreseen] tbody tr").Select(TextOf).ToArray();
        Assert.Equal(2, rows.Length);
        Assert.Matches("^patches every Sunday db [0-9-]* ?02:00:00 .*3,600.00 USD", rows[0]);
        Assert.StartsWith("move once page", rows[1], StringComparison.Ordinal);
        Assert.EndsWith("600.00 USD", rows[1], StringComparison.Ordinal); // the gates take shop and desk down with it
    }

    [Fact]
    public async Task What_is_to_come_says_what_it_is_expected_to_cost_and_when_it_would_cost_least()
    {
        await using var browser = await AnHourInAsync(priced: true);
        var page = await browser.GetAsync("/maintenance?component=db&for=2h");
        Assert.Contains("3,600.00 USD", TextOf(page.GetElementById("window-weekly@2026-05-02")));
        Assert.Contains("no price", TextOf(page.GetElementById("window-manual-2")));
        var best = page.QuerySelectorAll("section[aria-labelledby=best] tbody tr");
        Assert.Equal(["1", "2", "3", "4", "5", "now", "worst"], best.Select(row => TextOf(row.QuerySelector("th"))));
        Assert.All(best, row => Assert.Contains("7,200.00", TextOf(row)));
        Assert.Equal(5, page.QuerySelectorAll("section[aria-labelledby=best] form[action='/maintenance/start']").Length);
    }

    [Fact]
    public async Task Without_prices_no_time_is_better()
    {
        await using var browser = await AnHourInAsync();
        Assert.Contains("no time is better than another", TextOf((await browser.GetAsync("/maintenance")).Body));
    }

    [Fact]
    public async Task Forms_declare_plan_and_end_windows()
    {
        await using var browser = await AnHourInAsync();
        Assert.Equal((HttpStatusCode.SeeOther, "/maintenance"), await browser.PostAsync("/maintenance/start", ("component", "db"), ("component", "page"), ("from", ""), ("for", "1h30m"), ("reason", "disks")));
        Assert.Equal((HttpStatusCode.SeeOther, "/maintenance"), await browser.PostAsync("/maintenance/start", ("component", "db"), ("from", "2026-05-03T22:00Z"), ("for", "2h"), ("reason", "")));
        Assert.Equal((HttpStatusCode.SeeOther, "/maintenance"), await browser.PostAsync("/maintenance/end", ("window", "manual-2")));
        var told = browser.Server.Told.Select(one => one.Command).ToList();
        var now = Assert.IsType<ControlCommand.StartMaintenance>(told[0]);
        Assert.Equal(("db page", Duration.FromMinutes(90), null, "disks"), (string.Join(' ', now.Components), now.For, now.From, now.Reason));
        var planned = Assert.IsType<ControlCommand.StartMaintenance>(told[1]);
        Assert.Equal((Instant.FromUtc(2026, 5, 3, 22, 0), Duration.FromHours(2), null), (planned.From, planned.For, planned.Reason));
        Assert.Equal(new ControlCommand.EndMaintenance("manual-2"), told[2]);
    }

    [Theory]
    [InlineData("component", "", "for", "1h")]
    [InlineData("component", "no such name", "for", "1h")]
    [InlineData("component", "db", "for", "an hour")]
    [InlineData("component", "db", "from", "tomorrow")]
    public async Task A_form_that_makes_no_sense_reaches_nobody(string name, string value, string other, string otherValue)
    {
        await using var browser = await AnHourInAsync();
        Assert.InRange((int)(await browser.PostAsync("/maintenance/start", (name, value), (other, otherValue))).Status, 400, 422);
        Assert.Empty(browser.Server.Told);
    }

    [Fact]
    public async Task A_viewer_sees_windows_and_no_forms()
    {
        await using var browser = await AnHourInAsync(Role.Viewer);
        Assert.Empty((await browser.GetAsync("/maintenance")).QuerySelectorAll("form[method=post]"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.PostAsync("/maintenance/end", ("window", "manual-2"))).Status);
    }

    [Fact]
    public async Task The_api_has_the_same()
    {
        await using var browser = await AnHourInAsync(priced: true);
        var (_, json) = await browser.Server.GetAsync("/api/v1/maintenance");
        Assert.Equal(("nines.maintenance_list/1", "manual-2", "page-1"), (json.GetProperty("schema").GetString(), json.GetProperty("under_way")[0].GetProperty("window").GetString(), json.GetProperty("past")[0].GetProperty("overran")[0].GetString()));
        var (_, best) = await browser.Server.GetAsync("/api/v1/maintenance/best?component=db&for=2h");
        Assert.Equal(7_200, best.GetProperty("windows").GetProperty("best")[0].GetProperty("loss").GetProperty("likely").GetDecimal());
        Assert.Equal(HttpStatusCode.OK, (await browser.Server.PostAsync("/api/v1/maintenance", """{"components":["db"],"for_s":600}""")).Answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.Server.PostAsync("/api/v1/maintenance/manual-2/end", null)).Answer.StatusCode);
        ApiServer.AssertProblem(await browser.Server.PostAsync("/api/v1/maintenance", """{"components":["db"],"for_s":600,"until":"2026-05-03T22:00:00Z"}"""), HttpStatusCode.UnprocessableEntity, "NIN4021");
        Assert.Equal(2, browser.Server.Told.Count);
    }
}
