using System.Globalization;

namespace Nines.Cli.Doctor;

/// <summary>Whether the data folder can keep what is acknowledged.</summary>
internal static class DiskChecks
{
    private const int Syncs = 50;
    private const long Least = 100L << 20, Comfortable = 1L << 30;

    /// <param name="sync">Makes what was written durable; null does it as the journal does.</param>
    public static IEnumerable<HealthCheck> Of(Patient patient, Action<FileStream>? sync = null)
    {
        var folder = NearestFolder(patient.DataFolder);
        yield return HealthCheck.Of("data folder", 5, _ => Task.FromResult(Folder(patient.DataFolder)));
        yield return HealthCheck.Of("disk space", 5, _ => Task.FromResult(Space(folder)));
        yield return HealthCheck.Of("file system", 5, _ => Task.FromResult(FileSystem(folder)));
        yield return HealthCheck.Of("fsync", 20, limit => Task.FromResult(Fsync(folder, sync ?? (file => file.Flush(flushToDisk: true)), patient.Time, limit)));
    }

    /// <summary>The folder, or the one in which it will be made.</summary>
    private static string NearestFolder(string folder)
    {
        var at = Path.GetFullPath(folder);
        while (!Directory.Exists(at) && Path.GetDirectoryName(at) is { } above) at = above;
        return at;
    }

    private static Finding Folder(string folder)
    {
        const string name = "data folder";
        if (!Directory.Exists(folder)) return new Finding(name, Verdict.Ok, $"{folder} is not there yet; nines up makes it");
        try
        {
            var probe = Path.Combine(folder, $".doctor-{Guid.NewGuid():N}");
            File.WriteAllBytes(probe, [1]);
            File.Delete(probe);
        }
        catch (UnauthorizedAccessException)
        {
            return new Finding(name, Verdict.Problem, $"{folder} cannot be written by {Environment.UserName}", "Nothing could be kept.", $"chown -R {Environment.UserName} {folder}");
        }
        catch (IOException refused)
        {
            return new Finding(name, Verdict.Problem, $"{folder} cannot be written: {refused.Message}", "Nothing could be kept.", "Free space, or mount it for writing.");
        }
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(folder) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0)
            return new Finding(name, Verdict.Warning, $"{folder} can be read by everybody on this machine", "What is on record is the owner's alone.", $"chmod 700 {folder}");
        return new Finding(name, Verdict.Ok, $"{folder} can be written");
    }

    private static Finding Space(string folder)
    {
        var free = new DriveInfo(folder).AvailableFreeSpace;
        var what = string.Create(CultureInfo.InvariantCulture, $"{free / (double)(1 << 30):0.0} GiB are free");
        return free switch
        {
            < Least => new Finding("disk space", Verdict.Problem, string.Create(CultureInfo.InvariantCulture, $"{free >> 20} MiB are free"), "Facts wait in memory when the disk is full, and are lost when the process ends.", "Free space, or move 'data' to a larger disk."),
            < Comfortable => new Finding("disk space", Verdict.Warning, what, "A thousand probes write some hundred MiB a month, a backup needs the same again.", "Free space, or move 'data' to a larger disk."),
            _ => new Finding("disk space", Verdict.Ok, what),
        };
    }

    private static Finding FileSystem(string folder) => Machine.FileSystemOf(folder) switch
    {
        null => new Finding("file system", Verdict.Ok, "its type is not told here"),
        "tmpfs" or "ramfs" => new Finding("file system", Verdict.Warning, $"{folder} is in memory (tmpfs)", "Everything on record is gone after a restart of the machine.", "Set 'data' to a folder on a disk."),
        "overlay" => new Finding("file system", Verdict.Warning, $"{folder} is in a container's own layer (overlay)", "Everything on record is gone with the container.", "Mount a volume there."),
        var type and ("nfs" or "nfs4" or "cifs" or "smb3" or "9p" or "fuse.sshfs" or "ceph" or "glusterfs" or "fuse.glusterfs") =>
            new Finding("file system", Verdict.Problem, $"{folder} is on a network file system ({type})", "SQLite's locks and write-ahead log need a local one; a journal there can be damaged.", "Set 'data' to a folder on a local disk."),
        var type => new Finding("file system", Verdict.Ok, type),
    };

    private static Finding Fsync(string folder, Action<FileStream> sync, TimeProvider time, CancellationToken limit)
    {
        var path = Path.Combine(folder, $".doctor-{Guid.NewGuid():N}");
        var took = new List<TimeSpan>(Syncs);
        try
        {
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            var page = new byte[4_096];
            for (var i = 0; i < Syncs && !limit.IsCancellationRequested; i++)
            {
                var started = time.GetTimestamp();
                file.Write(page);
                sync(file);
                took.Add(time.GetElapsedTime(started));
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return new Finding("fsync", Verdict.Problem, $"{folder}: {refused.Message}", "What is acknowledged must be on disk.", "Free space, and give the user write permission.");
        }
        if (took.Count == 0) return new Finding("fsync", Verdict.Problem, "no time was left to measure it");
        took.Sort();
        var (median, worst) = (took[took.Count / 2], took[^1]);
        var commits = 1 / Math.Max(1e-6, median.TotalSeconds);
        var what = string.Create(CultureInfo.InvariantCulture, $"median {median.TotalMilliseconds:0.00} ms, longest {worst.TotalMilliseconds:0.0} ms of {took.Count}: {commits:N0} commits a second at most; a commit keeps all facts that wait, so this many facts a second even if each waits for the one before");
        if (median > TimeSpan.FromMilliseconds(200)) return new Finding("fsync", Verdict.Problem, what, "Outages are announced late, and a burst of facts waits in memory.", "Move 'data' to a local disk (SSD).");
        return median > TimeSpan.FromMilliseconds(50) ? new Finding("fsync", Verdict.Warning, what, "Outages are announced a little later than they could be.", "Move 'data' to a faster disk.") : new Finding("fsync", Verdict.Ok, what);
    }
}
