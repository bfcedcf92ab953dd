using NodaTime;

namespace Nines.Core.Time;

/// <summary>
/// The process's one source of instants: the wall clock read once, then the monotonic clock. It never goes back and never
/// jumps; that the wall clock was set is noticed by <see cref="WallOffset"/> and recorded as a fact (TRUTH 17).
/// </summary>
public sealed class WatchClock
{
    private const int MostReadings = 20;
    private static readonly TimeSpan CloseEnough = TimeSpan.FromMicroseconds(20);

    private readonly TimeProvider time;
    private readonly Instant anchor;
    private readonly long started;

    /// <param name="time">The clock to read.</param>
    /// <param name="notBefore">The last instant on record: the wall clock may have been set back while nobody watched.</param>
    public WatchClock(TimeProvider time, Instant? notBefore = null)
    {
        this.time = time;
        (var wall, started) = ReadWall(time);
        anchor = notBefore is { } last && last > wall ? last : wall;
    }

    public TimeProvider Time => time;

    public Instant Now => anchor + Duration.FromTimeSpan(time.GetElapsedTime(started));

    /// <summary>How far the wall clock is ahead of this clock; it changes when the wall clock is set or slewed.</summary>
    public Duration WallOffset
    {
        get
        {
            var (wall, at) = ReadWall(time);
            return wall - (anchor + Duration.FromTimeSpan(time.GetElapsedTime(started, at)));
        }
    }

    /// <summary>
    /// Both clocks at one moment. A thread that loses its processor between the two readings (or loads the code of one for the
    /// first time) would set us off against the wall clock for good: so they are read until they are close together.
    /// </summary>
    private static (Instant Wall, long At) ReadWall(TimeProvider time)
    {
        var best = (Wall: default(DateTimeOffset), At: 0L);
        var narrowest = TimeSpan.MaxValue;
        for (var i = 0; i < MostReadings && narrowest > CloseEnough; i++)
        {
            var before = time.GetTimestamp();
            var wall = time.GetUtcNow();
            var after = time.GetTimestamp();
            var apart = time.GetElapsedTime(before, after);
            if (apart < narrowest) (best, narrowest) = ((wall, before + (after - before) / 2), apart);
        }
        return (Instant.FromDateTimeOffset(best.Wall), best.At);
    }
}
