namespace Nines.Probing.Scheduling;

/// <summary>Where a slot is in its cycle.</summary>
internal enum SlotPhase : byte
{
    Idle,
    /// <summary>Owed a look, but as many as are allowed are running.</summary>
    Waiting,
    /// <summary>The look was asked for and has not begun: our own delay never shortens the target's limit.</summary>
    Issued,
    Looking,
    /// <summary>The look failed and its path is being checked.</summary>
    Checking,
    /// <summary>The outcome is known and is on its way to the reader.</summary>
    Delivering,
}

/// <summary>What a schedule remembers of a slot. All instants are ticks of 100 ns since the schedule's start.</summary>
internal sealed class SlotState(Slot slot, long every, long timeout, long phase, ProviderLoad provider, int vantagePoint)
{
    public const long Never = long.MaxValue;

    public readonly Slot Slot = slot;
    public readonly int Index = slot.Index;
    public readonly long Every = every;
    public readonly long Timeout = timeout;
    public readonly ProviderLoad Provider = provider;
    public int VantagePoint = vantagePoint;

    /// <summary>The due time that has not been answered for yet.</summary>
    public long Due = phase;

    public SlotPhase Phase;
    public long Ticket;

    /// <summary>Of the look that waits or runs.</summary>
    public LookReason Reason;

    /// <summary>Of the look that waits.</summary>
    public long WaitingSince;

    /// <summary>True when the last look stands for a due time: it has one, or is an extra look that has replaced one.</summary>
    public bool StandsForDue = true;

    /// <summary>When the look (or its check) is to be cancelled; once cancelled, abandoned.</summary>
    public long Deadline = Never;
    public bool Cancelled;

    /// <summary>When the last look was issued.</summary>
    public long LastStart = long.MinValue / 4;

    /// <summary>When an extra look is wanted at once, and because of what.</summary>
    public long Wanted = Never;
    public LookReason WantedReason;

    /// <summary>After this a look that was asked for is not wanted any more.</summary>
    public long AskedUntil;

    /// <summary>The tripwire event whose look is still owed.</summary>
    public TripwireEvent? Tripwire;
    public RecentLooks? TripwireLooks;

    /// <summary>True from Sharpen to Settle.</summary>
    public bool Sharp;
    public long SharpEvery;
    public long SharpPhase;
    public long SharpDue = Never;

    public bool Running => Phase is SlotPhase.Issued or SlotPhase.Looking or SlotPhase.Checking or SlotPhase.Delivering;

    public long NextAttention(bool stopped)
    {
        if (stopped) return Running ? Deadline : Never;
        if (Running) return Math.Min(Due, Deadline);
        return Phase == SlotPhase.Waiting ? Due : Math.Min(Due, Math.Min(Wanted, SharpDue));
    }
}

/// <summary>The extra looks that one provider gets, and the sharpened slots that share them.</summary>
internal sealed class ProviderLoad(int perSecond, int vantagePoints)
{
    public readonly RecentLooks Extra = new(perSecond);

    /// <summary>By vantage point: the first tick at which the next sharpened look may start.</summary>
    public long[] FreeAt = new long[vantagePoints];

    /// <summary>In order of index.</summary>
    public readonly SortedSet<int> Sharpened = [];
}
