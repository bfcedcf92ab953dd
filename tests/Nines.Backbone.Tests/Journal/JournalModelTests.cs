using FsCheck;
using FsCheck.Fluent;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Testing;

namespace Nines.Backbone.Tests.Journal;

/// <summary>Random runs of appends, crashes and restarts, on both engines, against a model that is a list.</summary>
public sealed class JournalModelTests
{
    [Fact]
    public void The_embedded_journal_agrees_with_a_list_whatever_crashes() => Check(60, () => new SqliteRun());

    [Fact]
    public void The_journal_in_memory_agrees_with_a_list_whatever_crashes() => Check(200, () => new MemoryRun());

    private static void Check(int runs, Func<Run> start) =>
        Prop.ForAll(Gen.Choose(0, 999_999).ListOf().ToArbitrary(), steps => RunAsync(steps, start()).GetAwaiter().GetResult())
            .Check(SameDraws.Config.WithMaxTest(runs).WithEndSize(60));

    private static async Task RunAsync(IReadOnlyList<int> steps, Run run)
    {
        await using (run)
        {
            await run.StartAsync();
            var model = new Model();
            foreach (var step in steps)
            {
                var append = Decode(step / 10, model);
                switch (step % 10)
                {
                    case <= 5:
                        await BothAsync(run.Journal, model, append);
                        break;
                    case 6:
                        await run.CrashAsync(append, beforeCommit: true);
                        break;
                    case 7 or 8:
                        // Nobody was told of it: it may be there or not, but then as a whole.
                        await run.CrashAsync(append, beforeCommit: false);
                        if ((await run.Journal.AppendAsync(append with { ExpectedVersion = null })).Repeated && !model.Knows(append)) model.Append(append);
                        else model.Append(append with { ExpectedVersion = null });
                        break;
                    case 9:
                        await run.RestartAsync();
                        break;
                }
                Assert.Equal(new JournalPosition(model.Entries.Count), await run.Journal.HeadAsync());
            }
            Assert.Equal(model.Entries, (await run.Journal.ReadAsync(JournalPosition.Start, int.MaxValue)).Select(entry => (entry.Stream, entry.Version, Sample.RunOf(entry))));
            Assert.Equal(model.Snapshots, (await run.Journal.SnapshotsAsync("judge")).ToDictionary(pair => pair.Key, pair => pair.Value[0]));
        }
    }

    private static async Task BothAsync(IJournal journal, Model model, Append append)
    {
        var expected = model.Append(append);
        if (expected is null) await Assert.ThrowsAsync<UnexpectedVersionException>(() => journal.AppendAsync(append));
        else Assert.Equal(expected, await journal.AppendAsync(append));
    }

    private static Append Decode(int number, Model model)
    {
        var stream = $"s/{number % 3}";
        var snapshot = new Snapshot("judge", $"{number % 4}", number % 5 == 0 ? null : [(byte)(number % 200)]);
        long? expected = (number / 12 % 3) switch { 0 => null, 1 => model.Version(stream), _ => number / 36 % 8 };
        return Sample.Append(stream, $"{number / 7 % 30}", number % 6, expected, snapshot);
    }

    private sealed class Model
    {
        private readonly Dictionary<(string, string), AppendReceipt> receipts = [];

        public List<(string Stream, long Version, string Run)> Entries { get; } = [];
        public Dictionary<string, byte> Snapshots { get; } = [];

        public long Version(string stream) => Entries.Count(entry => entry.Stream == stream);
        public bool Knows(Append append) => receipts.ContainsKey((append.Stream, append.IdempotencyKey));

        public AppendReceipt? Append(Append append)
        {
            if (receipts.TryGetValue((append.Stream, append.IdempotencyKey), out var first)) return first with { Repeated = true };
            var version = Version(append.Stream);
            if (append.ExpectedVersion is { } expected && expected != version) return null;
            foreach (var fact in append.Facts) Entries.Add((append.Stream, ++version, ((Nines.Core.Facts.WatchStopped)fact).Run));
            foreach (var snapshot in append.Snapshots)
                if (snapshot.Value is { } value) Snapshots[snapshot.Key] = value[0];
                else Snapshots.Remove(snapshot.Key);
            var receipt = new AppendReceipt(new JournalPosition(Entries.Count), version, false);
            if (append.Facts.Count > 0) receipts[(append.Stream, append.IdempotencyKey)] = receipt;
            return receipt;
        }
    }

    /// <summary>An engine that can be made to crash.</summary>
    private abstract class Run : IAsyncDisposable
    {
        public abstract IJournal Journal { get; }
        public abstract Task StartAsync();
        public abstract Task RestartAsync();

        /// <summary>Dies during the append: before its commit, or after it has begun (nobody is told which).</summary>
        public abstract Task CrashAsync(Append append, bool beforeCommit);

        public abstract ValueTask DisposeAsync();
    }

    private sealed class MemoryRun : Run
    {
        private MemoryJournal journal = new();
        private int crashes;

        public override IJournal Journal => journal;
        public override Task StartAsync() => Task.CompletedTask;

        public override Task RestartAsync()
        {
            journal = journal.Crash();
            return Task.CompletedTask;
        }

        public override async Task CrashAsync(Append append, bool beforeCommit)
        {
            journal.HoldAcknowledgements();
            var held = journal.AppendAsync(append);
            journal = journal.Crash(survivors: beforeCommit ? 0 : crashes++ % 2);
            await Assert.ThrowsAsync<JournalException>(() => held);
        }

        public override ValueTask DisposeAsync() => journal.DisposeAsync();
    }

    /// <summary>A crash is a copy of the files as they are at that instant, opened instead of them; a torn write is a log cut off.</summary>
    private sealed class SqliteRun : Run
    {
        private readonly TemporaryFolder root = new();
        private SqliteJournal? journal;
        private int life;
        private Action? beforeCommit;

        public override IJournal Journal => journal!;

        private string Folder => Path.Combine(root.Path, $"{life}");

        public override async Task StartAsync()
        {
            Directory.CreateDirectory(Folder);
            journal = await SqliteJournal.OpenAsync(Folder, TimeProvider.System, new SqliteJournalOptions { BeforeCommit = () => beforeCommit?.Invoke() });
        }

        public override async Task RestartAsync()
        {
            await journal!.DisposeAsync();
            await StartAsync();
        }

        public override async Task CrashAsync(Append append, bool beforeCommit)
        {
            var next = Directory.CreateDirectory(Path.Combine(root.Path, $"{life + 1}")).FullName;
            var log = new FileInfo(Path.Combine(Folder, "nines.db-wal"));
            if (beforeCommit)
            {
                var copied = false;
                this.beforeCommit = () =>
                {
                    Copy(Folder, next);
                    copied = true;
                };
                await Record.ExceptionAsync(() => journal!.AppendAsync(append));
                this.beforeCommit = null;
                Assert.True(copied);
            }
            else
            {
                var whole = log.Exists ? log.Length : 0;
                await Record.ExceptionAsync(() => journal!.AppendAsync(append));
                log.Refresh();
                var written = log.Length - whole;
                Copy(Folder, next);
                using var torn = File.OpenWrite(Path.Combine(next, log.Name));
                if (life % 3 != 0) torn.SetLength(whole + written * (append.IdempotencyKey.Length + life * 37 % 100) / 101);
            }
            await journal!.DisposeAsync();
            life++;
            await StartAsync();
        }

        public override async ValueTask DisposeAsync()
        {
            await journal!.DisposeAsync();
            root.Dispose();
        }

        private static void Copy(string from, string to)
        {
            foreach (var name in new[] { "nines.db", "nines.db-wal" })
                if (File.Exists(Path.Combine(from, name)))
                    File.Copy(Path.Combine(from, name), Path.Combine(to, name));
        }
    }
}
