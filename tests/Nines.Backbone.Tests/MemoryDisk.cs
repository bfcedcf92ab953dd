using System.Diagnostics;

namespace Nines.Backbone.Tests;

/// <summary>A small file system in memory, mounted for one test; the test is skipped, with the reason, where that is not permitted.</summary>
internal sealed class MemoryDisk : IDisposable
{
    private MemoryDisk(string path) => Path = path;

    public string Path { get; }

    public static MemoryDisk Mount(int kibibytes)
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("A tmpfs can be mounted on Linux only.");
        var path = Directory.CreateTempSubdirectory("nines-disk-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", $"size={kibibytes}k", "tmpfs", path) is { } refused)
        {
            Directory.Delete(path);
            Assert.Skip($"A tmpfs cannot be mounted here: {refused}");
        }
        return new MemoryDisk(path);
    }

    public void MakeReadOnly() => Assert.Null(Run("mount", "-o", "remount,ro", Path));

    /// <summary>Fills what is free; delete the file to free it.</summary>
    public string Fill()
    {
        var path = System.IO.Path.Combine(Path, "filler");
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true) file.Write(new byte[4_096]);
        }
        catch (IOException)
        {
            return path; // full, as ordered
        }
    }

    public void Dispose()
    {
        Assert.Null(Run("umount", Path));
        Directory.Delete(Path);
    }

    private static string? Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : said.Trim();
    }
}
