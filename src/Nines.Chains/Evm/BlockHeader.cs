using NodaTime;

namespace Nines.Chains.Evm;

/// <summary>What Nines reads of a block's header.</summary>
/// <param name="Number">Height.</param>
/// <param name="Hash">The block's own hash.</param>
/// <param name="ParentHash">The hash of the block one below.</param>
/// <param name="Timestamp">When the proposer says that it made the block, in whole seconds: a label of the chain, not a
/// measurement.</param>
/// <param name="GasUsed">Units of gas.</param>
/// <param name="GasLimit">Units of gas.</param>
/// <param name="BaseFeePerGas">Wei per unit of gas; absent before EIP-1559 and on chains without it.</param>
public sealed record BlockHeader(
    BlockNumber Number,
    Hash32 Hash,
    Hash32 ParentHash,
    Instant Timestamp,
    Gas GasUsed,
    Gas GasLimit,
    Wei? BaseFeePerGas);
