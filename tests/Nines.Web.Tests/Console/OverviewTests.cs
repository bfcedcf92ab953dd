using System.Globalization;
using System.IO.Compression;
using AngleSharp.Dom;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Probing.Scheduling;
using Nines.Web.Tests.Api;
using NodaTime;
using NodaTime.Text;
using static Nines.Web.Tests.Watched;

namespace Nines.Web.Tests.Console;

public sealed class OverviewTests
{
    [Fact]
    public async Task The_first_screen_says_what_is_broken_and_lists_the_worst_first()
    {
        await using var server = await ApiServer.StartAsync();
        await BreakAsync(server.Watched);
        var page = await server.PageAsync("/");
        Assert.Equal("db is down since 00:01:40 ± 1.0 s, for 3m 20s (3m 19s – 3m 21s) (connection refused); it takes down shop; what it costs is not priced, and nobody has taken it up.", page.Text("#headline"));
        Assert.Equal(["component-db", "component-shop", "component-blind", "component-desk"], page.QuerySelectorAll(".card-row").Select(card => card.Id));
        Assert.Equal(["down", "down", "unknown", "up"], page.QuerySelectorAll(".card-row .state").Select(badge => badge.TextContent));
        Assert.Equal("/components/db", page.QuerySelector("#headline a")!.GetAttribute("href"));
        Assert.Equal("/outages/db-1", page.QuerySelector("#component-db .card-why a")!.GetAttribute("href"));
        Assert.Equal(["4 all", "2 down", "1 unknown", "1 up"], page.QuerySelectorAll(".state-counts a").Select(count => count.TextContent));
    }

    [Fact]
    public async Task The_time_to_the_next_look_is_counted_down_by_the_page_from_the_plan()
    {
        var watched = new Watched();
        watched.NextLook = component => new PlannedLook(new(component, "http"), new("fra"), watched.Status.Now + Duration.FromSeconds(3.4), Duration.FromSeconds(30), false);
        await using var server = await ApiServer.StartAsync(watched);
        await BreakAsync(watched);
        var due = (await server.PageAsync("/")).QuerySelector("#headline .due")!;
        Assert.Equal(("in 4 s", "3.4", "30.0"), (due.TextContent, due.GetAttribute("data-due"), due.GetAttribute("data-every")));
        var (_, json) = await server.GetAsync("/api/v1/overview");
        Assert.EndsWith("; the next look is in 3.4 s.", json.GetProperty("sentence").GetString(), StringComparison.Ordinal);
        Assert.Equal(watched.Status.Now + Duration.FromSeconds(3.4), InstantPattern.ExtendedIso.Parse(json.GetProperty("roots")[0].GetProperty("next_look_at").GetString()!).Value);
    }

    [Fact]
    public async Task Time_that_nobody_saw_is_grey_and_never_green()
    {
        await using var server = await ApiServer.StartAsync();
        await BreakAsync(server.Watched);
        var page = await server.PageAsync("/");
        var bars = page.QuerySelector("#component-blind .day-bars")!;
        Assert.Empty(bars.QuerySelectorAll(".fill-up"));
        Assert.NotEmpty(bars.QuerySelectorAll(".fill-unknown"));
        Assert.Contains("unknown 5m 00s in 1 day; not watched in 89 days", bars.GetAttribute("aria-label"), StringComparison.Ordinal);
        Assert.Equal("5m 00s unknown 0 % seen", page.Text("#component-blind .card-figures"));
    }

    [Fact]
    public async Task The_list_is_filtered_by_the_address_and_what_makes_no_sense_in_it_filters_nothing()
    {
        await using var server = await ApiServer.StartAsync();
        await BreakAsync(server.Watched);
        async Task<string[]> Of(string query) => [.. (await server.PageAsync("/" + query)).QuerySelectorAll(".card-row").Select(card => card.Id!["component-".Length..])];
        Assert.Equal(["blind"], await Of("?state=unknown"));
        Assert.Equal(["db"], await Of("?kind=infra"));
        Assert.Equal(["desk"], await Of("?text=DES"));
        Assert.Equal(4, (await Of("?state=nonsense&kind=&page=-3&label=")).Length);
        Assert.Empty(await Of("?label=team=web"));
        Assert.Contains("Nothing fits", (await server.PageAsync("/?text=%3Cscript%3E")).Body!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Long_lists_come_in_pages()
    {
        var watched = new Watched();
        await using var server = await ApiServer.StartAsync(watched);
        await watched.ConfigAsync([.. Enumerable.Range(0, 120).Select(i => string.Create(CultureInfo.InvariantCulture, $"c{i:000}"))]);
        watched.Until = 300;
        var last = await server.PageAsync("/?page=99&state=unknown");
        Assert.Equal(20, last.QuerySelectorAll(".card-row").Length);
        Assert.Equal("Page 3 of 3", last.Text(".pages span"));
        Assert.Equal("/?state=unknown&page=2", last.QuerySelector("[rel=prev]")!.GetAttribute("href"));
    }

    [Fact]
    public async Task A_watch_that_stands_still_is_said_first()
    {
        await using var server = await ApiServer.StartAsync(options: options => options with { Status = () => null });
        await BreakAsync(server.Watched);
        Assert.StartsWith("Nines is not watching: it is starting or stopping", (await server.PageAsync("/")).Text("#headline"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task Pages_are_packed_for_who_takes_it(string encoding)
    {
        await using var server = await ApiServer.StartAsync();
        await BreakAsync(server.Watched);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Accept-Encoding", encoding);
        using var answer = await server.Client.SendAsync(request);
        Assert.Equal([encoding], answer.Content.Headers.ContentEncoding);
        var body = await answer.Content.ReadAsStreamAsync();
        using var text = new StreamReader(encoding == "br" ? new BrotliStream(body, CompressionMode.Decompress) : new GZipStream(body, CompressionMode.Decompress));
        Assert.Contains("id=\"headline\"", await text.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_is_offered_to_programs()
    {
        await using var server = await ApiServer.StartAsync();
        await BreakAsync(server.Watched);
        var (_, overview) = await server.GetAsync("/api/v1/overview");
        Assert.Equal("broken", overview.GetProperty("tone").GetString());
        Assert.Equal(["shop"], overview.GetProperty("roots")[0].GetProperty("takes_down").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal(1, overview.GetProperty("in_state").GetProperty("unknown").GetInt32());
        var (_, first) = await server.GetAsync("/api/v1/components?limit=3");
        var (_, second) = await server.GetAsync($"/api/v1/components?limit=3&cursor={first.GetProperty("next").GetString()}");
        Assert.Equal(["blind", "db", "desk", "shop"], first.GetProperty("components").EnumerateArray().Concat(second.GetProperty("components").EnumerateArray()).Select(one => one.GetProperty("component").GetString()));
        var blind = first.GetProperty("components")[0];
        Assert.Equal("unknown", blind.GetProperty("state").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, blind.GetProperty("availability_30d").GetProperty("likely").ValueKind);
    }

    /// <summary>db refuses since 100 s ± 1 s and takes shop down, desk is up, and blind was never seen.</summary>
    internal static async Task BreakAsync(Watched watched)
    {
        await watched.ConfigAsync(("shop", ComponentKind.Dapp), ("db", ComponentKind.Infra), ("desk", ComponentKind.Venue), ("blind", ComponentKind.Node));
        watched.Until = 300;
        var refused = new Cause(CauseKind.Technical, "connection refused") { Code = "connection_refused" };
        var upstream = new Cause(CauseKind.Upstream, "db is down") { Roots = [new("db")] };
        Segment[] Out(string outage, Cause cause) =>
            [In(0, State.Up), Between(99, State.Up, State.Up, State.Down, outage) with { Cause = cause }, Between(100, State.Up, State.Down, State.Down, outage) with { Cause = cause }, In(101, State.Down, outage) with { Cause = cause }];
        await watched.ReviseAsync("db", 0, Out("db-1", refused));
        await watched.ReviseAsync("shop", 0, Out("shop-1", upstream));
        await watched.ReviseAsync("desk", 0, In(0, State.Up));
        await watched.ReviseAsync("blind", 0, Segment.Unseen(At(0)));
        await watched.AddAsync(new Core.Facts.Watched(At(300), "run-1", []));
    }
}
