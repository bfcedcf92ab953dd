using Nines.Core;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Ledger.Pictures;

/// <summary>What a cell of a band shows, in rising order of what hides what: the worst in a cell is seen.</summary>
public enum Shade : byte
{
    /// <summary>Not watched yet, or not judged yet.</summary>
    Nothing,
    Up,
    Unknown,
    Maintenance,
    PossiblyDegraded,
    LikelyDegraded,
    SurelyDegraded,
    PossiblyEffectivelyDown,
    PossiblyDown,
    LikelyEffectivelyDown,
    SurelyEffectivelyDown,
    LikelyDown,
    SurelyDown,
}

/// <summary>A run of cells that show the same.</summary>
public readonly record struct Run(Shade Shade, int From, int To);

/// <summary>
/// A timeline cut into cells of equal width. A cell shows the worst that was in it, however short, and what is not up is
/// widened so that it can be seen: a picture may say "worse" of a pixel, never "better".
/// </summary>
public static class Band
{
    /// <param name="stretches">In order, within [from, to).</param>
    /// <param name="cells">How many cells the window has; 1 or more.</param>
    /// <param name="least">How many cells a time that is not up takes at least.</param>
    public static List<Run> Of(IEnumerable<Stretch> stretches, Instant from, Instant to, int cells, int least)
    {
        var shades = new Shade[cells];
        var width = (to - from).BclCompatibleTicks;
        foreach (var stretch in stretches)
        {
            var shade = ShadeOf(stretch.Segment);
            var first = Math.Clamp((int)((Int128)(stretch.From - from).BclCompatibleTicks * cells / width), 0, cells - 1);
            var last = Math.Clamp((int)(((Int128)(stretch.To - from).BclCompatibleTicks * cells + width - 1) / width), first + 1, cells);
            if (shade > Shade.Unknown && last - first < least)
            {
                first = Math.Max(0, Math.Min(first - (least - (last - first)) / 2, cells - least));
                last = Math.Min(cells, first + least);
            }
            for (var cell = first; cell < last; cell++)
                if (shades[cell] < shade) shades[cell] = shade;
        }

        var runs = new List<Run>();
        for (int begin = 0, cell = 1; cell <= cells; cell++)
        {
            if (cell < cells && shades[cell] == shades[begin]) continue;
            if (shades[begin] != Shade.Nothing) runs.Add(new Run(shades[begin], begin, cell));
            begin = cell;
        }
        return runs;
    }

    private static Shade ShadeOf(Segment segment)
    {
        if (segment.Shown == State.Maintenance) return Shade.Maintenance;
        if (segment.Best != State.Up) return Of(segment.Best, Shade.SurelyDegraded, Shade.SurelyEffectivelyDown, Shade.SurelyDown);
        if (segment.Likely == State.Unknown) return Shade.Unknown;
        if (segment.Likely != State.Up) return Of(segment.Likely, Shade.LikelyDegraded, Shade.LikelyEffectivelyDown, Shade.LikelyDown);
        return segment.Worst == State.Up ? Shade.Up : Of(segment.Worst, Shade.PossiblyDegraded, Shade.PossiblyEffectivelyDown, Shade.PossiblyDown);
    }

    private static Shade Of(State state, Shade degraded, Shade effectively, Shade down) => state switch
    {
        State.Degraded => degraded,
        State.EffectivelyDown => effectively,
        State.Down => down,
        State.Up or State.Unknown or State.Maintenance => throw new ArgumentOutOfRangeException(nameof(state), state, "has no shade of its own"),
    };
}
