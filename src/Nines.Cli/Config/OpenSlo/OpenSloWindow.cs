using System.Globalization;
using System.Text.RegularExpressions;
using Nines.Cli.Config.Binding;
using Nines.Core;
using Nines.Ledger.Objectives;
using NodaTime;
using NodaTime.Text;

namespace Nines.Cli.Config.OpenSlo;

/// <summary>Durations and windows as OpenSLO v1 writes them, both ways.</summary>
internal static partial class OpenSloWindow
{
    private static readonly LocalDateTimePattern[] Starts =
    [
        LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm:ss"), LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:ss"),
        LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm"),
    ];

    private const string How = "Write a whole number above 0 and one of m, h, d, w, M (months), Q, Y: 30d, 4w, 1M.";

    /// <summary>The window of an SLO; null with a mistake recorded.</summary>
    public static ObjectiveWindow? Read(OpenSloPart spec)
    {
        if (!spec.Has("timeWindow"))
        {
            spec.Say(MistakeCode.Missing, "timeWindow", "'timeWindow' is missing. OpenSLO leaves it open; an error budget needs one, for example [{duration: 30d, isRolling: true}].");
            return null;
        }
        if (spec.List("timeWindow") is not { } list) return null;
        if (list.Count != 1)
        {
            spec.Say(MistakeCode.WrongType, "timeWindow", $"It has {list.Count} items; OpenSLO v1 takes exactly one.");
            return null;
        }
        if (spec.Item("timeWindow", 0)?.Only("duration", "isRolling", "calendar") is not { } window) return null;
        var duration = Duration(window, "duration", required: true);
        var rolls = window.Flag("isRolling");
        var calendar = window.Part("calendar")?.Only("startTime", "timeZone");
        if (rolls == true && calendar is not null)
        {
            window.Say(MistakeCode.Combination, "calendar", "A rolling window has no calendar. Leave it out, or write isRolling: false.");
            return null;
        }
        if (duration is not { } length) return null;
        if (calendar is not null) return Calendar(window, calendar, length);
        if (rolls != true)
        {
            window.Say(MistakeCode.Missing, "calendar", "'calendar' is missing: a window that does not roll needs its startTime and timeZone. Or write isRolling: true.");
            return null;
        }
        if (Exact(length) is { } exact) return new ObjectiveWindow.Rolling(exact);
        window.Say(MistakeCode.Combination, "duration", "Months, quarters and years differ in length, so they cannot roll. Write days, for example 30d, or a calendar.");
        return null;
    }

    private static ObjectiveWindow.Calendar? Calendar(OpenSloPart window, OpenSloPart calendar, (int Count, char Unit) length)
    {
        var start = calendar.Text("startTime", required: true) is { } text ? StartOf(calendar, text) : null;
        var zone = calendar.Text("timeZone", required: true) is { } name ? ZoneOf(calendar, name) : null;
        (CalendarUnit Unit, int Units)? unit = length.Unit switch
        {
            'd' => (CalendarUnit.Day, 1),
            'w' => (CalendarUnit.Week, 1),
            'M' => (CalendarUnit.Month, 1),
            'Q' => (CalendarUnit.Month, 3),
            'Y' => (CalendarUnit.Month, 12),
            _ => null,
        };
        if (unit is null) window.Say(MistakeCode.Combination, "duration", "A calendar window has days or more. Write d, w, M, Q or Y, or isRolling: true without a calendar.");
        return start is { } begins && zone is not null && unit is { } known ? new ObjectiveWindow.Calendar(known.Unit, length.Count * known.Units, begins, zone) : null;
    }

    private static LocalDateTime? StartOf(OpenSloPart calendar, string text)
    {
        foreach (var pattern in Starts)
            if (pattern.Parse(text).TryGetValue(default, out var start))
                return start;
        calendar.Say(MistakeCode.Calendar, "startTime", $"{Variables.Show(text)} is not a local date and time. Write it without a zone: \"2026-01-01 00:00:00\".");
        return null;
    }

    private static DateTimeZone? ZoneOf(OpenSloPart calendar, string name)
    {
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(name) is { } zone) return zone;
        calendar.Say(MistakeCode.Calendar, "timeZone", $"{Variables.Show(name)} is not an IANA time zone.{DidYouMean.Sentence(name, DateTimeZoneProviders.Tzdb.Ids)}");
        return null;
    }

    /// <summary>A duration shorthand; null when it is not there, or with a mistake recorded.</summary>
    public static (int Count, char Unit)? Duration(OpenSloPart part, string key, bool required)
    {
        if (part.Text(key, required) is not { } text) return null;
        if (Shorthand().Match(text) is { Success: true } match) return (int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), match.Groups[2].Value[0]);
        part.Say(MistakeCode.Duration, key, $"{Variables.Show(text)} is not a duration of OpenSLO. {How}");
        return null;
    }

    /// <summary>Null for months and longer: those have no fixed length.</summary>
    public static Duration? Exact((int Count, char Unit) length) => length.Unit switch
    {
        'm' => NodaTime.Duration.FromMinutes(length.Count),
        'h' => NodaTime.Duration.FromHours(length.Count),
        'd' => NodaTime.Duration.FromDays(length.Count),
        'w' => NodaTime.Duration.FromDays(7 * length.Count),
        _ => null,
    };

    /// <param name="length">Whole minutes.</param>
    public static string Text(Duration length)
    {
        var minutes = (long)length.TotalMinutes;
        return string.Create(CultureInfo.InvariantCulture, $"{(minutes % 1_440 == 0 ? minutes / 1_440 : minutes % 60 == 0 ? minutes / 60 : minutes)}{(minutes % 1_440 == 0 ? 'd' : minutes % 60 == 0 ? 'h' : 'm')}");
    }

    public static string Text(ObjectiveWindow.Calendar calendar) => string.Create(CultureInfo.InvariantCulture, $"{calendar.Unit switch
    {
        CalendarUnit.Day => $"{calendar.Count}d",
        CalendarUnit.Week => $"{calendar.Count}w",
        CalendarUnit.Month when calendar.Count % 12 == 0 => $"{calendar.Count / 12}Y",
        CalendarUnit.Month when calendar.Count % 3 == 0 => $"{calendar.Count / 3}Q",
        CalendarUnit.Month => $"{calendar.Count}M",
    }}");

    public static string StartText(LocalDateTime start) => Starts[0].Format(start);

    [GeneratedRegex(@"\A([1-9][0-9]{0,5})([mhdwMQY])\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shorthand();
}
