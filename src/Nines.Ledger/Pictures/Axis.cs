using NodaTime;
using NodaTime.Text;

namespace Nines.Ledger.Pictures;

/// <summary>A mark on the axis.</summary>
/// <param name="Share">Where: 0 at the left end, 1 at the right.</param>
/// <param name="Sparse">True for the marks that are left when there is room for few.</param>
public readonly record struct Tick(double Share, string Label, bool Sparse);

/// <summary>Marks at round instants of UTC.</summary>
public static class Axis
{
    private const int Most = 8;

    private static readonly Duration[] Steps =
    [
        .. new[] { 1, 2, 5, 10, 15, 30 }.Select(seconds => Duration.FromSeconds(seconds)),
        .. new[] { 1, 2, 5, 10, 15, 30 }.Select(minutes => Duration.FromMinutes(minutes)),
        .. new[] { 1, 2, 3, 6, 12 }.Select(hours => Duration.FromHours(hours)),
        .. new[] { 1, 2, 7 }.Select(days => Duration.FromDays(days)),
    ];

    private static readonly int[] MonthSteps = [1, 2, 3, 6, 12, 24, 60, 120];

    // Weeks are counted from a Monday.
    private static readonly Instant Origin = Instant.FromUtc(2001, 1, 1, 0, 0);

    private static readonly InstantPattern Seconds = InstantPattern.CreateWithInvariantCulture("HH:mm:ss"), Minutes = InstantPattern.CreateWithInvariantCulture("HH:mm"),
        Days = InstantPattern.CreateWithInvariantCulture("MM-dd"), Months = InstantPattern.CreateWithInvariantCulture("uuuu-MM");

    /// <param name="to">After <paramref name="from"/>.</param>
    /// <returns>At most eight, in order; none for a window that is shorter than a second and touches no round instant.</returns>
    public static List<Tick> TicksOf(Instant from, Instant to)
    {
        var window = to - from;
        foreach (var step in Steps)
        {
            if (window / step > Most) continue;
            var pattern = step < Duration.FromMinutes(1) ? Seconds : step < Duration.FromDays(1) ? Minutes : Days;
            return Mark(Every(step, from), pattern, from, to);
        }
        var months = MonthSteps.FirstOrDefault(step => window / Duration.FromDays(30) / step <= Most, MonthSteps[^1]);
        return Mark(EveryMonths(months, from), Months, from, to);
    }

    private static List<Tick> Mark(IEnumerable<Instant> instants, InstantPattern pattern, Instant from, Instant to)
    {
        var ticks = new List<Tick>();
        foreach (var at in instants)
        {
            if (at > to || ticks.Count > Most) break;
            // In the middle of hours a midnight says its day.
            var label = pattern == Minutes && at.InUtc().TimeOfDay == LocalTime.Midnight ? Days.Format(at) : pattern.Format(at);
            ticks.Add(new Tick((at - from) / (to - from), label, ticks.Count % 2 == 0));
        }
        return ticks;
    }

    private static IEnumerable<Instant> Every(Duration step, Instant from)
    {
        var past = (from - Origin).BclCompatibleTicks % step.BclCompatibleTicks;
        var at = past == 0 ? from : from + Duration.FromTicks(past < 0 ? -past : step.BclCompatibleTicks - past);
        for (; ; at += step) yield return at;
    }

    private static IEnumerable<Instant> EveryMonths(int step, Instant from)
    {
        var day = from.InUtc().Date;
        var month = (day.Year * 12 + day.Month - 1) / step * step;
        for (; ; month += step)
        {
            var at = Instant.FromUtc(month / 12, month % 12 + 1, 1, 0, 0);
            if (at >= from) yield return at;
        }
    }
}
