using System.Text.RegularExpressions;
using Nines.Backbone.Journal;
using Nines.Cli.Config;

namespace Nines.Cli.Tests.Docs;

public sealed partial class ErrorPageTests
{
    private static readonly Dictionary<string, string> Headings = Heading().Matches(Repository.Read("docs/reference/errors.md")).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);

    [Fact]
    public void Every_code_in_the_source_has_a_heading_and_every_heading_a_code_in_the_source()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(Repository.Root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));
        var codes = sources.SelectMany(file => Code().Matches(File.ReadAllText(file)).Select(match => match.Value))
            .Concat(Enum.GetValues<MistakeCode>().Select(code => $"NIN{(int)code}"))
            .Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(codes, Headings.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_journal_s_titles_are_the_ones_that_the_journal_gives()
    {
        foreach (var (code, title) in JournalErrors.All) Assert.Equal(title, Headings[code]);
    }

    [Fact]
    public void Every_entry_says_how_to_mend_it()
    {
        foreach (var entry in Repository.Read("docs/reference/errors.md").Split("\n### ").Skip(1))
            Assert.True(entry.Contains("**To mend it:** ", StringComparison.Ordinal), entry.Split('\n')[0]);
    }

    [GeneratedRegex(@"^### (NIN\d{4}) (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"NIN\d{4}")]
    private static partial Regex Code();
}
