using System.Text.RegularExpressions;
using Nines.Cli.Output;
using Nines.Cli.Verbs;

namespace Nines.Cli.Tests.Docs;

/// <summary>Commands as pages and examples print them.</summary>
public sealed partial class CommandTests
{
    [Fact]
    public void Every_command_in_the_docs_and_examples_is_one_that_the_program_takes()
    {
        var screen = new Screen { Out = TextWriter.Null, Error = TextWriter.Null, IsTerminal = false, HasColor = false, Width = 80 };
        var root = CommandTree.Create(TimeProvider.System, screen);
        List<string> refused = [];
        var found = 0;
        foreach (var (place, command, isWhole) in Commands())
        {
            found++;
            // Prose names a verb without what it needs.
            if (root.Parse(Words(command)).Errors.FirstOrDefault(error => isWhole || !error.Message.Contains("equired", StringComparison.Ordinal)) is { } mistake) refused.Add($"{place}: nines {command}\n    {mistake.Message}");
        }
        Assert.True(found >= 150, $"Only {found} commands were found.");
        Assert.True(refused.Count == 0, string.Join('\n', refused));
    }

    [Fact]
    public void A_command_that_is_none_is_found()
    {
        var screen = new Screen { Out = TextWriter.Null, Error = TextWriter.Null, IsTerminal = false, HasColor = false, Width = 80 };
        Assert.NotEmpty(CommandTree.Create(TimeProvider.System, screen).Parse(Words("get outages --status open")).Errors);
        Assert.Equal(["note", "shop-7", "the disk was full", "--at", "x"], Words("note shop-7 \"the disk was full\" --at 'x'   # why"));
    }

    /// <summary>Lines of blocks that begin with a command, after a prompt or not; what prose has in backticks; what an example's comments say to call.</summary>
    private static IEnumerable<(string Place, string Command, bool IsWhole)> Commands()
    {
        foreach (var page in Repository.Pages())
        {
            var inBlock = false;
            foreach (var (line, at) in Repository.Read(page).Split('\n').Select((line, at) => (line, at + 1)))
            {
                if (line.StartsWith("```", StringComparison.Ordinal)) inBlock = !inBlock;
                else if (inBlock && InBlock().Match(line) is { Success: true } match) foreach (var part in match.Groups[1].Value.Split("; ./nines ")) yield return ($"{page}:{at}", part, true);
                else if (!inBlock) foreach (Match said in InProse().Matches(line)) if (!said.Value.Contains('|', StringComparison.Ordinal)) yield return ($"{page}:{at}", said.Groups[1].Value, false);
            }
        }
        foreach (var example in Directory.EnumerateFiles(Path.Combine(Repository.Root, "examples"), "*.yaml").Select(file => Path.GetRelativePath(Repository.Root, file)))
            foreach (var line in Repository.Read(example).Split('\n').Where(line => line.StartsWith('#')))
                foreach (Match match in InComment().Matches(line)) yield return (example, match.Groups[1].Value.Split("     ")[0], true);
    }

    /// <summary>As a shell would: quotes hold together; a comment, a redirection or a pipe ends the command.</summary>
    private static string[] Words(string command)
    {
        List<string> words = [];
        foreach (Match word in Word().Matches(command))
        {
            if (word.Value is ['#', ..] or ">" or "|" or "&&" or "&" or "2>&1" or "<") break;
            words.Add(word.Value.Replace("\"", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal));
        }
        return [.. words];
    }

    [GeneratedRegex("""^\s*(?:\$ )?(?:[A-Z_]+=\S+ )*(?:sudo (?:-u \S+ )?)?(?:\./|/\S*/)?nines ((?!is )[a-z-].*)$""")]
    private static partial Regex InBlock();

    [GeneratedRegex("`(?:\\./)?nines ([a-z-][^`…]*)`")]
    private static partial Regex InProse();

    [GeneratedRegex("(?:# |… |· |`|: )(?:\\./)?nines ([a-z][^`·]*)")]
    private static partial Regex InComment();

    [GeneratedRegex("""(?:"[^"]*"|'[^']*'|[^\s"'])+""")]
    private static partial Regex Word();
}
