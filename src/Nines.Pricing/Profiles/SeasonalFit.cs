namespace Nines.Pricing.Profiles;

/// <summary>What a holiday is like.</summary>
public enum HolidayRule
{
    /// <summary>Like a Sunday, times what the holidays in the series were against Sundays; needs two of them.</summary>
    Learnt,
    /// <summary>Like a Sunday.</summary>
    Sunday,
    /// <summary>Like any other day.</summary>
    Ordinary,
}

/// <summary>
/// What is learnt from a stretch of slots: expected = level(week) × shape(slot of the week), and on holidays level × Sunday's shape ×
/// the holidays' factor. Levels are weeks' weighted medians of value / shape, shapes the robust means of value / level; three rounds.
/// </summary>
internal sealed class SeasonalFit
{
    private const int Rounds = 3, LevelsForTrend = 26, LevelsForBase = 3;

    /// <summary>A trend moves the level by this share a week at most, and is drawn on for this many weeks at most.</summary>
    private const double SteepestTrend = 0.05, LongestTrend = 8;

    private readonly ProfileBins bins;
    private readonly int from, to, week;
    private readonly double[] levels, smooth, variances;
    private readonly bool[] seen;

    /// <param name="from">The first slot to learn from, of <paramref name="bins"/>.</param>
    /// <param name="to">First slot not to learn from.</param>
    /// <param name="spread">True to give a slot of the week that was never seen the mean of that time of day, as one has to with days only.</param>
    public SeasonalFit(ProfileBins bins, int from, int to, HolidayRule rule, bool spread = false)
    {
        (this.bins, this.from, this.to, week) = (bins, from, to, bins.Grid.Classes);
        Shape = new double[week];
        seen = new bool[week];
        variances = new double[week];
        var counts = new int[week];
        levels = new double[(to - from + week - 1) / week];
        Array.Fill(levels, 1.0);
        Array.Fill(Shape, 1.0);
        for (var round = 0; round < Rounds; round++)
        {
            FindLevels(rule, byMean: round == 0);
            FindShape(rule, counts);
        }
        for (var c = 0; c < week; c++) seen[c] = counts[c] > 0;
        if (spread) FillUnseen();
        else PullTogether(counts);
        Normalize();
        Slope = Math.Clamp(Robust.Slope([.. levels.Take(LevelsForTrend).Reverse()]), -SteepestTrend * Typical, SteepestTrend * Typical);
        smooth = Smoothed();
        TrendWeeks = Math.Min(LongestTrend, levels.Length / 2.0);
        FindHolidays(rule);
    }

    /// <summary>Each slot of the week against the level: on average 1.</summary>
    public double[] Shape { get; }

    /// <summary>By how much the level changes a week.</summary>
    public double Slope { get; }

    /// <summary>How many weeks beyond what was learnt from the trend is drawn on.</summary>
    public double TrendWeeks { get; }

    /// <summary>What a holiday was against a Sunday; 1 where none was learnt.</summary>
    public double HolidayFactor { get; private set; } = 1;

    public int HolidaysLearnt { get; private set; }

    /// <summary>The level where what was learnt from ends.</summary>
    public double LastLevel => smooth[0];

    private double Typical { get; set; }

    /// <summary>False for a slot of the week that was never seen.</summary>
    public bool Saw(int slot) => seen[slot];

    /// <summary>The level at a slot, counted as in the bins; may lie before and after them.</summary>
    public double LevelAt(long index)
    {
        var weeks = (index + 0.5 - to) / week; // the newest learnt week has its middle at -0.5
        if (weeks >= -0.5) return Math.Max(0, smooth[0] + Slope * (Math.Min(weeks, TrendWeeks) + 0.5));
        var place = Math.Min(-weeks - 0.5, smooth.Length - 1);
        var newer = (int)place;
        return newer + 1 < smooth.Length ? smooth[newer] + (place - newer) * (smooth[newer + 1] - smooth[newer]) : smooth[newer];
    }

    /// <summary>What is expected of a slot in the level's unit.</summary>
    public double ShapeOf(int slot, bool holiday, HolidayRule rule) =>
        holiday && rule != HolidayRule.Ordinary ? Shape[SundayOf(slot)] * HolidayFactor : Shape[slot];

    private int SundayOf(int slot) => 6 * bins.Grid.ClassesADay + slot % bins.Grid.ClassesADay;

    private int WeekOf(int index) => (to - 1 - index) / week;

    private bool Learns(int index, HolidayRule rule) => !double.IsNaN(bins.Values[index]) && (rule == HolidayRule.Ordinary || !bins.Holidays[index]);

    private void FindLevels(HolidayRule rule, bool byMean)
    {
        var (values, weights) = (new double[week], new double[week]);
        for (var k = 0; k < levels.Length; k++)
        {
            var (count, weight) = (0, 0.0);
            for (var i = Math.Max(from, to - (k + 1) * week); i < to - k * week; i++)
            {
                var shape = Shape[bins.Classes[i]];
                if (!Learns(i, rule) || shape <= 0) continue;
                (values[count], weights[count]) = (bins.Values[i] / shape, shape);
                weight += shape;
                count++;
            }
            // Before there is a shape the median of a week that is mostly closed would be nothing. A week of which less than a quarter is known has no level of its own.
            levels[k] = weight < Shape.Sum() / 4 ? double.NaN : byMean ? values.Take(count).Average() : Robust.WeightedMedian(values, weights, count);
        }
        var known = levels.Where(level => level > 0).Order().ToArray();
        Typical = known.Length == 0 ? 1 : Robust.Median(known);
    }

    private void FindShape(HolidayRule rule, int[] counts)
    {
        var ratios = new double[week][];
        Array.Clear(counts);
        for (var i = from; i < to; i++)
            if (Ratio(i, rule) is not double.NaN) counts[bins.Classes[i]]++;
        for (var c = 0; c < week; c++) ratios[c] = new double[counts[c]];
        Array.Clear(counts);
        for (var i = from; i < to; i++)
            if (Ratio(i, rule) is not double.NaN and var ratio) ratios[bins.Classes[i]][counts[bins.Classes[i]]++] = ratio;
        for (var c = 0; c < week; c++) (Shape[c], variances[c]) = counts[c] == 0 ? (0, 0) : Robust.Location(ratios[c]);
    }

    private double Ratio(int index, HolidayRule rule)
    {
        if (!Learns(index, rule)) return double.NaN;
        var level = levels[WeekOf(index)];
        return bins.Values[index] / (level > 0 ? level : Typical);
    }

    /// <summary>
    /// A slot leans on the others of its weekday and of its time of day, by as much as its own weeks differ from each other beside how
    /// much slots really differ from weekday × time of day (the shrinkage of James and Stein): noise is averaged away, what comes every week stays.
    /// </summary>
    private void PullTogether(int[] counts)
    {
        var day = bins.Grid.ClassesADay;
        if (day == 1) return;
        var days = new double[7];
        for (var d = 0; d < 7; d++) days[d] = Shape.AsSpan(d * day, day).ToArray().Average();
        foreach (var group in new[] { Enumerable.Range(0, 5), Enumerable.Range(5, 2) })
        {
            var slots = new List<(int Slot, double Common, double Noise)>();
            for (var hour = 0; hour < day; hour++)
            {
                int[] same = [.. group.Select(d => d * day + hour).Where(c => seen[c])];
                var weight = same.Sum(c => days[c / day]);
                if (weight <= 0) continue;
                var (mean, noise) = (same.Sum(c => Shape[c]) / weight, same.Average(c => variances[c]));
                slots.AddRange(same.Select(c => (c, days[c / day] * mean, noise / counts[c])));
            }
            if (slots.Count == 0) continue;
            var real = Math.Max(0, slots.Average(slot => Math.Pow(Shape[slot.Slot] - slot.Common, 2) - slot.Noise));
            foreach (var (slot, common, noise) in slots.Where(slot => slot.Noise > 0)) Shape[slot] = common + real / (real + noise) * (Shape[slot] - common);
        }
    }

    private void FillUnseen()
    {
        var day = bins.Grid.ClassesADay;
        var overall = Shape.Where((_, c) => seen[c]).DefaultIfEmpty(0).Average();
        for (var c = 0; c < week; c++)
        {
            if (seen[c]) continue;
            var same = Enumerable.Range(0, 7).Select(d => d * day + c % day).Where(other => seen[other]).Select(other => Shape[other]).ToList();
            Shape[c] = same.Count > 0 ? same.Average() : overall;
        }
    }

    private void Normalize()
    {
        var mean = Shape.Average();
        if (mean <= 0) return;
        for (var c = 0; c < week; c++) Shape[c] /= mean;
        for (var k = 0; k < levels.Length; k++) levels[k] *= mean;
        Typical *= mean;
    }

    /// <summary>Each week's level as the median of it and its two neighbours; the newest from the last three, drawn on by the trend.</summary>
    private double[] Smoothed()
    {
        var result = new double[levels.Length];
        for (var k = 0; k < levels.Length; k++) result[k] = MedianOf([.. Enumerable.Range(k - 1, 3).Where(near => near >= 0 && near < levels.Length).Select(near => levels[near])], double.NaN);
        result[0] = MedianOf([.. levels.Take(LevelsForBase).Select((level, age) => level + Slope * age)], double.NaN);
        for (var k = 1; k < result.Length; k++) if (double.IsNaN(result[k])) result[k] = result[k - 1];
        for (var k = result.Length - 2; k >= 0; k--) if (double.IsNaN(result[k])) result[k] = result[k + 1];
        return [.. result.Select(level => double.IsNaN(level) ? Typical : Math.Max(0, level))];
    }

    private static double MedianOf(double[] values, double none)
    {
        var known = values.Where(value => !double.IsNaN(value)).Order().ToArray();
        return known.Length == 0 ? none : Robust.Median(known);
    }

    private void FindHolidays(HolidayRule rule)
    {
        if (rule != HolidayRule.Learnt) return;
        var factors = new List<double>();
        foreach (var day in Enumerable.Range(from, to - from).Where(i => bins.Holidays[i] && !double.IsNaN(bins.Values[i])).GroupBy(i => bins.Grid.DayOf(bins.First + i)))
        {
            var (real, sunday) = (day.Sum(i => bins.Values[i]), day.Sum(i => LevelAt(i) * Shape[bins.SundayOf(i)]));
            if (day.Count() * 2 >= bins.Grid.ClassesADay && sunday > 0) factors.Add(real / sunday);
        }
        HolidaysLearnt = factors.Count;
        if (factors.Count >= 2) HolidayFactor = MedianOf([.. factors], 1);
    }
}
