using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Probing.Evm;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.Sequencers;

public sealed record SequencerOptions : RpcOptions
{
    [Range(1, long.MaxValue), Description("Chain id of the L2; another one is down at once. Not checked without it.")]
    public long? ChainId { get; init; }

    [DurationRange("10ms", "10m"), Description("Time between two blocks of the L2. A head older than ten of them is effectively down.")]
    public Duration BlockTime { get; init; } = Duration.FromSeconds(2);

    [Description("How old the newest block may be whose data is on L1; off is not judged. Writing batches to L1 takes minutes by design.")]
    public HeadAgeLimit BatchAgeLimit { get; init; } = new(Duration.FromMinutes(30));

    [Description("JSON-RPC endpoint of the rollup node, which knows optimism_syncStatus. Without it the block tags of the L2 node tell what is safe. Keys in it are kept out of facts and logs.")]
    public Uri? RollupUrl { get; init; }

    [Description("Address on the L2 of the sequencer's uptime feed: a contract with latestRoundData(), whose answer is 0 while the sequencer is up and 1 while it is down.")]
    public string? Feed { get; init; }

    [DurationRange("0s", "1d"), Description("How long after the sequencer came back those who rely on the feed wait.")]
    public Duration GracePeriod { get; init; } = Duration.FromSeconds(3_600);

    [Description("The way past the sequencer: a contract on L1 that takes transactions for the L2.")]
    public ForcedInclusion? ForcedInclusion { get; init; }
}

/// <summary>The contract on L1 through which users get their transactions in when the sequencer does not take them.</summary>
public sealed record ForcedInclusion
{
    [Required, Description("JSON-RPC endpoint of a node of L1. Keys in it are kept out of facts and logs.")]
    public required Uri Url { get; init; }

    [Required, Description("Address of the portal or inbox on L1.")]
    public required string Address { get; init; }

    [Description("A function of it that is true while it takes nothing.")]
    public string Paused { get; init; } = "paused() returns (bool)";
}
