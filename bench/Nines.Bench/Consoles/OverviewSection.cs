using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Nines.Backbone.Journal;
using Nines.Bench.Reports;
using Nines.Bench.Sections;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Probing.Inbound;
using Nines.Probing.Scheduling;
using Nines.Testing;
using Nines.Web;
using Nines.Web.Access;
using Nines.Web.Health;
using Nines.Web.Metrics;
using NodaTime;

namespace Nines.Bench.Consoles;

/// <summary>The first screen over a year of 1,000 components with 20 outages each, over HTTP, at rest and while facts keep coming: some change with every request, and time goes on.</summary>
internal sealed partial class OverviewSection : BenchSection
{
    private const double LongestMilliseconds = 100, MostKibibytes = 150;
    private const int ChangesBetween = 10;
    private static readonly Duration Step = Duration.FromSeconds(5);

    private Instant now;
    private long appends;

    public override string Bench => "console";
    public override string Name => "overview";

    public override async Task<IReadOnlyList<Figure>> MeasureAsync(BenchOptions options, int runs)
    {
        var year = new YearOfMany(Components: options.Quick ? 200 : 1_000, OutagesEach: 20, Minutes: 365 * 24 * 60);
        now = year.End;
        await using var journal = new MemoryJournal();
        foreach (var facts in year.Make().Chunk(10_000)) await AddAsync(journal, facts);
        var web = new WebOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Inbox = new Inbox(expected: 0),
            Status = () => StatusAt(now),
            Console = new ConsoleOptions { Journal = journal, Access = () => new AccessSettings { Anonymous = Role.Viewer }, Tell = (_, _, _) => throw new NotSupportedException() },
        };
        await using var metrics = new MetricsSource(web.Status, journal, TimeProvider.System, _ => null);
        await using var host = await WebHost.StartAsync(web, metrics);
        using var client = new HttpClient { BaseAddress = new Uri($"http://{host.Endpoint}") };
        client.DefaultRequestHeaders.Add("Accept-Encoding", "br");

        var first = await GetAsync(client, "/");
        for (var i = 0; i < 20; i++) await GetAsync(client, "/");
        var requests = 100 * runs;
        var (still, moving, busy) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < requests; i++)
        {
            now += Step;
            still.Add((await GetAsync(client, "/")).Milliseconds);
        }
        for (var i = 0; i < requests; i++)
        {
            now += Step;
            await AddAsync(journal, [.. Enumerable.Range(0, ChangesBetween).Select(k => Change(i * ChangesBetween + k, year.Components))]);
            var before = Environment.CpuUsage.TotalTime;
            moving.Add((await GetAsync(client, "/")).Milliseconds);
            busy.Add((Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
        }
        var page = await GetAsync(client, "/");
        var assets = 0L;
        foreach (var address in await AssetsAsync(client)) assets += (await GetAsync(client, address)).Bytes;
        return
        [
            new Figure("overview_p95_ms", Median.Quantile(moving, 0.95), "ms", "lower", LongestMilliseconds) { Note = $"{year.Components} components, a year; {ChangesBetween} facts and {Step.TotalSeconds:0} s between two requests; from request to last byte" },
            new Figure("overview_p50_ms", Median.Of(moving), "ms", "lower"),
            new Figure("overview_processor_p95_ms", Median.Quantile(busy, 0.95), "ms", "lower") { Note = "processor time of the whole process, all threads and the client too: what remains the same on a busy machine" },
            new Figure("overview_still_p95_ms", Median.Quantile(still, 0.95), "ms", "lower", LongestMilliseconds) { Note = "the same without facts" },
            new Figure("overview_first_ms", first.Milliseconds, "ms", "lower") { Note = "the first of all, which reads the whole journal from memory" },
            new Figure("first_view_kib", (page.Bytes + assets) / 1024.0, "KiB", "lower", MostKibibytes) { Note = "page, style sheets and scripts, as they are transferred" },
            new Figure("page_kib", page.Bytes / 1024.0, "KiB", "lower") { Note = "of these the page, which is what later views transfer" },
        ];
    }

    private static async Task<(double Milliseconds, long Bytes)> GetAsync(HttpClient client, string address)
    {
        var began = Stopwatch.GetTimestamp();
        using var answer = await client.GetAsync(address);
        var bytes = await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
        return (Stopwatch.GetElapsedTime(began).TotalMilliseconds, bytes.Length);
    }

    /// <summary>What a browser loads with the page, each once.</summary>
    private static async Task<IReadOnlyCollection<string>> AssetsAsync(HttpClient client)
    {
        using var plain = new HttpClient { BaseAddress = client.BaseAddress };
        return [.. AssetAddress().Matches(await plain.GetStringAsync("/")).Select(match => WebUtility.HtmlDecode(match.Value)).Distinct()];
    }

    [GeneratedRegex("/assets/[^\"]+")]
    private static partial Regex AssetAddress();

    /// <summary>One goes down, or up again.</summary>
    private TimelineRevised Change(int number, int components)
    {
        var id = new ComponentId($"service-{number % components:0000}");
        var isDown = number / components % 2 == 0 && number % 3 == 0;
        var segment = isDown ? new Segment(now, State.Down, State.Down, State.Down) { Outage = $"{id}-9{number}", Cause = new Cause(CauseKind.Technical, "connection refused") } : new Segment(now, State.Up, State.Up, State.Up);
        return new TimelineRevised(now, id, null, now, [segment]);
    }

    private Task AddAsync(MemoryJournal journal, IReadOnlyList<Fact> facts) => journal.AppendAsync(new Append("watch", $"{appends++}", facts));

    private static WatchStatus StatusAt(Instant now) => new()
    {
        Now = now,
        JudgedUntil = now,
        JournalFailsSince = null,
        Figures = new WatchFigures
        {
            Version = "bench",
            StartedAt = now - Duration.FromDays(1),
            FrontierAge = Duration.Zero,
            Answered = 0,
            Refused = 0,
            TimedOut = 0,
            ProbeFaults = 0,
            Scheduler = new SchedulerCounts(new ScheduleCounts(0, 0, 0, 0, 0), 0, 0, 0, Duration.Zero, 0, 0, 0),
            Lateness = new DelaySummary(0, Duration.Zero, Duration.Zero, Duration.Zero, Duration.Zero),
            ChannelFill = 0,
            ChannelRoom = 1,
            FactsWaiting = 0,
            Appends = new DelaySummary(0, Duration.Zero, Duration.Zero, Duration.Zero, Duration.Zero),
            AppendsFailed = 0,
            VantagePoints = [new PointFigures("local", "local", false)],
        },
    };
}
