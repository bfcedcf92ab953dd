using System.Runtime.InteropServices;

namespace Nines.Backbone.Embedded.Backup;

/// <summary>fsync(2) of a folder, which the framework has no call for (it refuses to open folders).</summary>
public static class PosixFolder
{
    /// <exception cref="IOException">The folder cannot be opened or synced.</exception>
    public static void Sync(string folder)
    {
        var descriptor = Open(folder, 0 /* O_RDONLY on every POSIX system in use */);
        if (descriptor < 0) throw Failed(folder);
        try
        {
            // EINVAL (22): a file system that cannot sync folders.
            if (Fsync(descriptor) != 0 && Marshal.GetLastPInvokeError() != 22) throw Failed(folder);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failed(string folder) => new($"{folder}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);
}
