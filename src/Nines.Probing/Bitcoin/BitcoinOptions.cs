using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.Bitcoin;

/// <summary>Networks as <c>getblockchaininfo</c> names them.</summary>
public enum BitcoinNetwork
{
    Main,
    Test,
    Testnet4,
    Signet,
    Regtest,
}

public sealed record BitcoinOptions : RpcOptions
{
    [Description("Network that the node must be on; another one is down at once. Not checked without it.")]
    public BitcoinNetwork? Network { get; init; }

    [Description("User of the RPC interface; with password. A user in the URL works too.")]
    public string? User { get; init; }

    [Secret, Description("Password of user.")]
    public string? Password { get; init; }

    [FilePath, Description("The node's own cookie file, .cookie in its data folder, instead of user and password. Read at each look: the node writes a new one when it starts.")]
    public string? CookieFile { get; init; }

    [Range(0, 10_000), Description("Fewer peers than this is degraded; 0 for not judged.")]
    public int MinPeers { get; init; } = 1;

    [DurationRange("1m", "30d"), Description("For so long after blocks that were seen are replaced, recent_reorg_depth tells of it.")]
    public Duration ReorgMemory { get; init; } = Duration.FromHours(1);

    [Range(1, 1_008), Description("Blocks within which the fee of the signal fee_rate gets a transaction in.")]
    public int FeeTarget { get; init; } = 6;
}
