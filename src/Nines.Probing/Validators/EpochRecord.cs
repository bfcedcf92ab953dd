using Nines.Chains.Beacon;

namespace Nines.Probing.Validators;

/// <summary>A block that one of ours was to propose.</summary>
/// <param name="Missed">The slot has no block. Null when the block there is another's: the duty was one of another branch.</param>
internal readonly record struct Proposal(ulong Validator, ulong Slot, bool? Missed);

/// <summary>What was read of one settled epoch.</summary>
/// <param name="Validators">Ours, as the head's state has them.</param>
/// <param name="Rewards">What those on duty got for their attestations.</param>
/// <param name="Participation">Share of the network that voted for the target; null when it is not known.</param>
/// <param name="Proposals">Blocks that ours were to propose; null when the node does not tell the duties of the epoch any more.</param>
/// <param name="SyncMembers">Ours in the sync committee.</param>
/// <param name="SyncSigned">Blocks that they signed, over all members.</param>
/// <param name="SyncMissed">Blocks that they did not sign.</param>
internal sealed record EpochRecord(
    ulong Epoch, IReadOnlyList<Validator> Validators, IReadOnlyList<AttestationReward> Rewards, double? Participation, IReadOnlyList<Proposal>? Proposals, int SyncMembers, int SyncSigned, int SyncMissed)
{
    /// <summary>How many of those that the config names the chain does not know.</summary>
    public int NotFound { get; init; }
}
