using System.Globalization;
using System.Text.Json;
using Nines.Probing.Answers;
using NodaTime;
using NodaTime.Text;

namespace Nines.Probing.Venues;

/// <summary>A moment as a venue wrote it, no finer than it wrote it: a time in whole seconds is some moment of that second.</summary>
/// <param name="Earliest">The first moment that it may stand for.</param>
/// <param name="Granularity">How much later it may have been.</param>
internal readonly record struct VenueTime(Instant Earliest, Duration Granularity)
{
    private static readonly Duration Tick = Duration.FromNanoseconds(1);

    /// <summary>Reads seconds, milliseconds, microseconds or nanoseconds since 1970 (told apart by their size), as number or text, or an ISO 8601 moment with its zone.</summary>
    /// <returns>Null when it is none of these.</returns>
    public static VenueTime? Read(JsonElement root, JsonPath path)
    {
        var text = JsonPath.Written(path.Find(root));
        if (text is null || text.Length > 40) return null;
        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? SinceEpoch(value, Digits(text)) : Iso(text);
    }

    private static VenueTime? SinceEpoch(decimal value, int digits)
    {
        var unit = value switch
        {
            < 100_000_000_000m => 1_000_000_000m,           // seconds, until the year 5138
            < 100_000_000_000_000m => 1_000_000m,
            < 100_000_000_000_000_000m => 1_000m,
            < 10_000_000_000_000_000_000m => 1m,
            _ => 0m,
        };
        if (unit == 0 || value * unit > long.MaxValue) return null;   // the year 2262 and after
        var granularity = unit;
        for (var i = 0; i < digits && granularity > 1; i++) granularity /= 10;
        return new VenueTime(NodaConstants.UnixEpoch + Duration.FromNanoseconds((long)(value * unit)), Duration.FromNanoseconds((long)granularity));
    }

    private static VenueTime? Iso(string text)
    {
        if (!OffsetDateTimePattern.ExtendedIso.Parse(text).TryGetValue(default, out var moment)) return null;
        var granularity = Duration.FromSeconds(1);
        for (var i = 0; i < Digits(text) && granularity > Tick; i++) granularity /= 10;
        return new VenueTime(moment.ToInstant(), granularity);
    }

    /// <summary>Digits behind the point.</summary>
    private static int Digits(string text)
    {
        var point = text.IndexOf('.');
        if (point < 0) return 0;
        var end = point + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        return end - point - 1;
    }
}

/// <summary>The venue's clock against ours: the difference, as far as one question can tell.</summary>
/// <param name="Least">It is at least so far ahead of ours (negative: behind).</param>
/// <param name="Most">And at most so far.</param>
internal readonly record struct ClockDifference(Duration Least, Duration Most)
{
    /// <summary>The venue read its clock at some moment between our sending and our receiving.</summary>
    public static ClockDifference Of(VenueTime said, Instant sent, Instant received) =>
        new(said.Earliest - received, said.Earliest + said.Granularity - sent);

    /// <summary>The middle of what is possible.</summary>
    public Duration Offset => (Least + Most) / 2;

    /// <summary>Half of the round trip and of the clock's granularity.</summary>
    public Duration Uncertainty => (Most - Least) / 2;

    /// <summary>The difference that is there for sure; zero when none may be.</summary>
    public Duration Surely => Least > Duration.Zero ? Least : Most < Duration.Zero ? -Most : Duration.Zero;
}
