using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Observations;
using Nines.Core.Timelines;
using Nines.Judging.Chains;
using NodaTime;

namespace Nines.Judging;

/// <summary>
/// From observations to facts. A deterministic state machine without clock or I/O: the same observations and the same
/// passing of time give the same facts. One thread at a time.
/// </summary>
/// <remarks>Start reading at <see cref="Observe"/>; TRUTH rules are named where they are kept.</remarks>
public sealed partial class Judge
{
    private readonly Dictionary<(ProbeId, VantagePointId), Slot> slots = [];
    private readonly Dictionary<ComponentId, Subject> subjects = [];
    private readonly List<Subject> inOrder = [];   // what is needed comes before what needs it
    private readonly Dictionary<ComponentId, ChainGroup> chains = [];
    private readonly Dictionary<string, byte[]> retired = [];   // what is kept of components and probes that are no longer watched
    private readonly HashSet<string> retiredNow = [];
    private Instant now;
    private Instant edgesToldUntil;   // apart from now: an observation may move that past a window's edge
    private Instant nothingExpiresUntil = Instant.MinValue, noEdgeUntil = Instant.MinValue;   // until then there is nothing to look for in any subject

    /// <param name="topology">What is watched.</param>
    /// <param name="memory">What an earlier run remembered, by key; empty for a first start. Keys that the topology no longer knows are passed over.</param>
    /// <param name="startedAt">When this run began: nothing was seen between the memory and here.</param>
    /// <exception cref="ArgumentException">Dependencies form a cycle, or a component is unknown.</exception>
    public Judge(Topology topology, IReadOnlyDictionary<string, byte[]> memory, Instant startedAt)
    {
        now = edgesToldUntil = startedAt;
        Lay(topology, startedAt, new HashSet<ProbeId>());
        foreach (var (key, value) in memory)
            if (!Recall(key, value)) Retire(key, value, startedAt);
    }

    /// <summary>Tells what this run begins with: what was not seen since the memory was written is unknown (TRUTH 8). Call once, first.</summary>
    public void Begin(List<Fact> facts)
    {
        foreach (var subject in inOrder)
        {
            foreach (var slot in subject.Slots) slot.Interrupt(now);
            Revise(subject, facts);
        }
        // Windows may have begun or ended while nobody watched.
        foreach (var subject in inOrder) TellEdges(subject, Instant.MinValue, facts);
    }

    /// <summary>Maintenance windows that are under way or to come, and those of the last day. Replaces those given before.</summary>
    public void SetWindows(IReadOnlyList<MaintenanceWindow> windows)
    {
        foreach (var subject in inOrder)
            subject.Windows = [.. windows.Where(window => window.Components.Contains(subject.Component.Id)).OrderBy(window => window.From)];
        noEdgeUntil = Instant.MinValue;
    }

    /// <summary>True while the component should be looked at often: something contradicts, it is down, or it has only just come back (TRUTH 4); or what it says decides about another.</summary>
    public bool IsUnsettled(ComponentId component) => subjects.TryGetValue(component, out var subject) && (subject.IsUnsettled || GroupOf(subject)?.IsWitness(component) == true);

    /// <summary>What contradicts the component's settled states and waits for agreement, the worst first; empty when nothing does.</summary>
    public IEnumerable<Suspicion> SuspicionsOf(ComponentId component) => !subjects.TryGetValue(component, out var subject) ? [] :
        from slot in subject.Slots
        where slot.Suspects.Count > 0
        let last = slot.Suspects[^1].Verdict
        orderby last.State descending
        select new Suspicion(subject.IdOf(slot), slot.From.Id, last.State, new Bounds(Instant.Min(slot.AgreedAsOf, slot.Suspects[0].Ended), slot.Suspects[0].Ended), last.Cause, Math.Max(2, last.InARow) - Math.Min(slot.InARow, Math.Max(2, last.InARow) - 1));

    /// <summary>After an observation of a component: the others of its chain that are to be looked at often from now on, or need not be any more.</summary>
    public IReadOnlyList<ComponentId> Witnesses(ComponentId component)
    {
        if (!subjects.TryGetValue(component, out var subject) || GroupOf(subject) is not { } group) return [];
        var chain = subjects[subject.Component.Chain!.Value];
        return [.. group.Suspect(component, subject.IsSuspected), .. group.Suspect(chain.Component.Id, chain.IsSuspected || chain.IsDoubtful)];
    }

    /// <summary>The judge's view of one component's timeline, as told so far.</summary>
    public Timeline Said(ComponentId component) => subjects[component].Whole.Said;

    /// <summary>Takes one observation; facts that follow from it are added to <paramref name="facts"/>.</summary>
    public void Observe(Observation observation, List<Fact> facts)
    {
        now = Instant.Max(now, observation.Ended);
        if (observation.Outcome is Outcome.ProbeFault) return;                                       // TRUTH 7: moves nothing but coverage
        if (!slots.TryGetValue((observation.Probe, observation.From), out var slot)) return;         // from a config that is gone
        if (observation.Started < slot.SeenUntil || observation.Started < slot.Since) return;        // a repeat, or older than what is known

        var subject = subjects[observation.Probe.Component];
        if (subject.IsPaused) return;                                                                // seen just before
        var group = GroupOf(subject);
        var (values, asOf) = group?.Compare(observation) ?? (observation.Signals, observation.AsOf ?? observation.Started);
        var verdict = Verdict.Of(observation, slot.Probe!, values.AsSpan(), slot.Broken);
        Take(subject, slot, observation, values, asOf, verdict, facts);

        if (group is not null) ObserveChain(subjects[subject.Component.Chain!.Value], group, observation, verdict, facts);
    }

    private ChainGroup? GroupOf(Subject subject) => subject.Component.Chain is { } chain ? chains.GetValueOrDefault(chain) : null;

    /// <summary>Lets time pass: votes expire, windows begin and end. Call at least once a second of event time.</summary>
    public void Advance(Instant to, List<Fact> facts)
    {
        now = Instant.Max(now, to);
        // Called ten times a second and more: with thousands of slots, looking at each to find nothing would cost more than all judging.
        if (now <= nothingExpiresUntil && now < noEdgeUntil)
        {
            edgesToldUntil = now;
            return;
        }
        foreach (var subject in inOrder)
        {
            var expired = false;
            foreach (var slot in subject.Slots)
                if (slot.IsExpiredAt(now))
                {
                    slot.Expire();
                    expired = true;
                }
            if (expired) Revise(subject, facts);
            TellEdges(subject, edgesToldUntil, facts);
        }
        edgesToldUntil = now;
        nothingExpiresUntil = inOrder.SelectMany(subject => subject.Slots).Select(slot => slot.ExpiresAfter).DefaultIfEmpty(Instant.MaxValue).Min();
        noEdgeUntil = inOrder.SelectMany(subject => subject.Windows).SelectMany(window => new[] { window.From, window.To }).Where(edge => edge > now).DefaultIfEmpty(Instant.MaxValue).Min();
    }

    /// <summary>Components whose healthy observations came further apart than declared since the last call, with the resolution they really had (TRUTH 3).</summary>
    public ImmutableArray<ResolutionHad> TakeLate()
    {
        var late = ImmutableArray.CreateBuilder<ResolutionHad>();
        foreach (var subject in inOrder)
            if (subject.TakeLate() is { } had) late.Add(new ResolutionHad(subject.Component.Id, had));
        return late.ToImmutable();
    }

    /// <summary>What changed in the judge's memory since the last call; to be kept in the same commit as the facts so far (TRUTH 18).</summary>
    public IReadOnlyList<Remembered> TakeMemory()
    {
        var changed = new List<Remembered>();
        foreach (var key in retiredNow)
            if (retired.TryGetValue(key, out var left)) changed.Add(new Remembered(key, left));
        retiredNow.Clear();
        foreach (var subject in inOrder) subject.Remember(changed);
        return changed;
    }

    private void TellEdges(Subject subject, Instant after, List<Fact> facts)
    {
        foreach (var window in subject.Windows)
        {
            if (after < window.From && window.From <= now) Tell(subject, window.From, facts);
            if (after < window.To && window.To <= now) Tell(subject, window.To, facts);
        }
    }

    /// <param name="asOf">When what the observation says held: its start, or earlier where it rests on what others had told.</param>
    private void Take(Subject subject, Slot slot, Observation observation, ImmutableArray<SignalValue> values, Instant asOf, Verdict verdict, List<Fact> facts)
    {
        Weigh(subject, slot, observation, values, asOf, verdict, facts);
        nothingExpiresUntil = Instant.Min(nothingExpiresUntil, slot.ExpiresAfter);
    }

    private void Weigh(Subject subject, Slot slot, Observation observation, ImmutableArray<SignalValue> values, Instant asOf, Verdict verdict, List<Fact> facts)
    {
        // Votes live in event time: one that only came late fills in what was called unknown meanwhile (TRUTH 9 and 15).
        var moved = slot.Revive(observation.Ended, subject.RememberedSince);
        if (slot.IsExpiredAt(observation.Ended))
        {
            slot.Expire();
            moved = true;
        }

        var settled = slot.State == State.Unknown ? State.Up : slot.State;
        if (verdict.State > settled)
        {
            slot.Suspect(new Suspect(observation.Started, observation.Ended, verdict, Verdict.Evidence(observation, slot.Probe, values), observation.Tripwire) { AsOf = observation.AsOf ?? observation.Started });
            if (subject.Agrees(slot)) Convict(subject, facts);
            else if (moved) Revise(subject, facts);
            return;
        }

        if (slot.Suspects.Count > 0) moved |= Acquit(subject, slot, observation, facts);
        if (verdict.State == slot.State)
        {
            subject.NoteGap(slot, observation);
            slot.Agree(observation, values, asOf);
            if (moved) Revise(subject, facts);
            return;
        }

        var before = slot.State;
        var was = slot.LastAgreed;
        var run = slot.Improve(observation, verdict, values, asOf);
        subject.Changes.Join(slot, run, observation.Tripwire);
        facts.Add(new StateChanged(now, subject.IdOf(slot), slot.From.Id, before, run.State, run.Entry, verdict.Cause,
            [.. new[] { was, Verdict.Evidence(observation, slot.Probe, values) }.OfType<Evidence>()]) { Reasons = ReasonsOf(verdict) });
        Revise(subject, facts);
    }

    /// <summary>A second observation agreed: every suspicion of the component that it speaks for becomes a state (TRUTH 5).</summary>
    private void Convict(Subject subject, List<Fact> facts)
    {
        foreach (var slot in subject.Slots.Where(slot => slot.Suspects.Count > 0 && subject.Agrees(slot)).ToArray())
        {
            var before = slot.State;
            var was = slot.LastAgreed;
            var evidence = slot.Suspects.Select(suspect => suspect.Evidence).ToArray();
            foreach (var (run, by, counted) in slot.Convict())
            {
                subject.Changes.Join(slot, run, by.Tripwire);
                facts.Add(new StateChanged(now, subject.IdOf(slot), slot.From.Id, before, run.State, run.Entry, run.Cause,
                    [.. new[] { was }.Concat(evidence.SkipWhile(seen => seen != by.Evidence)).OfType<Evidence>().Take(6)]) { Reasons = ReasonsOf(counted) });
                (before, was) = (run.State, by.Evidence);
            }
            nothingExpiresUntil = Instant.Min(nothingExpiresUntil, slot.ExpiresAfter);
        }
        Revise(subject, facts);
    }

    private static ImmutableArray<Reason>? ReasonsOf(Verdict verdict) => verdict.Reasons.IsDefaultOrEmpty ? null : verdict.Reasons;

    /// <returns>True when the blip ended an unseen stretch.</returns>
    private bool Acquit(Subject subject, Slot slot, Observation observation, List<Fact> facts)
    {
        var since = slot.AgreedAsOf;
        var was = slot.LastAgreed;
        var suspects = slot.Acquit(observation, out var seen);
        facts.Add(new BlipSeen(now, subject.IdOf(slot), slot.From.Id, suspects.Max(suspect => suspect.Verdict.State), new Bounds(since, observation.Ended),
            suspects[0].Verdict.Cause, [.. new[] { was }.Concat(suspects.Select(suspect => suspect.Evidence)).OfType<Evidence>().Take(6)]));
        return seen;
    }

    /// <summary>A chain is judged by the best that its sources have: only when all of them stall is it the chain (TRUTH 11).</summary>
    private void ObserveChain(Subject chain, ChainGroup group, Observation observation, Verdict verdict, List<Fact> facts)
    {
        if (group.Note(observation, verdict) is not { } seen || chain.ChainSlotFrom(observation.From) is not { } slot) return;
        if (chain.IsPaused || observation.Started < slot.SeenUntil || observation.Started < slot.Since) return;
        chain.IsDoubtful = seen.IsDoubtful;
        Take(chain, slot, observation, [SignalValue.Of(seen.Seen)], seen.AsOf, seen.Verdict, facts);
    }

    /// <summary>The votes changed: the component's timeline is combined anew, as far back as any of them can have changed it.</summary>
    private void Revise(Subject subject, List<Fact> facts)
    {
        if (subject.Slots.Count == 0) return;
        var from = subject.RememberedSince;
        subject.Whole.ReviseRaw(from, Combination.Of(subject.Regions, from));
        foreach (var (region, scope) in subject.ByRegion) scope.ReviseRaw(from, Combination.Of([region], from));
        Tell(subject, from, facts);
        subject.Forget();
    }

    /// <summary>Tells a component's timelines anew from an instant on, and then what needs it.</summary>
    private void Tell(Subject subject, Instant from, List<Fact> facts)
    {
        foreach (var (_, scope) in subject.ByRegion)
            if (scope.Tell(from, segments => segments, subject.Windows, now) is { } seen)
                facts.Add(new TimelineRevised(now, subject.Component.Id, scope.Region, seen.From, seen.Segments));
        Func<List<Segment>, List<Segment>> attribute = subject.Need is { } need
            ? segments => Gates.Attribute(segments, need, id => subjects[id].Whole.Said, subject.Lag)
            : segments => segments;
        if (subject.Whole.Tell(from, attribute, subject.Windows, now) is not { } told) return;
        facts.Add(new TimelineRevised(now, subject.Component.Id, null, told.From, told.Segments));

        foreach (var dependant in subject.Dependants)
        {
            if (dependant.Slots.Count == 0 && dependant.Need is { } gate)
                dependant.Whole.ReviseRaw(told.From, Gates.Of(gate, id => subjects[id].Whole.Said, told.From));
            Tell(dependant, told.From, facts);
            // One with probes forgets with each revision of its votes; a gate has none.
            if (dependant.Slots.Count == 0 && dependant.Whole.IsLong) dependant.Forget();
        }
    }

    /// <returns>False when the topology has nothing that it would be the memory of.</returns>
    private bool Recall(string key, byte[] value)
    {
        var parts = key.Split(' ');
        if (parts is ["slot", var component, var name, var from])
        {
            if (!ComponentId.TryParse(component, out var id) || !subjects.TryGetValue(id, out var subject)
                || subject.Slots.FirstOrDefault(slot => subject.IdOf(slot).Name == name && slot.From.Id.Value == from) is not { } slot) return false;
            slot.Recall(Remembered.Read<SlotMemory>(value));
            return true;
        }
        if (parts is not ["scope", var whose, var region] || !ComponentId.TryParse(whose, out var scoped) || !subjects.TryGetValue(scoped, out var owner)
            || owner.Scopes.FirstOrDefault(scope => (scope.Region ?? "") == region) is not { } scope) return false;
        scope.Recall(Remembered.Read<ScopeMemory>(value));
        return true;
    }
}
