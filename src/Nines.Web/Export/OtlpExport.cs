using System.Diagnostics.Metrics;
using System.Numerics;
using Nines.Web.Metrics;
using NodaTime;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Nines.Web.Export;

/// <summary>Where to send metrics to.</summary>
public sealed record OtlpOptions
{
    /// <summary>The collector: OTLP over HTTP with protobuf. Where the URL has no path, <c>/v1/metrics</c> is meant.</summary>
    public required Uri Endpoint { get; init; }

    /// <value>30 s; 5 s to 1 h.</value>
    public Duration Every { get; init; } = Duration.FromSeconds(30);

    /// <summary>Sent with each request. Secrets.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    internal Uri MetricsEndpoint => Endpoint.AbsolutePath == "/" ? new Uri(Endpoint, "/v1/metrics") : Endpoint;
}

/// <summary>
/// Sends the metrics of <see cref="MetricCatalog"/> to an OpenTelemetry collector. A collector that fails is told of once in a while;
/// nothing else hangs on it. One loop owns everything here.
/// </summary>
public sealed class OtlpExport : IDisposable
{
    /// <summary>A failure is not said again before this.</summary>
    public static readonly Duration SayAgainAfter = Duration.FromMinutes(5);

    private const int FewestSeries = 2_000;
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(10);

    private readonly MetricsSource source;
    private readonly OtlpOptions options;
    private readonly TimeProvider time;
    private readonly Action<string> say;
    private readonly Meter meter = new("nines");
    private readonly LastAnswer last = new();
    private readonly MeterProvider counters;
    private readonly Dictionary<string, int> room = [];
    private MeterProvider gauges;
    private MetricsNow? now;
    private long? said;

    /// <param name="say">Takes a line for the operator, without secrets.</param>
    public OtlpExport(MetricsSource source, OtlpOptions options, TimeProvider time, Action<string> say)
    {
        (this.source, this.options, this.time, this.say) = (source, options, time, say);
        foreach (var metric in MetricCatalog.Self) Add(metric, emit => metric.Read(now!.Watch, emit));
        foreach (var metric in MetricCatalog.Components)
            Add(metric, emit =>
            {
                foreach (var component in now!.Components.Components) metric.Read(component, emit);
            });
        counters = Build(MetricReaderTemporalityPreference.Cumulative, counting: true);
        // Of gauges only what is there now is sent: "delta" makes the SDK forget series that were not measured, such as those of an outage that has closed.
        gauges = Build(MetricReaderTemporalityPreference.Delta, counting: false);
    }

    /// <summary>Sends until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(options.Every.ToTimeSpan(), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping)) await SendAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
    }

    /// <summary>Sends once. False when it failed, or when there is nothing to send because the watch has not begun.</summary>
    internal async Task<bool> SendAsync(CancellationToken cancellation)
    {
        if (await source.ReadAsync(cancellation) is not { } figures) return false;
        now = figures;
        MakeRoom(figures);
        // The SDK gathers and sends on the thread that asks it to.
        var sent = await Task.Run(() => counters.ForceFlush((int)RequestLimit.TotalMilliseconds) & gauges.ForceFlush((int)RequestLimit.TotalMilliseconds), CancellationToken.None);
        if (sent) said = null;
        else Say();
        return sent;
    }

    public void Dispose()
    {
        last.Quiet = true;
        counters.Dispose();
        gauges.Dispose();
        meter.Dispose();
    }

    private void Say()
    {
        if (said is { } before && time.GetElapsedTime(before) < SayAgainAfter.ToTimeSpan()) return;
        said = time.GetTimestamp();
        say($"The metrics could not be sent to {options.MetricsEndpoint.Authority}: {last.Text}. Watching is not affected; it is tried again every {options.Every.TotalSeconds:0.###} s.");
    }

    private void Add(Nines.Web.Metrics.Metric metric, Action<Emit> read)
    {
        List<Measurement<double>> Measure(SamplePart wanted)
        {
            var found = new List<Measurement<double>>();
            if (now is not null)
                read((who, what, value, part) =>
                {
                    if (part == wanted) found.Add(new Measurement<double>(value, [.. who.Pairs, .. what.Pairs]));
                });
            return found;
        }
        var unit = metric.Unit switch { "seconds" => "s", "ratio" => "1", _ => null };
        if (metric.Kind == MetricKind.Counter) meter.CreateObservableCounter(metric.Name, () => Measure(SamplePart.Value), unit, metric.Help);
        else meter.CreateObservableGauge(metric.Name, () => Measure(SamplePart.Value), unit, metric.Help);
        if (metric.Kind != MetricKind.Summary) return;
        // A summary of ours is quantiles beside counters: OTLP has none that could be observed.
        meter.CreateObservableCounter($"{metric.Name}_count", () => Measure(SamplePart.Count), null, metric.Help);
        meter.CreateObservableCounter($"{metric.Name}_sum", () => Measure(SamplePart.Sum), unit, metric.Help);
    }

    /// <summary>The SDK keeps a fixed number of series of each instrument and lumps the rest together; so it is told how many there are.</summary>
    private void MakeRoom(MetricsNow figures)
    {
        var tooSmall = false;
        foreach (var metric in MetricCatalog.Components.Where(metric => metric.Kind == MetricKind.Gauge))
        {
            var series = 0;
            foreach (var component in figures.Components.Components) metric.Read(component, (_, _, _, _) => series++);
            if (series < room.GetValueOrDefault(metric.Name, FewestSeries)) continue;
            room[metric.Name] = (int)BitOperations.RoundUpToPowerOf2((uint)series + 1);
            tooSmall = true;
        }
        if (!tooSmall) return;
        last.Quiet = true;
        gauges.Dispose();
        last.Quiet = false;
        gauges = Build(MetricReaderTemporalityPreference.Delta, counting: false);
    }

    private MeterProvider Build(MetricReaderTemporalityPreference temporality, bool counting)
    {
        var exporter = new OtlpMetricExporter(new OtlpExporterOptions
        {
            Endpoint = options.MetricsEndpoint,
            Protocol = OtlpExportProtocol.HttpProtobuf,
            TimeoutMilliseconds = (int)RequestLimit.TotalMilliseconds,
            HttpClientFactory = Client,
        });
        return Sdk.CreateMeterProviderBuilder()
            .AddMeter(meter.Name)
            .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("nines", autoGenerateServiceInstanceId: false))
            .AddView(instrument => (instrument is ObservableCounter<double>) == counting
                ? new MetricStreamConfiguration { CardinalityLimit = counting ? 65_536 : room.GetValueOrDefault(instrument.Name, FewestSeries) }
                : MetricStreamConfiguration.Drop)
            .AddReader(new BaseExportingMetricReader(exporter) { TemporalityPreference = temporality })
            .Build();
    }

    private HttpClient Client()
    {
        var client = new HttpClient(last.Over(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = RequestLimit })) { Timeout = RequestLimit };
        foreach (var (name, value) in options.Headers) client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        return client;
    }

    /// <summary>What came of the last request: the SDK only says that it failed.</summary>
    private sealed class LastAnswer
    {
        public string Text { get; private set; } = "nothing was answered";

        /// <summary>While true nothing is sent: a provider that is disposed of would send everything once more, and wait for the answer.</summary>
        public volatile bool Quiet;

        public HttpMessageHandler Over(HttpMessageHandler inner) => new Listening(this, inner);

        private sealed class Listening(LastAnswer last, HttpMessageHandler inner) : DelegatingHandler(inner)
        {
            protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                if (last.Quiet) return new HttpResponseMessage();
                try
                {
                    return Noted(base.Send(request, cancellationToken));
                }
                catch (Exception failed) when (Note(failed))
                {
                    throw;
                }
            }

            protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                if (last.Quiet) return new HttpResponseMessage();
                try
                {
                    return Noted(await base.SendAsync(request, cancellationToken));
                }
                catch (Exception failed) when (Note(failed))
                {
                    throw;
                }
            }

            private HttpResponseMessage Noted(HttpResponseMessage answer)
            {
                if (!answer.IsSuccessStatusCode) last.Text = FormattableString.Invariant($"it answered {(int)answer.StatusCode}");
                return answer;
            }

            private bool Note(Exception failed)
            {
                last.Text = failed is OperationCanceledException ? "it did not answer in time" : (failed.InnerException ?? failed).Message;
                return true;
            }
        }
    }
}
