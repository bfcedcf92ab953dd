using System.Diagnostics;
using System.Globalization;
using System.Text;
using Nines.Bench.Sections;
using Nines.Ledger;
using Nines.Ledger.History;
using Nines.Ledger.History.Upptime;
using NodaTime;

namespace Nines.Bench.Pricing;

/// <summary>Two years of an Upptime repository with twenty sites: read, mended, bounded and planned in this process; and by <c>nines import</c>, from its start to its end.</summary>
internal sealed class ImportSection : BenchSection
{
    private const int Sites = 20, Days = 730, OutagesEach = 100;

    private static readonly Instant From = Instant.FromUtc(2021, 1, 5, 0, 0);

    public override string Bench => "pricing";
    public override string Name => "import";

    public override async Task<IReadOnlyList<Figure>> MeasureAsync(BenchOptions options, int runs)
    {
        var folder = options.NewFolder();
        try
        {
            var log = Log(options.Seed);
            await File.WriteAllTextAsync(Path.Combine(folder, "commit_transitions.tsv"), log);
            await File.WriteAllTextAsync(Path.Combine(folder, ".upptimerc.yml"), "owner: shop\nrepo: status\nsites:\n" + string.Concat(Enumerable.Range(0, Sites).Select(i => $"  - name: Site {i}\n    url: https://site-{i}.example\n")));
            var (inside, whole) = (new List<double>(), new List<double>());
            var commits = 0;
            for (var run = 0; run <= runs; run++)
            {
                var clock = Stopwatch.StartNew();
                commits = Import(log);
                if (run > 0) inside.Add(clock.Elapsed.TotalMilliseconds);
                clock.Restart();
                await ImportAsync(options, folder, Path.Combine(folder, $"data-{run}"));
                if (run > 0) whole.Add(clock.Elapsed.TotalMilliseconds);
            }
            var note = $"{commits:N0} commits of {Sites} sites over two years, {Sites * OutagesEach:N0} outages";
            return
            [
                new Figure("import_ms", Median.Of(whole), "ms", "lower", 5_000) { Note = $"nines import upptime, the process from start to end: {note}" },
                new Figure("import_inside_ms", Median.Of(inside), "ms", "lower") { Note = "from the log's text to facts, in a process that runs" },
            ];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Import(string log)
    {
        var rows = new RowAccount();
        var looks = UpptimeLog.Read(log.Split('\n'), everyLine: true, new SourceTime(DateTimeZone.Utc), rows, int.MaxValue);
        var now = From + Duration.FromDays(Days + 1);
        var history = LookTimelines.Build(looks, new LookSource { Tool = "Upptime", Records = LooksRecorded.Changes, Confirms = true, Repeats = Duration.FromDays(1), Cadence = Duration.FromMinutes(5) }, rows, now);
        var outages = ImportPlan.Make(history, "upptime shop/status", "digest", new ImportNaming(), new LedgerProjection(), now).Sum(plan => plan.Outages);
        return outages == Sites * OutagesEach && rows.Read == rows.Count(RowFate.Used) ? rows.Read : throw new InvalidOperationException($"{outages} outages, {rows.Repairs.Count} repairs.");
    }

    private static async Task ImportAsync(BenchOptions options, string folder, string data)
    {
        var dll = Path.Combine(options.Root, "src", "Nines.Cli", "bin", "Release", "net10.0", "nines.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [dll, "import", "upptime", folder, "--data", data, "-o", "json"]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0 || output.Length == 0) throw new InvalidOperationException($"nines import ended with code {process.ExitCode}.");
    }

    /// <summary>A commit of each site a day, and two for each outage.</summary>
    private static string Log(int seed)
    {
        var random = new Random(seed);
        var commits = new List<(Instant At, int Site, bool IsUp)>();
        for (var site = 0; site < Sites; site++)
        {
            for (var day = 0; day <= Days; day++) commits.Add((From + Duration.FromDays(day) + Duration.FromSeconds(site), site, true));
            // Each on a day of its own, and over before the daily commit.
            foreach (var day in Enumerable.Range(0, Days).OrderBy(_ => random.Next()).Take(OutagesEach))
            {
                var begins = From + Duration.FromDays(day) + Duration.FromMinutes(60 + random.Next(600)) + Duration.FromSeconds(site);
                commits.Add((begins, site, false));
                commits.Add((begins + Duration.FromMinutes(5 + random.Next(300)), site, true));
            }
        }
        var text = new StringBuilder();
        foreach (var (at, site, isUp) in commits.OrderBy(commit => commit.At))
            text.Append(CultureInfo.InvariantCulture, $"{at:uuuu'-'MM'-'dd'T'HH':'mm':'ss}+00:00\t{(isUp ? "🟩" : "🟥")} Site {site} is {(isUp ? "up (200 in 120 ms)" : "down (503 in 80 ms)")} [skip ci] [upptime]\n");
        return text.ToString();
    }
}
