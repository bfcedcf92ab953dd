using System.Numerics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using NodaTime;

namespace Nines.Chains.Tests.Evm.JsonRpc;

public sealed class EvmRpcClientTests
{
    private static readonly Address Token = Address.Parse("0x5FbDB2315678afecb367f032d93F642f64180aa3");
    private static readonly CancellationToken NoLimit = CancellationToken.None;

    [Fact]
    public async Task A_block_is_read_without_its_transactions()
    {
        var handler = ScriptedHandler.Always(RealAnswers.Block);
        var header = Value(await Client(handler).GetBlockAsync(BlockRef.Latest, NoLimit))!;
        Assert.Equal("""{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["latest",false]}""", handler.Requests.Single());
        Assert.Equal(new BlockNumber(2), header.Number);
        Assert.Equal("0x19e4ed953765eb29be710280a3bb1c568f7011b1aee3a20e3c175faf158d2490", header.Hash.ToString());
        Assert.Equal("0x8c26d4bcbc6ca59b5541abc8dd0cdcde6efaa8764509b8187beb48b3572af17f", header.ParentHash.ToString());
        Assert.Equal(Instant.FromUnixTimeSeconds(0x6b00fb71), header.Timestamp);
        Assert.Equal(new Gas(44_924), header.GasUsed);
        Assert.Equal(new Gas(30_000_000), header.GasLimit);
        Assert.Equal(new Wei(884_193_042), header.BaseFeePerGas);
    }

    [Fact]
    public async Task The_hash_of_a_header_is_reckoned_from_its_fields()
    {
        var header = Value(await Client(ScriptedHandler.Always(RealAnswers.Genesis)).GetBlockAsync(BlockRef.Earliest, NoLimit))!;
        Assert.Equal(header.Hash, header.ComputeHash());
        Assert.NotEqual(header.Hash, (header with { Nonce = 0x43 }).ComputeHash());
        Assert.NotEqual(header.Hash, (header with { BaseFeePerGas = Wei.Zero }).ComputeHash());
        Assert.Null((header with { LogsBloom = null }).ComputeHash());
    }

    [Fact]
    public async Task What_a_chain_puts_in_the_place_of_a_field_that_it_does_not_have_makes_only_that_field_unknown()
    {
        var answer = RealAnswers.Genesis.Replace("\"nonce\":\"0x0000000000000042\"", "\"nonce\":\"\"", StringComparison.Ordinal)
            .Replace("\"stateRoot\":\"0x", "\"stateRoot\":\"0x\",\"was\":\"0x", StringComparison.Ordinal);
        var header = Value(await Client(ScriptedHandler.Always(answer)).GetBlockAsync(BlockRef.Earliest, NoLimit))!;
        Assert.Null(header.Nonce);
        Assert.Null(header.StateRoot);
        Assert.NotNull(header.ReceiptsRoot);
        Assert.Null(header.ComputeHash());
    }

    [Fact]
    public async Task A_block_that_the_node_does_not_have_is_an_answer() =>
        Assert.Null(Value(await Client(ScriptedHandler.Always("""{"id":1,"result":null}""")).GetBlockAsync(BlockRef.Finalized, NoLimit)));

    [Fact]
    public async Task A_number_beyond_2_to_the_53_survives()
    {
        Assert.Equal(9_007_199_254_740_993ul, Value(await Ask(EvmCalls.BlockNumber, """{"id":1,"result":"0x20000000000001"}""")).Value);
        Assert.Equal(9_007_199_254_740_993ul, Value(await Ask(EvmCalls.BlockNumber, """{"id":1,"result":9007199254740993}""")).Value);
        Assert.Equal(
            (BigInteger.One << 256) - 1,
            Value(await Ask(EvmCalls.GetBalance(Token, BlockRef.Latest), $$"""{"id":1,"result":"0x{{new string('f', 64)}}"}""")).Value);
    }

    [Fact]
    public async Task A_call_says_who_asks_what_of_whom_and_when()
    {
        var handler = ScriptedHandler.Always("""{"id":1,"result":"0x01"}""");
        var answer = await Client(handler).CallAsync(
            Token, HexBytes.Parse("0x5c975abb"), BlockRef.At(new BlockNumber(16)), NoLimit, Address.Zero, new Wei(10));
        Assert.Equal(HexBytes.CopyOf([1]), Value(answer));
        Assert.Equal(
            """{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[{"from":"0x0000000000000000000000000000000000000000","to":"0x5FbDB2315678afecb367f032d93F642f64180aa3","value":"0xa","data":"0x5c975abb"},"0x10"]}""",
            handler.Requests.Single());
    }

    [Fact]
    public async Task The_state_of_the_node_is_read()
    {
        Assert.Equal(new ChainId(31_337), Value(await Ask(EvmCalls.ChainId, RealAnswers.ChainId)));
        Assert.Equal(new SyncStatus.NotSyncing(), Value(await Ask(EvmCalls.Syncing, RealAnswers.NotSyncing)));
        Assert.Equal(
            new SyncStatus.Syncing(new BlockNumber(0x3cf522), new BlockNumber(0x3e0e41)), Value(await Ask(EvmCalls.Syncing, RealAnswers.Syncing)));
        Assert.Equal(
            new SyncStatus.Syncing(null, null), Value(await Ask(EvmCalls.Syncing, """{"id":1,"result":{"batchSeen":1}}""")));
        Assert.Equal(25, Value(await Ask(EvmCalls.PeerCount, """{"id":1,"result":"0x19"}""")));
        Assert.Equal("anvil", Value(await Ask(EvmCalls.ClientVersion, """{"id":1,"result":"anvil/v1.7.1"}""")).Client);
        Assert.True(Value(await Ask(EvmCalls.GetCode(Token, BlockRef.Latest), """{"id":1,"result":"0x"}""")).IsEmpty);
    }

    [Theory]
    [InlineData(RealAnswers.Paused, "EnforcedPause()")]
    [InlineData(RealAnswers.Because, "reverted: because")]
    [InlineData(RealAnswers.Ganache, "EnforcedPause()")]
    [InlineData("""{"id":1,"error":{"code":-32015,"message":"VM execution error.","data":"Reverted 0xd93c0665"}}""", "EnforcedPause()")]
    [InlineData("""{"id":1,"error":{"code":-32603,"message":"Error: VM Exception while processing transaction: reverted","data":{"message":"x","txHash":"0x01","data":"0xd93c0665"}}}""", "EnforcedPause()")]
    [InlineData("""{"id":1,"error":{"code":-32000,"message":"VM Exception while processing transaction: revert","data":{"hash":"0x01","result":"0xd93c0665"}}}""", "EnforcedPause()")]
    [InlineData("""{"id":1,"error":{"code":-32603,"message":"execution reverted","data":{"originalError":{"code":3},"data":{"data":"0xd93c0665"}}}}""", "EnforcedPause()")]
    [InlineData("""{"id":1,"error":{"code":3,"message":"execution reverted","data":"0x"}}""", "reverted without a reason")]
    [InlineData("""{"id":1,"error":{"code":-32000,"message":"execution reverted"}}""", "reverted without a reason")]
    public async Task A_revert_keeps_its_data_wherever_the_client_puts_it(string answer, string reason)
    {
        var error = Assert.IsType<RpcAnswer<HexBytes>.RpcError>(await Ask(EvmCalls.Call(Token, HexBytes.Empty, BlockRef.Latest), answer));
        Assert.Equal(RpcErrorKind.ExecutionReverted, error.Kind);
        Assert.Equal(reason, RevertReason.Decode(error.Data).Text);
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("<html>502</html>", "not JSON")]
    [InlineData("{\"id\":1,\"result\":\"0x1\"", "cut off in the middle")]
    [InlineData("[]", "a response is an object")]
    [InlineData("""{"id":1}""", "neither a result nor an error")]
    [InlineData("""{"id":2,"result":"0x1"}""", "for question 2, not 1")]
    [InlineData("""{"result":"0x1"}""", "does not say that it is for question 1")]
    [InlineData("""{"id":1,"result":"0xzz"}""", "not a quantity")]
    [InlineData("""{"id":1,"result":"0x"}""", "not a quantity")]
    [InlineData("""{"id":1,"result":"12"}""", "not a quantity")]
    [InlineData("""{"id":1,"result":1.5}""", "not a quantity")]
    [InlineData("""{"id":1,"result":null}""", "not a quantity")]
    [InlineData("""{"id":1,"result":"0x10000000000000000"}""", "below 2^64")]
    [InlineData("""{"id":1,"result":"\ud800"}""", "")]
    public async Task An_answer_that_is_not_what_the_protocol_says_is_malformed(string body, string why) =>
        Assert.Contains(why, Assert.IsType<RpcAnswer<BlockNumber>.Malformed>(await Ask(EvmCalls.BlockNumber, body)).Why, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"id":1,"error":{"code":1,"message":"\ud800"}}""", 200)]
    [InlineData("""{"id":1,"error":{"code":1,"message":"x","data":{"\ud800":{}}}}""", 200)]
    [InlineData("""{"id":"\ud800","result":"0x1"}""", 200)]
    [InlineData("""{"\ud800":1,"id":1,"result":"0x1"}""", 200)]
    [InlineData("""{"id":1,"error":{"code":1,"message":"\ud800"}}""", 500)]
    [InlineData("""[{"id":"\ud800","result":"0x1"},{"id":2,"error":"\ud800"}]""", 200)]
    public async Task Half_of_a_surrogate_pair_does_no_harm(string body, int status)
    {
        var client = Client(ScriptedHandler.Always(body, status));
        Assert.IsNotType<RpcAnswer<BlockNumber>.Answered>(await client.BlockNumberAsync(NoLimit));
        Assert.True(EveryQuestionHasAnAnswer(Encoding.UTF8.GetBytes(body)));
        Assert.IsNotType<SubscriptionMessage.NewHead>(SubscriptionMessage.Read(Encoding.UTF8.GetBytes(body)));
    }

    [Fact]
    public async Task A_member_that_nobody_knows_is_passed_over_whatever_its_name() =>
        Assert.Equal(1ul, Value(await Ask(EvmCalls.BlockNumber, """{"énorme":1,"id":1,"result":"0x1","more":{"x":[1e999,12345678901234567890123]}}""")).Value);

    [Fact]
    public async Task JSON_nested_deeper_than_64_is_malformed() =>
        Assert.IsType<RpcAnswer<BlockNumber>.Malformed>(await Ask(EvmCalls.BlockNumber, new string('[', 100_000)));

    [Fact]
    public async Task A_block_without_a_hash_or_with_a_time_after_the_year_9999_is_malformed()
    {
        var call = EvmCalls.GetBlock(BlockRef.Latest);
        Assert.IsType<RpcAnswer<BlockHeader?>.Malformed>(await Ask(call, RealAnswers.Block.Replace("\"hash\"", "\"hush\"", StringComparison.Ordinal)));
        Assert.IsType<RpcAnswer<BlockHeader?>.Malformed>(await Ask(call, RealAnswers.Block.Replace("0x6b00fb71", "0xffffffffffffffff", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(503, "<html>no healthy upstream</html>")]
    [InlineData(401, "{\"message\":\"key\"}")]
    [InlineData(429, """{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"limit"}}""")]
    [InlineData(302, "")]
    public async Task A_status_other_than_success_is_a_refusal(int status, string body) =>
        Assert.Equal(
            new RpcAnswer<BlockNumber>.HttpRefused(status, null),
            await Client(ScriptedHandler.Always(body, status)).BlockNumberAsync(NoLimit));

    [Fact]
    public async Task An_error_by_protocol_counts_more_than_the_status_it_came_with()
    {
        var answer = await Client(ScriptedHandler.Always("""{"id":null,"error":{"code":-32601,"message":"no"}}""", 400)).BlockNumberAsync(NoLimit);
        Assert.Equal(new RpcAnswer<BlockNumber>.RpcError(-32601, "no", HexBytes.Empty), answer);
    }

    [Fact]
    public async Task An_error_that_is_a_text_is_classified_by_its_words()
    {
        var answer = Assert.IsType<RpcAnswer<BlockNumber>.RpcError>(await Ask(EvmCalls.BlockNumber, """{"error":"Too Many Requests"}"""));
        Assert.Equal(RpcErrorKind.RateLimited, answer.Kind);
    }

    [Fact]
    public async Task A_long_message_is_cut() =>
        Assert.InRange(
            Assert.IsType<RpcAnswer<BlockNumber>.RpcError>(
                await Ask(EvmCalls.BlockNumber, """{"id":1,"error":{"code":1,"message":"?"}}""".Replace("?", new string('x', 100_000), StringComparison.Ordinal))).Message.Length,
            1_000,
            1_001);

    [Fact]
    public void Mutated_answers_are_answers_or_typed_failures_and_never_crash() =>
        Prop.ForAll(Mutations.Of(RealAnswers.Bytes), IsTypedForEveryCall).Check(Mutations.Many);

    [Fact]
    public void Mutated_batches_give_every_question_an_answer_and_never_crash() =>
        Prop.ForAll(Mutations.Of(Encoding.UTF8.GetBytes(RealAnswers.Batch)), EveryQuestionHasAnAnswer).Check(Mutations.Many);

    [Fact]
    public void Mutated_subscription_messages_are_messages_or_malformed_and_never_crash() =>
        Prop.ForAll(Mutations.Of(RealAnswers.Bytes), bytes => SubscriptionMessage.Read(bytes) is not null).Check(Mutations.Many);

    private static bool IsTypedForEveryCall(byte[] body)
    {
        foreach (var status in (int[])[200, 500])
        {
            _ = AskNow(EvmCalls.GetBlock(BlockRef.Latest), body, status);
            _ = AskNow(EvmCalls.Syncing, body, status);
            _ = AskNow(EvmCalls.ChainId, body, status);
            _ = AskNow(EvmCalls.ClientVersion, body, status);
            if (AskNow(EvmCalls.Call(Token, HexBytes.Empty, BlockRef.Latest), body, status) is RpcAnswer<HexBytes>.RpcError error)
            {
                _ = RevertReason.Decode(error.Data).Text;
            }
        }

        return true;
    }

    private static bool EveryQuestionHasAnAnswer(byte[] body)
    {
        var batch = new RpcBatch();
        var (chain, head, peers) = (batch.Add(EvmCalls.ChainId), batch.Add(EvmCalls.BlockNumber), batch.Add(EvmCalls.PeerCount));
        var answers = Client(new ScriptedHandler(_ => (200, body))).SendAsync(batch, NoLimit).GetAwaiter().GetResult();
        return answers.Of(chain) is not null && answers.Of(head) is not null && answers.Of(peers) is not null;
    }

    private static RpcAnswer<T> AskNow<T>(RpcCall<T> call, byte[] body, int status) =>
        Client(new ScriptedHandler(_ => (status, body))).SendAsync(call, NoLimit).GetAwaiter().GetResult();

    private static Task<RpcAnswer<T>> Ask<T>(RpcCall<T> call, string body) => Client(ScriptedHandler.Always(body)).SendAsync(call, NoLimit);

    private static T Value<T>(RpcAnswer<T> answer) => Assert.IsType<RpcAnswer<T>.Answered>(answer).Value;

    private static EvmRpcClient Client(HttpMessageHandler handler) => new(new HttpMessageInvoker(handler), new Uri("http://node.example/"));
}
