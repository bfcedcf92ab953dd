using System.Collections.Concurrent;
using System.Threading.Channels;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Observations;
using Nines.Core.Time;
using Nines.Probing.Scheduling;
using Nines.Testing;
using NodaTime;
using static Nines.Probing.Tests.Scheduling.ScheduleRun;

namespace Nines.Probing.Tests.Scheduling;

/// <summary>How the scheduler slows, stops and ends, and what it loses then.</summary>
public sealed class StoppingTests
{
    private static readonly Sight Fine = new(new Outcome.Answered(Duration.FromMilliseconds(5)), []);
    private static readonly Sight Reset = new(new Outcome.Refused("reset", "connection reset"), [], NeedsControl: true);

    [Fact]
    public async Task Whoever_judges_the_last_observations_never_waits_for_a_scheduler_that_has_ended()
    {
        var channel = Channel.CreateBounded<Observation>(16);
        var scheduler = new Scheduler(One(1), (_, _) => throw new InvalidOperationException("not made"), new WatchClock(TimeProvider.System), channel.Writer, null, new SchedulerOptions());
        await scheduler.RunAsync(new CancellationToken(canceled: true));
        for (var i = 0; i < 1_000; i++)
            await scheduler.SharpenAsync(new ComponentId("shop")).AsTask().WaitAsync(Patience.Most, TimeProvider.System, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_full_channel_slows_its_slots_visibly_and_loses_nothing()
    {
        await using var watch = new Watch(One(4), capacity: 2);
        watch.Run();
        watch.Pass(100);
        var counts = watch.Scheduler.Counts;
        Assert.True(counts.ChannelFull > 0);
        Assert.True(counts.Due.Missed > 0);
        var seen = new List<Observation>();
        int missed = 0, looks = 0;
        for (var i = 0; i < 500 && looks + missed < 40; i++)
        {
            seen.AddRange(watch.Observations());   // a writer that waited for the channel goes on elsewhere
            missed = seen.Select(one => one.Outcome).OfType<Outcome.ProbeFault>().Sum(fault => int.Parse(fault.Reason.Split(' ')[1]));
            looks = seen.Count(one => one.Outcome is Outcome.Answered);
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
        Assert.Contains(seen, one => one.Outcome is Outcome.ProbeFault { Reason: var reason } && reason.StartsWith("backlog: ", StringComparison.Ordinal));
        counts = watch.Scheduler.Counts;
        Assert.Equal((counts.Due.Looks, counts.Due.Missed, 0L), (looks, missed, counts.Lost));
        Assert.Equal(40, looks + missed);
        Assert.True(counts.ChannelWait > Duration.FromSeconds(60));
    }

    [Fact]
    public async Task Stopping_lets_looks_in_flight_end_and_disposes_the_probes()
    {
        await using var watch = new Watch(One(1));
        watch.Behave = async (_, limit) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(4), watch.Time, limit).ConfigureAwait(false);
            return Fine;
        };
        watch.Run();
        while (watch.Looked == 0) watch.Pass(0.1);
        watch.Stop();
        Assert.False(watch.Running.IsCompleted);
        watch.Pass(4);
        await watch.Running;
        Assert.IsType<Outcome.Answered>(Assert.Single(watch.Observations()).Outcome);
        Assert.All(watch.Probes, probe => Assert.True(probe.Disposed));
    }

    [Fact]
    public async Task Stopping_with_a_reader_that_is_gone_ends_and_counts_what_was_lost()
    {
        await using var watch = new Watch(One(4), capacity: 1);
        watch.Run();
        watch.Pass(30);
        watch.Stop();
        watch.Pass(60);
        await watch.Running;
        Assert.True(watch.Scheduler.Counts.Lost >= 3);
    }

    [Fact]
    public async Task A_slot_survives_a_reader_that_closed_the_channel_and_listeners_that_throw()
    {
        await using var watch = new Watch(One(1)) { Behave = (_, _) => new(Reset), Verdict = _ => new PathVerdict.Blind("x") };
        watch.Scheduler.Blinded += _ => throw new InvalidOperationException();
        watch.Channel.Writer.Complete();
        watch.Run();
        watch.Pass(50);
        Assert.Equal(5, watch.Looked);
        Assert.Equal(5, watch.Scheduler.Counts.Lost);
        Assert.Contains(watch.Troubles, trouble => trouble.What.Contains("VantagePointBlind", StringComparison.Ordinal));
    }
}
