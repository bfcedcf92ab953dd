using System.CommandLine;
using System.Globalization;
using System.Text;
using Nines.Cli.Output;

namespace Nines.Cli.Reference;

/// <summary>docs/reference/cli.md, made from the command tree: every verb with its arguments, options and defaults.</summary>
internal static class CliPage
{
    public static string Text(RootCommand root)
    {
        var page = new StringBuilder($"""
            # The command line

            Made from the program itself. `nines VERB --help` says the same; [output](output.md) has the formats and exit codes,
            [errors](errors.md) the codes of what goes wrong.

            """.ReplaceLineEndings("\n"));
        foreach (var verb in root.Subcommands.Where(verb => !verb.Hidden)) Describe(verb, "nines", page);
        return page.ToString();
    }

    private static void Describe(Command command, string above, StringBuilder page)
    {
        var path = $"{above} {command.Name}";
        var words = command.Arguments.Select(argument => argument.Arity.MinimumNumberOfValues == 0 || argument.HasDefaultValue ? $" [{NameOf(argument)}]" : $" {NameOf(argument)}");
        page.Append(CultureInfo.InvariantCulture, $"\n{(above == "nines" ? "##" : "###")} {path}{string.Concat(words)}\n\n{command.Description}.\n");
        var rows = command.Arguments.Where(argument => !argument.Hidden)
            .Select(argument => (Name: NameOf(argument), About: argument.Description, Default: argument.HasDefaultValue ? DefaultOf(argument.GetDefaultValue()) : ""))
            .Concat(command.Options.Where(option => !option.Hidden)
                .Select(option => (Name: NameOf(option), About: option.Description, Default: option.HasDefaultValue ? DefaultOf(option.GetDefaultValue()) : "")))
            .ToList();
        if (rows.Count > 0)
        {
            page.Append("\n| | | default |\n|---|---|---|\n");
            foreach (var row in rows) page.Append(CultureInfo.InvariantCulture, $"| `{row.Name.Replace("|", "\\|", StringComparison.Ordinal)}` | {row.About} | {row.Default} |\n");
        }
        foreach (var noun in command.Subcommands.Where(noun => !noun.Hidden)) Describe(noun, path, page);
    }

    private static string NameOf(Argument argument) => (argument.HelpName ?? argument.Name).ToUpperInvariant();

    /// <summary>As many values are listed; of more the name says what they are.</summary>
    private const int MostValues = 40;

    private static string NameOf(Option option)
    {
        var names = string.Join(", ", option.Aliases.Where(alias => alias != option.Name).Append(option.Name));
        var values = option.GetCompletions(System.CommandLine.Completions.CompletionContext.Empty).Select(completion => completion.Label).ToList();
        if (option.ValueType == typeof(bool)) return names;
        return $"{names} {(values.Count is > 0 and <= MostValues ? string.Join('|', values) : (option.HelpName ?? "VALUE").ToUpperInvariant())}";
    }

    private static string DefaultOf(object? value) => value switch
    {
        null or false or Array { Length: 0 } => "",
        _ => $"`{ResultWriter.Printable(Convert.ToString(value, CultureInfo.InvariantCulture)!, keepLines: false)}`",
    };
}
