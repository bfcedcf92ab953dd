using NodaTime;

namespace Nines.Core.Time;

/// <summary>
/// The process's one source of instants: the wall clock read once, then the monotonic clock. It never goes back and never
/// jumps; that the wall clock was set is noticed by <see cref="WallOffset"/> and recorded as a fact (TRUTH 17).
/// </summary>
public sealed class WatchClock
{
    private readonly TimeProvider time;
    private readonly Instant anchor;
    private readonly long started;

    /// <param name="time">The clock to read.</param>
    /// <param name="notBefore">The last instant on record: the wall clock may have been set back while nobody watched.</param>
    public WatchClock(TimeProvider time, Instant? notBefore = null)
    {
        this.time = time;
        started = time.GetTimestamp();
        var wall = Instant.FromDateTimeOffset(time.GetUtcNow());
        anchor = notBefore is { } last && last > wall ? last : wall;
    }

    public TimeProvider Time => time;

    public Instant Now => anchor + Duration.FromTimeSpan(time.GetElapsedTime(started));

    /// <summary>How far the wall clock is ahead of this clock; it changes when the wall clock is set or slewed.</summary>
    public Duration WallOffset => Instant.FromDateTimeOffset(time.GetUtcNow()) - Now;
}
