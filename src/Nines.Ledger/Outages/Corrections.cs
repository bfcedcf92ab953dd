using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Ledger.Outages;

/// <summary>What somebody said of an outage instead of what was judged.</summary>
/// <param name="Position">Of the fact.</param>
public sealed record Correction(JournalPosition Position, Instant At, string By, CorrectionClaim Claim, string Because)
{
    /// <summary>For a cause.</summary>
    public Cause? Cause { get; init; }

    /// <summary>For bounds: when it began; null where that stays as it was observed.</summary>
    public Bounds? Began { get; init; }

    /// <summary>For bounds: when it ended; null where that stays as it was observed.</summary>
    public Bounds? Ended { get; init; }

    /// <summary>For a withdrawal: the position of what it withdraws.</summary>
    public long? Withdraws { get; init; }

    /// <summary>True once another withdrew it.</summary>
    public bool IsWithdrawn { get; init; }

    internal static Correction Of(JournalPosition position, CauseCorrected fact) =>
        new(position, fact.At, fact.By, CorrectionClaim.Cause, fact.Because) { Cause = new Cause(fact.Cause, fact.Because) { Roots = fact.Roots.IsDefault ? [] : fact.Roots } };

    internal Fact ToFact(string outage) => Claim == CorrectionClaim.Cause
        ? new CauseCorrected(At, outage, By, Cause!.Kind, Because) { Roots = Cause.Roots }
        : new OutageCorrected(At, outage, By, Claim, Because) { Began = Began, Ended = Ended, Withdraws = Withdraws };

    internal static Correction Of(JournalPosition position, OutageCorrected fact) =>
        new(position, fact.At, fact.By, fact.Claim, fact.Because) { Began = fact.Began, Ended = fact.Ended, Withdraws = fact.Withdraws };
}

/// <summary>What people said of one outage, and what of it holds.</summary>
/// <param name="All">In order of their facts, those that were withdrawn too.</param>
/// <param name="Cause">The last of its kind that was not withdrawn; null without one.</param>
/// <param name="Time">The last false alarm or bounds that was not withdrawn; null without one.</param>
internal sealed record Corrections(ImmutableArray<Correction> All, Correction? Cause, Correction? Time)
{
    public static readonly Corrections None = new([], null, null);

    public Corrections With(Correction next)
    {
        // A withdrawal of what is no correction of this outage, or is a withdrawal itself, says nothing.
        var all = All.Select(one => next.Claim == CorrectionClaim.Withdrawn && one.Claim != CorrectionClaim.Withdrawn && one.Position.Value == next.Withdraws ? one with { IsWithdrawn = true } : one)
            .Append(next).ToImmutableArray();
        return new Corrections(
            all,
            all.LastOrDefault(one => one is { Claim: CorrectionClaim.Cause, IsWithdrawn: false }),
            all.LastOrDefault(one => one is { Claim: CorrectionClaim.FalseAlarm or CorrectionClaim.Bounds, IsWithdrawn: false }));
    }
}
