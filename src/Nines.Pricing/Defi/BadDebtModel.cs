using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using NodaTime;

namespace Nines.Pricing.Defi;

/// <summary>
/// Bad debt = Σ max(0, debt − collateral × price × (1 − bonus)) over positions that were not under water when the lost time began and were when it
/// ended: at its end prices, for then they are liquidated; at most at the worst prices within. Positions that were under water before are not its.
/// </summary>
internal sealed class BadDebtModel(ModelSetup setup, BadDebtLossOptions options, LendingPositions positions, TokenPrices prices) : LossModel(setup)
{
    private readonly BigInteger net = FixedPoint.Factor(1 - options.Bonus);
    private readonly BigInteger threshold = FixedPoint.Factor(options.Threshold ?? 1 - options.Bonus);
    private readonly BigInteger gas = FixedPoint.Of(options.KeeperGas?.Value ?? 0);

    public override string Kind => "bad_debt";
    public override Currency Currency => options.Currency;

    /// <param name="End">At the prices of the end; Worst: at those of the worst instant within.</param>
    /// <param name="Keepers">What keepers lack for positions whose bonus does not pay the gas.</param>
    private readonly record struct View(decimal End, decimal Worst, decimal Keepers, decimal Sunk);

    public override Loss Price(LostEpisode episode, Working? working = null)
    {
        var surely = Of(LostLayer.Surely(episode));
        var likely = Of(LostLayer.Likely(episode));
        var possibly = Of(LostLayer.Possibly(episode));
        var debt = Estimate.Spanning(Math.Min(surely.End, possibly.End), likely.End, Math.Max(likely.Worst, possibly.Worst));
        var keepers = Estimate.Spanning(surely.Keepers, likely.Keepers, possibly.Keepers);
        if (working is not null) Write(working, surely, likely, possibly, debt, keepers);

        var amount = debt + keepers;
        var reasons = ImmutableArray.CreateBuilder<SpreadReason>(2);
        decimal[] ends = [surely.End + surely.Keepers, likely.End + likely.Keepers, possibly.End + possibly.Keepers];
        if (ends.Min() != ends.Max()) reasons.Add(new SpreadReason(SpreadSource.OutageBounds, Estimate.Spanning(ends.Min(), ends[1], ends.Max()), BoundsBecause(episode)));
        if (likely.Worst != likely.End) reasons.Add(new SpreadReason(SpreadSource.Demand, Estimate.Spanning(ends[1], ends[1], likely.Worst + likely.Keepers), "prices within the lost time were worse than at its end, and liquidations may have come late"));
        var parts = options.KeeperGas is null ? ImmutableArray<LossPart>.Empty : [new LossPart("bad debt", debt), new LossPart("keepers", keepers)];
        return Of(amount, reasons.ToImmutable(),
        [
            "Positions did not change in the lost time, and could have been liquidated at any other: those under water when it began are not counted, and those under water when it ended were liquidated then.",
            .. options.KeeperGas is null ? ["Keepers' gas is left out: keeper_gas is not given."] : Array.Empty<string>(),
        ]) with { Parts = parts };
    }

    private View Of(ImmutableArray<LostLayer> layers)
    {
        var all = default(View);
        foreach (var layer in layers)
        {
            var liquidated = new HashSet<string>(StringComparer.Ordinal);
            foreach (var away in layer.Away)
            {
                var one = Of(away, liquidated);
                all = new View(all.End + layer.Share * one.End, all.Worst + layer.Share * one.Worst, all.Keepers + layer.Share * one.Keepers, all.Sunk + layer.Share * one.Sunk);
            }
        }
        return all;
    }

    private View Of(Interval away, HashSet<string> liquidated)
    {
        var tokens = Tokens(positions.All).ToList();
        Instant[] times = [.. prices.Changes(tokens, away.Start, away.End).Prepend(away.Start).Append(away.End)];
        var table = tokens.ToDictionary(token => token, token => Array.ConvertAll(times, time => prices.At(token, time, options.MaxPriceAge)), StringComparer.Ordinal);
        var (lowest, highest) = (table.ToDictionary(row => row.Key, row => row.Value.Min(), StringComparer.Ordinal), table.ToDictionary(row => row.Key, row => row.Value.Max(), StringComparer.Ordinal));
        var sums = new BigInteger[times.Length];
        var (keepers, sunk) = (BigInteger.Zero, 0);
        foreach (var position in positions.All)
        {
            if (liquidated.Contains(position.Name)) continue;
            // Most positions are sound at the worst prices of all, and need no look at each instant.
            var worst = (Sum(position.Debts, token => highest[token]), Sum(position.Collaterals, token => lowest[token]));
            if (Shortfall(worst) == 0 && !IsLiquidable(worst)) continue;
            var before = Worth(0);
            if (Shortfall(before) > 0) continue;

            for (var i = 1; i < times.Length; i++) sums[i] += Shortfall(Worth(i));
            var after = Worth(times.Length - 1);
            if (options.KeeperGas is not null && !IsLiquidable(before) && IsLiquidable(after)) keepers += BigInteger.Max(0, gas - Earned(after));
            if (Shortfall(after) > 0) sunk++;
            if (Shortfall(after) > 0 || IsLiquidable(after)) liquidated.Add(position.Name);

            (BigInteger, BigInteger) Worth(int at) => (Sum(position.Debts, token => table[token][at]), Sum(position.Collaterals, token => table[token][at]));
        }
        return new View(FixedPoint.ToDecimal(sums[^1], Name), FixedPoint.ToDecimal(sums.Max(), Name), FixedPoint.ToDecimal(keepers, Name), sunk);
    }

    private static IEnumerable<string> Tokens(ImmutableArray<LendingPosition> all) => all.SelectMany(position => position.Debts.Concat(position.Collaterals)).Select(holding => holding.Token).Distinct();

    private static BigInteger Sum(ImmutableArray<Holding> holdings, Func<string, BigInteger> priceOf)
    {
        var sum = BigInteger.Zero;
        foreach (var holding in holdings) sum += holding.Amount * priceOf(holding.Token) * FixedPoint.WholeFactor;
        return sum;
    }

    private BigInteger Shortfall((BigInteger Debt, BigInteger Collateral) worth) => BigInteger.Max(0, worth.Debt - worth.Collateral / FixedPoint.WholeFactor * net);

    private bool IsLiquidable((BigInteger Debt, BigInteger Collateral) worth) => worth.Debt > worth.Collateral / FixedPoint.WholeFactor * threshold;

    /// <summary>The bonus on the collateral that is sold for the debt: all of it at most.</summary>
    private BigInteger Earned((BigInteger Debt, BigInteger Collateral) worth) =>
        BigInteger.Min(worth.Collateral, worth.Debt * FixedPoint.WholeFactor / net) * (FixedPoint.WholeFactor - net) / FixedPoint.WholeFactor;

    private void Write(Working working, View surely, View likely, View possibly, Estimate debt, Estimate keepers)
    {
        working.Input("positions", positions.All.Length.ToString("N0", CultureInfo.InvariantCulture), "", positions.Source);
        working.Input("prices", string.Join(", ", Tokens(positions.All).Take(8)), $"in {Currency}", prices.Source);
        working.Input("liquidation bonus", options.Bonus.ToString(CultureInfo.InvariantCulture), "", "the config");
        working.Step("positions that went under water and were so at the end", "by weight", string.Create(CultureInfo.InvariantCulture, $"{likely.Sunk:0.###} ({surely.Sunk:0.###} – {possibly.Sunk:0.###})"), "");
        working.Step("at the prices of the end", "Σ max(0, debt − collateral × price × (1 − bonus))", MoneyText.Of(likely.End, Currency), "");
        working.Step("at the worst prices within", "the most that this sum was", MoneyText.Of(possibly.Worst, Currency), "");
        working.Step("bad debt", "end; high: worst", MoneyText.Of(debt, Currency), "");
        if (options.KeeperGas is { } cost) working.Step("keepers", $"Σ max(0, {MoneyText.Of(cost.Value, Currency)} − bonus × collateral that is sold)", MoneyText.Of(keepers, Currency), "");
    }
}
