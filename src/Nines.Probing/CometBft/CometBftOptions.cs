using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.CometBft;

public sealed record CometBftOptions : RpcOptions
{
    [Description("Chain that the node must be on, such as cosmoshub-4; another one is down at once. Not checked without it.")]
    public string? ChainId { get; init; }

    [DurationRange("100ms", "1h"), Description("Time between two blocks of the chain.")]
    public Duration BlockTime { get; init; } = Duration.FromSeconds(6);

    [DurationRange("1s", "1d"), Description("How old the head may be. 10 block times, but at least 60 s, when left out.")]
    public Duration? HeadAgeLimit { get; init; }

    [Description("Consensus address of a validator to judge: 40 hexadecimal digits, or bech32 such as cosmosvalcons1….")]
    public string? Validator { get; init; }

    [Range(1, 1_000), Description("So many blocks missed in a row by the validator are too many.")]
    public int MissedInRow { get; init; } = 5;

    [Description("REST interface of the application (port 1317 of Cosmos SDK nodes): then slashing is read too. Needs the validator's address in bech32.")]
    public Uri? Rest { get; init; }

    [Range(0, 10_000), Description("Fewer peers than this is degraded; 0 for not judged.")]
    public int MinPeers { get; init; } = 1;

    /// <summary>What <see cref="HeadAgeLimit"/> comes to.</summary>
    public Duration LongestHeadAge => HeadAgeLimit ?? Duration.Max(BlockTime * 10, Duration.FromSeconds(60));
}
