using System.Diagnostics;
using System.Globalization;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Ledger.Snapshots;
using NodaTime;

namespace Nines.Bench.Reports;

/// <summary>What <c>nines report</c> takes over a year of 1,000 components with 20 outages each, as a process of its own.</summary>
internal static class ReportBench
{
    private const double LongestVerb = 100;
    private static readonly YearOfMany Year = new(Components: 1_000, OutagesEach: 20, Minutes: 365 * 24 * 60);

    public static async Task<Report> RunAsync(BenchOptions options)
    {
        var runs = options.Runs ?? (options.Quick ? 5 : 15);
        var folder = await JournalAsync(options);
        string[] report = ["report", "-o", "json", "--data", folder];
        File.Delete(Path.Combine(folder, LedgerSnapshot.FileName));
        var (rebuilt, rebuiltOutput) = Run(options, report);
        await SnapshotAsync(folder);
        if (Run(options, report).Output != rebuiltOutput) throw new InvalidOperationException("The report from the snapshot is not the report from the facts.");
        var (bare, whole) = (new List<double>(), new List<double>());
        for (var run = 1; run <= runs; run++)
        {
            bare.Add(Run(options, ["--version"]).Milliseconds);
            whole.Add(Run(options, report).Milliseconds);
        }
        Talk.Say(string.Create(CultureInfo.InvariantCulture, $"report: version {Median.Of(bare):0} ms, report {Median.Of(whole):0} ms"));
        return Report.Of("report", runs,
            new Figure("rebuild_ms", rebuilt, "ms", "lower"),
            new Figure("version_ms", Median.Of(bare), "ms", "lower"),
            new Figure("report_ms", Median.Of(whole), "ms", "lower"),
            new Figure("verb_ms", Median.Of(whole.Zip(bare, (all, start) => all - start)), "ms", "lower", LongestVerb));
    }

    private static (double Milliseconds, string Output) Run(BenchOptions options, string[] arguments)
    {
        var dll = Path.Combine(options.Root, "src", "Nines.Cli", "bin", "Release", "net10.0", "nines.dll");
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo("dotnet", [dll, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEnd();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        if (process.ExitCode != 0 || output.Length == 0) throw new InvalidOperationException($"nines {arguments[0]} ended with code {process.ExitCode}: {error}");
        return (took, output);
    }

    /// <summary>As a watch leaves it at worst: made an hour ago.</summary>
    private static async Task SnapshotAsync(string folder)
    {
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(folder, TimeProvider.System);
        var ledger = new LedgerProjection();
        await foreach (var entry in journal.ReadAllAsync(JournalPosition.Start))
        {
            if (entry.Fact is Watched watched && watched.Until > Year.End - Duration.FromHours(1)) break;
            ledger.Apply(entry);
        }
        var timer = Stopwatch.StartNew();
        await LedgerSnapshot.SaveAsync(ledger, journal, folder);
        var head = await journal.HeadAsync();
        Talk.Say(string.Create(CultureInfo.InvariantCulture,
            $"report: snapshot at {ledger.Position} of {head}, {new FileInfo(Path.Combine(folder, LedgerSnapshot.FileName)).Length / 1048576.0:0.0} MiB in {timer.Elapsed.TotalMilliseconds:0} ms"));
    }

    private static async Task<string> JournalAsync(BenchOptions options)
    {
        var folder = Path.Combine(options.Root, ".build", "report-year-1");
        var done = Path.Combine(folder, "made");
        if (File.Exists(done)) return folder;
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        Talk.Say("report: writing a year of facts (once) …");
        await using (var journal = await SqliteJournal.OpenAsync(folder, TimeProvider.System))
        {
            var part = 0;
            foreach (var facts in Year.Make().Chunk(10_000)) await journal.AppendAsync(new Append("watch", $"{part++}", facts));
        }
        await File.WriteAllTextAsync(done, "");
        return folder;
    }
}
