using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Ledger.Explanations;
using Nines.Ledger.Outages;
using Nines.Ledger.Policies;
using NodaTime;

namespace Nines.Ledger.Documents;

/// <summary>An outage as it is handed out: a row of nines.outages/1, the data of a notice. Lengths are in seconds.</summary>
public sealed record OutageDocument
{
    public const string Schema = "nines.outages/1";

    public required string Id { get; init; }
    public required ComponentId Component { get; init; }
    public string? Region { get; init; }

    /// <summary>open or closed.</summary>
    public required string Status { get; init; }

    public required State WorstState { get; init; }
    public required Instant BeganEarliest { get; init; }
    public required Instant BeganLikely { get; init; }
    public required Instant BeganLatest { get; init; }
    public Instant? EndedEarliest { get; init; }
    public Instant? EndedLikely { get; init; }
    public Instant? EndedLatest { get; init; }
    public required Instant KnownUntil { get; init; }
    public required decimal ShortestS { get; init; }
    public required decimal LikelyS { get; init; }
    public required decimal LongestS { get; init; }
    public required decimal UnseenS { get; init; }
    public required decimal InMaintenanceS { get; init; }
    public required CauseKind Cause { get; init; }
    public required string Because { get; init; }

    /// <summary>What broke, as a machine word; null where nothing says.</summary>
    public string? Code { get; init; }

    public required ImmutableArray<CauseDocument> Causes { get; init; }

    /// <summary>Of one whose cause somebody corrected: what was judged; null of others.</summary>
    public ImmutableArray<CauseDocument>? JudgedCauses { get; init; }

    /// <summary>True where somebody corrected it to a false alarm: it is shown as observed, and struck out.</summary>
    public bool FalseAlarm { get; init; }

    /// <summary>When it was as observed, where somebody corrected that; null where nobody did.</summary>
    public ObservedDocument? Observed { get; init; }

    /// <summary>Who corrected whether or when it was, when, and on what that rests; null where nobody did.</summary>
    public Instant? TimeCorrectedAt { get; init; }

    public string? TimeCorrectedBy { get; init; }
    public string? TimeCorrectedBecause { get; init; }

    /// <summary>Of the cause.</summary>
    public Instant? CorrectedAt { get; init; }
    public string? CorrectedBy { get; init; }

    /// <summary>True when its component was taken out of the config while it was open: its end is where knowing ends.</summary>
    public bool CutOff { get; init; }

    /// <summary>Whose record it was taken over from; null for what Nines itself saw.</summary>
    public string? ImportedFrom { get; init; }

    public Instant? AcknowledgedAt { get; init; }
    public string? AcknowledgedBy { get; init; }
    public string? AcknowledgedNote { get; init; }

    /// <summary>Why it does not count under the policy that was asked for, as <see cref="OutageCounting.WhyNot"/> says it; null where it does, or no policy was asked for.</summary>
    public string? NotCounted { get; init; }

    /// <param name="policy">Says whether it counts; null where nobody asks.</param>
    public static OutageDocument From(Outage outage, Policy? policy) => From(outage) with { NotCounted = policy is null ? null : OutageCounting.Of(outage, policy).WhyNot };

    public static OutageDocument From(Outage outage) => new()
    {
        Id = outage.Id,
        Component = outage.Component,
        Region = outage.Region,
        Status = outage.IsOpen ? "open" : "closed",
        WorstState = outage.Worst,
        BeganEarliest = outage.Began.Earliest,
        BeganLikely = outage.LikelyBegan,
        BeganLatest = outage.Began.Latest,
        EndedEarliest = outage.Ended?.Earliest,
        EndedLikely = outage.LikelyEnded,
        EndedLatest = outage.Ended?.Latest,
        KnownUntil = outage.KnownUntil,
        ShortestS = DocumentJson.Seconds(outage.Length.Shortest),
        LikelyS = DocumentJson.Seconds(outage.Length.Likely),
        LongestS = DocumentJson.Seconds(outage.Length.Longest),
        UnseenS = DocumentJson.Seconds(outage.Unseen),
        InMaintenanceS = DocumentJson.Seconds(outage.InMaintenance),
        Cause = outage.Cause.Kind,
        Because = outage.Cause.Because,
        Code = outage.Cause.Code,
        Causes = [.. outage.Causes.Select(CauseDocument.Of)],
        JudgedCauses = outage.CorrectedCause is null ? null : [.. outage.JudgedCauses.Select(CauseDocument.Of)],
        CorrectedAt = outage.CorrectedCause?.At,
        CorrectedBy = outage.CorrectedCause?.By,
        FalseAlarm = outage.IsFalseAlarm,
        Observed = outage.Observed is { } observed ? ObservedDocument.Of(observed) : null,
        TimeCorrectedAt = outage.CorrectedTime?.At,
        TimeCorrectedBy = outage.CorrectedTime?.By,
        TimeCorrectedBecause = outage.CorrectedTime?.Because,
        CutOff = outage.IsCutOff,
        ImportedFrom = outage.ImportedFrom,
        AcknowledgedAt = outage.Acknowledged?.At,
        AcknowledgedBy = outage.Acknowledged?.By,
        AcknowledgedNote = outage.Acknowledged?.Note,
    };
}

public sealed record CauseDocument(CauseKind Kind, string Because, string? Code, ImmutableArray<ComponentId> Roots, decimal LikelyS)
{
    public static CauseDocument Of(CauseShare share) => new(share.Cause.Kind, share.Cause.Because, share.Cause.Code, share.Cause.Roots, DocumentJson.Seconds(share.Length.Likely));
}

/// <summary>What somebody wrote about an outage.</summary>
/// <param name="Position">Of the fact that says so.</param>
public sealed record NoteDocument(long Position, Instant At, string By, string Note)
{
    public static NoteDocument Of(OutageNote note) => new(note.Position.Value, note.At, note.By, note.Note);
}

/// <summary>When an outage was as observed. Lengths are in seconds.</summary>
public sealed record ObservedDocument(Instant BeganEarliest, Instant BeganLatest, Instant? EndedEarliest, Instant? EndedLatest, decimal ShortestS, decimal LikelyS, decimal LongestS)
{
    public static ObservedDocument Of(ObservedTime observed) => new(
        observed.Began.Earliest, observed.Began.Latest, observed.Ended?.Earliest, observed.Ended?.Latest,
        DocumentJson.Seconds(observed.Length.Shortest), DocumentJson.Seconds(observed.Length.Likely), DocumentJson.Seconds(observed.Length.Longest));
}

/// <summary>What somebody said of an outage instead of what was judged.</summary>
/// <param name="Position">Of the fact that says so.</param>
/// <param name="Did">In words: corrected it to a false alarm.</param>
/// <param name="Cause">Of a corrected cause.</param>
/// <param name="Roots">Of a cause upstream: what it came from.</param>
/// <param name="Withdraws">Of a withdrawal: the position of what does not hold any more.</param>
/// <param name="Withdrawn">True where another withdrew it.</param>
public sealed record CorrectionDocument(
    long Position, Instant At, string By, CorrectionClaim Claim, string Did, CauseKind? Cause, ImmutableArray<ComponentId> Roots, Instant? BeganEarliest, Instant? BeganLatest, Instant? EndedEarliest, Instant? EndedLatest,
    long? Withdraws, bool Withdrawn, string Because)
{
    public static CorrectionDocument Of(Correction correction) => new(
        correction.Position.Value, correction.At, correction.By, correction.Claim, CorrectionWords.Did(correction), correction.Cause?.Kind, correction.Cause?.Roots ?? [],
        correction.Began?.Earliest, correction.Began?.Latest, correction.Ended?.Earliest, correction.Ended?.Latest, correction.Withdraws, correction.IsWithdrawn, correction.Because);
}
