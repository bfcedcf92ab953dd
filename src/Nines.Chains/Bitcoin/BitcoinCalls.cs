using System.Collections.Immutable;
using System.Text.Json;
using Nines.Chains.JsonRpc;

namespace Nines.Chains.Bitcoin;

/// <summary>The questions that Nines asks a Bitcoin node.</summary>
/// <remarks>Source: the RPC documentation of Bitcoin Core 0.16 to 30; what only newer versions say, and other nodes leave out, may be missing.</remarks>
public static class BitcoinCalls
{
    /// <value>Tips that are read: a node keeps all branches that it ever saw.</value>
    private const int MaxTips = 10_000;

    private const int MaxWarnings = 20;

    public static RpcCall<BlockchainInfo> BlockchainInfo { get; } = new("getblockchaininfo", NoParameters, json => new BlockchainInfo(
        JsonReading.Text(JsonReading.Member(json, "chain"), "the chain"),
        JsonReading.Count(JsonReading.Member(json, "blocks"), "the height"),
        JsonReading.Count(JsonReading.Member(json, "headers"), "the height of the headers"),
        Hash(JsonReading.Member(json, "bestblockhash")),
        JsonReading.Flag(JsonReading.Find(json, "initialblockdownload"), "initialblockdownload"),
        JsonReading.Number(JsonReading.Find(json, "verificationprogress"), "the progress"),
        Warnings(json)));

    public static RpcCall<NetworkInfo> NetworkInfo { get; } = new("getnetworkinfo", NoParameters, json => new NetworkInfo(
        JsonReading.Text(JsonReading.Member(json, "subversion"), "the software"),
        JsonReading.Count(JsonReading.Member(json, "connections"), "the connections"),
        JsonReading.Count(JsonReading.Find(json, "connections_out"), "the outbound connections"),
        JsonReading.Flag(JsonReading.Find(json, "networkactive"), "networkactive"),
        Warnings(json)));

    public static RpcCall<ImmutableArray<ChainTip>> ChainTips { get; } = new("getchaintips", NoParameters, json =>
        JsonReading.List(json, "the list of tips", MaxTips, tip => new ChainTip(
            JsonReading.Count(JsonReading.Member(tip, "height"), "the tip's height"),
            Hash(JsonReading.Member(tip, "hash")),
            JsonReading.Count(JsonReading.Member(tip, "branchlen"), "the branch's length"),
            JsonReading.Text(JsonReading.Member(tip, "status"), "the tip's status"))));

    public static RpcCall<MempoolInfo> MempoolInfo { get; } = new("getmempoolinfo", NoParameters, json => new MempoolInfo(
        JsonReading.Count(JsonReading.Member(json, "size"), "the number of transactions"),
        JsonReading.Count(JsonReading.Member(json, "usage"), "the memory used"),
        JsonReading.Count(JsonReading.Find(json, "maxmempool"), "the memory allowed"),
        JsonReading.Number(JsonReading.Find(json, "mempoolminfee"), "the least fee")));

    public static RpcCall<BlockHash> BestBlockHash { get; } = new("getbestblockhash", NoParameters, Hash);

    /// <summary>The hash of the block at a height of the active chain.</summary>
    public static RpcCall<BlockHash> HashAt(ulong height) => new("getblockhash", json => json.WriteNumberValue(height), Hash);

    /// <summary>A block that the node knows, on whichever branch.</summary>
    public static RpcCall<BitcoinHeader> Header(BlockHash hash) => new("getblockheader", json => json.WriteStringValue(hash.ToString()), json => new BitcoinHeader(
        Hash(JsonReading.Member(json, "hash")),
        JsonReading.Count(JsonReading.Member(json, "height"), "the block's height"),
        JsonReading.Find(json, "previousblockhash") is { } previous ? Hash(previous) : null,
        JsonReading.Time(JsonReading.Member(json, "time"), "the block's time")));

    /// <summary>The fee that gets into one of the next <paramref name="blocks"/> blocks, in BTC per 1,000 virtual bytes; null while the node
    /// has not seen enough to say, or says it in another way.</summary>
    /// <param name="blocks">1 to 1,008.</param>
    public static RpcCall<double?> FeeRate(int blocks) => new("estimatesmartfee", json => json.WriteNumberValue(blocks), json =>
        JsonReading.Number(JsonReading.Find(JsonReading.Object(json, "the estimate"), "feerate"), "the fee") is { } fee and > 0 ? fee : null);

    private static BlockHash Hash(JsonElement json) =>
        json.ValueKind == JsonValueKind.String && BlockHash.TryParse(json.GetString() ?? "", out var hash)
            ? hash
            : throw JsonReading.Wrong(json, "the block's hash", "64 hexadecimal digits");

    /// <summary>One text until version 27, a list of them since.</summary>
    private static ImmutableArray<string> Warnings(JsonElement json) => JsonReading.Find(json, "warnings") switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } list => JsonReading.List(list, "the list of warnings", MaxWarnings, warning => JsonReading.Text(warning, "a warning")),
        { } text => JsonReading.Text(text, "the warnings") is { Length: > 0 } said ? [said] : [],
    };

    private static void NoParameters(Utf8JsonWriter json)
    {
    }
}
