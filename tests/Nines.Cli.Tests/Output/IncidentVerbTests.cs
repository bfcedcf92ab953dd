using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;

namespace Nines.Cli.Tests.Output;

public sealed class IncidentVerbTests
{
    private const string Pricing = """
        pricing:
          losses:
          - component: shop
            rate: { amount: 3600 USD, per: 1h }
          contracts:
          - name: acme
            components: [shop]
            fee: 1000 USD
            tiers:
            - { below: 99.9%, credit: 10% }
        """;

    private static async Task<Desk> WithNoticesAsync()
    {
        var desk = await new Desk().WithAnOutageAsync();
        return await desk.RecordAsync(
            new NoticeSent(Desk.At(70), "shop-1", "opened", "ops", null), new NoticeSent(Desk.At(80), "shop-1", "opened", "chat", "answered 404"),
            new OutageAcknowledged(Desk.At(120), "shop-1", "mia", "on it"), new NoticeSent(Desk.At(320), "shop-1", "closed", "ops", null), new Watched(Desk.At(660), "run-1", []));
    }

    [Fact]
    public async Task An_incident_tells_its_bounds_its_evidence_its_cost_and_who_was_told()
    {
        await using var desk = await WithNoticesAsync();
        var (exit, output, error) = await desk.RunAsync("report", "incident", "shop-1", "--pricing", desk.Write("pricing.yaml", Pricing));
        Assert.True(exit == 0, error);
        Assert.Contains("shop was down for 4m 00s (3m 56s – 4m 03s)", output);
        Assert.Contains("2026-01-01 12:01:01.204", output);
        Assert.Contains("shop/page from eu-1: up → down; refused: connection_refused: no", output);
        Assert.Contains("It cost 239.74 USD (236.69 – 242.80).", output);
        Assert.Contains("lost time × rate", output);
        Assert.Contains("mia took it up", output);
        Assert.Contains("answered 404", output);
        Assert.Contains("The first notice was delivered 7.7 s after it likely began; with the probes as they were, an outage is surely found within 35 s.", output);
        Assert.Contains("chat could not be told that it opened: answered 404.", output);
    }

    [Fact]
    public async Task Its_document_holds_the_same_and_names_the_facts()
    {
        await using var desk = await WithNoticesAsync();
        var (exit, output, error) = await desk.RunAsync("report", "incident", "shop-1", "-o", "json", "--pricing", desk.Write("pricing.yaml", Pricing));
        Assert.True(exit == 0, error);
        var document = JsonNode.Parse(output)!;
        Assert.Equal("nines.incident/1", (string?)document["schema"]);
        Assert.Equal(239.743m, (decimal?)document["cost"]!["loss"]!["likely"]);
        Assert.Equal([7.743m, 17.743m], document["notices"]!.AsArray().Take(2).Select(notice => (decimal)notice!["after_s"]!));
        Assert.Contains(document["timeline"]!.AsArray(), one => (long?)one!["position"] == 5);
    }

    [Fact]
    public async Task A_root_shows_what_it_took_with_it_and_a_dependant_how_long_it_was_slow_to_recover()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var upstream = new Cause(CauseKind.Upstream, "api is down") { Roots = [new ComponentId("api")] };
        var broke = new Cause(CauseKind.Technical, "connection refused");
        static Segment Down(double from, string name, Cause cause) => new(Desk.At(from), State.Down, State.Down, State.Down) { Outage = name, Cause = cause };
        await desk.RecordAsync(
            new TimelineRevised(Desk.At(700), new ComponentId("api"), null, Desk.At(690), [Down(690, "api-1", broke), Desk.Up(750)]),
            new TimelineRevised(Desk.At(700), new ComponentId("shop"), null, Desk.At(690), [Down(690, "shop-2", upstream), Desk.Up(810)]),
            new Watched(Desk.At(900), "run-1", []));
        var path = desk.Write("pricing.yaml", Pricing);
        var (_, root, _) = await desk.RunAsync("report", "incident", "api-1", "--pricing", path);
        Assert.Contains("It took shop with it.", root);
        Assert.Contains("120.00 USD", root);
        Assert.Contains("api has no price", root);
        var (_, dependant, _) = await desk.RunAsync("report", "incident", "shop-2", "--pricing", path);
        Assert.Contains("api was back at 2026-01-01 12:12:30 UTC; shop took 1m 00s more to recover.", dependant);
    }

    [Fact]
    public async Task What_no_fact_says_is_not_advised()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (_, output, _) = await desk.RunAsync("report", "incident", "shop-1");
        Assert.DoesNotContain("What the facts say of its length", output);
        Assert.Contains("the loss is not reckoned, and not zero", output);
    }

    [Fact]
    public async Task An_outage_that_is_not_on_record_is_said()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (exit, _, error) = await desk.RunAsync("report", "incident", "shop-11");
        Assert.Equal(2, exit);
        Assert.StartsWith("NIN4007: ", error);
    }

    [Fact]
    public async Task Two_periods_stand_side_by_side_with_what_their_bounds_allow()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        string[] call = ["report", "compare", "--period", "2026-01-01T12:00:00Z..2026-01-01T12:05:30Z", "--period", "2026-01-01T12:05:30Z..2026-01-01T12:10:00Z"];
        var (exit, output, error) = await desk.RunAsync([.. call, "-o", "json", "--pricing", desk.Write("pricing.yaml", Pricing)]);
        Assert.True(exit == 0, error);
        var shop = JsonNode.Parse(output)!["components"]!.AsArray().Single(row => (string?)row!["component"] == "shop")!;
        Assert.Equal(1m, (decimal)shop["b"]!["availability"]!["likely"]!);
        Assert.Equal(100 - 100 * (decimal)shop["a"]!["availability"]!["high"]!, (decimal)shop["difference_points"]!["low"]!, 6);
        Assert.Equal(-239.743m, (decimal)shop["loss_difference"]!["likely"]!);
        Assert.Contains("within chance", (string?)shop["verdict"]);
        // Nothing prices it: that is no loss of nothing.
        Assert.Null(JsonNode.Parse(output)!["components"]!.AsArray().Single(row => (string?)row!["component"] == "api")!["loss_difference"]);
        (_, output, _) = await desk.RunAsync([.. call, "--pricing", desk.Write("pricing.yaml", Pricing)]);
        Assert.Matches(@"shop .* -239\.74 USD \(-242\.80 – -236\.69\)", output);
        Assert.Equal(2, (await desk.RunAsync("report", "compare", "--period", "2026-01")).Exit);
    }

    [Fact]
    public async Task A_contracts_statement_is_a_page_for_the_customer()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (exit, output, error) = await desk.RunAsync("report", "sla", "acme", "--period", "2026-01", "-o", "html", "--pricing", desk.Write("pricing.yaml", Pricing));
        Assert.True(exit == 0, error);
        Assert.StartsWith("<!doctype html>", output);
        Assert.Contains("Service statement for acme, 2026-01, provisional", output);
        Assert.Contains("Credit due", output);
        Assert.Contains("shop-1", output);
    }
}
