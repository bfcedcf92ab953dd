using Nines.Cli.Config.Yaml;

namespace Nines.Cli.Config.Files;

/// <summary>The texts of one config, as they were read: one file, all files of a folder, or a file and the folder beside it.</summary>
internal sealed record ConfigFiles(IReadOnlyList<(ConfigSource Source, byte[] Bytes)> Texts)
{
    public const string Stdin = "-";
    public const int MostFiles = 1_000;

    /// <summary>Of all files together; a single one has <see cref="YamlReader.MaxBytes"/>.</summary>
    public const int MaxBytes = 64 << 20;

    /// <summary>
    /// A folder is read in the ordinal order of its names; files that begin with a dot, and those that end neither in .yaml nor in
    /// .yml, are left out. A file NAME.yaml takes the folder NAME.d beside it along, and is not needed when that is there.
    /// </summary>
    /// <param name="path">A file, a folder, or '-' for stdin.</param>
    /// <param name="unreadable">Set when the result is null.</param>
    public static ConfigFiles? Open(string path, out Mistake? unreadable)
    {
        unreadable = null;
        try
        {
            if (path == Stdin) return OpenOne(path, out unreadable) is { } piped ? new ConfigFiles([piped]) : null;
            var texts = new List<(ConfigSource, byte[])>();
            foreach (var file in Directory.Exists(path) ? InFolder(path) : WithFolderBeside(path))
            {
                if (OpenOne(file, out unreadable) is not { } text) return null;
                texts.Add(text);
                if (texts.Count > MostFiles) unreadable = Unreadable(path, $"This folder has more than {MostFiles:N0} files; join some.");
                else if (texts.Sum(read => (long)read.Item2.Length) > MaxBytes) unreadable = Unreadable(path, $"The files of this folder have more than {MaxBytes:N0} bytes together.");
                if (unreadable is not null) return null;
            }
            if (texts.Count > 0) return new ConfigFiles(texts);
            unreadable = Unreadable(path, "This folder holds no file that ends in .yaml. 'nines init' writes a first one.");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            unreadable = Unreadable(path, wrong);
        }
        return null;
    }

    /// <summary>One file alone, or stdin.</summary>
    /// <param name="maxBytes">One more is read, and no further, by which it is known to be too large.</param>
    /// <param name="unreadable">Set when the result is null.</param>
    public static (ConfigSource Source, byte[] Bytes)? OpenOne(string path, out Mistake? unreadable, int maxBytes = YamlReader.MaxBytes)
    {
        unreadable = null;
        try
        {
            using var stream = path == Stdin ? Console.OpenStandardInput() : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return (path == Stdin ? new ConfigSource("stdin", Environment.CurrentDirectory) : new ConfigSource(path, Path.GetDirectoryName(Path.GetFullPath(path)) ?? "."), ReadAll(stream, maxBytes));
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            unreadable = Unreadable(path, wrong);
            return null;
        }
    }

    /// <summary>The folder whose files belong to a file: nines.d for nines.yaml.</summary>
    public static string FolderBeside(string file) => Path.ChangeExtension(file, ".d");

    private static IEnumerable<string> WithFolderBeside(string file)
    {
        var beside = FolderBeside(file);
        var hasFolder = Path.GetExtension(file) is ".yaml" or ".yml" && Directory.Exists(beside);
        if (!hasFolder || File.Exists(file)) yield return file;
        if (!hasFolder) yield break;
        foreach (var inner in InFolder(beside)) yield return inner;
    }

    private static IEnumerable<string> InFolder(string folder) => Directory.EnumerateFiles(folder)
        .Where(file => Path.GetExtension(file) is ".yaml" or ".yml" && !Path.GetFileName(file).StartsWith('.'))
        .Order(StringComparer.Ordinal);

    /// <summary>One byte more than allowed is enough to be told that it is too large. A pipe has no length: it is read to its end.</summary>
    private static byte[] ReadAll(Stream stream, int maxBytes)
    {
        using var read = new MemoryStream();
        var buffer = new byte[64 << 10];
        while (read.Length <= maxBytes && stream.Read(buffer) is > 0 and var count) read.Write(buffer, 0, count);
        return read.ToArray();
    }

    private static Mistake Unreadable(string path, Exception wrong) => Unreadable(path, wrong switch
    {
        FileNotFoundException or DirectoryNotFoundException => "There is no such file. 'nines init' writes a first one.",
        UnauthorizedAccessException => Directory.Exists(path) ? "This is a folder; give a file." : "The file cannot be read: permission denied.",
        _ => "The file cannot be read.",
    });

    private static Mistake Unreadable(string path, string message) => new(MistakeCode.File, path, 1, 1, "", message);
}
