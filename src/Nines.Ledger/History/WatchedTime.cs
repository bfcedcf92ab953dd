using System.Collections.Immutable;
using NodaTime;

namespace Nines.Ledger.History;

/// <summary>When a tool looked at all, from how often it did in each hour or day. Pure.</summary>
public sealed class WatchedTime
{
    /// <summary>So much of the looks that were due have to be there: intervals drift by the time that a look takes.</summary>
    private const double Enough = 0.8;

    private readonly List<(Interval When, bool IsWatched)> buckets = [];

    /// <param name="totals">How many looks fell into each stretch; the finer first where two overlap, the others are left out.</param>
    /// <param name="cadence">Between two looks.</param>
    public WatchedTime(IEnumerable<(Instant From, Duration Length, long Looks)> totals, Duration cadence)
    {
        foreach (var (from, length, looks) in totals)
        {
            var when = new Interval(from, from + length);
            if (!buckets.Exists(known => known.When.Start < when.End && known.When.End > when.Start)) buckets.Add((when, looks * cadence.TotalSeconds >= Enough * length.TotalSeconds));
        }
        buckets.Sort((a, b) => a.When.Start.CompareTo(b.When.Start));
    }

    /// <summary>The stretches of a time of which nobody says that the tool looked.</summary>
    public IEnumerable<Interval> Gaps(Instant from, Instant to)
    {
        var until = from;
        foreach (var (when, isWatched) in buckets)
        {
            if (when.End <= from || !isWatched) continue;
            if (when.Start >= to) break;
            if (when.Start > until) yield return new Interval(until, when.Start);
            until = Instant.Max(until, when.End);
        }
        if (until < to) yield return new Interval(until, to);
    }
}
