using Nines.Core.Facts;
using Nines.Ledger.Outages;
using Nines.Ledger.Text;

namespace Nines.Ledger.Policies;

/// <summary>What people corrected by hand of the outages that a report is about: it is stated beside every figure.</summary>
/// <param name="FalseAlarms">Outages that somebody corrected to a false alarm.</param>
/// <param name="FalseAlarmLength">How long they were as observed, together.</param>
/// <param name="Bounds">Outages of which somebody corrected the onset or the end.</param>
public readonly record struct HandCorrections(int FalseAlarms, Length FalseAlarmLength, int Bounds)
{
    public static HandCorrections Of(IEnumerable<Outage> outages) => outages.Aggregate(default(HandCorrections), (sum, outage) => sum + (
        outage.IsFalseAlarm ? new HandCorrections(1, outage.Length, 0) : outage.CorrectedTime is { Claim: CorrectionClaim.Bounds } ? new HandCorrections(0, Length.Zero, 1) : default));

    public static HandCorrections operator +(HandCorrections a, HandCorrections b) => new(a.FalseAlarms + b.FalseAlarms, a.FalseAlarmLength + b.FalseAlarmLength, a.Bounds + b.Bounds);

    /// <returns>Whole sentences; none where nothing was corrected.</returns>
    public IEnumerable<string> Sentences(Policy policy)
    {
        var taken = policy.Corrections == CorrectionCounts.AsCorrected;
        if (FalseAlarms > 0)
            yield return $"{Counted.Of(FalseAlarms, "outage")} of {FalseAlarmLength} in all {(FalseAlarms == 1 ? "was" : "were")} corrected by hand to {(FalseAlarms == 1 ? "a false alarm" : "false alarms")}: {(taken ? $"excluded under policy {policy.Name}, which takes that word; coverage is not affected" : $"counted as seen under policy {policy.Name}")}.";
        if (Bounds > 0)
            yield return $"Of {Counted.Of(Bounds, "outage")} the bounds were corrected by hand; what was observed is shown beside{(taken ? "" : ", and what was surely seen down outside of them counts as seen")}.";
    }
}
