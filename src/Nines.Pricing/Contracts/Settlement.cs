using System.Collections.Immutable;
using Nines.Ledger;
using Nines.Ledger.Availability;
using Nines.Ledger.Documents;
using Nines.Ledger.Policies;
using Nines.Pricing.Money;
using NodaTime;

namespace Nines.Pricing.Contracts;

/// <summary>Settles a contract's period. Reads only.</summary>
public static class Settlement
{
    /// <summary>The last period that is over and judged; the running one before there is such a one. Of a contract that has ended, its last.</summary>
    /// <exception cref="PricingException">NIN4282: nothing was watched yet.</exception>
    public static BillingPeriod LastOf(ContractOptions contract, LedgerProjection ledger)
    {
        if (ledger.Frontier is not { } frontier || ledger.WatchedFrom is not { } first)
            throw new PricingException(PricingException.NothingToSettle, $"contract {contract.Name}: nothing was watched yet. Start with `nines up`.");
        if (contract.To is { } to && to <= frontier) return BillingPeriod.At(contract, to - Duration.Epsilon);
        var running = BillingPeriod.At(contract, frontier);
        var before = running.Before(contract);
        return before.To > first && before.To > (contract.From ?? first) ? before : running;
    }

    /// <exception cref="PricingException">NIN4282: the contract was not in force in the period, or nothing of the period has been judged. NIN4283: there is no policy of the name that the contract counts with.</exception>
    public static ContractStatement Of(ContractOptions contract, BillingPeriod period, LedgerProjection ledger)
    {
        var policyName = contract.Policy ?? ledger.DefaultPolicy ?? ShippedPolicies.Strict.Name;
        var policy = ledger.FindPolicy(policyName)
            ?? throw new PricingException("NIN4283", $"contract {contract.Name}: the config on record has no policy '{policyName}'. `nines get policies` lists them; your own stand under policies.");
        var (from, to) = (Instant.Max(period.From, contract.From ?? period.From), Instant.Min(period.To, contract.To ?? period.To));
        if (from >= to) throw new PricingException(PricingException.NothingToSettle, $"contract {contract.Name}: it was not in force in {period.Name}. Choose another --period.");
        if (ledger.Frontier is not { } frontier || frontier <= from) throw new PricingException(PricingException.NothingToSettle, $"contract {contract.Name}: nothing of {period.Name} has been judged yet. Choose an earlier --period.");

        var known = Instant.Min(frontier, to);
        ImmutableArray<MeasuredTime> measured = [.. contract.Components.Select(id => MeasuredTime.Of(id, ledger.Find(id), contract, policy, from, known))];
        var (partS, wholeS) = (DocumentJson.Seconds(to - from), DocumentJson.Seconds(period.To - period.From));
        var fee = CreditRule.FeeOf(contract) * partS / wholeS;
        var each = contract.Of == PromiseOf.Each ? fee / measured.Length : fee;
        ImmutableArray<ComponentStatement> components = [.. measured.Select(time => StatementOf(time, contract, each, partS))];
        var reckoned = contract.Of switch
        {
            PromiseOf.Each => Estimate.Sum(components.Select(component => component.Credit)),
            PromiseOf.Worst => new Estimate(components.Max(component => component.Credit.Low), components.Max(component => component.Credit.Likely), components.Max(component => component.Credit.High)),
        };
        var statement = new ContractStatement
        {
            Contract = contract,
            Period = period,
            From = from,
            To = to,
            AsOf = ledger.Position,
            KnownUntil = known,
            Policy = policy,
            Components = components,
            Availability = WorstOf(components),
            Coverage = components.Min(component => component.Coverage),
            Fee = fee,
            Credit = CreditRule.Due(contract, reckoned),
            ClaimUntil = period.LastDay.PlusDays(contract.ClaimDays),
            Straddles = [],
            Gaps = [.. StatementWords.Gaps(contract, components)],
            Said = [],
            Working = [],
        };
        // Where the worst decides, another's bounds decide nothing while its credit is at most what is surely due for the worst.
        var surely = contract.Of == PromiseOf.Worst ? components.Max(component => component.Credit.Low) : 0;
        statement = statement with { Straddles = [.. components.Where(component => contract.Of == PromiseOf.Each || component.Credit.High > surely).Select(component => StatementWords.Straddle(component, statement)).OfType<string>()] };
        return statement with { Said = [.. StatementWords.Of(statement, reckoned)], Working = SettlementWorking.Of(statement, reckoned, partS, wholeS) };
    }

    private static ComponentStatement StatementOf(MeasuredTime time, ContractOptions contract, decimal fee, decimal partS)
    {
        decimal Credit(decimal lostS) => fee * CreditRule.Capped(contract, CreditRule.ShareOf(contract, lostS, time.BaseS, partS));
        var next = contract.Tiers.FirstOrDefault(tier => time.LostS.Likely <= (1 - tier.Below.Share) * time.BaseS);
        return new ComponentStatement(
            time.Component,
            time.Availability,
            time.Coverage,
            time.LostS,
            time.BaseS,
            new Estimate(Credit(time.LostS.Low), Credit(time.LostS.Likely), Credit(time.LostS.High)),
            next is null || time.BaseS == 0 ? null : (1 - next.Below.Share) * time.BaseS - time.LostS.Likely,
            time.Lines);
    }

    private static Share? WorstOf(ImmutableArray<ComponentStatement> components)
    {
        ImmutableArray<Share> known = [.. components.Select(component => component.Availability).OfType<Share>()];
        return known.IsEmpty ? null : new Share(known.Min(share => share.Low), known.Min(share => share.Likely), known.Min(share => share.High));
    }
}
