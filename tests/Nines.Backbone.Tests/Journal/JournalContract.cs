using Nines.Testing;
using System.Collections.Concurrent;
using Nines.Backbone.Journal;
using Nines.Core.Facts;

namespace Nines.Backbone.Tests.Journal;

/// <summary>What every engine of the journal promises; one class of tests for all of them.</summary>
public abstract class JournalContract
{
    /// <summary>A new, empty journal.</summary>
    protected abstract Task<IJournal> OpenAsync();

    /// <summary>The same journal in a later run of the process.</summary>
    protected abstract Task<IJournal> ReopenAsync(IJournal journal);

    [Fact]
    public async Task An_empty_journal_is_at_the_start_and_has_nothing_to_read()
    {
        await using var journal = await OpenAsync();
        Assert.Equal(JournalPosition.Start, await journal.HeadAsync());
        Assert.Empty(await journal.ReadAsync(JournalPosition.Start, 10));
        Assert.Empty(await journal.SnapshotsAsync("judge"));
    }

    [Fact]
    public async Task Positions_are_gapless_and_versions_count_up_under_32_concurrent_writers()
    {
        const int writers = 32, appends = 40;
        await using var journal = await OpenAsync();
        var receipts = new ConcurrentBag<(string Stream, AppendReceipt Receipt)>();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < appends; i++)
                receipts.Add(($"s/{writer}", await journal.AppendAsync(Sample.Append($"s/{writer}", $"{i}", facts: 1 + i % 3, expected: SizeBefore(i)))));
        })));
        var entries = await journal.ReadAsync(JournalPosition.Start, int.MaxValue);
        Assert.Equal(Enumerable.Range(1, writers * (int)SizeBefore(appends)), entries.Select(entry => (int)entry.Position.Value));
        Assert.Equal(entries[^1].Position, await journal.HeadAsync());
        foreach (var stream in entries.GroupBy(entry => entry.Stream))
            Assert.Equal(Enumerable.Range(1, (int)SizeBefore(appends)), stream.Select(entry => (int)entry.Version));
        foreach (var (stream, receipt) in receipts)
        {
            var entry = entries[(int)receipt.Last.Value - 1];
            Assert.Equal((stream, receipt.Version), (entry.Stream, entry.Version));
        }

        static long SizeBefore(int i) => Enumerable.Range(0, i).Sum(n => 1L + n % 3);
    }

    [Fact]
    public async Task The_facts_of_one_append_stand_together_and_in_order()
    {
        await using var journal = await OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => journal.AppendAsync(Sample.Append($"s/{i % 5}", $"{i}", facts: 7))));
        var entries = await journal.ReadAsync(JournalPosition.Start, int.MaxValue);
        Assert.Equal(350, entries.Count);
        foreach (var batch in entries.Chunk(7))
        {
            var name = Sample.RunOf(batch[0])[..^1];
            Assert.Equal(Enumerable.Range(0, 7).Select(i => $"{name}{i}"), batch.Select(Sample.RunOf));
        }
    }

    [Fact]
    public async Task Reading_pages_meets_every_entry_once()
    {
        await using var journal = await OpenAsync();
        await journal.AppendAsync(Sample.Append("a", "1", facts: 1_000));
        var seen = new List<long>();
        var after = JournalPosition.Start;
        while (await journal.ReadAsync(after, 37) is { Count: > 0 } page)
        {
            Assert.True(page.Count <= 37);
            seen.AddRange(page.Select(entry => entry.Position.Value));
            after = page[^1].Position;
        }
        Assert.Equal(Enumerable.Range(1, 1_000).Select(i => (long)i), seen);
        Assert.Empty(await journal.ReadAsync(JournalPosition.Start, 0));
        Assert.Empty(await journal.ReadAsync(new JournalPosition(5_000), 10));
    }

    [Fact]
    public async Task A_wrong_expected_version_appends_nothing_and_says_the_actual_one()
    {
        await using var journal = await OpenAsync();
        await journal.AppendAsync(Sample.Append("a", "1", facts: 3, expected: 0));
        var wrong = await Assert.ThrowsAsync<UnexpectedVersionException>(
            () => journal.AppendAsync(Sample.Append("a", "2", facts: 1, expected: 2, snapshots: new Snapshot("judge", "k", [1]))));
        Assert.Equal((3L, "NIN2009"), (wrong.Actual, wrong.Code));
        Assert.Equal(new JournalPosition(3), await journal.HeadAsync());
        Assert.Empty(await journal.SnapshotsAsync("judge"));
        var right = await journal.AppendAsync(Sample.Append("a", "2", facts: 1, expected: 3));
        Assert.Equal(new AppendReceipt(new JournalPosition(4), 4, Repeated: false), right);
    }

    [Fact]
    public async Task A_repeated_key_appends_nothing_and_gets_the_first_receipt_even_with_an_outdated_version()
    {
        await using var journal = await OpenAsync();
        var first = await journal.AppendAsync(Sample.Append("a", "1", facts: 2, expected: 0));
        await journal.AppendAsync(Sample.Append("a", "2", facts: 2));
        var again = await journal.AppendAsync(Sample.Append("a", "1", facts: 2, expected: 0));
        Assert.Equal(first with { Repeated = true }, again);
        Assert.Equal(new JournalPosition(4), await journal.HeadAsync());
        var elsewhere = await journal.AppendAsync(Sample.Append("b", "1"));
        Assert.False(elsewhere.Repeated);
    }

    [Fact]
    public async Task A_repeated_key_is_known_in_a_later_run()
    {
        var journal = await OpenAsync();
        var first = await journal.AppendAsync(Sample.Append("a", "1", facts: 2));
        journal = await ReopenAsync(journal);
        await using (journal)
        {
            Assert.Equal(first with { Repeated = true }, await journal.AppendAsync(Sample.Append("a", "1", facts: 2)));
            Assert.Equal(new AppendReceipt(new JournalPosition(3), 3, false), await journal.AppendAsync(Sample.Append("a", "2", expected: 2)));
        }
    }

    [Fact]
    public async Task The_key_of_an_append_without_facts_is_not_remembered()
    {
        await using var journal = await OpenAsync();
        for (byte i = 1; i <= 3; i++)
            Assert.False((await journal.AppendAsync(Sample.Append("a", "memory", facts: 0, expected: 0, snapshots: new Snapshot("judge", "k", [i])))).Repeated);
        Assert.Equal([3], (await journal.SnapshotsAsync("judge"))["k"]);
        Assert.False((await journal.AppendAsync(Sample.Append("a", "memory"))).Repeated);
        Assert.True((await journal.AppendAsync(Sample.Append("a", "memory"))).Repeated);
    }

    [Fact]
    public async Task Many_calls_with_one_key_at_once_append_once()
    {
        await using var journal = await OpenAsync();
        var receipts = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => journal.AppendAsync(Sample.Append("a", "same", facts: 2)))));
        Assert.Single(receipts, receipt => !receipt.Repeated);
        Assert.All(receipts, receipt => Assert.Equal((2L, 2L), (receipt.Last.Value, receipt.Version)));
        Assert.Equal(new JournalPosition(2), await journal.HeadAsync());
    }

    [Fact]
    public async Task Snapshots_come_with_their_facts_are_replaced_whole_and_removed_by_null()
    {
        var journal = await OpenAsync();
        await journal.AppendAsync(Sample.Append("a", "1", 1, null, new Snapshot("judge", "x", [1, 2]), new Snapshot("judge", "y", []), new Snapshot("other", "x", [9])));
        var receipt = await journal.AppendAsync(Sample.Append("a", "2", 0, null, new Snapshot("judge", "x", [3])));
        Assert.Equal(new AppendReceipt(new JournalPosition(1), 1, false), receipt);
        journal = await ReopenAsync(journal);
        await using (journal)
        {
            var found = await journal.SnapshotsAsync("judge");
            Assert.Equal(["x", "y"], found.Keys.Order());
            Assert.Equal([3], found["x"]);
            Assert.Equal([], found["y"]);
            await journal.AppendAsync(Sample.Append("a", "3", 0, null, new Snapshot("judge", "x", null)));
            Assert.Equal(["y"], (await journal.SnapshotsAsync("judge")).Keys);
            Assert.Equal([9], (await journal.SnapshotsAsync("other"))["x"]);
        }
    }

    [Fact]
    public async Task Waiting_for_more_ends_with_the_append_and_not_before()
    {
        await using var journal = await OpenAsync();
        var waiting = journal.WaitForMoreAsync(JournalPosition.Start);
        await journal.AppendAsync(Sample.Append("a", "snapshot only", 0));
        Assert.False(waiting.IsCompleted);
        await journal.AppendAsync(Sample.Append("a", "1", facts: 2));
        Assert.Equal(new JournalPosition(2), await waiting.WaitAsync(Patience.Most));
        Assert.Equal(new JournalPosition(2), await journal.WaitForMoreAsync(new JournalPosition(1)));
        using var stop = new CancellationTokenSource();
        var cancelled = journal.WaitForMoreAsync(new JournalPosition(2), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
    }

    [Fact]
    public async Task A_closed_journal_refuses_appends_and_ends_waiting()
    {
        var journal = await OpenAsync();
        var waiting = journal.WaitForMoreAsync(JournalPosition.Start);
        await journal.DisposeAsync();
        Assert.Equal(JournalErrors.Closed, (await Assert.ThrowsAsync<JournalException>(() => journal.AppendAsync(Sample.Append("a", "1")))).Code);
        Assert.Equal(JournalErrors.Closed, (await Assert.ThrowsAsync<JournalException>(() => waiting)).Code);
    }

    [Fact]
    public async Task An_append_that_was_cancelled_before_the_call_writes_nothing()
    {
        await using var journal = await OpenAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => journal.AppendAsync(Sample.Append("a", "1"), new CancellationToken(canceled: true)));
        Assert.Equal(JournalPosition.Start, await journal.HeadAsync());
    }

    public static TheoryData<string, Append> TooLarge => new()
    {
        { "stream name is empty", Sample.Append("", "1") },
        { "201 characters", Sample.Append(new string('s', 201), "1") },
        { "idempotency key is empty", Sample.Append("a", "") },
        { "201 characters", Sample.Append("a", new string('k', 201)) },
        { "cannot be stored", Sample.Append("a\0b", "1") },
        { "250001 facts", Sample.Append("a", "1", facts: 250_001) },
        { "below 0", Sample.Append("a", "1", expected: -1) },
        { "16777217 bytes", Sample.Append("a", "1", 1, null, new Snapshot("judge", "k", new byte[(16 << 20) + 1])) },
        { "snapshot owner is empty", Sample.Append("a", "1", 1, null, new Snapshot("", "k", [1])) },
    };

    [Theory, MemberData(nameof(TooLarge), DisableDiscoveryEnumeration = true)]
    public async Task What_is_over_a_limit_is_refused_by_name_and_writes_nothing(string says, Append append)
    {
        await using var journal = await OpenAsync();
        var refused = await Assert.ThrowsAsync<JournalException>(() => journal.AppendAsync(append));
        Assert.Equal(JournalErrors.LimitExceeded, refused.Code);
        Assert.Contains(says, refused.Message);
        Assert.Equal(JournalPosition.Start, await journal.HeadAsync());
    }

    [Fact]
    public async Task Names_and_batches_at_the_limit_are_taken()
    {
        await using var journal = await OpenAsync();
        var name = new string('é', 200);
        var receipt = await journal.AppendAsync(Sample.Append(name, name, 250_000, 0, new Snapshot(name, name, new byte[16 << 20])));
        Assert.Equal(250_000, receipt.Version);
        Assert.Equal(name, (await journal.ReadAsync(new JournalPosition(9_999), 5))[0].Stream);
        Assert.Equal(16 << 20, (await journal.SnapshotsAsync(name))[name].Length);
    }

    [Fact]
    public async Task Facts_come_back_as_they_went_in()
    {
        await using var journal = await OpenAsync();
        Fact[] facts = [Sample.Revision(1), Sample.Watched(2), Sample.Revision(3), Sample.Fact(4)];
        await journal.AppendAsync(new Append("a", "1", facts));
        var read = await journal.ReadAsync(JournalPosition.Start, 10);
        Assert.Equal(facts.Select(fact => Convert.ToHexString(FactJson.Write(fact))), read.Select(entry => Convert.ToHexString(FactJson.Write(entry.Fact))));
    }

    [Fact]
    public async Task A_journal_has_one_digest_however_often_it_is_read_or_opened()
    {
        var journal = await OpenAsync();
        for (var i = 0; i < 30; i++) await journal.AppendAsync(new Append($"s/{i % 4}", $"{i}", [Sample.Revision(i), Sample.Watched(i)]));
        var first = await JournalExport.DigestAsync(journal);
        var text = new MemoryStream();
        Assert.Equal(first, await JournalExport.WriteAsync(journal, text));
        Assert.Equal((60L, text.Length), (first.AsOf.Value, first.Bytes));
        await journal.AppendAsync(Sample.Append("later", "1"));
        journal = await ReopenAsync(journal);
        await using (journal)
        {
            Assert.Equal(first, await JournalExport.DigestAsync(journal, first.AsOf));
            Assert.NotEqual(first.Sha256, (await JournalExport.DigestAsync(journal)).Sha256);
            await Assert.ThrowsAsync<JournalException>(() => JournalExport.DigestAsync(journal, new JournalPosition(1_000)));
        }
    }
}
