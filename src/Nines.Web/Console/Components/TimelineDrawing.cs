using System.Collections.Immutable;
using System.Globalization;
using Nines.Core;
using Nines.Ledger;
using Nines.Ledger.Pictures;
using Nines.Ledger.Text;
using Nines.Web.Console.Parts;
using NodaTime;

namespace Nines.Web.Console.Components;

/// <summary>A piece of a drawn timeline.</summary>
/// <param name="Class">Of the style sheet: the state's fill, and how sure it is.</param>
public readonly record struct TimelinePiece(string Class, int X, int Width);

/// <summary>A component's timeline as a band: each spot shows the worst in it, however short, solid where it is sure, lighter where it is likely or only possible. Pure.</summary>
public static class TimelineDrawing
{
    public const int Width = 1_000;
    private const int Least = 3, MostNamed = 6;

    public static ImmutableArray<TimelinePiece> PiecesOf(ImmutableArray<Stretch> stretches, Instant from, Instant to) =>
        to <= from ? [] : [.. Band.Of(stretches, from, to, Width, Least).Select(run => new TimelinePiece(ClassOf(run.Shade), run.From, run.To - run.From))];

    /// <summary>The same in words.</summary>
    public static string TextOf(string name, ImmutableArray<Stretch> stretches)
    {
        if (stretches.IsEmpty) return $"{name}: nothing was watched";
        var times = stretches.GroupBy(stretch => stretch.Segment.Shown).Select(state => (State: state.Key, Time: state.Aggregate(Duration.Zero, (sum, one) => sum + one.Length)));
        var bad = stretches.Count(stretch => stretch.Segment.Shown is not (State.Up or State.Unknown));
        return $"{name}: {string.Join(", ", times.OrderByDescending(one => one.Time).Take(MostNamed).Select(one => $"{one.State.Word()} for {SpokenDuration.Of(one.Time)}"))}"
            + (bad == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; not up in {bad} {(bad == 1 ? "stretch" : "stretches")}, which the table has"));
    }

    /// <summary>Marks at round instants, as elements of an SVG: a razor file cannot hold a text element of its own.</summary>
    public static string AxisOf(Instant from, Instant to) => string.Concat(Axis.TicksOf(from, to).Select(tick =>
        $"<text class=\"{(tick.Sparse ? "sparse" : "wide")}\" x=\"{Markup.Percent(tick.Share)}\" y=\"12\" text-anchor=\"{(tick.Share < 0.04 ? "start" : tick.Share > 0.96 ? "end" : "middle")}\">{Markup.Escape(tick.Label)}</text>"));

    private static string ClassOf(Shade shade) => shade switch
    {
        Shade.Up => $"fill-{State.Up.Css()}",
        Shade.Unknown => $"fill-{State.Unknown.Css()}",
        Shade.Maintenance => $"fill-{State.Maintenance.Css()}",
        Shade.PossiblyDegraded => $"fill-{State.Degraded.Css()} possibly",
        Shade.LikelyDegraded => $"fill-{State.Degraded.Css()} likely",
        Shade.SurelyDegraded => $"fill-{State.Degraded.Css()}",
        Shade.PossiblyEffectivelyDown => $"fill-{State.EffectivelyDown.Css()} possibly",
        Shade.LikelyEffectivelyDown => $"fill-{State.EffectivelyDown.Css()} likely",
        Shade.SurelyEffectivelyDown => $"fill-{State.EffectivelyDown.Css()}",
        Shade.PossiblyDown => $"fill-{State.Down.Css()} possibly",
        Shade.LikelyDown => $"fill-{State.Down.Css()} likely",
        Shade.SurelyDown => $"fill-{State.Down.Css()}",
        Shade.Nothing => throw new ArgumentOutOfRangeException(nameof(shade), shade, "is not drawn"),
    };
}
