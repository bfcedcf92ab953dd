using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using Nines.Core;

namespace Nines.Cli.Verbs;

/// <summary>What is wrong with a call, a line a mistake: what, and what was probably meant.</summary>
internal static class UsageMistakes
{
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        var lines = new List<string>();
        lines.AddRange(Unmatched(parsed));
        foreach (var error in parsed.Errors)
        {
            // The parser says each unmatched word again, and asks for a command even when one was mistyped.
            if (parsed.UnmatchedTokens.Any(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal))) continue;
            if (error.SymbolResult is CommandResult { Command: { Subcommands.Count: > 0, Action: null } group })
            {
                if (lines.Count == 0) lines.Add($"Say which: {string.Join(", ", Visible(group).Select(command => $"{PathOf(parsed)} {command.Name}"))}.");
            }
            else
            {
                lines.Add(ValueMistake(error) ?? OneLine(error.Message));
            }
        }
        return lines;
    }

    /// <summary>The words that lead to the command: <c>nines get outages</c>.</summary>
    public static string PathOf(ParseResult parsed)
    {
        var names = new List<string>();
        for (var at = parsed.CommandResult; at is not null; at = at.Parent as CommandResult) names.Add(at.Command is RootCommand ? "nines" : at.Command.Name);
        names.Reverse();
        return string.Join(' ', names);
    }

    private static IEnumerable<string> Unmatched(ParseResult parsed)
    {
        var afterOption = false;
        var afterWord = false;
        foreach (var token in parsed.UnmatchedTokens)
        {
            var isOption = token is ['-', _, ..];
            // The value of an option that nobody knows is no mistake of its own.
            if (!isOption && afterOption)
            {
                afterOption = false;
                continue;
            }
            // Nor is what follows a verb that nobody knows.
            if (afterWord) continue;
            afterWord = !isOption;
            afterOption = isOption && !token.Contains('=', StringComparison.Ordinal);
            yield return isOption ? UnknownOption(token.Split('=')[0], parsed) : UnknownWord(token, parsed);
        }
    }

    private static string UnknownOption(string token, ParseResult parsed)
    {
        var known = new List<string>();
        for (var at = parsed.CommandResult; at is not null; at = at.Parent as CommandResult)
            known.AddRange(at.Command.Options.Where(option => !option.Hidden && (at == parsed.CommandResult || option.Recursive)).SelectMany(option => option.Aliases.Prepend(option.Name)));
        return $"'{PathOf(parsed)}' has no option '{token}'.{DidYouMean.Sentence(token, known.Where(name => name.StartsWith("--", StringComparison.Ordinal)))}";
    }

    private static string UnknownWord(string token, ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (command.Subcommands.Count == 0) return $"'{PathOf(parsed)}' takes no more words, and '{token}' is one.";
        var names = Visible(command).Select(candidate => candidate.Name).ToList();
        var hint = DidYouMean.Sentence(token, names);
        return $"'{PathOf(parsed)}' knows no '{token}'.{(hint.Length > 0 ? hint : $" There are: {string.Join(", ", names)}.")}";
    }

    /// <summary>A word that is none of those that an option or argument takes; null for any other error.</summary>
    private static string? ValueMistake(ParseError error)
    {
        var (name, tokens, completions) = error.SymbolResult switch
        {
            ArgumentResult { Parent: OptionResult option } => Of(option),
            OptionResult option => Of(option),
            ArgumentResult argument => (argument.Argument.Name, argument.Tokens, argument.Argument.GetCompletions(CompletionContext.Empty)),
            _ => ("", [], []),
        };
        var known = completions.Select(completion => completion.Label).ToList();
        if (known.Count == 0 || tokens.FirstOrDefault(token => !known.Contains(token.Value, StringComparer.Ordinal))?.Value is not { } wrong) return null;
        return $"{name}: '{wrong}' is none of {string.Join(", ", known)}.{DidYouMean.Sentence(wrong, known)}";

        static (string, IReadOnlyList<Token>, IEnumerable<CompletionItem>) Of(OptionResult option) =>
            (option.IdentifierToken?.Value ?? option.Option.Name, option.Tokens, option.Option.GetCompletions(CompletionContext.Empty));
    }

    private static IEnumerable<Command> Visible(Command command) => command.Subcommands.Where(candidate => !candidate.Hidden);

    private static string OneLine(string message) => string.Join(' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
