using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Nines.Pricing.Series;
using NodaTime;

namespace Nines.Bench.Pricing;

/// <summary>
/// A year of a shop's hours, the same for the same seed: days and nights, weekends, a trend of 1 % a week, ten holidays, 15 % noise, one hour in
/// 200 five times too high, and twenty outages in which nothing was sold.
/// </summary>
internal sealed class SoldYear
{
    private const int Weeks = 52, Outages = 20;
    private static readonly DateTimeZone Zone = DateTimeZoneProviders.Tzdb["Europe/Berlin"];
    private static readonly LocalDate Monday = new(2025, 1, 6);

    public SoldYear(int seed)
    {
        var random = new Random(seed);
        Holidays = [.. Enumerable.Range(0, 10).Select(index => Monday.PlusDays(index * 36 + 17))];
        var from = Zone.AtStartOfDay(Monday).ToInstant();
        Down = [.. Enumerable.Range(0, Outages).Select(index => from + Duration.FromHours(index * 430 + random.Next(300))).Select(at => new Interval(at, at + Duration.FromMinutes(random.Next(10, 600))))];
        var csv = new StringBuilder("time,value\n");
        for (var hour = 0; hour < Weeks * 168; hour++)
        {
            var at = from + Duration.FromHours(hour);
            var local = at.InZone(Zone);
            var isHoliday = Holidays.Contains(local.Date);
            var usual = 100 + 900 * Math.Exp(-Math.Pow(local.Hour - 14.5, 2) / 22);
            if (isHoliday || local.DayOfWeek == IsoDayOfWeek.Sunday) usual *= isHoliday ? 0.35 : 0.5;
            else if (local.DayOfWeek == IsoDayOfWeek.Saturday) usual *= 0.7;
            var sold = usual * (1 + 0.01 * hour / 168) * Math.Exp(0.15 * Normal(random)) * (random.Next(200) == 0 ? 5 : 1);
            var up = 1 - Down.Sum(outage => Overlap(outage, new Interval(at, at + Duration.FromHours(1))));
            csv.Append(CultureInfo.InvariantCulture, $"{at},{sold * up:0.00}\n");
        }
        Csv = Encoding.UTF8.GetBytes(csv.ToString());
    }

    public byte[] Csv { get; }
    public ImmutableArray<Interval> Down { get; }
    public ImmutableArray<LocalDate> Holidays { get; }

    public SeriesOptions Series => new() { Name = "sales", File = "sales.csv", Unit = "USD", Zone = Zone.Id, Holidays = [.. Holidays.Select(day => $"{day:uuuu-MM-dd}")] };

    private static double Overlap(Interval outage, Interval hour) =>
        Math.Max(0, (Instant.Min(outage.End, hour.End) - Instant.Max(outage.Start, hour.Start)).TotalHours);

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
