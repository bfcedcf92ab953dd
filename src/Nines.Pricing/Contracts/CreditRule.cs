using Nines.Pricing.Money;

namespace Nines.Pricing.Contracts;

/// <summary>From lost time to what is due. Pure, and never falling as more is lost.</summary>
internal static class CreditRule
{
    private const int MonthsOfAQuarter = 3, MonthsOfAYear = 12;

    /// <summary>The fee of one whole settled period.</summary>
    public static decimal FeeOf(ContractOptions contract) => contract.Fee.Value * MonthsOf(contract.Period) / MonthsOf(contract.Per);

    /// <summary>The lowest tier that was missed; null when the promise was kept. Reaching an edge exactly keeps it.</summary>
    /// <param name="lostS">Seconds lost, of <paramref name="baseS"/>.</param>
    public static TierOptions? TierOf(ContractOptions contract, decimal lostS, decimal baseS) =>
        // By multiplication: a quotient would be rounded, and an edge that was reached exactly might be missed.
        contract.Tiers.LastOrDefault(tier => lostS > (1 - tier.Below.Share) * baseS);

    /// <summary>What is due, of the fee: before the cap.</summary>
    /// <param name="periodS">The length of the contract's part of the period.</param>
    public static decimal ShareOf(ContractOptions contract, decimal lostS, decimal baseS, decimal periodS) =>
        contract.Factor is { } factor ? factor * lostS / periodS : TierOf(contract, lostS, baseS)?.Credit.Share ?? 0;

    public static decimal Capped(ContractOptions contract, decimal share) => Math.Min(share, contract.Cap.Share);

    /// <summary>A credit below the contract's minimum is not due.</summary>
    public static decimal Due(ContractOptions contract, decimal credit) => contract.MinimumCredit is { } minimum && credit < minimum.Value ? 0 : credit;

    public static Estimate Due(ContractOptions contract, Estimate credit) => new(Due(contract, credit.Low), Due(contract, credit.Likely), Due(contract, credit.High));

    private static int MonthsOf(SettledPer period) => period switch
    {
        SettledPer.Month => 1,
        SettledPer.Quarter => MonthsOfAQuarter,
    };

    private static int MonthsOf(FeePer per) => per switch
    {
        FeePer.Month => 1,
        FeePer.Quarter => MonthsOfAQuarter,
        FeePer.Year => MonthsOfAYear,
    };
}
