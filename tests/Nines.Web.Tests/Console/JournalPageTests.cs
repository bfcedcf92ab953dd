using System.Net;
using System.Security.Cryptography;
using Nines.Backbone.Journal;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Web.Access;
using Nines.Web.Api;
using Nines.Web.Api.Journal;
using Nines.Web.Tests.Api;
using static Nines.Web.Tests.Console.Browser;

namespace Nines.Web.Tests.Console;

public sealed class JournalPageTests
{
    [Fact]
    public async Task Facts_are_listed_the_newest_first_each_in_a_line()
    {
        await using var browser = await OpenAsync(Role.Admin);
        var page = await browser.GetAsync("/journal");
        var positions = page.QuerySelectorAll("tbody th a").Select(link => long.Parse(link.TextContent, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(positions.OrderDescending(), positions);
        Assert.Equal((35, 1), (positions[0], positions[^1]));
        Assert.Contains("ben corrected the cause of node-a-1 to maintenance: somebody rotated the disks", TextOf(page.GetElementById("fact-23")));
        Assert.Contains("/outages/node-a-1", page.GetElementById("fact-23")!.QuerySelectorAll("a").Select(link => link.GetAttribute("href")));
    }

    [Theory]
    [InlineData("kind=notice_sent", "34 21 16 15")]
    [InlineData("outage=db-1", "34 32")]
    [InlineData("component=db", "34 32 31 29 28 10")]
    [InlineData("text=CERTIFICATES", "24")]
    [InlineData("to_position=3", "3 2 1")]
    [InlineData("from_position=34", "35 34")]
    [InlineData("from=2026-05-01T00:55:00Z", "35 34 33 32 31")]
    [InlineData("kind=&outage=&text=&component=&from=&to=&to_position=2", "2 1")]
    public async Task A_search_finds_by_kind_name_words_and_time(string query, string positions)
    {
        await using var browser = await OpenAsync(Role.Admin);
        Assert.Equal(positions, string.Join(' ', (await browser.GetAsync($"/journal?{query}")).QuerySelectorAll("tbody th a").Select(link => link.TextContent)));
    }

    [Fact]
    public async Task A_page_goes_on_where_the_one_before_ended()
    {
        await using var server = await ApiServer.StartAsync(await Drama.PlayAsync());
        var (all, cursor) = (new List<long>(), (string?)null);
        do
        {
            var (_, json) = await server.GetAsync($"/api/v1/journal?limit=8{(cursor is null ? "" : $"&cursor={cursor}")}");
            all.AddRange(json.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("position").GetInt64()));
            cursor = json.GetProperty("next").GetString();
        }
        while (cursor is not null);
        Assert.Equal(Enumerable.Range(1, 35).Select(position => (long)position).Reverse(), all);
        ApiServer.AssertProblem(await server.GetAsync($"/api/v1/journal?cursor={new Cursor("none of ours")}"), HttpStatusCode.BadRequest, "NIN4332");
    }

    [Fact]
    public async Task A_long_search_ends_and_can_go_on()
    {
        await using var watched = new Watched();
        await watched.AddAsync(new OutageNoted(Watched.At(0), "shop-1", "ada", "the needle"));
        for (var i = 0; i < 5; i++) await watched.AddAsync([.. Enumerable.Range(0, 5_000).Select(n => new Core.Facts.Watched(Watched.At(i * 5_000 + n), "run", []))]);
        await using var server = await ApiServer.StartAsync(watched);
        var (_, first) = await server.GetAsync("/api/v1/journal?text=needle");
        Assert.Equal((0, 5_002L, 25_001L), (first.GetProperty("entries").GetArrayLength(), first.GetProperty("searched_from").GetInt64(), first.GetProperty("searched_to").GetInt64()));
        var (_, second) = await server.GetAsync($"/api/v1/journal?text=needle&cursor={first.GetProperty("next").GetString()}");
        Assert.Equal((1L, 1L, 5_001L), (second.GetProperty("entries")[0].GetProperty("position").GetInt64(), second.GetProperty("searched_from").GetInt64(), second.GetProperty("searched_to").GetInt64()));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, second.GetProperty("next").ValueKind);
        // By time the place is found at once, however long the journal is.
        var (_, timed) = await server.GetAsync("/api/v1/journal?text=needle&to=2026-05-01T00:00:01Z");
        Assert.Equal(1, timed.GetProperty("entries").GetArrayLength());
    }

    [Fact]
    public async Task A_fact_is_shown_whole_with_links_to_what_it_names_and_its_digest()
    {
        await using var browser = await OpenAsync();
        var page = await browser.GetAsync("/journal/33");
        var links = page.QuerySelectorAll("main a").Select(link => link.GetAttribute("href")).ToHashSet();
        Assert.Superset(new HashSet<string?> { "/components/shop", "/components/db", "/outages/shop-1", "/journal/32", "/journal/34" }, links);
        Assert.Equal(Convert.ToHexStringLower((await browser.Server.Watched.Journal.DigestOfAsync(new JournalPosition(33), TestContext.Current.CancellationToken))!), TextOf(page.QuerySelector(".digest")));
        Assert.Equal(SHA256.HashSizeInBytes * 2, TextOf(page.QuerySelector(".digest")).Length);
        Assert.Contains("segments 1 › because", string.Join('\n', page.QuerySelectorAll(".fact-rows th").Select(TextOf)).Replace("cause › because", "because", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beyond_the_journal_there_is_nothing()
    {
        await using var browser = await OpenAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await browser.LookAsync("/journal/36")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.LookAsync("/journal/0")).Status);
        ApiServer.AssertProblem(await browser.Server.GetAsync("/api/v1/journal/36"), HttpStatusCode.NotFound, "NIN4347");
    }

    [Fact]
    public async Task Every_fact_of_a_real_history_has_its_page()
    {
        await using var browser = await OpenAsync(Role.Admin);
        for (var position = 1; position <= 35; position++) Assert.NotEmpty(TextOf((await browser.GetAsync($"/journal/{position}")).QuerySelector(".lead")));
    }

    [Theory]
    [InlineData("shop-7", "shop")]
    [InlineData("node-a-12", "node-a")]
    [InlineData("shop-i7", "shop")]
    [InlineData("shop@eu-3", "shop")]
    [InlineData("rpc.example-2-1", "rpc.example-2")]
    public void The_name_of_an_outage_tells_its_component(string outage, string component) =>
        Assert.Equal([new ComponentId(component)], FactWords.ComponentsOf(new OutageNoted(Watched.Zero, outage, "ada", "x")));
}
