using Nines.Core.Components;
using NodaTime;

namespace Nines.Probing.Scheduling;

/// <summary>The look of a component that comes next, by the plan as it is now.</summary>
/// <param name="At">When it begins; not before the instant that was asked for.</param>
/// <param name="Every">After it the same slot looks so far apart, while nothing changes.</param>
/// <param name="IsSharp">True while the component is looked at often, because something contradicts or is down (TRUTH 4).</param>
public readonly record struct PlannedLook(ProbeId Probe, VantagePointId From, Instant At, Duration Every, bool IsSharp);

// What the plan says of the time to come. It changes nothing.
public sealed partial class Schedule
{
    /// <returns>The earliest of all its slots' next looks, of equal ones the first slot's; null for a component that no probe looks at, and after <see cref="Stop"/>.</returns>
    public PlannedLook? NextLook(ComponentId component, Instant now)
    {
        if (stopped || !byComponent.TryGetValue(component, out var indexes)) return null;
        var tick = Tick(now);
        PlannedLook? next = null;
        foreach (var index in indexes)
        {
            var slot = states[index];
            var at = At(Math.Max(tick, NextStart(slot, tick)));
            if (next is { } sooner && sooner.At <= at) continue;
            var sharp = slot.Sharp && slot.SharpDue != Never;
            next = new PlannedLook(slot.Slot.Probe.Id, slot.Slot.From.Id, at, Duration.FromTicks(sharp ? Math.Min(slot.SharpEvery, slot.Every) : slot.Every), slot.Sharp);
        }
        return next;
    }

    /// <summary>When the slot's next look begins: one that runs now is not the next.</summary>
    private long NextStart(SlotState slot, long now)
    {
        if (slot.Phase == SlotPhase.Waiting) return now;
        // A due time that a look has run into is missed, and the one after it is the next.
        var due = slot.Running && slot.Due <= now ? slot.Due + ((now - slot.Due) / slot.Every + 1) * slot.Every : slot.Due;
        var wanted = slot.Wanted == Never ? Never : Math.Max(slot.Wanted, slot.Provider.Extra.AllowedAt);
        var sharp = slot.SharpDue;
        if (sharp != Never)
        {
            if (slot.Running && sharp <= now) sharp = NextSharp(slot, now + 1);
            if (sharp - slot.LastStart < sharpSpacing / 2) sharp = NextSharp(slot, sharp + 1);
            sharp = Math.Max(sharp, Math.Max(slot.Provider.Extra.AllowedAt, slot.Provider.FreeAt[slot.VantagePoint]));
        }
        return Math.Min(due, Math.Min(wanted, sharp));
    }
}
