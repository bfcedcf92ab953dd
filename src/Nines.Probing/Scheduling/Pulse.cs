using NodaTime;

namespace Nines.Probing.Scheduling;

/// <summary>
/// By how much the scheduler's loop has come too late, in all: it waits for nothing but time and runs on the thread pool as looks do, so what holds
/// it up (a stopped process, no processor, a collection of garbage, a pool without threads) holds them up too. Not safe for concurrent use.
/// </summary>
/// <param name="stall">A single delay longer than this is a stall.</param>
internal sealed class Pulse(Instant start, Duration stall)
{
    /// <summary>While looks run the loop comes at least this often, so that a stall is seen whole but for so much.</summary>
    public static readonly Duration Every = Duration.FromMilliseconds(100);

    /// <summary>Timers come some milliseconds late on any machine: less than this is not late.</summary>
    public static readonly Duration Unremarkable = Duration.FromMilliseconds(50);

    private Duration total = Duration.Zero;
    private Instant expected = start, stalled = Instant.MinValue;

    /// <summary>The loop is here, and will be again by <paramref name="next"/> at the latest.</summary>
    /// <returns>How late it came, small delays included.</returns>
    public Duration Beat(Instant now, Instant next)
    {
        total += Overdue(now);
        var late = now - expected;
        if (late > stall) stalled = now;
        expected = Instant.Max(now, next);
        return late;
    }

    /// <summary>In all by now, with what the loop is overdue at the moment: a look may end before the loop comes.</summary>
    public Duration Late(Instant now) => total + Overdue(now);

    /// <summary>Whether the loop has stalled since, or stalls at the moment.</summary>
    public bool HasStalled(Instant since, Instant now) => stalled > since || now - expected > stall;

    private Duration Overdue(Instant now) => now - expected is var late && late > Unremarkable ? late : Duration.Zero;
}
