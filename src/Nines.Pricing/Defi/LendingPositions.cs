using System.Collections.Immutable;
using System.Numerics;
using Nines.Core;
using Nines.Pricing.Plan;
using Nines.Pricing.Series;

namespace Nines.Pricing.Defi;

/// <summary>So much of a token, in units of 10^-30.</summary>
internal readonly record struct Holding(string Token, BigInteger Amount);

internal sealed record LendingPosition(string Name, ImmutableArray<Holding> Debts, ImmutableArray<Holding> Collaterals);

/// <summary>Positions of a lending protocol, as a file has them.</summary>
internal sealed record LendingPositions(ImmutableArray<LendingPosition> All, string Source)
{
    private const string Form = "A row is a position with a debt, a collateral, or both: 0xabc…,USDC,1500000000,WETH,1200000000000000000 under position,debt_token,debt,collateral_token,collateral";
    private static readonly string[] Columns = ["position", "debt_token", "debt", "collateral_token", "collateral"];

    /// <exception cref="PricingException">NIN4253, NIN4275: the file cannot be read or used, or a token has no price.</exception>
    public static LendingPositions Open(string path, PlanFiles files, ImmutableArray<TokenOptions> tokens, TokenPrices prices)
    {
        var (bytes, digest) = files.Read(path);
        var table = new CsvTable(bytes, PlanFiles.Name(path), "NIN4275", Form);
        int[] at = [.. Columns.Select(column => Array.IndexOf(table.Columns, column))];
        if (at.Contains(-1)) throw table.Wrong($"the header has to name {string.Join(", ", Columns)}");
        var decimals = tokens.ToDictionary(token => token.Token, token => token.Decimals, StringComparer.Ordinal);
        var rows = new Dictionary<string, (List<Holding> Debts, List<Holding> Collaterals)>(StringComparer.Ordinal);
        while (table.Next(at.Max() + 1) is { } cells)
        {
            if (cells[at[0]].Length == 0) throw table.Wrong("the position has no name");
            if (!rows.TryGetValue(cells[at[0]], out var own)) rows.Add(cells[at[0]], own = ([], []));
            Add(own.Debts, cells[at[1]], cells[at[2]]);
            Add(own.Collaterals, cells[at[3]], cells[at[4]]);
        }
        return new LendingPositions([.. rows.Select(row => new LendingPosition(row.Key, [.. row.Value.Debts], [.. row.Value.Collaterals]))], $"{PlanFiles.Name(path)} (sha256 {digest[..12]})");

        void Add(List<Holding> to, string token, string amount)
        {
            if (token.Length == 0 && amount.Length == 0) return;
            if (!prices.Knows(token)) throw table.Wrong($"the token '{CsvTable.Shown(token)}' has no price.{DidYouMean.Sentence(token, prices.Tokens)} Add its prices, or mend its name");
            var isBase = decimals.TryGetValue(token, out var own);
            if (FixedPoint.Parse(amount, isBase ? 0 : FixedPoint.AmountDecimals) is not { } value)
                throw table.Wrong(isBase ? $"'{CsvTable.Shown(amount)}' is no whole number of {token}'s base units, 0 or more" : $"'{CsvTable.Shown(amount)}' is no amount of 0 or more");
            to.Add(new Holding(token, isBase ? value * BigInteger.Pow(10, FixedPoint.AmountDecimals - own) : value));
        }
    }
}
