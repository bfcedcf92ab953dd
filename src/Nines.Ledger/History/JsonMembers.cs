using System.Text.Json;

namespace Nines.Ledger.History;

/// <summary>Members of JSON that others wrote.</summary>
internal static class JsonMembers
{
    /// <returns>Empty where there is no such member, or no text in it that could be one.</returns>
    public static string Text(this JsonElement item, string name) => item.TryGetProperty(name, out var value) ? value.Text() : "";

    /// <inheritdoc cref="Text(JsonElement, string)"/>
    public static string Text(this JsonElement value)
    {
        return value.ValueKind == JsonValueKind.String ? Text(value, one => one.GetString()) : "";
    }

    /// <inheritdoc cref="Text(JsonElement, string)"/>
    public static string Called(this JsonProperty member) => Text(member, one => one.Name);

    private static string Text<T>(T of, Func<T, string?> read)
    {
        try
        {
            return read(of) ?? "";
        }
        catch (InvalidOperationException)
        {
            return ""; // half of a surrogate pair, or bytes that are no UTF-8: no text at all
        }
    }
}
