using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Ledger.Outages;

/// <summary>A time in which users of a component were not served: all the stretches that bear the outage's name.</summary>
public sealed record Outage
{
    /// <summary>Given by the judge and never changed: "shop-7".</summary>
    public required string Id { get; init; }

    public required ComponentId Component { get; init; }

    /// <summary>Null for the component as a whole; else the region that it was out for (TRUTH 9).</summary>
    public string? Region { get; init; }

    public required Bounds Began { get; init; }

    /// <summary>Null while it is open: nothing is claimed beyond <see cref="KnownUntil"/>.</summary>
    public Bounds? Ended { get; init; }

    /// <summary>Up to when this is known: the latest end, or for an open outage the frontier of the ledger.</summary>
    public required Instant KnownUntil { get; init; }

    /// <summary>Time in which users were not served outside of maintenance windows; of an open outage up to <see cref="KnownUntil"/>.</summary>
    public required Length Length { get; init; }

    /// <summary>Unseen time inside it (holes): in <see cref="Nines.Ledger.Length.Longest"/> only.</summary>
    public required Duration Unseen { get; init; }

    /// <summary>Likely time of it inside maintenance windows; in no figure of <see cref="Length"/>.</summary>
    public required Duration InMaintenance { get; init; }

    /// <summary>The worst state that it likely had.</summary>
    public required State Worst { get; init; }

    /// <summary>By share, the largest first; at least one. As corrected, where somebody did.</summary>
    public required ImmutableArray<CauseShare> Causes { get; init; }

    /// <summary>What people said of it instead of what was judged, in order, what was withdrawn too. Empty where nobody did.</summary>
    public ImmutableArray<Correction> Corrections { get; init; } = [];

    /// <summary>By which its cause is another one than was judged; null where it is not.</summary>
    public Correction? CorrectedCause { get; init; }

    /// <summary>By which it was a false alarm, or at another time than was observed; null where neither.</summary>
    public Correction? CorrectedTime { get; init; }

    /// <summary>When it was as it was observed, where somebody corrected that; null where nobody did.</summary>
    public ObservedTime? Observed { get; init; }

    /// <summary>True where somebody said that users were served all the time. What was observed is kept in all that is said of it.</summary>
    public bool IsFalseAlarm => CorrectedTime is { Claim: CorrectionClaim.FalseAlarm };

    /// <summary>First instant of which something is on record of it, as observed or as corrected.</summary>
    public Instant From => Observed is { } observed ? Instant.Min(observed.Began.Earliest, Began.Earliest) : Began.Earliest;

    /// <summary>Of one whose cause was corrected: the causes that were judged, by share; empty of others.</summary>
    public ImmutableArray<CauseShare> JudgedCauses { get; init; } = [];

    /// <summary>What people wrote about it, in order.</summary>
    public ImmutableArray<OutageNote> Notes { get; init; } = [];

    public required ImmutableArray<Stretch> Stretches { get; init; }

    /// <summary>The cause with the longest likely share.</summary>
    public Cause Cause => Causes[0].Cause;

    /// <summary>True when its component was taken out of the config while it was open: its end is where knowing ends.</summary>
    public bool IsCutOff { get; init; }

    /// <summary>When it first stood in the journal that it was likely down; null for what was not judged here.</summary>
    public Instant? SaidAt { get; init; }

    /// <summary>When the first notice of it was delivered; null when none was.</summary>
    public Instant? NoticedAt { get; init; }

    /// <summary>Who has taken it up; null when nobody has.</summary>
    public OutageAcknowledged? Acknowledged { get; init; }

    /// <summary>Whose record it was taken over from; null for what Nines itself saw.</summary>
    public string? ImportedFrom { get; init; }

    public bool IsOpen => Ended is null;

    private IEnumerable<Stretch> LikelyDown => Stretches.Where(stretch => stretch.Segment.Likely.IsDown() && (IsFalseAlarm || !stretch.IsDisputed));

    /// <summary>When it most likely began; within <see cref="Began"/>.</summary>
    public Instant LikelyBegan => LikelyDown.Select(stretch => (Instant?)stretch.From).FirstOrDefault() ?? Began.Midpoint;

    /// <summary>When it most likely ended; within <see cref="Ended"/>. Null while it is open.</summary>
    public Instant? LikelyEnded => Ended is null ? null : LikelyDown.Select(stretch => (Instant?)stretch.To).LastOrDefault() ?? Ended.Value.Midpoint;
}

/// <summary>What somebody wrote about an outage.</summary>
/// <param name="Position">Of the fact.</param>
public sealed record OutageNote(JournalPosition Position, Instant At, string By, string Note);

/// <summary>When an outage was as it was observed.</summary>
/// <param name="Ended">Null while it is open.</param>
public sealed record ObservedTime(Bounds Began, Bounds? Ended, Length Length);

/// <summary>How much of an outage one cause accounts for.</summary>
/// <param name="From">First instant at which it held.</param>
public sealed record CauseShare(Cause Cause, Instant From, Length Length);

/// <summary>A stretch in a maintenance window in which the component was not up: kept, but no outage (TRUTH 12).</summary>
/// <param name="Seen">The worst state seen under it.</param>
/// <param name="To">First instant after it, or the frontier.</param>
public sealed record Maintained(ComponentId Component, string Window, Instant From, Instant To, State Seen);
