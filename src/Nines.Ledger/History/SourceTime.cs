using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace Nines.Ledger.History;

/// <summary>Instants as other tools write them: RFC 3339, ISO 8601 with or without a zone, Unix time, JavaScript's Date.</summary>
/// <param name="zone">For texts without a zone.</param>
public sealed class SourceTime(DateTimeZone zone)
{
    private static readonly Instant First = Instant.FromUtc(1990, 1, 1, 0, 0), Last = Instant.FromUtc(2200, 1, 1, 0, 0);

    private static readonly OffsetDateTimePattern[] WithOffset =
    [
        OffsetDateTimePattern.Rfc3339,
        OffsetDateTimePattern.ExtendedIso,
        OffsetDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mmo<Z+HH:mm>"),
        OffsetDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mmo<Z+HH:mm>"),
        OffsetDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm:ss;FFFFFFFFFo<I>"),
        OffsetDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm:ss;FFFFFFFFF o<I>"),
        OffsetDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm:ss;FFFFFFFFF o<+HHmm>"),
        OffsetDateTimePattern.CreateWithInvariantCulture("ddd MMM d uuuu HH:mm:ss 'GMT'o<+HHmm>"),
    ];

    private static readonly LocalDateTimePattern[] WithoutZone =
    [
        LocalDateTimePattern.ExtendedIso,
        LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm:ss;FFFFFFFFF"),
        LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm"),
        LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm"),
    ];

    /// <summary>Texts that named no zone.</summary>
    public int Zoneless { get; private set; }

    /// <summary>Texts with an offset other than zero.</summary>
    public int WithOtherOffset { get; private set; }

    /// <summary>What is to be said of the zones that were met; nothing where all was UTC.</summary>
    public IEnumerable<string> Assumptions()
    {
        if (Zoneless > 0) yield return $"{Zoneless.ToString(CultureInfo.InvariantCulture)} instants name no time zone: they are taken for {zone.Id}.";
        if (WithOtherOffset > 0) yield return $"{WithOtherOffset.ToString(CultureInfo.InvariantCulture)} instants have an offset of their own, and were reckoned to UTC with it.";
    }

    /// <param name="note">What was done about a local time that its zone has twice or not at all; null for any other.</param>
    /// <returns>Null for a text that is no instant between 1990 and 2200.</returns>
    public Instant? Parse(string? text, out string? note)
    {
        note = null;
        text = text?.Trim() ?? "";
        if (text.Length is 0 or > 80) return null;
        if (Plain(text) is { } plain) return Local(plain, ref note);
        if (Unix(text) is { } unix) return unix;
        if (text.EndsWith(')') && text.IndexOf(" (", StringComparison.Ordinal) is > 0 and var name) text = text[..name]; // JavaScript: (Coordinated Universal Time)
        if (text.EndsWith(" UTC", StringComparison.Ordinal)) text = text[..^4] + "+00:00";
        else if (text.EndsWith('Z') && text.Contains(' ', StringComparison.Ordinal)) text = text[..^1] + "+00:00";
        foreach (var pattern in WithOffset)
            if (pattern.Parse(text).TryGetValue(default, out var exact))
            {
                if (exact.Offset != Offset.Zero) WithOtherOffset++;
                return InRange(exact.ToInstant());
            }
        foreach (var pattern in WithoutZone)
            if (pattern.Parse(text).TryGetValue(default, out var local)) return Local(local, ref note);
        return LocalDatePattern.Iso.Parse(text).TryGetValue(default, out var date) ? Local(date.AtMidnight(), ref note) : null;
    }

    private Instant? Local(LocalDateTime local, ref string? note)
    {
        if (local.Year is < 1990 or > 2199) return null;
        Zoneless++;
        var mapping = zone.MapLocal(local);
        if (mapping.Count == 2) note = $"{zone.Id} has it twice: the earlier was taken";
        else if (mapping.Count == 0) note = $"{zone.Id} skips it: moved on by the gap";
        return InRange(zone.AtLeniently(local).ToInstant());
    }

    /// <summary>What databases hold millions of, <c>2026-01-01 00:00:00.000</c>, read without a pattern; null for anything else, which the patterns read.</summary>
    private static LocalDateTime? Plain(ReadOnlySpan<char> text)
    {
        if (text.Length is not (19 or (>= 21 and <= 26)) || text[4] != '-' || text[7] != '-' || text[10] != ' ' || text[13] != ':' || text[16] != ':' || text.Length > 19 && text[19] != '.') return null;
        if (Number(text[..4]) is not { } year || Number(text[5..7]) is not { } month || Number(text[8..10]) is not { } day) return null;
        if (Number(text[11..13]) is not { } hour || Number(text[14..16]) is not { } minute || Number(text[17..19]) is not { } second) return null;
        if (year < 1990 || month is < 1 or > 12 || day < 1 || day > CalendarSystem.Iso.GetDaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) return null;
        long fraction = 0;
        if (text.Length > 19)
        {
            if (Number(text[20..]) is not { } digits) return null;
            fraction = digits;
            for (var i = text.Length - 20; i < 9; i++) fraction *= 10;
        }
        return new LocalDateTime(year, month, day, hour, minute, second).PlusNanoseconds(fraction);
    }

    private static int? Number(ReadOnlySpan<char> digits)
    {
        var number = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit(digit)) return null;
            number = number * 10 + (digit - '0');
        }
        return number;
    }

    /// <summary>Seconds, or milliseconds, since 1970; with a fraction.</summary>
    private static Instant? Unix(string text)
    {
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return null;
        if (number is >= 100_000_000_000m and < 10_000_000_000_000m) number /= 1_000;
        return number is >= 100_000_000m and < 100_000_000_000m ? InRange(NodaConstants.UnixEpoch + Duration.FromTicks((long)(number * NodaConstants.TicksPerSecond))) : null;
    }

    private static Instant? InRange(Instant instant) => instant >= First && instant < Last ? instant : null;
}
