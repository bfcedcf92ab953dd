namespace Nines.Chains.Evm.JsonRpc;

/// <summary>What a node says of its own synchronisation: eth_syncing.</summary>
public abstract record SyncStatus
{
    private SyncStatus()
    {
    }

    /// <summary>The node answers false: it thinks that it is at the head. A node cut off from all its peers says so too.</summary>
    public sealed record NotSyncing : SyncStatus;

    /// <summary>The node is catching up.</summary>
    /// <param name="Current">The block it has reached; null when it does not say (some rollup clients).</param>
    /// <param name="Highest">The highest block it knows of; null when it does not say.</param>
    public sealed record Syncing(BlockNumber? Current, BlockNumber? Highest) : SyncStatus;
}
