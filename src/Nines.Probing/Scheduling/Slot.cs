using Nines.Core.Components;
using NodaTime;

namespace Nines.Probing.Scheduling;

/// <summary>One probe from one vantage point: what has due times and never overlaps with itself.</summary>
/// <param name="Index">Names it for as long as it is scheduled: at first its position in <see cref="Schedule.Slots"/>; after a change of the
/// topology those that stay keep theirs, and new ones take what has become free.</param>
/// <param name="Phase">Its due times are start + phase + k · every; 0 to just below every.</param>
/// <param name="Provider">Who sees the calls, as rate limits count them.</param>
public sealed record Slot(int Index, ProbeDefinition Probe, VantagePoint From, Duration Phase, string Provider);

/// <summary>Why a look takes place.</summary>
public enum LookReason : byte
{
    /// <summary>Its due time came.</summary>
    Regular,
    /// <summary>Its component is suspected: it is looked at again, at once and then fast.</summary>
    Sharpened,
    /// <summary>A held connection broke, or could be had again.</summary>
    Tripwire,
    /// <summary>Somebody asked for it.</summary>
    Asked,
}

/// <summary>Why a due time passed without a look. It is always our fault, never the target's.</summary>
public enum MissReason : byte
{
    /// <summary>The look before was still running.</summary>
    Overrun,
    /// <summary>The observation before had not been taken by its reader.</summary>
    Undelivered,
    /// <summary>As many looks as are allowed were running.</summary>
    Crowded,
    /// <summary>The process did not run, or not fast enough.</summary>
    Asleep,
}

/// <summary>A look that the schedule asks for.</summary>
/// <param name="Slot">Index of the slot.</param>
/// <param name="Ticket">Names this look; what is said about an older one is ignored.</param>
/// <param name="Due">When it should start.</param>
/// <param name="Tripwire">The tripwire's instant, on the one look that it triggered.</param>
public readonly record struct Look(int Slot, long Ticket, Instant Due, LookReason Reason, Instant? Tripwire);

/// <summary>Due times that passed without a look.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Count">How many, one <see cref="ProbeDefinition.Every"/> apart; at least 1.</param>
public readonly record struct Miss(int Slot, Instant First, long Count, MissReason Reason);

public enum StepKind : byte
{
    /// <summary>Start <see cref="Step.Look"/>; say <see cref="Schedule.Began"/> when it really starts.</summary>
    Look,
    /// <summary>Record <see cref="Step.Miss"/>.</summary>
    Miss,
    /// <summary>The look's limit has come: cancel it.</summary>
    Cancel,
    /// <summary>The look did not come back after being cancelled: forget it. The slot belongs to <see cref="Step.Look"/>, a new ticket.</summary>
    Abandon,
    /// <summary>The control check did not come back after being cancelled: forget it. The slot belongs to <see cref="Step.Look"/>, a new ticket.</summary>
    AbandonCheck,
}

/// <summary>One thing that the schedule wants done.</summary>
/// <param name="Look">Which look it is about; default for a miss.</param>
/// <param name="Miss">What was missed; default otherwise.</param>
public readonly record struct Step(StepKind Kind, Look Look, Miss Miss = default);

/// <summary>What became of the due times so far: each is looked at, missed, or replaced by an extra look close to it.</summary>
/// <param name="Looks">Looks begun at due times.</param>
/// <param name="Extra">Sharpened looks, and looks set off by tripwires and by people.</param>
/// <param name="Missed">Due times recorded as missed.</param>
/// <param name="Replaced">Due times for which an extra look stands.</param>
/// <param name="Abandoned">Looks that did not come back after being cancelled.</param>
public readonly record struct ScheduleCounts(long Looks, long Extra, long Missed, long Replaced, long Abandoned);
