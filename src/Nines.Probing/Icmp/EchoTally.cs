using NodaTime;

namespace Nines.Probing.Icmp;

/// <summary>Which of a look's echos came back, and after how long.</summary>
internal sealed class EchoTally(int count)
{
    private readonly Duration?[] took = new Duration?[count];

    public int Count => count;
    public int Received { get; private set; }
    public bool IsComplete => Received == count;

    /// <summary>Share of the echos that did not come back: 0 to 1.</summary>
    public double Loss => (count - Received) / (double)count;

    /// <summary>Lower median; null when none came back.</summary>
    public Duration? Median
    {
        get
        {
            var times = took.OfType<Duration>().Order().ToArray();
            return times.Length == 0 ? null : times[(times.Length - 1) / 2];
        }
    }

    /// <summary>Mean difference between one echo's time and the next one's (after RFC 3550, section 6.4.1, without its smoothing); null for fewer than two.</summary>
    public Duration? Jitter
    {
        get
        {
            var times = took.OfType<Duration>().ToArray();
            return times.Length < 2 ? null : Duration.FromNanoseconds(times.Zip(times[1..], (a, b) => Math.Abs((a - b).TotalNanoseconds)).Average());
        }
    }

    /// <summary>A reply that was there before, or to no echo of this look, is left out.</summary>
    public void Came(int sequence, Duration after)
    {
        if (sequence < 0 || sequence >= count || took[sequence] is not null) return;
        took[sequence] = after;
        Received++;
    }
}
