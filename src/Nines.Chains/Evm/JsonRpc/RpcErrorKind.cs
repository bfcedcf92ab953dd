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

    /// <summary>The node does not know the method, or does not offer it.</summary>
    MethodNotFound,

    /// <summary>The node does not have the block, or no longer has its state (pruned).</summary>
    HeaderNotFound,

    /// <summary>Our question is wrong, or asks for too much at once.</summary>
    InvalidParams,

    /// <summary>The node says that it is still catching up.</summary>
    Syncing,

    /// <summary>The node failed, or ran into its own time limit.</summary>
    Internal,

    /// <summary>None of these.</summary>
    Other,
}

/// <summary>
/// Classifies errors by code and wording. Wording goes first where clients disagree about codes: -32000 stands for nearly
/// everything in Geth and its kin, and anvil reports a missing block as -32602.
/// </summary>
/// <remarks>
/// Sources: EIP-1474 (codes), EIP-4444 (4444), the execution API specification (-39001), and the sources of Geth, Erigon, Nethermind,
/// Besu, Reth, OpenEthereum, Hardhat, Ganache and anvil for wordings.
/// </remarks>
public static class RpcErrors
{
    private static readonly string[] TooMuchAtOnce = ["query returned more than", "block range", "range is too large", "too many results"];

    private static readonly (RpcErrorKind Kind, string[] Wordings)[] ByWording =
    [
        (RpcErrorKind.InvalidParams, TooMuchAtOnce),
        (RpcErrorKind.RateLimited,
            [
                "rate limit", "ratelimit", "too many requests", "request limit", "limit exceeded", "daily request count",
                "compute units", "quota", "throttl",
            ]),
        (RpcErrorKind.ExecutionReverted,
            [
                "revert", "vm exception", "vm execution error", "evm error", "invalid opcode", "bad instruction", "out of gas",
                "gas required exceeds", "stack underflow", "stack overflow", "stack limit reached", "invalid jump", "bad jump",
                "write protection",
            ]),
        // "unhealthy" and "behind by" are Solana's, whose -32005 is no rate limit
        (RpcErrorKind.Syncing, ["node is unhealthy", "node is behind by", "syncing", "not synced", "still sync", "initial sync", "synchroniz", "synchronis", "catching up"]),
        (RpcErrorKind.HeaderNotFound,
            [
                "header not found", "block not found", "unknown block", "could not find block", "unable to find block", "cannot find block",
                "blockoutofrange", "block out of range", "header for hash not found", "missing trie node", "state not available",
                "state is not available", "no state available", "state unavailable", "pruned", "pruning", "resource not found",
                "cannot query unfinalized data", "historical state", "required historical", "head block not found",
            ]),
        (RpcErrorKind.MethodNotFound,
            [
                "method not found", "does not exist/is not available", "method not supported", "unsupported method", "not whitelisted",
                "method not enabled", "method is not available", "method does not exist",
            ]),
        (RpcErrorKind.InvalidParams,
            ["invalid argument", "missing value for required argument", "invalid params", "invalid request", "parse error"]),
        (RpcErrorKind.Internal, ["internal error", "internal server error", "timeout", "timed out", "execution aborted", "crashed"]),
    ];

    public static RpcErrorKind Classify(long code, string message)
    {
        // code 3 is Geth's, and by now everyone's, for a revert with data
        if (code is 3 or -32015)
        {
            return RpcErrorKind.ExecutionReverted;
        }

        foreach (var (kind, wordings) in ByWording)
        {
            if (wordings.Any(wording => message.Contains(wording, StringComparison.OrdinalIgnoreCase)))
            {
                return kind;
            }
        }

        return code switch
        {
            429 or -32005 or -32029 or -32090 or -32097 => RpcErrorKind.RateLimited,
            -32601 or -32604 or -32004 => RpcErrorKind.MethodNotFound,
            -39001 or -32001 or 4444 => RpcErrorKind.HeaderNotFound,
            -32602 or -32600 or -32700 => RpcErrorKind.InvalidParams,
            -32603 or -32016 => RpcErrorKind.Internal,
            _ => RpcErrorKind.Other,
        };
    }
}
