using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using NodaTime;
using NodaTime.Extensions;
using NodaTime.Text;

namespace Nines.EndToEnd.Tests;

/// <summary>A real Prometheus with a real blackbox_exporter on a real server that is really killed; what is imported has to hold the truth.</summary>
public sealed class PrometheusImportTests
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task The_bounds_of_an_outage_out_of_a_real_Prometheus_hold_the_kill_and_the_restart()
    {
        foreach (var program in (string[])["prometheus", "prometheus-blackbox-exporter", "python3"])
            Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(path => File.Exists(Path.Combine(path, program))), $"{program} is not installed");
        using var folder = new TemporaryFolder();
        var (target, exporter, port) = (FreePort(), FreePort(), FreePort());
        Write(folder, "blackbox.yml", "modules: { page: { prober: http, timeout: 400ms, http: { valid_status_codes: [200], preferred_ip_protocol: ip4 } } }");
        Write(folder, "prometheus.yml", $$"""
            global: { scrape_interval: 500ms, scrape_timeout: 400ms }
            scrape_configs:
              - job_name: page
                metrics_path: /probe
                params: { module: [page] }
                static_configs: [{ targets: ["http://127.0.0.1:{{target}}/"], labels: { shop: front } }]
                relabel_configs:
                  - { source_labels: [__address__], target_label: __param_target }
                  - { source_labels: [__param_target], target_label: instance }
                  - { target_label: __address__, replacement: "127.0.0.1:{{exporter}}" }
            """);
        using var blackbox = Start("prometheus-blackbox-exporter", "--config.file", Path.Combine(folder.Path, "blackbox.yml"), "--web.listen-address", $"127.0.0.1:{exporter}", "--timeout-offset", "0.1", "--log.level", "error");
        using var prometheus = Start("prometheus", "--config.file", Path.Combine(folder.Path, "prometheus.yml"), "--storage.tsdb.path", Path.Combine(folder.Path, "tsdb"), "--web.listen-address", $"127.0.0.1:{port}", "--log.level", "error");
        var page = Serve(folder, target);
        try
        {
            var url = $"http://127.0.0.1:{port}";
            await UntilAsync(async http => (await http.GetStringAsync(new Uri($"{url}/api/v1/query?query=count_over_time(probe_success[1m])"))).Contains("\"result\":[{", StringComparison.Ordinal));
            await SamplesAsync(url, "1", 2, Instant.MinValue);
            var from = Now();

            await SamplesAsync(url, "1", 5, from);
            var killing = Now();
            page.Kill();
            await page.WaitForExitAsync(TestContext.Current.CancellationToken);
            var killed = Now();
            await SamplesAsync(url, "0", 5, killed);
            page.Dispose();
            var starting = Now();
            page = Serve(folder, target);
            await UntilAsync(async http => (await http.GetAsync(new Uri($"http://127.0.0.1:{target}/"))).StatusCode == HttpStatusCode.OK);
            var back = Now();
            await SamplesAsync(url, "1", 6, back);

            var data = Path.Combine(folder.Path, "data");
            var (exit, said) = await NinesProcess.RunAsync(folder.Path, "import", "prometheus", url, "--from", InstantPattern.ExtendedIso.Format(from), "--step", "1s", "--by", "shop", "--data", data);
            Assert.True(exit == 0, said);
            Assert.Contains("The step is longer than the scrape interval", said, StringComparison.Ordinal);
            Assert.Contains("as the server says", said, StringComparison.Ordinal);
            var outage = Outage((await NinesProcess.RunAsync(folder.Path, "get", "outages", "--data", data, "-o", "json")).Said);
            Assert.True(outage.Began.Earliest <= killed && outage.Began.Latest >= killing, $"killed {killing} to {killed}; imported {outage}\n{said}");
            Assert.True(outage.Ended.Earliest <= back && outage.Ended.Latest >= starting, $"back {starting} to {back}; imported {outage}\n{said}");
            Assert.True(outage.Began.Latest - outage.Began.Earliest < Duration.FromSeconds(5), $"{outage}");

            var (refused, why) = await NinesProcess.RunAsync(folder.Path, "import", "prometheus", url, "--from", "-1h", "--query", "rate(", "--data", data);
            Assert.Equal(4, refused);
            Assert.Contains("NIN4217", why, StringComparison.Ordinal);
            Assert.Contains("parse error", why, StringComparison.Ordinal);
        }
        finally
        {
            foreach (var process in (Process[])[page, prometheus, blackbox])
            {
                if (!process.HasExited) process.Kill();
                process.Dispose();
            }
        }
    }

    private static Instant Now() => TimeProvider.System.GetUtcNow().ToInstant();

    private static void Write(TemporaryFolder folder, string name, string text) => File.WriteAllText(Path.Combine(folder.Path, name), text);

    /// <summary>A page of a few lines: that of a folder with thousands of files may take longer than the exporter waits.</summary>
    private static Process Serve(TemporaryFolder folder, int port) =>
        Start("python3", "-m", "http.server", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--directory", Directory.CreateDirectory(Path.Combine(folder.Path, "page")).FullName);

    private static Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Waits until so many samples after an instant have the value, and the newest are among them.</summary>
    private static Task SamplesAsync(string url, string value, int count, Instant after) => UntilAsync(async http =>
    {
        using var answer = JsonDocument.Parse(await http.GetStringAsync(new Uri($"{url}/api/v1/query?query=probe_success[1m]")));
        var series = answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().ToList();
        if (series.Count == 0) return false;
        var values = series[0].GetProperty("values").EnumerateArray().Where(sample => sample[0].GetDouble() > after.ToUnixTimeTicks() / 1e7).Select(sample => sample[1].GetString()).TakeLast(count).ToList();
        return values.Count == count && values.All(one => one == value);
    });

    private static async Task UntilAsync(Func<HttpClient, Task<bool>> isSo)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if (await isSo(http)) return;
            }
            catch (HttpRequestException) when (watch.Elapsed < ReadyWithin)
            {
                // It is about to start.
            }
            Assert.True(watch.Elapsed < ReadyWithin, "it did not come to pass in time");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed record Found((Instant Earliest, Instant Latest) Began, (Instant Earliest, Instant Latest) Ended);

    private static Found Outage(string json)
    {
        using var said = JsonDocument.Parse(json);
        var outage = Assert.Single(said.RootElement.GetProperty("outages").EnumerateArray());
        (Instant, Instant) Of(string name) => (At(outage.GetProperty($"{name}_earliest")), At(outage.GetProperty($"{name}_latest")));
        return new Found(Of("began"), Of("ended"));
    }

    private static Instant At(JsonElement text) => InstantPattern.ExtendedIso.Parse(text.GetString()!).Value;
}
