using Nines.Core;
using Nines.Core.Observations;
using NodaTime;

namespace Nines.Simulation.Tests;

/// <summary>What is truly the case, for one probe as one vantage point would see it if it looked without end.</summary>
internal sealed class Truth
{
    private readonly World world;
    private readonly Plight[][] bySlot;

    public Truth(World world)
    {
        this.world = world;
        bySlot = [.. world.Slots.Select(slot => world.Plights
            .Where(plight => plight.Component == slot.Component && (plight.Probe < 0 || plight.Probe == slot.Probe) && plight.Points[slot.Point]).ToArray())];
    }

    /// <summary>One of the four ordered states at an instant of true time.</summary>
    public State At(int slot, long tick)
    {
        var worst = State.Up;
        foreach (var plight in bySlot[slot])
        {
            if (tick < plight.From || tick >= plight.To) continue;
            var state = plight.Trouble switch
            {
                Trouble.Refuses or Trouble.HangsUp => State.Down,
                Trouble.AnswersWrongly or Trouble.Crawls or Trouble.Seized => State.EffectivelyDown,
                Trouble.Stalls => Silence(slot, tick) >= LimitTicks ? State.EffectivelyDown : State.Up,
                Trouble.Degrades => State.Degraded,
            };
            worst = States.Worse(worst, state);
        }
        return worst;
    }

    /// <summary>The state with only the conditions that count at once: what a single look may rest on.</summary>
    public State AtOnce(int slot, long tick)
    {
        var worst = State.Up;
        foreach (var plight in bySlot[slot])
            if (tick >= plight.From && tick < plight.To && plight.Trouble != Trouble.Crawls)
                worst = States.Worse(worst, plight.Trouble switch
                {
                    Trouble.Refuses or Trouble.HangsUp => State.Down,
                    Trouble.AnswersWrongly or Trouble.Seized => State.EffectivelyDown,
                    Trouble.Stalls => Silence(slot, tick) >= LimitTicks ? State.EffectivelyDown : State.Up,
                    Trouble.Degrades => State.Degraded,
                    Trouble.Crawls => State.Up,
                });
        return worst;
    }

    /// <summary>Instants at which the state can change, in order, without repeats.</summary>
    public SortedSet<long> Changes(int slot)
    {
        var changes = new SortedSet<long>();
        foreach (var plight in bySlot[slot])
        {
            changes.Add(plight.From);
            changes.Add(plight.To);
            if (plight.Trouble == Trouble.Stalls) changes.Add(plight.From + LimitTicks);
        }
        return changes;
    }

    /// <returns>What a look gets that meets the target at <paramref name="tick"/>, and whether it waits for its limit.</returns>
    public (Outcome Outcome, bool Waits) Answer(int slot, long tick, Duration took)
    {
        foreach (var plight in bySlot[slot])
            if (plight.Trouble == Trouble.Refuses && Is(plight, tick)) return (new Outcome.Refused("connection_refused", "connection refused"), false);
        foreach (var plight in bySlot[slot])
            if (plight.Trouble == Trouble.HangsUp && Is(plight, tick)) return (new Outcome.TimedOut(world.Slots[slot].Definition.Timeout, "headers"), true);
        return (new Outcome.Answered(took), false);
    }

    public bool Has(int slot, Trouble trouble, long tick)
    {
        foreach (var plight in bySlot[slot])
            if (plight.Trouble == trouble && Is(plight, tick)) return true;
        return false;
    }

    /// <summary>Ticks since the last message: a stream that nothing holds up speaks all the time.</summary>
    public long Silence(int slot, long tick)
    {
        var since = tick;
        var found = true;
        while (found)
        {
            found = false;
            foreach (var plight in bySlot[slot])
                if (plight.Trouble == Trouble.Stalls && plight.From < since && plight.To >= since && (plight.To > since || since < tick))
                {
                    since = plight.From;
                    found = true;
                }
        }
        return tick - since;
    }

    private static long LimitTicks => World.SilenceLimit.BclCompatibleTicks;
    private static bool Is(Plight plight, long tick) => plight.From <= tick && tick < plight.To;
}
