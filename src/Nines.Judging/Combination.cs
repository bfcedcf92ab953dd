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
            for (var i = 0; i < slot.Runs.Count; i++)
            {
                var run = slot.Runs[i];
                Add(run.Entry.Earliest);
                Add(run.Entry.Latest);
                Add(run.Likely);
                if (run.HeldUntil is { } until) Add(until);
                if (i > 0 && slot.Runs[i - 1].State == State.Unknown) Add(run.Entry.Latest - slot.Lifetime);
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
        var count = regions.Count;
        Span<State> best = stackalloc State[count], worst = stackalloc State[count], likely = stackalloc State[count], held = stackalloc State[count];
        int live = 0, voting = 0;
        for (var i = 0; i < count; i++)
        {
            var seen = RegionAt(regions[i], instant);
            (best[i], worst[i]) = (seen.Best, seen.Worst);
            if (seen.Likely != State.Unknown) likely[live++] = seen.Likely;
            if (seen.Held != State.Unknown) held[voting++] = seen.Held;
        }
        if (live < Math.Min(2, count)) return Segment.Unseen(instant);

        var segment = new Segment(instant, Quorum.LowerMedian(best), Quorum.LowerMedian(likely[..live]), Quorum.LowerMedian(worst));
        // Expired votes are left out of the likely state but may be anything in the other two, so it can fall outside of them.
        segment = segment with { Likely = Clamp(segment.Likely, segment.Best, segment.Worst) };
        if (segment.Likely != Clamp(Quorum.LowerMedian(held[..voting]), segment.Best, segment.Worst)) return Segment.Unseen(instant);
        return segment.Worst == State.Up ? segment : segment with { Cause = CauseAt(regions, instant, segment) };
    }

    private static State Clamp(State state, State best, State worst) => state < best ? best : state > worst ? worst : state;

    /// <summary>What is taken to be so at an instant. Held: the likely state, had those that see nothing for a moment voted as they did just before or after.</summary>
    private readonly record struct Seen(State Best, State Likely, State Worst, State Held);

    private static Seen RegionAt(Region region, Instant instant)
    {
        var count = region.VantagePoints.Length;
        Span<State> best = stackalloc State[count], worst = stackalloc State[count], likely = stackalloc State[count], held = stackalloc State[count];
        int live = 0, voting = 0;
        for (var i = 0; i < count; i++)
        {
            State pointBest = State.Up, pointWorst = State.Up;
            var (likelyAtBest, likelyAtWorst, heldAtBest, heldAtWorst) = (State.Up, State.Up, State.Up, State.Up);
            foreach (var slot in region.VantagePoints[i])
            {
                var seen = SlotAt(slot, instant);
                pointBest = States.Worse(pointBest, seen.Best);
                pointWorst = States.Worse(pointWorst, seen.Worst);
                (likelyAtBest, likelyAtWorst) = Worse(likelyAtBest, likelyAtWorst, seen.Likely);
                (heldAtBest, heldAtWorst) = Worse(heldAtBest, heldAtWorst, seen.Held);
            }
            (best[i], worst[i]) = (pointBest, pointWorst);
            if (Quorum.Settle(likelyAtBest, likelyAtWorst) is var settled and not State.Unknown) likely[live++] = settled;
            if (Quorum.Settle(heldAtBest, heldAtWorst) is var vote and not State.Unknown) held[voting++] = vote;
        }
        var kept = voting == 0 ? State.Unknown : Quorum.LowerMedian(held[..voting]);
        if (live == 0) return new Seen(State.Up, State.Unknown, State.Down, kept);
        var decided = Quorum.LowerMedian(likely[..live]);
        // A vote that is missing for a moment is left out, but that it is left out decides nothing: where it would have, nobody knows.
        return new Seen(Quorum.LowerMedian(best), decided == kept ? decided : State.Unknown, Quorum.LowerMedian(worst), kept);
    }

    private static (State AtBest, State AtWorst) Worse(State atBest, State atWorst, State seen) =>
        seen == State.Unknown ? (atBest, State.Down) : (States.Worse(atBest, seen), States.Worse(atWorst, seen));

    /// <summary>A run is possible from the earliest instant it can have begun to the latest at which the next one can have.</summary>
    private static Seen SlotAt(Slot slot, Instant instant)
    {
        var runs = slot.Runs;
        State best = State.Down, worst = State.Up, likely = State.Unknown, held = State.Unknown;
        var any = false;
        for (var i = 0; i < runs.Count; i++)
        {
            // The oldest run that is still remembered stands for everything before it.
            if (i > 0 && runs[i].Entry.Earliest > instant) break;
            if (i == 0 || runs[i].Likely <= instant) (likely, held) = (runs[i].State, HeldAt(slot, i, instant));
            if (i + 1 < runs.Count && runs[i + 1].Entry.Latest <= instant) continue;
            any = true;
            var state = runs[i].State;
            best = state == State.Unknown ? State.Up : state < best ? state : best;
            worst = state == State.Unknown ? State.Down : States.Worse(worst, state);
        }
        return any ? new Seen(best, likely, worst, held) : new Seen(State.Up, State.Unknown, State.Down, State.Unknown);
    }

    /// <summary>What the slot's look just before an unseen stretch said, or else the one just after it: each for a lifetime, in which it would be a vote had another come in time.</summary>
    private static State HeldAt(Slot slot, int run, Instant instant)
    {
        var runs = slot.Runs;
        if (runs[run].State != State.Unknown) return runs[run].State;
        if (run > 0 && instant < runs[run].HeldUntil) return runs[run - 1].State;
        return run + 1 < runs.Count && instant >= runs[run + 1].Entry.Latest - slot.Lifetime ? runs[run + 1].State : State.Unknown;
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
