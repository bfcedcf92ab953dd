using Nines.Core.Facts;
using Nines.Core.Time;
using NodaTime;

namespace Nines.Cli.Watching;

/// <summary>
/// Notices what happens to time itself (TRUTH 17): the wall clock was set, or this process did not run for a while. Look once a second.
/// </summary>
public sealed class ClockWatch(WatchClock clock)
{
    /// <summary>Slewing stays below this between two looks; a step is more.</summary>
    public static readonly Duration SmallestStep = Duration.FromMilliseconds(500);

    /// <summary>A look that comes this much late means that we did not run.</summary>
    public static readonly Duration SmallestSuspension = Duration.FromSeconds(5);

    private Duration offset = clock.WallOffset;
    private Instant looked = clock.Now;

    /// <summary>What has happened since the last look, as facts.</summary>
    public IEnumerable<Fact> Look()
    {
        var now = clock.Now;
        var ahead = clock.WallOffset;
        if (now - looked > SmallestSuspension) yield return new WatcherSuspended(looked, now);
        looked = now;

        var moved = ahead - offset;
        if (moved < SmallestStep && moved > -SmallestStep)
        {
            // Slow slewing adds up: follow it, so that only a jump is called one.
            offset = ahead;
            yield break;
        }
        offset = ahead;
        yield return new ClockStepped(now, moved);
    }
}
