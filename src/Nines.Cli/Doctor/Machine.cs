using System.Globalization;
using System.Net;

namespace Nines.Cli.Doctor;

/// <summary>What the kernel tells of this machine, read from /proc.</summary>
internal static class Machine
{
    /// <returns>Empty when it cannot be read: processes come and go.</returns>
    public static string FirstLine(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault("");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>Type of the file system that a folder is on, from /proc/self/mountinfo (proc(5)); null where there is none.</summary>
    public static string? FileSystemOf(string folder)
    {
        if (!File.Exists("/proc/self/mountinfo")) return null;
        return File.ReadLines("/proc/self/mountinfo")
            .Select(line => line.Split(" - ", 2))
            .Where(halves => halves.Length == 2)
            .Select(halves => (Point: halves[0].Split(' ')[4].Replace(@"\040", " ", StringComparison.Ordinal), Type: halves[1].Split(' ')[0]))
            .Where(mount => folder == mount.Point || folder.StartsWith(mount.Point == "/" ? "/" : mount.Point + "/", StringComparison.Ordinal))
            .OrderBy(mount => mount.Point.Length)
            .LastOrDefault().Type;
    }

    /// <summary>Descriptors that this process may have open, from /proc/self/limits.</summary>
    public static long? MostDescriptors()
    {
        if (!File.Exists("/proc/self/limits")) return null;
        var line = File.ReadLines("/proc/self/limits").FirstOrDefault(text => text.StartsWith("Max open files", StringComparison.Ordinal));
        return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, var soft, ..] && long.TryParse(soft, CultureInfo.InvariantCulture, out var most) ? most : null;
    }

    /// <summary>Bytes that can be had, by the machine and by the group that this process is in.</summary>
    public static long? FreeMemory()
    {
        if (!File.Exists("/proc/meminfo")) return null;
        var available = File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal));
        if (available?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [_, var kib, ..] || !long.TryParse(kib, CultureInfo.InvariantCulture, out var free)) return null;
        return Math.Min(free * 1024, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
    }

    /// <summary>Who listens on a port: its process's name and number, as far as we may see it.</summary>
    public static string? HolderOf(IPEndPoint at)
    {
        var inodes = ((string[])["/proc/net/tcp", "/proc/net/tcp6"]).Where(File.Exists).SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(cells => cells.Length > 9 && cells[3] == "0A" && cells[1].EndsWith(string.Create(CultureInfo.InvariantCulture, $":{at.Port:X4}"), StringComparison.Ordinal))
            .Select(cells => $"socket:[{cells[9]}]").ToHashSet(StringComparer.Ordinal);
        foreach (var process in Directory.Exists("/proc") ? Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])) : [])
        {
            try
            {
                // A link that has gone meanwhile has no target, and says nothing of the others: descriptors come and go while we read.
                if (Directory.EnumerateFiles(Path.Combine(process, "fd")).Any(fd => new FileInfo(fd).LinkTarget is { } target && inodes.Contains(target)))
                    return $"{FirstLine(Path.Combine(process, "comm"))} (process {Path.GetFileName(process)})";
            }
            catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
            {
                // Another user's process, or one that has ended meanwhile.
            }
        }
        return null;
    }
}
