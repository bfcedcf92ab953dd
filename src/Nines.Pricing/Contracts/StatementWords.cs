using System.Globalization;
using Nines.Ledger.Documents;
using Nines.Ledger.Text;
using Nines.Pricing.Money;
using NodaTime;

namespace Nines.Pricing.Contracts;

/// <summary>What a statement says beside its figures.</summary>
internal static class StatementWords
{
    public static IEnumerable<string> Of(ContractStatement statement, Estimate reckoned)
    {
        var contract = statement.Contract;
        foreach (var sentence in statement.Straddles) yield return sentence;
        foreach (var sentence in statement.Gaps) yield return sentence;
        if (statement.IsProvisional) yield return Provisional(statement);
        if (statement.From > statement.Period.From || statement.To < statement.Period.To)
            yield return $"The contract was in force from {Day(statement.From)} to {Day(statement.To)}: the fee counts for that share of the period.";
        if (contract.Of == PromiseOf.Each && contract.Components.Length > 1)
            yield return $"Each of the {contract.Components.Length} components stands for an equal part of the fee, {MoneyText.Of(statement.Fee / contract.Components.Length, statement.Currency)}.";
        if (statement.Components.Any(component => component.Credit.Likely > 0 && component.Credit.Likely == Capped(statement)) && contract.Cap.Share < 1)
            yield return $"The credit is at its cap of {contract.Cap} of the fee.";
        if (contract.MinimumCredit is { } minimum && reckoned.Likely > 0 && statement.Credit.Likely == 0)
            yield return $"{MoneyText.Of(reckoned.Likely, statement.Currency)} would be due, which is below the contract's least credit of {minimum}.";
        if (statement.Credit.High > 0) yield return $"To be claimed until {statement.ClaimUntil:uuuu-MM-dd}, {contract.ClaimDays} days after the period's end.";
    }

    /// <summary>What was not seen of what was promised.</summary>
    public static IEnumerable<string> Gaps(ContractOptions contract, IEnumerable<ComponentStatement> components)
    {
        foreach (var component in components)
        {
            if (component.Availability is null) yield return $"Nothing of {component.Component} is known in this period: no credit is reckoned for it, and none is ruled out.";
            else if (component.Coverage < contract.Coverage.Share) yield return Unseen(component, contract);
        }
    }

    /// <summary>The bounds lie in different tiers: then what is known of the outages' lengths decides what is due.</summary>
    public static string? Straddle(ComponentStatement component, ContractStatement statement)
    {
        var contract = statement.Contract;
        if (contract.Tiers.IsEmpty || component.Availability is not { } share) return null;
        var crossed = contract.Tiers.Where(tier => CreditRule.TierOf(contract, component.LostS.High, component.BaseS) is { } worst && tier.Below.Share >= worst.Below.Share
            && !(component.LostS.Low > (1 - tier.Below.Share) * component.BaseS)).ToList();
        if (crossed.Count == 0) return null;
        var decisive = component.Lines.Where(line => line.NotCounted is null).MaxBy(line => line.LostS.High - line.LostS.Low)!;
        var edges = string.Join(" and ", crossed.Select(tier => tier.Below));
        return string.Create(CultureInfo.InvariantCulture,
            $"{component.Component}: the bounds straddle the edge{(crossed.Count == 1 ? "" : "s")} at {edges} (availability {PercentText.Of(share.Low, 4)} to {PercentText.Of(share.High, 4)}): the credit is {MoneyText.Of(component.Credit.Low, statement.Currency)} if its outages were as short as they can have been, {MoneyText.Of(component.Credit.High, statement.Currency)} if as long, and likely {MoneyText.Of(component.Credit.Likely, statement.Currency)}. The widest bounds are those of {decisive.Outage}: {Span(decisive.LostS.Low)} to {Span(decisive.LostS.High)}.");
    }

    private static string Unseen(ComponentStatement component, ContractOptions contract) =>
        $"{component.Component}: only {PercentText.Of(component.Coverage, 2)} of the time was seen, below the {contract.Coverage} that the contract wants. " + contract.Unseen switch
        {
            UnseenTime.LeftOut => "Unseen time is neither up nor down: availability is a share of the rest.",
            UnseenTime.Up => "By the contract unseen time counts as up.",
        };

    private static string Provisional(ContractStatement statement)
    {
        var rest = statement.To - statement.KnownUntil;
        var restS = DocumentJson.Seconds(rest);
        var left = statement.Components.Where(component => component.LeftS is not null).Select(component => (component.Component, LeftS: LeftAtEnd(component, statement.Contract, restS))).Where(item => item.LeftS is not null).ToList();
        var words = $"Provisional: figures reach to {InstantText.Of(statement.KnownUntil)} UTC, and the period to {InstantText.Of(statement.To)}.";
        if (left.Count == 0) return words;
        var least = left.MinBy(item => item.LeftS);
        return $"{words} Until its end {least.Component} can lose {Span(least.LeftS!.Value)} more before the next tier is missed.";
    }

    /// <summary>What may still be lost if the rest of the period is seen.</summary>
    private static decimal? LeftAtEnd(ComponentStatement component, ContractOptions contract, decimal restS)
    {
        var baseS = component.BaseS + restS;
        return contract.Tiers.FirstOrDefault(tier => component.LostS.Likely <= (1 - tier.Below.Share) * baseS) is { } next ? (1 - next.Below.Share) * baseS - component.LostS.Likely : null;
    }

    private static decimal Capped(ContractStatement statement) =>
        statement.Contract.Cap.Share * (statement.Contract.Of == PromiseOf.Each ? statement.Fee / statement.Contract.Components.Length : statement.Fee);

    private static string Span(decimal seconds) => SpokenDuration.Of(Duration.FromTicks((double)(seconds * NodaConstants.TicksPerSecond)));

    private static string Day(Instant instant) => InstantText.Of(instant)[..10];
}
