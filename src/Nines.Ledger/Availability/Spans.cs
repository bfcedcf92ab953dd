using NodaTime;

namespace Nines.Ledger.Availability;

/// <summary>Intervals apart from each other, in order, read once from left to right.</summary>
internal struct Spans(IReadOnlyList<Interval> intervals)
{
    private int at;

    /// <summary>True when the instant lies in one of them. Instants must not fall from call to call.</summary>
    public bool Covers(Instant instant)
    {
        while (at < intervals.Count && intervals[at].End <= instant) at++;
        return at < intervals.Count && intervals[at].Start <= instant;
    }

    /// <summary>The first border after the instant that <see cref="Covers"/> was asked for; <paramref name="atMost"/> when that is sooner.</summary>
    public readonly Instant NextBorder(Instant instant, Instant atMost)
    {
        if (at >= intervals.Count) return atMost;
        var border = intervals[at].Start > instant ? intervals[at].Start : intervals[at].End;
        return border < atMost ? border : atMost;
    }
}
