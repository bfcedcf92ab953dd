using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Nines.Bench.Processes;
using Nines.Bench.Sections;

namespace Nines.Bench.Consoles;

/// <summary>The public status page under load: the server on one core, wrk on the other, nginx with the same bytes by turns.</summary>
internal sealed partial class StatusPageSection : BenchSection
{
    private const double PerCore = 10_000;

    /// <summary>Bytes of the longest head of an answer.</summary>
    private const int LongestHead = 1_000;

    public override string Bench => "console";
    public override string Name => "status";

    /// <summary>One way to ask.</summary>
    /// <param name="Answer">Bytes of an answer without its head.</param>
    private sealed record Asking(string Name, string[] Headers, int Answer, bool KnowsTag = false);

    /// <param name="Answer">Bytes that an answer came to, its head included.</param>
    private sealed record Load(double PerSecond, double PerProcessorSecond, double Answer);

    public override async Task<IReadOnlyList<Figure>> MeasureAsync(BenchOptions options, int runs)
    {
        if (Environment.ProcessorCount < 2) throw new MissingException("console status needs two cores: one for the server, one for the load.");
        if (await DebianPeers.InstalledAsync(options.Root, "wrk") is null) throw new MissingException("console status loads the server with wrk, which is not installed and could not be.");
        var version = await DebianPeers.InstalledAsync(options.Root, "nginx-light");
        var folder = options.NewFolder();
        await using var target = new FlappingTarget(Timeout.InfiniteTimeSpan);
        try
        {
            await using var nines = await PublicPage.OfNinesAsync(options, folder, target);
            var (plain, tag) = await ReadAsync(nines.Address, null);
            var (packed, packedTag) = await ReadAsync(nines.Address, "gzip");
            if (tag == packedTag) throw new InvalidOperationException("Two forms of the page have the same ETag.");
            await using var nginx = version is null ? null : await PublicPage.OfNginxAsync(folder, plain, packed);
            Asking[] askings = [new("identity", [], plain.Length), new("gzip", ["Accept-Encoding: gzip"], packed.Length), new("304", [], 0, KnowsTag: true)];
            var figures = new List<Figure> { new("status_page_bytes", plain.Length, "B", "lower") { Note = $"{packed.Length} with gzip" } };
            foreach (var asking in askings) figures.AddRange(await MeasureAsync(asking, nines, nginx, version, options.Quick ? 1 : Math.Max(3, runs), options.Quick ? 2 : 5));
            return figures;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IEnumerable<Figure>> MeasureAsync(Asking asking, PublicPage nines, PublicPage? nginx, string? version, int runs, int seconds)
    {
        await RunAsync(nines, asking, seconds); // the compiler is at work
        var (ours, theirs) = (new List<Load>(), new List<Load>());
        for (var run = 0; run < runs; run++)
        {
            ours.Add(await RunAsync(nines, asking, seconds));
            if (nginx is not null) theirs.Add(await RunAsync(nginx, asking, seconds));
        }
        Peer? PeerOf(Func<Load, double> what) => theirs.Count == 0 ? null : new Peer("nginx", version!, Median.Of(theirs.Select(what)));
        return
        [
            new Figure($"status_requests_per_core_{asking.Name}", Median.Of(ours.Select(load => load.PerProcessorSecond)), "1/s", "higher", PerCore)
            {
                Peer = PeerOf(load => load.PerProcessorSecond), Note = "requests for a second of the server's processor time; what others take of the machine does not count",
            },
            new Figure($"status_requests_{asking.Name}", Median.Of(ours.Select(load => load.PerSecond)), "1/s", "higher") { Peer = PeerOf(load => load.PerSecond), Note = "by the clock, on one core" },
            new Figure($"status_processor_us_{asking.Name}", 1_000_000 / Median.Of(ours.Select(load => load.PerProcessorSecond)), "µs", "lower") { Peer = theirs.Count == 0 ? null : new Peer("nginx", version!, 1_000_000 / Median.Of(theirs.Select(load => load.PerProcessorSecond))) },
        ];
    }

    /// <summary>A run in which every answer was the one asked for: the page is made anew each minute, and from then on a tag that was known gets all of it.</summary>
    private static async Task<Load> RunAsync(PublicPage page, Asking asking, int seconds)
    {
        for (var left = 5; ; left--)
        {
            string[] headers = asking.KnowsTag ? [.. asking.Headers, $"If-None-Match: {(await ReadAsync(page.Address, null)).Tag}"] : asking.Headers;
            var load = await LoadAsync(page, headers, seconds);
            if (load.Answer >= asking.Answer && load.Answer < asking.Answer * 1.1 + LongestHead) return load;
            if (left == 0) throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"An answer to '{asking.Name}' came to {load.Answer:0} bytes, where {asking.Answer} and a head were to come."));
        }
    }

    private static async Task<Load> LoadAsync(PublicPage page, string[] headers, int seconds)
    {
        var (lines, before) = (new List<string>(), page.ProcessorTime);
        string[] wanted = [.. headers.SelectMany(header => new[] { "-H", header })];
        await using var wrk = new Child("taskset", ["-c", "1", "wrk", "-t1", "-c32", $"-d{seconds}s", .. wanted, page.Address.AbsoluteUri], line => { lock (lines) lines.Add(line); });
        if (await wrk.EndAsync() != 0) throw new InvalidOperationException($"wrk failed: {wrk.Said}");
        var processor = (page.ProcessorTime - before).TotalSeconds;
        string said;
        lock (lines) said = string.Join('\n', lines);
        if (Requests().Match(said) is not { Success: true } count || Rate().Match(said) is not { Success: true } rate || said.Contains("Non-2xx", StringComparison.Ordinal) || said.Contains("Socket errors", StringComparison.Ordinal))
            throw new InvalidOperationException($"wrk said: {said}");
        var (requests, unit) = (Number(count, 1), count.Groups[3].Value switch { "G" => 1L << 30, "M" => 1L << 20, "K" => 1L << 10, _ => 1L });
        return new Load(Number(rate, 1), requests / processor, Number(count, 2) * unit / requests);
    }

    private static double Number(Match match, int group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    /// <summary>Reads the page once, and sees that its ETag holds.</summary>
    private static async Task<(byte[] Bytes, string Tag)> ReadAsync(Uri address, string? encoding)
    {
        using var http = new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None };
        using var client = new HttpClient(http);
        if (encoding is not null) client.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue(encoding));
        using var first = await client.GetAsync(address);
        first.EnsureSuccessStatusCode();
        if ((first.Content.Headers.ContentEncoding.SingleOrDefault()) != encoding) throw new InvalidOperationException($"{address} did not answer in {encoding ?? "no encoding"}.");
        var tag = first.Headers.ETag ?? throw new InvalidOperationException($"{address} has no ETag.");
        client.DefaultRequestHeaders.IfNoneMatch.Add(tag);
        using var again = await client.GetAsync(address);
        if (again.StatusCode != HttpStatusCode.NotModified) throw new InvalidOperationException($"{address} was answered with {(int)again.StatusCode} although the ETag was known.");
        return (await first.Content.ReadAsByteArrayAsync(), tag.ToString());
    }

    [GeneratedRegex(@"(\d+) requests in [^,]+, ([\d.]+)([KMG]?)B read")]
    private static partial Regex Requests();

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();
}
