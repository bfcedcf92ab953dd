using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nines.Bench.Journals;

/// <summary>What the disk itself can do: 4 KiB at the end of a file and a sync, over and over, on the folder's own disk.</summary>
internal static class DiskSyncs
{
    private static readonly byte[] Block = new byte[4096];

    /// <returns>Syncs a second, one after the other.</returns>
    public static double PerSecond(string folder, TimeSpan during)
    {
        var path = Path.Combine(folder, "syncs");
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.DeleteOnClose);
        for (var i = 0; i < 16; i++) Sync(file, i);
        var timer = Stopwatch.StartNew();
        var syncs = 0L;
        for (; timer.Elapsed < during; syncs++) Sync(file, 16 + syncs);
        return syncs / timer.Elapsed.TotalSeconds;
    }

    private static void Sync(SafeFileHandle file, long block)
    {
        RandomAccess.Write(file, Block, block * Block.Length);
        // What SQLite calls on Linux, and cheaper than fsync; elsewhere the runtime's way.
        if (!OperatingSystem.IsLinux()) RandomAccess.FlushToDisk(file);
        else if (Fdatasync(file) != 0) throw new IOException($"fdatasync failed: error {Marshal.GetLastPInvokeError()}");
    }

    [DllImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fdatasync(SafeFileHandle file);
}
