using System.Net;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Control;
using Nines.Web.Access;
using Nines.Web.Api.Documents;
using Nines.Web.Tests.Console;
using NodaTime;

namespace Nines.Web.Tests.Api;

/// <summary>Having a component that is watched looked at now: over the API, and by a form.</summary>
public sealed class AskedLookTests
{
    private static readonly ComponentId Shop = new("shop");

    private static AskedLooksDocument Saw(Instant at) => new(Shop, null, at, "ann",
    [
        new("http", "fra", at, at + Duration.FromMilliseconds(120), State.EffectivelyDown, new LookDocument("http", "fra", "answered", 0.1, "", new Dictionary<string, string> { ["status"] = "500" }, [new("status == 200", false, State.EffectivelyDown)])),
        new("http", "nyc", null, null, null, null),
    ]);

    private static async Task<ApiServer> StartAsync(Func<ControlCommand, Told>? answer = null, Role role = Role.Responder)
    {
        var watched = new Watched();
        await watched.ConfigAsync("shop", "db");
        watched.Until = 60;
        return await StartAsync(watched, answer, role);
    }

    private static Task<ApiServer> StartAsync(Watched watched, Func<ControlCommand, Told>? answer = null, Role role = Role.Responder) => ApiServer.StartAsync(watched, role, options => options with
    {
        Console = options.Console! with
        {
            Topology = () => ComponentTests.Shop,
            LastLooks = id => id == Shop ? Saw(Watched.At(100)) : null,
        },
    }, answer);

    private static Told Answer(ControlCommand command) => command is ControlCommand.Look ? new Told(ToldResult.Done, ["done"], Looks: Saw(Watched.At(100))) : new Told(ToldResult.Done, ["done"]);

    [Fact]
    public async Task The_answer_tells_what_each_vantage_point_saw_and_which_is_still_looking()
    {
        await using var server = await StartAsync(Answer);
        var (answer, json) = await server.PostAsync("/api/v1/components/shop/looks", """{"probe":"http"}""");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var look = Assert.IsType<ControlCommand.Look>(Assert.Single(server.Told).Command);
        Assert.Equal((Shop, "http"), (look.Component, look.Probe));
        Assert.Equal(("nines.looks/1", false, false), (json.GetProperty("schema").GetString(), json.GetProperty("done").GetBoolean(), json.GetProperty("ok").GetBoolean()));
        Assert.Equal("effectively_down", json.GetProperty("looks")[0].GetProperty("state").GetString());
        Assert.Equal(0.1, json.GetProperty("looks")[0].GetProperty("saw").GetProperty("round_trip_s").GetDouble());
        Assert.False(json.GetProperty("looks")[1].TryGetProperty("saw", out var none) && none.ValueKind != System.Text.Json.JsonValueKind.Null);

        var (_, last) = await server.GetAsync("/api/v1/components/shop/looks");
        Assert.Equal(json.GetRawText(), last.GetRawText());
        ApiServer.AssertProblem(await server.GetAsync("/api/v1/components/db/looks"), HttpStatusCode.NotFound, "NIN4330");
    }

    [Fact]
    public async Task A_key_has_it_looked_at_once_however_often_it_is_sent()
    {
        await using var server = await StartAsync(Answer);
        for (var i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/api/v1/components/shop/looks", "{}", headers: ("Idempotency-Key", "one"))).Answer.StatusCode);
        Assert.Single(server.Told);
    }

    [Fact]
    public async Task What_cannot_be_looked_at_is_refused_by_name()
    {
        await using var server = await StartAsync(command => new Told(ToldResult.Refused, [((ControlCommand.Look)command).Probe switch
        {
            "htpp" => "NIN4306: shop has no probe 'htpp'. Did you mean 'http'?",
            "http" => "NIN4307: shop was looked at only just now, because ann asked for it. It can be again in 4s.",
            _ => "NIN4023: shop is paused: nobody looks at it.",
        }]));
        ApiServer.AssertProblem(await server.PostAsync("/api/v1/components/none/looks", "{}"), HttpStatusCode.NotFound, "NIN4006");
        Assert.Empty(server.Told);
        ApiServer.AssertProblem(await server.PostAsync("/api/v1/components/shop/looks", """{"probe":"htpp"}"""), HttpStatusCode.NotFound, "NIN4306");
        var soon = await server.PostAsync("/api/v1/components/shop/looks", """{"probe":"http"}""");
        ApiServer.AssertProblem(soon, HttpStatusCode.TooManyRequests, "NIN4307");
        Assert.Equal(TimeSpan.FromSeconds(10), soon.Answer.Headers.RetryAfter!.Delta);
        ApiServer.AssertProblem(await server.PostAsync("/api/v1/components/shop/looks", "{}"), HttpStatusCode.Conflict, "NIN4023");
        ApiServer.AssertProblem(await server.PostAsync("/api/v1/components/shop/looks", """{"from":"nyc"}"""), HttpStatusCode.BadRequest, "NIN4333");
    }

    [Fact]
    public async Task A_button_on_the_components_page_does_it_and_the_page_shows_what_was_seen()
    {
        await using var server = await StartAsync(new Watched(), Answer);
        await OverviewTests.BreakAsync(server.Watched);
        var page = await server.PageAsync("/components/shop");
        Assert.Equal(["", "http"], page.QuerySelectorAll("form[action='/components/shop/look'] option").Select(option => option.GetAttribute("value")));
        using var form = new FormUrlEncodedContent([new("probe", "")]);
        Assert.Equal(HttpStatusCode.OK, await server.Raw.SendAsync(HttpMethod.Post, "/components/shop/look", form)); // sent on to the page
        Assert.Null(Assert.IsType<ControlCommand.Look>(Assert.Single(server.Told).Command).Probe);
        var rows = page.QuerySelectorAll("#looked tbody tr").Select(row => row.TextContent).ToList();
        Assert.Equal(2, rows.Count);
        Assert.Contains("effectively down", rows[0], StringComparison.Ordinal);
        Assert.Contains("is broken", rows[0], StringComparison.Ordinal);
        Assert.Contains("still looking", rows[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Viewers_see_what_was_seen_and_have_no_button()
    {
        await using var server = await StartAsync(new Watched(), role: Role.Viewer);
        await OverviewTests.BreakAsync(server.Watched);
        var page = await server.PageAsync("/components/shop");
        Assert.NotNull(page.QuerySelector("#looked"));
        Assert.Null(page.QuerySelector("form[action='/components/shop/look']"));
    }
}
