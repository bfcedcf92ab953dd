using static Nines.Pricing.Staking.Ethereum.EthereumNetwork;

namespace Nines.Pricing.Staking.Ethereum;

/// <summary>
/// How long stake that was ejected or slashed earns nothing: from its exit epoch over the withdrawability delay and the sweep to its return. By the
/// rules since Electra (specs/electra/beacon-chain.md), with the queue, sweep and return that are given.
/// </summary>
internal sealed class ExitWait
{
    /// <summary>MIN_VALIDATOR_WITHDRAWABILITY_DELAY, in epochs.</summary>
    public const int WithdrawabilityDelay = 256;

    /// <summary>CHURN_LIMIT_QUOTIENT; MIN_PER_EPOCH_CHURN_LIMIT_ELECTRA and MAX_PER_EPOCH_ACTIVATION_EXIT_CHURN_LIMIT in increments (configs/mainnet.yaml).</summary>
    private const int ChurnQuotient = 65_536, LeastChurn = 128, MostChurn = 256;

    private readonly EthereumNetwork network;

    private ExitWait(EthereumNetwork network, long active, long queue, long churn, Bounded<decimal> back) => (this.network, Active, Queue, Churn, Back) = (network, active, queue, churn, back);

    /// <summary>get_total_active_balance that churn follows where it is not given, in increments.</summary>
    public long Active { get; }

    /// <summary>Increments that wait in the exit queue before.</summary>
    public long Queue { get; }

    /// <summary>get_activation_exit_churn_limit: increments that may leave in an epoch.</summary>
    public long Churn { get; }

    /// <summary>Epochs from being withdrawable to earning again.</summary>
    public Bounded<decimal> Back { get; }

    /// <param name="active">get_total_active_balance, in increments.</param>
    public static ExitWait Of(EthereumNetwork network, ExitOptions options, long active)
    {
        var epoch = (decimal)(network.Slot.TotalSeconds * network.SlotsPerEpoch);
        var (sweep, back) = ((decimal)options.Sweep.TotalSeconds / epoch, (decimal)options.Return.TotalSeconds / epoch);
        return new ExitWait(
            network, active, options.Queue is { } queue ? ConsensusAmount.Increments(queue, network) : 0, options.Churn is { } churn ? ConsensusAmount.Increments(churn, network) : ChurnOf(active),
            new(Math.Floor(back), back + sweep / 2, Math.Ceiling(back + sweep)));
    }

    /// <summary>get_activation_exit_churn_limit of mainnet's config, in increments.</summary>
    internal static long ChurnOf(long active) => Math.Min(MostChurn, Math.Max(LeastChurn, active / ChurnQuotient));

    /// <summary>
    /// compute_exit_epoch_and_update_churn: by how many epochs an exit is later than the first that there can be, with the whole queue and the exit itself put to a churn that
    /// nobody has used yet.
    /// </summary>
    /// <param name="effective">Of who leaves, in increments.</param>
    public int QueueEpochs(int effective)
    {
        var left = Queue + effective - Churn;
        return left <= 0 ? 0 : (int)Math.Min((left - 1) / Churn + 1, MostQueueEpochs);
    }

    /// <summary>Ten years and more: no queue of a network that there is.</summary>
    private const int MostQueueEpochs = 1_000_000;

    /// <summary>Epochs of which an ejected validator earns nothing after the lost time.</summary>
    /// <param name="exit">Its exit epoch, counted as <paramref name="epochs"/> are.</param>
    /// <param name="epochs">How many epochs the lost time has: within them what it does not earn is settled already.</param>
    public Bounded<decimal> Idle(int exit, int epochs)
    {
        var from = Math.Max(exit, epochs);
        return new(After(Back.Least), After(Back.Expected), After(Back.Most));

        decimal After(decimal back) => Math.Max(0, (decimal)exit + WithdrawabilityDelay + back - from);
    }

    /// <summary>Rewards that an epoch brings to a validator that attests right and in time while finality stands, in gwei.</summary>
    /// <exception cref="PricingException">NIN4271: exits before Electra were counted by validators.</exception>
    public long RewardOf(EpochRewards rewards, int effective)
    {
        if (rewards.Conditions.Fork < EthereumFork.Electra) throw new PricingException("NIN4271", $"exits is given, and {network.Name} had another exit queue before Electra, by the number of validators, which is not known here. Leave exits out, or price a later window.");
        var calm = rewards.Conditions.Leaking ? new EpochRewards(network, rewards.Conditions with { Leaking = false }) : rewards;
        var each = calm.Of(effective);
        return each.SourceReward + each.TargetReward + each.HeadReward;
    }
}
