using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.Solana;

public sealed record SolanaOptions : RpcOptions
{
    [Description("mainnet-beta, testnet, devnet, or a genesis hash: another cluster is down at once. Not checked without it.")]
    public string? Cluster { get; init; }

    [DurationRange("1s", "1h"), Description("How long the head may stand still, and the transaction count and the blockhash may stay the same.")]
    public Duration StallLimit { get; init; } = Duration.FromSeconds(30);

    [Range(1, 10_000), Description("Slots behind, by the node's own word or against other sources, that are too many from the next one on.")]
    public int MaxSlotsBehind { get; init; } = 50;

    [DurationRange("100ms", "10s"), Description("Time between two slots.")]
    public Duration SlotTime { get; init; } = Duration.FromMilliseconds(400);

    [Description("Vote account of a validator to judge: is it there, does it vote, does it make its blocks.")]
    public string? VoteAccount { get; init; }

    [DurationRange("1s", "1h"), Description("How long ago, in slots, the validator's last vote may be.")]
    public Duration VoteLimit { get; init; } = Duration.FromSeconds(30);

    [Description("Account whose balance is read; the validator's identity, which pays for its votes, when left out.")]
    public string? Account { get; init; }

    [Range(0, 1e9), Description("Fewer SOL than this in the account is degraded. Not judged without it.")]
    public double? MinBalance { get; init; }

    [DurationRange("10s", "1d"), Description("How often the list of all validators is fetched for participation; on a large cluster it has several 100 kB.")]
    public Duration StakeEvery { get; init; } = Duration.FromMinutes(1);
}
