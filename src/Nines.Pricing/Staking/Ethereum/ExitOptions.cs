using System.ComponentModel;
using Nines.Core;
using Nines.Pricing.Money;
using NodaTime;

namespace Nines.Pricing.Staking.Ethereum;

/// <summary>What stake that has to leave waits for until it earns again. Only what is given is waited for.</summary>
public sealed record ExitOptions
{
    [Description("Effective balance in the exit queue before yours, such as 1200000 ETH. Default: none.")]
    public Amount? Queue { get; init; }

    [Description("How much effective balance may leave in an epoch. Default: as Electra has it, total_stake // 65536 within 128 and 256 ETH; of Gnosis and custom networks it has to be given.")]
    public Amount? Churn { get; init; }

    [Description("How long the withdrawal sweep takes around all validators: the balance arrives between at once and then, likely halfway. Default: at once.")]
    [DurationRange("0s", "90d")]
    public Duration Sweep { get; init; }

    [Description("How long from its arrival until the stake earns again: your deposit, and the queue of those that activate. Default: at once.")]
    [DurationRange("0s", "366d")]
    public Duration Return { get; init; }

    internal string? Mistake(EthereumNetworkName name, EthereumNetwork network)
    {
        if (Churn is null && name is (EthereumNetworkName.Gnosis or EthereumNetworkName.Custom))
            return "has no churn: mainnet's rule does not hold there. Say how much effective balance may leave in an epoch (get_activation_exit_churn_limit).";
        if (Queue is { } queue && ConsensusAmount.Problem(queue, network, EpochRewards.MostActive) is { } wrong) return $"has a value that cannot be: queue {wrong}";
        return Churn is { } churn && ConsensusAmount.Problem(churn, network, EpochRewards.MostActive) is { } problem ? $"has a value that cannot be: churn {problem}" : null;
    }
}
