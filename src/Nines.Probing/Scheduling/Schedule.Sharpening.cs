using Nines.Core.Components;
using NodaTime;

namespace Nines.Probing.Scheduling;

// Looks beside the regular ones: while a component is suspected (TRUTH 4), when a held connection breaks, and when somebody asks.
public sealed partial class Schedule
{
    /// <summary>Looks at the component at once from everywhere (looks in flight count), then fast, until <see cref="Settle"/>.</summary>
    /// <returns>False when no probe looks at it, or it is sharpened already.</returns>
    public bool Sharpen(ComponentId component, Instant now)
    {
        if (stopped || !byComponent.TryGetValue(component, out var indexes) || states[indexes[0]].Sharp) return false;
        var tick = Tick(now);
        foreach (var index in indexes)
        {
            var slot = states[index];
            slot.Sharp = true;
            if (slot.Every > sharpEvery) slot.Provider.Sharpened.Add(index);   // as fast already: nothing to sharpen but the first look
            if (slot.Phase == SlotPhase.Idle && slot.Wanted == Never) (slot.Wanted, slot.WantedReason) = (tick, LookReason.Sharpened);
        }
        Plan(indexes, tick);
        return true;
    }

    /// <summary>Back to the regular schedule, which went on underneath.</summary>
    /// <returns>False when it was not sharpened.</returns>
    public bool Settle(ComponentId component, Instant now)
    {
        if (!byComponent.TryGetValue(component, out var indexes) || !states[indexes[0]].Sharp) return false;
        foreach (var index in indexes)
        {
            var slot = states[index];
            slot.Sharp = false;
            slot.SharpDue = Never;
            slot.Provider.Sharpened.Remove(index);
            if (slot.WantedReason == LookReason.Sharpened) slot.Wanted = Never;
        }
        Plan(indexes, Tick(now));
        return true;
    }

    /// <summary>Looks at the component once from everywhere, as soon as its providers' limits on extra looks allow; whatever looks first answers it.</summary>
    /// <param name="probe">Only by this probe of it; null for all.</param>
    /// <param name="until">What could not begin by then is asked for no more: thousands that share a provider's limit would keep it from those that are suspected.</param>
    /// <remarks>A look in flight began before somebody asked: another follows it.</remarks>
    public void Ask(ComponentId component, string? probe, Instant now, Instant until)
    {
        if (stopped || !byComponent.TryGetValue(component, out var indexes)) return;
        foreach (var slot in indexes.Select(index => states[index]))
        {
            if (slot.Phase == SlotPhase.Waiting || (probe is not null && slot.Slot.Probe.Id.Name != probe)) continue;   // what waits begins after this
            var isAsked = slot.Wanted != Never && slot.WantedReason == LookReason.Asked;
            slot.AskedUntil = isAsked ? Math.Max(slot.AskedUntil, Tick(until)) : Tick(until);
            if (slot.Wanted == Never) (slot.Wanted, slot.WantedReason) = (Tick(now), LookReason.Asked);
            else if (slot.WantedReason == LookReason.Sharpened) slot.WantedReason = LookReason.Asked;
            Touch(slot);
        }
    }

    /// <summary>A held connection broke or can be had again: its slot looks at once; when it broke, so do the probe's other vantage points.</summary>
    /// <remarks>A look in flight began before the event and cannot have seen it: another follows it. Events that come before that look are one.</remarks>
    public void Tripped(int slot, TripwireEvent tripwire, Instant now)
    {
        if (stopped) return;
        var state = states[slot];
        var tick = Tick(now);
        // Of several breaks the first bounds the onset; a change of direction makes what was said before it history.
        if (state.Tripwire is not { } pending || pending.Broke != tripwire.Broke) state.Tripwire = tripwire;
        Want(state, tick);
        if (!tripwire.Broke) return;
        foreach (var other in byProbe[state.Slot.Probe.Id])
            if (other != slot && states[other].LastStart < Tick(tripwire.At)) Want(states[other], tick);
    }

    private void Want(SlotState slot, long now)
    {
        if (slot.Phase == SlotPhase.Waiting)
        {
            // It starts after the event, so it is the look that was triggered; a due time that it waited for has an extra look now.
            if (slot.Reason == LookReason.Regular) counts = counts with { Replaced = counts.Replaced + 1 };
            slot.Reason = LookReason.Tripwire;
            return;
        }
        if (slot.Wanted == Never) slot.Wanted = now;
        slot.WantedReason = LookReason.Tripwire;
        Touch(slot);
    }

    private void TryWanted(SlotState slot, long now, ICollection<Step> steps)
    {
        var allowed = slot.Provider.Extra.AllowedAt;
        if (slot.WantedReason == LookReason.Tripwire)
        {
            slot.TripwireLooks ??= new RecentLooks(options.TripwirePerSecond);
            allowed = Math.Max(allowed, slot.TripwireLooks.AllowedAt);
        }
        if (slot.WantedReason == LookReason.Asked && Math.Max(allowed, now) > slot.AskedUntil)
        {
            if (!slot.Sharp)
            {
                slot.Wanted = Never;
                return;
            }
            slot.WantedReason = LookReason.Sharpened;   // as it may have been before somebody asked
        }
        if (allowed > now)
        {
            slot.Wanted = allowed;
            return;
        }
        var (due, reason) = (slot.Wanted, slot.WantedReason);
        slot.Wanted = Never;
        slot.WantedReason = LookReason.Regular;
        if (reason == LookReason.Tripwire) slot.TripwireLooks!.Note(now);
        Extra(slot, due, reason, now, steps);
    }

    private void TrySharp(SlotState slot, long now, ICollection<Step> steps)
    {
        var allowed = Math.Max(slot.Provider.Extra.AllowedAt, slot.Provider.FreeAt[slot.VantagePoint]);
        if (now - slot.SharpDue >= slot.SharpEvery || slot.SharpDue - slot.LastStart < sharpSpacing / 2)
        {
            slot.SharpDue = NextSharp(slot, now + 1);   // slept through it, or has only just looked
            return;
        }
        if (allowed > now)
        {
            slot.SharpDue = allowed;
            return;
        }
        // By the due time, not by when we got round to it: else one late look would push all that follow. Looks made at once do not
        // count: a neighbour at the same provider that is sharpened again and again would starve the ones that take turns.
        slot.Provider.FreeAt[slot.VantagePoint] = slot.SharpDue + sharpSpacing;
        Extra(slot, slot.SharpDue, LookReason.Sharpened, now, steps);
    }

    private void Extra(SlotState slot, long due, LookReason reason, long now, ICollection<Step> steps)
    {
        slot.Provider.Extra.Note(now);
        if (slot.SharpDue != Never) slot.SharpDue = NextSharp(slot, Math.Max(due + sharpSpacing, now + 1));
        Issue(slot, due, reason, now, steps);
    }

    /// <summary>
    /// Shares the providers of these slots among all their sharpened slots: each vantage point has a beat of at most one look
    /// per spacing, its slots take turns, the beats of the vantage points are spread evenly, and together they keep the
    /// provider's limit.
    /// </summary>
    private void Plan(int[] indexes, long now)
    {
        foreach (var provider in indexes.Select(index => states[index].Provider).Distinct())
        {
            var points = provider.Sharpened.Select(index => states[index]).GroupBy(slot => slot.VantagePoint).OrderBy(group => group.Key).Select(group => group.ToArray()).ToArray();
            var perSecond = points.Sum(slots => TimeSpan.TicksPerSecond / Beat(slots.Length));
            var stretch = Math.Max(1, perSecond / options.ExtraPerSecond);
            for (var k = 0; k < points.Length; k++)
            {
                var beat = (long)Math.Ceiling(Beat(points[k].Length) * stretch);
                for (var turn = 0; turn < points[k].Length; turn++)
                {
                    var slot = points[k][turn];
                    slot.SharpEvery = beat * points[k].Length;
                    slot.SharpPhase = beat * turn + beat * k / points.Length;
                    slot.SharpDue = NextSharp(slot, Math.Max(now, slot.LastStart + sharpSpacing));
                }
            }
        }
        foreach (var index in indexes) Touch(states[index]);
        foreach (var provider in indexes.Select(index => states[index].Provider).Distinct())
            foreach (var index in provider.Sharpened) Touch(states[index]);
    }

    /// <summary>Ticks between two sharpened looks of a vantage point that so many slots share.</summary>
    private double Beat(int slots) => Math.Max(sharpSpacing, (double)sharpEvery / slots);

    /// <summary>The first of the slot's sharpened due times that is not before <paramref name="from"/>.</summary>
    private static long NextSharp(SlotState slot, long from)
    {
        var since = from - slot.SharpPhase;
        var turns = since <= 0 ? 0 : (since + slot.SharpEvery - 1) / slot.SharpEvery;
        return slot.SharpPhase + turns * slot.SharpEvery;
    }
}
