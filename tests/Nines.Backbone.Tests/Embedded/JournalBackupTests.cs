using Nines.Backbone.Embedded;
using Nines.Backbone.Embedded.Backup;
using Nines.Backbone.Journal;

namespace Nines.Backbone.Tests.Embedded;

public sealed class JournalBackupTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Data => Path.Combine(folder.Path, "data");
    private string File => Path.Combine(folder.Path, "nines.backup");
    private string ManifestFile => File + BackupManifest.Suffix;
    private string Restored => Path.Combine(folder.Path, "restored");

    public void Dispose() => folder.Dispose();

    private async Task<SqliteJournal> OpenAsync(string at)
    {
        Directory.CreateDirectory(at);
        return await SqliteJournal.OpenAsync(at, TimeProvider.System);
    }

    /// <summary>A journal of so many facts and some memory, closed again, and a backup of it.</summary>
    private async Task<BackupManifest> BackedUpAsync(int facts = 1_000)
    {
        await using (var journal = await OpenAsync(Data))
            await journal.AppendAsync(new Append("watch", "first", [.. Enumerable.Range(0, facts).Select(Sample.Revision)]) { Snapshots = [new Snapshot("judge", "memory", [1, 2, 3])] });
        return await MakeAsync();
    }

    private Task<BackupManifest> MakeAsync(IProgress<BackupProgress>? progress = null) => JournalBackup.MakeAsync(Data, File, "0.1.0", TimeProvider.System, [], progress);

    private Task<BackupManifest> VerifyAsync() => JournalBackup.VerifyAsync(File, TimeProvider.System);

    private Task<Restoration> RestoreAsync(bool force = false) => JournalBackup.RestoreAsync(File, Restored, force, TimeProvider.System, []);

    private async Task<string> RefusedAsync(Func<Task> act) => (await Assert.ThrowsAsync<BackupException>(act)).Code;

    private static async Task<(ExportDigest Digest, byte[] Memory)> HeldInAsync(string at)
    {
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(at, TimeProvider.System);
        return (await JournalExport.DigestAsync(journal), (await journal.SnapshotsAsync("judge"))["memory"]);
    }

    [Fact]
    public async Task What_is_restored_is_what_was_backed_up_and_a_writer_goes_on_from_there()
    {
        var manifest = await BackedUpAsync();
        var (restored, movedTo, _) = await RestoreAsync();
        var (digest, memory) = await HeldInAsync(Restored);

        Assert.Equal(manifest, restored);
        Assert.Null(movedTo);
        Assert.Equal((manifest.Position, manifest.JournalSha256), (digest.AsOf.Value, digest.Sha256));
        Assert.Equal((await HeldInAsync(Data)).Digest, digest);
        Assert.Equal([1, 2, 3], memory);

        await using var journal = await OpenAsync(Restored);
        Assert.Equal(manifest.Position + 1, (await journal.AppendAsync(Sample.Append("watch", "next"))).Last.Value);
        Assert.True((await journal.AppendAsync(Sample.Append("watch", "first"))).Repeated);
    }

    [Fact]
    public async Task A_backup_taken_beside_a_writer_is_one_state_and_holds_nobody_up()
    {
        await using var journal = await OpenAsync(Data);
        await journal.AppendAsync(new Append("watch", "first", [.. Enumerable.Range(0, 50_000).Select(Sample.Revision)]) { Snapshots = [new Snapshot("judge", "memory", [1])] });
        // Between any two steps of the copy the writer commits, many times, also into pages that were not copied yet.
        var appended = 0;
        var manifest = await MakeAsync(new Each(progress =>
        {
            if (progress.Act == "copying") journal.AppendAsync(Sample.Append("watch", $"beside-{appended++}", 20, snapshots: new Snapshot("judge", "memory", [2]))).GetAwaiter().GetResult();
        }));

        Assert.True(appended >= 3, $"The copy had {appended} steps.");
        Assert.Equal(50_000, manifest.Position);
        Assert.Equal(manifest, await VerifyAsync());
        await RestoreAsync();
        var (digest, memory) = await HeldInAsync(Restored);
        Assert.Equal(manifest.JournalSha256, digest.Sha256);
        Assert.Equal([1], memory);
        Assert.Equal(50_000 + appended * 20, (await journal.HeadAsync()).Value);
    }

    [Fact]
    public async Task A_backup_is_its_owner_s_alone_and_leaves_nothing_else_behind()
    {
        await BackedUpAsync(10);

        Assert.Equal([Data, File, ManifestFile], Directory.GetFileSystemEntries(folder.Path).Order(StringComparer.Ordinal));
        if (OperatingSystem.IsWindows()) return;
        foreach (var file in (string[])[File, ManifestFile]) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(file));
        await RestoreAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, System.IO.File.GetUnixFileMode(Restored));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(Path.Combine(Restored, "nines.db")));
    }

    [Fact]
    public async Task Nothing_is_overwritten()
    {
        await BackedUpAsync(10);
        var before = await System.IO.File.ReadAllBytesAsync(File);

        Assert.Equal(BackupErrors.TargetExists, await RefusedAsync(() => MakeAsync()));
        System.IO.File.Move(File, File + ".kept");
        Assert.Equal(BackupErrors.TargetExists, await RefusedAsync(() => MakeAsync()));
        Assert.Equal(before, await System.IO.File.ReadAllBytesAsync(File + ".kept"));
    }

    [Fact]
    public async Task A_backup_of_a_folder_without_a_journal_and_one_into_a_missing_folder_are_refused_and_leave_nothing()
    {
        Directory.CreateDirectory(Data);
        Assert.Equal(JournalErrors.NoJournal, (await Assert.ThrowsAsync<JournalException>(() => MakeAsync())).Code);
        await using (await OpenAsync(Data)) { }
        Assert.Equal(BackupErrors.CannotWrite, await RefusedAsync(() => JournalBackup.MakeAsync(Data, Path.Combine(folder.Path, "none", "x"), "0.1.0", TimeProvider.System, [])));
        Assert.Equal([Data], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task A_backup_that_is_stopped_leaves_nothing()
    {
        await BackedUpAsync(20_000);
        using var stop = new CancellationTokenSource();
        var file = Path.Combine(folder.Path, "second");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => JournalBackup.MakeAsync(Data, file, "0.1.0", TimeProvider.System, [], new Each(_ => stop.Cancel()), stop.Token));

        Assert.Equal([Data, File, ManifestFile], Directory.GetFileSystemEntries(folder.Path).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.001)]
    [InlineData(0.3)]
    [InlineData(0.9999)]
    public async Task A_flipped_bit_anywhere_is_found_and_nothing_is_restored(double where)
    {
        await BackedUpAsync();
        var bytes = await System.IO.File.ReadAllBytesAsync(File);
        bytes[(int)(where * bytes.Length)] ^= 0x10;
        await System.IO.File.WriteAllBytesAsync(File, bytes);

        Assert.Equal(BackupErrors.DoesNotMatch, await RefusedAsync(VerifyAsync));
        Assert.Equal(BackupErrors.DoesNotMatch, await RefusedAsync(() => RestoreAsync()));
        Assert.False(Directory.Exists(Restored));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(-1)]
    [InlineData(+1)]
    public async Task A_backup_of_another_length_is_found(int change)
    {
        var manifest = await BackedUpAsync();
        await using (var file = System.IO.File.OpenWrite(File)) file.SetLength(change is 0 or 100 ? change : manifest.Bytes + change);

        Assert.Equal(BackupErrors.DoesNotMatch, await RefusedAsync(VerifyAsync));
    }

    [Fact]
    public async Task A_manifest_of_another_backup_is_found()
    {
        await BackedUpAsync(10);
        var other = Path.Combine(folder.Path, "other.backup");
        await using (var journal = await OpenAsync(Data)) await journal.AppendAsync(Sample.Append("watch", "more"));
        await JournalBackup.MakeAsync(Data, other, "0.1.0", TimeProvider.System, []);
        System.IO.File.Copy(other + BackupManifest.Suffix, ManifestFile, overwrite: true);

        Assert.Equal(BackupErrors.DoesNotMatch, await RefusedAsync(VerifyAsync));
    }

    [Theory]
    [InlineData("\"position\": 10", "\"position\": 9")]
    [InlineData("\"journal_sha256\": \"", "\"journal_sha256\": \"f")]
    public async Task A_manifest_that_was_changed_is_found(string from, string to)
    {
        await BackedUpAsync(10);
        var text = await System.IO.File.ReadAllTextAsync(ManifestFile);
        Assert.Contains(from, text);
        // The digest keeps its length: its last digit makes room for another first one.
        text = text.Replace(from, to, StringComparison.Ordinal);
        if (to.EndsWith("\"f", StringComparison.Ordinal)) text = text.Remove(text.IndexOf("\"f", StringComparison.Ordinal) + 65, 1);
        await System.IO.File.WriteAllTextAsync(ManifestFile, text);

        Assert.Equal(BackupErrors.DoesNotMatch, await RefusedAsync(VerifyAsync));
    }

    [Theory]
    [InlineData(null, BackupErrors.NotABackup)]
    [InlineData("", BackupErrors.NotABackup)]
    [InlineData("{", BackupErrors.NotABackup)]
    [InlineData("[]", BackupErrors.NotABackup)]
    [InlineData("{\"schema\":\"nines.backup/1\"}", BackupErrors.NotABackup)]
    [InlineData("{\"schema\":\"nines.backup/2\"}", BackupErrors.NewerBackup)]
    public async Task Without_a_manifest_that_can_be_read_a_file_is_no_backup(string? text, string code)
    {
        await BackedUpAsync(10);
        if (text is null) System.IO.File.Delete(ManifestFile);
        else await System.IO.File.WriteAllTextAsync(ManifestFile, text);

        Assert.Equal(code, await RefusedAsync(VerifyAsync));
        System.IO.File.Delete(File);
        Assert.Equal(BackupErrors.NotABackup, await RefusedAsync(() => RestoreAsync()));
    }

    [Fact]
    public async Task A_folder_that_is_not_empty_is_left_as_it_is_unless_it_may_be_moved_aside()
    {
        var manifest = await BackedUpAsync(10);
        Directory.CreateDirectory(Restored);
        await System.IO.File.WriteAllTextAsync(Path.Combine(Restored, "mine"), "kept");

        Assert.Equal(BackupErrors.FolderNotEmpty, await RefusedAsync(() => RestoreAsync()));
        Assert.Equal([Path.Combine(Restored, "mine")], Directory.GetFileSystemEntries(Restored));

        var (_, movedTo, _) = await RestoreAsync(force: true);
        Assert.Equal("kept", await System.IO.File.ReadAllTextAsync(Path.Combine(movedTo!, "mine")));
        Assert.Equal(manifest.JournalSha256, (await HeldInAsync(Restored)).Digest.Sha256);
    }

    [Fact]
    public async Task With_a_damaged_backup_even_force_moves_nothing()
    {
        await BackedUpAsync(10);
        await using (var journal = await OpenAsync(Restored)) await journal.AppendAsync(Sample.Append("watch", "other"));
        await System.IO.File.AppendAllTextAsync(File, "x");

        Assert.Equal(BackupErrors.DoesNotMatch, await RefusedAsync(() => RestoreAsync(force: true)));
        await using var left = await SqliteJournal.OpenReadOnlyAsync(Restored, TimeProvider.System);
        Assert.Equal(1, (await left.HeadAsync()).Value);
        Assert.DoesNotContain(Directory.GetFileSystemEntries(folder.Path), entry => entry.Contains(".part-", StringComparison.Ordinal) || entry.Contains("before-restore", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_in_which_somebody_writes_is_never_touched()
    {
        await BackedUpAsync(10);
        await using var journal = await OpenAsync(Restored);

        Assert.Equal(JournalErrors.HeldByAnotherWriter, (await Assert.ThrowsAsync<JournalException>(() => RestoreAsync(force: true))).Code);
        Assert.Equal(1, (await journal.AppendAsync(Sample.Append("watch", "still"))).Last.Value);
    }

    /// <summary>Told on the thread that works, at once: what it does happens between two steps.</summary>
    private sealed class Each(Action<BackupProgress> act) : IProgress<BackupProgress>
    {
        public void Report(BackupProgress value) => act(value);
    }
}
