using System.Collections.Immutable;
using Nines.Core.Components;
using NodaTime;

namespace Nines.Probing.Scheduling;

// What is watched changes while watching goes on: a config that was loaded anew, a component that is paused or resumed.
public sealed partial class Schedule
{
    /// <summary>
    /// Schedules another topology from now on. The slots of kept probes go on with their phase, their look in flight and all that is owed
    /// to them; looks of all others are void. New slots get their first look at their next due time, within one interval.
    /// </summary>
    /// <param name="kept">Probes of which nothing has changed, neither in their definition nor in their vantage points.</param>
    /// <returns>The slots that are gone. Their indexes may be taken by new ones already.</returns>
    /// <exception cref="ArgumentException">The topology cannot be scheduled, as for a new schedule; nothing has changed then.</exception>
    public ImmutableArray<Slot> Change(Topology topology, IReadOnlySet<ProbeId> kept, Instant now)
    {
        var wanted = Lay(topology, providerOf);
        var tick = Tick(now);
        var sharp = byComponent.Where(component => states[component.Value[0]].Sharp).Select(component => component.Key).ToHashSet();
        var before = Slots.ToDictionary(slot => (slot.Probe.Id, slot.From.Id));
        var staying = wanted.Where(slot => kept.Contains(slot.Probe.Id) && before.ContainsKey((slot.Probe.Id, slot.From.Id)))
            .Select(slot => (slot.Probe.Id, slot.From.Id)).ToHashSet();
        var gone = Slots.RemoveAll(slot => staying.Contains((slot.Probe.Id, slot.From.Id)));
        foreach (var slot in gone) Drop(states[slot.Index]);
        Arrange(topology);

        var free = new Queue<int>(Enumerable.Range(0, states.Length).Except(before.Values.Where(slot => staying.Contains((slot.Probe.Id, slot.From.Id))).Select(slot => slot.Index)));
        var room = Math.Max(states.Length, wanted.Length);
        if (room > states.Length)
        {
            for (var index = states.Length; index < room; index++) free.Enqueue(index);
            Array.Resize(ref states, room);
            heap.Grow(room);
        }
        Slots = [.. wanted.Select(slot => staying.Contains((slot.Probe.Id, slot.From.Id))
            ? before[(slot.Probe.Id, slot.From.Id)]
            : Begin(slot with { Index = free.Dequeue() }, tick))];
        foreach (var unused in providers.Keys.Except(Slots.Select(slot => slot.Provider)).ToArray()) providers.Remove(unused);

        byComponent.Clear();
        byProbe.Clear();
        foreach (var group in Slots.GroupBy(slot => slot.Probe.Id.Component)) byComponent.Add(group.Key, [.. group.Select(slot => slot.Index)]);
        foreach (var group in Slots.GroupBy(slot => slot.Probe.Id)) byProbe.Add(group.Key, [.. group.Select(slot => slot.Index)]);
        foreach (var indexes in byComponent.Where(component => sharp.Contains(component.Key)).Select(component => component.Value))
        {
            foreach (var index in indexes)
            {
                states[index].Sharp = true;
                if (states[index].Every > sharpEvery) states[index].Provider.Sharpened.Add(index);
            }
            Plan(indexes, tick);
        }
        foreach (var slot in Slots) Touch(states[slot.Index]);
        return gone;
    }

    /// <summary>The slot asks for nothing any more, and whatever is still said of its look is void.</summary>
    private void Drop(SlotState slot)
    {
        if (slot.Running) InFlight--;
        if (slot.Phase == SlotPhase.Waiting)
            for (var waiting = ready.Count; waiting > 0; waiting--)
                if (ready.Dequeue() is var index && index != slot.Index) ready.Enqueue(index);
        slot.Provider.Sharpened.Remove(slot.Index);
        slot.Phase = SlotPhase.Idle;
        slot.Ticket++;
        heap.Set(slot.Index, Never);
    }

    /// <summary>Vantage points may have come and gone: what providers count by their places moves along.</summary>
    private void Arrange(Topology topology)
    {
        var arranged = topology.VantagePoints.Select((point, index) => (point.Id, index)).ToDictionary(pair => pair.Id, pair => pair.index);
        foreach (var load in providers.Values)
        {
            var freeAt = new long[arranged.Count];
            foreach (var (point, place) in arranged)
                if (places.TryGetValue(point, out var was)) freeAt[place] = load.FreeAt[was];
            load.FreeAt = freeAt;
        }
        foreach (var slot in Slots)
            if (arranged.TryGetValue(slot.From.Id, out var place)) states[slot.Index].VantagePoint = place;
        places = arranged;
    }

    private Slot Begin(Slot slot, long now)
    {
        if (!providers.TryGetValue(slot.Provider, out var load)) providers.Add(slot.Provider, load = new ProviderLoad(options.ExtraPerSecond, places.Count));
        var every = slot.Probe.Every.BclCompatibleTicks;
        var phase = slot.Phase.BclCompatibleTicks;
        var turns = now <= phase ? 0 : (now - phase + every - 1) / every;
        states[slot.Index] = new SlotState(
            slot, every, slot.Probe.Timeout.BclCompatibleTicks, phase + turns * every, load, places[slot.From.Id])
        {
            // Looks of who had this index before carry older tickets.
            Ticket = states[slot.Index]?.Ticket ?? 0,
        };
        return slot;
    }
}
