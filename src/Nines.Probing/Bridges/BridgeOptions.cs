using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Probing.Evm;
using Nines.Probing.Quotas;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.Bridges;

/// <summary>The endpoint of <see cref="RpcOptions"/> is the source chain's.</summary>
public sealed record BridgeOptions : RpcOptions
{
    [Required, Description("What is locked on the source chain: a function that returns one whole number.")]
    public required BridgeRead Locked { get; init; }

    [Required, Description("The destination chain's JSON-RPC endpoint: an absolute http or https URL. Keys in it are kept out of facts and logs.")]
    public required Uri Destination { get; init; }

    [Required, Description("What was minted for it on the destination chain, as for locked.")]
    public required BridgeRead Minted { get; init; }

    [Description("How many messages were sent on the source chain, or the last one's nonce. With received.")]
    public BridgeRead? Sent { get; init; }

    [Description("How many of them were received on the destination chain, counted in the same way.")]
    public BridgeRead? Received { get; init; }

    [DurationRange("1s", "30d"), Description("How long a message may be on its way.")]
    public Duration MaxMessageAge { get; init; } = Duration.FromMinutes(30);

    [Description("Minted beyond what is locked that is still right, for rounding, as a decimal number in whole tokens.")]
    public decimal Tolerance { get; init; }

    [Range(0, 1_000), Description("Blocks that must be on top of a block of the source chain before it counts.")]
    public int Confirmations { get; init; } = 2;

    [Range(0, 1_000), Description("The same for the destination chain.")]
    public int DestinationConfirmations { get; init; } = 2;

    [DurationRange("1s", "10m"), Description("How far the timestamps of the two chains may be apart for the same moment.")]
    public Duration ClockSkew { get; init; } = Duration.FromSeconds(15);

    [Description("Older than this the newest instant at which both chains are known says nothing of now: a probe fault. off for chains that make blocks on demand.")]
    public HeadAgeLimit HeadAgeLimit { get; init; } = new(Duration.FromMinutes(10));

    [Secret, Description("Request headers for the destination, such as authorization.")]
    public ImmutableSortedDictionary<string, string> DestinationHeaders { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [Description("As quota, for the destination's provider.")]
    public Quota? DestinationQuota { get; init; }

    /// <summary>How the destination is reached.</summary>
    internal RpcOptions ToDestination => new DestinationOptions
    {
        Url = Destination, Headers = DestinationHeaders, Quota = DestinationQuota, Reuse = Reuse, Tripwire = Tripwire, CaFile = CaFile,
    };

    private sealed record DestinationOptions : RpcOptions;
}

/// <summary>A number that a contract knows.</summary>
public sealed record BridgeRead
{
    [Required, Description("The contract's address.")]
    public required string Address { get; init; }

    [Required, Description("The function, such as \"totalSupply() returns (uint256)\". Its first output has to be a whole number.")]
    public required string Call { get; init; }

    [Description("Arguments of call, one text each.")]
    public ImmutableArray<string> Args { get; init; } = [];

    [Range(0, 77), Description("Digits behind the point: with 6, 1500000 is read as 1.5. The two sides of a bridge may differ.")]
    public int Decimals { get; init; }
}
