using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Backbone.Tests.Journal;
using Nines.Testing;

namespace Nines.Backbone.Tests.Embedded;

public sealed class SqliteJournalContractTests : JournalContract, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    protected override async Task<IJournal> OpenAsync() => await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System);

    protected override async Task<IJournal> ReopenAsync(IJournal journal)
    {
        await journal.DisposeAsync();
        return await OpenAsync();
    }
}

public sealed class SqliteJournalTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Appends_that_wait_together_share_one_commit_and_a_wrong_version_among_them_fails_alone()
    {
        using var gate = new Gate();
        await using var journal = await OpenAsync(gate);
        var first = journal.AppendAsync(Sample.Append("a", "first"));
        await gate.EnteredAsync(); // the writer stands before its commit; what comes now shares the next one
        var before = journal.Statistics.Commits;
        var good = Enumerable.Range(0, 20).Select(i => journal.AppendAsync(Sample.Append("a", $"{i}", expected: 1 + i))).ToList();
        var bad = journal.AppendAsync(Sample.Append("a", "bad", expected: 5));
        var repeat = journal.AppendAsync(Sample.Append("a", "7"));
        var last = journal.AppendAsync(Sample.Append("a", "last", expected: 21));
        gate.Open();
        await Task.WhenAll([first, .. good, last]);
        Assert.Equal(21, (await Assert.ThrowsAsync<UnexpectedVersionException>(() => bad)).Actual);
        Assert.Equal((await good[7]) with { Repeated = true }, await repeat);
        Assert.Equal(2, journal.Statistics.Commits - before);
        Assert.Equal(22, (await journal.ReadAsync(JournalPosition.Start, 100)).Count);
    }

    [Fact]
    public async Task A_reader_sees_neither_facts_nor_snapshots_before_the_commit_and_both_after()
    {
        using var gate = new Gate();
        await using var journal = await OpenAsync(gate);
        await using var reader = await SqliteJournal.OpenReadOnlyAsync(folder.Path, TimeProvider.System);
        var append = journal.AppendAsync(Sample.Append("a", "1", 3, null, new Snapshot("judge", "k", [7])));
        await gate.EnteredAsync();
        foreach (var any in new IJournal[] { journal, reader })
        {
            Assert.Equal(JournalPosition.Start, await any.HeadAsync());
            Assert.Empty(await any.ReadAsync(JournalPosition.Start, 10));
            Assert.Empty(await any.SnapshotsAsync("judge"));
        }
        gate.Open();
        await append;
        foreach (var any in new IJournal[] { journal, reader })
        {
            Assert.Equal(3, (await any.ReadAsync(JournalPosition.Start, 10)).Count);
            Assert.Equal([7], (await any.SnapshotsAsync("judge"))["k"]);
        }
    }

    [Fact]
    public async Task A_reader_beside_32_writers_never_meets_a_gap_and_snapshots_never_lag_their_facts()
    {
        await using var journal = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System, new SqliteJournalOptions { CheckpointEveryPages = 20 });
        await using var reader = await SqliteJournal.OpenReadOnlyAsync(folder.Path, TimeProvider.System);
        var writing = Task.WhenAll(Enumerable.Range(0, 32).Select(writer => Task.Run(async () =>
        {
            for (var i = 1; i <= 60; i++)
                await journal.AppendAsync(Sample.Append($"s/{writer}", $"{i}", 1, i - 1, new Snapshot("judge", $"{writer}", BitConverter.GetBytes(i))));
        })));
        var seen = 0L;
        while (seen < 32 * 60)
        {
            var page = await reader.ReadAsync(new JournalPosition(seen), 500);
            foreach (var entry in page) Assert.Equal(++seen, entry.Position.Value);
            var snapshots = await reader.SnapshotsAsync("judge");
            foreach (var entry in page)
                Assert.True(BitConverter.ToInt32(snapshots[entry.Stream[2..]]) >= entry.Version, "a fact is visible whose snapshot is not");
        }
        await writing;
        Assert.True(journal.Statistics.Checkpoints > 3);
        Assert.Equal(0, journal.Statistics.CheckpointsFailed);
    }

    [Fact]
    public async Task An_append_that_is_cancelled_while_it_waits_is_not_written_and_one_that_is_being_committed_is_acknowledged()
    {
        using var gate = new Gate();
        await using var journal = await OpenAsync(gate);
        using var stop = new CancellationTokenSource();
        var committing = journal.AppendAsync(Sample.Append("a", "1"), stop.Token);
        await gate.EnteredAsync();
        var waiting = journal.AppendAsync(Sample.Append("a", "2"), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.False(committing.IsCompleted);
        gate.Open();
        Assert.Equal(1, (await committing).Last.Value);
        Assert.Equal(2, (await journal.AppendAsync(Sample.Append("a", "3"))).Last.Value);
        Assert.Equal(["a:1:0", "a:3:0"], (await journal.ReadAsync(JournalPosition.Start, 10)).Select(Sample.RunOf));
    }

    [Fact]
    public async Task Closing_commits_what_is_in_the_queue_and_refuses_what_waits_before_it()
    {
        using var gate = new Gate();
        var journal = await OpenAsync(gate, queue: 2);
        var inCommit = journal.AppendAsync(Sample.Append("a", "0"));
        await gate.EnteredAsync();
        var queued = new[] { journal.AppendAsync(Sample.Append("a", "1")), journal.AppendAsync(Sample.Append("a", "2")) };
        var before = journal.AppendAsync(Sample.Append("a", "3"));
        var closing = journal.DisposeAsync().AsTask();
        Assert.Equal(JournalErrors.Closed, (await Assert.ThrowsAsync<JournalException>(() => before)).Code);
        gate.Open();
        await Task.WhenAll([inCommit, .. queued, closing]);
        await using var again = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System);
        Assert.Equal(["a:0:0", "a:1:0", "a:2:0"], (await again.ReadAsync(JournalPosition.Start, 10)).Select(Sample.RunOf));
    }

    [Fact]
    public async Task A_full_queue_makes_its_callers_wait_and_loses_nothing()
    {
        await using var journal = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System, new SqliteJournalOptions { QueueCapacity = 2, MostInGroup = 3 });
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => Task.Run(() => journal.AppendAsync(Sample.Append("a", $"{i}")))));
        Assert.Equal(new JournalPosition(300), await journal.HeadAsync());
        Assert.True(journal.Statistics.Commits >= 100);
    }

    [Fact]
    public async Task A_journal_opened_for_reading_takes_no_appends_and_polls_for_more()
    {
        var time = new ManualTimeProvider();
        await using var journal = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System);
        await using var reader = await SqliteJournal.OpenReadOnlyAsync(folder.Path, time);
        Assert.Equal(JournalErrors.OpenedForReading, (await Assert.ThrowsAsync<JournalException>(() => reader.AppendAsync(Sample.Append("a", "1")))).Code);
        var waiting = reader.WaitForMoreAsync(JournalPosition.Start);
        while (time.NextDue is null) await Task.Yield();
        await journal.AppendAsync(Sample.Append("a", "1"));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(250));
        Assert.Equal(new JournalPosition(1), await waiting.WaitAsync(Patience.Most));
    }

    [Fact]
    public async Task A_closed_writer_leaves_one_whole_file_that_can_be_read_without_it()
    {
        await using (var journal = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System))
            await journal.AppendAsync(Sample.Append("a", "1", facts: 5));
        Assert.False(File.Exists(folder.Database + "-wal"));
        await using var reader = await SqliteJournal.OpenReadOnlyAsync(folder.Path, TimeProvider.System);
        Assert.Equal(5, (await reader.ReadAsync(JournalPosition.Start, 10)).Count);
    }

    [Fact]
    public async Task A_defect_while_committing_fails_the_group_in_words_and_the_next_append_succeeds()
    {
        var fail = true;
        var options = new SqliteJournalOptions { BeforeCommit = () => { if (fail) throw new InvalidOperationException("a bug"); } };
        await using var journal = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System, options);
        Assert.Equal(JournalErrors.Defect, (await Assert.ThrowsAsync<JournalException>(() => journal.AppendAsync(Sample.Append("a", "1")))).Code);
        fail = false;
        Assert.Equal(new AppendReceipt(new JournalPosition(1), 1, false), await journal.AppendAsync(Sample.Append("a", "1", expected: 0)));
    }

    private Task<SqliteJournal> OpenAsync(Gate gate, int queue = 4_096) =>
        SqliteJournal.OpenAsync(folder.Path, TimeProvider.System, new SqliteJournalOptions { BeforeCommit = gate.Pass, QueueCapacity = queue });

    /// <summary>Stops the writer before its first commit until it is opened.</summary>
    private sealed class Gate : IDisposable
    {
        private readonly TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim opened = new();

        public Task EnteredAsync() => entered.Task.WaitAsync(Patience.Most);
        public void Open() => opened.Set();

        public void Pass()
        {
            entered.TrySetResult();
            opened.Wait();
        }

        public void Dispose()
        {
            opened.Set();
        }
    }
}
