using Nines.Core.Components;
using Nines.Probing.Scheduling;
using NodaTime;
using static Nines.Probing.Tests.Scheduling.ScheduleRun;

namespace Nines.Probing.Tests.Scheduling;

public sealed class ScheduleTests
{
    private static readonly ComponentId Shop = new("shop");

    [Fact]
    public void Due_times_are_start_plus_phase_plus_whole_intervals_and_do_not_drift_when_looks_start_late()
    {
        var run = new ScheduleRun(One(1)) { Takes = _ => Duration.FromMilliseconds(3777) };
        var phase = run.Schedule.Slots[0].Phase;
        run.RunTo(100_000);
        Assert.Equal(10_000, run.Looks.Count);
        for (var k = 0; k < run.Looks.Count; k++)
            Assert.Equal(Start + phase + Duration.FromSeconds(10) * k, run.Looks[k].Look.Due);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void Vantage_points_of_one_probe_are_spread_evenly_over_the_interval(int n)
    {
        var phases = new ScheduleRun(One(n)).Schedule.Slots.Select(slot => slot.Phase.TotalSeconds).Order().ToArray();
        for (var k = 0; k < n; k++)
        {
            var gap = k + 1 < n ? phases[k + 1] - phases[k] : phases[0] + 10 - phases[k];
            Assert.Equal(10.0 / n, gap, 5);
        }
    }

    [Fact]
    public void Different_probes_do_not_fire_at_once_and_their_phases_are_the_same_in_every_process()
    {
        var components = Enumerable.Range(0, 1000).Select(i => Component($"node-{i}", Probe($"node-{i}", "rpc", 1))).ToArray();
        var slots = new ScheduleRun(Watching(1, components)).Schedule.Slots;
        var tenths = slots.GroupBy(slot => (int)slot.Phase.TotalSeconds).Select(group => group.Count()).ToArray();
        Assert.Equal(10, tenths.Length);
        Assert.All(tenths, count => Assert.InRange(count, 60, 140));
        Assert.Equal(new ScheduleRun(One(1)).Schedule.Slots[0].Phase, new ScheduleRun(One(1)).Schedule.Slots[0].Phase);
        Assert.Equal(PhaseOfShopApi, new ScheduleRun(One(1)).Schedule.Slots[0].Phase);
    }

    // Written down once: a change of the hash would move every phase of every installation at the next upgrade.
    private static readonly Duration PhaseOfShopApi = Duration.FromTicks(PhaseTicks);
    private const long PhaseTicks = 45_349_234;

    [Fact]
    public void A_due_time_that_comes_while_the_look_before_still_runs_is_a_miss_and_not_a_second_look()
    {
        var run = new ScheduleRun(One(1, every: 2, timeout: 2)) { Takes = _ => Duration.FromSeconds(2.5) };
        run.RunTo(60);
        Assert.All(run.Misses, miss => Assert.Equal((MissReason.Overrun, 1L), (miss.Reason, miss.Count)));
        Assert.InRange(run.Misses.Count, 14, 16);
        AssertEveryDueTimeIsAnsweredFor(run);
        AssertNoOverlap(run);
    }

    [Fact]
    public void After_a_suspension_one_miss_says_how_many_due_times_passed_and_nothing_is_caught_up()
    {
        var run = new ScheduleRun(One(3));
        run.RunTo(30);
        var before = run.Looks.Count;
        run.SleepThrough(3630);
        run.RunTo(3631.5);
        Assert.Equal(3, run.Misses.Count);
        Assert.All(run.Misses, miss => Assert.Equal(MissReason.Asleep, miss.Reason));
        Assert.All(run.Misses, miss => Assert.InRange(miss.Count, 359, 360));
        Assert.InRange(run.Looks.Count - before, 0, 1);
        AssertEveryDueTimeIsAnsweredFor(run);
    }

    [Fact]
    public void A_look_that_starts_late_within_its_interval_still_takes_place_for_its_due_time()
    {
        var run = new ScheduleRun(One(1));
        var phase = run.Schedule.Slots[0].Phase.TotalSeconds;
        run.RunTo(phase + 5);
        run.SleepThrough(phase + 10 + 7);
        run.RunTo(phase + 18);
        Assert.Empty(run.Misses);
        Assert.Equal(Start + Duration.FromSeconds(phase + 10), run.Looks[1].Look.Due);
        Assert.Equal(7, (run.Looks[1].Began - run.Looks[1].Look.Due).TotalSeconds, 3);
    }

    [Fact]
    public void A_look_is_cancelled_at_its_limit_and_abandoned_one_second_later()
    {
        var run = new ScheduleRun(One(1)) { Takes = _ => null };
        run.RunTo(21);
        var began = run.Looks[0].Began;
        Assert.Equal((StepKind.Cancel, began + Duration.FromSeconds(5)), (run.Others[0].Step.Kind, run.Others[0].At));
        Assert.Equal((StepKind.Abandon, began + Duration.FromSeconds(6)), (run.Others[1].Step.Kind, run.Others[1].At));
        Assert.Equal(2, run.Looks.Count);
        Assert.False(run.Schedule.Ended(run.Looks[0].Look));   // what the abandoned one says later is void
    }

    [Fact]
    public void The_limit_runs_from_when_the_look_really_began_so_that_our_delay_does_not_shorten_it()
    {
        var schedule = new Schedule(One(1), Start, new ScheduleOptions(), _ => null);
        var steps = new List<Step>();
        var due = schedule.NextAt!.Value;
        schedule.Advance(due, steps);
        var late = due + Duration.FromSeconds(4);
        Assert.True(schedule.Began(steps[0].Look, late));
        schedule.Advance(late + Duration.FromSeconds(4.9), steps);
        Assert.Single(steps);
        schedule.Advance(late + Duration.FromSeconds(5), steps);
        Assert.Equal(StepKind.Cancel, steps[1].Kind);
    }

    [Fact]
    public void No_more_looks_run_at_once_than_are_allowed_and_those_that_wait_come_in_turn()
    {
        var components = Enumerable.Range(0, 40).Select(i => Component($"node-{i}", Probe($"node-{i}", "rpc", 1))).ToArray();
        var run = new ScheduleRun(Watching(1, components), new ScheduleOptions { MaxConcurrent = 4 }) { Takes = _ => Duration.FromSeconds(2) };
        run.RunTo(200);
        var events = run.Looks.Select(look => (look.Began, +1)).Concat(run.Ends.Select(end => (end.Ended, -1))).OrderBy(e => e.Item1).ThenBy(e => e.Item2);
        var running = 0;
        foreach (var (_, change) in events) Assert.InRange(running += change, 0, 4);
        Assert.Contains(run.Misses, miss => miss.Reason == MissReason.Crowded);
        Assert.All(run.Looks.GroupBy(look => look.Look.Slot), slot => Assert.InRange(slot.Count(), 8, 14));   // 4 at a time of 2 s for 40: one each 20 s
        AssertEveryDueTimeIsAnsweredFor(run);
    }

    [Fact]
    public void After_stop_no_look_starts_but_limits_of_running_ones_still_count()
    {
        var run = new ScheduleRun(One(1)) { Takes = _ => null };
        var phase = run.Schedule.Slots[0].Phase.TotalSeconds;
        run.At(phase + 1, r => r.Schedule.Stop());
        run.RunTo(60);
        Assert.Single(run.Looks);
        Assert.Equal([StepKind.Cancel, StepKind.Abandon], run.Others.Select(other => other.Step.Kind));
        Assert.Null(run.Schedule.NextAt);
        Assert.Equal(0, run.Schedule.InFlight);
    }

    [Fact]
    public void A_topology_that_cannot_be_scheduled_is_refused()
    {
        var twice = Watching(1, Component("shop", Probe("shop", "api", 1), Probe("shop", "api", 1)));
        Assert.Throws<ArgumentException>(() => new ScheduleRun(twice));
        Assert.Throws<ArgumentException>(() => new ScheduleRun(Watching(1, Component("shop", Probe("shop", "api", 2)))));
        Assert.Throws<ArgumentException>(() => new ScheduleRun(One(1, every: 2, timeout: 3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ScheduleRun(One(1), new ScheduleOptions { MaxConcurrent = 0 }));
    }

    [Fact]
    public void Ten_thousand_slots_cost_little_processor_time_and_no_memory_on_the_way()
    {
        var components = Enumerable.Range(0, 10_000).Select(i => Component($"node-{i}", Probe($"node-{i}", "rpc", 1))).ToArray();
        var schedule = new Schedule(Watching(1, components), Start, new ScheduleOptions(), _ => null);
        var steps = new List<Step>(64);
        var looks = 0;
        RunFor(Duration.FromSeconds(20));
        var before = GC.GetAllocatedBytesForCurrentThread();
        RunFor(Duration.FromSeconds(120));
        Assert.Equal(120_000, looks, 200.0);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);

        void RunFor(Duration until)
        {
            while (schedule.NextAt is { } next && next < Start + until)
            {
                steps.Clear();
                schedule.Advance(next, steps);
                foreach (var step in steps)
                {
                    looks++;
                    schedule.Began(step.Look, next);
                    schedule.Ended(step.Look);
                }
            }
        }
    }

    internal static void AssertNoOverlap(ScheduleRun run)
    {
        var ended = new Dictionary<int, Instant>();
        var ends = run.Ends.ToLookup(end => end.Look.Slot);
        foreach (var slot in run.Looks.GroupBy(look => look.Look.Slot))
        {
            var began = slot.Select(look => look.Began).ToArray();
            var done = ends[slot.Key].Select(end => end.Ended).ToArray();
            for (var i = 1; i < began.Length; i++) Assert.True(done[i - 1] <= began[i], $"look {i} of slot {slot.Key} began before the one before had ended");
        }
    }

    /// <summary>Exactly one of look, miss, replacement for each due time, up to the one that may still wait or run.</summary>
    internal static void AssertEveryDueTimeIsAnsweredFor(ScheduleRun run)
    {
        var counts = run.Schedule.Counts;
        Assert.Equal(run.Misses.Sum(miss => miss.Count), counts.Missed);
        Assert.Equal(run.Looks.Count, counts.Looks + counts.Extra);
        var waiting = run.Schedule.Waiting;
        var due = run.Schedule.Slots.Sum(slot => run.Now < Start + slot.Phase ? 0 : (long)((run.Now - Start - slot.Phase).BclCompatibleTicks / slot.Probe.Every.BclCompatibleTicks) + 1);
        Assert.InRange(due - (counts.Looks + counts.Missed + counts.Replaced), 0, waiting);   // an extra look that waits need not stand for one
        if (counts.Extra > 0) return;
        foreach (var slot in run.Schedule.Slots)
        {
            var answered = new HashSet<Instant>();
            foreach (var (look, _) in run.Looks.Where(look => look.Look.Slot == slot.Index)) Assert.True(answered.Add(look.Due), $"{look.Due} twice");
            foreach (var miss in run.Misses.Where(miss => miss.Slot == slot.Index))
                for (var k = 0; k < miss.Count; k++)
                    Assert.True(answered.Add(miss.First + slot.Probe.Every * k), $"{miss.First} + {k} twice");
            Assert.All(answered, at => Assert.Equal(0, (at - Start - slot.Phase).BclCompatibleTicks % slot.Probe.Every.BclCompatibleTicks));
        }
    }
}
