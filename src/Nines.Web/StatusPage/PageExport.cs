using System.Collections.Immutable;
using System.Text.Json;
using Nines.Response.StatusPage.Forms;

namespace Nines.Web.StatusPage;

/// <summary>An export that could not be written. The message says where and why.</summary>
public sealed class ExportException(string message, Exception? inner = null) : Exception(message, inner)
{
    public const string Code = "NIN4350";
}

/// <summary>
/// Writes the page into a folder that any web server can show: each file beside its place and then moved there, so that nobody reads half of one. Files of
/// earlier exports that are no more are taken away; what others put there stays. Nothing outside of the folder is ever written: links in it are not followed.
/// </summary>
public static class PageExport
{
    /// <summary>Names what we wrote, so that only that is taken away.</summary>
    public const string ListName = ".nines-status-page.json";

    private const int MostListed = 100_000;

    /// <returns>How many files were written, and how many taken away; what is there already as it should be is left alone.</returns>
    /// <exception cref="ExportException">A place cannot be written, is a link, or is taken by something that is not ours.</exception>
    /// <param name="before">What the same process wrote there last: what is the same object is only looked for, not compared.</param>
    public static (int Written, int Removed) Write(string folder, ImmutableArray<PageFile> files, ImmutableArray<PageFile> before = default)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        try
        {
            Directory.CreateDirectory(root);
            var listed = ReadList(root);
            var same = (before.IsDefault ? [] : before).ToHashSet(ReferenceEqualityComparer.Instance);
            var written = 0;
            // What pages load comes before the pages, and the index last: a reader in between finds what it points to.
            foreach (var file in files.OrderBy(file => file.Path.EndsWith(".html", StringComparison.Ordinal)).ThenBy(file => file.Path == "index.html")) if (WriteOne(root, file.Path, file.Bytes, isThere: same.Contains(file))) written++;
            var now = files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
            // The list first: a crash between the two leaves files that are still ours to take away.
            WriteOne(root, ListName, JsonSerializer.SerializeToUtf8Bytes(listed.Union(now).Order(StringComparer.Ordinal)), isOurs: true);
            var removed = listed.Except(now).Count(path => Remove(root, path));
            WriteOne(root, ListName, JsonSerializer.SerializeToUtf8Bytes(now.Order(StringComparer.Ordinal)), isOurs: true);
            return (written, removed);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new ExportException($"{folder}: the status page cannot be written there: {failed.Message} Name a folder that can be written, with room in it.", failed);
        }
    }

    private static bool WriteOne(string root, string path, byte[] bytes, bool isOurs = false, bool isThere = false)
    {
        if (!isOurs && !IsPath(path)) throw new ExportException($"{path}: is no path of an export.");
        var place = Path.Combine(root, path);
        Prepare(root, Path.GetDirectoryName(place)!);
        var about = new FileInfo(place);
        if (about.LinkTarget is not null || Directory.Exists(place)) throw new ExportException($"{place}: is a link or a folder, and a file of the status page belongs there. Take it away, or export into another folder.");
        if (about.Exists && about.Length == bytes.Length && (isThere || File.ReadAllBytes(place).AsSpan().SequenceEqual(bytes))) return false;
        var beside = Path.Combine(Path.GetDirectoryName(place)!, $".{Path.GetFileName(place)}.new");
        // A link of that name is replaced, not followed: it is taken away, and the file must not be there when it is made.
        File.Delete(beside);
        using (var stream = new FileStream(beside, FileMode.CreateNew, FileAccess.Write, FileShare.None)) stream.Write(bytes);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(beside, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        File.Move(beside, place, overwrite: true);
        return true;
    }

    /// <summary>Makes the folders between the root and a file; none of them may be a link.</summary>
    private static void Prepare(string root, string folder)
    {
        if (folder == root) return;
        Prepare(root, Path.GetDirectoryName(folder)!);
        if (new DirectoryInfo(folder).LinkTarget is not null || File.Exists(folder)) throw new ExportException($"{folder}: is a link or a file, and a folder of the status page belongs there. Take it away, or export into another folder.");
        Directory.CreateDirectory(folder);
    }

    private static bool Remove(string root, string path)
    {
        var place = Path.Combine(root, path);
        for (var folder = Path.GetDirectoryName(place)!; folder != root; folder = Path.GetDirectoryName(folder)!)
            if (new DirectoryInfo(folder) is not { Exists: true, LinkTarget: null }) return false;
        if (new FileInfo(place) is not { Exists: true, LinkTarget: null }) return false;
        File.Delete(place);
        return true;
    }

    /// <summary>What an earlier export wrote. The list lies where others can write: what is in it is believed only as far as it is a path of an export.</summary>
    private static HashSet<string> ReadList(string root)
    {
        var place = new FileInfo(Path.Combine(root, ListName));
        if (!place.Exists || place.LinkTarget is not null || place.Length > 16 << 20) return [];
        try
        {
            var paths = JsonSerializer.Deserialize<string[]>(File.ReadAllBytes(place.FullName)) ?? [];
            return [.. paths.Take(MostListed).Where(IsPath)];
        }
        catch (JsonException)
        {
            return []; // not ours any more: nothing is taken away, and it is written anew
        }
    }

    /// <summary>Names of letters, digits, <c>-</c>, <c>_</c> and <c>.</c> with slashes between them, none of which begins with a dot.</summary>
    internal static bool IsPath(string? path) => path is { Length: > 0 and <= 200 } && path.Split('/').All(name =>
        name.Length > 0 && name[0] != '.' && name.All(letter => letter is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9' or '-' or '_' or '.'));
}
