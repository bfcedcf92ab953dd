using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Nines.Core.Components;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Core.Facts;

/// <summary>Something that became true and is never edited. A correction is a new fact.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(ConfigLoaded), "config_loaded")]
[JsonDerivedType(typeof(WatchStarted), "watch_started")]
[JsonDerivedType(typeof(WatchStopped), "watch_stopped")]
[JsonDerivedType(typeof(Watched), "watched")]
[JsonDerivedType(typeof(ClockStepped), "clock_stepped")]
[JsonDerivedType(typeof(WatcherSuspended), "watcher_suspended")]
[JsonDerivedType(typeof(VantagePointBlind), "vantage_point_blind")]
[JsonDerivedType(typeof(VantagePointSees), "vantage_point_sees")]
[JsonDerivedType(typeof(MaintenanceEntered), "maintenance_entered")]
[JsonDerivedType(typeof(MaintenanceEnded), "maintenance_ended")]
[JsonDerivedType(typeof(ProbingPaused), "probing_paused")]
[JsonDerivedType(typeof(ProbingResumed), "probing_resumed")]
[JsonDerivedType(typeof(LookAsked), "look_asked")]
[JsonDerivedType(typeof(OutageAcknowledged), "outage_acknowledged")]
[JsonDerivedType(typeof(OutageNoted), "outage_noted")]
[JsonDerivedType(typeof(CauseCorrected), "cause_corrected")]
[JsonDerivedType(typeof(OutageCorrected), "outage_corrected")]
[JsonDerivedType(typeof(StateChanged), "state_changed")]
[JsonDerivedType(typeof(BlipSeen), "blip_seen")]
[JsonDerivedType(typeof(TimelineRevised), "timeline_revised")]
[JsonDerivedType(typeof(HistoryImported), "history_imported")]
[JsonDerivedType(typeof(NoticeSent), "notice_sent")]
[JsonDerivedType(typeof(ReportSent), "report_sent")]
[JsonDerivedType(typeof(AccessChanged), "access_changed")]
[JsonDerivedType(typeof(IncidentPosted), "incident_posted")]
public abstract record Fact
{
    private protected Fact() { }
}

/// <summary>A config took effect. Everything judged from here on was judged under it.</summary>
/// <param name="Digest">SHA-256 of <paramref name="Config"/>, as lower-case hex.</param>
/// <param name="Config">The whole config as JSON, secrets and keys in URLs redacted.</param>
/// <param name="TimeZones">Version of the time-zone data that placed the maintenance windows.</param>
/// <param name="Components">The components in it.</param>
public sealed record ConfigLoaded(Instant At, string Digest, string Config, string Nines, string TimeZones, ImmutableArray<ComponentSummary> Components) : Fact;

/// <summary>What the ledger has to know of a component.</summary>
/// <param name="Resolution">Every + 2 × timeout of its slowest probe: the shortest outage that is surely found while nothing is late (TRUTH 3). Null without probes.</param>
public sealed record ComponentSummary(
    ComponentId Id,
    ComponentKind Kind,
    ImmutableSortedDictionary<string, string> Labels,
    ImmutableArray<ComponentId> Needs,
    ImmutableArray<string> Regions,
    Duration? Resolution);

/// <summary>Watching began. Between the last fact of the run before and here nothing was seen.</summary>
/// <param name="Run">Names this run of the process.</param>
/// <param name="Host">Where it runs.</param>
public sealed record WatchStarted(Instant At, string Run, string Host) : Fact;

public sealed record WatchStopped(Instant At, string Run) : Fact;

/// <summary>Everything observed up to here has been judged: timelines hold until <paramref name="Until"/>. At most a minute apart while watching.</summary>
/// <param name="Late">Components whose observations came further apart than declared since the fact before, with the resolution that they really had.</param>
public sealed record Watched(Instant Until, string Run, ImmutableArray<ResolutionHad> Late) : Fact;

public sealed record ResolutionHad(ComponentId Component, Duration Resolution);

/// <summary>The wall clock was set. Positive: it was set forward. Intervals are measured on the monotonic clock and not affected.</summary>
public sealed record ClockStepped(Instant At, Duration By) : Fact;

/// <summary>The watcher did not run (suspended, stopped, starved) from <paramref name="From"/> to <paramref name="To"/>.</summary>
public sealed record WatcherSuspended(Instant From, Instant To) : Fact;

/// <summary>A vantage point lost its own path or resolver: what it fails to reach is not the targets' fault (TRUTH 7).</summary>
public sealed record VantagePointBlind(Instant At, VantagePointId VantagePoint, string Reason) : Fact;

public sealed record VantagePointSees(Instant At, VantagePointId VantagePoint) : Fact;

/// <summary>A maintenance window was declared. It excludes nothing before <paramref name="At"/>.</summary>
public sealed record MaintenanceEntered(Instant At, string Window, ImmutableArray<ComponentId> Components, Instant From, Instant To) : Fact
{
    /// <summary>Who declared it by hand; null when a rule of the config did.</summary>
    public string? By { get; init; }

    public string? Reason { get; init; }

    /// <summary>What the public is told of it; null where nothing was written for the public.</summary>
    public string? PublicText { get; init; }
}

/// <summary>A maintenance window ended before its time: from <paramref name="At"/> on it excludes nothing. One that had not begun never does.</summary>
/// <param name="By">Who ended it; null when the config no longer has its rule.</param>
public sealed record MaintenanceEnded(Instant At, string Window, string? By) : Fact;

/// <summary>Nobody looks at these components any more, because somebody said so: their time is unknown, never up.</summary>
/// <param name="Until">When looking is to begin again by itself; null when somebody has to say so.</param>
public sealed record ProbingPaused(Instant At, ImmutableArray<ComponentId> Components, string By, string? Reason, Instant? Until) : Fact;

/// <param name="By">Who resumed it; null when its time was over.</param>
public sealed record ProbingResumed(Instant At, ImmutableArray<ComponentId> Components, string? By) : Fact;

/// <summary>Somebody had a component looked at, beside the regular schedule. What was seen is judged as any other observation.</summary>
/// <param name="Probe">By this probe only; null for all of them.</param>
public sealed record LookAsked(Instant At, ComponentId Component, string? Probe, string By) : Fact;

/// <summary>Somebody has seen that an outage is open, and takes care of it.</summary>
public sealed record OutageAcknowledged(Instant At, string Outage, string By, string? Note) : Fact;

/// <summary>What somebody wrote about an outage, open or over: what was found, what was done.</summary>
/// <param name="Note">At most <see cref="MostCharacters"/>, without the config's secrets.</param>
public sealed record OutageNoted(Instant At, string Outage, string By, string Note) : Fact
{
    public const int MostCharacters = 4_000;
}

/// <summary>
/// Somebody knows better why an outage was: from here on this is its cause, for all of its time, and supersedes what was judged or said before.
/// What was judged stays on record, and is shown beside (TRUTH 15).
/// </summary>
/// <param name="Because">On what that rests, in a sentence; at most <see cref="MostCharacters"/>, without the config's secrets.</param>
public sealed record CauseCorrected(Instant At, string Outage, string By, CauseKind Cause, string Because) : Fact
{
    public const int MostCharacters = 1_000;

    /// <summary>For upstream: what it came from, the first of it first; empty where nobody said, and of other causes.</summary>
    public ImmutableArray<ComponentId> Roots { get; init; } = [];
}

/// <summary>What somebody says of an outage that was judged.</summary>
public enum CorrectionClaim
{
    /// <summary>Its cause was another one.</summary>
    Cause,

    /// <summary>Users were served all the time: it was no outage for them.</summary>
    FalseAlarm,

    /// <summary>It began, or ended, at another time.</summary>
    Bounds,

    /// <summary>What a correction said does not hold after all.</summary>
    Withdrawn,
}

/// <summary>
/// Somebody knows better whether, or when, an outage was. What was observed stays on record, and is shown beside. Time that was surely seen down
/// stays down in every figure but those under policies that take people's word; the last correction that was not withdrawn holds (TRUTH 15).
/// </summary>
/// <param name="Claim">Not <see cref="CorrectionClaim.Cause"/>: that is a <see cref="CauseCorrected"/>.</param>
/// <param name="Because">On what that rests, in a sentence; at most <see cref="CauseCorrected.MostCharacters"/>, without the config's secrets.</param>
public sealed record OutageCorrected(Instant At, string Outage, string By, CorrectionClaim Claim, string Because) : Fact
{
    /// <summary>For <see cref="CorrectionClaim.Bounds"/>: when it began; null where that stays as it was observed.</summary>
    public Bounds? Began { get; init; }

    /// <summary>For <see cref="CorrectionClaim.Bounds"/>: when it ended; null where that stays as it was observed.</summary>
    public Bounds? Ended { get; init; }

    /// <summary>For <see cref="CorrectionClaim.Withdrawn"/>: the journal position of the correction of the same outage that does not hold any more.</summary>
    public long? Withdraws { get; init; }
}

/// <summary>One vantage point's probe settled on another state: the evidence under every timeline.</summary>
/// <param name="When">The change lies in here.</param>
/// <param name="Because">The broken condition, the refusal, or what mended it.</param>
/// <param name="Evidence">The observations that it rests on, in order: the last of the old state, the first of the new, the one that agreed.</param>
public sealed record StateChanged(
    Instant At,
    ProbeId Probe,
    VantagePointId From,
    State Before,
    State After,
    Bounds When,
    Cause? Because,
    ImmutableArray<Evidence> Evidence) : Fact
{
    /// <summary>Which rules were tried for the cause, in order, up to the one that held; null where it is up, and in facts of versions before 0.3.</summary>
    public ImmutableArray<Reason>? Reasons { get; init; }
}

/// <summary>One rule that was tried for a cause.</summary>
/// <param name="Rule">security, denial_of_service, maintenance, consensus, congestion, technical; of timelines upstream and overrun.</param>
/// <param name="Held">True for the one that gave the cause.</param>
/// <param name="Because">The observation that it rests on, or why it did not hold.</param>
public sealed record Reason(string Rule, bool Held, string Because);

/// <summary>A suspicion that no second observation confirmed (TRUTH 5).</summary>
public sealed record BlipSeen(
    Instant At,
    ProbeId Probe,
    VantagePointId From,
    State Suspected,
    Bounds When,
    Cause? Because,
    ImmutableArray<Evidence> Evidence) : Fact;

/// <summary>An observation in the short form that facts keep.</summary>
/// <param name="Outcome">answered, refused, timed_out or probe_fault.</param>
/// <param name="Detail">The refusal's message, or the signals that mattered, with units; at most 1,000 characters, secrets redacted.</param>
public sealed record Evidence(Instant Started, Instant Ended, VantagePointId From, string Outcome, string Detail)
{
    public string? Control { get; init; }
    public Instant? Tripwire { get; init; }
}

/// <summary>A component's timeline from <paramref name="From"/> on is now this. It supersedes whatever was said of that stretch before.</summary>
/// <param name="Region">Null for the component as a whole; else the region that it was seen from.</param>
public sealed record TimelineRevised(Instant At, ComponentId Component, string? Region, Instant From, ImmutableArray<Segment> Segments) : Fact;

/// <summary>
/// What another tool or people had on record of a component. It fills only time in which Nines itself saw nothing, and supersedes what was imported
/// of that time before; what Nines saw is never overwritten. No config needs to name the component.
/// </summary>
/// <param name="Source">The tool and the name of what was read, without its place on a machine: upptime ory/status.</param>
/// <param name="Digest">SHA-256 over what was read and how it was read, as lower-case hex: the same again changes nothing.</param>
/// <param name="ComponentKind">What it is, where no config says it.</param>
/// <param name="Labels">Where no config gives any.</param>
/// <param name="From">First instant that the source tells of.</param>
/// <param name="To">First instant that it does not tell of; later than <paramref name="From"/>.</param>
/// <param name="Resolution">The shortest outage that the source surely recorded, from its own cadence; null where it does not say.</param>
/// <param name="Segments">The first at <paramref name="From"/>, the last open until <paramref name="To"/>. Outages are named <see cref="ImportedOutage.Name"/>.</param>
/// <param name="Assumptions">What the source leaves open, and what was taken for it; a sentence each.</param>
/// <param name="Repairs">Rows of it that were mended, merged or rejected.</param>
public sealed record HistoryImported(
    Instant At,
    string Source,
    string Digest,
    ComponentId Component,
    ComponentKind ComponentKind,
    ImmutableSortedDictionary<string, string> Labels,
    Instant From,
    Instant To,
    Duration? Resolution,
    ImmutableArray<Segment> Segments,
    ImmutableArray<string> Assumptions,
    int Repairs) : Fact;

/// <summary>A person or system was told of an outage.</summary>
/// <param name="Phase">opened or closed.</param>
/// <param name="Failed">Why it could not be delivered, after all retries; null when it was.</param>
public sealed record NoticeSent(Instant At, string Outage, string Phase, string Channel, string? Failed) : Fact;

/// <summary>A scheduled report was sent, or given up.</summary>
/// <param name="Report">Its name in the config.</param>
/// <param name="Period">2026-10 or 2026-W41.</param>
/// <param name="Position">The journal position that it is as of; 0 where it could not be made.</param>
/// <param name="Policy">The name of the policy that its figures are under.</param>
/// <param name="Said">What it said: a later report tells when that no longer holds.</param>
/// <param name="Failed">Why it could not be delivered, after all retries; null when it was.</param>
public sealed record ReportSent(Instant At, string Report, string Period, long Position, string Policy, ReportFigures Said, string? Failed) : Fact;

/// <summary>A report's first figures. Shares of one; null for what was not known.</summary>
public sealed record ReportFigures(
    decimal? AvailabilityLow, decimal? AvailabilityLikely, decimal? AvailabilityHigh, string? AvailabilityText, decimal? LossLow, decimal? LossLikely, decimal? LossHigh, string? LossText, string? Currency)
{
    public static readonly ReportFigures None = new(null, null, null, null, null, null, null, null, null);
}
