namespace Nines.Backbone.Series;

/// <summary>
/// A distribution in a few hundred bytes: any quantile within 1 % of its value, and mergeable without loss of that bound. Bins grow
/// geometrically: value x falls in bin ⌈log_γ |x|⌉ with γ = (1 + α)/(1 − α), α = 0.01.
/// </summary>
/// <remarks>
/// C. Masson, J. E. Rim, H. K. Lee: DDSketch: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees, PVLDB 12(12), 2019
/// (algorithms 1 to 4). Negative values have bins of their own, magnitudes below <see cref="Smallest"/> count as zero. With more than
/// 2,048 bins on a side those nearest to zero become one: quantiles in that bin lose the bound, all others keep it.
/// </remarks>
public sealed class QuantileSketch
{
    /// <value>0.01: largest relative error of a quantile.</value>
    public const double Accuracy = 0.01;

    /// <value>10⁻¹²: smaller magnitudes are zero.</value>
    public const double Smallest = 1e-12;

    private const byte Format = 1;
    private const double Gamma = (1 + Accuracy) / (1 - Accuracy);
    private static readonly double InverseLogGamma = 1 / Math.Log(Gamma);

    // Made for the first value of their side: most signals never have a negative one, and there are tens of thousands of sketches.
    private SketchBins? positive, negative;
    private long zeros;

    public long Count => zeros + Positive.Total + Negative.Total;

    private SketchBins Positive => positive ?? SketchBins.None;
    private SketchBins Negative => negative ?? SketchBins.None;

    /// <exception cref="ArgumentOutOfRangeException">The value is not a finite number.</exception>
    public void Add(double value)
    {
        if (!double.IsFinite(value)) throw new ArgumentOutOfRangeException(nameof(value), value, "is not a finite number");
        if (value >= Smallest) (positive ??= new SketchBins()).Add(IndexOf(value), 1);
        else if (value <= -Smallest) (negative ??= new SketchBins()).Add(IndexOf(-value), 1);
        else zeros++;
    }

    public void Merge(QuantileSketch other)
    {
        zeros += other.zeros;
        if (other.Positive.Length > 0) (positive ??= new SketchBins()).Merge(other.Positive);
        if (other.Negative.Length > 0) (negative ??= new SketchBins()).Merge(other.Negative);
    }

    public void Clear()
    {
        zeros = 0;
        positive?.Clear();
        negative?.Clear();
    }

    /// <summary>The value at rank ⌊q (n − 1)⌋ of the n values in order, within 1 %.</summary>
    /// <param name="q">0 to 1.</param>
    /// <returns>NaN when the sketch is empty.</returns>
    /// <exception cref="ArgumentOutOfRangeException">q is outside [0, 1].</exception>
    public double Quantile(double q)
    {
        if (!(q is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(q), q, "is outside 0 to 1");
        if (Count == 0) return double.NaN;
        var rank = (long)Math.Floor(q * (Count - 1));
        if (rank < Negative.Total)
        {
            // From the largest magnitude up to zero.
            for (var i = Negative.Length - 1; ; i--)
                if ((rank -= Negative.CountAt(i)) < 0)
                    return -ValueOf(Negative.Index(i));
        }
        rank -= Negative.Total;
        if (rank < zeros) return 0;
        rank -= zeros;
        for (var i = 0; ; i++)
            if ((rank -= Positive.CountAt(i)) < 0)
                return ValueOf(Positive.Index(i));
    }

    /// <summary>The sketch as bytes; the same bins give the same bytes.</summary>
    public byte[] ToBytes()
    {
        if (Count == 0) return [];
        var bytes = new byte[1 + 30 + (Positive.Length + Negative.Length) * 15];
        bytes[0] = Format;
        var at = 1;
        Put(bytes, ref at, (ulong)zeros);
        Put(bytes, ref at, Positive);
        Put(bytes, ref at, Negative);
        return bytes[..at];
    }

    /// <exception cref="FormatException">The bytes are not a sketch.</exception>
    public static QuantileSketch FromBytes(ReadOnlySpan<byte> bytes)
    {
        var sketch = new QuantileSketch();
        if (bytes.IsEmpty) return sketch;
        if (bytes[0] != Format) throw new FormatException($"A sketch of format {bytes[0]}: only {Format} is known.");
        var at = 1;
        sketch.zeros = ToCount(Take(bytes, ref at));
        Take(bytes, ref at, sketch.positive = new SketchBins());
        Take(bytes, ref at, sketch.negative = new SketchBins());
        if (at != bytes.Length) throw new FormatException("A sketch with bytes behind its end.");
        return sketch;
    }

    private static int IndexOf(double magnitude) => (int)Math.Ceiling(Math.Log(magnitude) * InverseLogGamma);

    // The point of the bin whose relative distance to both its ends is the same. γ^i first divided: the highest bins stay finite.
    private static double ValueOf(int index) => Math.Exp(index / InverseLogGamma - Math.Log((Gamma + 1) / 2));

    private static void Put(byte[] bytes, ref int at, SketchBins bins)
    {
        Put(bytes, ref at, (ulong)bins.Length);
        var last = 0;
        for (var i = 0; i < bins.Length; i++)
        {
            var step = (long)bins.Index(i) - last;
            Put(bytes, ref at, step < 0 ? ((ulong)-step << 1) | 1 : (ulong)step << 1);
            Put(bytes, ref at, (ulong)bins.CountAt(i));
            last = bins.Index(i);
        }
    }

    private static void Take(ReadOnlySpan<byte> bytes, ref int at, SketchBins bins)
    {
        var length = Take(bytes, ref at);
        if (length > SketchBins.Most) throw new FormatException($"A sketch of {length} bins: {SketchBins.Most} is the most.");
        long last = 0;
        for (var i = 0UL; i < length; i++)
        {
            var step = Take(bytes, ref at);
            if (step >> 1 > 200_000 || (i > 0 && (step & 1) == 1)) throw new FormatException("A sketch whose bins are out of order.");
            last += (step & 1) == 1 ? -(long)(step >> 1) : (long)(step >> 1);
            bins.Add((int)last, ToCount(Take(bytes, ref at)));
        }
    }

    private static long ToCount(ulong value) =>
        value <= 1UL << 48 ? (long)value : throw new FormatException($"A sketch with a count of {value}.");

    private static void Put(byte[] bytes, ref int at, ulong value)
    {
        for (; value >= 0x80; value >>= 7) bytes[at++] = (byte)(value & 0x7F | 0x80);
        bytes[at++] = (byte)value;
    }

    private static ulong Take(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; shift < 63; shift += 7)
        {
            if (at >= bytes.Length) throw new FormatException("A sketch that ends too early.");
            var part = bytes[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }
        throw new FormatException("A sketch with a number that is too long.");
    }
}
