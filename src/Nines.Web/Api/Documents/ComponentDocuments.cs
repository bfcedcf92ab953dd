using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Nines.Backbone.Series;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Core.Timelines;
using Nines.Ledger;
using Nines.Ledger.Documents;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Ledger.Text;
using Nines.Web.Api.Components;
using Nines.Web.Api.Overview;
using NodaTime;

namespace Nines.Web.Api.Documents;

/// <summary>All that is known of one component now (nines.component/1).</summary>
public sealed record ComponentDocument
{
    public string Schema => "nines.component/1";
    public required long AsOfPosition { get; init; }
    public required Instant At { get; init; }

    /// <summary>How it stands, for people: it may be worded otherwise in another version.</summary>
    public required string Sentence { get; init; }

    public required ComponentRow Component { get; init; }

    /// <summary>What it needs: gates of which each has to hold.</summary>
    public required ImmutableArray<GateDocument> Needs { get; init; }

    public required ImmutableArray<NeighbourDocument> NeededBy { get; init; }

    /// <summary>The last, the latest first; all by the list of outages.</summary>
    public required ImmutableArray<OutageDocument> Outages { get; init; }

    public required int OutagesInAll { get; init; }
    public required int BlipsInAll { get; init; }

    /// <summary>Windows under way, to come, and the last that are over.</summary>
    public required ImmutableArray<WindowRow> Maintenance { get; init; }

    /// <summary>Shorter outages may have been missed in the last 30 days; null without probes of its own.</summary>
    public required decimal? ResolutionS { get; init; }

    public required ImmutableArray<ProbeDocument> Probes { get; init; }
    public required ImmutableArray<SlotDocument> Slots { get; init; }

    public static ComponentDocument Of(ComponentNow now) => new()
    {
        AsOfPosition = now.Position,
        At = now.At,
        Sentence = now.Sentence.ToString(),
        Component = ComponentRow.Of(now.Card),
        Needs = [.. now.Needs.Select(need => new GateDocument(need.AtLeast, [.. need.Members.Select(NeighbourDocument.Of)]))],
        NeededBy = [.. now.NeededBy.Select(NeighbourDocument.Of)],
        Outages = [.. now.Outages.Select(outage => OutageDocument.From(outage, now.Policy))],
        OutagesInAll = now.OutagesInAll,
        BlipsInAll = now.BlipsInAll,
        Maintenance = [.. now.Windows.Select(WindowRow.Of)],
        ResolutionS = now.Resolution is { } resolution ? DocumentJson.Seconds(resolution) : null,
        Probes = [.. now.Probes.Select(probe => new ProbeDocument(probe.Name, probe.Type, DocumentJson.Seconds(probe.Every), DocumentJson.Seconds(probe.Timeout), [.. probe.Conditions.Select(condition => new ConditionDocument(condition.Text, condition.Onset, condition.Otherwise))]))],
        Slots = [.. now.Slots.Select(SlotDocument.Of)],
    };
}

/// <param name="AtLeast">How many of the members have to work.</param>
public sealed record GateDocument(int AtLeast, ImmutableArray<NeighbourDocument> Of);

public sealed record NeighbourDocument(ComponentId Component, State State)
{
    public static NeighbourDocument Of(Standing one) => new(one.Id, one.State);
}

public sealed record ProbeDocument(string Probe, string Type, decimal EveryS, decimal TimeoutS, ImmutableArray<ConditionDocument> Conditions);

/// <param name="Condition">In canonical form, units converted.</param>
/// <param name="Onset">From when it counts as broken, in words.</param>
public sealed record ConditionDocument(string Condition, string Onset, State Otherwise);

/// <summary>What one probe sees from one vantage point.</summary>
/// <param name="ChangedEarliest">When it changed to that state, no earlier than this; null while no change is on record.</param>
/// <param name="Position">The fact that says so.</param>
/// <param name="RoundTripMedianS">Of the last quarter of an hour.</param>
/// <param name="LastLook">Start of the last minute in which it looked, as far as is kept.</param>
public sealed record SlotDocument(
    string Probe, VantagePointId VantagePoint, string Region, State State, Instant? ChangedEarliest, Instant? ChangedLatest, string? Because, string? Seen, long? Position, bool Blind,
    double? RoundTripMedianS, double? RoundTripP95S, Instant? LastLook)
{
    public static SlotDocument Of(Slot slot) => new(
        slot.Probe, slot.From, slot.Region, slot.State, slot.When?.Earliest, slot.When?.Latest, slot.Because, slot.Seen, slot.Position, slot.Blind, slot.RoundTrip?.Median, slot.RoundTrip?.P95, slot.LastLook);
}

/// <summary>A component's states over time (nines.timeline/1).</summary>
public sealed record TimelineDocument(long AsOfPosition, ComponentId Component, Instant From, Instant To, ImmutableArray<TimelineStretch> Whole, ImmutableArray<RegionTimeline> Regions)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nines.timeline/1";

    public static TimelineDocument Of(long position, ComponentId id, TimelineView view) => new(
        position, id, view.From, view.To, [.. view.Whole.Select(TimelineStretch.Of)], [.. view.Regions.Select(region => new RegionTimeline(region.Region, [.. region.Stretches.Select(TimelineStretch.Of)]))]);
}

public sealed record RegionTimeline(string Region, ImmutableArray<TimelineStretch> Stretches);

/// <param name="State">As a person is told it: likely, or maintenance.</param>
/// <param name="Surely">It was surely not better than this.</param>
/// <param name="Likely">One of the four ordered states, or unknown.</param>
/// <param name="Possibly">It was possibly this bad.</param>
/// <param name="Disputed">True where it was seen down, and somebody said that users were served.</param>
public sealed record TimelineStretch(Instant From, Instant To, State State, State Surely, State Likely, State Possibly, CauseKind? Cause, string? Because, string? Outage, string? Window, bool Disputed)
{
    public static TimelineStretch Of(Stretch stretch) => new(
        stretch.From, stretch.To, stretch.Segment.Shown, stretch.Segment.Best, stretch.Segment.Likely, stretch.Segment.Worst, stretch.Segment.Cause?.Kind, stretch.Segment.Cause?.Because, stretch.Segment.Outage, stretch.Segment.Window, stretch.IsDisputed);
}

/// <summary>Availability of a component over a stretch of time (nines.availability/1), under one policy or several.</summary>
public sealed record AvailabilityDocument(long AsOfPosition, ComponentId Component, Instant From, Instant To, decimal? ResolutionS, ImmutableArray<AvailabilityUnder> Policies)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nines.availability/1";

    public static AvailabilityDocument Of(long position, ComponentId id, Instant from, Instant to, ImmutableArray<(Policy Policy, SeenTime Seen)> measured, Duration? resolution) => new(
        position, id, from, to, resolution is { } known ? DocumentJson.Seconds(known) : null, [.. measured.Select(one => AvailabilityUnder.Of(one.Policy, one.Seen))]);
}

/// <summary>Shares are cut off after twelve decimals, never rounded up; null when nothing of the time is known.</summary>
public sealed record AvailabilityUnder(
    PolicyDocument Policy, decimal? AvailabilityLow, decimal? AvailabilityLikely, decimal? AvailabilityHigh, decimal Coverage, decimal DowntimeShortestS, decimal DowntimeLikelyS, decimal DowntimeLongestS, decimal CountedS, decimal UnknownS)
{
    public static AvailabilityUnder Of(Policy policy, SeenTime seen) => new(
        PolicyDocument.Of(policy), DocumentJson.Share(seen.Availability?.Low), DocumentJson.Share(seen.Availability?.Likely), DocumentJson.Share(seen.Availability?.High), DocumentJson.Share(seen.Coverage),
        DocumentJson.Seconds(seen.Tally.Down.Shortest), DocumentJson.Seconds(seen.Tally.Down.Likely), DocumentJson.Seconds(seen.Tally.Down.Longest), DocumentJson.Seconds(seen.Tally.Counted), DocumentJson.Seconds(seen.Tally.Unknown));
}

/// <summary>What is measured of a component (nines.signals/1); what conditions judge comes first.</summary>
public sealed record SignalsDocument(ComponentId Component, ImmutableArray<SignalRow> Signals)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nines.signals/1";
}

public sealed record SignalRow(string Probe, string Signal, string About, SignalUnit Unit, ImmutableArray<LimitDocument> Limits, ImmutableArray<VantagePointId> VantagePoints);

/// <param name="Comparison">How a good value stands to it: &lt;, &lt;=, ==, !=, &gt;=, &gt;.</param>
public sealed record LimitDocument(string Comparison, double Value);

/// <summary>One signal over time (nines.series/1), a line a vantage point. Stretches without values have no point.</summary>
public sealed record SeriesDocument
{
    public string Schema => "nines.series/1";
    public required ComponentId Component { get; init; }
    public required string Probe { get; init; }
    public required string Signal { get; init; }

    /// <summary>What values are in: seconds, blocks, bytes, a ratio of one.</summary>
    public required SignalUnit Unit { get; init; }

    public required Instant From { get; init; }
    public required Instant To { get; init; }

    /// <summary>Seconds that a point sums up, where so much is kept by the minute.</summary>
    public required long WidthS { get; init; }

    /// <summary>What conditions compare it with.</summary>
    public required ImmutableArray<LimitDocument> Limits { get; init; }

    public required ImmutableArray<SeriesLine> Lines { get; init; }
}

public sealed record SeriesLine(VantagePointId VantagePoint, ImmutableArray<SeriesPoint> Points);

/// <param name="Median">Within 1 %; null where values were counted only.</param>
public sealed record SeriesPoint(Instant At, long WidthS, long Count, double Min, double? Median, double? P95, double Max, double Mean)
{
    public static SeriesPoint Of(SeriesBucket bucket) => new(bucket.From, (long)bucket.Width.TotalSeconds, bucket.Count, bucket.Min, Known(bucket.Quantile(0.5)), Known(bucket.Quantile(0.95)), bucket.Max, bucket.Mean);

    private static double? Known(double value) => double.IsFinite(value) ? value : null;
}
