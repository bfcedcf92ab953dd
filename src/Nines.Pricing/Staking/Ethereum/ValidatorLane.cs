namespace Nines.Pricing.Staking.Ethereum;

/// <summary>
/// One validator while epochs are settled, or any number that have the same history. Amounts are in gwei. What it gained and lost is kept apart by why.
/// </summary>
public struct ValidatorLane
{
    /// <param name="balance">In gwei.</param>
    /// <param name="effective">Effective balance, in increments.</param>
    /// <param name="ceiling">get_max_effective_balance, in increments: 2,048 with compounding credentials since Electra, else 32.</param>
    /// <param name="score">Inactivity score.</param>
    public ValidatorLane(long balance, int effective, int ceiling, long score)
    {
        (Balance, Effective, Usual, Ceiling, Score) = (balance, effective, effective, ceiling, score);
        ActiveUntil = int.MaxValue;
    }

    public long Balance, Score;

    /// <summary>Effective balance now; as it was before, which is what would have been rewarded; and the most that it can be. In increments.</summary>
    public int Effective, Usual, Ceiling;

    /// <summary>The first epoch, counted from the first that is settled, in which it is not active any more.</summary>
    public int ActiveUntil;

    /// <summary>Taken from the balance.</summary>
    public long SourcePenalty, TargetPenalty, InactivityPenalty;

    /// <summary>Not earned, against attesting right and in time with the effective balance as it was before. Below 0 where it grew.</summary>
    public long SourceForgone, TargetForgone, HeadForgone;

    public readonly long Penalty => SourcePenalty + TargetPenalty + InactivityPenalty;
    public readonly long Forgone => SourceForgone + TargetForgone + HeadForgone;
    public readonly bool Ejected => ActiveUntil != int.MaxValue;
}
