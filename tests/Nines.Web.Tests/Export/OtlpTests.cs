using System.Net;
using Nines.Core;
using Nines.Core.Components;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using Nines.Pricing.Rates;
using Nines.Web.Export;
using Nines.Testing;
using Nines.Web.Metrics;
using NodaTime;
using static Nines.Web.Tests.Watched;

namespace Nines.Web.Tests.Export;

public sealed class OtlpTests : IAsyncDisposable
{
    private readonly Watched watched = new();
    private readonly MetricsSource source;
    private readonly List<string> said = [];
    private readonly Testing.ManualTimeProvider time = new();

    public OtlpTests() => source = watched.Source();

    public async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        await watched.DisposeAsync();
    }

    private OtlpExport Export(Uri endpoint) => new(source, new OtlpOptions { Endpoint = endpoint, Headers = new Dictionary<string, string> { ["x-key"] = "secret" } }, time, said.Add);

    [Fact]
    public async Task The_collector_gets_what_metrics_shows()
    {
        watched.ConfigJson = """{"objectives":[{"name":"day","component":"shop","target":0.99,"window":{"rolling":86400}}]}""";
        watched.Pricing = new PricingOptions { Losses = [new LossOptions { Component = new ComponentId("shop"), Rate = new RateLossOptions { Amount = new Amount(1, Currency.Usd) } }] };
        await watched.ConfigAsync("shop");
        watched.Until = 100;
        await watched.ReviseAsync("shop", 0, In(0, State.Up), In(50, State.Down, "shop-1"));
        using var collector = new Collector();
        using var export = Export(collector.Url);
        Assert.True(await export.SendAsync(CancellationToken.None), string.Join('\n', said));

        var points = collector.Points();
        Assert.Equal(50, points["nines_component_down_seconds bound=surely component=shop state=down"]);
        Assert.Equal(1, points["nines_component_state component=shop kind=dapp state=down"]);
        Assert.Equal(7, points["nines_probes outcome=answered"]);
        Assert.Equal(0.001, points["nines_scheduler_lateness_seconds quantile=0.5"]);
        Assert.Equal(13, points["nines_scheduler_lateness_seconds_count"]);
        Assert.Equal(At(50).ToUnixTimeSeconds(), points["nines_component_outage_start_time_seconds component=shop"]);
        Assert.All(collector.Requests, request => Assert.Equal(("/v1/metrics", "secret", "application/x-protobuf"), (request.Path, request.Key, request.Type)));
        var named = points.Keys.Select(key => key.Split(' ')[0]).Where(name => !name.EndsWith("_count", StringComparison.Ordinal) && !name.EndsWith("_sum", StringComparison.Ordinal)).Distinct();
        Assert.Equal(MetricCatalog.Self.Select(metric => metric.Name).Concat(MetricCatalog.Components.Select(metric => metric.Name)).Order(), named.Order());

        // What is no more is not sent any more, and counters go on.
        watched.Until = 200;
        await watched.ReviseAsync("shop", 150, In(150, State.Up));
        watched.Figures = figures => figures with { Answered = 9 };
        collector.Requests.Clear();
        Assert.True(await export.SendAsync(CancellationToken.None));
        points = collector.Points();
        Assert.DoesNotContain("nines_component_outage_start_time_seconds component=shop", points.Keys);
        Assert.Equal((100, 9), (points["nines_component_down_seconds bound=surely component=shop state=down"], points["nines_probes outcome=answered"]));
    }

    [Fact]
    public async Task Thousands_of_series_all_arrive()
    {
        await watched.ConfigAsync([.. Enumerable.Range(0, 1_500).Select(i => $"c{i}")]);
        using var collector = new Collector();
        using var export = Export(collector.Url);
        Assert.True(await export.SendAsync(CancellationToken.None));
        Assert.DoesNotContain(collector.Points().Keys, key => key.Contains("overflow", StringComparison.Ordinal));
        Assert.Equal(9_000, collector.Points().Keys.Count(key => key.StartsWith("nines_component_state component=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_collector_that_fails_is_told_of_once_in_five_minutes_without_the_headers()
    {
        await watched.ConfigAsync("shop");
        Uri nobody;
        using (var collector = new Collector())
        {
            nobody = collector.Url;
            collector.Status = HttpStatusCode.InternalServerError;
            using var refused = Export(collector.Url);
            Assert.False(await refused.SendAsync(CancellationToken.None));
            Assert.Contains("it answered 500", Assert.Single(said), StringComparison.Ordinal);
        }
        said.Clear();
        using var export = Export(nobody);
        for (var i = 0; i < 3; i++) Assert.False(await export.SendAsync(CancellationToken.None));
        Assert.Single(said);
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.False(await export.SendAsync(CancellationToken.None));
        Assert.Equal(2, said.Count);
        Assert.DoesNotContain(said, line => line.Contains("secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://c:4318", "http://c:4318/v1/metrics")]
    [InlineData("http://c:4318/", "http://c:4318/v1/metrics")]
    [InlineData("https://c/otlp/v1/metrics", "https://c/otlp/v1/metrics")]
    public void Without_a_path_the_usual_one_is_meant(string given, string expected) =>
        Assert.Equal(expected, new OtlpOptions { Endpoint = new Uri(given) }.MetricsEndpoint.AbsoluteUri);

    private sealed class Collector : IDisposable
    {
        private readonly HttpListener listener = new();
        private readonly Lock gate = new();

        public Collector()
        {
            Url = new Uri($"http://127.0.0.1:{Ports.Free()}/");
            listener.Prefixes.Add(Url.AbsoluteUri);
            listener.Start();
            _ = ServeAsync();
        }

        public Uri Url { get; }
        public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;
        public List<(string Path, string? Key, string? Type, byte[] Body)> Requests { get; } = [];

        public void Dispose() => listener.Close();

        public Dictionary<string, double> Points()
        {
            lock (gate) return Requests.SelectMany(request => OtlpMessage.Points(request.Body)).ToDictionary(point => point.Key, point => point.Value);
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    var context = await listener.GetContextAsync();
                    using var body = new MemoryStream();
                    await context.Request.InputStream.CopyToAsync(body);
                    lock (gate) Requests.Add((context.Request.Url!.AbsolutePath, context.Request.Headers["x-key"], context.Request.ContentType, body.ToArray()));
                    context.Response.StatusCode = (int)Status;
                    context.Response.Close();
                }
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
