using System.Collections.Concurrent;
using System.Threading.Channels;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Observations;
using Nines.Core.Time;
using Nines.Probing.Scheduling;
using NodaTime;
using static Nines.Probing.Tests.Scheduling.ScheduleRun;

namespace Nines.Probing.Tests.Scheduling;

public sealed class SchedulerTests
{
    private static readonly Sight Fine = new(new Outcome.Answered(Duration.FromMilliseconds(5)), []);

    [Fact]
    public async Task Each_due_time_gives_one_observation_with_its_start_and_end()
    {
        await using var watch = new Watch(One(2));
        watch.Behave = async (_, limit) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(300), watch.Time, limit).ConfigureAwait(false);
            return Fine;
        };
        watch.Run();
        watch.Pass(100);
        var seen = watch.Observations();
        Assert.Equal(20, seen.Count);
        Assert.All(seen, one => Assert.Equal(Duration.FromMilliseconds(300), one.Ended - one.Started));
        Assert.All(seen, one => Assert.IsType<Outcome.Answered>(one.Outcome));
        Assert.Equal(20, watch.Scheduler.FirstLateness.Count + watch.Scheduler.Lateness.Count);
        Assert.Equal(Duration.Zero, watch.Scheduler.Lateness.Max);
    }

    [Fact]
    public async Task A_look_that_overruns_its_interval_gives_a_probe_fault_that_says_so()
    {
        await using var watch = new Watch(One(1, every: 2, timeout: 2));
        watch.Behave = async (_, _) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(2.5), watch.Time).ConfigureAwait(false);
            return Fine;
        };
        watch.Run();
        watch.Pass(21);
        var faults = watch.Observations().Select(one => one.Outcome).OfType<Outcome.ProbeFault>().ToArray();
        Assert.NotEmpty(faults);
        Assert.All(faults, fault => Assert.StartsWith("overrun: 1 due time missed", fault.Reason));
    }

    [Fact]
    public async Task A_look_is_cancelled_at_its_limit_and_what_the_probe_then_says_counts()
    {
        await using var watch = new Watch(One(1));
        watch.Behave = async (_, limit) =>
        {
            await Watch.CancelledAsync(limit).ConfigureAwait(false);
            return new Sight(new Outcome.TimedOut(Duration.FromSeconds(5), "headers"), []);
        };
        watch.Run();
        watch.Pass(16);
        var first = watch.Observations()[0];
        Assert.Equal("headers", Assert.IsType<Outcome.TimedOut>(first.Outcome).Phase);
        Assert.Equal(Duration.FromSeconds(5), first.Ended - first.Started);
    }

    [Fact]
    public async Task A_cancellation_that_escapes_at_the_limit_is_a_time_out()
    {
        await using var watch = new Watch(One(1));
        watch.Behave = async (_, limit) =>
        {
            await Watch.CancelledAsync(limit).ConfigureAwait(false);
            limit.ThrowIfCancellationRequested();
            return Fine;
        };
        watch.Run();
        watch.Pass(16);
        Assert.Equal(new Outcome.TimedOut(Duration.FromSeconds(5), "look"), watch.Observations()[0].Outcome);
    }

    [Fact]
    public async Task A_look_that_ignores_its_limit_is_abandoned_and_the_slot_goes_on_with_a_fresh_probe()
    {
        await using var watch = new Watch(One(1));
        var stuck = new TaskCompletionSource<Sight>();
        watch.Behave = async (probe, _) => probe.Number == 1 ? await stuck.Task.ConfigureAwait(false) : Fine;
        watch.Run();
        watch.Pass(35);
        var seen = watch.Observations();
        // Every probe ends when it is told to, whatever its target does: that this one did not is our fault.
        Assert.Equal("abandoned: the look did not come back within 1 s after it was cancelled", Assert.IsType<Outcome.ProbeFault>(seen[0].Outcome).Reason);
        Assert.Equal(Duration.FromSeconds(6), seen[0].Ended - seen[0].Started);
        Assert.All(seen.Skip(1), one => Assert.IsType<Outcome.Answered>(one.Outcome));
        Assert.Equal(2, watch.Probes.Count);
        Assert.True(watch.Probes.First(probe => probe.Number == 1).Disposed);
        stuck.SetResult(Fine);   // comes back at last: void
        Assert.Empty(watch.Observations());
        watch.Pass(10);
        Assert.Single(watch.Observations());
    }

    [Fact]
    public async Task A_slot_whose_looks_all_hang_does_not_pile_them_up_for_ever()
    {
        await using var watch = new Watch(One(1)) { Behave = (_, _) => new ValueTask<Sight>(new TaskCompletionSource<Sight>().Task) };
        watch.Run();
        watch.Pass(200);
        Assert.Equal(3, watch.Looked);
        Assert.Equal(3, watch.Scheduler.Counts.Due.Abandoned);
        var last = Assert.IsType<Outcome.ProbeFault>(watch.Observations()[^1].Outcome);
        Assert.StartsWith("3 abandoned looks still hang", last.Reason);
    }

    [Fact]
    public async Task An_exception_that_escapes_is_a_probe_fault_with_its_type_and_without_its_message()
    {
        await using var watch = new Watch(One(1)) { Behave = (_, _) => throw new InvalidOperationException("https://key-123@rpc.example") };
        watch.Run();
        watch.Pass(31);
        var seen = watch.Observations();
        Assert.Equal(3, seen.Count);
        Assert.All(seen, one => Assert.Equal("InvalidOperationException escaped from the probe", Assert.IsType<Outcome.ProbeFault>(one.Outcome).Reason));
        Assert.Equal(3, watch.Troubles.Count);
    }

    [Fact]
    public async Task A_probe_that_cannot_be_created_is_a_probe_fault_and_is_tried_again()
    {
        await using var watch = new Watch(One(1)) { CreateFails = 2 };
        watch.Run();
        watch.Pass(31);
        var seen = watch.Observations();
        Assert.IsType<Outcome.ProbeFault>(seen[0].Outcome);
        Assert.IsType<Outcome.Answered>(seen[1].Outcome);
    }

    [Fact]
    public async Task An_answer_whose_signals_do_not_fit_the_schema_is_our_fault()
    {
        await using var watch = new Watch(One(1)) { Behave = (_, _) => new(Fine with { Signals = [SignalValue.Of(1.0)] }) };
        watch.Run();
        watch.Pass(10);
        Assert.Equal("the probe gave 1 signals, its schema has 0", Assert.IsType<Outcome.ProbeFault>(watch.Observations()[0].Outcome).Reason);
    }

    [Fact]
    public async Task Sharpening_is_a_command_that_takes_effect_at_once_and_ends_with_settling()
    {
        await using var watch = new Watch(One(3, every: 60));
        watch.Run();
        watch.Pass(100);
        watch.Observations();
        await watch.Scheduler.SharpenAsync(new("shop"));
        Assert.Equal(3, watch.Observations().Count);
        watch.Pass(30);
        Assert.InRange(watch.Observations().Count, 86, 91);
        await watch.Scheduler.SettleAsync(new("shop"));
        watch.Pass(60);
        Assert.InRange(watch.Observations().Count, 2, 3);
    }

    [Fact]
    public async Task A_tripwire_makes_the_slot_look_at_once_and_its_observation_carries_the_instant()
    {
        await using var watch = new Watch(One(2, every: 60));
        watch.Run();
        watch.Pass(100);
        watch.Observations();
        var at = watch.Clock.Now;
        watch.Probes.First(probe => probe.From.Value == "v1").Trip!(new TripwireEvent(at, Broke: true));
        var seen = watch.Observations();
        Assert.Equal(2, seen.Count);
        Assert.Equal("v1", Assert.Single(seen, one => one.Tripwire == at).From.Value);
    }

    [Fact]
    public async Task After_a_suspension_it_is_told_and_looks_that_timed_out_over_it_are_our_fault()
    {
        await using var watch = new Watch(One(3)) { Verdict = _ => new PathVerdict.Vouched("c") };
        watch.Behave = async (_, limit) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(4.5), watch.Time, limit).ConfigureAwait(false);
            return Fine;
        };
        watch.Run();
        watch.Pass(30);
        watch.Observations();
        watch.Time.Suspend(TimeSpan.FromHours(1));
        watch.Pass(10);
        var suspended = Assert.Single(watch.SuspendedFacts);
        Assert.InRange((suspended.To - suspended.From).TotalSeconds, 3599, 3601);
        var faults = watch.Observations().Where(one => one.Outcome is not Outcome.Answered).ToArray();
        Assert.All(faults, one => Assert.IsType<Outcome.ProbeFault>(one.Outcome));
        Assert.Equal(3, faults.Count(one => ((Outcome.ProbeFault)one.Outcome).Reason.StartsWith("asleep: ", StringComparison.Ordinal)
            || ((Outcome.ProbeFault)one.Outcome).Reason.StartsWith("overrun: ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task On_real_time_and_threads_looks_of_a_thousand_slots_do_not_overlap_and_a_blocking_probe_holds_up_nobody()
    {
        var components = Enumerable.Range(0, 1000).Select(i => Component($"node-{i}", Probe($"node-{i}", "rpc", 1, every: 1, timeout: 0.5))).ToArray();
        var channel = System.Threading.Channels.Channel.CreateBounded<Observation>(10_000);
        var running = new int[1000];
        var overlaps = 0;
        var blocker = new ManualResetEventSlim();
        var scheduler = new Scheduler(Watching(1, components), (definition, from) => new FakeProbe(0, from.Id, async (_, limit) =>
        {
            var index = int.Parse(definition.Id.Component.Value.AsSpan(5));
            if (index == 17)
            {
                blocker.Wait(CancellationToken.None);
                return Fine;   // abandoned long ago, and so are the others that are set free together with this one
            }
            try
            {
                if (Interlocked.Increment(ref running[index]) != 1) Interlocked.Increment(ref overlaps);
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit);
                return Fine;
            }
            finally
            {
                Interlocked.Decrement(ref running[index]);
            }
        }), new WatchClock(TimeProvider.System), channel.Writer, null, new SchedulerOptions { ProviderOf = _ => null });
        using var stopping = new CancellationTokenSource();
        var run = scheduler.RunAsync(stopping.Token);
        // Three seconds at least, in which looks could overlap; on a busy machine until all has been seen that is to be seen.
        var seen = new List<Observation>();
        var began = TimeProvider.System.GetTimestamp();
        await foreach (var one in channel.Reader.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            seen.Add(one);
            var passed = TimeProvider.System.GetElapsedTime(began);
            if (passed > Patience.Most || passed > TimeSpan.FromSeconds(3) && Answered() == 999 && seen.Exists(Abandoned)) break;
        }
        await stopping.CancelAsync();
        await run;
        blocker.Set();
        Assert.Equal(0, overlaps);
        // How many depends on what else the machine does; that each of the others was answered does not.
        Assert.Equal(999, Answered());
        Assert.Contains(seen, Abandoned);
        var counts = scheduler.Counts;
        Assert.Equal(counts.Due.Looks, scheduler.FirstLateness.Count + scheduler.Lateness.Count);
        Assert.Equal(0, counts.Lost + counts.InFlight);

        int Answered() => seen.Where(one => one.Outcome is Outcome.Answered).Select(one => one.Probe).Distinct().Count();
        static bool Abandoned(Observation one) => one.Probe.Component.Value == "node-17" && one.Outcome is Outcome.ProbeFault fault && fault.Reason.StartsWith("abandoned: ", StringComparison.Ordinal);
    }

    [Fact]
    public void Lateness_quantiles_are_within_a_sixteenth_and_the_maximum_is_exact()
    {
        var lateness = new Delays();
        for (var i = 1; i <= 1000; i++) lateness.Record(Duration.FromMilliseconds(i));
        var before = GC.GetAllocatedBytesForCurrentThread();
        lateness.Record(Duration.FromMilliseconds(1000));
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        var summary = lateness.Summary();
        Assert.Equal(1001, summary.Count);
        Assert.InRange(summary.P50.TotalMilliseconds, 500, 500 * 17 / 16.0);
        Assert.InRange(summary.P99.TotalMilliseconds, 990, 1000);
        Assert.Equal(Duration.FromMilliseconds(1000), summary.Max);
    }
}
