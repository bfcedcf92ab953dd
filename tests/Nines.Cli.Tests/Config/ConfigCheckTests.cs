using Nines.Cli.Config;
using Nines.Probing;
using NodaTime;

namespace Nines.Cli.Tests.Config;

public sealed class ConfigCheckTests
{
    private static ConfigCheck Full => ConfigCheck.Of(Loading.Loaded(File.ReadAllText(Path.Combine(Loading.Folder, "good", "full.yml"))), FakeProbeTypes.All);

    [Fact]
    public void Everybody_who_is_called_is_counted_each_resolver_each_host_of_a_journey_and_a_held_stream_with_none()
    {
        var yaml = """
            components:
              - name: a
                kind: dapp
                probes:
                  - {dns: a.example, resolvers: [192.0.2.1, 192.0.2.2], every: 60s}
                  - {journey: buy, every: 60s, steps: [{name: one, url: 'https://a.example/'}, {name: two, url: 'https://pay.example/'}, {name: three, url: 'https://a.example/done'}]}
                  - {venue_stream: 'wss://stream.example/ws', shape: binance, symbol: BTCUSDT, rest: 'https://api.example'}
            """;
        var config = Assert.IsType<ConfigReading.Loaded>(new ConfigLoader(new ConfigSurroundings()).Read("nines.yaml", System.Text.Encoding.UTF8.GetBytes(yaml), "/")).Config;
        var calls = ConfigCheck.Of(config, Nines.Probing.ProbeType.All).Calls.ToDictionary(row => row.Provider, row => row.CallsPerDay);
        Assert.Equal(
            new Dictionary<string, long> { ["192.0.2.1:53"] = 1_440, ["192.0.2.2:53"] = 1_440, ["a.example:443"] = 2_880, ["pay.example:443"] = 1_440, ["stream.example:443"] = 0, ["api.example:443"] = 0 },
            calls);
    }

    [Fact]
    public void Calls_per_day_count_vantage_points_intervals_and_calls_of_an_observation()
    {
        var calls = Full.Calls.ToDictionary(row => row.Provider, row => (row.CallsPerDay, row.Probes));
        // geth-1: every 5 s, from 2, 2 calls each. geth-2: every 60 s, the same.
        Assert.Equal((86_400 / 5 * 2 * 2, 1), calls["node.example"]);
        Assert.Equal((86_400 / 60 * 2 * 2, 1), calls[$"{Loading.Secret}.example"]);
        // health: every 30 s from fra alone; two pages every 60 s from both.
        Assert.Equal((86_400 / 30 + 2 * 86_400 / 60 * 2, 3), calls["shop.example"]);
        Assert.Equal(3, calls.Count);
        Assert.Equal("node.example", Full.Calls[0].Provider);
    }

    [Fact]
    public void The_resolution_is_that_of_the_slowest_probe()
    {
        var rows = Full.Resolutions.ToDictionary(row => row.Component.Value);
        Assert.Null(rows["mainnet"].Resolution);
        Assert.Equal(Duration.FromSeconds(9), rows["geth-1"].Resolution);
        Assert.Equal((Duration.FromSeconds(80), 2), (rows["shop"].Resolution!.Value, rows["shop"].VantagePoints));
    }

    [Fact]
    public void Every_condition_is_told_with_its_onset()
    {
        var rows = Full.Conditions.Select(row => $"{row.Probe}: {row.Explanation.Text}; {row.Explanation.Onset}").ToList();
        Assert.Contains("geth-1/evm: head_age < 48s else effectively down; begins at last progress + 48s", rows);
        Assert.Contains("geth-1/evm: head_lag < 3 blocks after 2 in a row else effectively down; begins at the observation that sees it, for the first of 2 in a row", rows);
        Assert.Contains("shop/health: round_trip < 800ms else degraded; begins at the observation that sees it", rows);
    }

    [Fact]
    public void A_chain_s_rules_are_told_as_far_as_its_sources_own_and_foreign_give_what_they_need()
    {
        var yaml = """
            components:
              - {name: mainnet, kind: chain, block_time: 12s, finality_age_limit: 32m, participation_limit: 0.7}
              - {name: geth, kind: node, chain: mainnet, probes: [{evm: 'https://node.example'}]}
              - {name: theirs, kind: provider, chain: mainnet, probes: [{evm: 'https://rpc.example'}]}
              - {name: devnet, kind: chain, finality_age_limit: 1h, needs: mainnet}
            """;
        var config = Assert.IsType<ConfigReading.Loaded>(new ConfigLoader(new ConfigSurroundings()).Read("nines.yaml", System.Text.Encoding.UTF8.GetBytes(yaml), "/")).Config;
        var check = ConfigCheck.Of(config, Nines.Probing.ProbeType.All);
        var told = check.ChainRules.Select(rule => $"{rule.Chain}: {rule.Rule}; {rule.Otherwise}; {rule.Sources}").ToList();
        Assert.Contains("mainnet: newest head of all sources younger than 48s; EffectivelyDown; 2", told);
        Assert.Contains("mainnet: newest finalized block of all sources younger than 32m; EffectivelyDown; 2", told);
        Assert.Contains("mainnet: the same block from all sources, two below the head; Degraded; 2", told);
        Assert.DoesNotContain(told, rule => rule.Contains("participation", StringComparison.Ordinal));   // an EVM node does not know it
        Assert.Contains(check.Warnings, warning => warning.StartsWith("devnet has a finality_age_limit, but", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("time,value\n2026-01-05T00:00Z,1\n2026-01-05T01:00Z,-2\n", "Nothing can be priced. NIN4262: sales.csv:3: '-2' is below nothing.")]
    [InlineData(null, "Nothing can be priced. NIN4253: ")]
    public void A_pricing_whose_files_cannot_be_used_is_told_before_an_outage_needs_it(string? csv, string says)
    {
        var folder = Directory.CreateTempSubdirectory("nines-check-");
        try
        {
            var file = Path.Combine(folder.FullName, "sales.csv");
            if (csv is not null) File.WriteAllText(file, csv);
            var yaml = $$"""
                components:
                  - {name: shop, kind: dapp, probes: [{http: 'https://shop.example'}]}
                pricing:
                  series: [{name: sales, file: {{file}}, unit: USD}]
                  losses: [{component: shop, profile: {series: sales} }]
                """;
            Assert.Contains(ConfigCheck.Of(Loading.Loaded(yaml, ProbeType.All), ProbeType.All).Warnings, warning => warning.StartsWith(says, StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_nodes_own_limits_are_its_chains_unless_it_gives_them()
    {
        var loaded = Loading.Loaded("""
            components:
              - {name: fast, kind: chain, block_time: 1s, head_age_limit: 8s}
              - {name: node, kind: node, chain: fast, probes: [{evm: https://node.example}]}
              - {name: own, kind: node, chain: fast, probes: [{evm: https://own.example, head_age_limit: 20s}]}
            """, ProbeType.All);
        string[] conditions = [.. loaded.Topology.Components.SelectMany(component => component.Probes).SelectMany(probe => probe.Conditions).Select(condition => condition.Text).Where(text => text.StartsWith("head_age", StringComparison.Ordinal))];
        Assert.Equal(["head_age < 8s", "head_age < 20s"], conditions);
    }

    [Fact]
    public void Warnings_say_what_is_allowed_and_probably_not_meant()
    {
        Assert.Empty(Full.Warnings);
        var warnings = ConfigCheck.Of(Loading.Loaded("""
            components:
              - {name: mainnet, kind: chain, block_time: 12s}
              - {name: geth, kind: node, chain: mainnet, probes: [{evm: https://node.example}]}
              - {name: lone, kind: node, probes: [{evm: https://lone.example}]}
            """), FakeProbeTypes.All).Warnings;
        Assert.Collection(
            warnings,
            warning => Assert.StartsWith("No control targets are given", warning),
            warning => Assert.StartsWith("All vantage points are in one region", warning),
            warning => Assert.StartsWith("mainnet has one source", warning),
            warning => Assert.StartsWith("lone/evm compares head_lag", warning));
    }

    [Fact]
    public void A_component_that_pricing_names_and_nobody_has_is_told_with_what_was_probably_meant()
    {
        var warnings = ConfigCheck.Of(Loading.Loaded("""
            components:
              - {name: shop, kind: dapp, probes: [{tcp: '127.0.0.1:1'}]}
            pricing:
              losses:
                - {component: shopp, rate: {amount: 5 USD}}
              contracts:
                - {name: gold, customer: Acme, components: [shop], fee: 10 USD, tiers: [{below: 99%, credit: 10%}], exclusions: [{roots: [shpo], reason: theirs}]}
            """, ProbeType.All), ProbeType.All).Warnings;
        Assert.Contains("pricing has a loss of shopp, which is not in the config: it is priced where its history was imported. Did you mean 'shop'?", warnings);
        Assert.Contains("pricing has an exclusion in contract gold of what came from shpo, which is not in the config: nothing comes from it, so nothing is excluded. Did you mean 'shop'?", warnings);
    }
}
