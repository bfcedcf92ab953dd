using System.Collections.Immutable;

namespace Nines.Ledger.History;

/// <summary>A figure of the publisher beside ours, with what makes the difference.</summary>
/// <param name="Period">all, day, week, month or year.</param>
/// <param name="Ours">Availability in per cent, likely; degraded time counts as up.</param>
/// <param name="Low">Possibly as low as this.</param>
/// <param name="High">Surely no higher.</param>
/// <param name="Theirs">In per cent, as they print it.</param>
/// <param name="Reasons">The largest first.</param>
public sealed record FigureBeside(string Target, string Period, decimal Ours, decimal Low, decimal High, decimal Theirs, ImmutableArray<DifferenceReason> Reasons)
{
    public decimal Difference => Ours - Theirs;

    /// <summary>What no reason accounts for, in points.</summary>
    public decimal Unexplained => Difference - Reasons.Sum(reason => reason.Points);
}

/// <param name="Rule">A word that does not change.</param>
/// <param name="Points">How much of ours minus theirs it accounts for.</param>
/// <param name="Because">The facts that were found, in a sentence.</param>
public sealed record DifferenceReason(string Rule, decimal Points, string Because);
