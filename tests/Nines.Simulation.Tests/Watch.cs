using Nines.Backbone.Journal;
using Nines.Cli.Watching;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Observations;
using Nines.Core.Time;
using Nines.Judging;
using Nines.Probing.Scheduling;
using Nines.Testing;
using NodaTime;

namespace Nines.Simulation.Tests;

/// <summary>
/// Watches a world from its first instant to its last on virtual time: schedule, fake probes, channel, judge, journal, with
/// all that goes wrong on the way. The process inside may die and come back; the world goes on.
/// </summary>
internal sealed class Watch
{
    private readonly World world;
    private readonly Truth truth;
    private IJournal disk;
    private readonly Func<IJournal, IJournal> crash;
    private readonly ManualTimeProvider time = new();
    private readonly PriorityQueue<Action, (long Tick, long Order)> events = new();
    private readonly History history;
    private readonly List<MaintenanceWindow> windows = [];
    private long order;
    private WatcherProcess? process;

    private Watch(World world, IJournal disk, Func<IJournal, IJournal> crash)
    {
        (this.world, this.disk, this.crash) = (world, disk, crash);
        truth = new Truth(world);
        history = new History(world, truth);
    }

    /// <param name="world">What is watched.</param>
    /// <param name="disk">Where facts are kept.</param>
    /// <param name="crash">What is found on the disk after a kill: the same journal, or what its file then held.</param>
    public static History Run(World world, IJournal disk, Func<IJournal, IJournal>? crash = null)
    {
        var watch = new Watch(world, disk, crash ?? (journal => journal));
        watch.Live();
        return watch.history;
    }

    internal World World => world;
    internal Truth Truth => truth;
    internal History History => history;
    internal ManualTimeProvider Time => time;
    internal IReadOnlyList<MaintenanceWindow> Windows => windows;
    internal long Now => time.GetTimestamp();

    internal void At(long tick, Action action) => events.Enqueue(action, (Math.Max(tick, Now), order++));

    /// <summary>The last instant inside of a suspension that holds now; null when the process runs.</summary>
    internal long? SuspendedUntil()
    {
        long? until = null;
        foreach (var stretch in world.Suspended)
            if (stretch.Holds(Now) && (until is null || stretch.To > until)) until = stretch.To;
        return until;
    }

    private void Live()
    {
        At(0, Start);
        foreach (var (at, by) in world.WallSteps) At(at, () => time.StepWallClock(TimeSpan.FromTicks(by)));
        foreach (var restart in world.Restarts)
        {
            At(restart.At, () => End(restart.Killed));
            At((restart.At + restart.BackAt) / 2, () => time.StepWallClock(TimeSpan.FromTicks(restart.WallStep)));
            At(restart.BackAt, Start);
        }
        foreach (var window in world.Windows) At(window.DeclaredAt, () => Declare(window));
        foreach (var plight in world.Plights)
            if (plight.Trouble == Trouble.Refuses)
            {
                At(plight.From, () => process?.Trip(plight, broke: true));
                At(plight.To, () => process?.Trip(plight, broke: false));
            }

        while (events.TryDequeue(out var action, out var at) && at.Tick <= world.Length)
        {
            time.Advance(TimeSpan.FromTicks(at.Tick - Now));
            history.Events++;
            action();
        }
        if (Now < world.Length) time.Advance(TimeSpan.FromTicks(world.Length - Now));
        if (process is not null) End(killed: false);
        history.Entries = disk.ReadAsync(JournalPosition.Start, int.MaxValue).GetAwaiter().GetResult();
        history.Acknowledged = disk.HeadAsync().GetAwaiter().GetResult();
    }

    private void Start()
    {
        var memory = disk.SnapshotsAsync(JudgeStage.Owner).GetAwaiter().GetResult();
        var past = WatchMemory.ReadAsync(disk, CancellationToken.None).GetAwaiter().GetResult();
        process = new WatcherProcess(this, disk, new WatchClock(time, past.LastInstant), memory, past.LastInstant);
        process.Begin();
    }

    private void End(bool killed)
    {
        if (process is not { } ending) return;
        process = null;
        ending.End(killed);
        if (killed) disk = crash(disk);
    }

    private void Declare(PlannedWindow planned)
    {
        // While the watcher is off nobody can declare: it is done first thing after.
        if (process is null)
        {
            At(Now + World.Second / 2, () => Declare(planned));
            return;
        }
        var label = process.Clock.Now;
        var (from, to) = (label + Duration.FromTicks(Math.Max(0, planned.From - Now)), label + Duration.FromTicks(planned.To - Now));
        if (to <= from) return;
        var window = new MaintenanceWindow(planned.Id, [.. planned.Components.Select(c => world.Topology.Components[c].Id)], from, to);
        windows.Add(window);
        history.Windows.Add(new EnteredWindow(window.Id, window.Components, from.ToUnixTimeTicks(), to.ToUnixTimeTicks()));
        process.Enter(window);
    }
}

/// <summary>One run of the process: everything in here is lost when it dies.</summary>
internal sealed class WatcherProcess
{
    private readonly Watch watch;
    private readonly World world;
    private readonly FaultyJournal journal;
    private readonly Judge judge;
    private readonly JudgeStage stage;
    private readonly Schedule schedule;
    private readonly Run run;
    private readonly Instant? judged;
    private readonly List<Step> steps = [];
    private readonly Dictionary<int, long> lastArrival = [];
    private readonly PriorityQueue<(Observation Observation, Sample? Sample), (long Arrives, long Order)> channel = new();
    private readonly List<Observation> batch = [];
    private Task step = Task.CompletedTask;
    private bool alive = true;
    private int taken;
    private long channelOrder;
    private long armed = long.MaxValue;

    public WatcherProcess(Watch watch, IJournal disk, WatchClock clock, IReadOnlyDictionary<string, byte[]> memory, Instant? judged)
    {
        (this.watch, world, Clock, this.judged) = (watch, watch.World, clock, judged);
        run = new Run(watch.History.Runs.Count, watch.Now, clock.Now.ToUnixTimeTicks());
        watch.History.Runs.Add(run);
        journal = new FaultyJournal(disk, world, () => watch.Now, watch.At)
        {
            Taken = () => taken = watch.History.Samples.Count,
            Durable = position => watch.History.Commits.Add(new Commit(position, taken, run.Index)),
        };
        judge = new Judge(world.Topology, memory, clock.Now);
        schedule = new Schedule(world.Topology, clock.Now, new ScheduleOptions(), _ => null);
        stage = new JudgeStage(judge, journal, $"run-{run.Index}", clock.Now, Sharpen);
    }

    public WatchClock Clock { get; }

    public void Begin()
    {
        if (judged is { } until) stage.Add(new Watched(until, $"run-{run.Index}", []));
        stage.Add(new ConfigLoaded(Clock.Now, "digest", "{}", "test", "none",
            [.. world.Topology.Components.Select(component => new ComponentSummary(component.Id, component.Kind, component.Labels, [], [],
                component.Probes.IsEmpty ? null : component.Probes.Max(probe => probe.Resolution)))]));
        stage.Add(new WatchStarted(Clock.Now, $"run-{run.Index}", "here"));
        judge.SetWindows(watch.Windows);
        stage.Begin();
        Pump();
        Tick();
        Arm();
    }

    public void Enter(MaintenanceWindow window)
    {
        stage.Add(new MaintenanceEntered(Clock.Now, window.Id, window.Components, window.From, window.To));
        judge.SetWindows(watch.Windows);
    }

    public void Trip(Plight plight, bool broke)
    {
        foreach (var slot in world.Slots)
            if (slot.Component == plight.Component && plight.Points[slot.Point] && (plight.Probe < 0 || plight.Probe == slot.Probe) && slot.Index % 3 == 0
                && !world.Blind[slot.Point].Any(blind => blind.Holds(watch.Now)) && watch.SuspendedUntil() is null)
                schedule.Tripped(slot.Index, new Nines.Probing.TripwireEvent(Clock.Now, broke), Clock.Now);
        Arm();
    }

    public void End(bool killed)
    {
        if (!killed)
        {
            // A clean stop drains its channels and keeps everything, unless the disk will not have it.
            Drain(all: true);
            if (step.IsCompleted && !TryStep(last: true)) killed = true;
            else if (!step.IsCompleted) killed = true;
        }
        alive = false;
        (run.EndTick, run.Killed) = (watch.Now, killed);
        journal.Die(kept: world.Chances.Next(2) == 0);
        var durable = watch.History.Commits.Count == 0 ? 0 : watch.History.Commits[^1].Samples;
        CheckInFlight(durable);
        watch.History.Samples.RemoveRange(durable, watch.History.Samples.Count - durable);
    }

    /// <summary>What was judged more than a second before it died is durable, while the disk does its part (TRUTH 18).</summary>
    private void CheckInFlight(int durable)
    {
        var troubled = world.JournalFails.Concat(world.JournalSlow).Concat(world.Suspended).Concat(world.ChannelSlow);
        var since = watch.Now - 2 * World.Second - world.JournalDelay;
        if (troubled.Any(stretch => stretch.At <= watch.Now && stretch.To + world.ChannelDelay >= since)) return;
        for (var i = durable; i < watch.History.Samples.Count; i++)
        {
            var lost = watch.History.Samples[i];
            // Memory every second, looked at once a second: nothing older than two can be missing.
            if (run.ToLabel(watch.Now) - lost.Ended > JudgeStage.MemoryEvery.BclCompatibleTicks * 2)
                watch.History.Broken.Add($"TRUTH 18: an observation of slot {lost.Slot} judged {(run.ToLabel(watch.Now) - lost.Ended) / (double)World.Second:0.00} s before the kill was not durable");
        }
    }

    private void Later(long tick, Action action)
    {
        watch.At(tick, Fire);

        void Fire()
        {
            if (!alive) return;
            if (watch.SuspendedUntil() is { } until) watch.At(until, Fire);
            else action();
        }
    }

    private void Tick()
    {
        Pump();
        Later(watch.Now + World.Second, Tick);
    }

    private ValueTask Sharpen(ComponentId component, bool unsettled)
    {
        if (unsettled) schedule.Sharpen(component, Clock.Now);
        else schedule.Settle(component, Clock.Now);
        return ValueTask.CompletedTask;
    }

    /// <summary>Sees to it that the schedule is asked again when it next has something to give.</summary>
    private void Arm()
    {
        if (schedule.NextAt is not { } next) return;
        var tick = Math.Max(watch.Now, run.ToTick(next.ToUnixTimeTicks()));
        if (tick >= armed) return;
        armed = tick;
        Later(tick, () =>
        {
            if (armed > watch.Now) return;
            armed = long.MaxValue;
            steps.Clear();
            schedule.Advance(Clock.Now, steps);
            foreach (var step in steps.ToArray()) Do(step);
            Arm();
        });
    }

    private void Do(Step step)
    {
        switch (step.Kind)
        {
            case StepKind.Look:
                if (schedule.Began(step.Look, Clock.Now)) Look(step.Look);
                break;
            case StepKind.Miss:
                Send(step.Miss.Slot, Clock.Now, new Outcome.ProbeFault("missed its time"), [], null, null);
                break;
            case StepKind.Abandon:
                schedule.Delivering(step.Look);
                Send(step.Look.Slot, Clock.Now, new Outcome.ProbeFault("did not come back"), [], null, null);
                schedule.Ended(step.Look);
                break;
            case StepKind.Cancel or StepKind.AbandonCheck:
                break;   // these probes end by their own limit, and there is no control check
        }
    }

    private void Look(Look look)
    {
        var slot = world.Slots[look.Slot];
        var (started, from) = (Clock.Now, watch.Now);
        var limit = slot.Definition.Timeout.BclCompatibleTicks;
        var takes = Math.Min(limit * 9 / 10, (long)((0.005 + world.Chances.NextDouble() * world.Chances.NextDouble() * 0.4) * World.Second));
        var met = from + (long)(takes * world.Chances.NextDouble());
        var (outcome, waits) = watch.Truth.Answer(slot.Index, met, Duration.FromTicks(takes));
        if (waits) takes = limit;
        var blind = world.Blind[slot.Point].Any(stretch => stretch.At <= from + takes && from <= stretch.To);
        Later(from + takes, () =>
        {
            if (!schedule.Delivering(look)) return;
            var ourFault = blind || watch.Now - from > limit + World.Second / 10;
            var signals = outcome is Outcome.Answered && !ourFault ? Signals(slot.Index, met, takes) : [];
            var sample = new Sample(slot.Index, run.Index, started.ToUnixTimeTicks(), Clock.Now.ToUnixTimeTicks(), run.ToLabel(met),
                watch.Truth.At(slot.Index, met), watch.Truth.AtOnce(slot.Index, met), outcome is Outcome.Answered && watch.Truth.Has(slot.Index, Trouble.Seized, met));
            if (ourFault) Send(slot.Index, started, new Outcome.ProbeFault("own path is dead"), [], null, null);
            else Send(slot.Index, started, outcome, signals, sample, look.Tripwire);
            schedule.Ended(look);
            Arm();
        });
    }

    private System.Collections.Immutable.ImmutableArray<SignalValue> Signals(int slot, long met, long took) =>
    [
        SignalValue.Of((double)took / World.Second),
        SignalValue.Of(!watch.Truth.Has(slot, Trouble.AnswersWrongly, met)),
        SignalValue.Of((double)watch.Truth.Silence(slot, met) / World.Second),
        SignalValue.Of(!watch.Truth.Has(slot, Trouble.Crawls, met)),
        SignalValue.Of(!watch.Truth.Has(slot, Trouble.Degrades, met)),
        SignalValue.Of(!watch.Truth.Has(slot, Trouble.Seized, met)),
    ];

    private void Send(
        int slot, Instant started, Outcome outcome, System.Collections.Immutable.ImmutableArray<SignalValue> signals, Sample? sample, Instant? tripwire)
    {
        var plan = world.Slots[slot];
        var observation = new Observation(plan.Definition.Id, world.Points[plan.Point].Id, started, Clock.Now, outcome, signals) { Tripwire = tripwire };
        // Each channel keeps its order; a slow one holds up what follows in it.
        var lane = world.ChannelPerPoint ? plan.Point : 0;
        var slow = world.ChannelSlow.Any(stretch => stretch.Holds(watch.Now)) && (!world.ChannelPerPoint || plan.Point % 2 == 0);
        var arrives = Math.Max(watch.Now + (slow ? world.ChannelDelay : 0), lastArrival.GetValueOrDefault(lane));
        lastArrival[lane] = arrives;
        channel.Enqueue((observation, sample), (arrives, channelOrder++));
        if (arrives <= watch.Now) Pump();
        else Later(arrives, Pump);
    }

    private void Drain(bool all = false)
    {
        while (channel.TryPeek(out var next, out var at) && (all || at.Arrives <= watch.Now))
        {
            channel.Dequeue();
            batch.Add(next.Observation);
            if (next.Sample is { } sample) watch.History.Samples.Add(sample);
        }
    }

    private void Pump()
    {
        if (!alive || !step.IsCompleted) return;
        Drain();
        TryStep(last: false);
        Arm();
    }

    /// <returns>False when the journal could not take it; it is tried again at the next step.</returns>
    private bool TryStep(bool last)
    {
        // All that ended by now has been judged, but for what is still on its way; with a channel for each vantage point nobody waits for the slowest.
        var frontier = Clock.Now;
        if (!world.ChannelPerPoint && channel.TryPeek(out var next, out _)) frontier = Instant.Min(frontier, next.Observation.Ended);
        step = stage.StepAsync([.. batch], frontier, last);
        batch.Clear();
        if (!step.IsCompleted)
        {
            step = Continue(step);
            return true;
        }
        return Settle(step);
    }

    private async Task Continue(Task slow)
    {
        await slow;
        if (alive) Later(watch.Now, Pump);
    }

    private static bool Settle(Task done)
    {
        if (done.IsCompletedSuccessfully) return true;
        if (done.Exception?.InnerException is JournalException { Code: JournalErrors.DiskFull }) return false;
        done.GetAwaiter().GetResult();
        return false;
    }
}
