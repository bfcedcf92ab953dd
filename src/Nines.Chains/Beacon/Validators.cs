namespace Nines.Chains.Beacon;

/// <summary>The statuses of the beacon API, in the order of a validator's life.</summary>
public enum ValidatorStatus
{
    PendingInitialized,
    PendingQueued,
    ActiveOngoing,
    ActiveExiting,
    ActiveSlashed,
    ExitedUnslashed,
    ExitedSlashed,
    WithdrawalPossible,
    WithdrawalDone,
}

/// <summary>A validator as a state has it.</summary>
/// <param name="Balance">Gwei.</param>
/// <param name="EffectiveBalance">Gwei.</param>
/// <param name="ExitEpoch"><see cref="FarFuture"/> while no exit is initiated.</param>
public readonly record struct Validator(
    ulong Index, PublicKey Key, ValidatorStatus Status, ulong Balance, ulong EffectiveBalance, bool IsSlashed, ulong ActivationEpoch, ulong ExitEpoch)
{
    /// <summary>The epoch of what will not happen: the greatest number of 64 bits.</summary>
    public const ulong FarFuture = ulong.MaxValue;

    /// <summary>It had to attest in that epoch, and could be paid for it.</summary>
    public bool IsOnDutyIn(ulong epoch) => ActivationEpoch <= epoch && epoch < ExitEpoch && !IsSlashed;
}

/// <summary>What a validator got for the attestation that it owed in one epoch; negative what it was fined.</summary>
/// <param name="Head">Gwei; never negative.</param>
/// <param name="Target">Gwei; negative when the vote for the target was missed or wrong.</param>
/// <param name="Source">Gwei; negative when no vote of it came in time.</param>
/// <param name="Inactivity">Gwei; negative in an inactivity leak.</param>
public readonly record struct AttestationReward(ulong ValidatorIndex, long Head, long Target, long Source, long Inactivity)
{
    /// <summary>Nothing of it counted: no attestation came in time.</summary>
    public bool IsMissed => Target < 0 && Source < 0;

    /// <summary>The vote for the target, which finality needs, counted. In an inactivity leak that is paid with nothing.</summary>
    public bool HitTarget => Target >= 0;

    /// <value>Gwei, over all parts; at the ends of the range where the sum is beyond it.</value>
    public long Total => (long)Int128.Clamp((Int128)Head + Target + Source + Inactivity, long.MinValue, long.MaxValue);
}

/// <summary>What a member of the sync committee got for one block; negative what it was fined.</summary>
/// <param name="Reward">Gwei.</param>
public readonly record struct SyncCommitteeReward(ulong ValidatorIndex, long Reward);

/// <summary>What a block brought its proposer.</summary>
/// <param name="Total">Gwei.</param>
public sealed record BlockReward(ulong ProposerIndex, ulong Total);

/// <summary>A block that a validator is to propose.</summary>
public readonly record struct ProposerDuty(ulong ValidatorIndex, ulong Slot);

/// <summary>The slot in which a validator is to attest.</summary>
public readonly record struct AttesterDuty(ulong ValidatorIndex, ulong Slot);

/// <summary>A validator's places in the sync committee.</summary>
/// <param name="Places">How many it has; 0 for none.</param>
public readonly record struct SyncDuty(ulong ValidatorIndex, int Places);

/// <summary>Whether the node has seen anything of a validator in an epoch; not canonical.</summary>
public readonly record struct Liveness(ulong ValidatorIndex, bool IsLive);
