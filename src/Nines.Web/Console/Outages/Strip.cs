using System.Collections.Immutable;
using Nines.Core;
using Nines.Ledger.Explanations;
using Nines.Web.Api.Documents;
using Nines.Web.Console.Parts;
using NodaTime;

namespace Nines.Web.Console.Outages;

/// <summary>A piece of a drawn timeline.</summary>
/// <param name="X">Where it begins, 0 to <see cref="Strip.Width"/>.</param>
/// <param name="Class">Of the style sheet; empty for one with a gradient.</param>
/// <param name="Gradient">From which state to which it goes softly; null for one that is plain.</param>
public readonly record struct StripPiece(double X, double Width, string Class, (State From, State To)? Gradient);

/// <summary>Timelines of an outage as strips: what is surely so is solid, what is possibly so is soft. Pure.</summary>
public static class Strip
{
    public const double Width = 1000;

    /// <summary>A state that lasts less is drawn so wide: it may be seen wider than it was, never not at all.</summary>
    private const double Least = 2;

    /// <summary>When the component was surely down, or surely degraded.</summary>
    public static ImmutableArray<StripPiece> Surely(TrackDocument track) => Draw(track, stretch => stretch.Best == State.Up ? null : $"fill-{stretch.Best.Css()}");

    /// <summary>When it likely was what: unseen time is grey.</summary>
    public static ImmutableArray<StripPiece> Likely(TrackDocument track) => Draw(track, stretch =>
        stretch.Window is not null && stretch.Likely is not (State.Up or State.Unknown) ? "fill-maintenance" : $"fill-{stretch.Likely.Css()}");

    /// <summary>When it was possibly down: what is not sure of it is soft.</summary>
    public static ImmutableArray<StripPiece> Possibly(TrackDocument track) => Draw(track, stretch =>
        stretch.Worst == State.Up ? null : stretch.Likely == State.Unknown ? "fill-unknown soft" : stretch.Worst == stretch.Best ? $"fill-{stretch.Worst.Css()}" : $"fill-{stretch.Worst.Css()} soft");

    /// <summary>What one probe saw from one vantage point: plain between its changes, and a soft edge as wide as a change's bounds.</summary>
    /// <param name="steps">Its changes in order; at least one.</param>
    public static ImmutableArray<StripPiece> Seen(IReadOnlyList<ExplanationStep> steps, Instant from, Instant to)
    {
        var pieces = ImmutableArray.CreateBuilder<StripPiece>();
        var at = from;
        foreach (var step in steps)
        {
            var (earliest, latest) = (Instant.Max(step.Earliest, at), Instant.Max(step.Latest, at));
            Add(at, earliest, $"fill-{step.Before.Css()}", null);
            Add(earliest, latest, "", (step.Before, step.After));
            at = latest;
        }
        Add(at, to, $"fill-{steps[^1].After.Css()}", null);
        return pieces.ToImmutable();

        void Add(Instant begin, Instant end, string name, (State, State)? gradient)
        {
            var (left, right) = (X(begin, from, to), X(end, from, to));
            if (right > left) pieces.Add(new StripPiece(left, right - left, name, gradient));
        }
    }

    /// <summary>Where an instant is; what lies outside is at the border.</summary>
    public static double X(Instant at, Instant from, Instant to) => to <= from ? 0 : Math.Round(Math.Clamp((at - from) / (to - from), 0, 1) * Width, 2);

    private static ImmutableArray<StripPiece> Draw(TrackDocument track, Func<TrackStretch, string?> classOf)
    {
        if (track.Stretches.IsEmpty) return [];
        var (from, to) = (track.Stretches[0].From, track.Stretches[^1].To);
        var pieces = ImmutableArray.CreateBuilder<StripPiece>();
        foreach (var stretch in track.Stretches)
        {
            if (classOf(stretch) is not { } name) continue;
            var (x, width) = (X(stretch.From, from, to), X(stretch.To, from, to) - X(stretch.From, from, to));
            if (pieces.Count > 0 && pieces[^1] is var last && last.Class == name && Math.Abs(last.X + last.Width - x) < 0.01) pieces[^1] = last with { Width = last.Width + width };
            else pieces.Add(new StripPiece(x, width, name, null));
        }
        // Wider ones may cover what follows; what is up gives way.
        return [.. pieces.Select(piece => piece.Width < Least && piece.Class != "fill-up" ? piece with { X = Math.Min(piece.X, Width - Least), Width = Least } : piece)];
    }
}
