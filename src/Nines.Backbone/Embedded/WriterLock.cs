using System.Globalization;
using System.Text;
using Nines.Backbone.Journal;

namespace Nines.Backbone.Embedded;

/// <summary>
/// Keeps a second writer out of a folder, in this process and in others. The system frees it when the process dies, however it
/// dies. Who holds it is written beside it, because a file that is locked whole cannot be read by the one who is refused.
/// </summary>
internal sealed class WriterLock : IDisposable
{
    public const string LockName = "nines.lock";
    private const string HolderName = "nines.holder";

    private readonly FileStream held;

    private WriterLock(FileStream held) => this.held = held;

    /// <exception cref="JournalException">The folder is missing, cannot be written, or has a writer.</exception>
    public static WriterLock Take(string folder, TimeProvider time)
    {
        if (!Directory.Exists(folder)) throw JournalErrors.FolderMissing(folder);
        var path = Path.Combine(folder, LockName);
        var held = Open(folder, path);
        try
        {
            var holder = string.Create(CultureInfo.InvariantCulture,
                $"process {Environment.ProcessId} on {Environment.MachineName}, since {time.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}");
            File.WriteAllText(Path.Combine(folder, HolderName), holder + "\n");
            held.SetLength(0);
            held.Write(Encoding.UTF8.GetBytes(holder + "\n"));
            held.Flush();
            return new WriterLock(held);
        }
        catch (IOException e) when (IsNoSpace(e))
        {
            held.Dispose();
            throw JournalErrors.Full(path, e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            held.Dispose();
            throw JournalErrors.CannotWrite(path, e.Message, e);
        }
    }

    public void Dispose() => held.Dispose();

    /// <summary>Who writes to the folder now; null for nobody. Asks the lock itself: what is written beside it may be of one who has died.</summary>
    public static string? HolderOf(string folder)
    {
        try
        {
            using var shared = new FileStream(Path.Combine(folder, LockName), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return null;
        }
        catch (IOException e) when (IsSharingViolation(e))
        {
            return Holder(folder) ?? "another process";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // no folder or no lock in it: nobody ever wrote there, or somebody whom we may not see
        }
    }

    private static FileStream Open(string folder, string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (UnauthorizedAccessException e)
        {
            throw JournalErrors.CannotWrite(path, e.Message, e);
        }
        catch (IOException e) when (IsNoSpace(e))
        {
            throw JournalErrors.Full(path, e.Message, e);
        }
        catch (IOException e) when (IsSharingViolation(e))
        {
            throw JournalErrors.Held(folder, Holder(folder));
        }
        catch (IOException e)
        {
            throw JournalErrors.CannotWrite(path, e.Message, e);
        }
    }

    // .NET gives the errno of Unix, or the Win32 code in the low half of the HRESULT.
    private static bool IsSharingViolation(IOException e) => OperatingSystem.IsWindows() ? (e.HResult & 0xFFFF) == 32 : e.HResult is 11 or 35;

    private static bool IsNoSpace(IOException e) => OperatingSystem.IsWindows() ? (e.HResult & 0xFFFF) is 112 or 39 : e.HResult is 28 or 122;

    private static string? Holder(string folder)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(folder, HolderName)).Trim();
            return text.Length is > 0 and < 500 ? text : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // the name is a courtesy: that the lock is held is what counts
        }
    }
}
