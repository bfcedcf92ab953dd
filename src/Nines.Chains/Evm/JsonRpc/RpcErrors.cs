namespace Nines.Chains.Evm.JsonRpc;

/// <summary>
/// Classifies errors by code and wording. Wording goes first where clients disagree about codes: -32000 stands for nearly
/// everything in Geth and its kin, -32005 is a rate limit for most and a batch for Reth, and anvil reports a missing block as -32602.
/// </summary>
/// <remarks>
/// Sources: EIP-1474 (codes), EIP-4444 (4444), the execution API specification (-39001), and the sources of Geth, Erigon, Nethermind,
/// Besu, Reth, OpenEthereum, Hardhat, Ganache and anvil for wordings; the documentation of public providers for theirs.
/// </remarks>
public static class RpcErrors
{
    /// <summary>How a message begins that goes on with the contract's own words, which could be any.</summary>
    private static readonly string[] RevertBeginnings = ["execution reverted", "vm exception", "reverted", "vm execution error"];

    /// <summary>The first wording that a message holds decides: the special ones stand before the general.</summary>
    private static readonly (RpcErrorKind Kind, string[] Wordings)[] ByWording =
    [
        (RpcErrorKind.TooLarge,
            [
                "query returned more than", "block range", "range is too large", "range too large", "too many results", "too many logs",
                "max results", "rpc range limit", "logs matched by query exceeds", "log response size", "limited to a", "too many blocks",
                "max addresses", "exceed max topics", "response too large", "response is too big", "response size exceeded",
                "request is too big", "request entity too large", "batch too large", "batch request was too large", "batch limit",
                "maximum batch size", "exceeded max limit of", "content length too large",
            ]),
        (RpcErrorKind.MethodNotFound,
            [
                "batched requests are not supported", "method not found", "does not exist/is not available", "method not supported",
                "unsupported method", "not whitelisted", "method not enabled", "method is not available", "method does not exist",
                "notifications not supported", "is not implemented", "not implemented",
            ]),
        (RpcErrorKind.TransactionRefused,
            [
                "exceeds block gas limit", "gaslimitexceeded", "gas limit is too high", "intrinsic gas", "txpool is full", "sub-pool is full",
                "account limit exceeded", "in-flight transaction limit", "oversized data", "transaction type not supported",
                "only replay-protected", "invalid chain id", "chainid does not match", "wrong chainid", "chain id mismatch", "invalid sender",
                "failedtoresolvesender", "invalid signature", "exceeds the configured cap", "fee cap exceeded", "senderiscontract",
                "priority fee per gas higher than max fee", "sender account not authorized", "max initcode size exceeded",
                "transaction gas limit too high", "exceeds transaction gas limit cap",
            ]),
        (RpcErrorKind.NonceTooLow, ["nonce too low", "nonce is too low", "oldnonce", "nonce has already been used"]),
        (RpcErrorKind.NonceTooHigh, ["nonce too high", "nonce is too high", "noncegap", "gapped-nonce", "nonce too distant"]),
        (RpcErrorKind.InsufficientFunds,
            ["insufficient funds", "insufficientfunds", "upfront cost exceeds", "insufficient balance for", "doesn't have enough funds"]),
        (RpcErrorKind.Underpriced,
            [
                "underpriced", "max fee per gas less than block base fee", "fee cap less than block base fee", "gas price below",
                "gas price too low", "fee too low", "feetoolow", "replacementnotallowed", "could not replace existing tx",
                "less than the current base fee", "tip below minimum",
            ]),
        (RpcErrorKind.AlreadyKnown,
            ["already known", "alreadyknown", "known transaction", "already imported", "existing tx with same hash", "already in the pool"]),
        (RpcErrorKind.RateLimited,
            [
                "rate limit", "ratelimit", "rate exceeded", "too many requests", "too many request", "request limit", "limit exceeded",
                "daily request count", "compute units", "quota", "throttl", "rps limit", "requests per second", "capacity limit",
                "request rate", "usage limit",
            ]),
        (RpcErrorKind.Unauthorized,
            [
                "unauthorized", "invalid api key", "api key is", "invalid project id", "project id required", "must be authenticated",
                "authentication", "access denied", "forbidden",
            ]),
        (RpcErrorKind.ExecutionReverted,
            [
                "revert", "vm exception", "vm execution error", "evm error", "invalid opcode", "bad instruction", "out of gas",
                "gas required exceeds", "stack underflow", "stack overflow", "stack limit reached", "invalid jump", "bad jump",
                "write protection",
            ]),
        // "unhealthy" and "behind by" are Solana's, whose -32005 is no rate limit
        (RpcErrorKind.Syncing,
            ["node is unhealthy", "node is behind by", "syncing", "not synced", "still sync", "initial sync", "synchroniz", "synchronis",
             "catching up"]),
        (RpcErrorKind.StateUnavailable,
            [
                "missing trie node", "state not available", "state is not available", "no state available", "state unavailable", "pruned",
                "pruning", "historical state", "required historical", "world state", "no state found", "receipts not available",
                "max proof window", "maximum proof window", "old data not available",
            ]),
        (RpcErrorKind.HeaderNotFound,
            [
                "header not found", "block not found", "unknown block", "could not find block", "unable to find block", "cannot find block",
                "blockoutofrange", "block out of range", "header for hash not found", "resource not found",
                "cannot query unfinalized data", "head block not found", "finalized block not found", "safe block not found",
                "block is not available",
            ]),
        (RpcErrorKind.TimedOut,
            ["timeout", "timed out", "time-out", "deadline exceeded", "execution aborted", "took too long"]),
        (RpcErrorKind.InvalidParams,
            [
                "invalid argument", "missing value for required argument", "invalid params", "invalid request", "parse error",
                "invalid block range", "failed to decode",
            ]),
        (RpcErrorKind.Internal,
            ["internal error", "internal server error", "crashed", "server is busy", "bad gateway", "no backend", "upstream", "unavailable"]),
    ];

    public static RpcErrorKind Classify(long code, string message)
    {
        // code 3 is Geth's, and by now everyone's, for a revert with data
        if (code is 3 or -32015 || RevertBeginnings.Any(beginning => message.StartsWith(beginning, StringComparison.OrdinalIgnoreCase)))
        {
            return RpcErrorKind.ExecutionReverted;
        }

        foreach (var (kind, wordings) in ByWording)
        {
            foreach (var wording in wordings)
            {
                if (message.Contains(wording, StringComparison.OrdinalIgnoreCase))
                {
                    return kind;
                }
            }
        }

        return ByCode(code);
    }

    private static RpcErrorKind ByCode(long code) => code switch
    {
        429 or -32005 or -32029 or -32090 or -32097 => RpcErrorKind.RateLimited,
        401 or 403 or -40100 => RpcErrorKind.Unauthorized,
        -32601 or -32604 or -32004 => RpcErrorKind.MethodNotFound,
        -39001 or -32001 => RpcErrorKind.HeaderNotFound,
        4444 => RpcErrorKind.StateUnavailable,
        -32602 or -32600 or -32700 => RpcErrorKind.InvalidParams,
        -32008 or -32614 => RpcErrorKind.TooLarge,
        -32003 or -32010 => RpcErrorKind.TransactionRefused,
        -32016 or -32017 => RpcErrorKind.TimedOut,
        -32603 or -32009 or -32046 or -32047 => RpcErrorKind.Internal,
        _ => RpcErrorKind.Other,
    };
}
