using System.Collections.Immutable;

namespace Nines.Chains.Evm;

/// <summary>What gas cost in recent blocks, the oldest first.</summary>
/// <param name="Oldest">The block of the first entries.</param>
/// <param name="BaseFees">Wei per unit of gas: one for each block, and one for the block to come.</param>
/// <param name="GasUsedRatios">Of each block: gas used / gas limit, in [0, 1].</param>
/// <param name="Rewards">Of each block: the priority fees, in wei per unit of gas, at the percentiles that were asked for; empty when none were.</param>
/// <param name="BlobBaseFees">Wei per unit of blob gas, as <paramref name="BaseFees"/>; empty before Cancun.</param>
/// <param name="BlobGasUsedRatios">As <paramref name="GasUsedRatios"/>; empty before Cancun.</param>
public sealed record FeeHistory(
    BlockNumber Oldest,
    ImmutableArray<Wei> BaseFees,
    ImmutableArray<double> GasUsedRatios,
    ImmutableArray<ImmutableArray<Wei>> Rewards,
    ImmutableArray<Wei> BlobBaseFees,
    ImmutableArray<double> BlobGasUsedRatios);
