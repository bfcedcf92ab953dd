using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nines.Cli.Config;
using Nines.Core;
using Nines.Core.Time;
using Spectre.Console;

namespace Nines.Cli.Verbs;

/// <summary><c>nines check</c>: all the mistakes in a config or, when there are none, what Nines understood by it.</summary>
public static class CheckVerb
{
    private static readonly JsonSerializerOptions Printing = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    public static Command Create(ConfigSurroundings surroundings)
    {
        var file = new Argument<string>("config") { Description = "The configuration to check.", DefaultValueFactory = _ => StarterConfig.FileName };
        var output = new Option<string>("--output", "-o") { Description = "table or json.", DefaultValueFactory = _ => "table" };
        output.AcceptOnlyFromAmong("table", "json");
        var command = new Command("check", "Say what is wrong with a configuration, or how it is understood") { file, output };
        command.SetAction(parsed => Run(
            surroundings,
            parsed.GetValue(file) ?? StarterConfig.FileName,
            parsed.GetValue(output) == "json",
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return command;
    }

    /// <returns>0 when it can be used; 1 when there are mistakes; 4 when the file cannot be read.</returns>
    public static int Run(ConfigSurroundings surroundings, string path, bool json, TextWriter output, TextWriter talk)
    {
        switch (new ConfigLoader(surroundings).Load(path))
        {
            case ConfigReading.Refused { Mistakes: var mistakes }:
                if (json) output.WriteLine(JsonSerializer.Serialize(MistakesForm(mistakes), Printing));
                else foreach (var mistake in mistakes) talk.WriteLine($"{mistake} [{mistake.CodeText}]");
                talk.WriteLine(mistakes.Length == 1 ? "1 mistake." : string.Create(CultureInfo.InvariantCulture, $"{mistakes.Length} mistakes."));
                return mistakes[0].Code == MistakeCode.File ? 4 : 1;
            case ConfigReading.Loaded { Config: var config }:
                var check = ConfigCheck.Of(config, surroundings.ProbeTypes);
                if (json) output.WriteLine(JsonSerializer.Serialize(CheckForm(check, config), Printing));
                else WriteTables(check, config, output);
                foreach (var warning in check.Warnings) talk.WriteLine($"Note: {warning}");
                return 0;
            default:
                throw new InvalidOperationException("ConfigReading is a closed hierarchy.");
        }
    }

    private static object MistakesForm(IEnumerable<Mistake> mistakes) => new
    {
        Schema = "nines.check/1",
        Ok = false,
        Mistakes = mistakes.Select(mistake => new { Code = mistake.CodeText, mistake.File, mistake.Line, mistake.Column, mistake.Path, mistake.Message }),
    };

    private static object CheckForm(ConfigCheck check, LoadedConfig config) => new
    {
        Schema = "nines.check/1",
        Ok = true,
        config.Digest,
        config.Policy,
        Components = check.Resolutions.Select(row => new
        {
            Component = row.Component.Value,
            Kind = row.Kind.ToString().ToLowerInvariant(),
            row.Probes,
            row.VantagePoints,
            ResolutionSeconds = row.Resolution?.TotalSeconds,
        }),
        Conditions = check.Conditions.Select(row => new
        {
            Probe = row.Probe.ToString(),
            Condition = row.Explanation.Text,
            row.Explanation.Onset,
            Otherwise = row.Explanation.Otherwise.Word(),
            Scope = row.Explanation.Scope.ToString().ToLowerInvariant(),
        }),
        Calls = check.Calls.Select(row => new { row.Provider, row.CallsPerDay, row.Probes }),
        Control = new { check.Control.Given, check.Control.Options.Targets, check.Control.Options.Names },
        check.Warnings,
    };

    private static void WriteTables(ConfigCheck check, LoadedConfig config, TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        Write(console, ["component", "kind", "probes", "from", "resolution"], check.Resolutions.Select(row => (string[])
        [
            row.Component.Value, row.Kind.ToString().ToLowerInvariant(), Count(row.Probes), Count(row.VantagePoints),
            row.Resolution is { } resolution ? DurationText.Print(resolution) : "-",
        ]));
        Write(console, ["probe", "condition as understood", "broken: outage"], check.Conditions.Select(row => (string[])[row.Probe.ToString(), row.Explanation.Text, row.Explanation.Onset]));
        Write(console, ["provider", "calls a day", "probes"], check.Calls.Select(row => (string[])[row.Provider, row.CallsPerDay.ToString("N0", CultureInfo.InvariantCulture), Count(row.Probes)]));
        output.WriteLine($"Our own path is vouched for by {string.Join(", ", check.Control.Options.Targets)} and the names {string.Join(", ", check.Control.Options.Names)}{(check.Control.Given ? "" : " (built in)")}.");
        output.WriteLine($"Policy {config.Policy}, data in {config.DataFolder}, digest {config.Digest[..12]}.");
    }

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Write(IAnsiConsole console, string[] headings, IEnumerable<string[]> rows)
    {
        var table = new Table().Border(TableBorder.None);
        foreach (var heading in headings) table.AddColumn(new TableColumn(Markup.Escape(heading)));
        foreach (var row in rows) table.AddRow([.. row.Select(Markup.Escape)]);
        if (table.Rows.Count == 0) return;
        console.Write(table);
        console.WriteLine();
    }
}
