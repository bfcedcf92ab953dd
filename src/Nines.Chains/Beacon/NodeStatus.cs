using Nines.Chains.Evm;
using NodaTime;

namespace Nines.Chains.Beacon;

/// <summary>GET /eth/v1/node/syncing.</summary>
/// <param name="HeadSlot">Slot of the node's head block.</param>
/// <param name="SyncDistance">Slots that the node has still to process.</param>
/// <param name="IsOptimistic">The execution layer has not validated the head. False where the node does not say.</param>
/// <param name="ElOffline">The node does not reach its execution layer. False where the node does not say.</param>
public sealed record NodeSyncing(ulong HeadSlot, ulong SyncDistance, bool IsSyncing, bool IsOptimistic, bool ElOffline);

/// <summary>GET /eth/v1/beacon/genesis.</summary>
/// <param name="ForkVersion">"0x" and 8 digits.</param>
public sealed record Genesis(Instant Time, Hash32 ValidatorsRoot, string ForkVersion);

/// <summary>What is needed of GET /eth/v1/config/spec.</summary>
/// <param name="SlotTime">More than zero, at most an hour.</param>
/// <param name="SlotsPerEpoch">1 to 4,096.</param>
/// <param name="DepositChainId">Chain id of the execution layer; null where the node does not say.</param>
/// <param name="ConfigName">mainnet, hoodi, …; null where the node does not say.</param>
public sealed record ChainSpec(Duration SlotTime, uint SlotsPerEpoch, ulong? DepositChainId, string? ConfigName)
{
    public Duration EpochTime => SlotTime * SlotsPerEpoch;

    public ulong EpochOf(ulong slot) => slot / SlotsPerEpoch;

    /// <exception cref="OverflowException">Beyond 64 bits.</exception>
    public ulong FirstSlotOf(ulong epoch) => epoch * SlotsPerEpoch;
}

/// <summary>A block as GET /eth/v1/beacon/headers/{block_id} tells it.</summary>
/// <param name="Root">The block's own root.</param>
/// <param name="IsCanonical">It is on the branch of the node's head.</param>
public sealed record BeaconHeader(Hash32 Root, bool IsCanonical, ulong Slot, ulong ProposerIndex, Hash32 ParentRoot);

/// <param name="Epoch">The checkpoint is this epoch's first slot.</param>
public readonly record struct Checkpoint(ulong Epoch, Hash32 Root);

/// <summary>GET /eth/v1/beacon/states/{state_id}/finality_checkpoints.</summary>
public sealed record FinalityCheckpoints(Checkpoint PreviousJustified, Checkpoint CurrentJustified, Checkpoint Finalized);
