using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nines.Reports.Pages;
using Spectre.Console;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Nines.Cli.Output;

public enum OutputFormat
{
    Table,
    Json,
    Yaml,
    Csv,
    Html,
    Markdown,
}

/// <summary>The one place in which results are written, in any format.</summary>
public static class ResultWriter
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Style Heading = new(decoration: Decoration.Bold);

    public static void Write(Result result, OutputFormat format, Screen screen)
    {
        switch (format)
        {
            case OutputFormat.Table when result.Page is { } page:
                PageWriter.Write(page, screen);
                break;
            case OutputFormat.Table:
                WriteTable(result, screen);
                break;
            case OutputFormat.Json:
                screen.Out.Write(result.Document.ToJsonString(Indented).ReplaceLineEndings("\n") + "\n");
                break;
            case OutputFormat.Yaml:
                WriteYaml(result.Document, screen.Out);
                break;
            case OutputFormat.Csv:
                Csv.Write((result.Document[result.Rows] as JsonArray)?.OfType<JsonObject>() ?? [], screen.Out);
                break;
            case OutputFormat.Html:
                screen.Out.Write(HtmlPage.Of(result.Page!));
                break;
            case OutputFormat.Markdown:
                screen.Out.Write(MarkdownPage.Of(result.Page!));
                break;
        }
    }

    /// <summary>A result's table alone.</summary>
    internal static void Write(Table table, Screen screen)
    {
        if (table.Rows.IsEmpty) screen.Out.Write(table.WhenEmpty + "\n");
        else if (screen.IsTerminal) Draw(table, screen);
        else Align(table, screen.Out);
    }

    private static void WriteTable(Result result, Screen screen)
    {
        foreach (var table in result.Tables.Where(table => !table.Rows.IsEmpty || table.WhenEmpty is not null))
        {
            Write(table, screen);
            // What is drawn has air of its own; one table alone keeps its sentence close.
            if (!screen.IsTerminal && result.Tables.Length > 1) screen.Out.Write("\n");
        }
        foreach (var line in result.Lines) screen.Out.Write(Printable(line, keepLines: false) + "\n");
    }

    private static void Draw(Table table, Screen screen)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = screen.HasColor ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = screen.HasColor ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(screen.Out),
        });
        console.Profile.Width = screen.Width;
        if (ColumnWidths.Fitting(table, screen.Width) is { } widths) console.Write(Drawn(table, widths));
        else
        {
            foreach (var row in table.Rows) DrawCard(table.Columns, row, console);
            console.WriteLine();
        }
    }

    private static Spectre.Console.Table Drawn(Table table, int[] widths)
    {
        var drawn = new Spectre.Console.Table().Border(TableBorder.Simple);
        foreach (var (column, width) in table.Columns.Zip(widths))
            drawn.AddColumn(new TableColumn(new Text(column, Heading)) { Width = width });
        foreach (var row in table.Rows) drawn.AddRow(row.Select(CellText));
        return drawn;
    }

    /// <summary>A row of a table that is too wide for the terminal: a line a cell, its heading before it.</summary>
    private static void DrawCard(ImmutableArray<string> columns, ImmutableArray<string> row, IAnsiConsole console)
    {
        var card = new Grid().AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0, 2, 0) }).AddColumn(new GridColumn { Padding = new Padding(0, 0, 0, 0) });
        foreach (var (column, cell) in columns.Zip(row)) card.AddRow(new Text(column, Heading), CellText(cell));
        console.WriteLine();
        console.Write(card);
    }

    private static Text CellText(string cell) => new(Printable(cell, keepLines: false), StyleOf(cell));

    private static Style StyleOf(string cell) => cell switch
    {
        "up" or "closed" => new Style(Color.Green),
        "down" or "effectively down" or "open" => new Style(Color.Red),
        "degraded" or "maintenance" => new Style(Color.Yellow),
        "unknown" => new Style(Color.Grey),
        ['✓', ..] => new Style(Color.Green),
        ['✗', ..] => new Style(Color.Red),
        _ => Style.Plain,
    };

    /// <summary>For pipes: columns of even width, two blanks apart, a line a row whatever the length.</summary>
    private static void Align(Table table, TextWriter output)
    {
        ReadOnlySpan<ImmutableArray<string>> rows = [table.Columns, .. table.Rows];
        var widths = table.Columns.Select(column => column.Length).ToArray();
        foreach (var row in table.Rows)
            for (var i = 0; i < widths.Length; i++)
                widths[i] = Math.Max(widths[i], Printable(row[i], keepLines: false).Length);
        foreach (var row in rows)
        {
            var line = new StringBuilder();
            for (var i = 0; i < widths.Length; i++) line.Append(Printable(row[i], keepLines: false).PadRight(widths[i] + 2));
            output.Write(line.ToString().TrimEnd() + "\n");
        }
    }

    /// <summary>Text that came from a target must not move the cursor or colour the terminal.</summary>
    internal static string Printable(string text, bool keepLines) =>
        text.AsSpan().IndexOfAnyInRange('\0', '\x1f') < 0 && text.AsSpan().IndexOfAnyInRange('\x7f', '\x9f') < 0
            ? text
            : string.Concat(text.Select(c => char.IsControl(c) && !(keepLines && c == '\n') ? '\uFFFD' : c));

    /// <summary>One YAML document, texts in quotes.</summary>
    internal static void WriteYaml(JsonNode document, TextWriter output)
    {
        var emitter = new Emitter(output, new EmitterSettings().WithIndentedSequences().WithMaxSimpleKeyLength(1_024));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(document, emitter);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
    }

    private static void Emit(JsonNode? node, Emitter emitter)
    {
        switch (node)
        {
            case JsonObject map:
                emitter.Emit(new MappingStart());
                foreach (var (name, value) in map)
                {
                    emitter.Emit(new Scalar(name));
                    Emit(value, emitter);
                }
                emitter.Emit(new MappingEnd());
                break;
            case JsonArray list:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, list.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var item in list) Emit(item, emitter);
                emitter.Emit(new SequenceEnd());
                break;
            // Quoted, so that no reader takes "no", "1e3" or an instant for something else than text.
            case JsonValue text when text.GetValueKind() == JsonValueKind.String:
                emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text.GetValue<string>(), ScalarStyle.DoubleQuoted, isPlainImplicit: true, isQuotedImplicit: true));
                break;
            default:
                emitter.Emit(new Scalar(node?.ToJsonString() ?? "null"));
                break;
        }
    }
}
