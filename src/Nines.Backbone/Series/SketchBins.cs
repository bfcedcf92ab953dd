namespace Nines.Backbone.Series;

/// <summary>Counts by index, kept sorted, at most <see cref="Most"/>: beyond it the lowest two become one.</summary>
internal sealed class SketchBins
{
    /// <value>2,048: at 1 % the highest bin is then 6·10^17 times the lowest before any two become one.</value>
    public const int Most = 2_048;

    /// <summary>Without any; nothing is ever added to it.</summary>
    public static readonly SketchBins None = new();

    private int[] indexes = [];
    private long[] counts = [];

    public int Length { get; private set; }
    public long Total { get; private set; }
    public int Index(int at) => indexes[at];
    public long CountAt(int at) => counts[at];

    public void Add(int index, long count)
    {
        var at = Array.BinarySearch(indexes, 0, Length, index);
        Total += count;
        if (at >= 0)
        {
            counts[at] += count;
            return;
        }
        at = ~at;
        if (Length == Most)
        {
            if (at == 0)
            {
                counts[0] += count; // below the lowest that is told apart
                return;
            }
            counts[1] += counts[0];
            RemoveFirst();
            at--;
            if (at == 0 && indexes[0] > index)
            {
                // The new one lay between the lowest two, which have just become one.
                counts[0] += count;
                return;
            }
        }
        Insert(at, index, count);
    }

    public void Merge(SketchBins other)
    {
        for (var i = other.Length - 1; i >= 0; i--) Add(other.indexes[i], other.counts[i]);
    }

    public void Clear() => (Length, Total) = (0, 0);

    private void Insert(int at, int index, long count)
    {
        if (Length == indexes.Length)
        {
            var size = Math.Min(Most, Math.Max(2, Length * 2));
            Array.Resize(ref indexes, size);
            Array.Resize(ref counts, size);
        }
        Array.Copy(indexes, at, indexes, at + 1, Length - at);
        Array.Copy(counts, at, counts, at + 1, Length - at);
        (indexes[at], counts[at]) = (index, count);
        Length++;
    }

    private void RemoveFirst()
    {
        Length--;
        Array.Copy(indexes, 1, indexes, 0, Length);
        Array.Copy(counts, 1, counts, 0, Length);
    }
}
