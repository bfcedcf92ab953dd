using MathNet.Numerics.Statistics;

namespace Nines.Pricing.Profiles;

/// <summary>Statistics that a few wild values do not move.</summary>
internal static class Robust
{
    /// <summary>A normal distribution's standard deviation is this many times its median absolute deviation.</summary>
    private const double Consistency = 1.4826;

    private const double Reach = 3;

    /// <summary>The mean of values once those beyond three robust standard deviations of the median are pulled in to there: near the mean where all is well, near the median where not. With their variance about it. Sorts in place.</summary>
    /// <param name="values">At least one.</param>
    public static (double Mean, double Variance) Location(Span<double> values)
    {
        values.Sort();
        var median = Median(values);
        if (values.Length < 4) return (median, Variance(values, median, double.MaxValue, median));
        Span<double> deviations = values.Length <= 512 ? stackalloc double[values.Length] : new double[values.Length];
        for (var i = 0; i < values.Length; i++) deviations[i] = Math.Abs(values[i] - median);
        deviations.Sort();
        var reach = Reach * Consistency * Median(deviations);
        var sum = 0.0;
        foreach (var value in values) sum += Math.Clamp(value, median - reach, median + reach);
        var mean = sum / values.Length;
        return (mean, Variance(values, median, reach, mean));
    }

    private static double Variance(ReadOnlySpan<double> values, double median, double reach, double mean)
    {
        if (values.Length < 2) return 0;
        var sum = 0.0;
        foreach (var value in values) sum += Math.Pow(Math.Clamp(value, median - reach, median + reach) - mean, 2);
        return sum / (values.Length - 1);
    }

    /// <param name="sorted">At least one.</param>
    public static double Median(ReadOnlySpan<double> sorted)
    {
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>The value at which half of the weight lies below. Sorts both in place; NaN where there is no weight.</summary>
    public static double WeightedMedian(double[] values, double[] weights, int count)
    {
        Array.Sort(values, weights, 0, count);
        var total = 0.0;
        for (var i = 0; i < count; i++) total += weights[i];
        if (total <= 0) return double.NaN;
        var below = 0.0;
        for (var i = 0; i < count; i++)
        {
            below += weights[i];
            if (below >= total / 2) return values[i];
        }
        return values[count - 1];
    }

    /// <summary>
    /// The slope per step of values a step apart by Theil and Sen: the median of the slopes of all pairs; 0 unless the test of Mann and
    /// Kendall finds a trend with 99 %, for a trend that is none would be drawn on. NaN are left out.
    /// </summary>
    public static double Slope(IReadOnlyList<double> values)
    {
        var slopes = new List<double>();
        var (count, concordance) = (0, 0);
        for (var i = 0; i < values.Count; i++)
        {
            if (double.IsNaN(values[i])) continue;
            count++;
            for (var j = i + 1; j < values.Count; j++)
            {
                if (double.IsNaN(values[j])) continue;
                slopes.Add((values[j] - values[i]) / (j - i));
                concordance += Math.Sign(values[j] - values[i]);
            }
        }
        var deviation = Math.Sqrt(count * (count - 1.0) * (2.0 * count + 5) / 18);
        if (count < 4 || Math.Abs(concordance) <= 2.576 * deviation) return 0;
        slopes.Sort();
        return Median(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(slopes));
    }

    /// <param name="sorted">At least one.</param>
    public static double Quantile(double[] sorted, double share) => SortedArrayStatistics.QuantileCustom(sorted, share, QuantileDefinition.R7);
}
