using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.Evm;

public sealed record EvmOptions : RpcOptions
{
    [Range(1, long.MaxValue), Description("Chain that the node must be on (EIP-155); another one is down at once. Not checked without it.")]
    public long? ChainId { get; init; }

    [DurationRange("1ms", "1h"), Description("Time between two blocks of the chain.")]
    public Duration BlockTime { get; init; } = Duration.FromSeconds(12);

    [Description("How old the head may be; off for chains that make blocks on demand. 3 block times and 12 s when left out.")]
    public HeadAgeLimit? HeadAgeLimit { get; init; }

    [Range(1, 10_000), Description("Fewer peers than this is degraded. Not judged without it.")]
    public int? MinPeers { get; init; }

    [Description("WebSocket endpoint of the same node, ws or wss: a subscription to new heads is held there and compared with what is polled. Keys in it are kept out of facts and logs.")]
    public Uri? WsUrl { get; init; }

    [Description("false does not ask for the logs of the newest blocks, by which a node is found that keeps them back in silence.")]
    public bool Logs { get; init; } = true;

    /// <summary>Null when head age is not judged.</summary>
    public Duration? LongestHeadAge => HeadAgeLimit is { } given ? given.Limit : BlockTime * 3 + Duration.FromSeconds(12);

    /// <summary>How long the subscription may owe a block that was polled.</summary>
    public Duration LongestWsSilence => Duration.Max(BlockTime * 3, Duration.FromSeconds(15));
}
