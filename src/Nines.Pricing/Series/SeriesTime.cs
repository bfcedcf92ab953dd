using System.Globalization;
using System.Text.RegularExpressions;
using NodaTime;

namespace Nines.Pricing.Series;

/// <summary>A time as a cell says it: a day, a local time, or an instant.</summary>
internal readonly partial record struct SeriesTime(LocalDateTime Local, Offset? Offset, bool IsDay)
{
    public const int FirstYear = 2000, LastYear = 2100;

    private const long FirstSecond = 946_684_800, LastSecond = 4_133_980_800; // 2000-01-01 and 2101-01-01

    /// <summary>ISO 8601 with T or a space, with or without an offset; a day alone; seconds or milliseconds since 1970.</summary>
    public static bool TryParse(string text, out SeriesTime time)
    {
        time = default;
        if (text.Length is < 9 or > 40) return false;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)) return OfEpoch(epoch, out time);
        var match = Form().Match(text);
        if (!match.Success) return false;
        int Part(int group) => match.Groups[group].Success ? int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        var (year, month, day, hour, minute, second) = (Part(1), Part(2), Part(3), Part(4), Part(5), Part(6));
        if (year is < FirstYear or > LastYear || month is < 1 or > 12 || day < 1 || day > CalendarSystem.Iso.GetDaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) return false;
        var local = new LocalDateTime(year, month, day, hour, minute, second);
        if (match.Groups[7].Success) local = local.PlusTicks(long.Parse(match.Groups[7].Value.PadRight(7, '0')[..7], NumberStyles.None, CultureInfo.InvariantCulture));
        if (!match.Groups[4].Success)
        {
            time = new SeriesTime(local, null, true);
            return true;
        }
        Offset? offset = null;
        if (match.Groups[8].Success) offset = NodaTime.Offset.Zero;
        else if (match.Groups[9].Success)
        {
            var (hours, minutes) = (Part(10), Part(11));
            if (hours > 14 || minutes > 59) return false;
            offset = NodaTime.Offset.FromSeconds((match.Groups[9].ValueSpan[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60));
        }
        time = new SeriesTime(local, offset, false);
        return true;
    }

    private static bool OfEpoch(long epoch, out SeriesTime time)
    {
        time = default;
        var (seconds, milliseconds) = epoch > LastSecond ? (epoch / 1000, epoch % 1000) : (epoch, 0);
        if (seconds is < FirstSecond or >= LastSecond) return false;
        time = new SeriesTime(Instant.FromUnixTimeSeconds(seconds).InUtc().LocalDateTime.PlusMilliseconds(milliseconds), NodaTime.Offset.Zero, false);
        return true;
    }

    [GeneratedRegex(@"\A(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?: ?(Z|UTC)|(?:([+-])(\d{2}):?(\d{2})?))?)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
