using NodaTime;

namespace Nines.Core.Facts;

/// <summary>
/// Instants of the years 1 to 9999 as RFC 3339 in UTC, to and from UTF-8, as <c>InstantPattern.ExtendedIso</c> has them. A journal of a
/// million facts holds some five million instants: the general pattern would be most of the time that a rebuild takes.
/// </summary>
internal static class InstantText
{
    /// <value>Length of the longest text, 2026-03-01T12:00:00.123456789Z.</value>
    public const int MaxLength = 30;

    private static readonly Instant First = Instant.FromUtc(1, 1, 1, 0, 0);
    private static readonly Instant End = Instant.FromUtc(9999, 12, 31, 23, 59, 59);

    /// <returns>False when the text has another shape or year: the general pattern decides then.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out Instant instant)
    {
        instant = default;
        if (text.Length is < 20 or > MaxLength || text.Length == 21 || text[^1] != 'Z') return false;
        if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') return false;
        if (!Number(text[..4], out var year) || !Number(text[5..7], out var month) || !Number(text[8..10], out var day)
            || !Number(text[11..13], out var hour) || !Number(text[14..16], out var minute) || !Number(text[17..19], out var second)) return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) return false;
        var nanoseconds = 0;
        if (text.Length > 20)
        {
            var fraction = text[20..^1];
            if (text[19] != '.' || !Number(fraction, out nanoseconds)) return false;
            for (var i = fraction.Length; i < 9; i++) nanoseconds *= 10;
        }
        var ticks = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks - DateTime.UnixEpoch.Ticks;
        instant = Instant.FromUnixTimeTicks(ticks).PlusNanoseconds(nanoseconds);
        return true;
    }

    /// <returns>Bytes written; 0 when the general pattern has to write it.</returns>
    public static int Write(Instant instant, Span<byte> text)
    {
        if (instant < First || instant >= End) return 0;
        var seconds = instant.ToUnixTimeSeconds();
        var nanoseconds = (int)(instant - Instant.FromUnixTimeSeconds(seconds)).ToInt64Nanoseconds();
        var time = DateTime.UnixEpoch.AddSeconds(seconds);
        Put(text[..4], time.Year);
        text[4] = text[7] = (byte)'-';
        Put(text[5..7], time.Month);
        Put(text[8..10], time.Day);
        text[10] = (byte)'T';
        Put(text[11..13], time.Hour);
        text[13] = text[16] = (byte)':';
        Put(text[14..16], time.Minute);
        Put(text[17..19], time.Second);
        var length = 19;
        if (nanoseconds > 0)
        {
            text[19] = (byte)'.';
            Put(text[20..29], nanoseconds);
            length = 29;
            while (text[length - 1] == '0') length--;
        }
        text[length] = (byte)'Z';
        return length + 1;
    }

    private static bool Number(ReadOnlySpan<byte> digits, out int number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9') return false;
            number = number * 10 + (digit - '0');
        }
        return true;
    }

    private static void Put(Span<byte> digits, int number)
    {
        for (var i = digits.Length - 1; i >= 0; i--, number /= 10) digits[i] = (byte)('0' + number % 10);
    }
}
