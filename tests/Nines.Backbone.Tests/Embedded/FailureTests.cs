using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;

namespace Nines.Backbone.Tests.Embedded;

/// <summary>What can be wrong with the folder, the file and the disk: a code each, and nothing lost.</summary>
public sealed class FailureTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_missing_folder_is_named()
    {
        var missing = Path.Combine(folder.Path, "nowhere");
        await FailsAsync(JournalErrors.MissingFolder, missing, () => SqliteJournal.OpenAsync(missing, TimeProvider.System));
        await FailsAsync(JournalErrors.MissingFolder, missing, () => SqliteJournal.OpenReadOnlyAsync(missing, TimeProvider.System));
        Assert.False(Directory.Exists(missing));
    }

    [Fact]
    public async Task Reading_where_no_journal_is_says_so_and_makes_none()
    {
        await FailsAsync(JournalErrors.NoJournal, folder.Database, () => SqliteJournal.OpenReadOnlyAsync(folder.Path, TimeProvider.System));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_left_untouched()
    {
        var text = string.Concat(Enumerable.Repeat("These are my notes, and not a journal.\n", 100));
        await File.WriteAllTextAsync(folder.Database, text);
        await FailsAsync(JournalErrors.ForeignFile, folder.Database, () => SqliteJournal.OpenAsync(folder.Path, TimeProvider.System));
        await FailsAsync(JournalErrors.ForeignFile, folder.Database, () => SqliteJournal.OpenReadOnlyAsync(folder.Path, TimeProvider.System));
        Assert.Equal(text, await File.ReadAllTextAsync(folder.Database));
    }

    [Theory]
    [InlineData("CREATE TABLE photos (id INTEGER PRIMARY KEY)", JournalErrors.ForeignFile, "application id 0")]
    [InlineData("PRAGMA application_id = 77; CREATE TABLE photos (id INTEGER PRIMARY KEY)", JournalErrors.ForeignFile, "application id 77")]
    [InlineData("PRAGMA application_id = 1313427013; PRAGMA user_version = 2", JournalErrors.NewerSchema, "schema 2")]
    public async Task A_database_of_another_program_or_a_newer_Nines_is_left_untouched(string made, string code, string says)
    {
        using (var database = SqliteDatabase.OpenForWriting(folder.Database)) database.Execute(made);
        var before = await File.ReadAllBytesAsync(folder.Database);
        var failure = await FailsAsync(code, folder.Database, () => SqliteJournal.OpenAsync(folder.Path, TimeProvider.System));
        Assert.Contains(says, failure.Message);
        await FailsAsync(code, folder.Database, () => SqliteJournal.OpenReadOnlyAsync(folder.Path, TimeProvider.System));
        Assert.Equal(before, await File.ReadAllBytesAsync(folder.Database));
    }

    [Fact]
    public async Task A_reader_in_the_moment_in_which_the_journal_is_made_finds_none_or_all_of_it()
    {
        for (var made = 0; made < 6; made++)
        {
            var path = Directory.CreateDirectory(Path.Combine(folder.Path, $"{made}")).FullName;
            using var done = new CancellationTokenSource();
            var looking = Task.Run(async () =>
            {
                while (!done.IsCancellationRequested)
                    try
                    {
                        await using var reader = await SqliteJournal.OpenReadOnlyAsync(path, TimeProvider.System);
                        Assert.Equal(0, (await reader.HeadAsync()).Value);
                    }
                    catch (JournalException failure) when (failure.Code is JournalErrors.NoJournal)
                    {
                        continue;
                    }
            }, TestContext.Current.CancellationToken);
            await using (await SqliteJournal.OpenAsync(path, TimeProvider.System)) await done.CancelAsync();
            await looking;
        }
    }

    [Fact]
    public async Task An_empty_file_is_taken_for_a_new_journal()
    {
        await File.WriteAllBytesAsync(folder.Database, []);
        await using var journal = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System);
        Assert.Equal(1, (await journal.AppendAsync(Sample.Append("a", "1"))).Last.Value);
    }

    [Fact]
    public async Task Damage_in_the_middle_of_the_file_is_found_by_the_read_that_meets_it()
    {
        await using (var journal = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System))
            await journal.AppendAsync(Sample.Append("a", "1", facts: 5_000));
        await using (var file = File.OpenWrite(folder.Database))
        {
            var noise = new byte[(int)file.Length / 2];
            new Random(7).NextBytes(noise);
            file.Position = file.Length / 4;
            file.Write(noise);
        }
        await using var reader = await SqliteJournal.OpenReadOnlyAsync(folder.Path, TimeProvider.System);
        await FailsAsync(JournalErrors.Corrupt, folder.Database, () => reader.ReadAsync(JournalPosition.Start, int.MaxValue));
    }

    [Fact]
    public async Task A_file_cut_off_in_the_middle_is_damaged_and_a_damaged_page_stops_the_writer_for_good()
    {
        await using (var journal = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System))
            await journal.AppendAsync(Sample.Append("a", "1", facts: 5_000));
        await using (var file = File.OpenWrite(folder.Database)) file.SetLength(file.Length / 2 / 4096 * 4096);
        await FailsAsync(JournalErrors.Corrupt, folder.Database, async () =>
        {
            await using var journal = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System);
            await journal.AppendAsync(Sample.Append("a", "2"));
        });
    }

    [Fact]
    public async Task A_head_that_does_not_fit_the_entries_is_damage()
    {
        await using (var journal = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System))
            await journal.AppendAsync(Sample.Append("a", "1", facts: 3));
        using (var database = SqliteDatabase.OpenForWriting(folder.Database)) database.Execute("DELETE FROM journal_entry WHERE position = 3");
        var failure = await FailsAsync(JournalErrors.Corrupt, folder.Database, () => SqliteJournal.OpenAsync(folder.Path, TimeProvider.System));
        Assert.Contains("position 3, the last entry is 2", failure.Message);
    }

    [Fact]
    public async Task A_missing_position_is_damage_and_an_unknown_fact_names_its_position()
    {
        await using (var journal = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System))
            await journal.AppendAsync(Sample.Append("a", "1", facts: 9));
        using (var database = SqliteDatabase.OpenForWriting(folder.Database))
            database.Execute("DELETE FROM journal_entry WHERE position = 3; UPDATE journal_entry SET fact = CAST('{\"kind\":\"from_the_future\"}' AS BLOB) WHERE position = 8");
        await using var reader = await SqliteJournal.OpenReadOnlyAsync(folder.Path, TimeProvider.System);
        Assert.Equal(2, (await reader.ReadAsync(JournalPosition.Start, 2)).Count);
        Assert.Contains("position 3 is missing", (await FailsAsync(JournalErrors.Corrupt, folder.Database, () => reader.ReadAsync(JournalPosition.Start, 5))).Message);
        Assert.Contains("position 8", (await FailsAsync(JournalErrors.UnknownFact, "position 8", () => reader.ReadAsync(new JournalPosition(5), 5))).Message);
    }

    [Fact]
    public async Task A_second_writer_in_the_same_process_is_told_who_holds_the_journal_and_may_try_again_later()
    {
        await using (await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System))
        {
            var failure = await FailsAsync(JournalErrors.HeldByAnotherWriter, folder.Path, () => SqliteJournal.OpenAsync(folder.Path, TimeProvider.System));
            Assert.Contains($"process {Environment.ProcessId} on {Environment.MachineName}, since 20", failure.Message);
        }
        await (await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System)).DisposeAsync();
    }

    [Fact]
    public async Task Another_program_in_a_transaction_is_reported_as_a_lock_and_the_next_append_succeeds()
    {
        await using var journal = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System);
        using (var shell = SqliteDatabase.OpenForWriting(folder.Database))
        {
            shell.Execute("BEGIN IMMEDIATE");
            await FailsAsync(JournalErrors.LockedByAnotherProgram, folder.Database, () => journal.AppendAsync(Sample.Append("a", "1")));
            shell.Execute("ROLLBACK");
            Assert.False((await journal.AppendAsync(Sample.Append("a", "1"))).Repeated);
        }
    }

    [Fact]
    public async Task A_database_at_its_largest_size_refuses_what_does_not_fit_and_keeps_all_else()
    {
        await using (var small = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System, new SqliteJournalOptions { MaxPages = 60 }))
        {
            var kept = await AppendUntilFullAsync(small);
            Assert.Equal(kept, (await small.ReadAsync(JournalPosition.Start, int.MaxValue)).Count);
        }
        await using var large = await SqliteJournal.OpenAsync(folder.Path, TimeProvider.System);
        var head = await large.HeadAsync();
        Assert.True(head.Value > 0);
        Assert.Equal(head.Value + 1_000, (await large.AppendAsync(Sample.Append("a", "big", facts: 1_000, expected: head.Value))).Last.Value);
    }

    [Fact]
    public async Task A_full_disk_refuses_appends_loses_none_and_appends_go_on_when_space_is_free_again()
    {
        using var disk = MemoryDisk.Mount(kibibytes: 2_048);
        long kept;
        await using (var journal = await SqliteJournal.OpenAsync(disk.Path, TimeProvider.System, new SqliteJournalOptions { CheckpointEveryPages = 50 }))
        {
            kept = await AppendUntilFullAsync(journal, () => disk.Fill());
            Assert.Equal(kept, (await journal.ReadAsync(JournalPosition.Start, int.MaxValue)).Count);
            File.Delete(Path.Combine(disk.Path, "filler"));
            var receipt = await journal.AppendAsync(Sample.Append("a", "after", facts: 100, expected: kept));
            Assert.Equal(kept + 100, receipt.Last.Value);
        }
        await using var again = await SqliteJournal.OpenAsync(disk.Path, TimeProvider.System);
        Assert.Equal(kept + 100, (await again.ReadAsync(JournalPosition.Start, int.MaxValue)).Count);
    }

    [Fact]
    public async Task A_new_journal_on_a_full_disk_is_refused_as_a_full_disk()
    {
        using var disk = MemoryDisk.Mount(kibibytes: 64);
        disk.Fill();
        await FailsAsync(JournalErrors.DiskFull, disk.Path, () => SqliteJournal.OpenAsync(disk.Path, TimeProvider.System));
    }

    [Fact]
    public async Task A_read_only_folder_can_be_read_and_not_written()
    {
        using var disk = MemoryDisk.Mount(kibibytes: 4_096);
        await using (var journal = await SqliteJournal.OpenAsync(disk.Path, TimeProvider.System))
            await journal.AppendAsync(Sample.Append("a", "1", facts: 7));
        disk.MakeReadOnly();
        await FailsAsync(JournalErrors.NotWritable, disk.Path, () => SqliteJournal.OpenAsync(disk.Path, TimeProvider.System));
        await using var reader = await SqliteJournal.OpenReadOnlyAsync(disk.Path, TimeProvider.System);
        Assert.Equal(7, (await reader.ReadAsync(JournalPosition.Start, 10)).Count);
        Assert.Equal(new JournalPosition(7), await reader.HeadAsync());
    }

    [Fact]
    public void Every_code_is_listed_once_and_in_order()
    {
        var constants = typeof(JournalErrors).GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!).Order();
        Assert.Equal(constants, JournalErrors.All.Select(error => error.Code));
        Assert.Equal(Enumerable.Range(2001, JournalErrors.All.Count).Select(number => $"NIN{number}"), JournalErrors.All.Select(error => error.Code));
    }

    /// <returns>The number of facts that were acknowledged.</returns>
    private static async Task<long> AppendUntilFullAsync(SqliteJournal journal, Action? fillDisk = null)
    {
        var kept = 0L;
        for (var i = 0; ; i++)
        {
            if (i == 20) fillDisk?.Invoke();
            try
            {
                kept = (await journal.AppendAsync(Sample.Append("a", $"{i}", facts: 10, expected: kept))).Last.Value;
            }
            catch (JournalException e)
            {
                Assert.Equal(JournalErrors.DiskFull, e.Code);
                await Assert.ThrowsAsync<JournalException>(() => journal.AppendAsync(Sample.Append("a", "again", facts: 1_000)));
                return kept;
            }
            Assert.True(i < 10_000, "the disk never became full");
        }
    }

    private static async Task<JournalException> FailsAsync(string code, string where, Func<Task> act)
    {
        var failure = await Assert.ThrowsAnyAsync<JournalException>(act);
        Assert.True(code == failure.Code, $"expected {code}, got {failure.Code}: {failure.Message}");
        Assert.Contains(where, failure.Message);
        return failure;
    }
}
