using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Nines.Core;
using Nines.Testing;
using static Nines.Web.Tests.Watched;

namespace Nines.Web.Tests.Metrics;

/// <summary>What Prometheus itself thinks of it.</summary>
public sealed class PrometheusTests : IAsyncDisposable
{
    private readonly Watched watched = new();
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nines-prometheus-");

    public async ValueTask DisposeAsync()
    {
        await watched.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private static string Find(string tool)
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(path => Path.Combine(path, tool)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(found is null, $"{tool} is not installed (Debian package prometheus; lab/peers installs it)");
        return found!;
    }

    private async Task<Server> StartAsync()
    {
        await watched.ConfigAsync("shop");
        watched.Until = 100;
        await watched.ReviseAsync("shop", 0, In(0, State.Up), In(50, State.Down, "shop-1"));
        return await Server.StartAsync(Server.Options(status: () => watched.Status), watched.Source());
    }

    [Fact]
    public async Task Promtool_finds_nothing_wrong()
    {
        var promtool = Find("promtool");
        await using var server = await StartAsync();
        using var check = Process.Start(new ProcessStartInfo(promtool, ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!;
        await check.StandardInput.WriteAsync(await server.Client.GetStringAsync("/metrics"));
        check.StandardInput.Close();
        var said = await check.StandardError.ReadToEndAsync() + await check.StandardOutput.ReadToEndAsync();
        await check.WaitForExitAsync();
        Assert.Equal((0, ""), (check.ExitCode, said));
    }

    [Fact]
    public async Task Prometheus_scrapes_it_and_can_ask_for_what_is_down()
    {
        var prometheus = Find("prometheus");
        await using var server = await StartAsync();
        var config = Path.Combine(folder.FullName, "prometheus.yml");
        await File.WriteAllTextAsync(config, $"scrape_configs:\n  - job_name: nines\n    scrape_interval: 1s\n    static_configs: [{{targets: ['{server.Endpoint}']}}]\n");
        var port = Ports.Free();
        using var running = Process.Start(new ProcessStartInfo(prometheus,
            [$"--config.file={config}", $"--storage.tsdb.path={Path.Combine(folder.FullName, "data")}", string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{port}"), "--log.level=error"])
        { RedirectStandardError = true, RedirectStandardOutput = true })!;
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            var found = await AskAsync(client, "nines_component_state{state=\"down\"} == 1");
            Assert.Equal("shop", found.GetProperty("metric").GetProperty("component").GetString());
            Assert.Equal("50", (await AskAsync(client, "nines_component_down_seconds{state=\"down\",bound=\"surely\"}")).GetProperty("value")[1].GetString());
        }
        finally
        {
            running.Kill();
            await running.WaitForExitAsync();
        }
    }

    private static async Task<JsonElement> AskAsync(HttpClient client, string query)
    {
        for (var began = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(began) < Patience.Most;)
        {
            try
            {
                var answer = JsonDocument.Parse(await client.GetStringAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}"));
                if (answer.RootElement.GetProperty("data").GetProperty("result") is { } result && result.GetArrayLength() == 1) return result[0];
            }
            catch (HttpRequestException)
            {
                // It starts.
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
        Assert.Fail($"Prometheus has no answer to {query} within {Patience.Most.TotalSeconds} s.");
        return default;
    }
}
