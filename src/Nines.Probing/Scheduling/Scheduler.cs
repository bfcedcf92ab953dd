using System.Collections.Immutable;
using System.Threading.Channels;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Observations;
using Nines.Core.Time;
using NodaTime;

namespace Nines.Probing.Scheduling;

/// <summary>
/// Makes every probe look when its <see cref="Schedule"/> says, and hands over what it saw. One loop, one timer, one lock:
/// the loop asks the schedule what is due and starts it; each look is a flow that tells the schedule when it ends.
/// </summary>
public sealed partial class Scheduler
{
    private readonly Func<ProbeDefinition, VantagePoint, Probe> create;
    private readonly WatchClock clock;
    private readonly ChannelWriter<Observation> observations;
    private readonly PathCheck? check;
    private readonly SchedulerOptions options;
    private readonly Lock gate = new();              // owns schedule, and the members of SlotRunner that say so
    private readonly Schedule schedule;
    private SlotRunner?[] runners;                   // by the slot's index; the loop's own
    private readonly Channel<Change> changes = Channel.CreateBounded<Change>(4);
    private readonly Channel<Command> commands = Channel.CreateBounded<Command>(256);
    private readonly Channel<byte> wake;
    private readonly CancellationTokenSource giveUp = new();
    private readonly Delays lateness = new(), firstLateness = new();
    private Instant sleepsUntil = Instant.MinValue;   // the loop, unless woken; the beginning of time while it is awake, or sleeps but for a moment. Under the gate
    private bool draining;                            // under the gate
    private readonly Pulse pulse;                     // under the gate
    private int ran;

    private enum Wish { Sharpen, Settle, Look }

    /// <param name="Probe">For a look: by this probe only; null for all.</param>
    /// <param name="Until">For a look: when it is of no use any more.</param>
    private readonly record struct Command(ComponentId Component, Wish Wish, string? Probe = null, Instant Until = default);

    private sealed record Change(Topology Topology, IReadOnlySet<ProbeId> Kept, TaskCompletionSource<Instant> Done);

    /// <param name="create">Makes a slot's probe: at the start, and again after a look that had to be abandoned.</param>
    /// <param name="observations">Bounded: while it is full, the slots whose observations wait do not look.</param>
    /// <param name="check">Vouches for our path after a failure; null when no control is configured.</param>
    /// <exception cref="ArgumentException">The topology or the options cannot be scheduled.</exception>
    public Scheduler(
        Topology topology,
        Func<ProbeDefinition, VantagePoint, Probe> create,
        WatchClock clock,
        ChannelWriter<Observation> observations,
        PathCheck? check,
        SchedulerOptions options)
    {
        (this.create, this.clock, this.observations, this.check, this.options) = (create, clock, observations, check, options);
        schedule = new Schedule(topology, clock.Now, options.Limits, options.ProviderOf);
        pulse = new Pulse(Instant.MaxValue, options.StallAfter);
        runners = [.. schedule.Slots.Select(slot => new SlotRunner(this, slot))];
        sight = topology.VantagePoints.ToImmutableDictionary(point => point.Id, _ => new PointState());
        wake = Channel.CreateBounded<byte>(new BoundedChannelOptions(1)
        {
            FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true, AllowSynchronousContinuations = options.Inline,
        });
    }

    /// <summary>A vantage point's own path broke: once, until it sees again. Raised on the flow of the look that noticed.</summary>
    public event Action<VantagePointBlind>? Blinded;

    /// <summary>A blind vantage point sees again.</summary>
    public event Action<VantagePointSees>? Sees;

    /// <summary>The process did not run for longer than <see cref="SchedulerOptions.StallAfter"/>.</summary>
    public event Action<WatcherSuspended>? Suspended;

    /// <summary>Something failed that no observation tells.</summary>
    public event Action<SlotTrouble>? Troubled;

    public ImmutableArray<Slot> Slots
    {
        get
        {
            lock (gate) return schedule.Slots;
        }
    }

    /// <summary>By how much looks started after they were due; the first look of each probe apart.</summary>
    public DelaySummary Lateness => lateness.Summary();

    /// <summary>By how much first looks did: probes are being made then, thousands of them at once at the start.</summary>
    public DelaySummary FirstLateness => firstLateness.Summary();

    public SchedulerCounts Counts
    {
        get
        {
            lock (gate)
            {
                return new SchedulerCounts(
                    schedule.Counts, Interlocked.Read(ref late), Interlocked.Read(ref faults), Interlocked.Read(ref delayed), pulse.Late(clock.Now), Interlocked.Read(ref channelFull),
                    Duration.FromTicks(Interlocked.Read(ref channelWait)), Interlocked.Read(ref lost), schedule.InFlight, schedule.Waiting);
            }
        }
    }

    /// <inheritdoc cref="Schedule.NextLook"/>
    public PlannedLook? NextLook(ComponentId component)
    {
        lock (gate) return schedule.NextLook(component, clock.Now);
    }

    /// <summary>Looks at the component at once from everywhere, then fast, until <see cref="SettleAsync"/>. Waits while the command channel is full; does nothing after the end.</summary>
    public ValueTask SharpenAsync(ComponentId component, CancellationToken cancellation = default) => CommandAsync(new Command(component, Wish.Sharpen), cancellation);

    /// <summary>Back to the regular schedule.</summary>
    public ValueTask SettleAsync(ComponentId component, CancellationToken cancellation = default) => CommandAsync(new Command(component, Wish.Settle), cancellation);

    /// <summary>Looks at the component once more, from everywhere, within the limits on extra looks.</summary>
    /// <param name="probe">Only by this probe of it; null for all.</param>
    /// <param name="until">What those limits do not let begin by then is given up.</param>
    public ValueTask AskAsync(ComponentId component, string? probe, Instant until, CancellationToken cancellation = default) => CommandAsync(new Command(component, Wish.Look, probe, until), cancellation);

    /// <summary>
    /// Watches another topology from now on. Kept probes go on undisturbed: their phases, looks in flight, connections and tripwires. All
    /// others end; what they still see is not handed over.
    /// </summary>
    /// <param name="kept">Probes of which nothing has changed, neither in their definition nor in their vantage points.</param>
    /// <returns>When the change took effect: looks of probes that are not kept begin after it. Cancelled when the scheduler has ended.</returns>
    /// <exception cref="ArgumentException">The topology cannot be scheduled. Nothing has changed.</exception>
    public async Task<Instant> ChangeAsync(Topology topology, IReadOnlySet<ProbeId> kept, CancellationToken cancellation = default)
    {
        var change = new Change(topology, kept, new TaskCompletionSource<Instant>(options.Inline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            await changes.Writer.WriteAsync(change, cancellation).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new OperationCanceledException("The scheduler has ended.");
        }
        Wake();
        return await change.Done.Task.ConfigureAwait(false);
    }

    /// <summary>
    /// Runs until <paramref name="stopping"/>; then starts no look, lets those in flight end within their limits, disposes the
    /// probes and returns. Once only.
    /// </summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        if (Interlocked.Exchange(ref ran, 1) != 0) throw new InvalidOperationException("A scheduler runs once.");
        using var timer = clock.Time.CreateTimer(static state => ((Scheduler)state!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        using var registration = stopping.UnsafeRegister(static state => ((Scheduler)state!).Wake(), this);
        try
        {
            foreach (var runner in Runners) TryCreate(runner);
            await LoopAsync(timer, stopping).ConfigureAwait(false);
        }
        finally
        {
            commands.Writer.TryComplete();
            changes.Writer.TryComplete();
            while (changes.Reader.TryRead(out var change)) change.Done.TrySetCanceled(CancellationToken.None);
            giveUp.Cancel();
            DeliverLastMissed();
            await DisposeProbesAsync().ConfigureAwait(false);
        }
    }

    /// <summary>With thousands of slots something is due every millisecond: those of a few together cost far less than one by one. So much later a look may begin.</summary>
    private static readonly Duration ShortestSleep = Duration.FromMilliseconds(10);

    private async Task LoopAsync(ITimer timer, CancellationToken stopping)
    {
        var steps = new List<Step>();
        Instant? drainUntil = null;
        while (true)
        {
            while (changes.Reader.TryRead(out var change)) Carry(change);
            var now = clock.Now;
            if (drainUntil is null && stopping.IsCancellationRequested)
            {
                lock (gate)
                {
                    drainUntil = now + LongestDrain;
                    schedule.Stop();
                    draining = true;
                }
            }
            steps.Clear();
            Instant? next;
            bool drained;
            lock (gate)
            {
                while (commands.Reader.TryRead(out var command)) Tell(command, now);
                schedule.Advance(now, steps);
                foreach (var step in steps) Mark(step);
                next = schedule.NextAt;
                drained = drainUntil is not null && schedule.InFlight == 0;
            }
            foreach (var step in steps) Carry(step, now);
            if (drained) return;
            if (now >= drainUntil) giveUp.Cancel();
            await SleepAsync(timer, next).ConfigureAwait(false);
        }
    }

    private void Tell(Command command, Instant now)
    {
        switch (command.Wish)
        {
            case Wish.Sharpen:
                schedule.Sharpen(command.Component, now);
                break;
            case Wish.Settle:
                schedule.Settle(command.Component, now);
                break;
            case Wish.Look:
                schedule.Ask(command.Component, command.Probe, now, command.Until);
                break;
        }
    }

    private IEnumerable<SlotRunner> Runners => runners.OfType<SlotRunner>();

    private Duration LongestDrain =>
        schedule.Slots.Select(slot => slot.Probe.Timeout).DefaultIfEmpty(Duration.Zero).Max() + options.Limits.CheckLimit + options.Limits.Grace * 2 + Duration.FromSeconds(1);

    private void Carry(Change change)
    {
        SlotRunner[] ended, begun;
        Instant now;
        lock (gate)
        {
            now = clock.Now;
            try
            {
                var gone = schedule.Change(change.Topology, change.Kept, now);
                ended = [.. gone.Select(slot => runners[slot.Index]!)];
            }
            catch (ArgumentException refused)
            {
                change.Done.TrySetException(refused);
                return;
            }
            foreach (var runner in ended)
            {
                // Whatever its flow still says is void, as after an abandoned look.
                runner.Look = runner.Look with { Ticket = runner.Look.Ticket + 1 };
                runner.Ended = runner.LimitSpent = true;
                runner.Missed = null;
            }
            var known = Runners.Except(ended).ToDictionary(runner => runner.Slot.Index);
            runners = new SlotRunner?[schedule.Slots.Select(slot => slot.Index + 1).DefaultIfEmpty(0).Max()];
            begun = [.. schedule.Slots.Where(slot => !known.ContainsKey(slot.Index)).Select(slot => new SlotRunner(this, slot))];
            foreach (var runner in known.Values.Concat(begun)) runners[runner.Slot.Index] = runner;
            sight = change.Topology.VantagePoints.ToImmutableDictionary(point => point.Id, point => sight.GetValueOrDefault(point.Id) ?? new PointState());
        }
        foreach (var runner in ended) End(runner);
        foreach (var runner in begun) TryCreate(runner);
        change.Done.TrySetResult(now);
    }

    private void End(SlotRunner runner)
    {
        Cancel(runner);
        Probe? probe;
        lock (gate) (probe, runner.Probe) = (runner.Probe, null);
        if (probe is not null) _ = DisposeAsync(runner, probe);
    }

    /// <summary>Sleeps until the schedule wants attention, somebody wakes it, or a second has passed; notices when it slept for longer.</summary>
    private async ValueTask SleepAsync(ITimer timer, Instant? next)
    {
        var before = clock.Now;
        var until = before + Duration.FromSeconds(1);
        lock (gate)
        {
            if (!options.Inline) next = schedule.NextAt;   // looks have begun and ended meanwhile, and did not wake who was awake
            if (next is { } due && due < until) until = due;
            if (schedule.InFlight > 0 && before + Pulse.Every < until) until = before + Pulse.Every;
            sleepsUntil = until;
            if (!options.Inline && until < before + ShortestSleep) (until, sleepsUntil) = (before + ShortestSleep, Instant.MinValue);
            pulse.Beat(before, until);
        }
        var wait = until - before;
        if (wait <= Duration.Zero) return;
        // Timers of the system count whole milliseconds and cut off the rest: waking early would only spin. Virtual time is exact.
        var exact = wait.ToTimeSpan();
        timer.Change(options.Inline ? exact : TimeSpan.FromMilliseconds(Math.Ceiling(exact.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
        await wake.Reader.ReadAsync().ConfigureAwait(false);
        var now = clock.Now;
        lock (gate)
        {
            sleepsUntil = Instant.MinValue;
            if (pulse.Beat(now, now) <= options.StallAfter) return;
        }
        Raise(Suspended, new WatcherSuspended(until, now), null);
    }

    /// <summary>What ends or begins wakes the loop only where it would sleep past what that brings: with thousands of slots it seldom does. Call under the gate.</summary>
    private void WakeWhenSooner()
    {
        if (draining || schedule.NextAt < sleepsUntil) Wake();
    }

    /// <summary>What must be remembered before anybody else can take the gate.</summary>
    private void Mark(Step step)
    {
        if (step.Kind == StepKind.Miss) return;
        var runner = runners[step.Look.Slot]!;
        switch (step.Kind)
        {
            case StepKind.Look or StepKind.Abandon or StepKind.AbandonCheck:
                if (step.Kind == StepKind.Abandon) runner.Hanging++;
                runner.Look = step.Look with { Tripwire = step.Kind == StepKind.Look ? step.Look.Tripwire : runner.Look.Tripwire };
                break;
            case StepKind.Cancel:
                runner.LimitSpent = true;
                break;
        }
    }

    private void Carry(Step step, Instant now)
    {
        switch (step.Kind)
        {
            case StepKind.Look:
                if (options.Inline) runners[step.Look.Slot]!.Execute();
                else ThreadPool.UnsafeQueueUserWorkItem(runners[step.Look.Slot]!, preferLocal: false);
                break;
            case StepKind.Miss:
                Note(step.Miss, now);
                break;
            case StepKind.Cancel:
                Cancel(runners[step.Look.Slot]!);
                break;
            case StepKind.Abandon:
                _ = AbandonAsync(runners[step.Look.Slot]!);
                break;
            case StepKind.AbandonCheck:
                _ = AbandonCheckAsync(runners[step.Look.Slot]!);
                break;
        }
    }

    private void Cancel(SlotRunner runner)
    {
        try
        {
            // Off this loop in production: what a probe registered on its token runs inside Cancel, and might block.
            if (options.Inline) runner.Limit.Cancel();
            else _ = runner.Limit.CancelAsync();
        }
        catch (AggregateException error)
        {
            Report(runner, "cancelling a look", error);
        }
    }

    private async ValueTask CommandAsync(Command command, CancellationToken cancellation)
    {
        try
        {
            await commands.Writer.WriteAsync(command, cancellation).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            return; // nobody looks any more; who judges the last observations must not wait for room
        }
        Wake();
    }

    private void Wake() => wake.Writer.TryWrite(0);

    private bool TryCreate(SlotRunner runner)
    {
        try
        {
            var probe = create(runner.Slot.Probe, runner.Slot.From);
            bool ended;
            lock (gate) if (!(ended = runner.Ended)) runner.Probe = probe;
            if (ended)
            {
                _ = DisposeAsync(runner, probe);
                return false;
            }
            probe.HoldTripwire(tripwire => Tripped(runner, probe, tripwire));
            return true;
        }
        catch (Exception error)
        {
            Report(runner, "creating the probe", error);
            return runner.Probe is not null;   // without its tripwire it can still look
        }
    }

    private void Tripped(SlotRunner runner, Probe probe, TripwireEvent tripwire)
    {
        lock (gate)
        {
            if (runner.Probe != probe) return;   // an abandoned probe's last words
            var now = clock.Now;
            schedule.Tripped(runner.Slot.Index, tripwire.At > now ? tripwire with { At = now } : tripwire, now);
        }
        Wake();
    }

    private Task DisposeProbesAsync() =>
        Task.WhenAll(Runners.Where(runner => runner.Probe is not null).Select(runner => DisposeAsync(runner, runner.Probe!)));

    private async Task DisposeAsync(SlotRunner runner, Probe probe)
    {
        try
        {
            await probe.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5), clock.Time).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Report(runner, "disposing a probe", error);
        }
    }

    private void Report(SlotRunner runner, string what, Exception error) =>
        Raise(Troubled, new SlotTrouble(runner.Slot.Probe.Id, runner.Slot.From.Id, what, error), null);

    /// <summary>A listener that throws must not end a slot's flow; it is told of as trouble, once.</summary>
    private void Raise<T>(Action<T>? listeners, T what, SlotRunner? runner)
    {
        try
        {
            listeners?.Invoke(what);
        }
        catch (Exception error) when (runner is not null)
        {
            Report(runner, $"telling of {typeof(T).Name}", error);
        }
    }
}
