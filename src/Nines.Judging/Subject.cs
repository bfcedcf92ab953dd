using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using NodaTime;

namespace Nines.Judging;

/// <summary>One component under judgement: its slots, its scopes, what it needs and what needs it.</summary>
internal sealed class Subject
{
    /// <summary>An observation that comes later than this, behind those of other vantage points, no longer fills in what was called unknown.</summary>
    private static readonly Duration LateAtMost = Duration.FromMinutes(2);

    private readonly List<Subject> dependants = [];
    private Duration? worstGap;

    public Subject(Component component, IReadOnlyDictionary<VantagePointId, VantagePoint> points, Instant startedAt, Topology topology)
    {
        Component = component;
        Whole = new Scope(component.Id, null);
        Slots = component.Kind == ComponentKind.Chain && component.Probes.IsEmpty
            ? ChainSlots(component, points, startedAt, topology)
            : [.. component.Probes.SelectMany(probe => probe.From.Select(from => new Slot(probe, points[from], probe.VoteLifetime, startedAt)))];
        Regions = [.. Slots.GroupBy(slot => slot.From.Region).OrderBy(region => region.Key, StringComparer.Ordinal)
            .Select(region => new Combination.Region(region.Key, [.. region.GroupBy(slot => slot.From.Id).OrderBy(point => point.Key).Select(point => point.ToArray())]))];
        ByRegion = Regions.Count < 2 ? [] : [.. Regions.Select(region => (region, new Scope(component.Id, region.Name)))];
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

    public Changes Changes { get; } = new();
    public IReadOnlyList<MaintenanceWindow> Windows { get; set; } = [];

    /// <summary>What it needs, the chain that it is a source of included.</summary>
    public Need? Need { get; }

    /// <summary>Interval + timeout: for so long after a root's end the tail is still upstream (TRUTH 13).</summary>
    public Duration Lag { get; }

    public IReadOnlyList<Subject> Dependants => dependants;
    public IEnumerable<Scope> Scopes => ByRegion.Select(region => region.Scope).Prepend(Whole);

    /// <summary>From here on every slot still knows its whole history.</summary>
    public Instant RememberedSince => Slots.Max(slot => slot.Runs[0].Entry.Latest);

    public bool IsUnsettled => Slots.Any(slot => slot.Suspects.Count > 0 || slot.State.IsDown()
        || (slot.State == State.Up && slot.GoodInARow < 2 && slot.Runs.Count > 1 && slot.Runs[^2].State.IsDown()));

    public void Depends(IReadOnlyDictionary<ComponentId, Subject> subjects)
    {
        foreach (var id in Need?.Mentioned().Distinct() ?? [])
        {
            if (!subjects.TryGetValue(id, out var needed)) throw new ArgumentException($"{Component.Id} needs {id}, which is not a component.");
            needed.dependants.Add(this);
        }
    }

    public ProbeId IdOf(Slot slot) => slot.Probe?.Id ?? new ProbeId(Component.Id, "heads");

    public Slot? SlotFrom(VantagePointId from) => Slots.FirstOrDefault(slot => slot.From.Id == from);

    public Heads? Heads(IReadOnlyDictionary<ComponentId, Heads> heads) =>
        Component.Chain is { } chain && heads.TryGetValue(chain, out var group) ? group : null;

    /// <summary>Whether the slot's suspicion has the agreement that it needs: its own run in a row, or another slot that says the same.</summary>
    public bool Agrees(Slot slot)
    {
        var last = slot.Suspects[^1].Verdict;
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
        var newest = Slots.Max(slot => slot.SeenUntil);
        var live = Slots.Where(slot => slot.State != State.Unknown || newest - slot.SeenUntil < LateAtMost).ToArray();
        // Twice the longest lifetime behind the oldest vote that lives or may yet be revived: shared likely instants reach back by less than one lifetime.
        var before = live.Min(slot => slot.LastStarted) - Slots.Max(slot => slot.Lifetime) * 2;
        foreach (var slot in Slots) slot.Forget(before);
        foreach (var scope in Scopes) scope.Forget(before);
    }

    public void Remember(List<Remembered> changed)
    {
        foreach (var slot in Slots)
        {
            if (!slot.IsDirty) continue;
            slot.IsDirty = false;
            changed.Add(Remembered.Of($"slot {Component.Id} {IdOf(slot).Name} {slot.From.Id}", slot.Remember()));
        }
        foreach (var scope in Scopes)
            if (scope.IsDirty) changed.Add(Remembered.Of($"scope {Component.Id} {scope.Region ?? ""}", scope.Remember()));
    }

    private static List<Slot> ChainSlots(
        Component chain, IReadOnlyDictionary<VantagePointId, VantagePoint> points, Instant startedAt, Topology topology)
    {
        var probes = topology.Components.Where(node => node.Chain == chain.Id).SelectMany(node => node.Probes).ToArray();
        if (probes.Length == 0) return [];
        var lifetime = probes.Max(probe => probe.VoteLifetime);
        return [.. probes.SelectMany(probe => probe.From).Distinct().Order().Select(from => new Slot(null, points[from], lifetime, startedAt))];
    }
}
