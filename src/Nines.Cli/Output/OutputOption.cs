using System.CommandLine;

namespace Nines.Cli.Output;

/// <summary>The <c>--output</c> option, the same for every verb that has a result.</summary>
internal static class OutputOption
{
    private static readonly string[] Forms = ["table", "json", "yaml", "csv"], ForPeople = ["html", "markdown"];

    /// <param name="isPage">The result can be shown as a page: then there are forms for that too.</param>
    public static Option<string> Create(bool isPage = false)
    {
        var option = new Option<string>("--output", "-o") { Description = "How to write the result", DefaultValueFactory = _ => "table" };
        option.AcceptOnlyFromAmong([.. Forms, .. isPage ? ForPeople : []]);
        return option;
    }

    public static OutputFormat Read(ParseResult parsed, Option<string> option) => Enum.Parse<OutputFormat>(parsed.GetValue(option)!, ignoreCase: true);

    /// <summary>The form that a file's name asks for; null when it asks for none.</summary>
    public static OutputFormat? ByName(string file) => Path.GetExtension(file).ToLowerInvariant() switch
    {
        ".html" or ".htm" => OutputFormat.Html,
        ".md" or ".markdown" => OutputFormat.Markdown,
        ".json" => OutputFormat.Json,
        ".yaml" or ".yml" => OutputFormat.Yaml,
        ".csv" => OutputFormat.Csv,
        ".txt" => OutputFormat.Table,
        _ => null,
    };
}
