using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
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

    private readonly record struct Took(double Milliseconds, double ProcessorMilliseconds);

    public static async Task<Report> RunAsync(BenchOptions options)
    {
        var runs = options.Runs ?? (options.Quick ? 3 : 15);
        var folder = await JournalAsync(options);
        string[] report = ["report", "-o", "json", "--data", folder];
        var (bare, folded, restored) = (new List<Took>(), new List<Took>(), new List<Took>());
        File.Delete(Path.Combine(folder, LedgerSnapshot.FileName));
        var (_, expected) = Run(options, report); // warms up the disk's cache
        for (var run = 1; run <= (options.Quick ? 1 : 5); run++) folded.Add(Run(options, report).Took);
        await SnapshotAsync(folder);
        for (var run = 1; run <= runs; run++)
        {
            bare.Add(Run(options, ["--version"]).Took);
            var (took, output) = Run(options, report);
            if (output != expected) throw new InvalidOperationException("The report from the snapshot is not the report from the facts.");
            restored.Add(took);
        }
        var (start, startBusy) = (Median.Of(bare.Select(took => took.Milliseconds)), Median.Of(bare.Select(took => took.ProcessorMilliseconds)));
        var (whole, wholeBusy) = (Median.Of(restored.Select(took => took.Milliseconds)), Median.Of(restored.Select(took => took.ProcessorMilliseconds)));
        return Report.Of("report", runs,
            new Figure("version_ms", start, "ms", "lower") { Note = "nines --version, from start to end of the process" },
            new Figure("report_ms", whole, "ms", "lower") { Note = "nines report -o json, the snapshot an hour old" },
            new Figure("verb_ms", whole - start, "ms", "lower", LongestVerb) { Note = "report_ms without version_ms" },
            new Figure("verb_processor_ms", wholeBusy - startBusy, "ms", "lower") { Note = "user and system, over all threads, without that of --version; what remains the same on a busy machine" },
            new Figure("report_without_snapshot_ms", Median.Of(folded.Select(took => took.Milliseconds)), "ms", "lower") { Note = "all facts folded" },
            new Figure("verb_without_snapshot_processor_ms", Median.Of(folded.Select(took => took.ProcessorMilliseconds)) - startBusy, "ms", "lower"),
            new Figure("snapshot_mib", new FileInfo(Path.Combine(folder, LedgerSnapshot.FileName)).Length / 1048576.0, "MiB", "lower"));
    }

    private static (Took Took, string Output) Run(BenchOptions options, string[] arguments)
    {
        var dll = Path.Combine(options.Root, "src", "Nines.Cli", "bin", "Release", "net10.0", "nines.dll");
        var (began, busy) = (Stopwatch.GetTimestamp(), ChildrenMilliseconds());
        using var process = Process.Start(new ProcessStartInfo("dotnet", [dll, .. arguments]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var took = new Took(Stopwatch.GetElapsedTime(began).TotalMilliseconds, ChildrenMilliseconds() - busy);
        if (process.ExitCode != 0 || output.Length == 0) throw new InvalidOperationException($"nines {arguments[0]} ended with code {process.ExitCode}.");
        return (took, output);
    }

    /// <summary>Processor time of all processes that were started here and have ended: their own figure ends with them.</summary>
    private static double ChildrenMilliseconds()
    {
        const int children = -1;
        var usage = new long[18]; // struct rusage: user and system time as seconds and microseconds, then what is not read here
        if (GetUsage(children, usage) != 0) throw new IOException($"getrusage failed: error {Marshal.GetLastPInvokeError()}");
        return ((usage[0] + usage[2]) * 1_000.0) + ((usage[1] + usage[3]) / 1_000.0);
    }

    [DllImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetUsage(int who, [Out] long[] usage);

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
