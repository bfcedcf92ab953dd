using FsCheck;
using FsCheck.Fluent;
using Nines.Core;
using Nines.Ledger.Tests;
using Nines.Pricing.Contracts;
using Nines.Pricing.Money;
using Nines.Testing;

namespace Nines.Pricing.Tests.Contracts;

public sealed class CreditPropertyTests
{
    private const decimal Month = 30 * 86_400;

    private static ContractOptions Contract(int[] edges, bool proportional, int cap, int least)
    {
        var falling = edges.Select(edge => (Math.Abs(edge) % 9_900 + 100) / 10_000m).Distinct().OrderDescending().ToList();
        return SettlementTests.Cloud with
        {
            Tiers = proportional ? [] : [.. falling.Select((edge, i) => new TierOptions { Below = new Percentage(edge), Credit = new Percentage((i + 1m) / (falling.Count + 1)) })],
            Factor = proportional ? Math.Abs(cap) % 200 + 1 : null,
            Cap = new Percentage((Math.Abs(cap) % 100 + 1) / 100m),
            MinimumCredit = new Amount(Math.Abs(least % 50), Currency.Usd),
        };
    }

    [Fact]
    public void A_credit_never_falls_as_more_is_lost_and_never_exceeds_the_cap() => Prop.ForAll(
        ArbMap.Default.ArbFor<int[]>(), ArbMap.Default.ArbFor<(bool, int, int)>(), ArbMap.Default.ArbFor<(uint, uint)>(), (edges, rule, lost) =>
        {
            var contract = Contract(edges, rule.Item1, rule.Item2 % 1_000_000, rule.Item3 % 1_000_000);
            decimal a = lost.Item1 % 2_592_001, b = lost.Item2 % 2_592_001;
            decimal Due(decimal lostS) => CreditRule.Due(contract, 1000 * CreditRule.Capped(contract, CreditRule.ShareOf(contract, lostS, Month, Month)));
            var (less, more) = (Due(Math.Min(a, b)), Due(Math.Max(a, b)));
            return less <= more && more <= 1000 * contract.Cap.Share && Due(0) == 0;
        }).Holds();

    [Fact]
    public void Low_is_at_most_likely_and_likely_at_most_high() => Prop.ForAll(ArbMap.Default.ArbFor<(int, int, int, int)>(), bounds =>
    {
        var steps = new[] { bounds.Item1, bounds.Item2, bounds.Item3, bounds.Item4 }.Select(step => Math.Abs(step % 20_000) + 2d).ToArray();
        var (a, b) = (1_000d, 1_000 + steps[0]);
        var ledger = History.ShopWith(31 * 86_400, History.OutageOf("shop-1", a, b, b + steps[1], b + steps[1] + steps[2]));
        var contract = SettlementTests.Cloud with { Unseen = steps[3] > 10_000 ? UnseenTime.Up : UnseenTime.LeftOut };
        var statement = Settlement.Of(contract, BillingPeriod.Parse(contract, "2026-01"), ledger);
        return statement.Credit.Low <= statement.Credit.Likely && statement.Credit.Likely <= statement.Credit.High && statement.Credit.High <= statement.Fee
            && statement.Availability is { } share && share.Low <= share.Likely && share.Likely <= share.High;
    }).Holds();
}
