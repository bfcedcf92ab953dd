using System.Globalization;
using System.Numerics;
using Nines.Chains.Evm;

namespace Nines.Probing.Congestion;

/// <summary>What an action would cost now and in recent blocks, against what its users pay at most. Pure.</summary>
internal sealed class FeeReckoning
{
    private static readonly BigInteger WeiPerCoin = BigInteger.Pow(10, 18);

    private readonly CongestionOptions options;
    private readonly FeeHistory history;
    private readonly decimal? price;

    /// <param name="price">What one coin costs, in the currency of the limits; null when that is not known.</param>
    public FeeReckoning(CongestionOptions options, FeeHistory history, decimal? price)
    {
        (this.options, this.history, this.price) = (options, history, price);
        BaseFee = history.BaseFees.IsEmpty ? BigInteger.Zero : history.BaseFees[^1].Value;
        PriorityFee = Typical();
    }

    /// <summary>Of the block to come.</summary>
    /// <value>Wei per unit of gas.</value>
    public BigInteger BaseFee { get; }

    /// <summary>Median over the recent blocks that had transactions, of the percentile that the config names.</summary>
    /// <value>Wei per unit of gas.</value>
    public BigInteger PriorityFee { get; }

    public BigInteger GasPrice => BaseFee + PriorityFee;

    /// <summary>The first block that is looked at.</summary>
    public BlockNumber Oldest => history.Oldest;

    /// <value>In [0, 1]; 0 without blocks.</value>
    public double GasUsedRatio => history.GasUsedRatios.IsEmpty ? 0 : Math.Clamp(history.GasUsedRatios.Average(), 0, 1);

    /// <value>In the chain's own coin.</value>
    public double FeeInCoins => Coins(Fee(GasPrice));

    /// <value>In the currency of the limits; null when the price is not known.</value>
    public double? FeeInMoney => price is { } known ? FeeInCoins * (double)known : null;

    /// <value>Share of the action's value; null without one, or without a price.</value>
    public double? FeeShare => options.Value is { } value && FeeInMoney is { } fee ? fee / (double)value : null;

    /// <summary>The highest price of gas within all limits; null when there is none to compare with, or when money is and the price is not known.</summary>
    public BigInteger? Limit
    {
        get
        {
            BigInteger? lowest = options.MaxGasPrice is { } gwei ? Whole(gwei * 1_000_000_000m) : null;
            decimal?[] money = [options.MaxFee, options.Value * (decimal)options.MaxFeeShare];
            foreach (var most in money.OfType<decimal>())
            {
                if (price is not > 0) return null;
                // As double: a fee in money has no more digits than its price, and decimals overflow where coins cost next to nothing.
                var wei = new BigInteger(Math.Min((double)most / (double)price.Value * 1e18 / options.Gas, 1e60));
                lowest = lowest is { } other ? BigInteger.Min(other, wei) : wei;
            }
            return lowest;
        }
    }

    /// <summary>True when a user who pays no more than the limit is served by the next block; null when that cannot be said.</summary>
    public bool? IsAffordable => Limit is { } limit ? GasPrice <= limit : null;

    /// <summary>The first of the blocks since when none could have taken the action within the limit; the one to come when only that is too dear. Null when it is affordable.</summary>
    public BlockNumber? UnaffordableSince
    {
        get
        {
            if (Limit is not { } limit || GasPrice <= limit) return null;
            var first = history.Oldest.Value + (ulong)history.GasUsedRatios.Length;
            for (var i = history.GasUsedRatios.Length - 1; i >= 0 && i < history.BaseFees.Length && history.BaseFees[i].Value + PriorityFee > limit; i--) first = history.Oldest.Value + (ulong)i;
            return new BlockNumber(first);
        }
    }

    /// <summary>What is too dear, in words; empty when nothing is.</summary>
    public string Why()
    {
        if (Limit is not { } limit || GasPrice <= limit) return "";
        var money = FeeInMoney is { } fee ? string.Create(CultureInfo.InvariantCulture, $", {fee:0.####} for {options.Gas:#,0} gas") : "";
        var share = FeeShare is { } part ? string.Create(CultureInfo.InvariantCulture, $", {part * 100:0.##} % of {options.Value:0.##}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"gas costs {Gwei(GasPrice):0.####} gwei{money}{share}; the limit is {Gwei(limit):0.####} gwei");
    }

    public static double Gwei(BigInteger wei) => (double)wei / 1e9;

    public static double Coins(BigInteger wei) => (double)wei / 1e18;

    /// <returns>Wei; of an amount beyond what decimals can multiply, the most.</returns>
    public static BigInteger WeiOf(decimal coins) => new BigInteger(decimal.Truncate(coins)) * WeiPerCoin + Whole((coins - decimal.Truncate(coins)) * 1_000_000_000_000_000_000m);

    private BigInteger Fee(BigInteger gasPrice) => gasPrice * options.Gas;

    private static BigInteger Whole(decimal value) => new(decimal.Truncate(value));

    private BigInteger Typical()
    {
        var paid = history.Rewards.Where((_, i) => i < history.GasUsedRatios.Length && history.GasUsedRatios[i] > 0)
            .Where(rewards => !rewards.IsEmpty).Select(rewards => rewards[0].Value).Order().ToArray();
        return paid.Length == 0 ? BigInteger.Zero : paid[paid.Length / 2];
    }
}
