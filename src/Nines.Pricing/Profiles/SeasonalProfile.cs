using System.Collections.Immutable;
using System.Globalization;
using Nines.Pricing.Money;
using Nines.Pricing.Series;
using NodaTime;

namespace Nines.Pricing.Profiles;

/// <summary>
/// What a series is expected to be at any time, learnt from what it was: level × hour of the week, with a trend and holidays, and a spread
/// from the errors of its back-test. In decimals from here on.
/// </summary>
public sealed class SeasonalProfile
{
    /// <summary>Slots that are reckoned once and kept, beyond the series' end, in days.</summary>
    private const int DaysKept = 35;

    /// <summary>A spread is measured a week ahead. Farther on it is taken to grow with the root of the weeks, as a random walk does, up to here.</summary>
    private const int LongestWidening = 26;

    /// <summary>Errors that a quantile is taken from at least, as far as there are as many.</summary>
    private const int LeastErrors = 30;

    private const decimal Dust = 1e-9m;

    private const double ShortLow = 0.5, ShortHigh = 2;

    private readonly SeasonalFit fit;
    private readonly Lazy<Estimate[]> sums;
    private readonly double[] below, above;

    private SeasonalProfile(ValueSeries series, ProfileOptions options, ProfileBins bins, SeasonalFit fit, BackTest? test)
    {
        (Series, Options, Bins, this.fit, Test) = (series, options, bins, fit, test);
        (below, above) = test is null ? ([], []) : Quantiles(test.Errors, bins.Grid, options.Level);
        sums = new Lazy<Estimate[]>(Sum);
    }

    public ValueSeries Series { get; }
    public ProfileOptions Options { get; }

    /// <summary>Null for a series that is too short for one.</summary>
    public BackTest? Test { get; }

    /// <summary>Known slots that were not learnt from, for an outage touches them.</summary>
    public int LeftOut => Bins.InOutages;

    internal ProfileBins Bins { get; }
    internal SeasonalFit Fit => fit;
    public SlotGrid Grid => Bins.Grid;

    /// <param name="outages">When the component was likely not usable, joined, in order.</param>
    /// <exception cref="PricingException">NIN4265: there is too little to learn from.</exception>
    public static SeasonalProfile Learn(ValueSeries series, ProfileOptions options, ImmutableArray<Interval> outages)
    {
        var bins = ProfileBins.Of(series, options.Slot, outages);
        var (week, known) = (bins.Grid.Classes, bins.Known);
        var days = (double)known / bins.Grid.ClassesADay;
        // Closed hours may be left out of a file: what counts then is from when to when it reaches.
        var reach = (series.To - series.From).TotalDays;
        if (reach > 14 && bins.Count > BackTest.ShortestLearning * week && known > week / 4)
            return new SeasonalProfile(series, options, bins, new SeasonalFit(bins, Math.Max(0, bins.Count - 2 * BackTest.LongestLearning * week), bins.Count, options.Holiday), BackTest.Run(bins, options.Holiday));
        if (options.Short == ShortSeries.Refuse || days < 1)
            throw new PricingException("NIN4265", string.Create(CultureInfo.InvariantCulture, $"{series.Source}: reaches over {reach:0.#} days, {days:0.#} of them known{(bins.InOutages > 0 ? $" (without {bins.InOutages} slots in outages)" : "")}. A profile needs more than 14 days, and a day at the very least. Export more history{(days < 1 ? "" : ", or write short: accept for the mean of each time of day with half to double as its spread")}."));
        return new SeasonalProfile(series, options, bins, new SeasonalFit(bins, 0, bins.Count, options.Holiday, spread: true), null);
    }

    /// <summary>What is expected over [from, to), in the series' unit: the slots' values, for the part of each slot that lies in it.</summary>
    public Estimate Over(Instant from, Instant to)
    {
        if (to <= from) return Estimate.Zero;
        var (first, last) = (Grid.IndexOf(from), Grid.IndexOf(to - Duration.Epsilon));
        if (first == last) return OfSlot(first) * Share(first, from, to);
        var total = OfSlot(first) * Share(first, from, Grid.EndOf(first)) + OfSlot(last) * Share(last, Grid.StartOf(last), to);
        return last - first > 1 ? total + Between(first + 1, last) : total;
    }

    /// <summary>What is expected of one slot.</summary>
    public Estimate OfSlot(long index)
    {
        var place = index - Bins.First;
        if (sums.IsValueCreated && place >= 0 && place + 1 < sums.Value.Length) return Difference(sums.Value[place], sums.Value[place + 1]);
        return Reckon(index);
    }

    /// <summary>How many weeks a time lies beyond what was learnt from; 0 within.</summary>
    public double WeeksBeyond(Instant at) => at > Series.To ? (at - Series.To).TotalDays / 7 : at < Series.From ? (Series.From - at).TotalDays / 7 : 0;

    /// <summary>True where what was is more than the spread of what was expected; the dust of floating point apart.</summary>
    public static bool IsAbove(Estimate expected, decimal actual) => actual > expected.High * (1 + Dust);

    /// <inheritdoc cref="IsAbove"/>
    public static bool IsBelow(Estimate expected, decimal actual) => actual < expected.Low * (1 - Dust);

    private decimal Share(long index, Instant from, Instant to)
    {
        var (start, end) = (Grid.StartOf(index), Grid.EndOf(index));
        return (decimal)(to - from).BclCompatibleTicks / (end - start).BclCompatibleTicks;
    }

    private Estimate Between(long first, long end)
    {
        var (from, to) = (first - Bins.First, end - Bins.First);
        if (from >= 0 && to < sums.Value.Length) return Difference(sums.Value[from], sums.Value[to]);
        var total = Estimate.Zero;
        for (var index = first; index < end; index++) total += OfSlot(index);
        return total;
    }

    private static Estimate Difference(Estimate before, Estimate after) => Estimate.Spanning(after.Low - before.Low, after.Likely - before.Likely, after.High - before.High);

    private Estimate[] Sum()
    {
        var running = new Estimate[Bins.Count + DaysKept * Grid.ClassesADay + 1];
        for (var i = 1; i < running.Length; i++) running[i] = running[i - 1] + Reckon(Bins.First + i - 1);
        return running;
    }

    private Estimate Reckon(long index)
    {
        var slot = Grid.ClassOf(index);
        var holiday = !Series.Holidays.IsEmpty && Series.Holidays.Contains(Grid.DayOf(index));
        var level = fit.LevelAt(index - Bins.First);
        var likely = level * fit.ShapeOf(slot, holiday, Options.Holiday);
        if (Test is null) return Of(likely * ShortLow, likely, likely * ShortHigh);
        // A slot of the week that the series never has: likely closed, and if not then no better known than the mean.
        if (!fit.Saw(slot)) return Of(0, likely, Math.Max(likely, level));
        var wider = Math.Sqrt(Math.Clamp(Math.Ceiling(WeeksBeyond(Grid.StartOf(index))), 1, LongestWidening));
        return Of(likely + level * below[slot] * wider, likely, likely + level * above[slot] * wider);
    }

    private static Estimate Of(double low, double likely, double high) => Estimate.Spanning(Decimal(low), Decimal(likely), Decimal(high));

    private static decimal Decimal(double value) => (decimal)Math.Clamp(value, 0, (double)Amount.Greatest);

    /// <summary>
    /// By slot of the week the quantiles of (actual − expected) / level: of that time of day on all working days, or on Saturdays and
    /// Sundays; where these are too few, with the times of day around it.
    /// </summary>
    private static (double[] Below, double[] Above) Quantiles(List<double>[] errors, SlotGrid grid, int level)
    {
        var (day, tail) = (grid.ClassesADay, (1 - level / 100.0) / 2);
        var (below, above) = (new double[grid.Classes], new double[grid.Classes]);
        foreach (var days in new[] { Enumerable.Range(0, 5).ToArray(), [5, 6] })
        {
            for (var time = 0; time < day; time++)
            {
                var pool = new List<double>();
                for (var reach = 0; reach <= day / 2 && pool.Count < LeastErrors; reach++)
                    foreach (var near in reach == 0 ? [time] : new[] { time - reach, time + reach })
                        foreach (var d in days) pool.AddRange(errors[d * day + (near + day) % day]);
                if (pool.Count < LeastErrors) pool = [.. errors.SelectMany(all => all)];
                var sorted = pool.Order().ToArray();
                foreach (var d in days)
                {
                    below[d * day + time] = sorted.Length == 0 ? -1 : Math.Min(0, Robust.Quantile(sorted, tail));
                    above[d * day + time] = sorted.Length == 0 ? 1 : Math.Max(0, Robust.Quantile(sorted, 1 - tail));
                }
            }
        }
        return (below, above);
    }
}
