using System.Collections.Immutable;
using System.Globalization;
using Nines.Pricing.Money;
using NodaTime;

namespace Nines.Pricing.Profiles;

/// <summary>The week as a profile expects it: the first whole one after its series, an hour at a time.</summary>
public static class ProfileChart
{
    private const int HoursADay = 24;

    /// <summary>By day from Monday on and by local hour; null for an hour that the clocks skip in that week.</summary>
    internal static Estimate?[][] WeekOf(SeasonalProfile profile)
    {
        var zone = profile.Grid.Zone;
        var monday = profile.Series.To.InZone(zone).Date.With(DateAdjusters.NextOrSame(IsoDayOfWeek.Monday));
        return
        [
            .. Enumerable.Range(0, 7).Select(day => Enumerable.Range(0, HoursADay).Select(hour =>
            {
                var map = zone.MapLocal(monday.PlusDays(day).At(new LocalTime(hour, 0)));
                if (map.Count == 0) return (Estimate?)null;
                var at = map.First().ToInstant();
                return profile.Over(at, at + Duration.FromHours(1));
            }).ToArray()),
        ];
    }

    /// <summary>A row a day and a column an hour.</summary>
    public static ImmutableArray<string> Of(SeasonalProfile profile)
    {
        var week = WeekOf(profile);
        var most = week.SelectMany(day => day).Max(hour => hour?.Likely) ?? 0;
        return
        [
            $"Expected in each hour of the week after it ({profile.Grid.Zone.Id}); {Blocks.Of(most, most)} is {profile.Series.Print(most)}:",
            "     00    06    12    18",
            .. week.Select((day, index) => $"{CultureInfo.InvariantCulture.DateTimeFormat.AbbreviatedDayNames[(index + 1) % 7]}  {string.Concat(day.Select(hour => Blocks.Of(hour?.Likely, most)))}  {profile.Series.Print(day.Sum(hour => hour?.Likely ?? 0))}"),
        ];
    }
}
