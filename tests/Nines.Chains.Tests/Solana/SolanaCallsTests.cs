using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Nines.Chains.JsonRpc;
using Nines.Chains.Solana;
using Nines.Chains.Tests.Evm.JsonRpc;
using NodaTime;

namespace Nines.Chains.Tests.Solana;

public sealed class SolanaCallsTests
{
    [Fact]
    public async Task The_documented_answers_are_read()
    {
        Assert.Equal(new EpochInfo(166_598, 166_500, 27), await ValueAsync(SolanaCalls.EpochInfo(Commitment.Confirmed), DocumentedAnswers.EpochInfo));
        Assert.Equal(("EkSnNWid2cvwEVnVx9aBqawnmiCNiDgp3gUdkDPTKN1N", 2_792ul), await ValueAsync(SolanaCalls.LatestBlockhash(Commitment.Finalized), DocumentedAnswers.Blockhash) is var hash ? (hash.Hash, hash.Slot) : default);
        Assert.Equal(new BlockProduction(9_888, 9_886), await ValueAsync(SolanaCalls.BlockProduction(null, 0), DocumentedAnswers.Production));
        Assert.Equal("1.16.7", await ValueAsync(SolanaCalls.Version, DocumentedAnswers.Version));
        Assert.Equal("GH7ome3EiwEr7tu9JuTh2dpYWBJK3z69Xm1ZE3MEE6JC", await ValueAsync(SolanaCalls.GenesisHash, DocumentedAnswers.Genesis));
        Assert.Equal(Instant.FromUnixTimeSeconds(1_574_721_591), await ValueAsync(SolanaCalls.BlockTime(430), DocumentedAnswers.BlockTime));
        Assert.Equal("3Eq21vXNB5s86c62bVuUfTeaMif1N2kUqRPBmGRJhyTA", (await ValueAsync(SolanaCalls.Block(430), DocumentedAnswers.Block))?.Hash);
    }

    [Fact]
    public async Task Numbers_beyond_2_to_the_53_survive()
    {
        Assert.Equal(9_007_199_254_740_993ul, await ValueAsync(SolanaCalls.Slot(Commitment.Processed), DocumentedAnswers.Slot));
        Assert.Equal(9_007_199_254_740_993, await ValueAsync(SolanaCalls.Balance("x"), DocumentedAnswers.Balance));
        var accounts = await ValueAsync(SolanaCalls.VoteAccounts(), DocumentedAnswers.VoteAccounts);
        Assert.Equal([(new BigInteger(ulong.MaxValue), false), (42, true)], accounts.Select(account => (account.Stake, account.IsDelinquent)));
    }

    [Theory]
    [InlineData(DocumentedAnswers.Ok, true, null)]
    [InlineData(DocumentedAnswers.Behind, false, 42ul)]
    [InlineData(DocumentedAnswers.Unhealthy, false, null)]
    public async Task Minus_32005_is_a_node_that_is_behind_and_no_limit(string answer, bool isHealthy, ulong? behind)
    {
        var said = await AskAsync(SolanaCalls.Health, answer);
        Assert.Equal(new NodeHealth(isHealthy, behind), SolanaErrors.HealthOf(said));
        Assert.Null(said.RateRefusal);
    }

    [Theory]
    [InlineData(-32005, SolanaErrorKind.Unhealthy)]
    [InlineData(-32007, SolanaErrorKind.NoBlock)]
    [InlineData(-32016, SolanaErrorKind.NotReached)]
    [InlineData(-32601, SolanaErrorKind.NotOffered)]
    [InlineData(-1, SolanaErrorKind.Other)]
    public void Errors_are_told_apart_by_code(long code, SolanaErrorKind kind) => Assert.Equal(kind, SolanaErrors.Classify(code));

    [Fact]
    public async Task More_blocks_than_slots_and_keys_that_are_none_are_malformed()
    {
        Assert.IsType<RpcAnswer<BlockProduction>.Malformed>(await AskAsync(SolanaCalls.BlockProduction(null, null), DocumentedAnswers.Production.Replace("9886", "9889", StringComparison.Ordinal)));
        Assert.IsType<RpcAnswer<string>.Malformed>(await AskAsync(SolanaCalls.GenesisHash, """{"jsonrpc":"2.0","result":"0OIl","id":1}"""));
    }

    [Fact]
    public void Mutated_answers_are_answers_or_typed_failures_and_never_crash() => Prop.ForAll(Mutations.Of(DocumentedAnswers.Bytes), body =>
    {
        _ = SolanaErrors.HealthOf(AskNow(SolanaCalls.Health, body));
        _ = AskNow(SolanaCalls.Slot(Commitment.Confirmed), body);
        _ = AskNow(SolanaCalls.EpochInfo(Commitment.Confirmed), body);
        _ = AskNow(SolanaCalls.LatestBlockhash(Commitment.Confirmed), body);
        _ = AskNow(SolanaCalls.VoteAccounts(), body);
        _ = AskNow(SolanaCalls.BlockProduction(null, null), body);
        _ = AskNow(SolanaCalls.Balance("x"), body);
        _ = AskNow(SolanaCalls.Version, body);
        _ = AskNow(SolanaCalls.GenesisHash, body);
        _ = AskNow(SolanaCalls.BlockTime(1), body);
        _ = AskNow(SolanaCalls.Block(1), body);
        return true;
    }).Check(Mutations.Many);

    private static Task<RpcAnswer<T>> AskAsync<T>(RpcCall<T> call, string body) => Client(ScriptedHandler.Always(body)).SendAsync(call, CancellationToken.None);

    private static RpcAnswer<T> AskNow<T>(RpcCall<T> call, byte[] body)
    {
        var asked = Client(new ScriptedHandler(_ => (200, body))).SendAsync(call, CancellationToken.None);
        Assert.True(asked.IsCompletedSuccessfully);
        return asked.GetAwaiter().GetResult();
    }

    private static async Task<T> ValueAsync<T>(RpcCall<T> call, string body) => Assert.IsType<RpcAnswer<T>.Answered>(await AskAsync(call, body)).Value;

    private static JsonRpcClient Client(HttpMessageHandler handler) => new(new HttpMessageInvoker(handler), new Uri("http://node.test/"));
}
