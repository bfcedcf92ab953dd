using static Nines.Pricing.Staking.Ethereum.EthereumNetwork;

namespace Nines.Pricing.Staking.Ethereum;

/// <summary>What one slashed validator loses until it may leave. In gwei.</summary>
/// <param name="Initial">slash_validator: effective balance // MIN_SLASHING_PENALTY_QUOTIENT.</param>
/// <param name="Correlation">process_slashings, 4,096 epochs later, by what else was slashed.</param>
/// <param name="Attestations">Source and target penalties until it is withdrawable, 8,192 epochs unless the exit queue is longer: the votes of who is slashed do not count.</param>
internal readonly record struct SlashingLoss(long Initial, long Correlation, long Attestations, long Forgone)
{
    /// <summary>From the slashing until it is withdrawable.</summary>
    public int Epochs { get; init; }

    /// <summary>What its stake does not earn from being withdrawable until it is back.</summary>
    public Bounded<decimal> Waiting { get; init; }

    public long Penalty => Initial + Correlation + Attestations;

    /// <param name="rewards">What the network does, taken to stay so.</param>
    /// <param name="effective">In increments.</param>
    /// <param name="slashed">Effective balance of all that are slashed within EPOCHS_PER_SLASHINGS_VECTOR, in gwei.</param>
    /// <param name="wait">Null: it leaves with nobody before it, and what follows is left out.</param>
    public static SlashingLoss Of(EthereumNetwork network, EpochRewards rewards, int effective, long slashed, ExitWait? wait = null)
    {
        var fork = rewards.Conditions.Fork;
        var (quotient, multiplier) = SlashingOf(fork);
        var settlement = new EpochSettlement(network);
        // slash_validator: withdrawable_epoch is the later of its exit's and EPOCHS_PER_SLASHINGS_VECTOR from now.
        var epochs = wait is null ? SlashingsVector : Math.Max(SlashingsVector, 1 + MaxSeedLookahead + wait.QueueEpochs(effective) + ExitWait.WithdrawabilityDelay);
        var lane = new ValidatorLane(effective * Increment, effective, fork >= EthereumFork.Electra ? EpochRewards.MostEffective : EpochRewards.LeastActivation, 0) { ActiveUntil = epochs };
        var initial = Take(ref lane, effective * Increment / quotient);
        var correlation = 0L;

        // It is eligible from the epoch before, which is settled after it was slashed, to the last before withdrawable_epoch.
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            settlement.SettleVotes(ref lane, epoch, rewards, AttestationFlags.None);
            if (epoch == SlashingsVector / 2) correlation = Take(ref lane, Correlated(lane.Effective, rewards.Conditions.Active, slashed, multiplier, fork));
            EpochSettlement.UpdateEffective(ref lane);
        }
        return new SlashingLoss(initial, correlation, lane.Penalty, lane.Forgone) { Epochs = epochs, Waiting = wait is null ? default : wait.Back.Times(wait.RewardOf(rewards, lane.Effective)) };
    }

    /// <summary>process_slashings: since Electra (EIP-7251) by the increment, before by the validator, rounded down to increments.</summary>
    internal static long Correlated(int effective, long active, long slashed, int multiplier, EthereumFork fork)
    {
        var total = (Int128)active * Increment;
        var adjusted = Int128.Min((Int128)slashed * multiplier, total);
        return fork >= EthereumFork.Electra
            ? (long)(adjusted / (total / Increment) * effective)
            : (long)(effective * adjusted / total * Increment);
    }

    private static long Take(ref ValidatorLane lane, long penalty)
    {
        var taken = Math.Min(penalty, lane.Balance);
        lane.Balance -= taken;
        return taken;
    }
}
