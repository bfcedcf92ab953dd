using System.Collections.Immutable;
using System.Diagnostics;
using Nines.Backbone.Journal;
using Nines.Cli.Watching;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Observations;
using Nines.Core.Time;
using Nines.Judging;
using Nines.Ledger;
using Nines.Ledger.Availability;
using Nines.Ledger.Policies;
using Nines.Probing.Scheduling;
using Nines.Testing;
using NodaTime;

namespace Nines.Simulation.Soak;

/// <summary>What a watch over healthy targets told.</summary>
/// <param name="Looks">Observations that reached the judge.</param>
/// <param name="ProbeFaults">Those that were our own failure.</param>
/// <param name="Dealt">Looks that the noise took the answer of, whether or not they were told.</param>
/// <param name="Losses">Those in which the target was told to have failed: lost answers that a control check vouched for.</param>
/// <param name="DoubleLosses">Losses whose slot's observation before (our own failures apart) was a loss, too: what must be taken for an outage.</param>
/// <param name="Coverage">Of the worst covered target, 0 to 1.</param>
/// <param name="Took">Real time.</param>
public sealed record SoakAccount(long Looks, long ProbeFaults, long Dealt, long Losses, long DoubleLosses, int Outages, int Blips, decimal Coverage, TimeSpan Took);

/// <summary>
/// Watches a <see cref="SoakWorld"/> from its first instant to its last on virtual time, with the schedule, judge stage, judge and ledger that
/// ship; only the looks, the control checks and the disk are played.
/// </summary>
public sealed class SoakRun
{
    private const long Second = SoakWorld.Second;
    private const long VouchedAfter = Second / 50, NotVouchedAfter = 2 * Second;

    private readonly SoakWorld world;
    private readonly ManualTimeProvider time = new();
    private readonly WatchClock clock;
    private readonly PriorityQueue<Action, (long Tick, long Order)> events = new();
    private readonly MemoryJournal journal = new();
    private readonly Schedule schedule;
    private readonly JudgeStage stage;
    private readonly List<Observation> batch = [];
    private readonly List<Step> steps = [];
    private readonly Dictionary<ComponentId, int> targets = [];
    private readonly bool[] lostBefore;
    private readonly Path uplink = new(), resolver = new();
    private long order, looks, faults, dealt, losses, doubles;
    private long armed = long.MaxValue;

    private SoakRun(SoakPlan plan)
    {
        clock = new WatchClock(time);
        world = new SoakWorld(plan, clock.Now);
        schedule = new Schedule(world.Topology, clock.Now, new ScheduleOptions(), _ => null);
        stage = new JudgeStage(new Judge(world.Topology, ImmutableDictionary<string, byte[]>.Empty, clock.Now), journal, "soak", clock.Now, Sharpen);
        lostBefore = new bool[plan.Targets];
        for (var i = 0; i < plan.Targets; i++) targets.Add(world.Topology.Components[i].Id, i);
    }

    private long Now => time.GetTimestamp();

    public static SoakAccount Of(SoakPlan plan)
    {
        var began = Stopwatch.StartNew();
        var run = new SoakRun(plan);
        run.Live();
        return run.Account(began);
    }

    private void Live()
    {
        stage.Add(new ConfigLoaded(clock.Now, "digest", "{}", "soak", "none",
            [.. world.Topology.Components.Select(component => new ComponentSummary(component.Id, component.Kind, component.Labels, [], [],
                component.Probes.IsEmpty ? null : component.Probes.Max(probe => probe.Resolution)))]));
        stage.Add(new WatchStarted(clock.Now, "soak", "here"));
        stage.Begin();
        Later(0, Tick);
        At(0, Slew);
        Arm();
        while (events.TryDequeue(out var action, out var at) && at.Tick <= world.Ticks)
        {
            time.Advance(TimeSpan.FromTicks(at.Tick - Now));
            action();
        }
        Judge(last: true);
    }

    private SoakAccount Account(Stopwatch began)
    {
        var ledger = new LedgerProjection();
        foreach (var entry in journal.ReadAsync(JournalPosition.Start, int.MaxValue).GetAwaiter().GetResult()) ledger.Apply(entry);
        // From the start of the watch on: what passes before a target's first look counts as unseen.
        var coverage = ledger.Components.Where(component => targets.ContainsKey(component.Id))
            .Min(component => Tally.Of(component.Whole.Within(component.WatchedFrom!.Value, component.Frontier!.Value), ShippedPolicies.Strict).Coverage);
        return new SoakAccount(looks, faults, dealt, losses, doubles, ledger.Outages.Count(), ledger.Components.Sum(component => component.Blips.Count), coverage, began.Elapsed);
    }

    private void At(long tick, Action action) => events.Enqueue(action, (Math.Max(tick, Now), order++));

    /// <summary>As <see cref="At"/>, for what the watching process does: not while it is stalled.</summary>
    private void Later(long tick, Action action) => At(world.Stall.Holds(tick) ? world.Stall.To : tick, action);

    private void Tick()
    {
        Judge(last: false);
        Later(Now + Second, Tick);
    }

    /// <summary>The wall clock is slewed by 500 parts in a million all the time, as NTP does after an offset.</summary>
    private void Slew()
    {
        time.StepWallClock(TimeSpan.FromMilliseconds(5));
        At(Now + 10 * Second, Slew);
    }

    private void Judge(bool last)
    {
        stage.StepAsync(batch, clock.Now, last).GetAwaiter().GetResult();
        batch.Clear();
        Arm();
    }

    private ValueTask Sharpen(ComponentId component, bool unsettled)
    {
        if (unsettled) schedule.Sharpen(component, clock.Now);
        else schedule.Settle(component, clock.Now);
        return ValueTask.CompletedTask;
    }

    private void Arm()
    {
        if (schedule.NextAt is not { } next) return;
        // The clock of this run begins with it, so that its instants and ticks differ by a constant.
        var tick = Math.Max(Now, Now + (next - clock.Now).BclCompatibleTicks);
        if (tick >= armed) return;
        armed = tick;
        Later(tick, Advance);
    }

    private void Advance()
    {
        if (armed > Now) return;
        armed = long.MaxValue;
        steps.Clear();
        schedule.Advance(clock.Now, steps);
        foreach (var step in steps.ToArray())
            switch (step.Kind)
            {
                case StepKind.Look:
                    if (schedule.Began(step.Look, clock.Now)) Look(step.Look);
                    break;
                case StepKind.Miss:
                    Send(step.Miss.Slot, clock.Now, new Outcome.ProbeFault("missed its time"), []);
                    break;
                case StepKind.Abandon:
                    schedule.Delivering(step.Look);
                    Send(step.Look.Slot, clock.Now, new Outcome.ProbeFault("did not come back"), []);
                    schedule.Ended(step.Look);
                    break;
                case StepKind.Cancel or StepKind.AbandonCheck:
                    break; // looks and checks here end by themselves
            }
        Arm();
    }

    private void Look(Look look)
    {
        var probe = schedule.Slots[look.Slot].Probe;
        var target = targets[probe.Id.Component];
        var (started, from) = (clock.Now, Now);
        var took = world.RoundTrip();
        if (SoakWorld.Any(world.OutOfDescriptors, from))
        {
            Later(from + Second / 1000, () => Deliver(look, started, new Outcome.ProbeFault("out_of_descriptors"), []));
            return;
        }
        var lost = world.IsLost();
        if (lost) dealt++;
        var (outcome, waits) = SoakWorld.Any(world.PathIsDead, from) ? (new Outcome.TimedOut(SoakPlan.Timeout, "connect"), true)
            : SoakWorld.ResolvesName(target) && SoakWorld.Any(world.ResolverFails, from) ? (new Outcome.Refused("dns_failed", "the resolver did not answer"), false)
            : lost ? world.Loss() : ((Outcome)new Outcome.Answered(Duration.FromTicks(took)), false);
        if (waits) took = SoakPlan.Timeout.BclCompatibleTicks;
        Later(from + took, () =>
        {
            if (outcome is Outcome.Answered)
            {
                // While blind, an answer has the path checked.
                if (uplink.IsBlind) uplink.Tell(!SoakWorld.Any(world.ControlFails, Now), clock.Now);
                if (resolver.IsBlind) resolver.Tell(!SoakWorld.Any(world.ResolverFails, Now), clock.Now);
                Deliver(look, started, outcome, world.Answer(target, probe, Now, took));
            }
            else if (schedule.Checking(look, clock.Now)) Check(look, started, outcome, outcome is Outcome.Refused { Code: "dns_failed" });
        });
    }

    /// <summary>
    /// Nothing counts that a control check, begun after it, does not vouch for (TRUTH 7), nor what waited on a path that was known to be broken:
    /// the rules of the scheduler. What fails while nobody knows yet, and is over when it is checked, is a loss like another: the second look has to tell.
    /// </summary>
    private void Check(Look look, Instant started, Outcome outcome, bool resolving)
    {
        var path = resolving ? resolver : uplink;
        var works = !SoakWorld.Any(resolving ? world.ResolverFails : world.ControlFails, Now);
        var waitedBlind = (outcome is Outcome.TimedOut || resolving) && (path.IsBlind || path.SawAgain >= started);
        path.Tell(works, clock.Now);
        var vouched = works && !waitedBlind;
        Later(Now + (works ? VouchedAfter : NotVouchedAfter), () =>
            Deliver(look, started, vouched ? outcome : new Outcome.ProbeFault("no control could be reached"), []));
    }

    private void Deliver(Look look, Instant started, Outcome outcome, ImmutableArray<SignalValue> signals)
    {
        if (!schedule.Delivering(look)) return;
        Send(look.Slot, started, outcome, signals);
        schedule.Ended(look);
        // What is suspected is looked at at once; all else waits for the next second.
        if (outcome is Outcome.Refused or Outcome.TimedOut || stage.FactsWaiting > 0) Judge(last: false);
        Arm();
    }

    private void Send(int slot, Instant started, Outcome outcome, ImmutableArray<SignalValue> signals)
    {
        var probe = schedule.Slots[slot].Probe;
        looks++;
        if (outcome is Outcome.ProbeFault) faults++;
        else
        {
            var target = targets[probe.Id.Component];
            var isLost = outcome is not Outcome.Answered;
            if (isLost) losses++;
            if (isLost && lostBefore[target]) doubles++;
            lostBefore[target] = isLost;
        }
        batch.Add(new Observation(probe.Id, schedule.Slots[slot].From.Id, started, clock.Now, outcome, signals));
    }

    /// <summary>Whether one of the watcher's own paths is known to be broken.</summary>
    private sealed class Path
    {
        public bool IsBlind { get; private set; }
        public Instant SawAgain { get; private set; } = Instant.MinValue;

        public void Tell(bool works, Instant now)
        {
            if (IsBlind && works) SawAgain = now;
            IsBlind = !works;
        }
    }
}
