using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Nines.Backbone.Embedded.Backup;
using NodaTime;

namespace Nines.Web.Access;

/// <summary>
/// Users, tokens and sessions in one file of the data folder, readable by its owner alone and replaced as a whole. Several processes may
/// change it, one at a time under a lock: <c>nines users</c> beside a <c>nines up</c>, which sees the change with its next question. Safe
/// for concurrent use.
/// </summary>
public sealed class AccessStore : IDisposable
{
    public const string FileName = "access.json", LockName = "access.lock";

    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int HeadBytes = 96; // the schema and the generation stand in them

    private static readonly TimeSpan LockLimit = TimeSpan.FromSeconds(10), LockPause = TimeSpan.FromMilliseconds(5);

    private readonly string? folder;
    private readonly string path;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim changing = new(1);
    private readonly Lock gate = new();
    private AccessBook book = AccessBook.Empty;
    private Stamp? known;

    /// <param name="folder">The data folder; it is there. Null keeps everything in memory.</param>
    /// <param name="time">Stamps changes.</param>
    public AccessStore(string? folder, TimeProvider time) => (this.folder, path, this.time) = (folder, Path.Combine(folder ?? "", FileName), time);

    /// <summary>Whether a folder's file, where there is one, can be used.</summary>
    public static bool IsWhole(string folder)
    {
        try
        {
            _ = AccessFile.Read(File.ReadAllBytes(Path.Combine(folder, FileName)));
            return true;
        }
        catch (Exception unusable) when (unusable is JsonException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Ends all sessions of a file that was brought back: browsers that were logged out since would be logged in again.</summary>
    /// <exception cref="AccessException">It cannot be read or written.</exception>
    public Task ForgetSessionsAsync(CancellationToken cancellation = default) => ChangeAsync(book => book.Sessions.IsEmpty ? book : book with { Sessions = book.Sessions.Clear() }, cancellation);

    /// <summary>Told after each change that this process made.</summary>
    internal event Action? Changed;

    internal Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    /// <summary>What tells one content of the file from another: every write has another generation, and who edits it by hand changes the rest.</summary>
    private readonly record struct Stamp(string Head, long Length, DateTime Written);

    /// <summary>The file as it is now; read anew only when it is another.</summary>
    /// <exception cref="AccessException">It cannot be read, or is damaged.</exception>
    internal AccessBook Read()
    {
        lock (gate)
        {
            if (folder is null) return book;
            try
            {
                using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                var stamp = StampOf(file);
                if (stamp == known) return book;
                if (stamp.Length > AccessFile.MostBytes) throw Damaged($"it has {stamp.Length:N0} bytes", null);
                var bytes = new byte[stamp.Length];
                var filled = 0;
                while (filled < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(filled), filled) is > 0 and var read) filled += read;
                (book, known) = (AccessFile.Read(bytes[..filled]), stamp);
                return book;
            }
            catch (FileNotFoundException)
            {
                (book, known) = (AccessBook.Empty, null);
                return book;
            }
            catch (JsonException broken)
            {
                throw Damaged(broken.Message, broken);
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                throw Refused("read", refused);
            }
        }
    }

    /// <summary>Changes the book and keeps it; the change is durable when this returns.</summary>
    /// <param name="change">From the book as it is; may be called once only, and gives the same instance to change nothing.</param>
    /// <exception cref="AccessException">As <see cref="Read"/>; it cannot be written; or as the change throws.</exception>
    internal async Task<T> ChangeAsync<T>(Func<AccessBook, (AccessBook Book, T Result)> change, CancellationToken cancellation = default)
    {
        await changing.WaitAsync(cancellation);
        try
        {
            using var held = folder is null ? null : await LockAsync(folder, cancellation);
            var before = Read();
            var (after, result) = change(before);
            if (ReferenceEquals(after, before)) return result;
            Keep(after with { Generation = before.Generation + 1 });
            Changed?.Invoke();
            return result;
        }
        finally
        {
            changing.Release();
        }
    }

    internal Task ChangeAsync(Func<AccessBook, AccessBook> change, CancellationToken cancellation = default) => ChangeAsync(book => (change(book), true), cancellation);

    public void Dispose() => changing.Dispose();

    private void Keep(AccessBook next)
    {
        if (folder is null)
        {
            lock (gate) book = next;
            return;
        }
        var part = $"{path}.part";
        try
        {
            var bytes = AccessFile.Write(next);
            File.Delete(part); // what a crash left may have other rights
            Stamp stamp; // of what was written here: once it has its name, somebody may have written there already
            using (var file = new FileStream(part, Options(FileMode.CreateNew)))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
                stamp = StampOf(file.SafeFileHandle);
            }
            File.Move(part, path, overwrite: true);
            if (!OperatingSystem.IsWindows()) PosixFolder.Sync(folder); // a rename is durable when its folder is
            lock (gate) (book, known) = (next, stamp);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw Refused("written", refused);
        }
    }

    private async Task<FileStream> LockAsync(string folder, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(folder, LockName), Options(FileMode.OpenOrCreate));
            }
            catch (UnauthorizedAccessException refused)
            {
                throw Refused("locked", refused);
            }
            catch (IOException held) when (held is DirectoryNotFoundException || time.GetElapsedTime(started) > LockLimit)
            {
                throw Refused("locked", held);
            }
            catch (IOException)
            {
                await Task.Delay(LockPause, time, cancellation); // another process changes it: that takes milliseconds
            }
        }
    }

    private static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = Owner;
        return options;
    }

    private static Stamp StampOf(SafeFileHandle file)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        var read = RandomAccess.Read(file, head, 0);
        return new Stamp(Convert.ToHexString(head[..read]), RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file));
    }

    private AccessException Damaged(string why, Exception? inner) => new(AccessErrors.Damaged,
        $"{path}: the file of users cannot be used: {why}. Nothing was changed in it. Restore it from a backup, or move it away: then nobody is known, and the next start of `nines up` offers to set up the first admin.", inner);

    private AccessException Refused(string what, Exception why) => new(AccessErrors.Storage,
        $"{path}: the file of users cannot be {what} ({why.Message}). The user that runs Nines needs room and write permission in its data folder.", why);
}
