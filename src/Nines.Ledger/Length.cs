using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Ledger;

/// <summary>How long something lasted, as far as it can be known (TRUTH 2).</summary>
/// <param name="Shortest">It surely lasted this long.</param>
/// <param name="Likely">Each uncertain stretch counted half, unseen time left out.</param>
/// <param name="Longest">It possibly lasted this long; unseen time between is in it.</param>
public readonly record struct Length(Duration Shortest, Duration Likely, Duration Longest)
{
    public static readonly Length Zero = new(Duration.Zero, Duration.Zero, Duration.Zero);

    public static Length operator +(Length a, Length b) => new(a.Shortest + b.Shortest, a.Likely + b.Likely, a.Longest + b.Longest);

    /// <summary><c>4m 12s (4m 05s – 4m 19s)</c>; the bounds are rounded outwards, so that what is printed still holds.</summary>
    public override string ToString() =>
        Shortest == Longest
            ? SpokenDuration.Of(Likely)
            : $"{SpokenDuration.Of(Likely)} ({SpokenDuration.Of(Shortest, Rounding.Down)} – {SpokenDuration.Of(Longest, Rounding.Up)})";
}
