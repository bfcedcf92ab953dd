using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Nines.Core.Components;
using Nines.Web.Console.Outages;

namespace Nines.Web.Console.Journal;

/// <summary>A value of a fact, with where it is and where what it names can be seen.</summary>
/// <param name="Path">evidence 1 › detail</param>
/// <param name="Address">Null where it names nothing that has a page.</param>
public sealed record FactRow(string Path, string Value, string? Address);

/// <summary>A fact as rows that people can read. Pure.</summary>
public static class FactRows
{
    /// <summary>Rows of one fact, and characters of one value; the JSON has all.</summary>
    public const int Most = 400, MostCharacters = 2_000;

    /// <returns>The rows, and whether all are there.</returns>
    public static (ImmutableArray<FactRow> Rows, bool IsWhole) Of(JsonElement fact)
    {
        var rows = ImmutableArray.CreateBuilder<FactRow>();
        var isWhole = Add(fact, "", "", rows);
        return (rows.ToImmutable(), isWhole);
    }

    private static bool Add(JsonElement value, string path, string name, ImmutableArray<FactRow>.Builder rows)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                    if (!Add(member.Value, path.Length == 0 ? Words(member.Name) : $"{path} › {Words(member.Name)}", member.Name, rows)) return false;
                return true;
            case JsonValueKind.Array:
                var number = 0;
                foreach (var item in value.EnumerateArray())
                    if (!Add(item, string.Create(CultureInfo.InvariantCulture, $"{path} {++number}"), name, rows)) return false;
                return true;
            default:
                if (rows.Count == Most) return false;
                var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
                rows.Add(new FactRow(path, text.Length <= MostCharacters ? text : text[..MostCharacters] + "…", AddressOf(name, text)));
                return text.Length <= MostCharacters;
        }
    }

    /// <summary>By the member that it is the value of.</summary>
    private static string? AddressOf(string name, string value) => name switch
    {
        "component" or "components" or "roots" or "needs" when ComponentId.TryParse(value, out var component) => $"/components/{component}",
        "outage" => OutageText.AddressOf(value),
        "window" => $"/maintenance#window-{Uri.EscapeDataString(value)}",
        "position" when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var position) && position > 0 => OutageText.FactAddress(position),
        _ => null,
    };

    private static string Words(string name) => name.Replace('_', ' ');
}
