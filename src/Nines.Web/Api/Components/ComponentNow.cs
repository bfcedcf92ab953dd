using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Ledger.Objectives;
using Nines.Ledger.Outages;
using Nines.Ledger.Policies;
using Nines.Web.Api.Documents;
using Nines.Web.Api.Overview;
using NodaTime;

namespace Nines.Web.Api.Components;

/// <summary>All that is shown of one component: a value, taken out of the ledger.</summary>
public sealed record ComponentNow
{
    public required long Position { get; init; }

    /// <summary>As of when; nothing is claimed of later.</summary>
    public required Instant At { get; init; }

    public required Said Sentence { get; init; }
    public required Card Card { get; init; }

    /// <summary>What it needs, in groups of which each has to hold.</summary>
    public required ImmutableArray<NeedView> Needs { get; init; }

    /// <summary>Those that need it.</summary>
    public required ImmutableArray<Standing> NeededBy { get; init; }

    /// <summary>The latest first, of the whole and of regions.</summary>
    public required ImmutableArray<Outage> Outages { get; init; }

    public required int OutagesInAll { get; init; }
    public required ImmutableArray<Blip> Blips { get; init; }
    public required int BlipsInAll { get; init; }

    /// <summary>Windows that concern it, under way, to come, and the last that are over.</summary>
    public required ImmutableArray<WindowOnRecord> Windows { get; init; }

    /// <summary>Under the chosen policy, over several windows.</summary>
    public required ImmutableArray<(string Window, AvailabilityFigure Figure)> Availability { get; init; }

    /// <summary>Over 30 days, under every policy there is.</summary>
    public required ImmutableArray<AvailabilityFigure> SideBySide { get; init; }

    public required Policy Policy { get; init; }
    public required ImmutableArray<ObjectiveReport> Objectives { get; init; }

    /// <summary>Shorter outages may have been missed in the last 30 days; null without probes of its own.</summary>
    public required Duration? Resolution { get; init; }

    public required TimelineView Timeline { get; init; }
    public required ImmutableArray<ProbeView> Probes { get; init; }
    public required ImmutableArray<Slot> Slots { get; init; }

    /// <summary>What came of the last look that somebody asked for; null where nobody did of late.</summary>
    public AskedLooksDocument? Looked { get; init; }
}

/// <summary>Members of a gate: so many of them have to work.</summary>
public sealed record NeedView(int AtLeast, ImmutableArray<Standing> Members);

/// <summary>A component's states over a stretch of time.</summary>
/// <param name="To">Where knowing ends: not after what was asked for.</param>
/// <param name="Regions">As seen from each region; empty unless there are several.</param>
public sealed record TimelineView(Instant From, Instant To, ImmutableArray<Stretch> Whole, ImmutableArray<(string Region, ImmutableArray<Stretch> Stretches)> Regions);
