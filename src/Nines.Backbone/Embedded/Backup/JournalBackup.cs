using System.Collections.Immutable;
using System.Security.Cryptography;
using Nines.Backbone.Journal;
using NodaTime;

namespace Nines.Backbone.Embedded.Backup;

/// <summary>How far a backup, a check or a restore has come.</summary>
/// <param name="Act">copying, reading back or checking.</param>
/// <param name="Share">0 to 1.</param>
public readonly record struct BackupProgress(string Act, double Share);

/// <summary>
/// Copies of a whole data folder (journal, snapshots and series are one file), taken beside a running writer, and their way back. A copy is
/// one state of the database: that of the instant at which it began. It is not there under its name before all of it was read back and synced.
/// </summary>
public static class JournalBackup
{
    private const int PagesAtOnce = 1_024, BytesAtOnce = 1 << 20;

    /// <param name="folder">The data folder; a writer may be at work in it, and is not held up: its log grows meanwhile.</param>
    /// <param name="file">Where it goes; neither it nor its manifest may be there.</param>
    /// <param name="beside">What is put beside it, where the folder has it.</param>
    /// <exception cref="BackupException">There is something already, or it cannot be written.</exception>
    /// <exception cref="JournalException">The folder has no journal that can be read.</exception>
    public static Task<BackupManifest> MakeAsync(string folder, string file, string version, TimeProvider time, IReadOnlyList<BesideFile> beside, IProgress<BackupProgress>? progress = null, CancellationToken cancellation = default) =>
        Task.Run(async () =>
        {
            string[] targets = [file, file + BackupManifest.Suffix, .. beside.Select(one => BesideFile.PathOf(file, one.Name))];
            if (targets.FirstOrDefault(Path.Exists) is { } there) throw BackupErrors.Exists(there);
            var source = Path.Combine(Path.GetFullPath(folder), JournalFile.Name);
            var part = $"{file}.part-{Environment.ProcessId}";
            try
            {
                CreateOwn(part);
                var taken = Instant.FromDateTimeOffset(time.GetUtcNow());
                Copy(source, part, progress, cancellation);
                Sync(part);
                // From the copy, not from the original: what is handed out is what was read back.
                var (position, digest) = await ReadBackAsync(part, part, time, progress, cancellation).ConfigureAwait(false);
                var (bytes, sha) = await HashAsync(part, null, progress, cancellation).ConfigureAwait(false);
                var parts = ImmutableArray.CreateBuilder<BesidePart>();
                foreach (var one in beside)
                {
                    if (!CopyBeside(Path.Combine(folder, one.Name), BesideFile.PathOf(part, one.Name), one.IsDatabase)) continue;
                    var (length, hash) = await HashAsync(BesideFile.PathOf(part, one.Name), null, null, cancellation).ConfigureAwait(false);
                    parts.Add(new BesidePart(one.Name, length, hash));
                }
                var manifest = new BackupManifest(BackupManifest.SchemaName, taken, version, position, digest, bytes, sha, parts.ToImmutable());
                var manifestPart = part + BackupManifest.Suffix;
                CreateOwn(manifestPart);
                await File.WriteAllBytesAsync(manifestPart, manifest.ToBytes(), cancellation).ConfigureAwait(false);
                Sync(manifestPart);
                // The manifest last: without it a file is no backup.
                foreach (var one in parts) File.Move(BesideFile.PathOf(part, one.Name), BesideFile.PathOf(file, one.Name));
                File.Move(part, file);
                File.Move(manifestPart, file + BackupManifest.Suffix);
                SyncFolderOf(file);
                return manifest;
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                throw BackupErrors.Unwritable(file, refused.Message, refused);
            }
            catch (SqliteFailure failure)
            {
                throw BackupErrors.Unwritable(file, failure.Message, failure);
            }
            finally
            {
                Remove([part, part + "-journal", part + "-wal", part + "-shm", part + BackupManifest.Suffix, .. beside.Select(one => BesideFile.PathOf(part, one.Name))]);
            }
        }, cancellation);

    /// <summary>Reads all of a backup and compares it with its manifest: length, bytes, and every entry of the journal.</summary>
    /// <exception cref="BackupException">It is no backup, or damaged.</exception>
    public static Task<BackupManifest> VerifyAsync(string file, TimeProvider time, IProgress<BackupProgress>? progress = null, CancellationToken cancellation = default) =>
        Task.Run(() => VerifyAsync(file, null, time, progress, cancellation), cancellation);

    /// <summary>Puts a backup into a folder, after all of what was put there has been read back and compared.</summary>
    /// <param name="folder">Missing or empty; else see <paramref name="force"/>. Made for its owner alone.</param>
    /// <param name="force">Moves a folder that is not empty aside first.</param>
    /// <param name="beside">What may lie beside it. Where the folder that is moved aside still has one of them that can be used, that is kept: it is newer; but what <see cref="BesideFile.IsForEver"/>.</param>
    /// <exception cref="BackupException">It is no backup, or damaged, or the folder is not empty.</exception>
    /// <exception cref="JournalException">A writer is at work in the folder.</exception>
    public static Task<Restoration> RestoreAsync(
        string file, string folder, bool force, TimeProvider time, IReadOnlyList<BesideFile> beside, IProgress<BackupProgress>? progress = null, CancellationToken cancellation = default) =>
        Task.Run(async () =>
        {
            folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
            try
            {
                var full = Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any();
                if (full)
                {
                    // Before anything is said of --force: with a writer in it, nothing helps but to stop that.
                    RequireNoWriter(folder, time);
                    if (!force) throw BackupErrors.NotEmpty(folder);
                }
                // Beside the folder, on the same file system: what is there is not touched before the backup has proved to be whole.
                var part = $"{folder}.part-{Environment.ProcessId}";
                var made = Path.Combine(part, JournalFile.Name);
                try
                {
                    CreateOwnFolder(part);
                    var manifest = await VerifyAsync(file, made, time, progress, cancellation).ConfigureAwait(false);
                    var origins = RestoreBeside(file, manifest, part, full ? folder : null, beside);
                    string? aside = null;
                    if (full)
                    {
                        aside = AsideOf(folder, time);
                        RequireNoWriter(folder, time);
                        Directory.Move(folder, aside);
                    }
                    else if (Directory.Exists(folder)) Directory.Delete(folder);
                    Directory.Move(part, folder);
                    SyncFolder(folder);
                    SyncFolderOf(folder);
                    return new Restoration(manifest, aside, origins);
                }
                finally
                {
                    if (Directory.Exists(part)) Directory.Delete(part, recursive: true);
                }
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                throw BackupErrors.Unwritable(folder, refused.Message, refused);
            }
        }, cancellation);

    /// <param name="copyTo">Where what is checked goes as well; null for nowhere.</param>
    private static async Task<BackupManifest> VerifyAsync(string file, string? copyTo, TimeProvider time, IProgress<BackupProgress>? progress, CancellationToken cancellation)
    {
        if (!File.Exists(file)) throw BackupErrors.Missing(file);
        var manifest = BackupManifest.Read(file);
        var length = new FileInfo(file).Length;
        if (length != manifest.Bytes) throw BackupErrors.Mismatch(file, $"it has {length} bytes, the manifest says {manifest.Bytes}");
        var (_, sha) = await HashAsync(file, copyTo, progress, cancellation).ConfigureAwait(false);
        if (sha != manifest.FileSha256) throw BackupErrors.Mismatch(file, "its SHA-256 is not the one of the manifest");
        var (position, digest) = await ReadBackAsync(copyTo ?? file, file, time, progress, cancellation).ConfigureAwait(false);
        if (position != manifest.Position) throw BackupErrors.Mismatch(file, $"its journal ends at position {position}, the manifest says {manifest.Position}");
        if (digest != manifest.JournalSha256) throw BackupErrors.Mismatch(file, "the digest of its journal is not the one of the manifest");
        foreach (var one in manifest.Beside)
        {
            var path = BesideFile.PathOf(file, one.Name);
            if (!File.Exists(path)) continue; // deleted by somebody who may: what is in it was to be forgotten sooner
            if (new FileInfo(path).Length != one.Bytes || (await HashAsync(path, null, null, cancellation).ConfigureAwait(false)).Sha256 != one.Sha256) throw BackupErrors.Mismatch(path, "its length or SHA-256 is not the one of the manifest");
        }
        return manifest;
    }

    /// <summary>Puts the files beside the journal into a folder that is being made.</summary>
    /// <param name="before">The folder that will be replaced; null for none.</param>
    private static Dictionary<string, BesideOrigin> RestoreBeside(string file, BackupManifest manifest, string into, string? before, IReadOnlyList<BesideFile> beside)
    {
        var origins = new Dictionary<string, BesideOrigin>(StringComparer.Ordinal);
        foreach (var one in beside)
        {
            var target = Path.Combine(into, one.Name);
            var prefersBackup = one.IsForEver && manifest.Beside.Any(part => part.Name == one.Name) && File.Exists(BesideFile.PathOf(file, one.Name));
            if (!prefersBackup && before is not null && TryKeep(Path.Combine(before, one.Name), target, one, into)) origins[one.Name] = BesideOrigin.FolderBefore;
            else if (manifest.Beside.Any(part => part.Name == one.Name))
                origins[one.Name] = CopyBeside(BesideFile.PathOf(file, one.Name), target, isDatabase: false) ? BesideOrigin.Backup : BesideOrigin.Nowhere;
        }
        return origins;
    }

    /// <summary>What is damaged is not kept: then the backup's is as good as it gets.</summary>
    private static bool TryKeep(string from, string target, BesideFile one, string into)
    {
        try
        {
            if (CopyBeside(from, target, one.IsDatabase) && one.IsWhole(into)) return true;
        }
        catch (SqliteFailure)
        {
            Remove(target, target + "-journal");
            return false;
        }
        Remove(target, target + "-journal");
        return false;
    }

    /// <returns>False when there is none.</returns>
    private static bool CopyBeside(string from, string to, bool isDatabase)
    {
        if (!File.Exists(from)) return false;
        CreateOwn(to);
        if (isDatabase)
        {
            // Its writer may have died in the middle of a change, which is undone by whoever opens it: that takes the right to write.
            using var source = SqliteDatabase.OpenForWriting(from);
            using var target = SqliteDatabase.OpenForWriting(to);
            target.Execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
            source.CopyTo(target, PagesAtOnce, (_, _) => { });
        }
        else
        {
            using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var target = new FileStream(to, FileMode.Open, FileAccess.Write);
            source.CopyTo(target);
        }
        Sync(to);
        return true;
    }

    /// <summary>One state of the source: a read transaction is held from the first page to the last, so that no later commit is seen.</summary>
    private static void Copy(string source, string part, IProgress<BackupProgress>? progress, CancellationToken cancellation)
    {
        using var from = JournalFile.OpenForReading(source, out _);
        JournalFile.Guard(source, () => { from.Execute("BEGIN"); return from.Number("SELECT position FROM journal_head WHERE only_row = 1"); });
        using var to = SqliteDatabase.OpenForWriting(part);
        // Nobody reads it before it is whole; it is synced once, at the end.
        to.Execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
        from.CopyTo(to, PagesAtOnce, (left, all) =>
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Report(new BackupProgress("copying", all == 0 ? 1 : (double)(all - left) / all));
        });
        from.Execute("ROLLBACK");
        // A write-ahead log is for who writes. Without one the copy is a file on its own, and can be read where nothing can be written.
        to.Execute("PRAGMA journal_mode = DELETE;");
    }

    private static async Task<(long Position, string Digest)> ReadBackAsync(string path, string named, TimeProvider time, IProgress<BackupProgress>? progress, CancellationToken cancellation)
    {
        try
        {
            await using var journal = await SqliteJournal.OpenCopyAsync(path, time, cancellation).ConfigureAwait(false);
            var export = await JournalExport.DigestAsync(new Watched(journal, progress), cancellation: cancellation).ConfigureAwait(false);
            return (export.AsOf.Value, export.Sha256);
        }
        catch (JournalException broken)
        {
            throw BackupErrors.Mismatch(named, $"its journal cannot be read: {broken.Message}", broken);
        }
    }

    /// <summary>Hashes a file, and copies exactly what was hashed.</summary>
    private static async Task<(long Bytes, string Sha256)> HashAsync(string file, string? copyTo, IProgress<BackupProgress>? progress, CancellationToken cancellation)
    {
        await using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, BytesAtOnce);
        if (copyTo is not null) CreateOwn(copyTo);
        await using var to = copyTo is null ? null : new FileStream(copyTo, FileMode.Open, FileAccess.Write);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BytesAtOnce];
        long bytes = 0;
        while (await from.ReadAsync(buffer, cancellation).ConfigureAwait(false) is > 0 and var read)
        {
            hash.AppendData(buffer, 0, read);
            if (to is not null) await to.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
            bytes += read;
            progress?.Report(new BackupProgress("checking", from.Length == 0 ? 1 : Math.Min(1, (double)bytes / from.Length)));
        }
        to?.Flush(flushToDisk: true);
        return (bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>For its owner alone from its first byte on.</summary>
    private static void CreateOwn(string file)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        new FileStream(file, options).Dispose();
    }

    private static void CreateOwnFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Leaves nothing in a folder that never had a journal.</summary>
    private static void RequireNoWriter(string folder, TimeProvider time)
    {
        if (File.Exists(Path.Combine(folder, WriterLock.LockName))) WriterLock.Take(folder, time).Dispose();
    }

    private static string AsideOf(string folder, TimeProvider time)
    {
        var aside = $"{folder}.before-restore-{time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}";
        for (var number = 2; Path.Exists(aside); number++) aside = $"{folder}.before-restore-{time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}-{number}";
        return aside;
    }

    private static void Sync(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        stream.Flush(flushToDisk: true);
    }

    private static void SyncFolderOf(string path) => SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);

    /// <summary>A name is durable when its folder is. Where the system opens no folders it keeps names by itself.</summary>
    private static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        PosixFolder.Sync(folder);
    }

    private static void Remove(params ReadOnlySpan<string> files)
    {
        foreach (var file in files)
            if (File.Exists(file)) File.Delete(file);
    }

    /// <summary>A journal that tells how far it was read.</summary>
    private sealed class Watched(SqliteJournal journal, IProgress<BackupProgress>? progress) : IJournal
    {
        private long head;

        public async Task<IReadOnlyList<JournalEntry>> ReadAsync(JournalPosition after, int most, CancellationToken cancellation = default)
        {
            var entries = await journal.ReadAsync(after, most, cancellation).ConfigureAwait(false);
            if (entries.Count > 0 && head > 0) progress?.Report(new BackupProgress("reading back", (double)entries[^1].Position.Value / head));
            return entries;
        }

        public async Task<JournalPosition> HeadAsync(CancellationToken cancellation = default)
        {
            var position = await journal.HeadAsync(cancellation).ConfigureAwait(false);
            head = position.Value;
            return position;
        }

        public Task<AppendReceipt> AppendAsync(Append append, CancellationToken cancellation = default) => journal.AppendAsync(append, cancellation);
        public Task<byte[]?> DigestOfAsync(JournalPosition position, CancellationToken cancellation = default) => journal.DigestOfAsync(position, cancellation);
        public Task<IReadOnlyDictionary<string, byte[]>> SnapshotsAsync(string owner, CancellationToken cancellation = default) => journal.SnapshotsAsync(owner, cancellation);
        public Task<JournalPosition> WaitForMoreAsync(JournalPosition after, CancellationToken cancellation = default) => journal.WaitForMoreAsync(after, cancellation);
        public ValueTask DisposeAsync() => journal.DisposeAsync();
    }
}
