using System.Collections.Immutable;
using Nines.Pricing.Series;
using NodaTime;

namespace Nines.Pricing.Profiles;

/// <summary>A series in the slots that a profile has, ready to be learnt from: in floating point, for what is learnt is an estimate.</summary>
internal sealed class ProfileBins
{
    /// <summary>The slots, numbered over all time.</summary>
    public required SlotGrid Grid { get; init; }

    public required long First { get; init; }

    /// <summary>What each slot's value was; NaN where it is not known or not to be learnt from.</summary>
    public required double[] Values { get; init; }

    public required int[] Classes { get; init; }
    public required bool[] Holidays { get; init; }

    /// <summary>Known slots that an outage of the component touches, and so are not learnt from.</summary>
    public required int InOutages { get; init; }

    public int Count => Values.Length;
    public int Known => Values.Count(value => !double.IsNaN(value));

    /// <summary>The class that a holiday's slot is like: Sunday's at that time of day.</summary>
    public int SundayOf(int index) => 6 * Grid.ClassesADay + Classes[index] % Grid.ClassesADay;

    /// <param name="slot">Not shorter than the series' steps.</param>
    /// <param name="outages">Joined, in order.</param>
    public static ProfileBins Of(ValueSeries series, Duration slot, ImmutableArray<Interval> outages)
    {
        var steps = series.Steps;
        var grid = steps.IsDaily || steps.Length >= slot ? steps : new SlotGrid(steps.Zone, slot, steps.Zone.AtStartOfDay(series.From.InZone(steps.Zone).Date).ToInstant());
        var first = grid.IndexOf(series.From);
        var count = (int)(grid.IndexOf(series.To - Duration.Epsilon) - first + 1);
        var (sums, known) = (new double[count], new int[count]);
        for (var i = 0; i < series.Values.Length; i++)
        {
            if (series.Values[i] is not { } value) continue;
            var at = (int)(grid.IndexOf(steps.StartOf(series.First + i)) - first);
            sums[at] += (double)value;
            known[at]++;
        }
        var whole = grid.IsDaily ? 1 : (int)(grid.Length.BclCompatibleTicks / steps.Length.BclCompatibleTicks);
        // A slot of which half is known stands for the whole; one with less is a gap.
        for (var i = 0; i < count; i++) sums[i] = known[i] * 2 >= whole && known[i] > 0 ? sums[i] * whole / known[i] : double.NaN;
        var inOutages = 0;
        foreach (var outage in outages)
        {
            if (outage.End <= series.From || outage.Start >= series.To) continue;
            var last = Math.Min(count - 1, (int)(grid.IndexOf(Instant.Min(outage.End, series.To) - Duration.Epsilon) - first));
            for (var i = Math.Max(0, (int)(grid.IndexOf(Instant.Max(outage.Start, series.From)) - first)); i <= last; i++)
            {
                if (!double.IsNaN(sums[i])) inOutages++;
                sums[i] = double.NaN;
            }
        }
        return new ProfileBins
        {
            Grid = grid,
            First = first,
            Values = sums,
            Classes = [.. Enumerable.Range(0, count).Select(i => grid.ClassOf(first + i))],
            Holidays = [.. Enumerable.Range(0, count).Select(i => !series.Holidays.IsEmpty && series.Holidays.Contains(grid.DayOf(first + i)))],
            InOutages = inOutages,
        };
    }
}
