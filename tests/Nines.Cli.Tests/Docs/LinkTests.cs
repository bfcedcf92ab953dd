using System.Text.RegularExpressions;

namespace Nines.Cli.Tests.Docs;

public sealed partial class LinkTests
{
    [Fact]
    public void Every_link_of_a_page_leads_to_a_file_and_a_heading_that_are_there()
    {
        List<string> broken = [];
        var found = 0;
        foreach (var page in Repository.Pages())
            foreach (Match link in Link().Matches(WithoutBlocks(Repository.Read(page))))
            {
                found++;
                var (path, heading) = link.Groups[1].Value.Split('#', 2) is [var file, var part] ? (file, part) : (link.Groups[1].Value, "");
                var target = path.Length == 0 ? page : Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, path)));
                if (!Path.Exists(Path.Combine(Repository.Root, target))) broken.Add($"{page}: {link.Groups[1].Value}: there is no such file");
                else if (heading.Length > 0 && target.EndsWith(".md", StringComparison.Ordinal) && !Headings(target).Contains(heading)) broken.Add($"{page}: {link.Groups[1].Value}: there is no such heading");
            }
        Assert.True(found >= 200, $"Only {found} links were found.");
        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Theory]
    [InlineData("pricing: losses: bad_debt", "pricing-losses-bad_debt")]
    [InlineData("What it costs, and what you owe", "what-it-costs-and-what-you-owe")]
    [InlineData("`nines get` ([x](y.md))", "nines-get-x")]
    public void A_heading_is_reached_under_the_name_that_Git_hosts_give_it(string heading, string name) => Assert.Equal(name, Name(heading));

    private static HashSet<string> Headings(string page) =>
        [.. WithoutBlocks(Repository.Read(page)).Split('\n').Where(line => Heading().IsMatch(line)).Select(line => Name(line.TrimStart('#').Trim()))];

    /// <summary>As GitHub and others make it: letters, digits, - and _ in lower case, blanks as -.</summary>
    private static string Name(string heading) =>
        NotInNames().Replace(LinkWithText().Replace(heading, "$1").ToLowerInvariant(), "").Replace(' ', '-');

    private static string WithoutBlocks(string text) => Block().Replace(text, "");

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\]\((?!https?:|mailto:)([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkWithText();

    [GeneratedRegex("^#+ ")]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInNames();
}
