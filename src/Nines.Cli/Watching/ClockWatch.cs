using Nines.Core.Facts;
using Nines.Core.Time;
using NodaTime;

namespace Nines.Cli.Watching;

/// <summary>
/// Notices that the wall clock was set (TRUTH 17). Look once a second. That this process did not run for a while is noticed by the
/// scheduler, whose loop waits for nothing but time: the loop that looks here also waits for the disk.
/// </summary>
public sealed class ClockWatch(WatchClock clock)
{
    /// <summary>Slewing stays below this between two looks; a step is more.</summary>
    public static readonly Duration SmallestStep = Duration.FromMilliseconds(500);

    private Duration offset = clock.WallOffset;

    /// <summary>What has happened since the last look, as facts.</summary>
    public IEnumerable<Fact> Look()
    {
        var now = clock.Now;
        var ahead = clock.WallOffset;
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
