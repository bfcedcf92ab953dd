using System.Net;
using System.Text.Json;
using Nines.Core;
using Nines.Ledger;
using Nines.Ledger.Documents;

namespace Nines.Web.Tests.Api;

/// <summary>Figures and reports over the ledger.</summary>
public sealed class FigureTests
{
    /// <summary>shop was down for 100 s, give or take, and pay is.</summary>
    private static async Task<ApiServer> WithOutagesAsync()
    {
        var server = await ApiServer.StartAsync();
        server.Watched.ConfigJson = """{"policy":"strict","objectives":[{"name":"shop-99","component":"shop","target":0.99,"window":{"rolling":2592000}}]}""";
        await server.Watched.ConfigAsync("shop", "pay");
        server.Watched.Until = 1_000;
        await server.Watched.ReviseAsync("shop", 0, Watched.In(0, State.Up), Watched.Between(100, State.Up, State.Down, State.Down, "shop-1"), Watched.In(110, State.Down, "shop-1"), Watched.In(200, State.Up));
        await server.Watched.ReviseAsync("pay", 0, Watched.In(0, State.Up), Watched.In(900, State.Down, "pay-1"));
        return server;
    }

    [Fact]
    public async Task Availability_comes_with_bounds_policy_and_coverage()
    {
        await using var server = await WithOutagesAsync();
        var (_, json) = await server.GetAsync("/api/v1/availability?from=2026-05-01T00:00:00Z&to=2026-05-01T00:10:00Z");
        Assert.Equal("nines.report/1", json.GetProperty("schema").GetString());
        Assert.Equal("strict", json.GetProperty("policy").GetProperty("name").GetString());
        var shop = json.GetProperty("components").EnumerateArray().Single(component => component.GetProperty("component").GetString() == "shop");
        Assert.Equal((100m, 90m), (shop.GetProperty("downtime_longest_s").GetDecimal(), shop.GetProperty("downtime_shortest_s").GetDecimal()));
        Assert.Equal(1m, shop.GetProperty("coverage").GetDecimal());
        ApiServer.AssertProblem(await server.GetAsync("/api/v1/availability?policy=strikt"), HttpStatusCode.NotFound, "NIN4015");
        ApiServer.AssertProblem(await server.GetAsync("/api/v1/availability?from=2030-01-01"), HttpStatusCode.Conflict, "NIN4012");
        ApiServer.AssertProblem(await server.GetAsync("/api/v1/availability?from=yesterday"), HttpStatusCode.BadRequest, "NIN4332");
    }

    [Fact]
    public async Task Policies_and_objectives_are_those_on_record()
    {
        await using var server = await WithOutagesAsync();
        var (_, policies) = await server.GetAsync("/api/v1/policies");
        Assert.Equal("strict", policies.GetProperty("default").GetString());
        Assert.Contains(policies.GetProperty("policies").EnumerateArray(), policy => policy.GetProperty("policy").GetString() == "lenient" && policy.GetProperty("origin").GetString() == "shipped");
        var (_, objectives) = await server.GetAsync("/api/v1/objectives");
        Assert.Equal("nines.objectives/1", objectives.GetProperty("schema").GetString());
        var shop = Assert.Single(objectives.GetProperty("objectives").EnumerateArray());
        Assert.Equal(("shop-99", "shop", 100m), (shop.GetProperty("objective").GetString(), shop.GetProperty("component").GetString(), shop.GetProperty("spent_longest_s").GetDecimal()));
        Assert.Equal("shop-99", (await server.GetAsync("/api/v1/objectives/shop-99")).Json.GetProperty("objectives")[0].GetProperty("objective").GetString());
        ApiServer.AssertProblem(await server.GetAsync("/api/v1/objectives/none"), HttpStatusCode.NotFound, "NIN4230");
    }

    [Fact]
    public async Task What_is_not_priced_is_said_to_be()
    {
        await using var server = await WithOutagesAsync();
        foreach (var path in (string[])["/api/v1/price", "/api/v1/price/now"]) ApiServer.AssertProblem(await server.GetAsync(path), HttpStatusCode.Conflict, "NIN4250");
    }

    [Theory]
    [InlineData("/api/v1/reports/period?period=2026-05", "nines.monthly/1")]
    [InlineData("/api/v1/outages/shop-1/report?a=", "nines.incident/1")]
    public async Task A_report_is_there_as_a_document_and_as_pages(string path, string schema)
    {
        await using var server = await WithOutagesAsync();
        path = path.Replace("?a=", "?policy=strict", StringComparison.Ordinal);
        var got = await server.GetAsync(path);
        Assert.True(got.Answer.IsSuccessStatusCode, string.Join('\n', server.Said) + got.Json);
        Assert.Equal(schema, got.Json.GetProperty("schema").GetString());
        using var html = await server.Client.GetAsync(path + "&format=html");
        Assert.Equal("text/html", html.Content.Headers.ContentType!.MediaType);
        Assert.Contains("sandbox", html.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.StartsWith("<!doctype html>", await html.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith("# ", await server.Client.GetStringAsync(path + "&format=markdown"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_of_nothing_is_refused_in_words()
    {
        await using var server = await WithOutagesAsync();
        ApiServer.AssertProblem(await server.GetAsync("/api/v1/reports/period?period=May"), HttpStatusCode.BadRequest, "NIN4291");
        ApiServer.AssertProblem(await server.GetAsync("/api/v1/reports/period?period=0001-01-01..9999-12-31"), HttpStatusCode.BadRequest, "NIN4291"); // every day of it is worked through
        ApiServer.AssertProblem(await server.GetAsync("/api/v1/availability?to=-9998-01-01T00:00:00Z"), HttpStatusCode.BadRequest, "NIN4332");
        ApiServer.AssertProblem(await server.GetAsync("/api/v1/components/shop/timeline?to=-9998-01-01T00:00:00Z"), HttpStatusCode.BadRequest, "NIN4332");
        ApiServer.AssertProblem(await server.GetAsync("/api/v1/reports/period?zone=Mars/Olympus"), HttpStatusCode.BadRequest, "NIN4291");
        ApiServer.AssertProblem(await server.GetAsync("/api/v1/outages/shop-9/report"), HttpStatusCode.NotFound, "NIN4007");
    }

    [Fact]
    public async Task A_component_s_export_is_its_line_of_the_canonical_one()
    {
        await using var server = await WithOutagesAsync();
        var got = await server.Client.GetByteArrayAsync("/api/v1/components/shop/export");
        var ledger = new LedgerProjection();
        await ledger.CatchUpAsync(server.Watched.Journal);
        ledger.ExtendTo(server.Watched.Status.JudgedUntil);
        using var whole = new MemoryStream();
        LedgerExport.Write(ledger, whole);
        Assert.Contains(System.Text.Encoding.UTF8.GetString(got), System.Text.Encoding.UTF8.GetString(whole.ToArray()), StringComparison.Ordinal);
        Assert.Equal("shop", JsonDocument.Parse(got).RootElement.GetProperty("id").GetString());
    }

    [Fact]
    public async Task What_is_known_already_is_not_sent_again()
    {
        await using var server = await WithOutagesAsync();
        var time = TimeProvider.System.GetUtcNow().Minute; // before both
        var (first, _) = await server.GetAsync("/api/v1/policies");
        var tag = first.Headers.ETag!.ToString();
        Assert.Equal("private, no-cache", first.Headers.CacheControl!.ToString().Replace("no-cache, private", "private, no-cache", StringComparison.Ordinal));
        var (second, _) = await server.GetAsync("/api/v1/policies", ("If-None-Match", $"\"other\", {tag}"));
        if (time == TimeProvider.System.GetUtcNow().Minute) Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        // Another question, another answer; and after a fact the same question has another too.
        Assert.NotEqual(tag, (await server.GetAsync("/api/v1/objectives")).Answer.Headers.ETag!.ToString());
        await server.Watched.ReviseAsync("pay", 950, Watched.In(950, State.Up));
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/api/v1/policies", ("If-None-Match", tag))).Answer.StatusCode);
        // A list that is refused has no tag.
        Assert.Null((await server.GetAsync("/api/v1/policies?x=1")).Answer.Headers.ETag);
    }
}
