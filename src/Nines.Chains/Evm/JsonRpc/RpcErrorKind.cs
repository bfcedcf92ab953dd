namespace Nines.Chains.Evm.JsonRpc;

/// <summary>What a JSON-RPC error means, whichever client said it.</summary>
public enum RpcErrorKind
{
    /// <summary>
    /// The contract ran and stopped itself, or the machine stopped it (invalid opcode, out of gas): the contract's answer, not the node's
    /// trouble.
    /// </summary>
    ExecutionReverted,

    /// <summary>We, or the whole account, asked too often.</summary>
    RateLimited,

    /// <summary>The provider does not know our key, or has withdrawn it.</summary>
    Unauthorized,

    /// <summary>The node does not know the method, or does not offer it.</summary>
    MethodNotFound,

    /// <summary>The node does not have the block.</summary>
    HeaderNotFound,

    /// <summary>The node has the block, but not the state or the receipts that go with it: pruned, or not there yet.</summary>
    StateUnavailable,

    /// <summary>Our question is wrong.</summary>
    InvalidParams,

    /// <summary>Our question, or its answer, is larger than the node allows: a range of blocks, too many logs, a batch, a response.</summary>
    TooLarge,

    /// <summary>The node says that it is still catching up.</summary>
    Syncing,

    /// <summary>The account has made a transaction with this nonce already.</summary>
    NonceTooLow,

    /// <summary>A transaction before this one is missing.</summary>
    NonceTooHigh,

    /// <summary>The account cannot pay the value and the gas.</summary>
    InsufficientFunds,

    /// <summary>The transaction offers less than the base fee, than the node's own limit, or than the one that it would replace.</summary>
    Underpriced,

    /// <summary>The node has this very transaction.</summary>
    AlreadyKnown,

    /// <summary>The node does not take the transaction for another reason: its gas, its type, its chain, a full pool.</summary>
    TransactionRefused,

    /// <summary>The node, or the provider before it, ran into its own time limit.</summary>
    TimedOut,

    /// <summary>The node failed.</summary>
    Internal,

    /// <summary>None of these.</summary>
    Other,
}
