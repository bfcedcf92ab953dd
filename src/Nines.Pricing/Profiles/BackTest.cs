namespace Nines.Pricing.Profiles;

/// <summary>How far a forecast was off on slots that it had not seen.</summary>
/// <param name="Mape">Mean of |actual − forecast| / actual over slots in which something was sold, as a share; null when there are none.</param>
/// <param name="Wape">Σ |actual − forecast| / Σ actual, as a share: defined where a slot is zero; null when nothing was sold at all.</param>
public readonly record struct ForecastError(double? Mape, double? Wape);

/// <summary>
/// The profile on weeks that it had not seen: learnt from what lies before an origin, held against the week after it; the origin moves on
/// by a week each time. Beside it a flat rate (the mean of what was learnt from) and the same slot of the last week.
/// </summary>
public sealed class BackTest
{
    /// <summary>Held-out weeks at most, the newest.</summary>
    internal const int MostWeeks = 16;

    /// <summary>Weeks before an origin that are learnt from at most, and at least.</summary>
    internal const int LongestLearning = 52, ShortestLearning = 2;

    public required ForecastError Profile { get; init; }
    public required ForecastError Flat { get; init; }

    /// <summary>The same slot of the week before (or of the last in which it is known).</summary>
    public required ForecastError LastWeek { get; init; }

    /// <summary>Held-out weeks; the oldest may be a part of one.</summary>
    public required int Weeks { get; init; }

    /// <summary>Slots compared.</summary>
    public required int Slots { get; init; }

    /// <summary>Of them those in which nothing was sold: they are in WAPE and not in MAPE.</summary>
    public required int Zeros { get; init; }

    /// <summary>(actual − forecast) / level, by slot of the week.</summary>
    internal List<double>[] Errors { get; private init; } = [];

    /// <summary>Weeks that repeat to the last digit are known as well by last week.</summary>
    private const double Nothing = 1e-9;

    /// <summary>True unless a flat rate or last week was as good, by WAPE.</summary>
    public bool IsBetter => Profile.Wape is { } own && (own < Nothing || (own < (Flat.Wape ?? double.MaxValue) && own < (LastWeek.Wape ?? double.MaxValue)));

    internal static BackTest Run(ProfileBins bins, HolidayRule rule)
    {
        var week = bins.Grid.Classes;
        var errors = Enumerable.Range(0, week).Select(_ => new List<double>()).ToArray();
        var (profile, flat, naive) = (new Sums(), new Sums(), new Sums());
        int weeks = 0, slots = 0, zeros = 0;
        for (var end = bins.Count; end > ShortestLearning * week && weeks < MostWeeks; end -= week)
        {
            var origin = Math.Max(ShortestLearning * week, end - week);
            var start = Math.Max(0, origin - LongestLearning * week);
            var fit = new SeasonalFit(bins, start, origin, rule);
            var learnt = bins.Values.AsSpan(start, origin - start).ToArray().Where(value => !double.IsNaN(value)).ToArray();
            if (learnt.Length == 0) break;
            var mean = learnt.Average();
            weeks++;
            for (var i = origin; i < end; i++)
            {
                var actual = bins.Values[i];
                if (double.IsNaN(actual)) continue;
                var level = fit.LevelAt(i);
                var forecast = level * fit.ShapeOf(bins.Classes[i], bins.Holidays[i], rule);
                profile.Add(actual, forecast);
                flat.Add(actual, mean);
                naive.Add(actual, LastKnown(bins, i, week) is { } last ? last : mean);
                slots++;
                if (actual == 0) zeros++;
                if (level > 0) errors[bins.Classes[i]].Add((actual - forecast) / level);
            }
        }
        return new BackTest { Profile = profile.Error, Flat = flat.Error, LastWeek = naive.Error, Weeks = weeks, Slots = slots, Zeros = zeros, Errors = errors };
    }

    private static double? LastKnown(ProfileBins bins, int index, int week)
    {
        for (var i = index - week; i >= 0; i -= week)
            if (!double.IsNaN(bins.Values[i])) return bins.Values[i];
        return null;
    }

    private sealed class Sums
    {
        private double errors, actuals, shares;
        private int sold;

        public void Add(double actual, double forecast)
        {
            errors += Math.Abs(actual - forecast);
            actuals += actual;
            if (actual <= 0) return;
            shares += Math.Abs(actual - forecast) / actual;
            sold++;
        }

        public ForecastError Error => new(sold > 0 ? shares / sold : null, actuals > 0 ? errors / actuals : null);
    }
}
