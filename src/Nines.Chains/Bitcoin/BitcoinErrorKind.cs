namespace Nines.Chains.Bitcoin;

/// <summary>What an error of a Bitcoin node means.</summary>
public enum BitcoinErrorKind
{
    /// <summary>The node has been started, and does not answer yet.</summary>
    WarmingUp,

    /// <summary>The node has no peers, or is still at its first download.</summary>
    NotReady,

    /// <summary>There is no such block, or none at that height.</summary>
    NotFound,

    /// <summary>The node does not offer the question, or not to this user.</summary>
    NotOffered,

    /// <summary>Our question is wrong.</summary>
    BadRequest,

    /// <summary>The node failed: its database, its memory, itself.</summary>
    Internal,

    /// <summary>None of these.</summary>
    Other,
}

/// <summary>Classifies by code; the codes are the same in Bitcoin Core, its forks and bcoin.</summary>
/// <remarks>Source: Bitcoin Core, src/rpc/protocol.h.</remarks>
public static class BitcoinErrors
{
    /// <param name="code">As sent.</param>
    public static BitcoinErrorKind Classify(long code) => code switch
    {
        -28 => BitcoinErrorKind.WarmingUp,
        -9 or -10 => BitcoinErrorKind.NotReady,
        -5 or -8 => BitcoinErrorKind.NotFound,
        -32601 or -32 or -2 => BitcoinErrorKind.NotOffered,
        -3 or -22 or -32600 or -32602 or -32700 => BitcoinErrorKind.BadRequest,
        -7 or -20 or -32603 => BitcoinErrorKind.Internal,
        _ => BitcoinErrorKind.Other,
    };
}
