using System.Collections.Immutable;
using System.Globalization;
using System.Threading.Channels;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Observations;
using NodaTime;

namespace Nines.Probing.Scheduling;

// The flow of one look: look, check the path, hand over. It ends by telling the schedule, whatever happens on the way.
public sealed partial class Scheduler
{
    /// <summary>Abandoned looks of one slot that may hang before no more are started: each could hold a thread and a socket.</summary>
    private const int MostHanging = 3;

    private volatile ImmutableDictionary<VantagePointId, PointState> sight;
    private long late;
    private long faults;
    private long delayed;
    private long channelFull;
    private long channelWait;
    private long lost;

    internal async Task LookAsync(SlotRunner runner, Look look)
    {
        try
        {
            var probe = runner.Probe is not null || TryCreate(runner) ? runner.Probe : null;
            CancellationToken limit;
            Instant started;
            int hanging;
            lock (gate)
            {
                started = clock.Now;
                if (!schedule.Began(look, started)) return;
                if (!options.Inline) WakeWhenSooner();
                (runner.Started, runner.LateBefore) = (started, pulse.Late(started));
                limit = runner.FreshLimit();
                hanging = runner.Hanging;
            }
            MeasureLateness(runner.Slot, started - look.Due, isFirst: look.Ticket == 1);
            var seen = probe is null ? Fault("the probe could not be created")
                : hanging >= MostHanging ? Fault($"{MostHanging} abandoned looks still hang: no more are started until one comes back")
                : await AskAsync(runner, probe, limit).ConfigureAwait(false);
            lock (gate)
            {
                if (runner.Look.Ticket != look.Ticket)
                {
                    runner.Hanging--;   // abandoned meanwhile: the slot has moved on, this answer is void
                    return;
                }
            }
            await FinishAsync(runner, look, seen).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Report(runner, "looking", error);
        }
        finally
        {
            End(look);
        }
    }

    private async ValueTask<Sight> AskAsync(SlotRunner runner, Probe probe, CancellationToken limit)
    {
        try
        {
            var seen = await probe.LookAsync(limit).ConfigureAwait(false);
            var expected = runner.Slot.Probe.Signals.Signals.Length;
            if (seen.Outcome is Outcome.Answered && (seen.Signals.IsDefault ? 0 : seen.Signals.Length) != expected)
                return Fault($"the probe gave {(seen.Signals.IsDefault ? 0 : seen.Signals.Length)} signals, its schema has {expected}");
            return seen.Outcome is null ? Fault("the probe gave no outcome") : seen;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new Sight(new Outcome.TimedOut(runner.Slot.Probe.Timeout, "look"), [], NeedsControl: true);
        }
        catch (Exception error)
        {
            Report(runner, "a look", error);
            return Fault($"{error.GetType().Name} escaped from the probe");   // its message may hold secrets
        }
    }

    /// <summary>
    /// The look did not come back although it was cancelled: the slot gets a fresh probe. Every probe ends when it is told to, whatever its target does, so
    /// this one is broken, or nothing of us runs: our fault, of which the target knows nothing (TRUTH 7).
    /// </summary>
    private async Task AbandonAsync(SlotRunner runner)
    {
        var look = runner.Look;
        try
        {
            var old = runner.Probe!;
            lock (gate) runner.Probe = null;
            TryCreate(runner);
            _ = DisposeAsync(runner, old);   // may set it free
            await FinishAsync(runner, look, Fault($"abandoned: the look did not come back within {Seconds(options.Limits.Grace)} after it was cancelled")).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Report(runner, "abandoning a look", error);
        }
        finally
        {
            End(look);
        }
    }

    private async Task AbandonCheckAsync(SlotRunner runner)
    {
        var look = runner.Look;
        try
        {
            var verdict = new PathVerdict.Blind($"the control check did not come back within {Seconds(options.Limits.CheckLimit)}") { Unchecked = true };
            NoteSight(runner, verdict, resolving: false);
            await DeliverAsync(runner, look, Observe(runner, look, new Sight(BlindFault(verdict), []), clock.Now, null)).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Report(runner, "abandoning a control check", error);
        }
        finally
        {
            End(look);
        }
    }

    /// <summary>From the sight to the observation: our own stalls and our own path are told apart from the target's failures.</summary>
    private async ValueTask FinishAsync(SlotRunner runner, Look look, Sight seen)
    {
        var ended = clock.Now;
        Duration late;
        bool stalled;
        lock (gate) (late, stalled) = (pulse.Late(ended) - runner.LateBefore, pulse.HasStalled(runner.Started, ended));
        if (IsOurDelay(seen, late, stalled, ended - runner.Started, runner.Slot.Probe.Timeout))
        {
            Interlocked.Increment(ref delayed);
            seen = Fault($"the watcher ran late by {Seconds(late)} in all while the look waited");
        }
        string? control = null;
        if (await CheckAsync(runner, look, seen, ended).ConfigureAwait(false) is var (verdict, resolving))
        {
            lock (gate) if (runner.Look.Ticket != look.Ticket) return;   // the check was abandoned: its verdict is void
            // What waited on a broken path waited in vain, although the path is back when it is checked. A refusal did not wait, but for a resolver's.
            var waitedBlind = seen is { Outcome: Outcome.TimedOut } or { Outcome: Outcome.Refused, Resolving: true } && SightOf(runner).PartOf(verdict, resolving).WasBlindSince(runner.Started);
            NoteSight(runner, verdict, resolving);
            if (seen is { NeedsControl: true, Outcome: not Outcome.ProbeFault })
            {
                if (verdict is PathVerdict.Blind blind) seen = new Sight(BlindFault(blind), []);
                else if (waitedBlind && verdict is PathVerdict.Vouched) seen = Fault("own path: it was broken while the look waited");
                else control = (verdict as PathVerdict.Vouched)?.By;
            }
        }
        await DeliverAsync(runner, look, Observe(runner, look, seen, ended, control)).ConfigureAwait(false);
    }

    /// <summary>Whether what a look brought may be owed to how late we ran: an answer that nobody read in time, a connection that nobody served. An answer came all the same, but after a stall its times are ours.</summary>
    private bool IsOurDelay(Sight seen, Duration late, bool stalled, Duration took, Duration limit) => seen.Outcome switch
    {
        Outcome.ProbeFault => false,
        Outcome.TimedOut => stalled || late > options.LateAtMost(took, limit),
        Outcome.Refused => stalled || late > (seen.NeedsControl ? options.LateAtMost(took, limit) : options.LateAtMost(took)),
        Outcome.Answered => stalled || late > options.LateAtMost(took),
        _ => throw new InvalidOperationException("Outcome is a closed hierarchy."),
    };

    /// <returns>Null when no check was due, or the look was abandoned.</returns>
    private async ValueTask<(PathVerdict Verdict, bool Resolving)?> CheckAsync(SlotRunner runner, Look look, Sight seen, Instant ended)
    {
        if (check is null) return null;
        var path = SightOf(runner);
        var failed = seen.NeedsControl;
        // An answer may have come over a path that a broken uplink does not touch: only the control says that we see again.
        var recovering = seen is { NeedsControl: false, Outcome: Outcome.Answered } ? path.TryBeginRecovery() : null;
        if (!failed && recovering is null) return null;
        var resolving = recovering?.IsResolver ?? seen.Resolving;
        var limit = CancellationToken.None;
        try
        {
            lock (gate)
            {
                if (!schedule.Checking(look, clock.Now)) return null;
                limit = runner.FreshLimit();
            }
            return (await check(runner.Slot.Probe, runner.Slot.From, seen with { NeedsControl = true, Resolving = resolving }, ended, limit).ConfigureAwait(false), resolving);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return (new PathVerdict.Blind($"the control check did not end within {Seconds(options.Limits.CheckLimit)}") { Unchecked = true }, resolving);
        }
        catch (Exception error)
        {
            Report(runner, "a control check", error);
            return (new PathVerdict.Blind($"{error.GetType().Name} escaped from the control check") { Unchecked = true }, resolving);   // what cannot be vouched for stays ours
        }
        finally
        {
            recovering?.EndRecovery();
        }
    }

    private void NoteSight(SlotRunner runner, PathVerdict verdict, bool resolving)
    {
        var point = SightOf(runner);
        var part = point.PartOf(verdict, resolving);
        if (verdict is PathVerdict.Vouched { OnThisMachine: true } && point.Path.IsUnchecked) part = point.Path;
        switch (verdict)
        {
            case PathVerdict.Blind blind when part.TurnBlind(blind.Unchecked):
                Raise(Blinded, new VantagePointBlind(clock.Now, runner.Slot.From.Id, blind.Reason), runner);
                break;
            // It sees again when all that it sees by works. Where nothing had to vouch, nothing was found out.
            case PathVerdict.Vouched when part.TurnSeeing(clock.Now) && !point.IsBlind:
                Raise(Sees, new VantagePointSees(clock.Now, runner.Slot.From.Id), runner);
                break;
        }
    }

    /// <summary>A flow may outlive its vantage point by a moment; what it finds then moves nothing.</summary>
    private PointState SightOf(SlotRunner runner) => sight.GetValueOrDefault(runner.Slot.From.Id) ?? new PointState();

    private static Observation Observe(SlotRunner runner, Look look, Sight seen, Instant ended, string? control) =>
        new(runner.Slot.Probe.Id, runner.Slot.From.Id, runner.Started, ended, seen.Outcome, seen.Outcome is Outcome.Answered && !seen.Signals.IsDefault ? seen.Signals : [])
        {
            Tripwire = look.Tripwire,
            AsOf = seen.NewsDelay > Duration.Zero ? runner.Started - seen.NewsDelay : null,
            Control = control,
        };

    private async ValueTask DeliverAsync(SlotRunner runner, Look look, Observation observation)
    {
        if (observation.Outcome is Outcome.ProbeFault) Interlocked.Increment(ref faults);
        lock (gate)
        {
            if (!schedule.Delivering(look)) return;   // abandoned: another flow has the slot
            runner.Delivering = true;
        }
        try
        {
            await DeliverMissedAsync(runner).ConfigureAwait(false);
            await WriteAsync(runner, observation).ConfigureAwait(false);
            await DeliverMissedAsync(runner).ConfigureAwait(false);
        }
        finally
        {
            lock (gate) runner.Delivering = false;
        }
    }

    private async ValueTask DeliverMissedAsync(SlotRunner runner)
    {
        Miss? missed;
        lock (gate) (missed, runner.Missed) = (runner.Missed, null);
        if (missed is { } miss) await WriteAsync(runner, Observe(miss, clock.Now)).ConfigureAwait(false);
    }

    /// <summary>Misses of slots that did not look again before the end.</summary>
    private void DeliverLastMissed()
    {
        foreach (var runner in Runners)
        {
            if (runner.Missed is { } miss && !observations.TryWrite(Observe(miss, clock.Now))) Interlocked.Increment(ref lost);
        }
    }

    private async ValueTask WriteAsync(SlotRunner runner, Observation observation)
    {
        try
        {
            if (observations.TryWrite(observation)) return;
            Interlocked.Increment(ref channelFull);
            var since = clock.Now;
            await observations.WriteAsync(observation, giveUp.Token).ConfigureAwait(false);
            Interlocked.Add(ref channelWait, (clock.Now - since).BclCompatibleTicks);
        }
        catch (Exception error) when (error is OperationCanceledException or ChannelClosedException)
        {
            Interlocked.Increment(ref lost);
            Report(runner, "handing an observation over", error);
        }
    }

    /// <summary>Writes a miss at once when the channel takes it; else keeps one for the slot, which grows, until the slot's next observation.</summary>
    private void Note(Miss miss, Instant now)
    {
        var runner = runners[miss.Slot]!;
        lock (gate)
        {
            if (!runner.Delivering && runner.Missed is null && observations.TryWrite(Observe(miss, now))) return;
            runner.Missed = runner.Missed is { } kept ? kept with { Count = kept.Count + miss.Count, Reason = miss.Reason } : miss;
        }
        Interlocked.Increment(ref channelFull);
    }

    private Observation Observe(Miss miss, Instant now)
    {
        var slot = runners[miss.Slot]!.Slot;
        var times = miss.Count == 1 ? "1 due time" : $"{miss.Count.ToString(CultureInfo.InvariantCulture)} due times";
        var reason = miss.Reason switch
        {
            MissReason.Overrun => $"overrun: {times} missed while the look before was still running",
            MissReason.Undelivered => $"backlog: {times} missed while the observation before waited for its reader",
            MissReason.Crowded => $"crowded: {times} missed while {options.Limits.MaxConcurrent.ToString(CultureInfo.InvariantCulture)} other looks were running",
            MissReason.Asleep => $"asleep: {times} missed while the watcher did not run",
        };
        return new Observation(slot.Probe.Id, slot.From.Id, miss.First, Instant.Max(miss.First, now), new Outcome.ProbeFault(reason), []);
    }

    private void MeasureLateness(Slot slot, Duration delay, bool isFirst)
    {
        (isFirst ? firstLateness : lateness).Record(delay);
        if (delay > Duration.Max(Duration.FromSeconds(1), slot.Probe.Every / 10)) Interlocked.Increment(ref late);
    }

    private void End(Look look)
    {
        bool ended;
        lock (gate)
        {
            ended = schedule.Ended(look);
            if (ended && !options.Inline) WakeWhenSooner();
        }
        if (ended && options.Inline) Wake();
    }

    private static Sight Fault(string reason) => new(new Outcome.ProbeFault(reason), []);

    private static Outcome.ProbeFault BlindFault(PathVerdict.Blind blind) => new($"own path: {blind.Reason}");

    private static string Seconds(Duration duration) => $"{duration.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s";

    /// <summary>What a vantage point sees by, as far as control checks have told: each can fail alone, and a check of one says nothing of the others.</summary>
    private sealed class PointState
    {
        public PathState Path { get; } = new(isResolver: false);
        public PathState Resolver { get; } = new(isResolver: true);
        public PathState Machine { get; } = new(isResolver: false);
        public bool IsBlind => Path.IsBlind || Resolver.IsBlind || Machine.IsBlind;

        public PathState PartOf(PathVerdict verdict, bool resolving) => verdict.OnThisMachine ? Machine : resolving ? Resolver : Path;

        /// <returns>The part that the caller is to check, one caller at a time; null while all are thought to work, or others check.</returns>
        public PathState? TryBeginRecovery() =>
            Path.TryBeginRecovery() ? Path : Machine.TryBeginRecovery() ? Machine : Resolver.TryBeginRecovery() ? Resolver : null;
    }

    private sealed class PathState(bool isResolver)
    {
        public bool IsResolver { get; } = isResolver;
        public bool IsBlind => Volatile.Read(ref blind) == 1;

        public bool IsUnchecked => Volatile.Read(ref guessed) && IsBlind;

        private int blind;
        private bool guessed;
        private int recovering;
        private long sawAgain = long.MinValue; // Unix ticks

        public bool TurnBlind(bool isUnchecked)
        {
            Volatile.Write(ref guessed, isUnchecked);
            return Interlocked.Exchange(ref blind, 1) == 0;
        }

        public bool TurnSeeing(Instant now)
        {
            // In this order: who no longer finds it blind finds since when it sees.
            if (IsBlind) Volatile.Write(ref sawAgain, now.ToUnixTimeTicks());
            return Interlocked.Exchange(ref blind, 0) == 1;
        }

        /// <returns>Whether it was known to be blind at any instant from <paramref name="started"/> on.</returns>
        public bool WasBlindSince(Instant started) => IsBlind || Volatile.Read(ref sawAgain) >= started.ToUnixTimeTicks();

        /// <returns>True for one caller at a time, while blind.</returns>
        public bool TryBeginRecovery() => Volatile.Read(ref blind) == 1 && Interlocked.Exchange(ref recovering, 1) == 0;

        public void EndRecovery() => Volatile.Write(ref recovering, 0);
    }
}
