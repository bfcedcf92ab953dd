using Nines.Core.Time;
using NodaTime;

namespace Nines.Core.Tests.Time;

public sealed class WatchClockTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_thread_held_up_between_the_two_clocks_does_not_set_us_off_against_the_wall(bool beforeReading)
    {
        var time = new HeldUpTime(beforeReading);
        var clock = new WatchClock(time);
        time.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(Instant.FromDateTimeOffset(time.GetUtcNow()), clock.Now);
        Assert.Equal(Duration.Zero, clock.WallOffset);
    }

    /// <summary>The first reading of the wall clock takes 100 ms, as it does when its code is loaded or the processor is taken away.</summary>
    private sealed class HeldUpTime(bool beforeReading) : TimeProvider
    {
        private long elapsed;
        private bool held;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
        public override long GetTimestamp() => elapsed;
        public void Pass(TimeSpan by) => elapsed += by.Ticks;

        public override DateTimeOffset GetUtcNow()
        {
            if (beforeReading) HoldUp();
            var now = DateTimeOffset.UnixEpoch.AddTicks(elapsed);
            if (!beforeReading) HoldUp();
            return now;
        }

        private void HoldUp()
        {
            if (!held) Pass(TimeSpan.FromMilliseconds(100));
            held = true;
        }
    }
}
