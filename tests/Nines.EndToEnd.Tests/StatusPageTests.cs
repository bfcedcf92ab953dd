using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Nines.Testing;

namespace Nines.EndToEnd.Tests;

/// <summary>The public status page beside a watch that runs, and incidents that people post: the real executable on both sides.</summary>
public sealed class StatusPageTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static async Task WriteAsync(TemporaryFolder folder, string url) => await File.WriteAllTextAsync(Path.Combine(folder.Path, "nines.yaml"), $$"""
        data: ./data
        listen: off
        components:
          - {name: hidden-shop, kind: dapp, probes: [{http: '{{url}}', every: 1s, timeout: 1s, conditions: ['body contains "well"']}]}
        status_page:
          name: Example
          url: https://status.example.org
          listen: 127.0.0.1:0
          export: public
          incidents_after: 1s
          components: [{id: shop, name: Shop, shows: [hidden-shop]}]
        """, Stop);

    private static async Task<JsonNode> GetAsync(NinesProcess nines, string path, Func<JsonNode, bool> until)
    {
        using var http = new HttpClient();
        var endpoint = Regex.Match(nines.Said, @"status page listens on ([0-9.:]+[0-9])").Groups[1].Value;
        JsonNode json = null!;
        await Patience.UntilAsync($"{path} tells of it", async () => until(json = JsonNode.Parse(await http.GetStringAsync(new Uri($"http://{endpoint}/{path}"), Stop))!), () => json.ToJsonString(), TimeSpan.FromMilliseconds(200), Stop);
        return json;
    }

    [Fact]
    public async Task An_outage_is_on_the_page_and_what_people_post_about_it_is_too_and_nothing_else_gets_out()
    {
        await using var server = new SwitchedServer();
        using var folder = new TemporaryFolder();
        await WriteAsync(folder, server.Url);
        await using var nines = NinesProcess.Start(folder.Path, "up");
        await nines.SaysAsync("The status page listens on");
        await GetAsync(nines, "status.json", page => page["components"]![0]!["state"]!.GetValue<string>() == "operational");
        server.Good = false;
        await nines.SaysAsync("(hidden-shop-1)");
        var incidents = await GetAsync(nines, "api/v2/incidents/unresolved.json", page => page["incidents"]!.AsArray().Count == 1);
        Assert.Equal("Shop: not available", incidents["incidents"]![0]!["name"]!.GetValue<string>());

        var (exit, said) = await NinesProcess.RunAsync(folder.Path, "status", "post", "Shop does not answer", "--body", "We *look* into it.", "--component", "shop", "--outage", "hidden-shop-1", "--impact", "major");
        Assert.True(exit == 0, said);
        var id = Regex.Match(said, "^([a-z0-9]+) is investigating").Groups[1].Value;
        await GetAsync(nines, "api/v2/incidents/unresolved.json", page => page["incidents"]!.AsArray() is [var one] && one!["id"]!.GetValue<string>() == id);
        foreach (var (arguments, code) in new (string[], string)[]
        {
            (["update", id, "--phase", "resolved", "--body", " "], "NIN4362"),
            (["update", "nothing", "--phase", "resolved", "--body", "x"], "NIN4361"),
            (["post", "x", "--body", "x", "--component", "hidden-shop"], "NIN4362"),
            (["post", "x", "--body", "x", "--outage", "hidden-shop-9"], "NIN4007"),
        })
        {
            var (refused, why) = await NinesProcess.RunAsync(folder.Path, ["status", .. arguments]);
            Assert.Equal(2, refused);
            Assert.Contains(code, why);
        }
        server.Good = true;
        await nines.SaysAsync("is back (hidden-shop-1)");
        (exit, said) = await NinesProcess.RunAsync(folder.Path, "status", "update", id, "--phase", "resolved", "--body", "It answers again.");
        Assert.True(exit == 0, said);
        var past = await GetAsync(nines, "api/v2/incidents.json", page => page["incidents"]!.AsArray() is [var one] && one!["status"]!.GetValue<string>() == "resolved");
        Assert.Equal(("Shop does not answer", 2), (past["incidents"]![0]!["name"]!.GetValue<string>(), past["incidents"]![0]!["incident_updates"]!.AsArray().Count));
        Assert.Equal(0, await nines.TerminateAsync());

        (exit, said) = await NinesProcess.RunAsync(folder.Path, "status", "list", "-o", "json");
        Assert.Equal((0, "resolved"), (exit, JsonNode.Parse(said)!["incidents"]![0]!["phase"]!.GetValue<string>()));
        (exit, said) = await NinesProcess.RunAsync(folder.Path, "status", "export", "again");
        Assert.True(exit == 0, said);
        foreach (var tree in new[] { "public", "again" })
        {
            Assert.Contains("Shop does not answer", await File.ReadAllTextAsync(Path.Combine(folder.Path, tree, "incidents", $"{id}.html"), Stop));
            foreach (var file in Directory.EnumerateFiles(Path.Combine(folder.Path, tree), "*", SearchOption.AllDirectories))
                Assert.DoesNotContain("hidden-shop", await File.ReadAllTextAsync(file, Stop));
        }
    }
}
