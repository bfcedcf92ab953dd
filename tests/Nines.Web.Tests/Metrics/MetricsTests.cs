using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using Nines.Pricing.Rates;
using Nines.Testing;
using Nines.Web.Live;
using Nines.Web.Metrics;
using static Nines.Web.Tests.Watched;

namespace Nines.Web.Tests.Metrics;

public sealed class MetricsTests : IAsyncDisposable
{
    private readonly Watched watched = new();
    private readonly MetricsSource source;

    public MetricsTests() => source = watched.Source();

    public async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        await watched.DisposeAsync();
    }

    private async Task<IReadOnlyDictionary<string, Family>> ReadAsync(TextFormat format = TextFormat.OpenMetrics) =>
        OpenMetricsText.Read(await TextAsync(format), format == TextFormat.OpenMetrics);

    private Task<string> TextAsync(TextFormat format) => TextAsync(format, source);

    private static async Task<string> TextAsync(TextFormat format, MetricsSource source)
    {
        var now = await source.ReadAsync(CancellationToken.None);
        var exposition = new Exposition(format);
        var text = new ArrayBufferWriter<byte>();
        exposition.WriteSelf(now!.Watch, text);
        text.Write(exposition.Components(now.Components).Span);
        exposition.WriteEnd(text);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static double Value(IReadOnlyDictionary<string, Family> families, string family, params (string Name, string Value)[] labels) =>
        families[family].Samples.Single(sample => sample.Labels.Count == labels.Length && labels.All(label => sample.Labels.GetValueOrDefault(label.Name) == label.Value)).Value;

    [Fact]
    public async Task An_outage_shows_with_its_bounds()
    {
        await watched.ConfigAsync("shop");
        watched.Until = 1_000;
        await watched.ReviseAsync("shop", 0, In(0, State.Up), Between(100, State.Up, State.Up, State.Down, "shop-1"), Between(110, State.Up, State.EffectivelyDown, State.Down, "shop-1"), In(120, State.Down, "shop-1"), In(200, State.Up));

        var now = await ReadAsync();
        Assert.Equal(80, Value(now, "nines_component_down_seconds", ("component", "shop"), ("state", "down"), ("bound", "surely")));
        Assert.Equal(80, Value(now, "nines_component_down_seconds", ("component", "shop"), ("state", "down"), ("bound", "likely")));
        Assert.Equal(90, Value(now, "nines_component_down_seconds", ("component", "shop"), ("state", "effectively_down"), ("bound", "likely")));
        Assert.Equal(100, Value(now, "nines_component_down_seconds", ("component", "shop"), ("state", "down"), ("bound", "possibly")));
        Assert.Equal(0.9, Value(now, "nines_component_availability_30d_ratio", ("component", "shop"), ("bound", "low")), 9);
        Assert.Equal(0.92, Value(now, "nines_component_availability_30d_ratio", ("component", "shop"), ("bound", "high")), 9);
        Assert.Equal(1, Value(now, "nines_component_coverage_30d_ratio", ("component", "shop")));
        Assert.Equal(35, Value(now, "nines_component_resolution_seconds", ("component", "shop")));
        Assert.Equal(1, Value(now, "nines_component_outages", ("component", "shop")));
        Assert.Equal(0, Value(now, "nines_component_outage_open", ("component", "shop")));
        Assert.DoesNotContain(now["nines_component_outage_start_time_seconds"].Samples, sample => sample.Labels["component"] == "shop");
        Assert.Equal(4, Value(now, "nines_journal_position"));
    }

    [Fact]
    public async Task An_open_outage_shows_when_it_began_at_the_earliest_and_latest_and_whether_somebody_takes_care()
    {
        await watched.ConfigAsync("shop");
        watched.Until = 1_000;
        await watched.ReviseAsync("shop", 0, In(0, State.Up), Between(100, State.Up, State.Down, State.Down, "shop-1"), In(130, State.Down, "shop-1"));
        var now = await ReadAsync();
        Assert.Equal(At(100).ToUnixTimeSeconds(), Value(now, "nines_component_outage_start_bound_time_seconds", ("component", "shop"), ("bound", "low")));
        Assert.Equal(At(130).ToUnixTimeSeconds(), Value(now, "nines_component_outage_start_bound_time_seconds", ("component", "shop"), ("bound", "high")));
        Assert.Equal(0, Value(now, "nines_component_outage_acknowledged", ("component", "shop")));
        await watched.AddAsync(new OutageAcknowledged(At(1_000), "shop-1", "anna", null));
        watched.Until = 1_001;
        Assert.Equal(1, Value(await ReadAsync(), "nines_component_outage_acknowledged", ("component", "shop")));
    }

    [Fact]
    public async Task What_is_imported_moves_no_counter()
    {
        await watched.ConfigAsync("shop");
        watched.Until = 1_000;
        await watched.ReviseAsync("shop", 0, In(0, State.Up), In(120, State.Down, "shop-1"), In(200, State.Up));
        await watched.AddAsync(new HistoryImported(At(1_000), "csv looks.csv", "digest", new ComponentId("shop"), ComponentKind.Dapp, ImmutableSortedDictionary<string, string>.Empty,
            At(-5_000), At(500), null, [In(-5_000, State.Down, "shop-i1")], [], 0));

        var now = await ReadAsync();
        Assert.Equal(80, Value(now, "nines_component_down_seconds", ("component", "shop"), ("state", "down"), ("bound", "surely")));
        Assert.Equal(1, Value(now, "nines_component_outages", ("component", "shop")));
    }

    [Fact]
    public async Task An_open_outage_shows_what_it_has_cost_and_costs_by_the_minute()
    {
        await watched.ConfigAsync("shop", "api");
        watched.Until = 160;
        await watched.ReviseAsync("shop", 0, In(0, State.Up), Between(90, State.Up, State.Up, State.Down, "shop-1"), In(100, State.Down, "shop-1"));
        watched.Pricing = new PricingOptions { Losses = [new LossOptions { Component = new ComponentId("shop"), Rate = new RateLossOptions { Amount = new Amount(3_600, Currency.Usd) } }] };

        var now = await ReadAsync();
        Assert.Equal(60, Value(now, "nines_component_outage_cost", ("component", "shop"), ("currency", "USD"), ("bound", "likely")));
        Assert.Equal(70, Value(now, "nines_component_outage_cost", ("component", "shop"), ("currency", "USD"), ("bound", "high")));
        Assert.Equal(60, Value(now, "nines_component_outage_cost_per_minute", ("component", "shop"), ("currency", "USD"), ("bound", "likely")));

        await watched.ReviseAsync("shop", 160, In(160, State.Up));
        watched.Until = 200;
        Assert.Empty((await ReadAsync())["nines_component_outage_cost"].Samples);
    }

    [Fact]
    public async Task An_objective_shows_what_is_left_of_its_budget_and_how_fast_it_burns()
    {
        watched.ConfigJson = """{"policy":"strict","objectives":[{"name":"day","component":"shop","target":0.99,"window":{"rolling":86400}},{"name":"odd","component":"shop","target":0.99,"window":{"rolling":86400},"policy":"gone"}]}""";
        await watched.ConfigAsync("shop");
        watched.Until = 1_000;
        await watched.ReviseAsync("shop", 0, In(0, State.Up), Between(100, State.Up, State.Up, State.Down, "shop-1"), In(110, State.Down, "shop-1"), In(200, State.Up));

        // 864 s may be lost; 90 s surely and likely, 100 s possibly were.
        var now = await ReadAsync();
        Assert.Equal(1 - 100d / 864, Value(now, "nines_objective_budget_left_ratio", ("objective", "day"), ("component", "shop"), ("bound", "low")), 9);
        Assert.Equal(1 - 90d / 864, Value(now, "nines_objective_budget_left_ratio", ("objective", "day"), ("component", "shop"), ("bound", "likely")), 9);
        Assert.Equal(90 / 36d, Value(now, "nines_objective_burn_rate", ("objective", "day"), ("component", "shop"), ("window", "1h")), 6);
        Assert.DoesNotContain(now["nines_objective_burn_rate"].Samples, sample => sample.Labels["objective"] == "odd" || sample.Labels["window"] == "3d");
    }

    [Fact]
    public async Task An_open_outage_grows_from_scrape_to_scrape_though_no_fact_is_added()
    {
        await watched.ConfigAsync("shop");
        watched.Until = 100;
        await watched.ReviseAsync("shop", 0, In(0, State.Up), In(50, State.Down, "shop-1"));
        Assert.Equal(50, Value(await ReadAsync(), "nines_component_down_seconds", ("component", "shop"), ("state", "down"), ("bound", "surely")));
        watched.Until = 115;
        var now = await ReadAsync();
        Assert.Equal(65, Value(now, "nines_component_down_seconds", ("component", "shop"), ("state", "down"), ("bound", "surely")));
        Assert.Equal(1, Value(now, "nines_component_outage_open", ("component", "shop")));
        Assert.Equal(At(50).ToUnixTimeSeconds(), Value(now, "nines_component_outage_start_time_seconds", ("component", "shop")));
        var (earliest, latest) = (Value(now, "nines_component_outage_start_bound_time_seconds", ("component", "shop"), ("bound", "low")), Value(now, "nines_component_outage_start_bound_time_seconds", ("component", "shop"), ("bound", "high")));
        Assert.True(earliest <= At(50).ToUnixTimeSeconds() && latest >= At(50).ToUnixTimeSeconds(), $"{earliest} to {latest}");
        Assert.Equal(0, Value(now, "nines_component_outage_acknowledged", ("component", "shop")));
    }

    [Fact]
    public async Task What_turns_out_not_to_have_been_goes_from_the_gauges_but_the_counter_of_outages_never_falls()
    {
        await watched.ConfigAsync("shop");
        watched.Until = 100;
        await watched.ReviseAsync("shop", 0, In(0, State.Up), Between(50, State.Up, State.Down, State.Down, "shop-1"));
        Assert.Equal(50, Value(await ReadAsync(), "nines_component_down_seconds", ("component", "shop"), ("state", "down"), ("bound", "possibly")));
        await watched.ReviseAsync("shop", 50, In(50, State.Up));
        var now = await ReadAsync();
        Assert.Equal(0, Value(now, "nines_component_down_seconds", ("component", "shop"), ("state", "down"), ("bound", "possibly")));
        Assert.Equal(1, Value(now, "nines_component_outages", ("component", "shop")));
    }

    [Fact]
    public async Task An_outage_that_ended_where_all_was_judged_is_closed_as_soon_as_more_is_judged()
    {
        await watched.ConfigAsync("shop", "pay");
        watched.Until = 100;
        await watched.ReviseAsync("shop", 0, In(0, State.Up), In(50, State.Down, "shop-1"), In(100, State.Up));
        await watched.ReviseAsync("pay", 0, In(0, State.Up), In(50, State.Down, "pay-1"), Core.Timelines.Segment.Unseen(At(100)));
        var now = await ReadAsync();
        Assert.Equal(1, Value(now, "nines_component_outage_open", ("component", "shop")));
        Assert.Equal(1, Value(now, "nines_component_outage_open", ("component", "pay")));
        watched.Until = 101;
        now = await ReadAsync();
        Assert.Equal(0, Value(now, "nines_component_outage_open", ("component", "shop")));
        Assert.Equal(0, Value(now, "nines_component_outage_open", ("component", "pay")));
    }

    [Fact]
    public async Task Scrapes_beside_pages_that_read_the_same_ledger_see_one_history_that_only_grows()
    {
        const int facts = 300;
        var begun = 0;
        await watched.ConfigAsync("shop");
        using var stop = new CancellationTokenSource();
        async Task<int> ScrapeAsync()
        {
            var (reads, last) = (0, 0L);
            for (; !stop.IsCancellationRequested; reads++)
            {
                var components = (await source.ReadAsync(CancellationToken.None))!.Components;
                Assert.True(components.Position >= last, "a position went back");
                Assert.Equal((components.Position - 3 + 1) / 2, Assert.Single(components.Components).OutagesNamed); // every other fact names one: what was read is of one position
                last = components.Position;
                if (reads == 0) Interlocked.Increment(ref begun);
                await Task.Yield();
            }
            return reads;
        }
        async Task<int> LookAsync()
        {
            var reads = 0;
            for (; !stop.IsCancellationRequested; reads++)
            {
                Assert.True(await watched.Ledger.ReadAsync(ledger => ledger.Components.Single().Outages.Length <= ledger.Components.Single().OutagesNamed));
                if (reads == 0) Interlocked.Increment(ref begun);
                await Task.Yield();
            }
            return reads;
        }
        Task<int>[] all = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(ScrapeAsync)), .. Enumerable.Range(0, 4).Select(_ => Task.Run(LookAsync))];
        await Patience.UntilAsync("each has read once", () => Volatile.Read(ref begun) == all.Length || all.Any(one => one.IsCompleted));
        for (var i = 1; i <= facts; i++)
        {
            watched.Until = i + 1;
            await watched.ReviseAsync("shop", i, In(i, i % 2 == 1 ? State.Down : State.Up, i % 2 == 1 ? $"shop-{(i + 1) / 2}" : null));
            if (i % 20 == 0) await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
        await stop.CancelAsync();
        foreach (var one in all) Assert.True(await one > 0);
    }

    [Fact]
    public async Task Unseen_time_is_in_the_coverage_and_in_no_bound_and_maintenance_is_its_own_state()
    {
        await watched.ConfigAsync("shop");
        watched.Until = 400;
        await watched.ReviseAsync("shop", 0, In(0, State.Up), Core.Timelines.Segment.Unseen(At(100)), In(200, State.Up), In(300, State.Down) with { Window = "release" });
        var now = await ReadAsync();
        foreach (var bound in new[] { "surely", "likely", "possibly" })
            Assert.Equal(0, Value(now, "nines_component_down_seconds", ("component", "shop"), ("state", "down"), ("bound", bound)));
        Assert.Equal(0.75, Value(now, "nines_component_coverage_30d_ratio", ("component", "shop")));
        Assert.Equal("maintenance", Assert.Single(now["nines_component_state"].Samples, sample => sample.Value == 1).Labels["state"]);
    }

    [Fact]
    public async Task A_component_is_in_exactly_one_state_as_a_whole_and_from_each_region()
    {
        await watched.ConfigAsync(("shop", ComponentKind.Dapp), ("geth", ComponentKind.Node));
        watched.Until = 100;
        await watched.ReviseAsync("shop", 0, In(0, State.Degraded));
        await watched.ReviseAsync("shop", "eu", 0, In(0, State.Up));
        await watched.ReviseAsync("shop", "us", 0, In(0, State.EffectivelyDown));
        var now = await ReadAsync();
        var on = now["nines_component_state"].Samples.Where(sample => sample.Value == 1).ToList();
        Assert.Equal(
            ["geth node - unknown", "shop dapp - degraded", "shop dapp eu up", "shop dapp us effectively_down"],
            on.Select(sample => $"{sample.Labels["component"]} {sample.Labels["kind"]} {sample.Labels.GetValueOrDefault("region", "-")} {sample.Labels["state"]}").Order());
        Assert.Equal(24, now["nines_component_state"].Samples.Count);
    }

    [Fact]
    public async Task A_component_that_leaves_the_config_leaves_the_metrics()
    {
        await watched.ConfigAsync("shop", "pay");
        Assert.Equal(12, (await ReadAsync())["nines_component_state"].Samples.Count);
        watched.Until = 10;
        await watched.ConfigAsync("pay");
        Assert.Equal(6, (await ReadAsync())["nines_component_state"].Samples.Count);
    }

    [Fact]
    public async Task Both_formats_say_the_same_and_keep_their_rules()
    {
        await watched.ConfigAsync("shop");
        watched.Until = 10;
        await watched.ReviseAsync("shop", 0, In(0, State.Down, "shop-1"));
        static IEnumerable<(string, string, double)> Flat(IReadOnlyDictionary<string, Family> families) =>
            families.Values.SelectMany(family => family.Samples).Select(sample => (sample.Name, string.Join(',', sample.Labels.OrderBy(label => label.Key)), sample.Value));
        var open = await ReadAsync();
        Assert.Equal(Flat(open), Flat(await ReadAsync(TextFormat.Prometheus)));
        Assert.Equal("info", open["nines_build"].Type);
        Assert.Equal("seconds", open["nines_scheduler_lateness_seconds"].Unit);
        Assert.Equal(0.02, open["nines_scheduler_lateness_seconds"].Samples.Single(sample => sample.Name.EndsWith("_sum", StringComparison.Ordinal)).Value);
        Assert.Equal(1, Value(open, "nines_vantage_point_blind", ("vantage_point", "nyc"), ("region", "us")));
        // Every metric of the list is there when there is something to say of it.
        Assert.Equal(MetricCatalog.Self.Select(metric => metric.Name).Concat(MetricCatalog.Components.Select(metric => metric.Name)).Order(), open.Keys.Order());
    }

    [Fact]
    public async Task Whatever_a_label_holds_is_escaped()
    {
        await watched.ConfigAsync("shop");
        watched.Figures = figures => figures with { VantagePoints = [new PointFigures("a\\b\"c\nd,e=}é", "", false)], Version = "1\"" };
        var now = await ReadAsync();
        Assert.Equal("a\\b\"c\nd,e=}é", Assert.Single(now["nines_vantage_point_blind"].Samples).Labels["vantage_point"]);
        Assert.Equal("1\"", Assert.Single(now["nines_build"].Samples).Labels["version"]);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("*/*", false)]
    [InlineData("text/plain;version=0.0.4", false)]
    [InlineData("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true)]
    [InlineData("application/openmetrics-text", true)]
    [InlineData("application/openmetrics-text;version=0.0.1", false)]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.2,text/plain;q=0.9", false)]
    [InlineData("application/openmetrics-text;q=0", false)]
    [InlineData("rubbish;;,", false)]
    public void The_format_is_what_the_reader_prefers(string? accept, bool open) =>
        Assert.Equal(open ? TextFormat.OpenMetrics : TextFormat.Prometheus, MetricsRoute.FormatFor(accept is null ? [] : [accept]));

    [Fact]
    public async Task While_the_watch_starts_there_is_nothing_to_scrape()
    {
        await using var server = await Server.StartAsync(Server.Options());
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, await server.SendAsync(HttpMethod.Get, "/metrics"));
    }

    [Fact]
    public async Task A_journal_that_cannot_be_read_takes_only_the_components_away()
    {
        var folder = Directory.CreateTempSubdirectory("nines-metrics-");
        var closed = await Backbone.Embedded.SqliteJournal.OpenAsync(folder.FullName, TimeProvider.System);
        await closed.DisposeAsync();
        folder.Delete(recursive: true);
        await using var unreadable = new MetricsSource(() => watched.Status, new LiveLedger(closed, null, () => null), TimeProvider.System, _ => null);
        var now = OpenMetricsText.Read(await TextAsync(TextFormat.OpenMetrics, unreadable), open: true);
        Assert.Empty(now["nines_journal_position"].Samples);
        Assert.False(now.ContainsKey("nines_component_state"));
        Assert.Equal(7, Value(now, "nines_probes", ("outcome", "answered")));
    }
}
