using Nines.Core;
using Nines.Pricing.Losses;
using NodaTime;

namespace Nines.Pricing.Contracts;

/// <summary>What is wrong with contracts as they are written.</summary>
internal static class ContractMistakes
{
    /// <summary>An availability that nobody promises: a share was written with a per cent sign.</summary>
    private const decimal LeastEdge = 0.01m;

    public static IEnumerable<(object Record, PlanMistake Mistake)> In(IEnumerable<ContractOptions> contracts)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var contract in contracts)
        {
            if (!names.Add(contract.Name)) yield return (contract, new PlanMistake("name", $"is taken: there is another contract '{contract.Name}'. Names are unique."));
            foreach (var mistake in Of(contract)) yield return (contract, mistake);
            foreach (var mistake in Tiers(contract)) yield return mistake;
            foreach (var exclusion in contract.Exclusions)
                foreach (var mistake in Of(exclusion))
                    yield return (exclusion, mistake);
        }
    }

    private static IEnumerable<PlanMistake> Of(ContractOptions contract)
    {
        if (contract.Components.IsEmpty) yield return new PlanMistake("components", "is empty. Name at least one component.");
        if (contract.Components.Distinct().Count() < contract.Components.Length) yield return new PlanMistake("components", "has a component twice. Keep one.");
        if (contract.Fee.Value <= 0) yield return new PlanMistake("fee", $"is {contract.Fee}. A fee is above 0: credits are a share of it.");
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(contract.Zone) is null) yield return new PlanMistake("zone", $"is not a time zone: {contract.Zone}. Write its IANA name, such as Europe/Berlin.");
        if (contract.From is { } from && contract.To is { } to && to <= from) yield return new PlanMistake("to", "is not after 'from': the contract ends before it begins.");
        if (contract.Tiers.IsEmpty == contract.Factor is null)
            yield return new PlanMistake("", contract.Factor is null ? "This contract promises nothing. Give it tiers, or a factor." : "A contract has either tiers or a factor.");
        if (contract.Cap.Share > 1) yield return new PlanMistake("cap", $"is {contract.Cap}. At most 100% of the fee can be due.");
        if (contract.Coverage.Share > 1) yield return new PlanMistake("coverage", $"is {contract.Coverage}, and no more than 100% can be seen.");
        if (contract.Cap.Share == 0) yield return new PlanMistake("cap", "is 0%: nothing would ever be due. Leave it out for 100%.");
        if (contract.MinimumCredit is { } minimum)
        {
            if (minimum.Currency != contract.Fee.Currency) yield return new PlanMistake("minimum_credit", $"is in {minimum.Currency}, the fee in {contract.Fee.Currency}. Write both in one currency.");
            if (minimum.Value < 0) yield return new PlanMistake("minimum_credit", $"is {minimum}. Write an amount of 0 or more.");
        }
    }

    private static IEnumerable<(object Record, PlanMistake Mistake)> Tiers(ContractOptions contract)
    {
        for (var i = 0; i < contract.Tiers.Length; i++)
        {
            var tier = contract.Tiers[i];
            if (tier.Below.Share == 0) yield return (tier, new PlanMistake("below", "is 0%, and no availability is below that."));
            else if (tier.Below.Share > 1) yield return (tier, new PlanMistake("below", $"is {tier.Below}, and no availability is above 100%."));
            else if (tier.Below.Share <= LeastEdge) yield return (tier, new PlanMistake("below", $"is {tier.Below}, which nobody promises. Is it a share? Then it is {new Percentage(tier.Below.Share * 100)}."));
            if (tier.Credit.Share == 0) yield return (tier, new PlanMistake("credit", "is 0%: a tier without a credit is none. Leave it out."));
            if (tier.Credit.Share > contract.Cap.Share) yield return (tier, new PlanMistake("credit", $"is {tier.Credit}, above the cap of {contract.Cap}: it could never be due."));
            if (i == 0) continue;
            var above = contract.Tiers[i - 1];
            if (tier.Below == above.Below) yield return (tier, new PlanMistake("below", $"is {tier.Below} in two tiers: they overlap. Keep one."));
            else if (tier.Below.Share > above.Below.Share) yield return (tier, new PlanMistake("below", $"is {tier.Below}, after {above.Below}: tiers go from the highest edge to the lowest. Put this one before."));
            else if (tier.Credit.Share <= above.Credit.Share) yield return (tier, new PlanMistake("credit", $"is {tier.Credit} below {tier.Below}, and the better availability below {above.Below} earns {above.Credit}: the tiers contradict each other."));
        }
        for (var i = 0; i < contract.Tiers.Length; i++)
        {
            if (contract.Tiers[i].DownTo is not { } end) continue;
            var next = i + 1 < contract.Tiers.Length ? contract.Tiers[i + 1].Below.Share : 0;
            if (end.Share == next) continue;
            var edge = new Percentage(next);
            yield return (contract.Tiers[i], new PlanMistake("down_to", i + 1 == contract.Tiers.Length
                ? $"is {end}, and no tier follows: nothing is said of availabilities below it. Leave it out, or add a tier."
                : end.Share < next ? $"is {end}, and the next tier begins at {edge}: they overlap." : $"is {end}, and the next tier begins at {edge}: there is a gap between them."));
        }
    }

    private static IEnumerable<PlanMistake> Of(ExclusionOptions exclusion)
    {
        if (exclusion.Causes.IsEmpty && exclusion.Roots.IsEmpty && exclusion.From is null && exclusion.To is null)
            yield return new PlanMistake("", "This exclusion would take out everything. Give it causes, roots, or from and to.");
        if (exclusion.From is { } from && exclusion.To is { } to && to <= from) yield return new PlanMistake("to", "is not after 'from': the exclusion ends before it begins.");
    }
}
