using Nines.Core;
using Nines.Core.Timelines;
using Nines.Judging.Causes;
using NodaTime;

namespace Nines.Judging;

/// <summary>
/// From what every vantage point saw to one timeline: probes of a vantage point (the worst), vantage points of a region and
/// regions of the component (lower medians), each rule applied to the surely- and to the possibly-timelines (TRUTH 2 and 9).
/// </summary>
internal static class Combination
{
    /// <summary>The slots of one region, grouped by vantage point: each inner array holds one slot a probe.</summary>
    internal sealed record Region(string Name, Slot[][] VantagePoints);

    /// <param name="regions">All configured regions of the component; one or more.</param>
    /// <param name="from">Where to begin; every slot's history must reach back to here.</param>
    /// <returns>Segments from <paramref name="from"/> on, neighbours joined.</returns>
    public static List<Segment> Of(IReadOnlyList<Region> regions, Instant from)
    {
        var breaks = new SortedSet<Instant> { from };
        foreach (var slot in regions.SelectMany(region => region.VantagePoints).SelectMany(slots => slots))
            foreach (var run in slot.Runs)
            {
                Add(run.Entry.Earliest);
                Add(run.Entry.Latest);
                Add(run.Likely);
            }

        var segments = new List<Segment>();
        foreach (var instant in breaks)
        {
            var segment = At(regions, instant);
            if (segments.Count == 0 || !segments[^1].SaysTheSameAs(segment)) segments.Add(segment);
        }
        return segments;

        void Add(Instant instant)
        {
            if (instant > from) breaks.Add(instant);
        }
    }

    private static Segment At(IReadOnlyList<Region> regions, Instant instant)
    {
        Span<State> best = stackalloc State[regions.Count], worst = stackalloc State[regions.Count], likely = stackalloc State[regions.Count];
        var live = 0;
        for (var i = 0; i < regions.Count; i++)
        {
            var (regionBest, regionLikely, regionWorst) = RegionAt(regions[i], instant);
            (best[i], worst[i]) = (regionBest, regionWorst);
            if (regionLikely != State.Unknown) likely[live++] = regionLikely;
        }
        if (live < Math.Min(2, regions.Count)) return Segment.Unseen(instant);

        var segment = new Segment(instant, Quorum.LowerMedian(best), Quorum.LowerMedian(likely[..live]), Quorum.LowerMedian(worst));
        // Expired votes are left out of the likely state but may be anything in the other two, so it can fall outside of them.
        segment = segment with { Likely = Clamp(segment.Likely, segment.Best, segment.Worst) };
        return segment.Worst == State.Up ? segment : segment with { Cause = CauseAt(regions, instant, segment) };
    }

    private static State Clamp(State state, State best, State worst) => state < best ? best : state > worst ? worst : state;

    private static (State Best, State Likely, State Worst) RegionAt(Region region, Instant instant)
    {
        var count = region.VantagePoints.Length;
        Span<State> best = stackalloc State[count], worst = stackalloc State[count], likely = stackalloc State[count];
        var live = 0;
        for (var i = 0; i < count; i++)
        {
            State pointBest = State.Up, pointWorst = State.Up, likelyAtBest = State.Up, likelyAtWorst = State.Up;
            foreach (var slot in region.VantagePoints[i])
            {
                var seen = SlotAt(slot, instant);
                pointBest = States.Worse(pointBest, seen.Best);
                pointWorst = States.Worse(pointWorst, seen.Worst);
                likelyAtBest = States.Worse(likelyAtBest, seen.Likely == State.Unknown ? State.Up : seen.Likely);
                likelyAtWorst = States.Worse(likelyAtWorst, seen.Likely == State.Unknown ? State.Down : seen.Likely);
            }
            (best[i], worst[i]) = (pointBest, pointWorst);
            if (Quorum.Settle(likelyAtBest, likelyAtWorst) is var settled and not State.Unknown) likely[live++] = settled;
        }
        return live == 0
            ? (State.Up, State.Unknown, State.Down)
            : (Quorum.LowerMedian(best), Quorum.LowerMedian(likely[..live]), Quorum.LowerMedian(worst));
    }

    /// <summary>A run is possible from the earliest instant it can have begun to the latest at which the next one can have.</summary>
    private static (State Best, State Likely, State Worst) SlotAt(Slot slot, Instant instant)
    {
        var runs = slot.Runs;
        State best = State.Down, worst = State.Up, likely = State.Unknown;
        var any = false;
        for (var i = 0; i < runs.Count; i++)
        {
            // The oldest run that is still remembered stands for everything before it.
            if (i > 0 && runs[i].Entry.Earliest > instant) break;
            if (i == 0 || runs[i].Likely <= instant) likely = runs[i].State;
            if (i + 1 < runs.Count && runs[i + 1].Entry.Latest <= instant) continue;
            any = true;
            var state = runs[i].State;
            best = state == State.Unknown ? State.Up : state < best ? state : best;
            worst = state == State.Unknown ? State.Down : States.Worse(worst, state);
        }
        return any ? (best, likely, worst) : (State.Up, State.Unknown, State.Down);
    }

    /// <summary>The cause named by the run that began first among those in the segment's state.</summary>
    private static Cause? CauseAt(IReadOnlyList<Region> regions, Instant instant, Segment segment)
    {
        var wanted = segment.Likely > State.Up ? segment.Likely : segment.Worst;
        Run? found = null;
        List<Cause>? beside = null;
        foreach (var slot in regions.SelectMany(region => region.VantagePoints).SelectMany(slots => slots))
        {
            var runs = slot.Runs;
            for (var i = 0; i < runs.Count; i++)
            {
                if (runs[i].Entry.Earliest > instant) break;
                if (i + 1 < runs.Count && runs[i + 1].Entry.Latest <= instant) continue;
                if (runs[i].Cause is not { } cause) continue;
                (beside ??= []).Add(cause);
                if (runs[i].State < wanted) continue;
                if (found is null || runs[i].Entry.Earliest < found.Entry.Earliest) found = runs[i];
            }
        }
        return found?.Cause is { } own && beside!.Count > 1 ? CauseRules.Together(own, beside) : found?.Cause;
    }
}
