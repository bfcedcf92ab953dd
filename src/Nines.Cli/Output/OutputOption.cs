using System.CommandLine;

namespace Nines.Cli.Output;

/// <summary>The <c>--output</c> option, the same for every verb that has a result.</summary>
internal static class OutputOption
{
    public static Option<string> Create()
    {
        var option = new Option<string>("--output", "-o") { Description = "How to write the result", DefaultValueFactory = _ => "table" };
        option.AcceptOnlyFromAmong("table", "json", "yaml", "csv");
        return option;
    }

    public static OutputFormat Read(ParseResult parsed, Option<string> option) => Enum.Parse<OutputFormat>(parsed.GetValue(option)!, ignoreCase: true);
}
