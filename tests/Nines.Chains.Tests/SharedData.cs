using System.IO.Compression;
using System.Text.Json;

namespace Nines.Chains.Tests;

/// <summary>
/// Official test vectors, which are not part of the repository: in the folder that NINES_SHARED_DATA names, else in shared/data
/// beside the repository's root. Tests skip where they are not there.
/// </summary>
internal static class SharedData
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 1024 };

    /// <summary>A JSON file, unpacked when its name ends in .gz.</summary>
    public static JsonDocument Json(params string[] path)
    {
        using var file = File.OpenRead(Find(path));
        if (!path[^1].EndsWith(".gz", StringComparison.Ordinal))
        {
            return JsonDocument.Parse(file, Options);
        }

        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        return JsonDocument.Parse(unpacked, Options);
    }

    /// <summary>All JSON files of a folder and those in it, in the order of their names.</summary>
    public static IEnumerable<(string Name, JsonDocument Content)> JsonFiles(params string[] path)
    {
        var folder = Path.Combine([Root(), .. path]);
        Assert.SkipUnless(Directory.Exists(folder), $"The vectors {string.Join('/', path)} are not in the shared data folder.");
        foreach (var file in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using var content = JsonDocument.Parse(File.ReadAllText(file), Options);
            yield return (Path.GetRelativePath(folder, file), content);
        }
    }

    private static string Root()
    {
        var folder = Environment.GetEnvironmentVariable("NINES_SHARED_DATA") ?? BesideRoot();
        Assert.SkipWhen(folder is null, "NINES_SHARED_DATA is not set and no folder above the tests holds Nines.slnx.");
        return folder!;
    }

    private static string Find(string[] path)
    {
        var file = Path.Combine([Root(), .. path]);
        Assert.SkipUnless(File.Exists(file), $"The vectors {string.Join('/', path)} are not in the shared data folder.");
        return file;
    }

    private static string? BesideRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Nines.slnx")))
            {
                return Path.Combine(at.FullName, "..", "shared", "data");
            }
        }

        return null;
    }
}
