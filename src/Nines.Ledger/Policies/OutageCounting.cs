using Nines.Ledger.Outages;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Ledger.Policies;

/// <summary>Whether an outage counts as one under a policy, and if not, why not: the one place that says so, for whoever shows it.</summary>
/// <param name="WhyNot">"does not count yet: counts from 30 s on under policy example"; null for one that likely counts.</param>
public readonly record struct OutageCounting(string? WhyNot)
{
    public bool Counts => WhyNot is null;

    /// <summary>True of a false alarm under a policy that takes people's word: it is shown, and is in no count, sum or mean.</summary>
    public static bool LeavesOut(Outage outage, Policy policy) => outage.IsFalseAlarm && policy.Corrections == CorrectionCounts.AsCorrected;

    public static OutageCounting Of(Outage outage, Policy policy)
    {
        if (LeavesOut(outage, policy)) return new OutageCounting($"does not count: {outage.CorrectedTime!.By} corrected it to a false alarm, and policy {policy.Name} takes that word");
        if (policy.MinOutage == Duration.Zero) return default;
        var length = PolicyView.LengthOf(outage, policy);
        if (length.Likely >= policy.MinOutage) return default;
        return new OutageCounting($"{(length.Longest >= policy.MinOutage ? "likely does not count" : "does not count")}{(outage.IsOpen ? " yet" : "")}: counts from {SpokenDuration.Of(policy.MinOutage)} on under policy {policy.Name}");
    }
}
