namespace Nines.Probing.Scheduling;

/// <summary>A limit of n looks within any second: remembers the last n.</summary>
internal sealed class RecentLooks
{
    private readonly long[] ring;
    private int next;

    public RecentLooks(int perSecond)
    {
        ring = new long[perSecond];
        Array.Fill(ring, long.MinValue);
    }

    /// <summary>The first tick at which one more look keeps the limit.</summary>
    public long AllowedAt => ring[next] == long.MinValue ? long.MinValue : ring[next] + TimeSpan.TicksPerSecond;

    public void Note(long tick)
    {
        ring[next] = tick;
        next = (next + 1) % ring.Length;
    }
}
