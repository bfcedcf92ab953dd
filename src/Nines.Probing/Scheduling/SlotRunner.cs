using NodaTime;

namespace Nines.Probing.Scheduling;

/// <summary>What the scheduler holds for a slot: the probe, the limits of its look and its check, and misses that are not yet written.</summary>
/// <remarks>Owned by the slot's one flow (there is never a second), save where a member says otherwise.</remarks>
internal sealed class SlotRunner(Scheduler owner, Slot slot) : IThreadPoolWorkItem
{
    public readonly Slot Slot = slot;

    /// <summary>Null until created; replaced after a look that had to be abandoned. Under the scheduler's gate.</summary>
    public Probe? Probe;

    /// <summary>The look that is to start, or runs. Under the scheduler's gate.</summary>
    public Look Look;

    /// <summary>When the look really started. Under the scheduler's gate.</summary>
    public Instant Started;

    /// <summary>How late the watcher had run in all when the look started. Under the scheduler's gate.</summary>
    public Duration LateBefore;

    /// <summary>Cancelled at the limit of the look, then of the check. Under the scheduler's gate.</summary>
    public CancellationTokenSource Limit = new();

    /// <summary>True once a cancel was decided: the source is never used again. Under the scheduler's gate.</summary>
    public bool LimitSpent;

    /// <summary>Misses that the full channel did not take; they go before the next observation. Under the scheduler's gate.</summary>
    public Miss? Missed;

    /// <summary>True while the flow hands an observation over. Under the scheduler's gate.</summary>
    public bool Delivering;

    /// <summary>True once the slot is no longer watched: no probe is made for it again. Under the scheduler's gate.</summary>
    public bool Ended;

    /// <summary>Abandoned looks that have not come back. Under the scheduler's gate.</summary>
    public int Hanging;

    /// <summary>The limit's token for a new look or check; a fresh source when the old one has been used. Call under the scheduler's gate.</summary>
    public CancellationToken FreshLimit()
    {
        if (LimitSpent || !Limit.TryReset())
        {
            Limit = new CancellationTokenSource();   // the spent one has no timer, so nothing of it needs disposing
            LimitSpent = false;
        }
        return Limit.Token;
    }

    public void Execute() => _ = owner.LookAsync(this, Look);
}
