using System.Net;
using Nines.Core;
using Nines.Core.Control;
using Nines.Web.Access;
using static Nines.Web.Tests.Console.Browser;

namespace Nines.Web.Tests.Console;

public sealed class OutagePageTests
{
    [Fact]
    public async Task The_list_has_the_latest_first_with_bounds_and_sums()
    {
        await using var browser = await OpenAsync();
        var page = await browser.GetAsync("/outages");
        Assert.Equal(["shop-1", "db-1", "page-1", "node-a-1"], page.QuerySelectorAll("tbody th a").Select(link => link.TextContent));
        Assert.Contains("3m 58s (3m 43s – 5m 10s)", TextOf(page.GetElementById("outage-node-a-1")));
        Assert.Contains("maintenance (corrected): somebody rotated the disks", TextOf(page.GetElementById("outage-node-a-1")));
        Assert.Contains("nobody yet", TextOf(page.GetElementById("outage-db-1")));
        Assert.Equal(["4", "2"], page.QuerySelectorAll(".key-figures dd").Take(2).Select(TextOf));
    }

    [Theory]
    [InlineData("open=true", "shop-1 db-1")]
    [InlineData("open=false", "page-1 node-a-1")]
    [InlineData("cause=maintenance", "page-1 node-a-1")]
    [InlineData("component=db", "db-1")]
    [InlineData("text=DISKS", "node-a-1")]
    [InlineData("from=2026-05-01T00:30:00Z", "shop-1 db-1")]
    [InlineData("to=2026-05-01T00:20:00Z", "node-a-1")]
    [InlineData("open=&component=&cause=&from=&to=&text=", "shop-1 db-1 page-1 node-a-1")]
    public async Task The_filter_works_without_a_script(string query, string outages)
    {
        await using var browser = await OpenAsync();
        Assert.Equal(outages, string.Join(' ', (await browser.GetAsync($"/outages?{query}")).QuerySelectorAll("tbody th a").Select(link => link.TextContent)));
    }

    [Fact]
    public async Task A_filter_that_is_none_is_told_as_a_page()
    {
        await using var browser = await OpenAsync();
        var (status, page) = await browser.LookAsync("/outages?from=yesterday");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("is not an instant", page.Body!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_outage_is_told_from_its_observations_to_what_people_said()
    {
        await using var browser = await OpenAsync();
        var page = await browser.GetAsync("/outages/node-a-1");
        Assert.StartsWith("node-a was down for 3m 58s (3m 43s – 5m 10s)", TextOf(page.QuerySelector(".lead")), StringComparison.Ordinal);
        Assert.Equal("node-a-1, an outage of node-a – Nines", page.Title);
        Assert.Equal(["Observations", "Surely and possibly", "Cause", "Cost", "Who was told, and what they said", "What you can do"], page.QuerySelectorAll("section > h2").Select(TextOf));
        var text = TextOf(page.Body);
        Assert.Contains("What was judged: technical, 3m 58s likely: connection refused", text, StringComparison.Ordinal);
        Assert.Contains("by ben to maintenance: somebody rotated the disks", text, StringComparison.Ordinal);
        Assert.Contains("For 1m 00s of it nobody looked", text, StringComparison.Ordinal);
        Assert.Contains("chat could not be told that it opened", text, StringComparison.Ordinal);
        Assert.Contains("restarting <it>", text, StringComparison.Ordinal);
        Assert.Contains("<script>alert(1)</script>", TextOf(page.QuerySelector(".note-text")), StringComparison.Ordinal);
        Assert.Contains("/journal/11", page.QuerySelectorAll("a.fact").Select(link => link.GetAttribute("href")));
    }

    [Fact]
    public async Task Its_timelines_have_soft_edges_and_say_the_same_in_words()
    {
        await using var browser = await OpenAsync();
        var page = await browser.GetAsync("/outages/node-a-1");
        Assert.Equal(["surely", "likely", "possibly", "surely", "likely", "possibly", "probe · eu-1", "probe · us-1", "UTC"], page.QuerySelectorAll(".bands-many .band-name").Select(TextOf));
        Assert.NotEmpty(page.QuerySelectorAll(".band .possibly"));
        var edges = page.QuerySelectorAll(".band rect[fill]").Select(rect => rect.GetAttribute("fill")).ToHashSet();
        Assert.Equal(["url(#soft-down-up)", "url(#soft-up-down)"], edges.Order());
        Assert.All(edges, edge => Assert.NotNull(page.GetElementById(edge![5..^1])));
        Assert.Contains("unknown from", page.QuerySelectorAll(".band")[1].GetAttribute("aria-label"));
    }

    [Fact]
    public async Task An_open_one_claims_nothing_after_what_is_known_and_names_its_root()
    {
        await using var browser = await OpenAsync();
        var page = await browser.GetAsync("/outages/shop-1");
        Assert.Contains("open; nothing is claimed after", TextOf(page.Body), StringComparison.Ordinal);
        Assert.Equal("db, root, at worst down", page.QuerySelector(".graph a[href='/components/db']")!.GetAttribute("aria-label"));
        Assert.Contains("db-1", page.QuerySelectorAll(".rows-as-cards a").Select(TextOf));
        Assert.NotNull(page.QuerySelector("form[action='/outages/shop-1/acknowledge']"));
        Assert.Contains("No probe of its own saw this", TextOf(page.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_not_on_record_is_not_found_and_the_nearest_is_named()
    {
        await using var browser = await OpenAsync();
        var (status, page) = await browser.LookAsync("/outages/shop-2");
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains("Did you mean 'shop-1'?", page.Body!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_viewer_has_no_forms_and_may_not_post_them()
    {
        await using var browser = await OpenAsync(Role.Viewer);
        Assert.Empty((await browser.GetAsync("/outages/db-1")).QuerySelectorAll("form[method=post]"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.PostAsync("/outages/db-1/note", ("note", "x"))).Status);
        Assert.Empty(browser.Server.Told);
    }

    [Fact]
    public async Task Forms_tell_the_watch_and_send_the_browser_back()
    {
        await using var browser = await OpenAsync();
        Assert.Equal((HttpStatusCode.SeeOther, "/outages/db-1#people"), await browser.PostAsync("/outages/db-1/acknowledge", ("note", " on it ")));
        Assert.Equal((HttpStatusCode.SeeOther, "/outages/db-1#people"), await browser.PostAsync("/outages/db-1/note", ("note", "one\r\ntwo")));
        Assert.Equal((HttpStatusCode.SeeOther, "/outages/db-1#cause"), await browser.PostAsync("/outages/db-1/correct", ("cause", "consensus"), ("because", "a split")));
        Assert.Equal((HttpStatusCode.SeeOther, "/outages/db-1#corrections"), await browser.PostAsync("/outages/db-1/correct-time", ("claim", "false_alarm"), ("because", "our proxy")));
        Assert.Equal(
            [new ControlCommand.Acknowledge("db-1", "on it"), new ControlCommand.NoteOutage("db-1", "one\ntwo"), new ControlCommand.CorrectCause("db-1", CauseKind.Consensus, "a split"), new ControlCommand.CorrectOutage("db-1", Core.Facts.CorrectionClaim.FalseAlarm, "our proxy")],
            browser.Server.Told.Select(told => told.Command));
    }

    [Theory]
    [InlineData("/outages/db-1/note", "note", "", HttpStatusCode.UnprocessableEntity)]
    [InlineData("/outages/db-1/correct", "cause", "aliens", HttpStatusCode.BadRequest)]
    [InlineData("/outages/gone-1/note", "note", "x", HttpStatusCode.NotFound)]
    public async Task What_cannot_be_kept_is_refused_before_the_watch_hears_of_it(string path, string field, string value, HttpStatusCode status)
    {
        await using var browser = await OpenAsync();
        Assert.Equal(status, (await browser.PostAsync(path, (field, value))).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await browser.PostAsync("/outages/db-1/note", ("note", new string('x', 4_001)))).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await browser.PostAsync("/outages/db-1/note", ("note", new string('x', 70_000)))).Status);
        Assert.Empty(browser.Server.Told);
    }
}
