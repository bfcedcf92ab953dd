using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Pricing.Defi;

/// <summary>What a lending protocol could not get back because nobody could liquidate.</summary>
public sealed record BadDebtLossOptions : ILossOptions
{
    [Description("A CSV of positions as they were: position, debt_token, debt, collateral_token, collateral. Rows of one position add up; a token that is empty is none.")]
    [FilePath]
    public required string Positions { get; init; }

    [Description("A CSV of prices: time, token, price. A price holds until the token's next.")]
    [FilePath]
    public required string Prices { get; init; }

    [Description("What prices are in. Default: USD. Its own price is 1.")]
    public Currency Currency { get; init; } = Currency.Usd;

    [Description("Tokens whose amounts are whole base units, with their decimals. Amounts of others are decimals of whole tokens.")]
    public ImmutableArray<TokenOptions> Tokens { get; init; } = [];

    [Description("What liquidators get of the collateral, as a share. A protocol that counts it on the debt, as Aave does, has b / (1 + b) of the collateral: 0.047619 for 5 %.")]
    public decimal Bonus { get; init; } = 0.05m;

    [Description("The share of the collateral's worth that debt may reach before a position can be liquidated. Needed with keeper_gas.")]
    public decimal? Threshold { get; init; }

    [Description("What a liquidation costs in gas while the chain is busy, such as 180 USD. Positions whose bonus does not pay it are left, and cost the difference.")]
    public Amount? KeeperGas { get; init; }

    [Description("How old a price may be.")]
    [DurationRange("1s", "366d")]
    public Duration MaxPriceAge { get; init; } = Duration.FromDays(1);

    public IEnumerable<PlanMistake> Mistakes()
    {
        if (Bonus is < 0 or >= 1 || decimal.Round(Bonus, FixedPoint.FactorDecimals) != Bonus) yield return new PlanMistake("bonus", $"is {Bonus}. It is a share from 0 to below 1, with at most {FixedPoint.FactorDecimals} decimals.");
        if (Threshold is { } threshold && (threshold is <= 0 or > 1 || decimal.Round(threshold, FixedPoint.FactorDecimals) != threshold)) yield return new PlanMistake("threshold", $"is {threshold}. It is a share above 0 up to 1, with at most {FixedPoint.FactorDecimals} decimals.");
        if (KeeperGas is { } gas && (gas.Value < 0 || gas.Currency != Currency)) yield return new PlanMistake("keeper_gas", $"is {gas}. It is 0 or more, in {Currency} as prices are.");
        if (KeeperGas is not null && Threshold is null) yield return new PlanMistake("threshold", "is missing: without it nobody knows which positions keepers could have liquidated.");
        foreach (var twice in Tokens.GroupBy(token => token.Token, StringComparer.Ordinal).Where(group => group.Count() > 1)) yield return new PlanMistake("tokens", $"has a value that cannot be: {twice.Key} is there twice.");
    }

    public LossModel Open(ModelSetup setup, PlanSources sources)
    {
        var prices = TokenPrices.Open(Prices, sources.Files, Currency);
        return new BadDebtModel(setup, this, LendingPositions.Open(Positions, sources.Files, Tokens, prices), prices);
    }
}

/// <summary>A token's decimals.</summary>
public sealed record TokenOptions
{
    [Description("As the files call it.")]
    public required string Token { get; init; }

    [Description("How many decimals its base unit has: 18, 6, 8.")]
    [Range(0, 30)]
    public required int Decimals { get; init; }
}
