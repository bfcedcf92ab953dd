using System.Numerics;
using NodaTime;

namespace Nines.Probing.Scheduling;

/// <summary>How late looks started, or how long something took.</summary>
/// <param name="Count">How many were measured.</param>
/// <param name="P50">Half of them were no longer; up to 1/16 too high.</param>
/// <param name="P99">99 of 100 were no longer; up to 1/16 too high.</param>
/// <param name="Max">The longest, exactly.</param>
/// <param name="Sum">All of them together, to the microsecond each.</param>
public readonly record struct DelaySummary(long Count, Duration P50, Duration P99, Duration Max, Duration Sum);

/// <summary>A histogram of delays in microseconds: 16 linear buckets an octave, so a fixed size and no allocation. Safe for concurrent use.</summary>
public sealed class Delays
{
    private const int Sub = 16;
    private readonly long[] buckets = new long[Sub * 48];   // up to 2^51 µs, 71 years
    private long count;
    private long max;
    private long sum;   // microseconds: ticks would overflow after some months of late looks

    public void Record(Duration delay)
    {
        var ticks = Math.Max(0, delay.BclCompatibleTicks);
        Interlocked.Increment(ref buckets[Math.Min(Bucket((ulong)ticks / 10), buckets.Length - 1)]);
        Interlocked.Increment(ref count);
        Interlocked.Add(ref sum, ticks / 10);
        for (var seen = Interlocked.Read(ref max); ticks > seen;)
        {
            var before = Interlocked.CompareExchange(ref max, ticks, seen);
            if (before == seen) break;
            seen = before;
        }
    }

    public DelaySummary Summary()
    {
        var total = Interlocked.Read(ref count);
        var most = Duration.FromTicks(Interlocked.Read(ref max));
        return new DelaySummary(
            total, Duration.Min(most, Quantile(total, 0.5)), Duration.Min(most, Quantile(total, 0.99)), most, Duration.FromNanoseconds(Interlocked.Read(ref sum) * 1_000.0));
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
