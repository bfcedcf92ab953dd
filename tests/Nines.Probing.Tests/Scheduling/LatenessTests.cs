using Nines.Core.Observations;
using Nines.Probing.Scheduling;
using NodaTime;
using static Nines.Probing.Tests.Scheduling.ScheduleRun;

namespace Nines.Probing.Tests.Scheduling;

/// <summary>What looks bring while the watcher itself does not run in time (TRUTH 7): the clock goes on, and nothing of us does.</summary>
public sealed class LatenessTests
{
    private static readonly Sight Fine = new(new Outcome.Answered(Duration.FromMilliseconds(5)), []);
    private static readonly Sight Silent = new(new Outcome.TimedOut(Duration.FromSeconds(2), "headers"), [], NeedsControl: true);
    private static readonly Sight Reset = new(new Outcome.Refused("connection_reset", "connection reset"), [], NeedsControl: true);
    private static readonly Sight Wrong = new(new Outcome.Refused("http_500", "500"), []);

    [Theory]
    [InlineData(0.4, 1)]
    [InlineData(0.6, 2)]
    [InlineData(1.0, 1)]
    [InlineData(3.0, 5)]
    [InlineData(10.0, 5)]
    public async Task A_time_out_over_a_stall_of_the_watcher_is_our_fault(double stall, double limit)
    {
        await using var watch = Stalling(stall, limit, Silent);
        Assert.StartsWith("the watcher ran late by ", Assert.IsType<Outcome.ProbeFault>(Seen(watch).Outcome).Reason);
    }

    [Theory]
    [InlineData(0.04, 1)]
    [InlineData(0.2, 1)]
    [InlineData(0.9, 5)]
    public async Task A_time_out_that_so_short_a_stall_cannot_explain_stays_the_targets(double stall, double limit)
    {
        await using var watch = Stalling(stall, limit, Silent);
        Assert.IsType<Outcome.TimedOut>(Seen(watch).Outcome);
    }

    [Fact]
    public async Task A_connection_that_the_target_gave_up_during_a_stall_is_our_fault_and_a_plain_refusal_is_not()
    {
        await using var reset = Stalling(0.6, 2, Reset);
        Assert.IsType<Outcome.ProbeFault>(Seen(reset).Outcome);
        await using var wrong = Stalling(0.6, 2, Wrong);
        Assert.IsType<Outcome.Refused>(Seen(wrong).Outcome);
    }

    [Fact]
    public async Task An_answer_after_a_short_stall_counts_and_one_whose_times_are_mostly_ours_does_not()
    {
        await using var brief = Stalling(0.9, 5, Fine);
        Assert.IsType<Outcome.Answered>(Seen(brief).Outcome);
        await using var stalled = Stalling(1.5, 5, Fine);
        Assert.IsType<Outcome.ProbeFault>(Seen(stalled).Outcome);
    }

    [Fact]
    public async Task Many_short_stalls_during_one_look_add_up()
    {
        var come = new TaskCompletionSource<Sight>();
        await using var watch = Looking(limit: 2, come);
        for (var i = 0; i < 6; i++)
        {
            watch.Time.Suspend(TimeSpan.FromMilliseconds(150));
            watch.Pass(0.1);
        }
        come.SetResult(Silent);
        Assert.IsType<Outcome.ProbeFault>(Seen(watch).Outcome);
    }

    [Fact]
    public async Task A_long_look_counts_although_the_delays_of_a_busy_machine_add_up_during_it()
    {
        // 25 times 60 ms over the half minute of a journey: a twentieth of it.
        foreach (var (seen, kind) in new[] { (Fine, typeof(Outcome.Answered)), (Silent, typeof(Outcome.TimedOut)) })
        {
            var come = new TaskCompletionSource<Sight>();
            await using var watch = Looking(limit: 40, come);
            for (var i = 0; i < 25; i++)
            {
                watch.Time.Suspend(TimeSpan.FromMilliseconds(60));
                watch.Pass(1.1);
            }
            come.SetResult(seen);
            Assert.IsType(kind, Seen(watch).Outcome);
            Assert.InRange(watch.Scheduler.Counts.RanLate, Duration.FromSeconds(1.4), Duration.FromSeconds(3));
        }
    }

    [Fact]
    public async Task A_long_look_over_one_stall_is_our_fault_however_short_beside_it()
    {
        var come = new TaskCompletionSource<Sight>();
        await using var watch = Looking(limit: 40, come);
        watch.Pass(10);
        watch.Time.Suspend(TimeSpan.FromSeconds(1.2));
        watch.Pass(20);
        come.SetResult(Silent);
        Assert.IsType<Outcome.ProbeFault>(Seen(watch).Outcome);
        Assert.Equal(1, watch.Scheduler.Counts.Delayed);
    }

    [Fact]
    public async Task A_stall_is_seen_although_the_look_ends_before_the_schedulers_loop_comes_again()
    {
        var come = new TaskCompletionSource<Sight>();
        await using var watch = Looking(limit: 2, come);
        watch.Time.Suspend(TimeSpan.FromSeconds(1.9));
        come.SetResult(Silent);   // its own timer came first
        Assert.IsType<Outcome.ProbeFault>(Seen(watch).Outcome);
    }

    [Fact]
    public async Task A_stall_before_a_look_is_nothing_to_it()
    {
        await using var watch = new Watch(One(1, every: 10, timeout: 2)) { Verdict = _ => new PathVerdict.Vouched("c") };
        watch.Run();
        watch.Pass(15);
        watch.Observations();
        watch.Time.Suspend(TimeSpan.FromSeconds(3));
        watch.Behave = (_, _) => new(Silent);
        watch.Pass(10);
        Assert.All(watch.Observations(), one => Assert.IsType<Outcome.TimedOut>(one.Outcome));
    }

    /// <summary>What the look brought; that others were missed meanwhile is told apart, and the next may have begun.</summary>
    private static Observation Seen(Watch watch) =>
        watch.Observations().First(one => one.Outcome is not Outcome.ProbeFault fault || !fault.Reason.Contains("missed", StringComparison.Ordinal));

    /// <summary>A look is under way; the watcher stalls; then the look comes back with what it found.</summary>
    private static Watch Stalling(double stall, double limit, Sight seen)
    {
        var come = new TaskCompletionSource<Sight>();
        var watch = Looking(limit, come);
        watch.Time.Suspend(TimeSpan.FromSeconds(stall));
        come.SetResult(seen);
        return watch;
    }

    private static Watch Looking(double limit, TaskCompletionSource<Sight> come)
    {
        var watch = new Watch(One(1, every: Math.Max(10, limit), timeout: limit)) { Verdict = _ => new PathVerdict.Vouched("c") };
        watch.Run();
        watch.Pass(Math.Max(20, 2 * limit));
        watch.Observations();
        var begun = false;
        watch.Behave = (_, _) =>
        {
            begun = true;
            return new ValueTask<Sight>(come.Task);
        };
        while (!begun) watch.Pass(0.01);
        return watch;
    }
}
