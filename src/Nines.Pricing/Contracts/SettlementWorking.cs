using System.Collections.Immutable;
using System.Globalization;
using Nines.Ledger.Text;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;

namespace Nines.Pricing.Contracts;

/// <summary>The steps from a contract and its downtime to a credit.</summary>
internal static class SettlementWorking
{
    public static ImmutableArray<WorkingStep> Of(ContractStatement statement, Estimate reckoned, decimal partS, decimal wholeS)
    {
        var (contract, currency, working) = (statement.Contract, statement.Currency, new Working());
        var source = $"contract {contract.Name}";
        working.Input("fee", MoneyText.Of(contract.Fee.Value, currency), $"per {contract.Per.ToString().ToLowerInvariant()}", source);
        working.Input("share of the period in force", Number(partS / wholeS), $"of {statement.Period.Name}", source);
        working.Step("fee of the period", "fee × months of the period / months of the fee × share", MoneyText.Of(statement.Fee, currency), "");
        foreach (var component in statement.Components)
        {
            working.Step($"{component.Component}: counted time", contract.Unseen == UnseenTime.LeftOut ? "seen, and not excluded by the policy" : "all but what the policy excludes", Number(component.BaseS), "s", $"the ledger, policy {statement.Policy.Name}/{statement.Policy.Version}");
            working.Step($"{component.Component}: downtime that counts", "Σ weight × length, exclusions left out", $"{Number(component.LostS.Likely)} ({Number(component.LostS.Low)} – {Number(component.LostS.High)})", "s", $"the ledger, policy {statement.Policy.Name}/{statement.Policy.Version}");
            if (component.Availability is not { } share) continue;
            if (contract.Factor is { } factor)
            {
                working.Step($"{component.Component}: credit", $"fee × min(cap {contract.Cap}, {Number(factor)} × downtime / {Number(partS)} s)", MoneyText.Of(component.Credit, currency), "", source);
                continue;
            }
            working.Step($"{component.Component}: availability", "(counted − downtime) / counted", $"{PercentText.Of(share.Likely, 6)} ({PercentText.Of(share.Low, 6)} – {PercentText.Of(share.High, 6)})", "");
            working.Step($"{component.Component}: tier", "the lowest edge above the availability", TierText(contract, component), "", source);
            working.Step($"{component.Component}: credit", $"fee × min(cap {contract.Cap}, tier's credit)", MoneyText.Of(component.Credit, currency), "");
        }
        if (statement.Components.Length > 1)
            working.Step("credit reckoned", contract.Of == PromiseOf.Each ? "Σ of the components" : "the worst component's", MoneyText.Of(reckoned, currency), "", source);
        working.Step("credit due", contract.MinimumCredit is { } minimum ? $"0 below {minimum}" : "as reckoned", MoneyText.Of(statement.Credit, currency), "", source);
        return working.Done();
    }

    private static string TierText(ContractOptions contract, ComponentStatement component)
    {
        var (low, likely, high) = (Named(component.LostS.Low), Named(component.LostS.Likely), Named(component.LostS.High));
        return low == high ? likely : $"{likely} ({low} – {high})";

        string Named(decimal lostS) => CreditRule.TierOf(contract, lostS, component.BaseS) is { } tier ? $"below {tier.Below}: {tier.Credit}" : "none";
    }

    private static string Number(decimal value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
