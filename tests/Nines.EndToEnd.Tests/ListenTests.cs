using System.Net;
using System.Text.RegularExpressions;
using Nines.Testing;

namespace Nines.EndToEnd.Tests;

/// <summary>The web server inside <c>nines up</c>.</summary>
public sealed partial class ListenTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private static async Task<NinesProcess> UpAsync(TemporaryFolder folder, string listen, string probe)
    {
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "nines.yaml"), $"data: ./data\n{listen}\ncomponents: [{{name: a, kind: infra, probes: [{probe}]}}]\n", Cancel);
        return NinesProcess.Start(folder.Path, "up");
    }

    private static async Task<string> AddressAsync(NinesProcess nines)
    {
        await nines.SaysAsync("Listening on ");
        return Address().Match(nines.Said).Groups[1].Value;
    }

    [Fact]
    public async Task It_takes_heartbeats_and_is_ready_once_it_watches()
    {
        using var folder = new TemporaryFolder();
        await using var nines = await UpAsync(folder, "listen: '127.0.0.1:0'", "{heartbeat: 0123456789abcdef, every: 1s, timeout: 1s}");
        using var client = new HttpClient { BaseAddress = new Uri($"http://{await AddressAsync(nines)}") };
        await nines.SaysAsync("Watching");
        await Patience.UntilAsync("it is ready", async () => (await client.GetAsync("/readyz", Cancel)).StatusCode == HttpStatusCode.OK, () => nines.Said, cancellation: Cancel);
        Assert.StartsWith("watching ok\njournal ok\nfrontier ok", await client.GetStringAsync("/readyz", Cancel), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync("/heartbeat/0123456789abcdef", null, Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync("/heartbeat/0123456789abcdeX", null, Cancel)).StatusCode);
        var metrics = "";
        await Patience.UntilAsync("it has looked", async () => Looked().IsMatch(metrics = await client.GetStringAsync("/metrics", Cancel)), () => metrics, cancellation: Cancel);
        Assert.Contains("nines_component_state{component=\"a\",kind=\"infra\",state=\"unknown\"}", metrics, StringComparison.Ordinal);
        Assert.Equal(0, await nines.TerminateAsync());
        Assert.DoesNotMatch("NIN[0-9]{4}", nines.Said);
    }

    [Fact]
    public async Task An_address_that_the_config_names_and_that_is_taken_ends_it_and_one_that_it_does_not_name_does_not()
    {
        await using var server = new SwitchedServer();
        using var folder = new TemporaryFolder();
        var taken = new Uri(server.Url).Authority;
        await using (var refused = await UpAsync(folder, $"listen: '{taken}'", $"{{http: '{server.Url}', every: 1s, timeout: 1s}}"))
        {
            await refused.ExitAsync();
            Assert.Contains($"NIN3001: cannot listen on {taken}", refused.Said, StringComparison.Ordinal);
        }
        await using var deaf = await UpAsync(folder, "listen: off", $"{{http: '{server.Url}', every: 1s, timeout: 1s}}");
        await deaf.SaysAsync("Watching");
        Assert.Equal(0, await deaf.TerminateAsync());
        Assert.DoesNotContain("isten", deaf.Said, StringComparison.Ordinal);
    }

    [GeneratedRegex("nines_probes_total{outcome=\"(answered|probe_fault)\"} [1-9]")]
    private static partial Regex Looked();

    [GeneratedRegex(@"Listening on (\S+)\.\r?\n")]
    private static partial Regex Address();
}
