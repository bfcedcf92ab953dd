using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;

namespace Nines.Cli.Tests.Output;

public sealed class ObjectivesVerbTests
{
    /// <summary>The desk's shop is down for about four of ten minutes; its api is up.</summary>
    internal const string Config =
        """
        {"objectives":[
          {"name":"shop-month","component":"shop","target":0.999,"window":{"unit":"month","count":1,"start":"2000-01-01T00:00:00","zone":"UTC"},"about":"What the shop promises.",
           "steps":[{"spent":0.05,"then":"Tell the team."},{"spent":1,"then":"Freeze releases."}]},
          {"name":"web","labels":{"team":"web"},"target":0.99,"window":{"rolling":2592000},"policy":"lenient"},
          {"name":"api-day","component":"api","target":0.9999,"window":{"rolling":86400}}
        ]}
        """;

    private static async Task<JsonArray> RowsAsync(Desk desk, params string[] arguments)
    {
        var (exit, output, error) = await desk.RunAsync(["objectives", .. arguments, "-o", "json"]);
        Assert.Equal((0, ""), (exit, error));
        return JsonNode.Parse(output)!["objectives"]!.AsArray();
    }

    [Fact]
    public async Task Every_objective_on_record_is_a_row_with_budget_burn_and_state()
    {
        await using var desk = await new Desk().WithAnOutageAsync(Config);
        var rows = await RowsAsync(desk);
        Assert.Equal(["api-day", "shop-month", "web"], rows.Select(row => (string?)row!["objective"]));

        var shop = rows[1]!;
        Assert.Equal(("shop", 2678.4m, 239.743m, "page"), ((string?)shop["component"], (decimal)shop["allowed_s"]!, (decimal)shop["spent_likely_s"]!, (string?)shop["state"]));
        Assert.Equal(["1h", "6h", "1d", "3d"], shop["burn"]!.AsArray().Select(burn => (string?)burn!["window"]));
        Assert.Equal("shop-1", (string?)shop["spent_by"]![0]!["outage"]);
        Assert.Equal((true, false), ((bool)shop["steps"]![0]!["reached"]!, (bool)shop["steps"]![1]!["reached"]!));
        Assert.Equal(("web", "lenient"), ((string?)rows[2]!["objective"], (string?)rows[2]!["policy"]));
    }

    [Fact]
    public async Task One_objective_is_told_with_the_outages_that_spent_its_budget_and_what_follows()
    {
        await using var desk = await new Desk().WithAnOutageAsync(Config);
        var (exit, output, _) = await desk.RunAsync("objectives", "shop-month");
        Assert.Equal(0, exit);
        Assert.Contains("SPENT BY shop", output, StringComparison.Ordinal);
        Assert.Matches(@"shop-1 +2026-01-01 12:01:02\.257 +4m 00s \(3m 56s – 4m 03s\) +8\.9 % ", output);
        Assert.Contains("shop-month of shop: 5% of the budget is spent. Tell the team.", output, StringComparison.Ordinal);
        Assert.DoesNotContain("of the budget is spent. Freeze", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_of_an_instant_before_the_outage_nothing_is_spent()
    {
        await using var desk = await new Desk().WithAnOutageAsync(Config);
        Assert.Equal(0, (decimal)(await RowsAsync(desk, "shop-month", "--at", "2026-01-01T12:01:00Z"))[0]!["spent_longest_s"]!);
        var within = (await RowsAsync(desk, "shop-month", "--at", "2026-01-01T12:02:04.097Z"))[0]!;
        Assert.Equal(61.84m, (decimal)within["spent_likely_s"]!);
        // 14.88 × 0.001 × 3,600 s after the likely onset: January has 31 days.
        Assert.Equal("2026-01-01T12:01:55.825Z", (string?)within["since"]);
    }

    [Fact]
    public async Task Several_policies_are_laid_side_by_side()
    {
        await using var desk = await new Desk().WithAnOutageAsync(Config);
        var rows = await RowsAsync(desk, "shop-month", "--policy", "strict,lenient");
        Assert.Equal(["strict", "lenient"], rows.Select(row => (string?)row!["policy"]));
        var (_, output, _) = await desk.RunAsync("objectives", "--policy", "strict,lenient");
        Assert.Matches(@"shop-month +shop +lenient ", output);
    }

    [Fact]
    public async Task The_check_fails_only_when_a_budget_is_used_up()
    {
        await using var desk = await new Desk().WithAnOutageAsync(Config);
        Assert.Equal(0, (await desk.RunAsync("objectives", "--check")).Exit);
        await using var other = await new Desk().WithAnOutageAsync(Config.Replace("0.999,", "0.99995,", StringComparison.Ordinal));
        Assert.Equal(1, (await other.RunAsync("objectives", "--check")).Exit);
        Assert.Equal(0, (await other.RunAsync("objectives")).Exit);
    }

    [Fact]
    public async Task An_unknown_name_is_answered_with_the_nearest_and_none_on_record_with_what_to_write()
    {
        await using var desk = await new Desk().WithAnOutageAsync(Config);
        var (exit, _, error) = await desk.RunAsync("objectives", "shop-mont");
        Assert.Equal((2, true), (exit, error.StartsWith("NIN4230: There is no objective 'shop-mont' on record. Did you mean 'shop-month'?", StringComparison.Ordinal)));

        await using var none = await new Desk().WithAnOutageAsync();
        Assert.Equal("No objective on record. Write some under objectives in the config.\n", (await none.RunAsync("objectives")).Out);
    }

    private const string InReach = """
        policy: gentle
        policies:
        - { name: gentle, weights: { down: 0.5, effectively_down: 0.5 } }
        objectives:
        - { name: shop-three-nines, component: shop, target: 99.9%, window: 28d }
        """;

    [Fact]
    public async Task A_record_that_nobody_watched_takes_policies_and_objectives_from_the_config_in_reach()
    {
        await using var desk = new Desk();
        await desk.RecordAsync(new HistoryImported(Desk.At(0), "csv shop.csv", "digest", new ComponentId("shop"), ComponentKind.Dapp, ImmutableSortedDictionary<string, string>.Empty,
            Desk.At(-1_000_000), Desk.At(0), null, [Desk.Up(-1_000_000), new Segment(Desk.At(-2_000), State.Down, State.Down, State.Down) { Outage = "shop-i1" }, Desk.Up(-1_000)], [], 0));
        var (exit, output, error) = await desk.RunAsync("objectives", "--config", desk.Write("nines.yaml", InReach), "-o", "json");
        Assert.True(exit == 0, error);
        Assert.Contains("shop-three-nines", output);
        Assert.Contains("gentle", output);

        (exit, _, error) = await desk.RunAsync("objectives", "--config", desk.Write("nines.yaml", InReach.Replace("99.9%", "101%", StringComparison.Ordinal)));
        Assert.Equal(2, exit);
        Assert.StartsWith("NIN4027: ", error);
        Assert.Contains("objectives[0].target", error);
    }

    [Fact]
    public async Task A_config_that_is_on_record_is_never_overruled_by_the_one_in_reach()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (exit, output, error) = await desk.RunAsync("objectives", "--config", desk.Write("nines.yaml", InReach));
        Assert.True(exit == 0, error);
        Assert.Contains("No objective on record.", output);
    }
}
