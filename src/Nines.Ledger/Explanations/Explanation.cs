using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Ledger.Documents;
using NodaTime;

namespace Nines.Ledger.Explanations;

/// <summary>Why an outage is on record (nines.explanation/1).</summary>
/// <param name="StepsLeftOut">Changes beyond <see cref="Explainer.MostFacts"/>.</param>
/// <param name="Reasoning">Of the cause that was judged, also where somebody corrected it.</param>
/// <param name="Corrections">In order: the last holds.</param>
/// <param name="Facts">Positions of all facts that say so.</param>
/// <param name="Assumptions">Of an imported one: what its source left open.</param>
public sealed record Explanation(
    string Schema,
    long AsOfPosition,
    OutageDocument Outage,
    ImmutableArray<ExplanationStep> Steps,
    int StepsLeftOut,
    ImmutableArray<ExplanationStretch> Timeline,
    ImmutableArray<ExplanationRoot> Roots,
    ImmutableArray<Reasoning> Reasoning,
    ImmutableArray<ExplanationWindow> Maintenance,
    ImmutableArray<CorrectionDocument> Corrections,
    ImmutableArray<NoteDocument> Notes,
    ImmutableArray<long> Facts,
    ImmutableArray<string> Assumptions)
{
    public const string SchemaName = "nines.explanation/1";
}

/// <summary>What one vantage point saw to change.</summary>
public sealed record ExplanationStep(
    long Position, Instant At, ProbeId Probe, VantagePointId From, State Before, State After, Instant Earliest, Instant Latest, CauseKind? Cause, string? Because, ImmutableArray<Evidence> Evidence,
    ImmutableArray<Reason>? Reasons)
{
    public static ExplanationStep Of(JournalPosition position, StateChanged changed) => new(
        position.Value, changed.At, changed.Probe, changed.From, changed.Before, changed.After,
        changed.When.Earliest, changed.When.Latest, changed.Because?.Kind, changed.Because?.Because, changed.Evidence, changed.Reasons);
}

/// <summary>A stretch of its timeline.</summary>
public sealed record ExplanationStretch(Instant From, Instant To, State Best, State Likely, State Worst, string? Window, CauseKind? Cause, string? Because)
{
    public static ExplanationStretch Of(Stretch stretch) => new(
        stretch.From, stretch.To, stretch.Segment.Best, stretch.Segment.Likely, stretch.Segment.Worst,
        stretch.Segment.Window, stretch.Segment.Cause?.Kind, stretch.Segment.Cause?.Because);
}

/// <summary>What it came from.</summary>
/// <param name="Outages">Of the root, meanwhile.</param>
/// <param name="Corrected">What people corrected of those by hand, as it holds: this outage's cause does not follow it by itself.</param>
public sealed record ExplanationRoot(ComponentId Component, ImmutableArray<string> Outages, ImmutableArray<RootCorrection> Corrected);

/// <param name="Sentence">The same in words.</param>
public sealed record RootCorrection(string Outage, CorrectionDocument Correction, string Sentence);

/// <summary>Maintenance inside or beside it.</summary>
public sealed record ExplanationWindow(string Window, Instant From, Instant To, State Seen);
