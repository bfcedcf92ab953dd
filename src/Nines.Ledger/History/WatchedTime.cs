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

    /// <summary>
    /// Adds what looks saw that were made and deleted: the same as the last one that is left, where the tool was looking, until just before
    /// the next one, which is there because it saw something else. It went on with the state that it knew when it began again: else a change
    /// would be left.
    /// </summary>
    /// <param name="looks">One target's, in order; at least one.</param>
    /// <param name="until">Up to where the last one's state is vouched for; not before it.</param>
    public void Bridge(List<Look> looks, Instant until)
    {
        var last = looks[^1];
        void Vouch(Instant at)
        {
            if (at <= looks[^1].At) return;
            looks[^1] = looks[^1] with { Holds = true };
            looks.Add(last with { At = at, Took = Duration.Zero, Holds = false });
        }
        var vouched = last.At;
        foreach (var gap in Gaps(last.At, until))
        {
            Vouch(gap.Start);
            if (gap.End < until) looks.Add(last with { At = gap.End, Took = Duration.Zero, Holds = false });
            vouched = gap.End;
        }
        if (vouched < until) Vouch(until);
    }

    /// <summary>The stretches of a time of which nobody says that the tool looked.</summary>
    private IEnumerable<Interval> Gaps(Instant from, Instant to)
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
