using Nines.Probing.Orders;

namespace Nines.Probing.Fix;

/// <summary>What both sides of a session count over connections and restarts (FIX 4.4, volume 2, "sequence numbers").</summary>
internal sealed record FixState
{
    /// <value>Number of the next message that is expected; from 1.</value>
    public long NextIn { get; init; } = 1;

    /// <value>Number of our next message; from 1.</value>
    public long NextOut { get; init; } = 1;

    /// <summary>When the numbers last began at 1 by the venue's own timetable, in ticks since 1970; 0 for never.</summary>
    public long BegunAt { get; init; }

    public OrderRecord Orders { get; init; } = new();
}
