using System.Collections.Immutable;
using NodaTime;

namespace Nines.Pricing.Staking;

/// <summary>Slots of equal length from a genesis on.</summary>
internal readonly record struct SlotClock(Instant Genesis, Duration Slot)
{
    /// <summary>The slots one moment of which, so far after their start, lies in one of the intervals: [from, to) each, apart, in order.</summary>
    public ImmutableArray<(long From, long To)> SlotsIn(ImmutableArray<Interval> away, Duration moment)
    {
        var runs = ImmutableArray.CreateBuilder<(long From, long To)>();
        foreach (var interval in away)
        {
            var (from, to) = (FirstAt(interval.Start - moment), FirstAt(interval.End - moment));
            if (to <= from) continue;
            if (runs.Count > 0 && runs[^1].To >= from) runs[^1] = (runs[^1].From, to);
            else runs.Add((from, to));
        }
        return runs.ToImmutable();
    }

    /// <summary>The first slot that begins then or later.</summary>
    public long FirstAt(Instant instant)
    {
        var (since, length) = ((instant - Genesis).ToInt64Nanoseconds(), Slot.ToInt64Nanoseconds());
        return Math.Max(0, since <= 0 ? 0 : (since - 1) / length + 1);
    }

    public Instant StartOf(long slot) => Genesis + Slot * slot;
}
