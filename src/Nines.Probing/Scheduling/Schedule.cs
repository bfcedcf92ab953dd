using System.Collections.Immutable;
using System.Text;
using Nines.Core.Components;
using NodaTime;

namespace Nines.Probing.Scheduling;

/// <summary>
/// When each slot looks: a state machine without a clock, threads or randomness. The owner asks <see cref="NextAt"/>, lets
/// time pass until then, calls <see cref="Advance"/>, does the steps it gives, and says what became of each look:
/// <see cref="Began"/>, then (if it wants the control check under a limit) <see cref="Checking"/>, <see cref="Delivering"/>, and
/// <see cref="Ended"/>. The same calls give the same steps. Not safe for concurrent use.
/// </summary>
public sealed partial class Schedule
{
    private const long Never = SlotState.Never;

    private readonly ScheduleOptions options;
    private readonly Instant start;
    private readonly Func<ProbeDefinition, string?> providerOf;
    private readonly DueHeap heap;
    private readonly Queue<int> ready;
    private readonly Dictionary<ComponentId, int[]> byComponent = [];
    private readonly Dictionary<ProbeId, int[]> byProbe = [];
    private readonly Dictionary<string, ProviderLoad> providers = new(StringComparer.Ordinal);
    private Dictionary<VantagePointId, int> places = [];
    private SlotState[] states = [];
    private readonly long sharpEvery;
    private readonly long sharpSpacing;
    private readonly long grace;
    private readonly long checkLimit;
    private ScheduleCounts counts;
    private bool stopped;

    /// <param name="start">The origin of all due times.</param>
    /// <param name="providerOf">Who sees a probe's calls; null when Nines only listens (the component then counts for itself).</param>
    /// <exception cref="ArgumentException">A probe is declared twice, looks from an unknown vantage point, or twice from one, or its times are out of range.</exception>
    public Schedule(Topology topology, Instant start, ScheduleOptions options, Func<ProbeDefinition, string?> providerOf)
    {
        options.Require();
        (this.options, this.start, this.providerOf) = (options, start, providerOf);
        (sharpEvery, sharpSpacing) = (options.SharpEvery.BclCompatibleTicks, options.SharpSpacing.BclCompatibleTicks);
        (grace, checkLimit) = (options.Grace.BclCompatibleTicks, options.CheckLimit.BclCompatibleTicks);
        heap = new DueHeap(0);
        ready = new Queue<int>();
        _ = Change(topology, new HashSet<ProbeId>(), start);
    }

    /// <summary>Every probe from every vantage point, in the topology's order.</summary>
    public ImmutableArray<Slot> Slots { get; private set; } = [];

    public ScheduleCounts Counts => counts;

    /// <summary>Looks that were asked for and have not ended.</summary>
    public int InFlight { get; private set; }

    /// <summary>Looks that are owed and wait for one of the running ones to end.</summary>
    public int Waiting => ready.Count;

    /// <summary>When <see cref="Advance"/> next has something to give (in the past: now); null when nothing is left to do.</summary>
    public Instant? NextAt
    {
        get
        {
            if (ready.Count > 0 && InFlight < options.MaxConcurrent) return At(states[ready.Peek()].WaitingSince);
            var tick = heap.First.Tick;
            return tick == Never ? null : At(tick);
        }
    }

    /// <summary>Adds to <paramref name="steps"/> everything that is to be done by <paramref name="now"/>, in order. A call that comes late gives no burst: what passed is a miss.</summary>
    /// <param name="now">Not before that of the call before.</param>
    public void Advance(Instant now, ICollection<Step> steps)
    {
        var tick = Tick(now);
        StartReady(tick, steps);
        while (heap.First is var (index, at) && at <= tick)
        {
            var slot = states[index];
            Process(slot, tick, steps);
            Touch(slot);
        }
    }

    /// <summary>The look really starts: from here its limit runs.</summary>
    /// <returns>False when the look is no longer wanted; it must not start then.</returns>
    public bool Began(Look look, Instant now) => Enter(look, SlotPhase.Issued, SlotPhase.Looking, Tick(now) + states[look.Slot].Timeout);

    /// <summary>The look came back and its path is being checked, within <see cref="ScheduleOptions.CheckLimit"/>.</summary>
    /// <returns>False when the look had been abandoned: its result is void.</returns>
    public bool Checking(Look look, Instant now) => Enter(look, SlotPhase.Looking, SlotPhase.Checking, Tick(now) + checkLimit);

    /// <summary>The outcome is known and is being handed over, which has no limit here.</summary>
    /// <returns>False when the look (or its check) had been abandoned: its result is void.</returns>
    public bool Delivering(Look look) =>
        Enter(look, SlotPhase.Looking, SlotPhase.Delivering, Never) || Enter(look, SlotPhase.Checking, SlotPhase.Delivering, Never);

    /// <summary>All is done for this look, from whatever phase; the slot is free.</summary>
    /// <returns>False when the look had been abandoned.</returns>
    public bool Ended(Look look)
    {
        var slot = states[look.Slot];
        if (slot.Ticket != look.Ticket || !slot.Running) return false;
        slot.Phase = SlotPhase.Idle;
        slot.Deadline = Never;
        InFlight--;
        Touch(slot);
        return true;
    }

    /// <summary>No look is asked for any more; limits of the running ones still count. Dues that wait are dropped.</summary>
    public void Stop()
    {
        stopped = true;
        while (ready.TryDequeue(out var index)) states[index].Phase = SlotPhase.Idle;
        foreach (var slot in Slots) Touch(states[slot.Index]);
    }

    private bool Enter(Look look, SlotPhase from, SlotPhase to, long deadline)
    {
        var slot = states[look.Slot];
        if (slot.Ticket != look.Ticket || slot.Phase != from) return false;
        (slot.Phase, slot.Deadline, slot.Cancelled) = (to, deadline, false);
        Touch(slot);
        return true;
    }

    private void Process(SlotState slot, long now, ICollection<Step> steps)
    {
        if (slot.Running && slot.Deadline <= now) Expire(slot, now, steps);
        if (stopped) return;
        if (slot.Phase == SlotPhase.Idle && slot.Wanted <= now) TryWanted(slot, now, steps);
        if (slot.Due <= now) AnswerFor(slot, now, steps);
        if (slot.Phase == SlotPhase.Idle && slot.SharpDue <= now) TrySharp(slot, now, steps);
    }

    /// <summary>The limit, then the end of the grace, of a look or a check.</summary>
    private void Expire(SlotState slot, long now, ICollection<Step> steps)
    {
        if (!slot.Cancelled)
        {
            slot.Cancelled = true;
            slot.Deadline = now + grace;
            steps.Add(new Step(StepKind.Cancel, Current(slot)));
            return;
        }
        var kind = slot.Phase == SlotPhase.Checking ? StepKind.AbandonCheck : StepKind.Abandon;
        if (kind == StepKind.Abandon) counts = counts with { Abandoned = counts.Abandoned + 1 };
        slot.Ticket++;
        slot.Phase = SlotPhase.Looking;   // so that the owner may still check the path, or deliver
        slot.Deadline = Never;
        steps.Add(new Step(kind, Current(slot)));
    }

    /// <summary>Every due time up to now gets its look, its miss, or the extra look that stands for it.</summary>
    private void AnswerFor(SlotState slot, long now, ICollection<Step> steps)
    {
        var first = slot.Due;
        var count = (now - first) / slot.Every + 1;
        var last = first + (count - 1) * slot.Every;
        slot.Due = last + slot.Every;
        if (slot.Phase != SlotPhase.Idle)
        {
            var missed = Replaces(slot) ? count - 1 : count;
            // The look that waits now stands for the last of the due times, so the one it stood for before is missed; one that runs keeps its own.
            var waits = slot.Phase == SlotPhase.Waiting;
            if (waits && slot.Reason == LookReason.Regular) slot.WaitingSince = last;
            var reason = waits ? MissReason.Crowded : slot.Phase == SlotPhase.Delivering ? MissReason.Undelivered : MissReason.Overrun;
            if (missed > 0) Missed(slot, waits ? last - missed * slot.Every : last - (missed - 1) * slot.Every, missed, reason, steps);
        }
        else if (count > 1)
        {
            // Whole dues passed unseen: everybody is late at once, so only who is still punctual looks; the rest keep their phases.
            var punctual = now - last <= Tolerance(slot);
            Missed(slot, first, punctual ? count - 1 : count, MissReason.Asleep, steps);
            if (punctual) Issue(slot, last, LookReason.Regular, now, steps);
        }
        else if (first - slot.LastStart >= Math.Min(sharpEvery, slot.Every / 10) || !Replaces(slot))
        {
            Issue(slot, first, LookReason.Regular, now, steps);
        }
    }

    /// <summary>Lets the slot's last look stand for a due time, if it is an extra one that stands for none yet.</summary>
    private bool Replaces(SlotState slot)
    {
        if (slot.StandsForDue) return false;
        slot.StandsForDue = true;
        counts = counts with { Replaced = counts.Replaced + 1 };
        return true;
    }

    /// <summary>How late a look may start before its lateness is worth a word: 1 s, or a tenth of the interval when that is more.</summary>
    private static long Tolerance(SlotState slot) => Math.Max(TimeSpan.TicksPerSecond, slot.Every / 10);

    private void Missed(SlotState slot, long first, long count, MissReason reason, ICollection<Step> steps)
    {
        counts = counts with { Missed = counts.Missed + count };
        steps.Add(new Step(StepKind.Miss, default, new Miss(slot.Index, At(first), count, reason)));
    }

    private void Issue(SlotState slot, long due, LookReason reason, long now, ICollection<Step> steps)
    {
        slot.Reason = reason;
        slot.StandsForDue = reason == LookReason.Regular;
        slot.WaitingSince = due;
        if (InFlight < options.MaxConcurrent)
        {
            Start(slot, now, steps);
            return;
        }
        slot.Phase = SlotPhase.Waiting;
        ready.Enqueue(slot.Index);
    }

    private void StartReady(long now, ICollection<Step> steps)
    {
        while (InFlight < options.MaxConcurrent && ready.TryDequeue(out var index))
        {
            var slot = states[index];
            if (slot.Due <= now) AnswerFor(slot, now, steps);
            Start(slot, now, steps);
            Touch(slot);
        }
    }

    private void Start(SlotState slot, long now, ICollection<Step> steps)
    {
        InFlight++;
        slot.Ticket++;
        slot.Phase = SlotPhase.Issued;
        slot.Deadline = Never;
        slot.Cancelled = false;
        slot.LastStart = now;
        Instant? tripwire = null;
        if (slot.Reason == LookReason.Tripwire)
        {
            tripwire = slot.Tripwire?.At;
            slot.Tripwire = null;
        }
        if (slot.Tripwire is null) slot.Wanted = Never;   // what was only to be looked at, is; an event is owed a look of its own
        counts = slot.Reason == LookReason.Regular ? counts with { Looks = counts.Looks + 1 } : counts with { Extra = counts.Extra + 1 };
        steps.Add(new Step(StepKind.Look, new Look(slot.Index, slot.Ticket, At(slot.WaitingSince), slot.Reason, tripwire)));
    }

    private Look Current(SlotState slot) => new(slot.Index, slot.Ticket, At(slot.WaitingSince), slot.Reason, null);

    private void Touch(SlotState slot) => heap.Set(slot.Index, slot.NextAttention(stopped));

    private Instant At(long tick) => start + Duration.FromTicks(tick);

    private long Tick(Instant instant) => (instant - start).BclCompatibleTicks;

    private static ImmutableArray<Slot> Lay(Topology topology, Func<ProbeDefinition, string?> providerOf)
    {
        var points = topology.VantagePoints.ToDictionary(point => point.Id);
        var seen = new HashSet<ProbeId>();
        var slots = ImmutableArray.CreateBuilder<Slot>();
        foreach (var component in topology.Components)
        {
            foreach (var probe in component.Probes)
            {
                if (!seen.Add(probe.Id)) throw new ArgumentException($"Probe {probe.Id} is declared twice.", nameof(topology));
                if (probe.From.Distinct().Count() != probe.From.Length) throw new ArgumentException($"Probe {probe.Id} looks twice from one vantage point.", nameof(topology));
                if (probe.Every < Duration.FromSeconds(1) || probe.Timeout <= Duration.Zero || probe.Timeout > probe.Every)
                    throw new ArgumentException($"Probe {probe.Id}: every must be at least 1 s, timeout above 0 and at most every.", nameof(topology));
                var provider = providerOf(probe) ?? $"component {component.Id}";
                for (var k = 0; k < probe.From.Length; k++)
                {
                    if (!points.TryGetValue(probe.From[k], out var point))
                        throw new ArgumentException($"Probe {probe.Id} looks from {probe.From[k]}, which is not a vantage point.", nameof(topology));
                    slots.Add(new Slot(slots.Count, probe, point, PhaseOf(probe, k), provider));
                }
            }
        }
        return slots.ToImmutable();
    }

    /// <summary>Vantage points evenly over the interval; probes apart by a hash of their names, so that not everything fires at once.</summary>
    private static Duration PhaseOf(ProbeDefinition probe, int k)
    {
        var every = probe.Every.BclCompatibleTicks;
        var offset = (long)(StableHash(probe.Id) % (ulong)every);
        return Duration.FromTicks((offset + (long)((Int128)every * k / probe.From.Length)) % every);
    }

    /// <summary>64-bit FNV-1a over the name: the same in every process and version, unlike string.GetHashCode.</summary>
    private static ulong StableHash(ProbeId id)
    {
        var hash = 14695981039346656037UL;
        foreach (var octet in Encoding.UTF8.GetBytes(id.ToString())) hash = unchecked((hash ^ octet) * 1099511628211UL);
        // FNV's low bits mix poorly over short names; fold the high half in before taking a remainder.
        return unchecked((hash ^ (hash >> 32)) * 0x9E3779B97F4A7C15UL);
    }
}
