using System.Collections.Immutable;
using System.Numerics;
using NodaTime;

namespace Nines.Chains.CometBft;

/// <summary>What <c>/status</c> says.</summary>
/// <param name="ChainId">The network.</param>
/// <param name="Moniker">The node's own name.</param>
/// <param name="Version">Of CometBFT.</param>
/// <param name="Height">Newest block; 0 before the first.</param>
/// <param name="Time">When it was made, by the validators' clocks.</param>
/// <param name="CatchingUp">The node fetches old blocks and does not follow consensus yet.</param>
/// <param name="VotingPower">Of the node's own validator; 0 for none.</param>
public sealed record NodeStatus(
    string ChainId, string Moniker, string Version, ulong Height, Instant Time, bool CatchingUp, BigInteger VotingPower);

/// <summary>What <c>/abci_info</c> says of the application behind the node.</summary>
public sealed record AppInfo(string Name, string Version, ulong Height);

/// <summary>What a validator did for a block.</summary>
public enum BlockIdFlag
{
    /// <summary>No vote of it was there in time: a miss.</summary>
    Absent = 1,

    /// <summary>It signed the block.</summary>
    Commit = 2,

    /// <summary>It voted, for no block; not a miss.</summary>
    Nil = 3,
}

/// <param name="Address">Empty for an absent one.</param>
public sealed record CommitSignature(BlockIdFlag Flag, string Address);

/// <summary>A block's header and the signatures that committed it.</summary>
/// <param name="BlockHash">64 hexadecimal digits.</param>
/// <param name="ValidatorsHash">Of the set that was to sign: it changes when the set does.</param>
/// <param name="Signatures">One for each validator of the set, in its order.</param>
public sealed record SignedBlock(
    string ChainId, ulong Height, Instant Time, string BlockHash, string ValidatorsHash, ulong Round, ImmutableArray<CommitSignature> Signatures);

/// <param name="Address">40 hexadecimal digits, upper case.</param>
public sealed record CometValidator(string Address, BigInteger Power);

/// <summary>One page of the validators of a height.</summary>
/// <param name="Total">Of all pages.</param>
public sealed record ValidatorPage(ulong Height, ulong Total, ImmutableArray<CometValidator> Validators);

/// <summary>What the slashing module keeps of a validator.</summary>
/// <param name="Missed">Blocks missed in the window.</param>
/// <param name="JailedUntil">1970 for never.</param>
/// <param name="Tombstoned">For ever, for signing twice.</param>
public sealed record SigningInfo(ulong Missed, Instant JailedUntil, bool Tombstoned);

/// <param name="Window">Blocks.</param>
/// <param name="MinSigned">Share of them that must be signed.</param>
public sealed record SlashingParams(ulong Window, double MinSigned)
{
    /// <summary>Misses from which a validator is jailed; null where none can be.</summary>
    public double? Jails => Window * (1 - MinSigned) is > 0 and var misses ? misses : null;
}
