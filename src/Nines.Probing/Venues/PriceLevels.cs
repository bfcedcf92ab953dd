using System.Globalization;
using System.Text.Json;
using Nines.Core.Observations;
using Nines.Probing.Answers;

namespace Nines.Probing.Venues;

/// <summary>One price of an order book.</summary>
/// <param name="Price">Above zero.</param>
/// <param name="Size">Zero or more; zero takes the level away.</param>
/// <param name="PriceText">As the venue wrote it: checksums are over the text.</param>
internal readonly record struct PriceLevel(decimal Price, decimal Size, string PriceText, string SizeText);

/// <summary>Reads price levels as venues write them: <c>["2500.10", "0.5"]</c>, <c>{"price": 2500.1, "qty": 0.5}</c>.</summary>
internal static class PriceLevels
{
    private const int LongestNumber = 60;

    private static readonly string[] PriceNames = ["price", "p", "px", "limit_price"];
    private static readonly string[] SizeNames = ["qty", "size", "quantity", "q", "sz", "amount"];

    /// <param name="levels">An array; anything else has no levels.</param>
    /// <param name="most">More are not read.</param>
    /// <returns>Null when the array, or a level of it, is not of a form that is known.</returns>
    public static List<PriceLevel>? Read(JsonElement? levels, int most)
    {
        if (levels is not { ValueKind: JsonValueKind.Array } array) return null;
        var read = new List<PriceLevel>(Math.Min(most, array.GetArrayLength()));
        foreach (var level in array.EnumerateArray())
        {
            if (read.Count == most) break;
            if (Level(level) is not { } one) return null;
            read.Add(one);
        }
        return read;
    }

    private static PriceLevel? Level(JsonElement level) => level.ValueKind switch
    {
        JsonValueKind.Array when level.GetArrayLength() >= 2 => Of(level[0], level[1]),
        JsonValueKind.Object => Of(Named(level, PriceNames), Named(level, SizeNames)),
        _ => null,
    };

    /// <returns>Null unless both are numbers (as JSON numbers or as text) within their range.</returns>
    public static PriceLevel? Of(JsonElement? price, JsonElement? size) =>
        JsonPath.Written(price) is { } priceText && JsonPath.Written(size) is { } sizeText
        && Number(priceText) is { } priceValue and > 0 && Number(sizeText) is { } sizeValue and >= 0
            ? new PriceLevel(priceValue, sizeValue, priceText, sizeText)
            : null;

    /// <summary>Between the best prices, as a share of their middle; negative when crossed, missing unless there are both.</summary>
    public static SignalValue Spread(decimal? bid, decimal? ask) => bid is { } low && ask is { } high
        ? SignalValue.Of(((double)high - (double)low) / (((double)high + (double)low) / 2))
        : SignalValue.Missing;

    private static JsonElement? Named(JsonElement level, string[] names)
    {
        foreach (var name in names)
            if (level.TryGetProperty(name, out var value))
                return value;
        return null;
    }

    private static decimal? Number(string text) =>
        text.Length <= LongestNumber && decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
