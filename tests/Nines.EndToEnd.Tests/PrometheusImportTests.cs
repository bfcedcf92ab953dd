using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Nines.Testing;
using NodaTime;
using NodaTime.Extensions;
using NodaTime.Text;

namespace Nines.EndToEnd.Tests;

/// <summary>A real Prometheus with a real blackbox_exporter on a real server that is really killed; what is imported has to hold the truth.</summary>
public sealed class PrometheusImportTests
{
    [Fact]
    public async Task The_bounds_of_an_outage_out_of_a_real_Prometheus_hold_the_kill_and_the_restart()
    {
        foreach (var program in (string[])["prometheus", "prometheus-blackbox-exporter", "python3"])
            Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(path => File.Exists(Path.Combine(path, program))), $"{program} is not installed");
        using var folder = new TemporaryFolder();
        var (target, exporter, port) = (Ports.Free(), Ports.Free(), Ports.Free());
        Write(folder, "blackbox.yml", "modules: { page: { prober: http, timeout: 900ms, http: { valid_status_codes: [200], preferred_ip_protocol: ip4 } } }");
        Write(folder, "prometheus.yml", $$"""
            global: { scrape_interval: 1s, scrape_timeout: 1s }
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
            // What is imported begins and ends with scrapes that were seen to be good: on a busy machine others may not come back in time.
            var from = (await SamplesAsync(url, "1", 3, Instant.MinValue))[0].At;
            var killing = Now();
            page.Kill();
            await page.WaitForExitAsync(TestContext.Current.CancellationToken);
            var killed = Now();
            await SamplesAsync(url, "0", 6, killed);
            page.Dispose();
            var starting = Now();
            page = Serve(folder, target);
            await UntilAsync(async http => (await http.GetAsync(new Uri($"http://127.0.0.1:{target}/"))).StatusCode == HttpStatusCode.OK);
            var back = Now();
            var until = (await SamplesAsync(url, "1", 4, back))[^1].At;

            var data = Path.Combine(folder.Path, "data");
            var (exit, said) = await NinesProcess.RunAsync(folder.Path, "import", "prometheus", url, "--from", InstantPattern.ExtendedIso.Format(from), "--to", InstantPattern.ExtendedIso.Format(until), "--step", "2s", "--by", "shop", "--data", data);
            Assert.True(exit == 0, said);
            Assert.Contains("The step is longer than the scrape interval", said, StringComparison.Ordinal);
            Assert.Contains("as the server says", said, StringComparison.Ordinal);
            var outage = Outage((await NinesProcess.RunAsync(folder.Path, "get", "outages", "--data", data, "-o", "json")).Said);
            Assert.True(outage.Began.Earliest <= killed && outage.Began.Latest >= killing, $"killed {killing} to {killed}; imported {outage}\n{said}");
            Assert.True(outage.Ended.Earliest <= back && outage.Ended.Latest >= starting, $"back {starting} to {back}; imported {outage}\n{said}");
            // No sharper than the samples, and hardly blunter: two steps more.
            var samples = await SamplesAsync(url);
            var failed = samples.First(sample => !sample.Good && sample.At > from).At;
            var between = failed - samples.Last(sample => sample.Good && sample.At < failed).At;
            Assert.True(outage.Began.Latest - outage.Began.Earliest <= between + Duration.FromSeconds(5), $"{outage}; {between} between the samples");

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
    private static async Task<IReadOnlyList<(Instant At, bool Good)>> SamplesAsync(string url, string value, int count, Instant after)
    {
        List<(Instant At, bool Good)> newest = [];
        await UntilAsync(async http =>
        {
            newest = [.. (await SamplesAsync(http, url)).Where(sample => sample.At > after).TakeLast(count)];
            return newest.Count == count && newest.All(sample => sample.Good == (value == "1"));
        });
        return newest;
    }

    private static async Task<IReadOnlyList<(Instant At, bool Good)>> SamplesAsync(string url)
    {
        using var http = new HttpClient();
        return await SamplesAsync(http, url);
    }

    private static async Task<IReadOnlyList<(Instant At, bool Good)>> SamplesAsync(HttpClient http, string url)
    {
        using var answer = JsonDocument.Parse(await http.GetStringAsync(new Uri($"{url}/api/v1/query?query=probe_success[10m]")));
        return [.. answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().Take(1).SelectMany(series => series.GetProperty("values").EnumerateArray())
            .Select(sample => (Instant.FromUnixTimeTicks((long)(sample[0].GetDouble() * 1e7)), sample[1].GetString() == "1"))];
    }

    private static async Task UntilAsync(Func<HttpClient, Task<bool>> isSo)
    {
        using var http = new HttpClient();
        await Patience.UntilAsync("it comes to pass", async () =>
        {
            try
            {
                return await isSo(http);
            }
            catch (HttpRequestException)
            {
                return false; // it is about to start
            }
        }, pause: TimeSpan.FromMilliseconds(100), cancellation: TestContext.Current.CancellationToken);
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
