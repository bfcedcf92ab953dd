using System.Text;
using System.Text.Json;
using Nines.Cli.Config;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using NodaTime;

namespace Nines.Cli.Tests.Config;

public sealed class ConfigLoaderTests
{
    private const string Shop = "components:\n  - name: shop\n    kind: dapp\n    probes:\n      - http: https://shop.example/health\n";

    private static string Full => File.ReadAllText(Path.Combine(Loading.Folder, "good", "full.yml"));

    [Fact]
    public void A_policy_of_one_s_own_is_loaded_kept_in_the_config_s_json_and_can_be_the_default()
    {
        var config = Loading.Loaded("""
            components:
              - name: shop
                kind: dapp
                probes:
                  - http: https://shop.example/health
            policy: gold
            policies:
              - name: gold
                version: 2
                weights: {degraded: 0.1, partial: 0.5}
                regions: partial
                maintenance: excluded
                min_outage: 1m
                decimals: 2
                figures: half_even
            """);

        var gold = Assert.Single(config.Policies);
        Assert.Equal(("gold", "gold", 2, 0.1m, 0.5m, 60d), (config.Policy, gold.Name, gold.Version, gold.Degraded, gold.Partial, gold.MinOutage.TotalSeconds));
        Assert.Contains("\"policies\":[{\"name\":\"gold\",\"version\":2,", config.Json, StringComparison.Ordinal);
    }

    [Fact]
    public void The_smallest_config_has_honest_defaults()
    {
        var config = Loading.Loaded(Shop);
        var probe = Assert.Single(Assert.Single(config.Topology.Components).Probes);
        Assert.Equal((new ProbeId(new ComponentId("shop"), "http"), Duration.FromSeconds(30), Duration.FromSeconds(5)), (probe.Id, probe.Every, probe.Timeout));
        Assert.Equal(("local", "local"), (config.Topology.VantagePoints.Single().Id.Value, config.Topology.VantagePoints.Single().Region));
        Assert.Equal(("strict", "127.0.0.1:9464", "/home/ops/.local/state/nines"), (config.Policy, config.Listen.ToString(), config.DataFolder));
        Assert.Equal("status < 400 else down", probe.Conditions.Single().ToCanonicalText(probe.Signals));
        Assert.False(config.Control.Given);
        Assert.NotEmpty(config.Control.Options.Targets);
    }

    [Theory]
    [InlineData("data: ./records\ncomponents:\n  - name: shop\n    kind: dapp\n    probes:\n      - http: ${NOT_SET_HERE}\n", "records")]
    [InlineData("data: /var/lib/nines\nno_such_key: 1\n", "/var/lib/nines")]
    [InlineData("components: []\n", "/home/ops/.local/state/nines")]
    [InlineData("data: ${NOT_SET_HERE}\n", null)]
    [InlineData("data: [a]\n", null)]
    [InlineData("data: \"open\n", null)]
    public void Where_the_records_are_is_known_without_the_secrets_of_the_config(string yaml, string? expected)
    {
        var folder = Directory.CreateTempSubdirectory("nines-loader-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "nines.yaml"), yaml);
            Assert.Equal(expected is null ? null : Path.Combine(folder, expected), new ConfigLoader(Loading.Surroundings).DataFolderOf(Path.Combine(folder, "nines.yaml")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_full_config_becomes_what_it_says()
    {
        var config = Loading.Loaded(Full);
        var components = config.Topology.Components.ToDictionary(component => component.Id.Value);
        Assert.Equal(new ChainRules
        {
            HeadAgeLimit = Duration.FromSeconds(48), ReorgDepthLimit = 3, ParticipationLimit = 0.7, ParticipationWarning = 0.8,
            MissedSlotsLimit = 0.2, Split = SplitCounts.EffectivelyDown,
        }, components["mainnet"].ChainRules);
        Assert.Equal(new ComponentId("mainnet"), components["geth-1"].Chain);
        Assert.Equal("1.16.4", components["geth-1"].Labels["client_version"]);
        var gate = Assert.IsType<Need.AtLeast>(components["shop"].Needs);
        Assert.Equal((2, 3, "geth-1 geth-2 pay"), (gate.Count, gate.Members.Length, string.Join(' ', gate.Mentioned())));
        Assert.Equal(["health", "http", "http-2"], components["shop"].Probes.Select(probe => probe.Id.Name));
        Assert.Equal(["fra"], components["shop"].Probes[0].From.Select(point => point.Value));
        Assert.Equal(2, components["shop"].Probes[1].From.Length);
        Assert.Equal("Bearer " + Loading.Secret, ((FakeHttpOptions)components["shop"].Probes[0].Options).Headers["Authorization"]);
        Assert.Equal([80, 443], ((FakeHttpOptions)components["shop"].Probes[2].Options).Ports);
        Assert.Equal(Loading.Secret + ".example", ((FakeEvmOptions)components["geth-2"].Probes[0].Options).Url.Host);
        Assert.Equal(["webhook", "slack"], config.Notifiers.Select(notifier => notifier.Name));
        Assert.Equal("migration@2026-12-01T10:00:00Z", config.Maintenance[2].Occurrences(Instant.FromUtc(2026, 12, 1, 0, 0), Instant.FromUtc(2026, 12, 2, 0, 0)).Single().Id);
        Assert.Equal(5, config.Maintenance[2].Components.Length);
        Assert.Equal("patch-day@2026-12-08T08:00:00Z", config.Maintenance[1].Occurrences(Instant.FromUtc(2026, 12, 1, 0, 0), Instant.FromUtc(2026, 12, 31, 0, 0)).Single().Id);
        Assert.Contains("\"cron\":\"0 3 * * TUE#2\"", config.Json);
    }

    [Fact]
    public void A_node_has_the_times_of_its_chain_unless_it_gives_its_own()
    {
        var components = Loading.Loaded(Full).Topology.Components.ToDictionary(component => component.Id.Value);
        var first = (FakeEvmOptions)components["geth-1"].Probes[0].Options;
        var second = (FakeEvmOptions)components["geth-2"].Probes[0].Options;
        Assert.Equal((Duration.FromSeconds(12), Duration.FromSeconds(48)), (first.BlockTime, first.HeadAgeLimit!.Value));
        Assert.Equal((Duration.FromSeconds(2), Duration.FromSeconds(48)), (second.BlockTime, second.HeadAgeLimit!.Value));
    }

    [Fact]
    public void A_condition_of_ones_own_replaces_the_default_on_the_same_signal()
    {
        var own = Loading.Loaded(Shop + "        conditions: [status == 404, round_trip < 1s]\n").Topology.Components[0].Probes[0];
        Assert.Equal(["status == 404", "round_trip < 1s"], own.Conditions.Select(condition => condition.Text));
        var other = Loading.Loaded(Shop + "        conditions: [round_trip < 1s]\n").Topology.Components[0].Probes[0];
        Assert.Equal(["round_trip < 1s", "status < 400 else down"], other.Conditions.Select(condition => condition.Text));
    }

    [Fact]
    public void No_secret_is_in_the_json_nor_in_what_is_shown()
    {
        var config = Loading.Loaded(Full);
        Assert.DoesNotContain(Loading.Secret, config.Json);
        Assert.DoesNotContain("k3y-th4t-n0body-may-see", config.Json);
        Assert.Contains("<secret>", config.Json);
        Assert.DoesNotContain(Loading.Secret, string.Join('\n', config.Notifiers));
        Assert.Equal("a <secret> b", config.Redaction.Apply($"a {Loading.Secret} b"));
        JsonDocument.Parse(config.Json).Dispose();
    }

    [Theory]
    [InlineData("        token: ${TOKEN}\n        redirects: ${TOKEN}\n")]
    [InlineData("        headers: ${TOKEN}\n")]
    [InlineData("        every: ${TOKEN}\n")]
    [InlineData("        conditions: ['${TOKEN}']\n        token: ${TOKEN}\n")]
    [InlineData("        name: ${TOKEN}/\n        token: ${TOKEN}\n")]
    [InlineData("      - evm: ${TOKEN}\n")]
    [InlineData("      - heartbeat: x\n        token: ${TOKEN}\n        tokne: h0neyp0t-5ecret-value\n")]
    public void No_secret_is_in_a_message(string more) =>
        Assert.All(Loading.Refused(Shop + more), mistake => Assert.DoesNotContain(Loading.Secret, mistake.ToString()));

    [Fact]
    public void The_password_of_a_proxy_is_a_secret_with_and_without_its_url_around_it()
    {
        var config = Loading.Loaded($"vantage_points: [{{name: office, proxy: 'http://watch:{Loading.Secret}@10.0.0.1:3128'}}]\n" + Shop);
        Assert.DoesNotContain(Loading.Secret, config.Json);
        Assert.Contains("http://<secret>@10.0.0.1:3128", config.Json);
        Assert.Equal("a <secret> b", config.Redaction.Apply($"a {Loading.Secret} b"));
        Assert.All(Loading.Refused($"vantage_points: [{{name: office, proxy: 'http://watch:{Loading.Secret}@10.0.0.1:3128/x'}}]\n" + Shop),
            mistake => Assert.DoesNotContain(Loading.Secret, mistake.ToString()));
    }

    [Fact]
    public void The_digest_is_of_what_the_config_means_not_of_how_it_is_written()
    {
        var one = Loading.Loaded(Shop + "        every: 90s\n        conditions: [round_trip<1000ms]\n");
        var other = Loading.Loaded("# a comment\n" + Shop + "        conditions:\n          - round_trip < 1s else effectively down\n        every: 1m30s\n");
        Assert.Equal(one.Digest, other.Digest);
        Assert.Matches("^[0-9a-f]{64}$", one.Digest);
        Assert.NotEqual(one.Digest, Loading.Loaded(Shop + "        every: 91s\n").Digest);
    }

    [Fact]
    public void A_timeout_that_nobody_gave_follows_its_interval_down() =>
        Assert.Equal(Duration.FromSeconds(2), Loading.Loaded(Shop + "        every: 2s\n").Topology.Components[0].Probes[0].Timeout);

    [Fact]
    public void A_variable_can_not_become_yaml_and_the_escape_is_the_characters()
    {
        var surroundings = Loading.Surroundings with { Environment = name => name == "X" ? "a, b: [c" : null };
        var reading = new ConfigLoader(surroundings).Read("nines.yaml", Encoding.UTF8.GetBytes(Shop + "    labels: {x: \"${X}\", y: \"$${X}\"}\n"), "/");
        var labels = Assert.IsType<ConfigReading.Loaded>(reading).Config.Topology.Components[0].Labels;
        Assert.Equal(("a, b: [c", "${X}"), (labels["x"], labels["y"]));
    }

    [Fact]
    public void Too_large_a_file_and_too_many_of_anything_are_refused()
    {
        Assert.Equal(MistakeCode.TooLarge, Assert.Single(Loading.Refused("#" + new string('x', 4 << 20))).Code);
        var laughs = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 40; i++) laughs.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        Assert.Equal(MistakeCode.TooLarge, Assert.Single(Loading.Refused(laughs.ToString())).Code);
        var merges = "a: &a {" + string.Join(", ", Enumerable.Range(0, 20_000).Select(i => $"k{i}: 1")) + "}\nb:\n" + string.Concat(Enumerable.Repeat("- {<<: *a}\n", 20_000));
        Assert.Equal(MistakeCode.Syntax, Assert.Single(Loading.Refused(merges)).Code);
        Assert.Contains(Loading.Refused(new string('[', 200)), mistake => mistake.Code == MistakeCode.Syntax);
        var points = "vantage_points:\n" + string.Concat(Enumerable.Range(0, 65).Select(i => $"  - name: p{i}\n"));
        Assert.Contains(Loading.Refused(Shop + points), mistake => mistake.Code == MistakeCode.TooMany);
        var probes = string.Concat(Enumerable.Repeat("      - http: https://shop.example/\n", 100));
        Assert.Equal(MistakeCode.TooMany, Assert.Single(Loading.Refused(Shop + probes)).Code);
    }

    [Fact]
    public void Fifty_thousand_components_in_one_long_chain_of_needs_load_and_one_more_does_not()
    {
        static string Chain(int count) => "components:\n- {name: c0, kind: infra, probes: [{heartbeat: a, token: b}]}\n"
            + string.Concat(Enumerable.Range(1, count - 1).Select(i => $"- {{name: c{i}, kind: infra, needs: c{i - 1}}}\n"));
        Assert.Equal(50_000, Loading.Loaded(Chain(50_000)).Topology.Components.Length);
        Assert.Equal(MistakeCode.TooMany, Assert.Single(Loading.Refused(Chain(50_001))).Code);
        Assert.Equal(1_000, Loading.Refused(Chain(40_000).Replace("needs: c", "needs: d", StringComparison.Ordinal)).Count);
    }

    [Fact]
    public void A_file_that_is_not_there_is_a_mistake_with_a_code()
    {
        var reading = new ConfigLoader(Loading.Surroundings).Load(Path.Combine(Loading.Folder, "nowhere.yaml"));
        Assert.Equal(MistakeCode.File, Assert.Single(Assert.IsType<ConfigReading.Refused>(reading).Mistakes).Code);
        reading = new ConfigLoader(Loading.Surroundings).Load(Path.Combine(Loading.Folder, "good", "full.yml"));
        Assert.IsType<ConfigReading.Loaded>(reading);
    }

    [Fact]
    public void Random_changes_never_throw_and_every_mistake_is_inside_the_file()
    {
        var full = Full;
        string[] pieces = ["\t", "- ", ": ", "{", "}", "[", "]", "\"", "'", "&a ", "*a", "<<: ", "${", "${X}", "|", ">", "?", "!!int ", "---\n", "%", "#", "\n", "  ", "é", "\0", "null", "~", "1e9", "every: 1s\n", "needs: shop\n"];
        var refused = 0;
        for (var seed = 0; seed < 5_000; seed++)
        {
            var random = new Random(seed);
            var text = new StringBuilder(full);
            for (var i = random.Next(1, 5); i > 0; i--)
            {
                if (text.Length == 0) break;
                var at = random.Next(text.Length);
                switch (random.Next(5))
                {
                    case 0: text.Remove(at, Math.Min(random.Next(1, 30), text.Length - at)); break;
                    case 1: text.Insert(at, pieces[random.Next(pieces.Length)]); break;
                    case 2: text[at] = (char)random.Next(32, 127); break;
                    case 3: text.Insert(random.Next(text.Length), full.Substring(random.Next(full.Length - 40), 40)); break;
                    default: text.Length = Math.Max(1, at); break;
                }
            }
            var changed = text.ToString();
            if (Loading.Read(changed) is not ConfigReading.Refused { Mistakes: var mistakes }) continue;
            refused++;
            var lines = changed.Split('\n').Length;
            Assert.NotEmpty(mistakes);
            foreach (var mistake in mistakes)
            {
                Assert.True(mistake.Line >= 1 && mistake.Line <= lines + 1 && mistake.Column >= 1, $"seed {seed}: {mistake}");
                Assert.False(mistake.ToString().Contains(Loading.Secret, StringComparison.Ordinal), $"seed {seed}: {mistake}");
                Assert.DoesNotMatch(@"System\.|Nines\.[A-Z]|YamlDotNet|Exception", mistake.Message);
            }
            Assert.Equal(mistakes.OrderBy(mistake => mistake.Line).ThenBy(mistake => mistake.Column), mistakes);
        }
        Assert.True(refused > 1_000, $"only {refused} were refused");
    }
}
