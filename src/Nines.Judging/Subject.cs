using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Judging.Chains;
using NodaTime;

namespace Nines.Judging;

/// <summary>One component under judgement: its slots, its scopes, what it needs and what needs it.</summary>
internal sealed class Subject
{
    /// <summary>An observation that comes later than this, behind those of other vantage points, no longer fills in what was called unknown.</summary>
    private static readonly Duration LateAtMost = Duration.FromMinutes(2);

    private readonly List<Subject> dependants = [], needed = [];
    private Duration? worstGap;

    /// <param name="startedAt">From when on it is watched as it is declared here.</param>
    /// <param name="before">The same component as it was watched until then; null when it was not.</param>
    /// <param name="kept">Probes of which nothing has changed: their slots go on.</param>
    public Subject(
        Component component, IReadOnlyDictionary<VantagePointId, VantagePoint> points, Instant startedAt, Topology topology, Subject? before, IReadOnlySet<ProbeId> kept)
    {
        Component = component;
        Whole = before?.Whole ?? new Scope(component.Id, null);
        Slots = [.. component.Probes.SelectMany(probe => probe.From.Select(from => ProbeSlot(probe, points[from], startedAt, before, kept)))];
        if (component.Kind == ComponentKind.Chain) Slots = [.. Slots, .. ChainSlots(component, points, startedAt, topology, before)];
        if (before is not null && Slots.SequenceEqual(before.Slots))
        {
            (Changes, worstGap) = (before.Changes, before.worstGap);
        }
        else
        {
            (Changes, HasOtherSlots) = (new Changes(), before is not null);
            if (before is not null && !Slots.Select(KeyOf).SequenceEqual(before.Slots.Select(before.KeyOf))) Whole.ToldForGoodUntil(startedAt);
        }
        Regions = [.. Slots.GroupBy(slot => slot.From.Region).OrderBy(region => region.Key, StringComparer.Ordinal)
            .Select(region => new Combination.Region(region.Key, [.. region.GroupBy(slot => slot.From.Id).OrderBy(point => point.Key).Select(point => point.ToArray())]))];
        ByRegion = Regions.Count < 2 ? [] : [.. Regions.Select(region => (region, before?.Scopes.FirstOrDefault(scope => scope.Region == region.Name) ?? new Scope(component.Id, region.Name)))];
        Need = component.Chain is { } chain
            ? Core.Components.Need.AllOf([.. new[] { new Need.On(chain), component.Needs }.OfType<Need>()])
            : component.Needs;
        Lag = component.Probes.IsEmpty ? Duration.Zero : component.Probes.Max(probe => probe.Every + probe.Timeout);
    }

    public Component Component { get; }
    public IReadOnlyList<Slot> Slots { get; }
    public IReadOnlyList<Combination.Region> Regions { get; }
    public Scope Whole { get; }

    /// <summary>Timelines as seen from each region; empty when there is only one.</summary>
    public IReadOnlyList<(Combination.Region Region, Scope Scope)> ByRegion { get; }

    public Changes Changes { get; }

    /// <summary>True when it is looked at by other slots than until now.</summary>
    public bool HasOtherSlots { get; }

    /// <summary>True while nobody looks, because somebody said so.</summary>
    public bool IsPaused { get; set; }

    public IReadOnlyList<MaintenanceWindow> Windows { get; set; } = [];

    /// <summary>What it needs, the chain that it is a source of included.</summary>
    public Need? Need { get; }

    /// <summary>Interval + timeout: for so long after a root's end the tail is still upstream (TRUTH 13).</summary>
    public Duration Lag { get; }

    public IReadOnlyList<Subject> Dependants => dependants;
    public IEnumerable<Scope> Scopes => ByRegion.Select(region => region.Scope).Prepend(Whole);

    /// <summary>From here on every slot still knows its whole history.</summary>
    public Instant RememberedSince => Instant.Max(Whole.ToldUntil, Slots.Max(slot => slot.Runs[0].Alone));

    public bool IsUnsettled
    {
        get
        {
            // Asked after each observation: a loop, so that the answer allocates nothing.
            for (var i = 0; i < Slots.Count; i++)
                if (Slots[i].IsUnsettled) return true;
            return false;
        }
    }

    /// <summary>True while a contradiction waits for a look that agrees with it.</summary>
    public bool IsSuspected
    {
        get
        {
            for (var i = 0; i < Slots.Count; i++)
                if (Slots[i].Suspects.Count > 0) return true;
            return false;
        }
    }

    /// <summary>Of a chain: true while its sources differ, and have not all told again since.</summary>
    public bool IsDoubtful { get; set; }

    public void Depends(IReadOnlyDictionary<ComponentId, Subject> subjects)
    {
        foreach (var id in Need?.Mentioned().Distinct() ?? [])
        {
            if (!subjects.TryGetValue(id, out var other)) throw new ArgumentException($"{Component.Id} needs {id}, which is not a component.");
            other.dependants.Add(this);
            needed.Add(other);
        }
    }

    public ProbeId IdOf(Slot slot) => slot.Probe?.Id ?? new ProbeId(Component.Id, "heads");

    /// <summary>A chain's slot, which its sources' answers feed.</summary>
    public Slot? ChainSlotFrom(VantagePointId from) => Slots.FirstOrDefault(slot => slot.Probe is null && slot.From.Id == from);

    /// <summary>Whether the slot's suspicion has the agreement that it needs: its own run in a row, or another slot that says the same. Security waits for none.</summary>
    public bool Agrees(Slot slot)
    {
        var last = slot.Suspects[^1].Verdict;
        if ((last.AtOnce ?? last).StandsAlone || slot.GoesOn) return true;
        if (last.InARow > 1) return slot.InARow >= last.InARow;
        if (slot.Contradictions >= 2) return true;
        return Slots.Any(other => other != slot && SaysTheSame(slot, last.State, other));
    }

    private static bool SaysTheSame(Slot slot, State state, Slot other)
    {
        // Another probe only agrees that users are not served; the same probe elsewhere agrees with any state at least as bad.
        bool Bad(State seen) => seen is not State.Unknown && (other.Probe == slot.Probe ? seen >= state : state.IsDown() && seen.IsDown());
        return Bad(other.State) || other.Suspects is [.., { Verdict.InARow: 1 } suspect] && Bad(suspect.Verdict.State);
    }

    public void NoteGap(Slot slot, Observation observation)
    {
        if (slot.Probe is not { } probe || slot.State != State.Up) return;
        var gap = observation.Started - slot.LastStarted;
        // A tenth over the interval is how late a look may begin without being called late.
        if (gap <= probe.Every + probe.Every / 10) return;
        var resolution = gap + probe.Timeout * 2;
        if (worstGap is null || resolution > worstGap) worstGap = resolution;
    }

    public Duration? TakeLate()
    {
        var taken = worstGap;
        worstGap = null;
        return taken;
    }

    /// <summary>Forgets what no later observation can change.</summary>
    public void Forget()
    {
        var before = SettledBefore;
        foreach (var slot in Slots) slot.Forget(before);
        if (!Scopes.Any(scope => scope.IsLong)) return;
        // Never past what the slots still know, or it would be told again with the next change.
        if (Slots.Count > 0) before = Instant.Min(before, RememberedSince);
        foreach (var scope in Scopes) scope.Forget(before);
    }

    /// <summary>No later observation can change what was before this.</summary>
    private Instant SettledBefore
    {
        get
        {
            if (Slots.Count == 0) return needed.Count == 0 ? Instant.MaxValue : needed.Min(subject => subject.SettledBefore);
            var newest = Slots.Max(slot => slot.SeenUntil);
            // Twice the longest lifetime behind the oldest vote that lives or may yet be revived: shared likely instants reach back by less than one lifetime.
            // News that is long on its way may yet tell of the time since it last vouched for it. One that has been silent for long may speak again, and then
            // as late as any other.
            return Slots.Min(slot => slot.State != State.Unknown || newest - slot.SeenUntil < LateAtMost ? Instant.Min(slot.LastStarted, slot.AgreedAsOf) : newest - LateAtMost)
                - Slots.Max(slot => slot.Lifetime) * 2;
        }
    }

    public void Remember(List<Remembered> changed)
    {
        foreach (var slot in Slots)
        {
            if (!slot.IsDirty) continue;
            slot.IsDirty = false;
            changed.Add(Remembered.Of(KeyOf(slot), slot.Remember()));
        }
        foreach (var scope in Scopes)
            if (scope.IsDirty) changed.Add(Remembered.Of(KeyOf(scope), scope.Remember()));
    }

    public string KeyOf(Slot slot) => $"slot {Component.Id} {IdOf(slot).Name} {slot.From.Id}";

    public string KeyOf(Scope scope) => $"scope {Component.Id} {scope.Region ?? ""}";

    private static Slot ProbeSlot(ProbeDefinition probe, VantagePoint from, Instant startedAt, Subject? before, IReadOnlySet<ProbeId> kept)
    {
        var was = before?.Slots.FirstOrDefault(slot => slot.Probe?.Id == probe.Id && slot.From.Id == from.Id);
        if (was is not null && kept.Contains(probe.Id)) return was;
        var slot = new Slot(probe, from, probe.VoteLifetime, startedAt) { Since = before is null ? Instant.MinValue : startedAt };
        if (was is null) return slot;
        // It asks another question now: what it saw stands, and nothing is known until the first answer.
        slot.Recall(was.Remember());
        slot.AskAnew(startedAt);
        return slot;
    }

    private static List<Slot> ChainSlots(
        Component chain, IReadOnlyDictionary<VantagePointId, VantagePoint> points, Instant startedAt, Topology topology, Subject? before)
    {
        var probes = topology.Components.Where(node => node.Chain == chain.Id).SelectMany(node => node.Probes).Where(probe => new TellingPositions(probe.Signals).Any).ToArray();
        if (probes.Length == 0) return [];
        var lifetime = probes.Max(probe => probe.VoteLifetime);
        return [.. probes.SelectMany(probe => probe.From).Distinct().Order().Select(from =>
        {
            var was = before?.Slots.FirstOrDefault(slot => slot.Probe is null && slot.From.Id == from);
            if (was is not null && was.Lifetime == lifetime && was.From == points[from]) return was;
            var slot = new Slot(null, points[from], lifetime, startedAt);
            if (was is not null) slot.Recall(was.Remember());
            return slot;
        })];
    }
}
