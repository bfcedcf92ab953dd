using System.Globalization;
using System.Text.RegularExpressions;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;

namespace Nines.Backbone.Tests.Embedded;

/// <summary>Other processes: killed, traced, or in the way.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task After_kill_9_every_acknowledged_fact_is_there()
    {
        var random = new Random(20260301);
        var acknowledged = new Dictionary<long, string>();
        for (var round = 0; round < 5; round++)
        {
            using (var appender = AppenderProcess.Start(folder.Path, writers: 8, appends: 0))
            {
                Assert.Equal("open", await appender.LineAsync());
                var lines = new List<string>();
                for (var i = random.Next(50, 2_000); i > 0; i--) lines.Add((await appender.LineAsync())!);
                lines.AddRange(await appender.KillAsync());
                foreach (var words in lines.Select(line => line.Split(' ')).Where(words => words is ["ack", _, { Length: > 34 }]))
                    acknowledged.Add(long.Parse(words[1], CultureInfo.InvariantCulture), words[2]);
            }
            await using var journal = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System);
            var entries = await journal.ReadAsync(JournalPosition.Start, int.MaxValue);
            Assert.Equal(Enumerable.Range(1, entries.Count), entries.Select(entry => (int)entry.Position.Value));
            foreach (var (position, run) in acknowledged)
            {
                Assert.True(position <= entries.Count, $"position {position} was acknowledged, but the journal ends at {entries.Count}");
                Assert.StartsWith(run, Sample.RunOf(entries[(int)position - 1]));
            }
        }
        Assert.True(acknowledged.Count > 500);
    }

    [Fact]
    public async Task Nothing_is_acknowledged_before_the_log_that_holds_it_was_synced()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/strace")) Assert.Skip("strace is not installed: the system calls cannot be seen.");
        var trace = Path.Combine(folder.Path, "trace");
        using (var appender = AppenderProcess.Start(folder.Path, 1, 25, "/usr/bin/strace", "-f", "-y", "-s", "64", "-o", trace, "-e", "trace=fsync,fdatasync,write,pwrite64"))
        {
            if (await appender.LineAsync() is not "open") Assert.Skip("strace may not trace processes here.");
            Assert.Equal(0, await appender.EndAsync());
        }
        var written = false; // to the log, and not synced since
        var synced = 0;      // syncs of the log since the last acknowledgement
        var acknowledgements = 0;
        var unfinished = new Dictionary<string, string>();
        foreach (var line in await File.ReadAllLinesAsync(trace))
        {
            var (thread, call) = (line[..line.IndexOf(' ')], line[line.IndexOf(' ')..].Trim());
            // A call counts when it has returned; its arguments stand where it began.
            if (call.Contains("<unfinished ...>", StringComparison.Ordinal))
            {
                unfinished[thread] = call;
                if (!IsAcknowledgement(call)) continue;
            }
            else if (call.StartsWith("<...", StringComparison.Ordinal))
            {
                if (!unfinished.Remove(thread, out var began) || IsAcknowledgement(began)) continue;
                call = began + call;
            }
            if (call.StartsWith("pwrite64", StringComparison.Ordinal) && call.Contains("nines.db-wal>", StringComparison.Ordinal)) (written, synced) = (true, 0);
            else if (Regex.IsMatch(call, @"^f(data)?sync\(\d+<[^>]*nines\.db-wal>.*= 0$")) (written, synced) = (false, synced + 1);
            else if (IsAcknowledgement(call))
            {
                acknowledgements++;
                Assert.False(written, $"acknowledged before the log was synced: {line}");
                Assert.True(synced > 0, $"acknowledged without a sync of the log: {line}");
                synced = 0;
            }
        }
        Assert.Equal(25, acknowledgements);

        static bool IsAcknowledgement(string call) => Regex.IsMatch(call, @"^write\(\d+<[^>]*>, ""ack ");
    }

    [Fact]
    public async Task A_second_process_that_would_write_is_refused_and_told_who_holds_the_journal()
    {
        await using var journal = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System);
        using var second = AppenderProcess.Start(folder.Path, writers: 1, appends: 1);
        var line = await second.LineAsync();
        Assert.StartsWith(JournalErrors.HeldByAnotherWriter, line);
        Assert.Contains($"process {Environment.ProcessId} ", line);
        Assert.Equal(3, await second.EndAsync());
    }

    [Fact]
    public async Task A_reader_beside_another_process_sees_its_acknowledged_facts_also_after_that_was_killed()
    {
        using var writer = AppenderProcess.Start(folder.Path, writers: 1, appends: 0);
        Assert.Equal("open", await writer.LineAsync());
        await using var reader = await SqliteJournal.OpenReadOnlyAsync(folder.Path, TimeProvider.System);
        long last = 0;
        for (var i = 0; i < 200; i++)
        {
            last = long.Parse((await writer.LineAsync())!.Split(' ')[1], CultureInfo.InvariantCulture);
            Assert.True((await reader.HeadAsync()).Value >= last);
        }
        await writer.KillAsync();
        Assert.True((await reader.ReadAsync(JournalPosition.Start, int.MaxValue)).Count >= last);
        await using var fresh = await SqliteJournal.OpenReadOnlyAsync(folder.Path, TimeProvider.System);
        Assert.Equal(await reader.HeadAsync(), await fresh.HeadAsync());
    }
}
