using System.Text.RegularExpressions;

namespace Nines.Architecture.Tests;

public sealed partial class HouseRulesTests
{
    [Fact]
    public void No_folder_is_named_after_nothing()
    {
        string[] empty = ["Common", "Utils", "Helpers", "Managers", "Infrastructure", "Misc", "Shared"];
        var folders = Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src"), "*", SearchOption.AllDirectories).Select(Path.GetFileName);
        Assert.Empty(folders.Intersect(empty));
    }

    [Fact]
    public void Every_module_says_what_it_is_for()
    {
        foreach (var module in Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Where(folder => Directory.EnumerateFiles(folder, "*.csproj").Any()))
            Assert.True(File.Exists(Path.Combine(module, "README.md")), $"{Path.GetFileName(module)} has no README.md");
    }

    [Fact]
    public void No_exception_is_swallowed_in_silence_and_nothing_is_left_to_do()
    {
        var found = Repository.Sources("src", "bench").SelectMany(file => File.ReadLines(file)
            .Where(line => Unfinished().IsMatch(line))
            .Select(line => $"{Path.GetRelativePath(Repository.Root, file)}: {line.Trim()}"));
        Assert.Empty(found);
    }

    [Fact]
    public void The_readme_has_at_most_120_lines() =>
        Assert.InRange(File.ReadLines(Path.Combine(Repository.Root, "README.md")).Count(), 10, 120);

    [Fact]
    public void Central_packages_alone_carry_versions()
    {
        var projects = Directory.EnumerateFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories).Where(file => !file.Contains("node_modules", StringComparison.Ordinal));
        Assert.DoesNotContain(projects, file => PackageVersion().IsMatch(File.ReadAllText(file)));
    }

    [GeneratedRegex(@"TODO|FIXME|HACK|NotImplementedException|catch\s*\{\s*\}|catch\s*\([^)]*\)\s*\{\s*\}|#region")]
    private static partial Regex Unfinished();

    [GeneratedRegex("<PackageReference[^>]*Version=")]
    private static partial Regex PackageVersion();
}
