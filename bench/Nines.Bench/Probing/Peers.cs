using System.Globalization;
using System.Text;
using Nines.Bench.Processes;

namespace Nines.Bench.Probing;

/// <summary>Another prober at work on the same targets, in processes of its own, a new connection for each look.</summary>
internal sealed class ProbingPeer(string name, string version, IReadOnlyList<Child> processes) : IAsyncDisposable
{
    public string Name => name;
    public string Version => version;
    public double ProcessorSeconds => processes.Sum(process => process.ProcessorTime.TotalSeconds);

    public void RequireRunning()
    {
        foreach (var process in processes) process.RequireRunning();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes) await process.DisposeAsync();
    }

    /// <summary>blackbox_exporter with its shipped module http_2xx, scraped by prometheus: one job with all targets.</summary>
    /// <returns>Null where it is not installed.</returns>
    public static async Task<ProbingPeer?> BlackboxAsync(string root, string folder, ManyTargets targets, int count, int every)
    {
        if (await DebianPeers.InstalledAsync(root, "prometheus", "prometheus-blackbox-exporter") is not { } version) return null;
        var (exporterPort, port) = (Child.FreePort(), Child.FreePort());
        await File.WriteAllTextAsync(Path.Combine(folder, "blackbox.yml"), "modules:\n  http_2xx:\n    prober: http\n    http: { preferred_ip_protocol: ip4 }\n");
        var scrape = new StringBuilder(Invariant($$"""
            global: { scrape_interval: {{every}}s, scrape_timeout: 5s }
            scrape_configs:
              - job_name: pages
                metrics_path: /probe
                params: { module: [http_2xx] }
                relabel_configs:
                  - { source_labels: [__address__], target_label: __param_target }
                  - { source_labels: [__param_target], target_label: instance }
                  - { target_label: __address__, replacement: "127.0.0.1:{{exporterPort}}" }
                static_configs:
                  - targets:

            """));
        for (var i = 0; i < count; i++) scrape.Append(Invariant($"          - {targets.UrlOf(i)}\n"));
        await File.WriteAllTextAsync(Path.Combine(folder, "prometheus.yml"), scrape.ToString());
        return new ProbingPeer("prometheus + blackbox_exporter", version,
        [
            new Child("prometheus",
                ["--config.file", Path.Combine(folder, "prometheus.yml"), "--storage.tsdb.path", Path.Combine(folder, "tsdb"), "--web.listen-address", Invariant($"127.0.0.1:{port}"), "--log.level", "error"]),
            new Child("prometheus-blackbox-exporter",
                ["--config.file", Path.Combine(folder, "blackbox.yml"), "--web.listen-address", Invariant($"127.0.0.1:{exporterPort}"), "--log.level", "error"]),
        ]);
    }

    /// <summary>Monit, in C: one thread that looks at one target after the other and keeps no history.</summary>
    /// <returns>Null where it is not installed.</returns>
    public static async Task<ProbingPeer?> MonitAsync(string root, string folder, ManyTargets targets, int count, int every)
    {
        if (await DebianPeers.InstalledAsync(root, "monit") is not { } version) return null;
        var config = new StringBuilder(Invariant($"set daemon {every}\nset logfile {folder}/monit.log\nset pidfile {folder}/monit.pid\nset idfile {folder}/monit.id\nset statefile {folder}/monit.state\n"));
        for (var i = 0; i < count; i++) config.Append(Invariant($"check host h{i} with address 127.0.0.1\n  if failed port {targets.PortOf(i)} protocol http timeout 5 seconds then alert\n"));
        var file = Path.Combine(folder, "monitrc");
        await File.WriteAllTextAsync(file, config.ToString());
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new ProbingPeer("monit", version, [new Child("monit", ["-I", "-c", file])]);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
