using System.Collections.Immutable;
using System.Globalization;
using Nines.Pricing.Money;
using Nines.Pricing.Profiles;

namespace Nines.Pricing.Windows;

/// <summary>What a window costs by its start, a row a day and a column an hour, for a terminal.</summary>
public static class WindowChart
{
    private const int MostDays = 31;

    public static ImmutableArray<string> Of(WindowSearch search)
    {
        var zone = search.Request.Zone;
        var byHour = search.Starts.Select(window => (At: window.From.InZone(zone), window.Loss.Likely)).GroupBy(start => (start.At.Date, start.At.Hour))
            .ToDictionary(hour => hour.Key, hour => hour.Min(start => start.Likely));
        var most = byHour.Values.Max();
        var days = byHour.Keys.Select(hour => hour.Date).Distinct().Order().ToList();
        return
        [
            $"Cheapest start in each hour ({zone.Id}); {Blocks.Of(most, most)} is {MoneyText.Of(most, search.Currency)}:",
            "                00    06    12    18",
            .. days.Take(MostDays).Select(day => string.Create(CultureInfo.InvariantCulture, $"{day:ddd uuuu-MM-dd}  {string.Concat(Enumerable.Range(0, 24).Select(hour => Blocks.Of(byHour.TryGetValue((day, hour), out var loss) ? loss : null, most)))}")),
            .. days.Count > MostDays ? (IEnumerable<string>)[$"… and {days.Count - MostDays} days more."] : [],
        ];
    }
}
