using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace Nines.Cli.Output;

/// <summary>An instant as it is given on the command line: RFC 3339, a date (its start in UTC), <c>now</c>, or <c>-7d</c> before now.</summary>
public static class TimeArgument
{
    private static readonly Duration Farthest = Duration.FromDays(36_500);

    private static readonly OffsetDateTimePattern ToTheMinute = OffsetDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mmo<Z+HH:mm>");

    /// <exception cref="Fault">NIN4002: the text is none of these.</exception>
    public static Instant Parse(string text, string option, Instant now)
    {
        if (text == "now") return now;
        if (OffsetDateTimePattern.Rfc3339.Parse(text).TryGetValue(default, out var exact) || ToTheMinute.Parse(text).TryGetValue(default, out exact)) return exact.ToInstant();
        if (LocalDatePattern.Iso.Parse(text).TryGetValue(default, out var date)) return date.AtStartOfDayInZone(DateTimeZone.Utc).ToInstant();
        if (text.StartsWith('-') && Ago(text[1..]) is { } ago) return now - ago;
        throw new Fault("NIN4002", ExitCode.CalledWrong,
            $"{option}: '{text}' is not an instant. Try 2026-01-31T12:00:00Z, 2026-01-31, now, or -7d (units s, m, h, d, w).");
    }

    private static Duration? Ago(string text)
    {
        if (text.Length < 2 || !int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return null;
        Duration? unit = text[^1] switch
        {
            's' => Duration.FromSeconds(1),
            'm' => Duration.FromMinutes(1),
            'h' => Duration.FromHours(1),
            'd' => Duration.FromDays(1),
            'w' => Duration.FromDays(7),
            _ => null,
        };
        return unit * (long)count is { } ago && ago <= Farthest ? ago : null;
    }
}
