using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nines.Bench.Journals;

/// <summary>What the disk itself can do: 4 KiB at the end of a file and a sync, over and over, on the folder's own disk.</summary>
internal static class DiskSyncs
{
    private static readonly byte[] Block = new byte[4096];

    private const int Blocks = 1024;

    /// <summary>Each block at the end of the file: the file grows, so its size is synced too.</summary>
    /// <returns>Syncs a second, one after the other.</returns>
    public static double AppendedPerSecond(string folder, TimeSpan during) => PerSecond(folder, during, grow: true);

    /// <summary>Each block over one that is there, as in a write-ahead log that is used again.</summary>
    /// <returns>Syncs a second, one after the other.</returns>
    public static double OverwrittenPerSecond(string folder, TimeSpan during) => PerSecond(folder, during, grow: false);

    private static double PerSecond(string folder, TimeSpan during, bool grow)
    {
        var path = Path.Combine(folder, "syncs");
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.DeleteOnClose);
        for (var i = 0; i < Blocks; i++) RandomAccess.Write(file, Block, (long)i * Block.Length);
        Sync(file, 0);
        var timer = Stopwatch.StartNew();
        var syncs = 0L;
        for (; timer.Elapsed < during; syncs++) Sync(file, grow ? Blocks + syncs : syncs % Blocks);
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
