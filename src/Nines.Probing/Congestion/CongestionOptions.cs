using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.Congestion;

public sealed record CongestionOptions : RpcOptions
{
    [Required, Description("What the users do, such as \"swap\".")]
    public required string Action { get; init; }

    [Range(21_000, 100_000_000), Description("Gas that the action uses.")]
    public long Gas { get; init; } = 21_000;

    [Description("What the action is worth to a user, in your currency. The fee is compared with it.")]
    public decimal? Value { get; init; }

    [Range(0.0001, 10), Description("The greatest share of value that the fee may be: 0.1 is 10 %.")]
    public double MaxFeeShare { get; init; } = 0.1;

    [Description("The highest fee for the action, in your currency.")]
    public decimal? MaxFee { get; init; }

    [Description("The highest price of a unit of gas, priority fee included, in gwei.")]
    public decimal? MaxGasPrice { get; init; }

    [Description("What one of the chain's own coins costs, in your currency. Give this or price_url where the fee is compared with money.")]
    public decimal? NativePrice { get; init; }

    [Description("Where to ask what one of the chain's own coins costs: JSON over http or https, asked at most once a minute.")]
    public Uri? PriceUrl { get; init; }

    [Description("Where in that answer the price stands, such as $.ethereum.usd.")]
    public string PricePath { get; init; } = "$.price";

    [Range(1, 100), Description("The percentile of the priority fees of recent blocks that a user pays.")]
    public int Percentile { get; init; } = 50;

    [Range(1, 1024), Description("Recent blocks that are looked at.")]
    public int Blocks { get; init; } = 20;

    [DurationRange("1s", "7d"), Description("The longest time that a user waits: for a block that takes the action within the limit on its fee, and for the canary.")]
    public Duration? MaxInclusion { get; init; }

    [Description("A transaction of our own now and then, that measures how long inclusion takes. Costs gas.")]
    public CanaryOptions? Canary { get; init; }
}

/// <summary>A transaction of nothing to itself, from an account that is used for nothing else.</summary>
public sealed record CanaryOptions
{
    [Secret, Required, Description("Private key of an account that nothing else uses: 64 hexadecimal digits. Better key_file.")]
    public required string Key { get; init; }

    [Required, Description("What it may spend in a day, in the chain's own coin. It is saved up evenly, so the first canary may take a while.")]
    public required decimal DailyCap { get; init; }

    [DurationRange("5s", "7d"), Description("Time between two canaries.")]
    public Duration Every { get; init; } = Duration.FromMinutes(10);
}
