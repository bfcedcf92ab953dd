using System.Numerics;
using NodaTime;

namespace Nines.Probing.Scheduling;

/// <summary>How late looks started.</summary>
/// <param name="Count">Looks measured.</param>
/// <param name="P50">Half of them were no later; up to 1/16 too high.</param>
/// <param name="P99">99 of 100 were no later; up to 1/16 too high.</param>
/// <param name="Max">The latest, exactly.</param>
public readonly record struct LatenessSummary(long Count, Duration P50, Duration P99, Duration Max);

/// <summary>A histogram of delays in microseconds: 16 linear buckets an octave, so a fixed size and no allocation. Safe for concurrent use.</summary>
internal sealed class Lateness
{
    private const int Sub = 16;
    private readonly long[] buckets = new long[Sub * 48];   // up to 2^51 µs, 71 years
    private long count;
    private long max;

    public void Record(Duration delay)
    {
        var ticks = Math.Max(0, delay.BclCompatibleTicks);
        Interlocked.Increment(ref buckets[Math.Min(Bucket((ulong)ticks / 10), buckets.Length - 1)]);
        Interlocked.Increment(ref count);
        for (var seen = Interlocked.Read(ref max); ticks > seen;)
        {
            var before = Interlocked.CompareExchange(ref max, ticks, seen);
            if (before == seen) break;
            seen = before;
        }
    }

    public LatenessSummary Summary()
    {
        var total = Interlocked.Read(ref count);
        var most = Duration.FromTicks(Interlocked.Read(ref max));
        return new LatenessSummary(total, Duration.Min(most, Quantile(total, 0.5)), Duration.Min(most, Quantile(total, 0.99)), most);
    }

    private Duration Quantile(long total, double share)
    {
        var rank = (long)Math.Ceiling(total * share);
        if (rank == 0) return Duration.Zero;
        var seen = 0L;
        for (var i = 0; i < buckets.Length; i++)
        {
            seen += Interlocked.Read(ref buckets[i]);
            if (seen >= rank) return Duration.FromTicks((double)UpperEdge(i) * 10);
        }
        return Duration.MaxValue;   // a record between the reads: the caller caps it at the maximum
    }

    private static int Bucket(ulong micros)
    {
        if (micros < Sub) return (int)micros;
        var octave = BitOperations.Log2(micros) - 4;
        return octave * Sub + (int)(micros >> octave);
    }

    private static ulong UpperEdge(int bucket)
    {
        if (bucket < Sub) return (ulong)bucket;
        var octave = bucket / Sub - 1;
        return ((ulong)(bucket - octave * Sub) + 1) << octave;
    }
}
