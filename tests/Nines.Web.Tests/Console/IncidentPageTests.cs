using System.Net;
using Nines.Core.Control;
using Nines.Core.Facts;
using Nines.Response.Tests.StatusPage;
using Nines.Testing;
using Nines.Web.Access;
using Nines.Web.Tests.Api;
using Nines.Web.Tests.StatusPage;
using static Nines.Response.Tests.StatusPage.PublicScene;
using static Nines.Web.Tests.Console.Browser;

namespace Nines.Web.Tests.Console;

public sealed class IncidentPageTests
{
    private static readonly TimeProvider Time = new ManualTimeProvider(At(1_000).ToDateTimeOffset());

    /// <summary>disk is posted about an outage that is over, by hand; int-db-7f-1 took the web along, which became an incident by itself; old is resolved.</summary>
    private static PublicScene Scene() => Pages.Eventful()
        .Post(300, "old", IncidentPhase.Investigating, "Something.", components: ["api"]).Post(350, "old", IncidentPhase.Resolved, "It is over.", components: ["api"])
        .Watched(1_000);

    private static async Task<Watched> PlayAsync(PublicScene scene)
    {
        var watched = new Watched { Until = (At(1_000) - Watched.Zero).TotalSeconds };
        await watched.AddAsync([.. scene.Facts]);
        return watched;
    }

    private static async Task<Browser> OpenAsync(Role role = Role.Responder, Func<ControlCommand, Told>? answer = null)
    {
        var scene = Scene();
        return await Browser.OpenAsync(role, answer, await PlayAsync(scene), time: Time, statusPage: scene.Options);
    }

    private static Told Posted(ControlCommand command) => new(ToldResult.Done, ["done"], ((ControlCommand.PostIncident)command).Incident ?? "fresh");

    private static async Task<ApiServer> ServeAsync(Role role = Role.Responder, Func<ControlCommand, Told>? answer = null)
    {
        var scene = Scene();
        return await ApiServer.StartAsync(await PlayAsync(scene), role, web => web with { Time = Time }, answer ?? Posted, statusPage: scene.Options);
    }

    [Fact]
    public async Task The_page_has_what_the_public_reads_open_ones_before_past_ones()
    {
        await using var browser = await OpenAsync();
        var page = await browser.GetAsync("/incidents");
        var open = page.GetElementById("open")!.Closest("section")!;
        var past = page.GetElementById("past")!.Closest("section")!;
        Assert.Contains("Trouble of disk", open.QuerySelectorAll("h3").Select(TextOf));
        Assert.Equal(["Trouble of old"], past.QuerySelectorAll("h3").Select(TextOf));
        var disk = page.GetElementById("incident-disk")!;
        Assert.Equal("https://status.example.org/incidents/disk.html", disk.QuerySelector("h3 a")!.GetAttribute("href"));
        Assert.Contains("affects Shop", TextOf(disk), StringComparison.Ordinal);
        Assert.Equal("disk", disk.QuerySelector("em")!.TextContent);
        Assert.Contains("A disk <full> & more.", TextOf(disk), StringComparison.Ordinal);
        Assert.Contains("Posted last by internal-handle, about int-web-7f-1", TextOf(disk), StringComparison.Ordinal);
        Assert.Equal(["resolved", "investigating"], page.GetElementById("incident-old")!.QuerySelectorAll("li > strong").Select(TextOf));
    }

    [Fact]
    public async Task What_was_made_by_itself_is_marked_and_cannot_be_gone_on_with()
    {
        await using var browser = await OpenAsync();
        var page = await browser.GetAsync("/incidents");
        var itself = Assert.Single(page.QuerySelectorAll("article"), article => article.QuerySelector("h3 .automatic") is not null);
        Assert.Null(itself.QuerySelector("a[href^='/incidents?incident=']"));
        Assert.Equal(["disk", "old"], page.QuerySelectorAll("#update select[name=incident] option").Select(option => option.GetAttribute("value")));
    }

    [Fact]
    public async Task An_outage_leads_to_a_form_that_it_fills()
    {
        await using var browser = await OpenAsync();
        var link = (await browser.GetAsync("/outages/int-web-7f-2")).QuerySelector("a[href^='/incidents?']")!.GetAttribute("href")!;
        var form = (await browser.GetAsync(link.Split('#')[0])).QuerySelector("form[action='/incidents/post']")!;
        Assert.Equal("int-web-7f-2", form.QuerySelector("select[name=outage] option[selected]")!.GetAttribute("value"));
        Assert.Equal("major", form.QuerySelector("select[name=impact] option[selected]")!.GetAttribute("value"));
        Assert.Equal(["Shop", "API"], form.QuerySelectorAll("fieldset label").Select(TextOf));
        Assert.Equal(["shop"], form.QuerySelectorAll("input[type=checkbox][checked]").Select(box => box.GetAttribute("value")));
        Assert.Equal(HttpStatusCode.NotFound, (await browser.LookAsync("/incidents?outage=int-web-7f-9")).Status);
    }

    [Fact]
    public async Task An_incident_that_is_chosen_is_the_one_that_the_form_updates_also_when_it_is_not_listed()
    {
        await using var browser = await OpenAsync();
        foreach (var chosen in (string[])["old", "long-ago"])
            Assert.Equal(chosen, (await browser.GetAsync($"/incidents?incident={chosen}")).QuerySelector("select[name=incident] option[selected]")!.GetAttribute("value"));
        Assert.Equal("identified", (await browser.GetAsync("/incidents?incident=disk")).QuerySelector("#update select[name=phase] option[selected]")!.GetAttribute("value"));
    }

    [Fact]
    public async Task Forms_tell_the_watch_and_send_the_browser_back()
    {
        await using var browser = await OpenAsync(answer: Posted);
        Assert.Equal((HttpStatusCode.SeeOther, "/incidents#incident-fresh"), await browser.PostAsync("/incidents/post",
            ("name", "Slow"), ("body", "one\r\ntwo"), ("phase", "investigating"), ("impact", "major"), ("component", "shop"), ("component", "api"), ("outage", "int-db-7f-1")));
        Assert.Equal((HttpStatusCode.SeeOther, "/incidents#incident-disk"), await browser.PostAsync("/incidents/update",
            ("incident", "disk"), ("name", ""), ("body", "Fixed."), ("phase", "resolved"), ("impact", ""), ("outage", "")));
        var told = browser.Server.Told.Select(one => Assert.IsType<ControlCommand.PostIncident>(one.Command)).ToList();
        Assert.Equal(["shop", "api"], told[0].Components!.Value);
        Assert.Equal(new ControlCommand.PostIncident(null, IncidentPhase.Investigating, "Slow", IncidentImpact.Major, "one\ntwo", null, "int-db-7f-1"), told[0] with { Components = null });
        Assert.Equal(new ControlCommand.PostIncident("disk", IncidentPhase.Resolved, null, null, "Fixed.", null, null), told[1]);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.PostAsync("/incidents/post", ("name", "Slow"), ("body", "x"), ("phase", "done"))).Status);
    }

    [Fact]
    public async Task A_viewer_reads_and_has_no_form()
    {
        await using var browser = await OpenAsync(Role.Viewer);
        Assert.Empty((await browser.GetAsync("/incidents")).QuerySelectorAll("form"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.PostAsync("/incidents/post", ("name", "x"), ("body", "x"), ("phase", "resolved"))).Status);
        await using var server = await ServeAsync(Role.Viewer);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/api/v1/incidents")).Answer.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.PostAsync("/api/v1/incidents", """{"name":"x","body":"x"}""")).Answer.StatusCode);
        Assert.Empty(browser.Server.Told);
        Assert.Empty(server.Told);
    }

    [Fact]
    public async Task Without_a_status_page_it_is_said_that_there_is_none()
    {
        await using var browser = await Browser.OpenAsync();
        var page = await browser.GetAsync("/incidents");
        Assert.Contains("There is no status page", TextOf(page.QuerySelector("main")), StringComparison.Ordinal);
        Assert.Empty(page.QuerySelectorAll("form"));
        Assert.Null((await browser.GetAsync("/outages/db-1")).QuerySelector("a[href^='/incidents?']"));
        ApiServer.AssertProblem(await browser.Server.GetAsync("/api/v1/incidents"), HttpStatusCode.Conflict, "NIN4360");
        ApiServer.AssertProblem(await browser.Server.PostAsync("/api/v1/incidents", """{"name":"x","body":"x"}"""), HttpStatusCode.Conflict, "NIN4360");
        Assert.Empty(browser.Server.Told);
    }

    [Fact]
    public async Task The_list_is_paged_and_tells_what_is_behind()
    {
        await using var server = await ServeAsync();
        var names = new List<string>();
        string? cursor = null;
        do
        {
            var (_, json) = await server.GetAsync($"/api/v1/incidents?limit=1{(cursor is null ? "" : $"&cursor={cursor}")}");
            Assert.Equal("nines.public_incidents/1", json.GetProperty("schema").GetString());
            names.AddRange(json.GetProperty("incidents").EnumerateArray().Select(row => row.GetProperty("incident").GetString()!));
            cursor = json.GetProperty("next").GetString();
        }
        while (cursor is not null);
        Assert.Equal((3, 3), (names.Count, names.Distinct().Count()));
        Assert.Equal(["old", "disk"], names[1..]); // by when it began: the disk's outage at 100 s
        var past = Assert.Single((await server.GetAsync("/api/v1/incidents?open=false")).Json.GetProperty("incidents").EnumerateArray());
        Assert.Equal(("old", "resolved", "internal-handle"), (past.GetProperty("incident").GetString(), past.GetProperty("phase").GetString(), past.GetProperty("by").GetString()));
        Assert.Contains((await server.GetAsync("/api/v1/incidents?open=true")).Json.GetProperty("incidents").EnumerateArray(), row => row.GetProperty("outage").GetString() == "int-web-7f-1");
    }

    [Fact]
    public async Task A_post_says_what_it_made_and_is_done_once_by_its_key()
    {
        await using var server = await ServeAsync();
        for (var i = 0; i < 2; i++)
        {
            var (answer, json) = await server.PostAsync("/api/v1/incidents", """{"name":"Slow","body":"We look.","impact":"critical","components":["shop"]}""", headers: ("Idempotency-Key", "k1"));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(("fresh", "https://status.example.org/incidents/fresh.html"), (json.GetProperty("incident").GetString(), json.GetProperty("url").GetString()));
        }
        Assert.Single(server.Told);
        Assert.Equal("disk", (await server.PostAsync("/api/v1/incidents/disk/updates", """{"phase":"monitoring","body":"Better."}""")).Json.GetProperty("incident").GetString());
        ApiServer.AssertProblem(await server.PostAsync("/api/v1/incidents", """{"name":"x","body":"x","components":[null]}"""), HttpStatusCode.BadRequest, "NIN4333");
    }

    [Theory]
    [InlineData("NIN4361: nobody posted an incident 'disc'.", HttpStatusCode.NotFound, "NIN4361")]
    [InlineData("NIN4362: there is no 'shopp' on the status page.", HttpStatusCode.UnprocessableEntity, "NIN4362")]
    [InlineData("NIN4007: outage: none on record is named 'x-1'.", HttpStatusCode.NotFound, "NIN4007")]
    public async Task What_the_watch_does_not_take_is_told_by_what_it_is(string refused, HttpStatusCode status, string code)
    {
        await using var server = await ServeAsync(answer: _ => new Told(ToldResult.Refused, [refused]));
        var got = await server.PostAsync("/api/v1/incidents/disc/updates", """{"phase":"resolved","body":"x"}""");
        ApiServer.AssertProblem(got, status, code);
        Assert.Equal(refused[9..], got.Json.GetProperty("detail").GetString());
    }
}
