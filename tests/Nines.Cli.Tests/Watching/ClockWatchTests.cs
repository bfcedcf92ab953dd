using Nines.Cli.Watching;
using Nines.Core.Facts;
using Nines.Core.Time;
using Nines.Testing;
using NodaTime;

namespace Nines.Cli.Tests.Watching;

public sealed class ClockWatchTests
{
    private readonly ManualTimeProvider time = new();
    private readonly WatchClock clock;
    private readonly ClockWatch watch;

    public ClockWatchTests()
    {
        clock = new WatchClock(time);
        watch = new ClockWatch(clock);
    }

    private IReadOnlyList<Fact> After(double seconds)
    {
        time.Advance(TimeSpan.FromSeconds(seconds));
        return [.. watch.Look()];
    }

    [Fact]
    public void A_wall_clock_set_forward_or_back_is_a_fact_and_moves_no_instant()
    {
        After(1);
        var before = clock.Now;
        time.StepWallClock(TimeSpan.FromHours(1));
        Assert.Equal(Duration.FromHours(1), Assert.IsType<ClockStepped>(Assert.Single(After(1))).By);
        Assert.Equal(before + Duration.FromSeconds(1), clock.Now);
        time.StepWallClock(TimeSpan.FromHours(-2));
        Assert.Equal(Duration.FromHours(-2), Assert.IsType<ClockStepped>(Assert.Single(After(1))).By);
        Assert.Equal(before + Duration.FromSeconds(2), clock.Now);
        Assert.Empty(After(1));
    }

    [Fact]
    public void Slow_slewing_is_no_step_however_long_it_goes_on()
    {
        for (var i = 0; i < 100; i++)
        {
            time.StepWallClock(TimeSpan.FromMilliseconds(100));
            Assert.Empty(After(1));
        }
    }

    [Fact]
    public void A_look_that_comes_late_because_the_disk_was_slow_is_no_suspension()
    {
        After(1);
        Assert.Empty(After(60));
    }
}
