using Nines.Core.Components;
using Nines.Probing.Scheduling;
using NodaTime;
using static Nines.Probing.Tests.Scheduling.ScheduleRun;

namespace Nines.Probing.Tests.Scheduling;

/// <summary>What people are told of the next look is what the schedule then does.</summary>
public sealed class PlannedTests
{
    private static readonly ComponentId Shop = new("shop");

    /// <summary>Asks at many instants, and compares with the looks that then began.</summary>
    private static void AssertKept(ScheduleRun run, double until, double every = 0.37)
    {
        var asked = new List<(Instant At, PlannedLook Said)>();
        for (var at = 0.01; at < until; at += every)
            run.At(at, r => asked.Add((r.Now, r.Schedule.NextLook(Shop, r.Now)!.Value)));
        run.RunTo(until + 130);
        Assert.NotEmpty(asked);
        foreach (var (at, said) in asked)
        {
            var began = run.Looks.First(look => look.Began >= at && look.Look.Due >= at).Began;
            Assert.True(said.At == began, $"asked at {at}: said {said.At}, the next look began at {began}");
        }
    }

    [Fact]
    public void The_next_regular_look_is_said_to_the_instant() => AssertKept(new ScheduleRun(One(3, every: 60)), 200);

    [Fact]
    public void Of_several_probes_the_soonest_is_said() =>
        AssertKept(new ScheduleRun(Watching(2, Component("shop", Probe("shop", "api", 2, 60), Probe("shop", "page", 2, 13)))), 200);

    [Fact]
    public void A_due_time_that_a_long_look_runs_into_is_not_said()
    {
        var run = new ScheduleRun(One(1, every: 10, timeout: 10)) { Takes = _ => Duration.FromSeconds(9.5) };
        AssertKept(run, 100);
    }

    [Fact]
    public void While_suspected_the_next_look_is_within_a_second_and_after_settling_by_the_interval_again()
    {
        var run = new ScheduleRun(One(3, every: 60));
        PlannedLook? sharp = null, settled = null;
        run.At(100, r => r.Schedule.Sharpen(Shop, r.Now));
        run.At(110.1, r => sharp = r.Schedule.NextLook(Shop, r.Now));
        run.At(120, r => r.Schedule.Settle(Shop, r.Now));
        run.At(120.2, r => settled = r.Schedule.NextLook(Shop, r.Now));
        run.RunTo(200);
        Assert.True(sharp!.Value.IsSharp);
        Assert.InRange((sharp.Value.At - (Start + Duration.FromSeconds(110.1))).TotalSeconds, 0, 1);
        Assert.Equal(1, sharp.Value.Every.TotalSeconds, 0.01);
        Assert.Equal(run.Looks.First(look => look.Began >= Start + Duration.FromSeconds(110.1)).Began, sharp.Value.At);
        Assert.False(settled!.Value.IsSharp);
        Assert.Equal(Duration.FromSeconds(60), settled.Value.Every);
        Assert.Equal(run.Looks.First(look => look.Began >= Start + Duration.FromSeconds(120.2)).Began, settled.Value.At);
    }

    [Fact]
    public void Of_what_no_probe_looks_at_and_after_the_end_nothing_is_said()
    {
        var run = new ScheduleRun(Watching(1, Component("shop", Probe("shop", "api", 1)), Component("gate")));
        Assert.Null(run.Schedule.NextLook(new("gate"), Start));
        Assert.Null(run.Schedule.NextLook(new("none"), Start));
        Assert.NotNull(run.Schedule.NextLook(Shop, Start));
        run.Schedule.Stop();
        Assert.Null(run.Schedule.NextLook(Shop, Start));
    }
}
