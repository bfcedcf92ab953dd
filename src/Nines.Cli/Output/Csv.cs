using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nines.Cli.Output;

/// <summary>
/// Rows as CSV by RFC 4180 (CRLF, quotes doubled). Members of members become columns joined by '_', lists of plain values
/// are joined by ';', other lists are written as JSON.
/// </summary>
internal static class Csv
{
    public static void Write(IEnumerable<JsonObject> rows, TextWriter output)
    {
        var columns = new List<string>();
        var flat = new List<Dictionary<string, string>>();
        foreach (var row in rows)
        {
            var cells = new Dictionary<string, string>(StringComparer.Ordinal);
            Flatten(row, "", cells);
            columns.AddRange(cells.Keys.Where(column => !columns.Contains(column)));
            flat.Add(cells);
        }
        if (columns.Count == 0) return;
        output.Write(string.Join(',', columns.Select(Escape)) + "\r\n");
        foreach (var cells in flat) output.Write(string.Join(',', columns.Select(column => Escape(cells.GetValueOrDefault(column, "")))) + "\r\n");
    }

    private static void Flatten(JsonObject row, string prefix, Dictionary<string, string> cells)
    {
        foreach (var (name, value) in row)
        {
            if (value is JsonObject inner) Flatten(inner, $"{prefix}{name}_", cells);
            else cells[prefix + name] = Text(value);
        }
    }

    private static string Text(JsonNode? value) => value switch
    {
        null => "",
        JsonArray list when list.All(item => item is null or JsonValue) => Guard(string.Join(';', list.Select(item => item is null ? "" : Plain(item)))),
        JsonArray list => list.ToJsonString(),
        _ when value.GetValueKind() == JsonValueKind.String => Guard(value.GetValue<string>()),
        _ => value.ToJsonString(),
    };

    private static string Plain(JsonNode item) => item.GetValueKind() == JsonValueKind.String ? item.GetValue<string>() : item.ToJsonString();

    /// <summary>A text that a spreadsheet would run as a formula gets an apostrophe before it; numbers are not texts and stay.</summary>
    private static string Guard(string text) => text.Length > 0 && text[0] is ('=' or '+' or '-' or '@' or '\t' or '\r') ? "'" + text : text;

    private static string Escape(string cell) =>
        cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
