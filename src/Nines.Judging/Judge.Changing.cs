using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Judging.Chains;
using NodaTime;

namespace Nines.Judging;

// What is watched changes while watching goes on: a config that was loaded anew, a component that is paused.
public sealed partial class Judge
{
    /// <summary>
    /// Judges another topology from now on. What is unchanged goes on as if nothing had happened: votes, suspicions, outages. A changed
    /// probe has seen nothing until its first look; a component that is gone is forgotten but for the names of its outages, and an
    /// outage of it that was open has ended as far as anybody can know. <see cref="SetWindows"/> is to be called again.
    /// </summary>
    /// <param name="kept">Probes of which nothing has changed, neither in their definition nor in their vantage points.</param>
    /// <param name="at">When it took effect: older looks of changed probes are passed over.</param>
    /// <exception cref="ArgumentException">Dependencies form a cycle, or a component is unknown. The judge must not be used any more then.</exception>
    public void Change(Topology topology, IReadOnlySet<ProbeId> kept, Instant at, List<Fact> facts)
    {
        now = Instant.Max(now, at);
        var before = subjects.Values.ToDictionary(subject => subject.Component.Id);
        var gates = before.Values.ToDictionary(subject => subject.Component.Id, subject => subject.Need);
        Lay(topology, at, kept);

        foreach (var gone in before.Values.Where(gone => !subjects.ContainsKey(gone.Component.Id)))
            foreach (var scope in gone.Scopes) Retire(gone.KeyOf(scope), Remembered.Of("", scope.Remember()).Value, at);
        var watched = subjects.Values.SelectMany(subject => subject.Slots.Select(subject.KeyOf)).ToHashSet();
        foreach (var key in before.Values.SelectMany(subject => subject.Slots.Select(subject.KeyOf)).Where(key => !watched.Contains(key))) Retire(key, null, at);
        foreach (var subject in inOrder.Where(subject => !before.ContainsKey(subject.Component.Id)))
            foreach (var scope in subject.Scopes)
                if (retired.Remove(subject.KeyOf(scope), out var memory)) scope.Recall(Remembered.Read<ScopeMemory>(memory));

        foreach (var subject in inOrder)
        {
            if (!before.TryGetValue(subject.Component.Id, out var was) || subject.HasOtherSlots) Revise(subject, facts);
            if (was is not null && subject.Need == gates[subject.Component.Id]) continue;
            if (subject.Slots.Count == 0 && subject.Need is { } gate)
                subject.Whole.ReviseRaw(at, Gates.Of(gate, id => subjects[id].Whole.Said, at));
            Tell(subject, at, facts);
        }
    }

    /// <summary>Which components nobody looks at, because somebody said so. What was not seen of them is unknown from their last look on (TRUTH 8).</summary>
    public void SetPaused(IReadOnlySet<ComponentId> paused, List<Fact> facts)
    {
        foreach (var subject in inOrder)
        {
            var was = subject.IsPaused;
            subject.IsPaused = paused.Contains(subject.Component.Id);
            if (was || !subject.IsPaused) continue;
            foreach (var slot in subject.Slots) slot.Interrupt(now);
            Revise(subject, facts);
        }
    }

    /// <summary>The outages that are open, as far as told: of components as a whole and of single regions.</summary>
    public IEnumerable<string> OpenOutages => inOrder.SelectMany(subject => subject.Scopes).Select(scope => scope.OpenOutage).OfType<string>();

    /// <summary>Lays the topology out; what was there before and is kept moves into it.</summary>
    private void Lay(Topology topology, Instant at, IReadOnlySet<ProbeId> kept)
    {
        var (before, beforeChains) = (new Dictionary<ComponentId, Subject>(subjects), new Dictionary<ComponentId, ChainGroup>(chains));
        slots.Clear();
        subjects.Clear();
        chains.Clear();
        inOrder.Clear();
        var points = topology.VantagePoints.ToDictionary(point => point.Id);
        foreach (var component in topology.Components)
        {
            var was = before.GetValueOrDefault(component.Id);
            var subject = new Subject(component, points, at, topology, was, kept) { IsPaused = was?.IsPaused ?? false, Windows = was?.Windows ?? [] };
            subjects.Add(component.Id, subject);
            foreach (var slot in subject.Slots.Where(slot => slot.Probe is not null)) slots.Add((slot.Probe!.Id, slot.From.Id), slot);
            if (component.Kind == ComponentKind.Chain) chains.Add(component.Id, new ChainGroup(topology, component, beforeChains.GetValueOrDefault(component.Id)));
        }
        foreach (var subject in subjects.Values) subject.Depends(subjects);
        inOrder.AddRange(DependencyOrder.Of(subjects.Values));
    }

    /// <summary>Keeps of the memory of what is no longer watched only what must not be given twice, and lets the rest be written over.</summary>
    private void Retire(string key, byte[]? value, Instant at)
    {
        if (key.StartsWith("scope ", StringComparison.Ordinal)) retired[key] = Remembered.Of(key, Scope.Retired(Remembered.Read<ScopeMemory>(value!))).Value;
        else if (key.Split(' ') is ["slot", var component, ..] && (value is null || !Slot.IsUnseen(Remembered.Read<SlotMemory>(value))))
        {
            retired[key] = Remembered.Of(key, Slot.Unseen(at)).Value;
            if (ComponentId.TryParse(component, out var id) && subjects.TryGetValue(id, out var subject)) subject.Whole.ToldForGoodUntil(at);
        }
        else return;
        retiredNow.Add(key);
    }
}
