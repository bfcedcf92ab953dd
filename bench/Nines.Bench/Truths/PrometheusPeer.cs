using System.Globalization;
using System.Text;
using System.Text.Json;
using Nines.Bench.Processes;
using NodaTime;

namespace Nines.Bench.Truths;

/// <summary>A run of failed samples, as an operator would read them: it began with the first and ended with the first good one after.</summary>
/// <param name="Ended">Null when no good sample followed.</param>
internal sealed record PeerOutage(string Component, Instant Began, Instant LastBad, Instant? Ended)
{
    /// <summary>When the first failed sample was there: a sample bears the time at which its scrape began.</summary>
    public required Instant Known { get; init; }
}

/// <summary>What the peer is told to do.</summary>
/// <param name="ScrapeTimeout">The exporter keeps <see cref="KeptByExporter"/> of it for itself.</param>
/// <param name="Modules">The exporter's modules, as YAML indented by two.</param>
/// <param name="Jobs">Which module looks at which targets.</param>
internal sealed record PeerSetup(Duration Every, Duration ScrapeTimeout, string Modules, IReadOnlyList<(string Module, (string Component, string Target)[] Targets)> Jobs)
{
    public static readonly Duration KeptByExporter = Duration.FromMilliseconds(500);
}

/// <summary>What the peer saw. <see cref="Samples"/> counts all probe_success samples.</summary>
internal sealed record PeerFindings(string Version, int Samples, IReadOnlyList<PeerOutage> Outages);

/// <summary>
/// prometheus and blackbox_exporter on the same targets, at the same interval and with the same check of status and body; and on
/// JSON-RPC nodes, where they ask for the block number and look at what an HTTP probe can look at.
/// </summary>
internal sealed class PrometheusPeer : IAsyncDisposable
{
    public const string Name = "prometheus + blackbox_exporter";

    /// <summary>Of a scrape. The exporter keeps half a second of it for itself, so a target has 1.5 s.</summary>
    public static readonly Duration Timeout = Duration.FromSeconds(2);

    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(20);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(20) };

    private readonly Child exporter;
    private readonly Child prometheus;
    private readonly int port;
    private readonly string version;

    private PrometheusPeer(Child exporter, Child prometheus, int port, string version) =>
        (this.exporter, this.prometheus, this.port, this.version) = (exporter, prometheus, port, version);

    public TimeSpan ProcessorTime => exporter.ProcessorTime + prometheus.ProcessorTime;

    /// <param name="pages">Component and URL of what must say 200 and hold the body.</param>
    /// <param name="nodes">Component and URL of JSON-RPC nodes.</param>
    /// <returns>Null where the peers are not installed and cannot be: said on stderr, never made up.</returns>
    public static Task<PrometheusPeer?> StartAsync(string root, string folder, TruthPlan plan, IEnumerable<(string Component, string Url)> pages, IEnumerable<(string Component, string Url)> nodes) =>
        StartAsync(root, folder, new PeerSetup(plan.Every, Timeout, Invariant($$"""
              page:
                prober: http
                timeout: {{Timeout.TotalSeconds}}s
                http: { valid_status_codes: [200], preferred_ip_protocol: ip4, fail_if_body_not_matches_regexp: ["status"] }
              node:
                prober: http
                timeout: {{Timeout.TotalSeconds}}s
                http:
                  method: POST
                  headers: { Content-Type: application/json }
                  body: '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}'
                  valid_status_codes: [200]
                  preferred_ip_protocol: ip4
                  fail_if_body_not_matches_regexp: ["result"]
            """), [("page", [.. pages]), ("node", [.. nodes])]));

    /// <returns>Null where the peers are not installed and cannot be: said on stderr, never made up.</returns>
    public static async Task<PrometheusPeer?> StartAsync(string root, string folder, PeerSetup setup)
    {
        if (await DebianPeers.InstalledAsync(root, "prometheus", "prometheus-blackbox-exporter") is not { } version) return null;
        var (exporterPort, port) = (Child.FreePort(), Child.FreePort());
        await File.WriteAllTextAsync(Path.Combine(folder, "blackbox.yml"), $"modules:\n{setup.Modules}\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "prometheus.yml"), Invariant($$"""
            global: { scrape_interval: {{setup.Every.TotalSeconds}}s, scrape_timeout: {{setup.ScrapeTimeout.TotalMilliseconds}}ms }
            scrape_configs:
            {{string.Join('\n', setup.Jobs.Select(job => Job(job.Module, job.Targets, exporterPort)))}}
            """));
        var exporter = new Child("prometheus-blackbox-exporter",
            ["--config.file", Path.Combine(folder, "blackbox.yml"), "--web.listen-address", Invariant($"127.0.0.1:{exporterPort}"), "--log.level", "error"]);
        var prometheus = new Child("prometheus",
            ["--config.file", Path.Combine(folder, "prometheus.yml"), "--storage.tsdb.path", Path.Combine(folder, "tsdb"),
                "--web.listen-address", Invariant($"127.0.0.1:{port}"), "--log.level", "error"]);
        var peer = new PrometheusPeer(exporter, prometheus, port, version);
        try
        {
            using var limit = new CancellationTokenSource(ReadyWithin);
            while (!await peer.IsReadyAsync(limit.Token)) await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, limit.Token);
            return peer;
        }
        catch
        {
            Talk.Say($"the peers did not start: {exporter.Said} {prometheus.Said}");
            await peer.DisposeAsync();
            throw;
        }
    }

    public void RequireRunning()
    {
        exporter.RequireRunning();
        prometheus.RequireRunning();
    }

    /// <summary>Reads every raw sample of the last 20 minutes and finds the runs of failed ones.</summary>
    public async Task<PeerFindings> FindAsync()
    {
        RequireRunning();
        var took = new Dictionary<(string, long), double>();
        foreach (var series in await SeriesAsync("scrape_duration_seconds"))
            foreach (var sample in series.GetProperty("values").EnumerateArray())
                took[(ComponentOf(series), At(sample).ToUnixTimeTicks())] = double.Parse(sample[1].GetString()!, CultureInfo.InvariantCulture);
        var outages = new List<PeerOutage>();
        var samples = 0;
        foreach (var series in await SeriesAsync("probe_success"))
        {
            var component = ComponentOf(series);
            (Instant First, Instant Last)? bad = null;
            foreach (var sample in series.GetProperty("values").EnumerateArray())
            {
                samples++;
                var at = At(sample);
                if (sample[1].GetString() == "0") bad = (bad?.First ?? at, at);
                else if (bad is { } run)
                {
                    outages.Add(Found(run.First, run.Last, at));
                    bad = null;
                }
            }
            if (bad is { } open) outages.Add(Found(open.First, open.Last, null));

            PeerOutage Found(Instant first, Instant last, Instant? ended) =>
                new(component, first, last, ended) { Known = first + Duration.FromSeconds(took.GetValueOrDefault((component, first.ToUnixTimeTicks()))) };
        }
        return new PeerFindings(version, samples, outages);
    }

    private async Task<JsonElement.ArrayEnumerator> SeriesAsync(string metric) =>
        JsonDocument.Parse(await Http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/api/v1/query?query={metric}[20m]"))).RootElement
            .GetProperty("data").GetProperty("result").EnumerateArray();

    private static string ComponentOf(JsonElement series) => series.GetProperty("metric").GetProperty("component").GetString()!;

    private static Instant At(JsonElement sample) => Instant.FromUnixTimeMilliseconds((long)Math.Round(sample[0].GetDouble() * 1000));

    public async ValueTask DisposeAsync()
    {
        await prometheus.DisposeAsync();
        await exporter.DisposeAsync();
    }

    private async Task<bool> IsReadyAsync(CancellationToken limit)
    {
        RequireRunning();
        try
        {
            using var response = await Http.GetAsync(new Uri($"http://127.0.0.1:{port}/-/ready"), limit);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // not listening yet
        }
    }

    private static string Job(string module, IEnumerable<(string Component, string Url)> targets, int exporterPort)
    {
        var job = new StringBuilder(Invariant($$"""
              - job_name: {{module}}
                metrics_path: /probe
                params: { module: [{{module}}] }
                relabel_configs:
                  - { source_labels: [__address__], target_label: __param_target }
                  - { target_label: __address__, replacement: "127.0.0.1:{{exporterPort}}" }
                static_configs:

            """));
        var any = false;
        foreach (var (component, url) in targets)
        {
            job.Append(Invariant($$"""      - { targets: ["{{url}}"], labels: { component: {{component}} } }""")).Append('\n');
            any = true;
        }
        return any ? job.ToString() : "";
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
