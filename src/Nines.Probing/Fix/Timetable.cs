using NodaTime;

namespace Nines.Probing.Fix;

/// <summary>A time of day at which a venue begins its numbers anew.</summary>
internal static class Timetable
{
    /// <returns>The last such moment, not after <paramref name="now"/>.</returns>
    public static Instant LastBeginning(LocalTime at, string zone, Instant now)
    {
        var where = DateTimeZoneProviders.Tzdb[zone];
        var today = now.InZone(where).Date;
        var candidate = where.AtLeniently(today + at).ToInstant();
        return candidate <= now ? candidate : where.AtLeniently(today.PlusDays(-1) + at).ToInstant();
    }
}
