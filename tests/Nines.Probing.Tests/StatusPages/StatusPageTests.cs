using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.StatusPages;
using NodaTime;

namespace Nines.Probing.Tests.StatusPages;

public sealed class StatusPageTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 1, 12, 0);

    /// <summary>Two components in a group, as the published API has them.</summary>
    private static string Page(string api = "operational", string trading = "operational", string indicator = "none", string incidents = "[]", string maintenances = "[]") => $$"""
        {"page":{"id":"y2j98763l56x","name":"Example Exchange","url":"https://status.exchange.example","time_zone":"Etc/UTC","updated_at":"2026-03-01T11:59:00.000Z"},
         "components":[
          {"id":"g1","name":"Platform","status":"{{api}}","created_at":"2020-01-01T00:00:00.000Z","updated_at":"2026-01-01T00:00:00.000Z","position":1,"description":null,"showcase":false,"start_date":null,"group_id":null,"page_id":"y2j98763l56x","group":true,"only_show_if_degraded":false,"components":["c1","c2"]},
          {"id":"c1","name":"API","status":"{{api}}","created_at":"2020-01-01T00:00:00.000Z","updated_at":"2026-01-01T00:00:00.000Z","position":1,"description":"REST","group_id":"g1","page_id":"y2j98763l56x","group":false,"only_show_if_degraded":false},
          {"id":"c2","name":"Trading engine ","status":"{{trading}}","created_at":"2020-01-01T00:00:00.000Z","updated_at":"2026-01-01T00:00:00.000Z","position":2,"description":null,"group_id":"g1","page_id":"y2j98763l56x","group":false,"only_show_if_degraded":false}],
         "incidents":{{incidents}},"scheduled_maintenances":{{maintenances}},"status":{"indicator":"{{indicator}}","description":"All Systems Operational"} }
        """;

    private static async Task<(Sight Sight, ProbeDefinition Definition)> LookAsync(string answer, params string[] components)
    {
        await using var server = HostileServer.Answering(System.Text.Encoding.UTF8.GetBytes(answer));
        var definition = Look.WithDefaults("statuspage", new StatusPageOptions { Url = server.Url(""), Components = [.. components] });
        return (await Look.OnceAsync(definition, environment: Look.Environment with { Now = () => Now }), definition);
    }

    private static string Ok(string body) => $"HTTP/1.1 200 OK\r\nContent-Length: {System.Text.Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    [Fact]
    public async Task A_page_where_all_is_well_breaks_nothing()
    {
        var (sight, definition) = await LookAsync(Ok(Page()));
        Assert.Empty(sight.Broken(definition));
        Assert.Equal("none", sight.Value(definition, "indicator").Text);
        Assert.Equal(60, sight.Value(definition, "updated_age").Number);
        Assert.True(sight.Value(definition, "incident").IsMissing);
    }

    [Theory]
    [InlineData("operational", "major_outage", "critical", "indicator != \"critical\" else down|worst == \"operational\" or worst == \"under_maintenance\" else degraded")]
    [InlineData("operational", "major_outage", "major", "worst == \"operational\" or worst == \"under_maintenance\" else degraded")]
    [InlineData("operational", "partial_outage", "minor", "worst == \"operational\" or worst == \"under_maintenance\" else degraded")]
    [InlineData("degraded_performance", "operational", "minor", "worst == \"operational\" or worst == \"under_maintenance\" else degraded")]
    [InlineData("under_maintenance", "operational", "maintenance", "not maintenance else degraded")]
    [InlineData("operational", "on_fire", "none", "worst == \"operational\" or worst == \"under_maintenance\" else degraded")]
    public async Task What_the_whole_page_says_decides(string api, string trading, string indicator, string broken)
    {
        var (sight, definition) = await LookAsync(Ok(Page(api, trading, indicator)));
        Assert.Equal(broken.Split('|'), sight.Broken(definition));
    }

    [Theory]
    [InlineData("API", "")]
    [InlineData("c1", "")]
    [InlineData("trading engine", "worst != \"major_outage\" else down|worst == \"operational\" or worst == \"under_maintenance\" else degraded")]
    public async Task Only_the_components_that_are_named_count(string name, string broken)
    {
        var (sight, definition) = await LookAsync(Ok(Page(trading: "major_outage", indicator: "critical")), name);
        Assert.Equal(broken.Length == 0 ? [] : broken.Split('|'), sight.Broken(definition));
        Assert.Equal(broken.Length == 0 ? 0 : 1, sight.Value(definition, "components_down").Number);
    }

    [Fact]
    public async Task Maintenance_can_be_left_out()
    {
        await using var server = HostileServer.Answering(Ok(Page(api: "under_maintenance")));
        var definition = Look.WithDefaults("statuspage", new StatusPageOptions { Url = server.Url(""), IncludeMaintenance = false });
        Assert.Empty((await Look.OnceAsync(definition)).Broken(definition));
    }

    [Fact]
    public async Task Open_incidents_and_maintenance_in_progress_are_counted()
    {
        var (sight, definition) = await LookAsync(Ok(Page(
            incidents: """[{"id":"1","name":"Old","status":"resolved"},{"id":"2","name":"Delayed withdrawals","status":"monitoring","impact":"minor"},{"id":"3","status":"new_word"},7]""",
            maintenances: """[{"id":"4","status":"scheduled"},{"id":"5","status":"in_progress"}]""")));
        Assert.Equal(3, sight.Value(definition, "incidents_open").Number); // what is not said to be over is open
        Assert.Equal("Delayed withdrawals", sight.Value(definition, "incident").Text);
        Assert.Equal(1, sight.Value(definition, "maintenances_in_progress").Number);
    }

    [Fact]
    public async Task One_component_can_be_asked_for_by_name()
    {
        await using var server = HostileServer.Answering(Ok(Page(trading: "partial_outage")));
        var definition = Look.Define("statuspage", new StatusPageOptions { Url = server.Url("") }, null, ("component", "name", "Trading engine"));
        Assert.Equal("partial_outage", (await Look.OnceAsync(definition)).Value(definition, "component").Text);
    }

    [Theory]
    [InlineData("""{"status":{"indicator":"minor"} }""", "minor", "operational")]
    [InlineData("""{"components":[{"name":"API","status":"partial_outage"},{"name":"no status"},{"status":"major_outage"},"x",null]}""", "unknown", "partial_outage")]
    [InlineData("""{"page":[],"status":{"indicator":"none"},"components":{"a":1},"incidents":"none","scheduled_maintenances":null}""", "none", "operational")]
    public async Task What_a_page_leaves_out_is_missing(string body, string indicator, string worst)
    {
        var (sight, definition) = await LookAsync(Ok(body));
        Assert.DoesNotContain(sight.Broken(definition), condition => condition.EndsWith("else down", StringComparison.Ordinal));
        Assert.Equal(indicator, sight.Value(definition, "indicator").Text);
        Assert.Equal(worst, sight.Value(definition, "worst").Text);
        Assert.True(sight.Value(definition, "updated_age").IsMissing);
    }

    [Theory]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", "HTTP status 503")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n", "HTTP status 302")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\n<html>All Systems Go</html>", "not a Statuspage summary")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", "not a Statuspage summary")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{\"status\":{} }", "not a Statuspage summary")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", "answer_truncated")]
    [InlineData("", "answer_truncated")]
    public async Task A_page_that_cannot_be_read_is_never_the_providers_outage(string answer, string why)
    {
        var (sight, _) = await LookAsync(answer);
        sight.Fault(why);
    }

    [Fact]
    public async Task A_page_that_is_gone_or_silent_is_never_the_providers_outage()
    {
        (await Look.OnceAsync(Look.WithDefaults("statuspage", new StatusPageOptions { Url = new($"http://{Look.NobodyThere()}") }))).Fault("connection_refused");
        await using var silent = HostileServer.Hanging("");
        var sight = await Look.OnceAsync(Look.WithDefaults("statuspage", new StatusPageOptions { Url = silent.Url("") }, Duration.FromMilliseconds(300)), since: silent.Asked);
        sight.Fault("no answer within 0.3 s (headers)");
        Assert.True(sight.NeedsControl); // so that a vantage point that is blind is known to be
    }

    [Fact]
    public async Task Ten_megabytes_are_not_read_to_the_end()
    {
        var (sight, _) = await LookAsync(Ok($"{{\"components\":[{string.Join(',', Enumerable.Repeat("{\"name\":\"x\"}", 1_000_000))}]}}"));
        sight.Fault("longer than 4 MiB");
    }

    [Fact]
    public async Task A_component_that_the_page_does_not_have_is_said_with_those_it_has()
    {
        var (sight, _) = await LookAsync(Ok(Page(trading: "major_outage")), "API", "Mobile");
        sight.Fault("it has no component Mobile; it has Platform, API, Trading engine");
    }

    [Theory]
    [InlineData("https://status.example.com", "https://status.example.com/api/v2/summary.json")]
    [InlineData("https://status.example.com/", "https://status.example.com/api/v2/summary.json")]
    [InlineData("https://example.com/status#now", "https://example.com/status/api/v2/summary.json")]
    [InlineData("https://example.com/x/summary.json", "https://example.com/x/summary.json")]
    public void The_summary_stands_below_the_page(string page, string summary) =>
        Assert.Equal(summary, new StatusPageOptions { Url = new Uri(page) }.Summary.AbsoluteUri);
}
