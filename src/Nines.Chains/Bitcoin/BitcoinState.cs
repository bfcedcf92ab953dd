using System.Collections.Immutable;
using NodaTime;

namespace Nines.Chains.Bitcoin;

/// <summary>What a node says of its chain.</summary>
/// <param name="Chain">main, test, testnet4, signet or regtest.</param>
/// <param name="Blocks">Height of the newest block that it has in full and has checked.</param>
/// <param name="Headers">Height of the newest header that it has checked.</param>
/// <param name="Best">Hash of the block at <paramref name="Blocks"/>.</param>
/// <param name="InitialDownload">It is catching up since its start; null where the node does not say.</param>
/// <param name="Progress">Its own estimate of the share that it has checked, about 1 when done; null where it does not say.</param>
/// <param name="Warnings">What it warns of; empty for nothing.</param>
public sealed record BlockchainInfo(
    string Chain, ulong Blocks, ulong Headers, BlockHash Best, bool? InitialDownload, double? Progress, ImmutableArray<string> Warnings);

/// <summary>What a node says of its connections.</summary>
/// <param name="Client">Its software: "/Satoshi:28.0.0/".</param>
/// <param name="Connections">Peers, in and out.</param>
/// <param name="Outbound">Peers that it chose itself; null where the node does not tell them apart.</param>
/// <param name="Active">Its network is switched on; null where it does not say.</param>
/// <param name="Warnings">What it warns of; empty for nothing.</param>
public sealed record NetworkInfo(string Client, ulong Connections, ulong? Outbound, bool? Active, ImmutableArray<string> Warnings);

/// <summary>The end of a branch that a node knows.</summary>
/// <param name="BranchLength">Blocks since the branch left the active chain; 0 for the active chain.</param>
/// <param name="Status">active, valid-fork, valid-headers, headers-only or invalid.</param>
public sealed record ChainTip(ulong Height, BlockHash Hash, ulong BranchLength, string Status)
{
    public bool IsActive => Status == "active";
}

/// <summary>What a node says of the transactions that wait.</summary>
/// <param name="Count">Transactions.</param>
/// <param name="Usage">Bytes of memory that they take.</param>
/// <param name="MaxUsage">Bytes that they may take; null where the node does not say.</param>
/// <param name="MinFee">Least fee that gets in, in BTC per 1,000 virtual bytes; null where the node does not say.</param>
public sealed record MempoolInfo(ulong Count, ulong Usage, ulong? MaxUsage, double? MinFee);

/// <summary>A block without its transactions.</summary>
/// <param name="Previous">Null for the first block.</param>
/// <param name="Time">As its miner wrote it: up to two hours ahead, and not always after its parent's.</param>
public sealed record BitcoinHeader(BlockHash Hash, ulong Height, BlockHash? Previous, Instant Time);
