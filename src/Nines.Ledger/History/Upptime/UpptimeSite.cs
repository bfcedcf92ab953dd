using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;

namespace Nines.Ledger.History.Upptime;

/// <summary>A site as Upptime's own config and files tell it.</summary>
/// <param name="Started">Since when it is on record; its publisher's figures begin there.</param>
public sealed record UpptimeSite(string Name, string Url, string? Slug, Instant? Started, Instant? LastUpdated);

/// <summary>What the publisher says of a site: an item of summary.json.</summary>
/// <param name="Uptime">In per cent, two digits after the point, since the site is on record.</param>
/// <param name="MinutesDown">By day; at most of the 365 days before it was written, each rounded to a minute for each issue.</param>
public sealed record UpptimeFigure(
    string Name, string Url, string Slug, string Status, decimal? Uptime, decimal? UptimeDay, decimal? UptimeWeek, decimal? UptimeMonth, decimal? UptimeYear, ImmutableSortedDictionary<LocalDate, int> MinutesDown)
{
    private const int MostSites = 10_000;

    /// <summary>Reads summary.json; what is not as it should be is left out.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static ImmutableArray<UpptimeFigure> Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Array) return [];
        return
        [
            .. document.RootElement.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object).Take(MostSites).Select(item => new UpptimeFigure(
                item.Text("name"), item.Text("url"), item.Text("slug"), item.Text("status"),
                Percent(item, "uptime"), Percent(item, "uptimeDay"), Percent(item, "uptimeWeek"), Percent(item, "uptimeMonth"), Percent(item, "uptimeYear"), Minutes(item))),
        ];
    }

    private static decimal? Percent(JsonElement item, string name) =>
        decimal.TryParse(item.Text(name).TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is >= 0 and <= 100 ? percent : null;

    private static ImmutableSortedDictionary<LocalDate, int> Minutes(JsonElement item)
    {
        var days = ImmutableSortedDictionary.CreateBuilder<LocalDate, int>();
        if (item.TryGetProperty("dailyMinutesDown", out var minutes) && minutes.ValueKind == JsonValueKind.Object)
            foreach (var day in minutes.EnumerateObject())
                if (LocalDatePattern.Iso.Parse(day.Called()).TryGetValue(default, out var date) && day.Value.ValueKind == JsonValueKind.Number && day.Value.TryGetInt32(out var down) && down >= 0)
                    days[date] = down;
        return days.ToImmutable();
    }
}
