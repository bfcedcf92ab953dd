using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Probing.Evm;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.ContractWatch;

public sealed record ContractWatchOptions : RpcOptions
{
    [Required, Description("The contract's address: 0x and 40 hexadecimal digits. Mixed case must be a right checksum.")]
    public required string Address { get; init; }

    [Description("Events that are told. Default: Paused, Unpaused, Upgraded, OwnershipTransferred, AdminChanged, BeaconUpgraded, RoleGranted, RoleRevoked.")]
    public ImmutableArray<WatchedEvent> Events { get; init; } = [];

    [Range(0, 1_000), Description("Blocks that must be on top of a block before what happened in it counts: what is re-organised away before never does.")]
    public int Confirmations { get; init; } = 2;

    [DurationRange("1m", "30d"), Description("How long an event, or a change of what is not pinned, stays unexpected after it was told.")]
    public Duration Hold { get; init; } = Duration.FromHours(1);

    [Description("Addresses that may stand in the implementation's place. One that is not among them stays unexpected until it is. Without it: whatever was there at first.")]
    public ImmutableArray<string> Implementation { get; init; } = [];

    [Description("Addresses that may administrate the proxy, as for implementation.")]
    public ImmutableArray<string> Admin { get; init; } = [];

    [Description("Addresses of the beacon that may be asked for the implementation, as for implementation.")]
    public ImmutableArray<string> Beacon { get; init; } = [];

    [Description("Keccak-256 hashes that the contract's own code may have, as for implementation.")]
    public ImmutableArray<string> CodeHash { get; init; } = [];

    [Description("Keccak-256 hashes that the implementation's code may have, as for implementation.")]
    public ImmutableArray<string> ImplementationCodeHash { get; init; } = [];

    [Range(0, 1_000_000), Description("Blocks before the head at which a first start begins to look for events.")]
    public int LookBack { get; init; }

    [Range(1, 10_000_000), Description("Most blocks that are looked at afterwards when Nines was off. What is older is a gap, and said.")]
    public int CatchUp { get; init; } = 50_000;

    [Range(1, 100_000), Description("Most blocks that the node is asked about at once. Halved by itself where the node refuses.")]
    public int BlockRange { get; init; } = 2_000;

    [Description("Older than this the newest confirmed block says nothing of now: a probe fault. off for chains that make blocks on demand.")]
    public HeadAgeLimit HeadAgeLimit { get; init; } = new(Duration.FromMinutes(10));
}

/// <summary>An event that is told when the contract emits it.</summary>
public sealed record WatchedEvent
{
    [Required, Description("Name of one that is known (Upgraded), or a declaration: event LimitChanged(uint256 indexed market, uint256 limit).")]
    public required string Event { get; init; }

    [Description("Only where these indexed arguments have these values: role: MINTER_ROLE. For a bytes32 a name in capitals stands for its hash.")]
    public ImmutableSortedDictionary<string, string> Where { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [Description("true: unexpected, and evidence for a security cause. Default: true for those that are known, apart from Paused and Unpaused; else false.")]
    public bool? Security { get; init; }
}
