namespace Nines.Cli.Tests.Docs;

/// <summary>The tree that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path)).ReplaceLineEndings("\n");

    /// <summary>Every page that a person reads, from the repository's folder: its own, the docs', and those that stand beside what they tell of.</summary>
    public static IEnumerable<string> Pages() =>
        Directory.EnumerateFiles(Root, "*.md")
            .Concat(new[] { "docs", "examples", "deploy" }.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.md", SearchOption.AllDirectories)))
            .Concat(Directory.EnumerateDirectories(Path.Combine(Root, "src")).Append(Path.Combine(Root, "lab")).Append(Path.Combine(Root, "bench")).Select(folder => Path.Combine(folder, "README.md")).Where(File.Exists))
            .Select(file => Path.GetRelativePath(Root, file)).Order(StringComparer.Ordinal);

    /// <summary>A generated page and what the program would write there now. With NINES_WRITE_DOCS=1 it is written anew.</summary>
    public static void IsCurrent(string path, string text)
    {
        if (Environment.GetEnvironmentVariable("NINES_WRITE_DOCS") == "1") File.WriteAllText(Path.Combine(Root, path), text);
        Assert.True(Read(path) == text, $"{path} is stale: run the tests once with NINES_WRITE_DOCS=1, look at the difference and commit it.");
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Nines.slnx"))) return folder.FullName;
        throw new InvalidOperationException($"No Nines.slnx above {AppContext.BaseDirectory}.");
    }
}
