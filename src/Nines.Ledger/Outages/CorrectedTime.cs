using Nines.Core;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Ledger.Outages;

/// <summary>
/// How a person's word of when an outage was lies over what was observed of it. It may sharpen what nobody saw and add to what somebody did; what
/// was surely seen down stays so, and is marked as disputed, for policies that take people's word (TRUTH 14: stricter, never looser). Pure.
/// </summary>
internal sealed class CorrectedTime
{
    private readonly string outage;
    private readonly bool isFalseAlarm, beganIsSaid, endedIsSaid;
    private readonly Bounds began;
    private readonly Bounds? ended;
    private readonly State state;
    private readonly Cause? cause;
    private readonly Instant[] cuts;

    private CorrectedTime(string outage, Correction said, Bounds began, Bounds? ended, Bounds observedBegan, Bounds? observedEnded, State state, Cause? cause)
    {
        (isFalseAlarm, beganIsSaid, endedIsSaid) = (said.Claim == CorrectionClaim.FalseAlarm, said.Began is not null, said.Ended is not null);
        (this.outage, this.began, this.ended, this.state, this.cause) = (outage, began, ended, state, cause);
        From = Instant.Min(began.Earliest, observedBegan.Earliest);
        To = ended is { } end && observedEnded is { } observed ? Instant.Max(end.Latest, observed.Latest) : null;
        (SeenFrom, SeenTo) = (observedBegan.Latest, observedEnded?.Earliest);
        cuts = [.. new[] { began.Earliest, began.Midpoint, began.Latest, From, SeenFrom, SeenTo, To, ended?.Earliest, ended?.Midpoint, ended?.Latest }.OfType<Instant>().Distinct().Order()];
    }

    /// <summary>First instant of which it may say something else.</summary>
    public Instant From { get; }

    /// <summary>First instant after all that it says; null while it is open.</summary>
    public Instant? To { get; }

    /// <summary>From here to <see cref="SeenTo"/> it was surely seen: what lies between is left as it is, unless the claim ends before.</summary>
    private Instant SeenFrom { get; }

    private Instant? SeenTo { get; }

    /// <param name="segments">Of the whole track, as they were judged, in order.</param>
    /// <returns>Null where the outage is not on this track, or what was said of it makes no sense as it is judged now: it then changes nothing.</returns>
    public static CorrectedTime? Of(string outage, Correction said, IReadOnlyList<Segment> segments)
    {
        Instant? first = null, sure = null, sureTo = null, last = null;
        var state = State.EffectivelyDown;
        Cause? cause = null;
        for (var i = 0; i < segments.Count; i++)
        {
            if (segments[i].Outage != outage) continue;
            var segment = segments[i];
            var next = i + 1 < segments.Count ? segments[i + 1].From : (Instant?)null;
            if (!segment.Worst.IsDown()) continue;
            first ??= segment.From;
            last = next;
            if (segment.Likely == State.Down || segment.Best == State.Down) state = State.Down;
            cause ??= segment.Cause;
            if (!segment.Best.IsDown()) continue;
            sure ??= segment.From;
            sureTo = next;
        }
        if (first is not { } begin) return null;
        var observedBegan = new Bounds(begin, sure ?? last ?? segments[^1].From);
        Bounds? observedEnded = last is { } end ? new Bounds(sure is null ? begin : sureTo ?? end, end) : null;
        if (said.Claim == CorrectionClaim.FalseAlarm) return new CorrectedTime(outage, said, observedBegan, observedEnded, observedBegan, observedEnded, state, cause);
        // An end that nobody saw yet cannot be corrected: while it is open it goes on.
        var (from, to) = (said.Began ?? observedBegan, observedEnded is null ? null : said.Ended ?? observedEnded);
        var sound = from.Earliest >= segments[0].From && from.Latest <= said.At && (to is not { } until || from.Midpoint < until.Midpoint && (said.Ended is null || until.Latest <= said.At));
        return sound ? new CorrectedTime(outage, said, from, to, observedBegan, observedEnded, state, cause) : null;
    }

    /// <returns>The stretch in pieces as this says it; whole where this says nothing of it.</returns>
    public IEnumerable<Stretch> Over(Stretch stretch)
    {
        // Another outage's time is the other's.
        if (stretch.To <= From || stretch.From >= To || stretch.Segment.Outage is { } other && other != outage)
        {
            yield return stretch;
            yield break;
        }
        if (isFalseAlarm)
        {
            yield return stretch.Segment.Outage == outage ? stretch with { IsDisputed = true } : stretch;
            yield break;
        }
        var at = stretch.From;
        foreach (var cut in cuts)
        {
            if (cut <= at || cut >= stretch.To) continue;
            yield return Piece(stretch with { From = at, To = cut });
            at = cut;
        }
        yield return Piece(stretch with { From = at });
    }

    private Stretch Piece(Stretch piece)
    {
        var at = piece.From;
        if (at < From || at >= To) return piece;
        var (best, likely, worst) = ClaimAt(at);
        // What was surely seen, holes in it too, and the side of which nothing is said, are as they were observed.
        if (best.IsDown() && at >= SeenFrom && (SeenTo is not { } until || at < until)) return piece;
        if (!beganIsSaid && at < SeenFrom && (ended is not { } end || at < end.Earliest)) return piece;
        if (!endedIsSaid && at >= SeenTo && at >= began.Latest) return piece;
        return piece with { Segment = Claimed(piece.Segment, best, likely, worst) is var said && said.Cause is null && said.Outage == outage ? said with { Cause = cause } : said, IsDisputed = !worst.IsDown() && piece.Segment.Best.IsDown() };
    }

    /// <summary>What the claim alone says of an instant, as surely, likely and possibly.</summary>
    private (State Best, State Likely, State Worst) ClaimAt(Instant at)
    {
        var surely = at >= began.Latest && (ended is not { } end || at < end.Earliest);
        var likely = at >= began.Midpoint && (ended is not { } middle || at < middle.Midpoint);
        var possibly = at >= began.Earliest && (ended is not { } late || at < late.Latest);
        return (surely ? state : State.Up, surely || likely ? state : State.Up, possibly ? state : State.Up);
    }

    private Segment Claimed(Segment seen, State best, State likely, State worst)
    {
        if (seen.Likely == State.Unknown)
            return best.IsDown() ? seen with { Best = best, Likely = likely, Worst = States.Worse(seen.Worst, worst), Outage = outage }
                : worst.IsDown() ? seen with { Outage = outage } : seen with { Outage = null, Cause = null };
        if (!worst.IsDown())
        {
            // Surely seen, and disputed; or only thought possible, and known better.
            if (seen.Best.IsDown()) return seen;
            var left = Eased(seen, seen.Likely);
            var most = States.Worse(left, Eased(seen, seen.Worst));
            return seen with { Likely = left, Worst = most, Outage = null, Cause = most == State.Up ? null : seen.Cause };
        }
        var surely = States.Worse(seen.Best, best);
        var probably = States.Worse(surely, likely.IsDown() ? States.Worse(seen.Likely, likely) : Eased(seen, seen.Likely));
        return seen with { Best = surely, Likely = probably, Worst = States.Worse(probably, States.Worse(seen.Worst, worst)), Outage = outage };
    }

    private static State Eased(Segment seen, State state) => state.IsDown() ? seen.Best : state;
}
