using Nines.Core;
using Nines.Ledger.Text;
using NodaTime;
using NodaTime.Text;

namespace Nines.Web.Api;

/// <summary>Instants as pages and sentences say them, always UTC: without the day where it is today, and never sharper than they are known.</summary>
public static class MomentText
{
    private static readonly InstantPattern Time = InstantPattern.CreateWithInvariantCulture("HH:mm:ss"), Fine = InstantPattern.CreateWithInvariantCulture("HH:mm:ss.fff"),
        Day = InstantPattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm:ss"), FineDay = InstantPattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm:ss.fff");

    private static readonly Duration Second = Duration.FromSeconds(1);

    /// <summary><c>12:00:05</c>, or with its day where that is not today's. Cut to the second.</summary>
    public static string Of(Instant at, Instant now) => (IsToday(at, now) ? Time : Day).Format(at);

    /// <summary><c>12:00:05 ± 5 s</c>. What is possible lies within what is printed; where both ends are one, they are left out.</summary>
    public static string Of(Bounds bounds, Instant likely, Instant now) => Uncertainty(bounds, likely) is { } around ? $"{Cut(bounds, likely, now)} ± {around}" : Cut(bounds, likely, now);

    /// <summary>The likely instant, no sharper than it is known, and to the second where it is known exactly.</summary>
    public static string Cut(Bounds bounds, Instant likely, Instant now) => bounds.Uncertainty >= Second || bounds.Uncertainty == Duration.Zero ? Of(likely, now) : (IsToday(likely, now) ? Fine : FineDay).Format(likely);

    /// <summary>How far the true instant may be from the printed one, rounded up; null where it is known.</summary>
    public static string? Uncertainty(Bounds bounds, Instant likely)
    {
        if (bounds.Uncertainty == Duration.Zero) return null;
        var shown = bounds.Uncertainty >= Second ? Instant.FromUnixTimeSeconds(likely.ToUnixTimeSeconds()) : Instant.FromUnixTimeMilliseconds(likely.ToUnixTimeMilliseconds());
        return SpokenDuration.Of(Duration.Max(shown - bounds.Earliest, bounds.Latest - shown), Rounding.Up);
    }

    private static bool IsToday(Instant at, Instant now) => at.InUtc().Date == now.InUtc().Date;
}
