using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Nines.Bench.Sections;

namespace Nines.Bench.Consoles;

/// <summary>The first page that somebody sees: how long it takes, and how many bytes it comes to.</summary>
internal sealed partial class OverviewSection : BenchSection
{
    private const int Requests = 250, Warming = 60;

    public override string Bench => "console";
    public override string Name => "overview";

    public override async Task<IReadOnlyList<Figure>> MeasureAsync(BenchOptions options, int runs)
    {
        var unseen = await UnseenAsync(options, runs);
        await using var year = await WatchedYear.StartAsync(options);
        using var client = ClientOf(year);
        await TimesAsync(client, Warming);
        var quiet = await ManyAsync(client, runs, year);
        year.FactsCome = true;
        await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System);
        var busy = await ManyAsync(client, runs, year);
        var (bytes, files) = await FirstViewAsync(client);
        Talk.Say(string.Create(CultureInfo.InvariantCulture, $"console: first view: {string.Join(", ", files)}"));
        return
        [
            new Figure("overview_ms_p50", Median.Quantile(quiet.Times, 0.5), "ms", "lower") { Note = "from request to last byte, over loopback, one after another, 1,000 components and a year" },
            new Figure("overview_ms_p95", Median.Quantile(quiet.Times, 0.95), "ms", "lower", 100),
            new Figure("overview_processor_ms", quiet.Processor, "ms", "lower") { Note = "of nines up, all that it does meanwhile included; what remains the same on a busy machine" },
            new Figure("overview_ms_p50_while_facts_come", Median.Quantile(busy.Times, 0.5), "ms", "lower"),
            new Figure("overview_ms_p95_while_facts_come", Median.Quantile(busy.Times, 0.95), "ms", "lower", 100),
            new Figure("overview_processor_ms_while_facts_come", busy.Processor, "ms", "lower"),
            new Figure("overview_ms_p50_all_unknown", Median.Quantile(unseen.Times, 0.5), "ms", "lower") { Note = "nobody looks at the 1,000" },
            new Figure("overview_ms_p95_all_unknown", Median.Quantile(unseen.Times, 0.95), "ms", "lower", 100),
            new Figure("overview_processor_ms_all_unknown", unseen.Processor, "ms", "lower", 30),
            new Figure("first_view_kb", bytes / 1_000.0, "kB", "lower", 150) { Note = "bodies of all that a browser with an empty cache loads, as they go over the wire" },
        ];
    }

    private static HttpClient ClientOf(WatchedYear year)
    {
        var client = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None }) { BaseAddress = year.Address };
        client.DefaultRequestHeaders.Add("Accept-Encoding", "gzip, deflate, br");
        client.DefaultRequestHeaders.Add("Accept", "text/html");
        return client;
    }

    private static async Task<(List<double> Times, double Processor)> UnseenAsync(BenchOptions options, int runs)
    {
        await using var year = await WatchedYear.StartAsync(options, seen: false);
        using var client = ClientOf(year);
        await TimesAsync(client, Warming);
        return await ManyAsync(client, runs, year);
    }

    private static async Task<(List<double> Times, double Processor)> ManyAsync(HttpClient client, int runs, WatchedYear year)
    {
        var (times, processor) = (new List<double>(), year.ProcessorTime);
        for (var run = 0; run < runs; run++) times.AddRange(await TimesAsync(client, Requests));
        return (times, (year.ProcessorTime - processor).TotalMilliseconds / times.Count);
    }

    private static async Task<List<double>> TimesAsync(HttpClient client, int count)
    {
        var times = new List<double>(count);
        for (var request = 0; request < count; request++)
        {
            var began = Stopwatch.GetTimestamp();
            await client.GetByteArrayAsync(new Uri("/", UriKind.Relative));
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        return times;
    }

    /// <summary>The page, and every address of our own that it names as something to load.</summary>
    private static async Task<(long Bytes, List<string> Files)> FirstViewAsync(HttpClient client)
    {
        using var plain = new HttpClient { BaseAddress = client.BaseAddress };
        var page = await plain.GetStringAsync(new Uri("/", UriKind.Relative));
        var (bytes, files) = (0L, new List<string>());
        foreach (var address in Loaded().Matches(page).Select(match => match.Groups[1].Value).Prepend("/").Distinct())
        {
            var body = await client.GetByteArrayAsync(new Uri(WebUtility.HtmlDecode(address), UriKind.Relative));
            bytes += body.Length;
            files.Add(string.Create(CultureInfo.InvariantCulture, $"{address.Split('?')[0]} {body.Length / 1_000.0:0.0} kB"));
        }
        return (bytes, files);
    }

    [GeneratedRegex(@"(?:src|data-live-worker|<link[^>]* href)=""(/assets/[^""]+)""")]
    private static partial Regex Loaded();
}
