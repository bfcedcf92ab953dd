using System.Collections.Immutable;
using Nines.Ledger.Availability;
using NodaTime;

namespace Nines.Ledger.Objectives;

/// <summary>Which of the three timelines.</summary>
internal enum Line
{
    Surely,
    Likely,
    Possibly,
}

/// <summary>
/// What was lost from the first span up to an instant, as a line of straight pieces. Places on it are ticks of 100 ns of the time that counts:
/// where only business hours do, an evening and the morning after it touch. Sums are doubles: exact to the tick over years where weights are
/// 0 or 1, and to its fraction elsewhere.
/// </summary>
internal sealed class LossCurve
{
    private readonly ImmutableArray<WeighedSpan> spans;
    private readonly long[] places;
    private readonly double[][] lost;

    public LossCurve(ImmutableArray<WeighedSpan> spans)
    {
        this.spans = spans;
        places = new long[spans.Length + 1];
        lost = [new double[spans.Length + 1], new double[spans.Length + 1], new double[spans.Length + 1]];
        for (var i = 0; i < spans.Length; i++)
        {
            var length = spans[i].Length.BclCompatibleTicks;
            places[i + 1] = places[i] + length;
            lost[(int)Line.Surely][i + 1] = lost[(int)Line.Surely][i] + (double)spans[i].Surely * length;
            lost[(int)Line.Likely][i + 1] = lost[(int)Line.Likely][i] + (double)spans[i].Likely * length;
            lost[(int)Line.Possibly][i + 1] = lost[(int)Line.Possibly][i] + (double)spans[i].Possibly * length;
        }
    }

    public ImmutableArray<WeighedSpan> Spans => spans;

    /// <summary>Where the spans end: the instant that is asked about.</summary>
    public long End => places[^1];

    /// <summary>How much was lost in the last <paramref name="window"/> ticks before the place; nothing is lost before the first span and after the last.</summary>
    public double LostBefore(long place, long window, Line line) => At(place, line) - At(place - window, line);

    /// <summary>The place of an instant; of one between two spans, where the first of them ends.</summary>
    public long PlaceOf(Instant instant)
    {
        int low = 0, high = spans.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (spans[middle].To < instant) low = middle + 1;
            else high = middle;
        }
        if (low == spans.Length) return End;
        return places[low] + Math.Max(0, (instant - spans[low].From).BclCompatibleTicks);
    }

    /// <summary>The instant at a place up to <see cref="End"/>; where time that does not count lies there, when it begins.</summary>
    public Instant InstantAt(long place)
    {
        if (place <= 0) return spans[0].From;
        var index = Math.Min(IndexBelow(place), spans.Length - 1);
        return spans[index].From + Duration.FromTicks(place - places[index]);
    }

    /// <summary>The first place from <paramref name="from"/> on at which so much has been lost since there; null when it has not been.</summary>
    public long? Reaches(long from, double amount, Line line)
    {
        var wanted = At(from, line) + amount;
        var sums = lost[(int)line];
        if (sums[^1] < wanted - Slack) return null;
        int low = 0, high = sums.Length - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sums[middle] < wanted - Slack) low = middle + 1;
            else high = middle;
        }
        if (low == 0) return from;
        var (before, after) = (sums[low - 1], sums[low]);
        return Math.Max(from, Crossing(places[low - 1], before - wanted, places[low], after - wanted));
    }

    /// <summary>
    /// Where all windows have lost at least their limit: the maximal stretches of places, in order. A window's loss is a line of straight pieces
    /// in the place, so that the crossing is known to the tick. The last one may reach beyond <see cref="End"/>: so far as nothing more is lost.
    /// </summary>
    public List<(long From, long To)> Above(ImmutableArray<(long Window, double Limit)> windows, Line line)
    {
        var found = new List<(long From, long To)>();
        var bends = Bends(windows);
        var values = windows.Select(_ => double.NegativeInfinity).ToArray();
        var cursors = windows.Select(window => (Ahead: new Cursor(this, line), Behind: new Cursor(this, line))).ToArray();
        var last = long.MinValue;
        foreach (var bend in bends)
        {
            long from = last, to = bend;
            for (var i = 0; i < windows.Length; i++)
            {
                var over = cursors[i].Ahead.At(bend) - cursors[i].Behind.At(bend - windows[i].Window) - windows[i].Limit;
                if (last != long.MinValue) (from, to) = Cut(last, values[i], bend, over, from, to);
                values[i] = over;
            }
            if (last != long.MinValue && from <= to)
            {
                if (found.Count > 0 && found[^1].To == from) found[^1] = (found[^1].From, to);
                else if (from < to) found.Add((from, to));
            }
            last = bend;
        }
        return found;
    }

    /// <summary>Differences below a hundredth of a tick are those of the arithmetic.</summary>
    internal const double Slack = 0.01;

    /// <summary>What of [from, to] is left where the line from (a, over) to (b, over) is not below zero.</summary>
    private static (long From, long To) Cut(long a, double overA, long b, double overB, long from, long to)
    {
        var (startsIn, endsIn) = (overA >= -Slack, overB >= -Slack);
        if (startsIn && endsIn) return (from, to);
        if (!startsIn && !endsIn) return (b, a);
        var at = Crossing(a, overA, b, overB);
        return startsIn ? (from, Math.Min(to, at)) : (Math.Max(from, at), to);
    }

    private static long Crossing(long a, double overA, long b, double overB) =>
        overB == overA ? a : Math.Clamp(a + (long)Math.Round(-overA / (overB - overA) * (b - a)), a, b);

    /// <summary>Every place at which any of the windows' losses changes its slope, each once, in order.</summary>
    private List<long> Bends(ImmutableArray<(long Window, double Limit)> windows)
    {
        long[] shifts = [0, .. windows.Select(window => window.Window)];
        var cursors = new int[shifts.Length];
        var bends = new List<long>(places.Length * shifts.Length);
        while (true)
        {
            var next = long.MaxValue;
            for (var i = 0; i < shifts.Length; i++)
                if (cursors[i] < places.Length)
                    next = Math.Min(next, places[cursors[i]] + shifts[i]);
            if (next == long.MaxValue) return bends;
            bends.Add(next);
            for (var i = 0; i < shifts.Length; i++)
                while (cursors[i] < places.Length && places[cursors[i]] + shifts[i] == next) cursors[i]++;
        }
    }

    private double At(long place, Line line)
    {
        if (place <= 0) return 0;
        if (place >= End) return lost[(int)line][^1];
        return Between(IndexBelow(place), place, line);
    }

    private double Between(int index, long place, Line line)
    {
        var sums = lost[(int)line];
        return sums[index] + (sums[index + 1] - sums[index]) * (place - places[index]) / (places[index + 1] - places[index]);
    }

    /// <returns>The last border before the place.</returns>
    private int IndexBelow(long place)
    {
        var index = Array.BinarySearch(places, place);
        return index >= 0 ? Math.Max(0, index - 1) : ~index - 1;
    }

    /// <summary>Asked from left to right, it need not search.</summary>
    private sealed class Cursor(LossCurve curve, Line line)
    {
        private int index;

        public double At(long place)
        {
            if (place <= 0) return 0;
            if (place >= curve.End) return curve.lost[(int)line][^1];
            while (curve.places[index + 1] < place) index++;
            return curve.Between(index, place, line);
        }
    }
}
