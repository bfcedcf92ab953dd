using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Time;
using NodaTime;
using NodaTime.Text;

namespace Nines.Web.Api.Routing;

/// <summary>How a parameter's text becomes a value, and how the API's description tells it.</summary>
/// <param name="Schema">JSON schema of the text.</param>
/// <param name="Read">Throws a <see cref="FormatException"/> whose message follows the parameter's name: "is not …. Try …".</param>
internal sealed record Format<T>(Func<JsonObject> Schema, Func<string, T> Read);

/// <summary>The formats that there are.</summary>
internal static class Formats
{
    private static readonly OffsetDateTimePattern ToTheMinute = OffsetDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mmo<Z+HH:mm>");

    public static Format<ComponentId> Component { get; } = new(
        () => new JsonObject { ["type"] = "string" },
        text => ComponentId.TryParse(text, out var id) ? id : throw new FormatException("is not the name of a component: 1 to 63 of a-z, 0-9, '-', '_', '.', starting with a letter or digit."));

    /// <summary>RFC 3339, or a date: its start in UTC.</summary>
    public static Format<Instant> Instant { get; } = new(
        () => new JsonObject { ["type"] = "string", ["format"] = "date-time" },
        text => OffsetDateTimePattern.Rfc3339.Parse(text).TryGetValue(default, out var exact) || ToTheMinute.Parse(text).TryGetValue(default, out exact) ? Usual(exact.ToInstant())
            : LocalDatePattern.Iso.Parse(text).TryGetValue(default, out var date) ? Usual(date.AtStartOfDayInZone(DateTimeZone.Utc).ToInstant())
            : throw new FormatException("is not an instant. Try 2026-01-31T12:00:00Z or 2026-01-31; a + in a query is written %2B."));

    /// <summary>What is reckoned from an instant must not lead beyond the calendar.</summary>
    private static Instant Usual(Instant instant) => instant.InUtc().Year is >= 1 and <= 9_998 ? instant : throw new FormatException("is not in the years 1 to 9998.");

    /// <summary>As configs write them: 30s, 1m30s, 30d.</summary>
    public static Format<Duration> Duration { get; } = new(
        () => new JsonObject { ["type"] = "string", ["pattern"] = "^([0-9.]+(d|h|m|s|ms|us|ns))+$" },
        text => DurationText.TryParse(text, out var duration, out var problem) ? duration : throw new FormatException(problem));

    public static Format<bool> Flag { get; } = new(
        () => new JsonObject { ["type"] = "boolean" },
        text => text switch { "true" => true, "false" => false, _ => throw new FormatException("is neither true nor false.") });

    /// <summary>A whole number within limits, both inclusive.</summary>
    public static Format<long> Whole(long from, long to) => new(
        () => new JsonObject { ["type"] = "integer", ["minimum"] = from, ["maximum"] = to },
        text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= from && value <= to
            ? value : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"is not a whole number from {from} to {to}.")));

    /// <param name="longest">Characters; at least one.</param>
    public static Format<string> Text(int longest) => new(
        () => new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = longest },
        text => text.Length == 0 || text.Length > longest || text.Any(char.IsControl)
            ? throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"is not a text of 1 to {longest} characters.")) : text);

    /// <summary>One of the enum's words, in snake_case.</summary>
    public static Format<T> Word<T>() where T : struct, Enum => OneOf(Enum.GetValues<T>().ToDictionary(WordOf, value => value, StringComparer.Ordinal));

    /// <summary>One of the words.</summary>
    public static Format<string> Words(params string[] words) => OneOf(words.ToDictionary(word => word, StringComparer.Ordinal));

    /// <summary>As documents write it: effectively_down.</summary>
    public static string WordOf<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static Format<T> OneOf<T>(Dictionary<string, T> words)
    {
        ImmutableArray<string> names = [.. words.Keys];
        return new(
            () => new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. names.Select(name => JsonValue.Create(name))]) },
            text => words.TryGetValue(text, out var value) ? value : throw new FormatException($"is not one of {string.Join(", ", names)}.{DidYouMean.Sentence(text, names)}"));
    }
}
