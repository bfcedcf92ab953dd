using System.Text.Json.Nodes;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Core;
using Nines.Ledger.Text;

namespace Nines.Cli.Tests.Output;

public sealed class PriceVerbTests
{
    private const string Rate = """
        pricing:
          losses:
          - component: shop
            rate: { amount: 3600 USD, per: 1h, spread: 0.1 }
        """;

    private static async Task<JsonNode> JsonAsync(Desk desk, params string[] arguments)
    {
        var (exit, output, error) = await desk.RunAsync([.. arguments, "-o", "json"]);
        Assert.Equal((0, ""), (exit, error));
        return JsonNode.Parse(output)!;
    }

    [Fact]
    public async Task A_loss_is_low_where_it_was_surely_out_and_high_where_possibly()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var document = await JsonAsync(desk, "price", "--pricing", desk.Write("pricing.yaml", Rate));

        Assert.Equal("nines.price/1", (string?)document["schema"]);
        // A dollar a second: the bounds of `get outages`, demand a tenth less and more.
        Assert.Equal(236.69m * 0.9m, (decimal?)document["loss"]!["low"]);
        Assert.Equal(239.743m, (decimal?)document["loss"]!["likely"]);
        Assert.Equal(242.796m * 1.1m, (decimal?)document["loss"]!["high"]);
        var spread = document["components"]![0]!["episodes"]![0]!["models"]![0]!["spread"]!.AsArray();
        Assert.Equal(["outage_bounds", "demand"], spread.Select(reason => (string?)reason!["source"]));
        Assert.Equal(236.69m, (decimal?)spread[0]!["alone"]!["low"]);
    }

    [Fact]
    public async Task The_same_history_is_priced_under_several_policies_side_by_side()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var path = desk.Write("pricing.yaml", Rate);
        var (exit, output, error) = await desk.RunAsync("price", "--policy", "strict,upptime", "--pricing", path);
        Assert.True(exit == 0, error);
        Assert.Contains("STRICT", output);
        Assert.Contains("UPPTIME", output);
        var both = await JsonAsync(desk, "price", "--policy", "strict,minute-and-more", "--pricing", path);
        Assert.Equal(["strict", "minute-and-more"], both["by_policy"]!.AsArray().Select(one => (string?)one!["policy"]!["name"]));
    }

    [Fact]
    public async Task Every_step_of_a_loss_can_be_read()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (exit, output, error) = await desk.RunAsync("explain", "loss", "shop-1", "--pricing", desk.Write("pricing.yaml", Rate));
        Assert.True(exit == 0, error);
        Assert.Contains("shop-1 cost shop 239.74 USD (213.02 – 267.08).", output);
        Assert.Contains("rate = 3,600.00 USD per 1h   [the config]", output);
        Assert.Contains("lost time by weight = Σ weight × length = 239.743 (236.69 – 242.796) s", output);
        Assert.Contains("Spread by the outage's bounds alone: 239.74 USD (236.69 – 242.80)", output);
        Assert.Contains("Spread by demand alone", output);
    }

    [Fact]
    public async Task A_stretch_of_lost_time_that_goes_over_midnight_names_both_days()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        await desk.RecordAsync(
            new TimelineRevised(Desk.At(200_000), new ComponentId("shop"), null, Desk.At(100_000), [new Segment(Desk.At(100_000), State.Down, State.Down, State.Down) { Outage = "shop-2" }, Desk.Up(186_400)]),
            new Watched(Desk.At(200_000), "run-1", []));
        var (exit, output, error) = await desk.RunAsync("explain", "loss", "shop-2", "--pricing", desk.Write("pricing.yaml", Rate));
        Assert.True(exit == 0, error);
        Assert.Contains($"    {InstantText.Of(Desk.At(100_000))} – {InstantText.Of(Desk.At(186_400))}  likely 1", output);
    }

    [Theory]
    [InlineData("price", "outages")]
    [InlineData("price", "now")]
    [InlineData("price", "outlook")]
    [InlineData("explain", "loss", "shop-1")]
    public async Task What_is_reckoned_under_one_policy_takes_no_second_one_in_silence(params string[] verb)
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (exit, output, error) = await desk.RunAsync([.. verb, "--policy", "strict,lenient", "--pricing", desk.Write("pricing.yaml", Rate)]);
        Assert.Equal((2, ""), (exit, output));
        Assert.StartsWith("NIN4293: --policy: this is made under one policy, and several were named.", error);
    }

    [Fact]
    public async Task An_open_outage_costs_by_the_minute()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var broke = new Cause(CauseKind.Technical, "connection refused");
        await desk.RecordAsync(
            new TimelineRevised(Desk.At(700), new ComponentId("shop"), null, Desk.At(690), [new Segment(Desk.At(690), State.Down, State.Down, State.Down) { Outage = "shop-2", Cause = broke }]),
            new Watched(Desk.At(810), "run-1", []));
        var document = await JsonAsync(desk, "price", "now", "--pricing", desk.Write("pricing.yaml", Rate));
        var open = Assert.Single(document["outages"]!.AsArray())!;
        Assert.Equal(("shop-2", "open"), ((string?)open["so_far"]!["id"], (string?)open["so_far"]!["status"]));
        Assert.Equal(120m, (decimal?)open["so_far"]!["loss"]!["likely"]);
        Assert.Equal(60m, (decimal?)open["minute_more"]!["likely"]);
        Assert.Equal(3600m, (decimal?)open["hour_more"]!["likely"]);
        var (_, record, _) = await desk.RunAsync("price", "--pricing", desk.Write("pricing.yaml", Rate));
        Assert.Contains("Of what is still out it has what was on record by then. `nines price now` reaches to the last look.", record);
    }

    [Fact]
    public async Task A_window_that_ends_before_it_begins_is_told_to_be_turned_round()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (exit, _, error) = await desk.RunAsync("price", "--from", "2026-01-02", "--to", "2026-01-01", "--pricing", desk.Write("pricing.yaml", Rate));
        Assert.Equal(2, exit);
        Assert.Contains("Choose a --to after --from", error);
    }

    [Fact]
    public async Task What_an_upstream_costs_is_shown_and_in_no_sum_twice()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var upstream = new Cause(CauseKind.Upstream, "api is down") { Roots = [new ComponentId("api")] };
        await desk.RecordAsync(
            new TimelineRevised(Desk.At(700), new ComponentId("shop"), null, Desk.At(690), [new Segment(Desk.At(690), State.Down, State.Down, State.Down) { Outage = "shop-2", Cause = upstream }]),
            new Watched(Desk.At(810), "run-1", []));
        var document = await JsonAsync(desk, "price", "--pricing", desk.Write("pricing.yaml", Rate));
        var cascade = Assert.Single(document["cascade"]!.AsArray())!;
        Assert.Equal(("api", "shop", "shop-2"), ((string?)cascade["root"], (string?)cascade["dependant"], (string?)cascade["outage"]));
        Assert.Equal(120m, (decimal?)cascade["loss"]!["likely"]);
        Assert.Equal(239.743m + 120m, (decimal?)document["loss"]!["likely"]);
    }

    [Fact]
    public async Task Without_prices_nothing_costs_nothing()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (exit, output, error) = await desk.RunAsync("price", "--pricing", desk.Write("other.yaml", "policy: strict\n"));
        Assert.Equal((2, ""), (exit, output));
        Assert.StartsWith("NIN4250: ", error);
        Assert.Contains("has no group `pricing`, so nothing has a price.", error);
    }

    [Fact]
    public async Task A_component_that_was_out_and_has_no_price_is_named()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var document = await JsonAsync(desk, "price", "--pricing", desk.Write("pricing.yaml", "pricing:\n  losses:\n  - component: ship\n    rate: { amount: 1 USD }\n"));
        Assert.Equal(["ship-rate prices ship, of which nothing is on record: it is in no figure.", "Out in this time and without a price: shop."], document["notes"]!.AsArray().Select(note => (string?)note));
    }

    [Theory]
    [InlineData("rate: { amount: -5 USD }", "a loss below nothing would be a gain")]
    [InlineData("rate: { amount: 5 usd }", "is not an amount")]
    [InlineData("rate: { amount: 5 }", "is not an amount")]
    [InlineData("name: x", "This loss has no model. Give it one of rate")]
    [InlineData("rate: { amount: 5 USD, per: 0s }", "is below 1s")]
    public async Task A_mistake_in_the_pricing_is_told_with_its_place(string loss, string told)
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (exit, _, error) = await desk.RunAsync("price", "--pricing", desk.Write("pricing.yaml", $"pricing:\n  losses:\n  - component: shop\n    {loss}\n"));
        Assert.Equal(2, exit);
        Assert.Contains(told, error);
        Assert.Matches(@"pricing\.yaml:[34]:\d+ pricing\.losses\[0\]", error);
    }

    [Fact]
    public async Task A_loss_in_a_currency_without_a_rate_is_an_error_and_with_one_is_converted_by_its_day()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        const string euros = "pricing:\n  losses:\n  - component: shop\n    rate: { amount: 3600 EUR }\n";
        var (exit, _, error) = await desk.RunAsync("price", "--pricing", desk.Write("euros.yaml", euros));
        Assert.Equal(2, exit);
        Assert.StartsWith("NIN4251: ", error);

        desk.Write("rates.csv", "date,currency,rate\n2025-12-30,EUR,1.25\n");
        var converted = await JsonAsync(desk, "price", "--pricing", desk.Write("euros.yaml", euros.Replace("  losses", "  rates: { file: rates.csv }\n  losses")));
        Assert.Equal(239.743m * 1.25m, (decimal?)converted["loss"]!["likely"]);
        Assert.Equal("2025-12-30", (string?)converted["components"]![0]!["episodes"]![0]!["models"]![0]!["rate_dated"]);
    }

    [Fact]
    public async Task What_was_lost_without_an_outage_is_explained_by_the_components_name()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        await desk.RecordAsync(
            new TimelineRevised(Desk.At(700), new ComponentId("shop"), null, Desk.At(600), [new Segment(Desk.At(600), State.Degraded, State.Degraded, State.Degraded), Desk.Up(700)]),
            new Watched(Desk.At(810), "run-1", []));
        var path = desk.Write("pricing.yaml", Rate);
        var (exit, output, error) = await desk.RunAsync("explain", "loss", "shop", "--policy", "degraded-down", "--pricing", path);
        Assert.True(exit == 0, error);
        Assert.Contains("Time lost without an outage cost shop 100.00 USD", output);

        (exit, _, error) = await desk.RunAsync("explain", "loss", "shop", "--policy", "strict", "--pricing", path);
        Assert.Equal(2, exit);
        Assert.StartsWith("NIN4254: shop: nothing of it was lost without an outage", error);
    }

    [Fact]
    public async Task One_component_that_cannot_be_priced_is_named_and_does_not_hide_what_the_others_cost()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        await desk.RecordAsync(
            new TimelineRevised(Desk.At(700), new ComponentId("api"), null, Desk.At(690), [new Segment(Desk.At(690), State.Down, State.Down, State.Down) { Outage = "api-1" }]),
            new Watched(Desk.At(810), "run-1", []));
        var path = desk.Write("pricing.yaml", Rate + "\n  - component: api\n    rate: { amount: 1 ETH }\n");

        var (exit, output, error) = await desk.RunAsync("price", "--pricing", path);
        Assert.Equal((1, ""), (exit, error));
        Assert.Contains("not priced", output);
        Assert.Contains("api could not be priced and is in no figure: NIN4251", output);
        (exit, output, _) = await desk.RunAsync("price", "--pricing", path, "-o", "json");
        Assert.Equal(1, exit);
        var document = JsonNode.Parse(output)!;
        Assert.Equal(239.743m, (decimal?)document["loss"]!["likely"]);
        Assert.Equal(("api", "NIN4251"), ((string?)document["not_priced"]![0]!["component"], (string?)document["not_priced"]![0]!["code"]));
        Assert.Equal(["shop"], document["components"]!.AsArray().Select(component => (string?)component!["component"]));

        (exit, output, _) = await desk.RunAsync("report", "monthly", "--from", "2026-01-01", "--pricing", path);
        Assert.Equal(0, exit);
        Assert.Contains("without api, which could not be priced", output);
        (exit, output, _) = await desk.RunAsync("price", "outlook", "--pricing", path);
        Assert.Equal(0, exit);
    }
}
