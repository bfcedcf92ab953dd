using FsCheck;
using FsCheck.Fluent;
using Nines.Chains.Bitcoin;
using Nines.Chains.JsonRpc;
using Nines.Chains.Tests.Evm.JsonRpc;
using NodaTime;

namespace Nines.Chains.Tests.Bitcoin;

public sealed class BitcoinCallsTests
{
    private const string Best = "00000000000000000001a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7";

    [Fact]
    public async Task What_Core_says_of_its_chain_is_read()
    {
        var info = await ValueAsync(BitcoinCalls.BlockchainInfo, CoreAnswers.BlockchainInfo);
        Assert.Equal(("main", 870_123ul, 870_125ul, Best, (bool?)false), (info.Chain, info.Blocks, info.Headers, info.Best.ToString(), info.InitialDownload));
        Assert.Equal(["Unknown new rules activated (versionbit 28)", "This is a pre-release test build"], info.Warnings);
        var older = CoreAnswers.BlockchainInfo.Replace("""["Unknown new rules activated (versionbit 28)","This is a pre-release test build"]""", "\"old\"", StringComparison.Ordinal);
        Assert.Equal(["old"], (await ValueAsync(BitcoinCalls.BlockchainInfo, older)).Warnings);
        Assert.Null((await ValueAsync(BitcoinCalls.BlockchainInfo, CoreAnswers.BlockchainInfoOfBcoin)).InitialDownload);
    }

    [Fact]
    public async Task What_Core_says_of_peers_branches_fees_and_blocks_is_read()
    {
        var network = await ValueAsync(BitcoinCalls.NetworkInfo, CoreAnswers.NetworkInfo);
        Assert.Equal(("/Satoshi:28.0.0/", 11ul, (ulong?)10, 0), (network.Client, network.Connections, network.Outbound, network.Warnings.Length));
        var tips = await ValueAsync(BitcoinCalls.ChainTips, CoreAnswers.ChainTips);
        Assert.Equal([(870_123ul, 0ul, true), (870_001, 1, false), (869_000, 2, false)], tips.Select(tip => (tip.Height, tip.BranchLength, tip.IsActive)));
        var mempool = await ValueAsync(BitcoinCalls.MempoolInfo, CoreAnswers.MempoolInfo);
        Assert.Equal((84_512ul, (ulong?)300_000_000), (mempool.Count, mempool.MaxUsage));
        var header = await ValueAsync(BitcoinCalls.Header(tips[0].Hash), CoreAnswers.Header);
        Assert.Equal((870_123ul, Instant.FromUnixTimeSeconds(1_731_700_000)), (header.Height, header.Time));
        Assert.Equal(Best, (await ValueAsync(BitcoinCalls.HashAt(870_123), CoreAnswers.Hash)).ToString());
        Assert.Equal(0.00012345, await ValueAsync(BitcoinCalls.FeeRate(6), CoreAnswers.Fee));
        Assert.Null(await ValueAsync(BitcoinCalls.FeeRate(6), CoreAnswers.NoFee));
        Assert.Null(await ValueAsync(BitcoinCalls.FeeRate(6), CoreAnswers.NoFeeOfBcoin));
    }

    [Fact]
    public async Task Heights_beyond_2_to_the_53_survive()
    {
        var far = CoreAnswers.BlockchainInfo.Replace("870123", "9007199254740993", StringComparison.Ordinal);
        Assert.Equal(9_007_199_254_740_993ul, (await ValueAsync(BitcoinCalls.BlockchainInfo, far)).Blocks);
    }

    [Theory]
    [InlineData("870123", "-1", "0 below 2^64")]
    [InlineData("870123", "1.5", "a whole number")]
    [InlineData("870123", "18446744073709551616", "0 below 2^64")]
    [InlineData(Best, "00ff", "64 hexadecimal digits")]
    [InlineData("\"chain\"", "\"chian\"", "no member \"chain\"")]
    public async Task A_value_that_is_not_right_is_malformed_with_a_reason(string right, string wrong, string why)
    {
        var answer = await AskAsync(BitcoinCalls.BlockchainInfo, CoreAnswers.BlockchainInfo.Replace(right, wrong, StringComparison.Ordinal));
        Assert.Contains(why, Assert.IsType<RpcAnswer<BlockchainInfo>.Malformed>(answer).Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-28, BitcoinErrorKind.WarmingUp)]
    [InlineData(-8, BitcoinErrorKind.NotFound)]
    [InlineData(-5, BitcoinErrorKind.NotFound)]
    [InlineData(-9, BitcoinErrorKind.NotReady)]
    [InlineData(-32601, BitcoinErrorKind.NotOffered)]
    [InlineData(-1, BitcoinErrorKind.Other)]
    public void Errors_are_told_apart_by_code(long code, BitcoinErrorKind kind) => Assert.Equal(kind, BitcoinErrors.Classify(code));

    [Fact]
    public async Task An_error_with_status_500_and_a_refusal_in_plain_text_keep_what_was_said()
    {
        var error = Assert.IsType<RpcAnswer<BlockHash>.RpcError>(await AskAsync(BitcoinCalls.HashAt(1), CoreAnswers.OutOfRange, 500));
        Assert.Equal((-8, "Block height out of range"), (error.Code, error.Message));
        var refused = Assert.IsType<RpcAnswer<BlockHash>.HttpRefused>(await AskAsync(BitcoinCalls.BestBlockHash, "Work queue depth exceeded", 503));
        Assert.Equal((503, "Work queue depth exceeded"), (refused.Status, refused.Said));
    }

    [Fact]
    public void Mutated_answers_are_answers_or_typed_failures_and_never_crash() => Prop.ForAll(Mutations.Of(CoreAnswers.Bytes), body =>
    {
        foreach (var status in (int[])[200, 500])
        {
            _ = AskNow(BitcoinCalls.BlockchainInfo, body, status);
            _ = AskNow(BitcoinCalls.NetworkInfo, body, status);
            _ = AskNow(BitcoinCalls.ChainTips, body, status);
            _ = AskNow(BitcoinCalls.MempoolInfo, body, status);
            _ = AskNow(BitcoinCalls.Header(default), body, status);
            _ = AskNow(BitcoinCalls.HashAt(1), body, status);
            _ = AskNow(BitcoinCalls.FeeRate(6), body, status);
        }

        return true;
    }).Check(Mutations.Many);

    private static Task<RpcAnswer<T>> AskAsync<T>(RpcCall<T> call, string body, int status = 200) =>
        Client(ScriptedHandler.Always(body, status)).SendAsync(call, CancellationToken.None);

    private static RpcAnswer<T> AskNow<T>(RpcCall<T> call, byte[] body, int status)
    {
        var asked = Client(new ScriptedHandler(_ => (status, body))).SendAsync(call, CancellationToken.None);
        Assert.True(asked.IsCompletedSuccessfully);
        return asked.GetAwaiter().GetResult();
    }

    private static async Task<T> ValueAsync<T>(RpcCall<T> call, string body) => Assert.IsType<RpcAnswer<T>.Answered>(await AskAsync(call, body)).Value;

    private static JsonRpcClient Client(HttpMessageHandler handler) => new(new HttpMessageInvoker(handler), new Uri("http://node.test/"));
}
