using System.Numerics;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using NodaTime;

namespace Nines.Probing.Sequencers;

/// <summary>What a sequencer's uptime feed says.</summary>
/// <remarks>Source: Chainlink documentation, "L2 Sequencer Uptime Feeds": answer 0 is up, 1 is down, startedAt is when that began, 0 where no round has.</remarks>
internal abstract record UptimeFeed
{
    private static readonly AbiSignature LatestRound =
        AbiSignature.Parse("latestRoundData() returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)");

    private UptimeFeed() { }

    public sealed record Up(Instant Since) : UptimeFeed;

    public sealed record Down(Instant Since) : UptimeFeed;

    public sealed record Unread(string Why) : UptimeFeed;

    public static RpcCall<HexBytes> Ask(Address feed) => EvmCalls.Call(feed, LatestRound.EncodeCall(), BlockRef.Latest);

    public static UptimeFeed Read(RpcAnswer<HexBytes> answer)
    {
        if (answer is RpcAnswer<HexBytes>.RpcError error) return new Unread($"{error.Code}: {error.Message}");
        if (answer is not RpcAnswer<HexBytes>.Answered { Value: var data }) return new Unread("the node did not answer the question");
        if (LatestRound.DecodeOutputs(data.Span) is not AbiDecoding.Decoded { Values: var values }) return new Unread("what latestRoundData() returned cannot be read; is there a feed at the address?");
        var (said, started) = (((AbiValue.Number)values[1]).Value, ((AbiValue.Number)values[2]).Value);
        if (started.IsZero) return new Unread("its round has not begun");
        if (started > Instant.MaxValue.ToUnixTimeSeconds()) return new Unread("its round began after the year 9999");
        var since = Instant.FromUnixTimeSeconds((long)started);
        return said.IsZero ? new Up(since) : said == BigInteger.One ? new Down(since) : new Unread($"its answer is {said}, neither 0 (up) nor 1 (down): it is no uptime feed");
    }
}
