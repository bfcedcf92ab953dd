using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Ledger.Documents;
using Nines.Ledger.Explanations;
using Nines.Reports.Incidents;
using NodaTime;
using Bounded = Nines.Reports.Told;

namespace Nines.Web.Api.Documents;

/// <summary>Outages, the latest first (nines.outage_list/1).</summary>
public sealed record OutageListDocument : IPaged
{
    public string Schema => "nines.outage_list/1";
    public required long AsOfPosition { get; init; }
    public required PolicyDocument Policy { get; init; }

    /// <summary>What amounts are in; null where nothing is priced.</summary>
    public required string? Currency { get; init; }

    /// <summary>Over all that were asked for, not only this page.</summary>
    public required OutageTotals Totals { get; init; }

    public required ImmutableArray<OutageRow> Outages { get; init; }
    public required string? Next { get; init; }
}

/// <summary>Sums over outages; those of single regions are in the number and in no sum.</summary>
/// <param name="NotServedS">Time in which users were not served.</param>
/// <param name="CountedS">The same as the policy weighs it.</param>
/// <param name="Loss">Lost revenue and stake; null where nothing of it is priced, or there are more than can be priced at once.</param>
/// <param name="NotPriced">Why there is no price; null where there is one, or none was ever set.</param>
/// <param name="FalseAlarmsLeftOut">Shown in the list, and in none of these figures, because the policy takes people's word; 0 under others.</param>
public sealed record OutageTotals(int Outages, int Open, Bounded NotServedS, Bounded CountedS, Bounded? Loss, string? NotPriced, int FalseAlarmsLeftOut);

/// <param name="CountedS">Its lost time as the policy weighs it; null of one region's.</param>
/// <param name="Loss">Null where it has no price.</param>
/// <param name="Notes">How many people wrote.</param>
public sealed record OutageRow(OutageDocument Outage, Bounded LengthS, Bounded? CountedS, Bounded? Loss, int Notes);

/// <summary>One outage with all that is on record of it (nines.outage/1).</summary>
public sealed record OutageStory
{
    public string Schema => "nines.outage/1";
    public required long AsOfPosition { get; init; }

    /// <summary>What happened, in a sentence.</summary>
    public required string Sentence { get; init; }

    public required IncidentReport Report { get; init; }
    public required Explanation Explanation { get; init; }

    /// <summary>What it costs while it is open; null when it is over or has no price.</summary>
    public required OpenCost? WhileOpen { get; init; }

    /// <summary>Why there is no price; null where there is one, or nothing is priced.</summary>
    public required string? NotPriced { get; init; }

    /// <summary>From a while before it to a while after: what the two timelines say, of the component as a whole and of each region.</summary>
    public required ImmutableArray<TrackDocument> Tracks { get; init; }

    /// <summary>The components that its cause came from or that it took along, and who needs whom among them.</summary>
    public required CascadeGraph Cascade { get; init; }
}

/// <param name="Minute">What a minute more of the same adds.</param>
/// <param name="Hour">What an hour more adds.</param>
public sealed record OpenCost(Bounded SoFar, Bounded Minute, Bounded Hour);

/// <param name="Region">Null for the component as a whole.</param>
/// <param name="Stretches">In order, without gaps.</param>
public sealed record TrackDocument(string? Region, ImmutableArray<TrackStretch> Stretches);

/// <param name="Best">Surely not better than this.</param>
/// <param name="Worst">Possibly this bad.</param>
/// <param name="Disputed">True where it was seen down, and somebody said that users were served.</param>
public sealed record TrackStretch(Instant From, Instant To, State Best, State Likely, State Worst, string? Window, string? Outage, bool Disputed);

/// <summary>What an outage came from and took along.</summary>
/// <param name="Links">Each from who needs to who is needed.</param>
public sealed record CascadeGraph(ImmutableArray<CascadeNode> Nodes, ImmutableArray<CascadeLink> Links);

/// <param name="Role">this, root, dependant, or between: on a way from one to the other.</param>
/// <param name="Outages">Its outages meanwhile.</param>
public sealed record CascadeNode(ComponentId Component, string Role, State Worst, ImmutableArray<string> Outages);

public sealed record CascadeLink(ComponentId From, ComponentId To);

/// <summary>What somebody says when he takes care of an outage.</summary>
/// <param name="Note">At most 500 characters; may be left out.</param>
public sealed record AcknowledgementBody(string? Note = null);

/// <param name="Note">1 to 4,000 characters.</param>
public sealed record NoteBody(string Note);

/// <param name="Because">On what that rests: 1 to 1,000 characters.</param>
/// <param name="Roots">For upstream: the components that it came from.</param>
public sealed record CorrectionBody(CauseKind Cause, string Because, ImmutableArray<ComponentId>? Roots = null);

/// <summary>What somebody says of whether or when an outage was.</summary>
/// <param name="Claim">false_alarm, bounds, or withdrawn.</param>
/// <param name="Because">On what that rests: 1 to 1,000 characters.</param>
/// <param name="BeganEarliest">For bounds; with <paramref name="BeganLatest"/> left out it is known to the instant.</param>
/// <param name="EndedEarliest">For bounds; with <paramref name="EndedLatest"/> left out it is known to the instant.</param>
/// <param name="Withdraws">For withdrawn: the journal position of the correction that does not hold.</param>
public sealed record OutageCorrectionBody(
    CorrectionClaim Claim, string Because, Instant? BeganEarliest = null, Instant? BeganLatest = null, Instant? EndedEarliest = null, Instant? EndedLatest = null, long? Withdraws = null);
