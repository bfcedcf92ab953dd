using System.Diagnostics;
using System.Globalization;
using System.Text;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Core.Facts;
using Nines.Ledger;
using NodaTime;

namespace Nines.Bench.Journals;

/// <summary>Durable appends with many writers against what the disk can sync, and how fast a history of a million facts is read again.</summary>
internal static class JournalBench
{
    private const int Writers = 32;
    private const int Facts = 1_000_000;
    private const double AppendsPerSync = 20;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(300);
    private static readonly Duration LongestRebuild = Duration.FromSeconds(10);

    public static async Task<Report> RunAsync(BenchOptions options)
    {
        var runs = options.Runs ?? (options.Quick ? 2 : 5);
        var during = TimeSpan.FromSeconds(options.Quick ? 1 : 3);
        var folder = options.NewFolder(); // where the repository is: a temporary folder may be in memory, and its syncs nothing
        try
        {
            var version = await SqliteCli.VersionAsync();
            if (version is null) Talk.Say("journal: sqlite3 is not installed, so there is no peer to measure");
            var appends = new List<Appends>();
            for (var run = 0; run <= runs; run++)
            {
                // Run 0 warms up the compiler and the disk.
                var measured = await AppendAsync(folder, run == 0 ? TimeSpan.FromMilliseconds(500) : during, run == 0 ? null : version);
                if (run == 0) continue;
                appends.Add(measured);
                Talk.Say(string.Create(CultureInfo.InvariantCulture,
                    $"journal: run {run} of {runs}: {measured.PerSecond:#,##0} appends/s in {measured.Commits:#,##0} commits/s, disk {measured.DiskSyncs:#,##0} syncs/s ({measured.Overwrites:#,##0} overwriting), sqlite3 {measured.Peer?.ToString("#,##0", CultureInfo.InvariantCulture) ?? "–"}/s"));
            }
            var rebuilds = await RebuildAsync(folder, runs, options.Quick);
            return Report.Of("journal", runs, Figures(appends, rebuilds, version));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed record Appends(double PerSecond, double Commits, double DiskSyncs, double Overwrites, double SlowestMilliseconds, double? Peer);

    private sealed record Rebuild(double Seconds, double ProcessorSeconds, double ReadSeconds, double LedgerMebibytes);

    private static IEnumerable<Figure> Figures(List<Appends> appends, (List<Rebuild> Runs, double WriteRate, double FileBytes, double PeakMebibytes) rebuilds, string? version)
    {
        var syncs = Median.Of(appends.Select(run => run.DiskSyncs));
        yield return new Figure("disk_syncs_per_second", syncs, "1/s", "higher") { Note = "4 KiB appended and fdatasync, one after the other, in the same folder" };
        yield return new Figure("disk_overwriting_syncs_per_second", Median.Of(appends.Select(run => run.Overwrites)), "1/s", "higher") { Note = "the same over blocks that are there already, as a write-ahead log does" };
        yield return new Figure("appends_per_second", Median.Of(appends.Select(run => run.PerSecond)), "1/s", "higher")
        {
            Peer = version is null ? null : new Peer("sqlite3", version, Median.Of(appends.Select(run => run.Peer!.Value))),
            Note = $"{Writers} writers, each awaits its append before the next; the peer: one process, WAL, synchronous=FULL, a transaction an insert",
        };
        yield return new Figure("appends_per_disk_sync", Median.Of(appends.Select(run => run.PerSecond / run.DiskSyncs)), "1", "higher", AppendsPerSync)
        {
            Peer = version is null ? null : new Peer("sqlite3", version, Median.Of(appends.Select(run => run.Peer!.Value / run.DiskSyncs))),
        };
        yield return new Figure("commits_per_second", Median.Of(appends.Select(run => run.Commits)), "1/s", "higher");
        yield return new Figure("append_p99_ms", Median.Of(appends.Select(run => run.SlowestMilliseconds)), "ms", "lower");
        yield return new Figure("rebuild_seconds", Median.Of(rebuilds.Runs.Select(run => run.Seconds)), "s", "lower", LongestRebuild.TotalSeconds) { Note = $"{Facts:N0} facts through the ledger" };
        yield return new Figure("rebuild_processor_seconds", Median.Of(rebuilds.Runs.Select(run => run.ProcessorSeconds)), "s", "lower") { Note = "over all threads; what remains the same on a busy machine" };
        yield return new Figure("read_seconds", Median.Of(rebuilds.Runs.Select(run => run.ReadSeconds)), "s", "lower") { Note = "the same facts read and dropped" };
        yield return new Figure("ledger_memory_mib", Median.Of(rebuilds.Runs.Select(run => run.LedgerMebibytes)), "MiB", "lower") { Note = "held by the ledger after a full collection" };
        yield return new Figure("process_peak_mib", rebuilds.PeakMebibytes, "MiB", "lower") { Note = "working set over the whole benchmark" };
        yield return new Figure("batched_facts_per_second", rebuilds.WriteRate, "1/s", "higher") { Note = "durable, 10,000 facts an append" };
        yield return new Figure("bytes_per_fact", rebuilds.FileBytes / Facts, "B", "lower") { Note = "of the file" };
    }

    private static async Task<Appends> AppendAsync(string parent, TimeSpan during, string? peer)
    {
        var folder = Directory.CreateDirectory(Path.Combine(parent, "appends")).FullName;
        var fact = ManyFacts.Watched(Instant.FromUtc(2026, 1, 1, 0, 0));
        var delays = Enumerable.Range(0, Writers).Select(_ => new List<double>()).ToArray();
        var (elapsed, appended, overwritten, slices) = (0.0, 0.0, 0.0, 0);
        double rate, commits;
        await using (var journal = await SqliteJournal.OpenAsync(folder, TimeProvider.System))
        {
            // Disks have moods: journal and disk are measured in turns, a few hundred milliseconds each.
            for (; elapsed < during.TotalSeconds; slices++)
            {
                var timer = Stopwatch.StartNew();
                await Task.WhenAll(delays.Select((mine, writer) => Task.Run(async () =>
                {
                    while (timer.Elapsed < Slice)
                    {
                        var began = Stopwatch.GetTimestamp();
                        await journal.AppendAsync(new Append($"writer-{writer}", $"{mine.Count}", [fact]));
                        mine.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                    }
                })));
                elapsed += timer.Elapsed.TotalSeconds;
                appended += DiskSyncs.AppendedPerSecond(folder, Slice / 2);
                overwritten += DiskSyncs.OverwrittenPerSecond(folder, Slice / 2);
            }
            var done = delays.Sum(mine => mine.Count);
            var head = await journal.HeadAsync();
            if (head.Value != done) throw new InvalidOperationException($"{done} appends were acknowledged, but the journal's head is {head}.");
            (rate, commits) = (done / elapsed, journal.Statistics.Commits / elapsed);
        }
        var disk = appended / slices;
        double? peers = peer is null ? null : await SqliteCli.InsertsPerSecondAsync(folder, Encoding.UTF8.GetString(FactJson.Write(fact)), Math.Clamp((int)(disk * during.TotalSeconds), 200, 20_000));
        Directory.Delete(folder, recursive: true);
        return new Appends(rate, commits, disk, overwritten / slices, Median.Quantile(delays.SelectMany(mine => mine), 0.99), peers);
    }

    private static async Task<(List<Rebuild>, double WriteRate, double FileBytes, double PeakMebibytes)> RebuildAsync(string parent, int runs, bool quick)
    {
        var folder = Directory.CreateDirectory(Path.Combine(parent, "history")).FullName;
        var writing = Stopwatch.StartNew();
        string path;
        await using (var journal = await SqliteJournal.OpenAsync(folder, TimeProvider.System))
        {
            var part = 0;
            foreach (var facts in ManyFacts.Make(Facts).Chunk(10_000))
                await journal.AppendAsync(new Append("watch", $"{part++}", facts));
            path = journal.Path;
        }
        var rate = Facts / writing.Elapsed.TotalSeconds;
        Talk.Say($"journal: wrote {Facts:N0} facts in {writing.Elapsed.TotalSeconds:0.0} s");

        var rebuilds = new List<Rebuild>();
        for (var run = 1; run <= (quick ? Math.Min(runs, 2) : runs); run++)
        {
            await using var journal = await SqliteJournal.OpenReadOnlyAsync(folder, TimeProvider.System);
            var timer = Stopwatch.StartNew();
            var read = 0L;
            for (var after = JournalPosition.Start; await journal.ReadAsync(after, 1_000) is { Count: > 0 } entries; read += entries.Count) after = entries[^1].Position;
            var reading = timer.Elapsed.TotalSeconds;
            if (read != Facts) throw new InvalidOperationException($"{read} of {Facts} facts were read.");

            var before = GC.GetTotalMemory(forceFullCollection: true);
            var busy = Environment.CpuUsage.TotalTime;
            timer.Restart();
            var ledger = await LedgerProjection.LoadAsync(journal);
            var outages = ledger.Outages.Count();
            var seconds = timer.Elapsed.TotalSeconds;
            busy = Environment.CpuUsage.TotalTime - busy;
            if (ledger.Position.Value != Facts) throw new InvalidOperationException($"The ledger is at {ledger.Position}, not at {Facts}.");
            var held = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1048576.0;
            GC.KeepAlive(ledger);
            rebuilds.Add(new Rebuild(seconds, busy.TotalSeconds, reading, held));
            Talk.Say($"journal: rebuild {run}: {seconds:0.0} s to {outages:N0} outages, {held:0} MiB, processor time {busy.TotalSeconds:0.0} s; plain read {reading:0.0} s");
        }
        using var self = Process.GetCurrentProcess();
        return (rebuilds, rate, new FileInfo(path).Length, self.PeakWorkingSet64 / 1048576.0);
    }
}
