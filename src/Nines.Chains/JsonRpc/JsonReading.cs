using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Nines.Chains.Evm;
using NodaTime;

namespace Nines.Chains.JsonRpc;

/// <summary>
/// Reads values of JSON interfaces that write numbers in decimal. Each method throws <see cref="FormatException"/> with a reason for
/// anything else; the boundary turns that into <see cref="RpcAnswer{T}.Malformed"/>. Whole numbers stay exact whatever their size.
/// </summary>
internal static class JsonReading
{
    /// <value>Characters of a text from a server that are kept.</value>
    private const int MaxText = 1000;

    /// <value>Digits of a whole number: 256 bits take 78.</value>
    private const int MaxDigits = 80;

    public static JsonElement Object(JsonElement json, string what) =>
        json.ValueKind == JsonValueKind.Object ? json : throw Wrong(json, what, "an object");

    public static JsonElement Member(JsonElement json, string name) =>
        Find(json, name) ?? throw new FormatException($"there is no member \"{name}\"");

    /// <summary>A member that is there and not null.</summary>
    public static JsonElement? Find(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null
            ? member
            : null;

    /// <summary>The member at the end of a way through objects; null when a step is not there.</summary>
    public static JsonElement? Find(JsonElement json, params ReadOnlySpan<string> way)
    {
        JsonElement? at = json;
        foreach (var name in way)
        {
            at = at is { } inside ? Find(inside, name) : null;
        }

        return at;
    }

    public static string Text(JsonElement json, string what)
    {
        var text = json.ValueKind == JsonValueKind.String ? json.GetString() ?? "" : throw Wrong(json, what, "a text");
        return text.Length <= MaxText ? text : text[..MaxText] + "…";
    }

    /// <summary>True or false; null where the member is missing.</summary>
    public static bool? Flag(JsonElement? json, string what) => json?.ValueKind switch
    {
        null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(json.Value, what, "true or false"),
    };

    /// <summary>A whole number, as a JSON number or as a text of digits (64-bit numbers of protobuf).</summary>
    public static BigInteger Whole(JsonElement json, string what)
    {
        var digits = json.ValueKind switch
        {
            JsonValueKind.Number => json.GetRawText(),
            JsonValueKind.String => json.GetString() ?? "",
            _ => "",
        };
        return digits.Length <= MaxDigits && BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Wrong(json, what, "a whole number");
    }

    /// <summary>A height, a slot or a count: whole, from 0 to 2^64 − 1.</summary>
    public static ulong Count(JsonElement json, string what)
    {
        var value = Whole(json, what);
        return value >= 0 && value <= ulong.MaxValue ? (ulong)value : throw Wrong(json, what, "a number from 0 below 2^64");
    }

    public static ulong? Count(JsonElement? json, string what) => json is { } there ? Count(there, what) : null;

    /// <summary>A number that is no whole one, such as a share or a fee; finite.</summary>
    public static double Number(JsonElement json, string what) =>
        json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out var value) && double.IsFinite(value)
            ? value
            : json.ValueKind == JsonValueKind.String
                && double.TryParse(json.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var said) && double.IsFinite(said)
                ? said
                : throw Wrong(json, what, "a number");

    public static double? Number(JsonElement? json, string what) => json is { } there ? Number(there, what) : null;

    /// <summary>Seconds since 1970.</summary>
    public static Instant Time(JsonElement json, string what)
    {
        var seconds = Whole(json, what);
        return seconds >= 0 && seconds <= Instant.MaxValue.ToUnixTimeSeconds()
            ? Instant.FromUnixTimeSeconds((long)seconds)
            : throw Wrong(json, what, "in seconds before the year 10000");
    }

    /// <summary>The items of a list, at most <paramref name="most"/> of them.</summary>
    public static ImmutableArray<T> List<T>(JsonElement json, string what, int most, Func<JsonElement, T> read)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            throw Wrong(json, what, "a list");
        }

        return json.GetArrayLength() <= most
            ? [.. json.EnumerateArray().Select(read)]
            : throw new FormatException($"{what} has more than {most} items");
    }

    public static FormatException Wrong(JsonElement json, string what, string expected) =>
        new($"{what} is not {expected} but {Hex.Shown(json.GetRawText())}");
}
