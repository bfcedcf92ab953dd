using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Nines.Core;
using NodaTime;

namespace Nines.Probing.Orders;

public enum OrderSide
{
    Buy,
    Sell,
}

/// <summary>What a real order that only tests the way may be. Without such a block no order is ever sent.</summary>
public record OrderTerms
{
    [Required, Description("buy or sell.")]
    public required OrderSide Side { get; init; }

    [Required, Description("How much: the venue's minimum size is enough.")]
    public required decimal Quantity { get; init; }

    [Required, Description("No order is sent at a price below.")]
    public required decimal Lowest { get; init; }

    [Required, Description("No order is sent at a price above.")]
    public required decimal Highest { get; init; }

    [Required, Range(1, 10_000), Description("Orders a day (UTC) at most, over restarts.")]
    public required int DailyCap { get; init; }

    [DurationRange("5s", "1d"), Description("Time between two orders while all is well.")]
    public Duration Every { get; init; } = Duration.FromMinutes(1);

    [DurationRange("100ms", "1m"), Description("An order that is not taken and taken back within this has failed.")]
    public Duration Limit { get; init; } = Duration.FromSeconds(5);

    [Description("Ask the venue to refuse the order rather than to match it.")]
    public bool PostOnly { get; init; } = true;

    [Range(0.01, 0.95), Description("How far from the best price of the book an order has to stay, as a share of it: 0.2 for 20 %.")]
    public double Distance { get; init; } = 0.2;

    /// <summary>What is wrong with them; keys are those of the block.</summary>
    internal IEnumerable<string> Mistakes()
    {
        if (Quantity <= 0) yield return "quantity is not above zero.";
        if (Lowest <= 0) yield return "lowest is not above zero.";
        if (Highest < Lowest) yield return "highest is below lowest: no price would be allowed.";
    }

    /// <summary>Whether an order at that price stays clear of the market.</summary>
    /// <param name="market">The price that it would be matched at: the best ask for a buy, the best bid for a sell; or the last price.</param>
    /// <returns>Why it may not be sent; null when it may.</returns>
    internal string? Forbids(decimal price, decimal? market)
    {
        if (price < Lowest || price > Highest) return string.Create(CultureInfo.InvariantCulture, $"the price {price} is outside the band {Lowest} to {Highest}");
        if (market is not { } best) return null;
        var clear = Side == OrderSide.Buy ? price <= best * (1 - (decimal)Distance) : price >= best * (1 + (decimal)Distance);
        return clear ? null : string.Create(CultureInfo.InvariantCulture, $"the price {price} is less than {Distance * 100:0.#} % from the market at {best}");
    }
}
