using NodaTime;

namespace Nines.Backbone.Series;

/// <summary>The values of one series in [<paramref name="From"/>, <paramref name="From"/> + <paramref name="Width"/>), summed up.</summary>
/// <param name="From">First instant in it; a multiple of the width since the Unix epoch.</param>
/// <param name="Width">One minute as recorded; more after merging or rolling up.</param>
/// <param name="Count">How many values; at least 1.</param>
/// <param name="Sketch">The distribution, to 1 % of each value; empty for outcomes, which are counted only.</param>
public sealed record SeriesBucket(Instant From, Duration Width, long Count, double Min, double Max, double Sum, QuantileSketch Sketch)
{
    public double Mean => Sum / Count;

    /// <summary>The value that a share <paramref name="q"/> of the values does not exceed, within 1 %, and within [Min, Max].</summary>
    /// <param name="q">0 to 1.</param>
    /// <returns>NaN when values were counted only.</returns>
    public double Quantile(double q) => Sketch.Count == 0 ? double.NaN : Math.Clamp(Sketch.Quantile(q), Min, Max);
}
