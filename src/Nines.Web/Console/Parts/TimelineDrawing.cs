using System.Collections.Immutable;
using System.Globalization;
using Nines.Core;
using Nines.Core.Timelines;
using Nines.Ledger;
using Nines.Ledger.Explanations;
using Nines.Ledger.Pictures;
using Nines.Ledger.Text;
using Nines.Web.Api.Documents;
using NodaTime;

namespace Nines.Web.Console.Parts;

/// <summary>A piece of a drawn timeline.</summary>
/// <param name="X">Where it begins, 0 to <see cref="TimelineDrawing.Width"/>.</param>
/// <param name="Class">Of the style sheet: the state's fill, and how sure it is; empty for an edge.</param>
/// <param name="Edge">From which state to which it goes softly, somewhere within the piece; null for one that is plain.</param>
public readonly record struct TimelinePiece(double X, double Width, string Class, (State From, State To)? Edge = null);

/// <summary>
/// Timelines as bands: each spot shows the worst in it, however short, solid where it is sure, lighter where it is likely or only possible, grey where
/// nobody saw. Pure.
/// </summary>
public static class TimelineDrawing
{
    public const int Width = 1_000;
    private const int Least = 3, MostNamed = 6;

    /// <summary>All that is known in one band.</summary>
    public static ImmutableArray<TimelinePiece> Whole(ImmutableArray<Stretch> stretches, Instant from, Instant to) => Draw(stretches, from, to);

    /// <summary>When the component was surely down, or surely degraded, windows or not; nothing is drawn where it may have been up.</summary>
    public static ImmutableArray<TimelinePiece> Surely(TrackDocument track) =>
        Draw(track, stretch => stretch.Best == State.Up ? null : new Segment(stretch.From, stretch.Best, stretch.Best, stretch.Best));

    /// <summary>When it likely was what, each as if it were sure.</summary>
    public static ImmutableArray<TimelinePiece> Likely(TrackDocument track) => Draw(track, stretch =>
        stretch.Likely == State.Unknown ? Segment.Unseen(stretch.From) : new Segment(stretch.From, stretch.Likely, stretch.Likely, stretch.Likely) { Window = stretch.Window });

    /// <summary>When it was possibly down, windows or not: what is not sure of it is light. Nothing is drawn where it was surely up.</summary>
    public static ImmutableArray<TimelinePiece> Possibly(TrackDocument track) => Draw(track, stretch =>
        stretch.Worst == State.Up ? null : stretch.Likely == State.Unknown ? Segment.Unseen(stretch.From) : new Segment(stretch.From, stretch.Worst == stretch.Best ? stretch.Best : State.Up, stretch.Worst == stretch.Best ? stretch.Best : State.Up, stretch.Worst));

    /// <summary>What one probe saw from one vantage point: plain between its changes, and a soft edge as wide as a change's bounds.</summary>
    /// <param name="steps">Its changes in order; at least one.</param>
    public static ImmutableArray<TimelinePiece> Seen(IReadOnlyList<ExplanationStep> steps, Instant from, Instant to)
    {
        var pieces = ImmutableArray.CreateBuilder<TimelinePiece>();
        var at = from;
        foreach (var step in steps)
        {
            var (earliest, latest) = (Instant.Max(step.Earliest, at), Instant.Max(step.Latest, at));
            Add(at, earliest, FillOf(step.Before), null);
            Add(earliest, latest, "", (step.Before, step.After));
            at = latest;
        }
        Add(at, to, FillOf(steps[^1].After), null);
        return pieces.ToImmutable();

        void Add(Instant begin, Instant end, string fill, (State, State)? edge)
        {
            var (left, right) = (X(begin, from, to), X(end, from, to));
            if (right > left) pieces.Add(new TimelinePiece(left, right - left, fill, edge));
        }
    }

    /// <summary>What was seen down, and somebody said that users were served: hatched, over what is drawn there.</summary>
    public static ImmutableArray<TimelinePiece> Disputed(ImmutableArray<Stretch> stretches, Instant from, Instant to) =>
        to <= from ? [] : Hatched(stretches.Where(stretch => stretch.IsDisputed).Select(stretch => (stretch.From, stretch.To)), from, to);

    /// <inheritdoc cref="Disputed(ImmutableArray{Stretch}, Instant, Instant)"/>
    /// <param name="of">The side that is drawn: where that is up, nothing is.</param>
    public static ImmutableArray<TimelinePiece> Disputed(TrackDocument track, Func<TrackStretch, State> of) =>
        track.Stretches.IsEmpty ? [] : Hatched(track.Stretches.Where(stretch => stretch.Disputed && of(stretch) != State.Up).Select(stretch => (stretch.From, stretch.To)), track.Stretches[0].From, track.Stretches[^1].To);

    private static ImmutableArray<TimelinePiece> Hatched(IEnumerable<(Instant From, Instant To)> disputed, Instant from, Instant to)
    {
        var pieces = ImmutableArray.CreateBuilder<TimelinePiece>();
        foreach (var (begin, end) in disputed)
        {
            var (left, right) = (X(begin, from, to), X(end, from, to));
            // As wide at least as what it lies over, and one with what it touches.
            if (right - left < Least) (left, right) = (Math.Max(0, Math.Min((left + right - Least) / 2, Width - Least)), Math.Min(Width, Math.Max((left + right + Least) / 2, Least)));
            if (pieces.Count > 0 && pieces[^1] is var last && left <= last.X + last.Width) pieces[^1] = last with { Width = Math.Max(last.Width, right - last.X) };
            else pieces.Add(new TimelinePiece(left, right - left, "disputed"));
        }
        return pieces.ToImmutable();
    }

    /// <summary>The same in words.</summary>
    public static string TextOf(string name, ImmutableArray<Stretch> stretches)
    {
        if (stretches.IsEmpty) return $"{name}: nothing was watched";
        var times = stretches.GroupBy(stretch => stretch.Segment.Shown).Select(state => (State: state.Key, Time: state.Aggregate(Duration.Zero, (sum, one) => sum + one.Length)));
        var bad = stretches.Count(stretch => stretch.Segment.Shown is not (State.Up or State.Unknown));
        var disputed = stretches.Where(stretch => stretch.IsDisputed).Aggregate(Duration.Zero, (sum, one) => sum + one.Length);
        return $"{name}: {string.Join(", ", times.OrderByDescending(one => one.Time).Take(MostNamed).Select(one => $"{one.State.Word()} for {SpokenDuration.Of(one.Time)}"))}"
            + (bad == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; not up in {bad} {(bad == 1 ? "stretch" : "stretches")}, which the table has"))
            + (disputed == Duration.Zero ? "" : $"; {SpokenDuration.Of(disputed)} of it is disputed");
    }

    /// <summary>Where an instant is; what lies outside is at the border.</summary>
    private static double X(Instant at, Instant from, Instant to) => to <= from ? 0 : Math.Round(Math.Clamp((at - from) / (to - from), 0, 1) * Width, 2);

    private static ImmutableArray<TimelinePiece> Draw(TrackDocument track, Func<TrackStretch, Segment?> shownAs) =>
        track.Stretches.IsEmpty ? [] : Draw(
            track.Stretches.Select(stretch => (stretch.From, stretch.To, As: shownAs(stretch))).Where(one => one.As is not null).Select(one => new Stretch(one.As!, one.From, one.To)),
            track.Stretches[0].From, track.Stretches[^1].To);

    private static ImmutableArray<TimelinePiece> Draw(IEnumerable<Stretch> stretches, Instant from, Instant to) =>
        to <= from ? [] : [.. Band.Of(stretches, from, to, Width, Least).Select(run => new TimelinePiece(run.From, run.To - run.From, ClassOf(run.Shade)))];

    private static string FillOf(State state) => $"fill-{state.Css()}";

    private static string ClassOf(Shade shade) => shade switch
    {
        Shade.Up => FillOf(State.Up),
        Shade.Unknown => FillOf(State.Unknown),
        Shade.Maintenance => FillOf(State.Maintenance),
        Shade.PossiblyDegraded => $"{FillOf(State.Degraded)} possibly",
        Shade.LikelyDegraded => $"{FillOf(State.Degraded)} likely",
        Shade.SurelyDegraded => FillOf(State.Degraded),
        Shade.PossiblyEffectivelyDown => $"{FillOf(State.EffectivelyDown)} possibly",
        Shade.LikelyEffectivelyDown => $"{FillOf(State.EffectivelyDown)} likely",
        Shade.SurelyEffectivelyDown => FillOf(State.EffectivelyDown),
        Shade.PossiblyDown => $"{FillOf(State.Down)} possibly",
        Shade.LikelyDown => $"{FillOf(State.Down)} likely",
        Shade.SurelyDown => FillOf(State.Down),
        Shade.Nothing => throw new ArgumentOutOfRangeException(nameof(shade), shade, "is not drawn"),
    };
}
