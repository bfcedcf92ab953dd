using System.Globalization;
using NodaTime;

namespace Nines.Ledger.Text;

/// <summary>Which way the last printed digit goes.</summary>
public enum Rounding
{
    Nearest,
    /// <summary>For a length that something lasted at least.</summary>
    Down,
    /// <summary>For a length that something lasted at most.</summary>
    Up,
}

/// <summary>The one way in which people are told a duration: <c>120 ms</c>, <c>3.3 s</c>, <c>42 s</c>, <c>4m 12s</c>, <c>2h 05m 09s</c>, <c>3d 02h 05m</c>.</summary>
public static class SpokenDuration
{
    private static readonly Duration Minute = Duration.FromMinutes(1);

    public static string Of(Duration duration, Rounding rounding = Rounding.Nearest)
    {
        if (duration < Duration.Zero) return "-" + Of(Duration.Negate(duration), Opposite(rounding));
        if (duration == Duration.Zero) return "0 s";

        var milliseconds = Round(duration, Duration.FromMilliseconds(1), rounding);
        if (milliseconds < 1_000) return milliseconds == 0 ? "< 1 ms" : $"{milliseconds} ms";
        var tenths = Round(duration, Duration.FromMilliseconds(100), rounding);
        if (tenths < 100) return string.Create(CultureInfo.InvariantCulture, $"{tenths / 10m:0.0} s");
        var seconds = Round(duration, Duration.FromSeconds(1), rounding);
        if (seconds < 60) return $"{seconds} s";
        if (seconds < 3_600) return $"{seconds / 60}m {seconds % 60:00}s";
        if (seconds < 86_400) return $"{seconds / 3_600}h {seconds / 60 % 60:00}m {seconds % 60:00}s";
        var minutes = Round(duration, Minute, rounding);
        return $"{minutes / 1_440}d {minutes / 60 % 24:00}h {minutes % 60:00}m";
    }

    /// <summary>In whole seconds, as a page's script counts on or down: <c>4 s</c>, <c>4m 12s</c>.</summary>
    /// <param name="up">True for the next whole second; else what is over of one is cut off.</param>
    public static string Counted(Duration duration, bool up = false)
    {
        var seconds = (long)(up ? Math.Ceiling(duration.TotalSeconds) : Math.Floor(duration.TotalSeconds));
        return seconds is >= 0 and < 60 ? $"{seconds} s" : Of(Duration.FromSeconds(seconds));
    }

    /// <summary>How long ago an instant was: <c>4m 12s ago</c>, <c>just now</c> under a second, <c>in 5 s</c> when it is still to come.</summary>
    public static string Ago(Instant instant, Instant now)
    {
        var age = now - instant;
        if (age <= Duration.FromSeconds(-1)) return $"in {Of(Duration.Negate(age))}";
        return age < Duration.FromSeconds(1) ? "just now" : $"{Of(age, Rounding.Down)} ago";
    }

    private static long Round(Duration duration, Duration unit, Rounding rounding)
    {
        var ticks = duration.BclCompatibleTicks;
        var per = unit.BclCompatibleTicks;
        return rounding switch
        {
            Rounding.Down => ticks / per,
            Rounding.Up => (ticks + per - 1) / per,
            Rounding.Nearest => (ticks + per / 2) / per,
        };
    }

    private static Rounding Opposite(Rounding rounding) => rounding switch
    {
        Rounding.Nearest => Rounding.Nearest,
        Rounding.Down => Rounding.Up,
        Rounding.Up => Rounding.Down,
    };
}
