using Nines.Chains.Evm;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;

namespace Nines.Chains.Tests.Evm.JsonRpc;

public sealed class EvmRpcBatchTests
{
    private static readonly CancellationToken NoLimit = CancellationToken.None;

    [Fact]
    public async Task Several_questions_go_in_one_request_and_are_matched_by_id()
    {
        var handler = ScriptedHandler.Always(RealAnswers.Batch);
        var (batch, chain, head, peers) = Three();
        var answers = await Client(handler).SendAsync(batch, NoLimit);
        Assert.StartsWith("[{", handler.Requests.Single(), StringComparison.Ordinal);
        Assert.Equal(new RpcAnswer<ChainId>.Answered(new ChainId(31_337)), answers.Of(chain));
        Assert.Equal(new RpcAnswer<BlockNumber>.Answered(new BlockNumber(2)), answers.Of(head));
        Assert.Equal(RpcErrorKind.MethodNotFound, Assert.IsType<RpcAnswer<int>.RpcError>(answers.Of(peers)).Kind);
        Assert.Equal(1, answers.Requests);
    }

    [Theory]
    [InlineData(200, """{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Batch requests are not supported"}}""")]
    [InlineData(200, """{"jsonrpc":"2.0","id":1,"result":"0x7a69"}""")]
    [InlineData(400, "batch")]
    [InlineData(413, "")]
    public async Task A_server_that_refuses_batches_is_asked_one_by_one_now_and_from_then_on(int status, string refusal)
    {
        var handler = new ScriptedHandler(asked =>
            asked[0] == '[' ? (status, Utf8(refusal)) : (200, Utf8($$"""{"id":{{IdIn(asked)}},"result":"0x5"}""")));
        var client = Client(handler);
        var (batch, chain, head, peers) = Three();
        var answers = await client.SendAsync(batch, NoLimit);
        Assert.Equal(new RpcAnswer<ChainId>.Answered(new ChainId(5)), answers.Of(chain));
        Assert.Equal(new RpcAnswer<BlockNumber>.Answered(new BlockNumber(5)), answers.Of(head));
        Assert.Equal(new RpcAnswer<int>.Answered(5), answers.Of(peers));
        Assert.Equal(4, answers.Requests);
        Assert.Equal(3, (await client.SendAsync(Three().Batch, NoLimit)).Requests);
    }

    [Theory]
    [InlineData(429, 1)]
    [InlineData(503, 1)]
    [InlineData(500, 2)]
    [InlineData(400, 2)]
    public async Task A_server_in_trouble_is_not_asked_once_for_each_question(int status, int requests)
    {
        var handler = ScriptedHandler.Always("", status);
        var (batch, chain, _, peers) = Three();
        var client = Client(handler);
        var answers = await client.SendAsync(batch, NoLimit);
        Assert.Equal(requests, handler.Requests.Count);
        Assert.Equal(requests, answers.Requests);
        Assert.Equal(new RpcAnswer<ChainId>.HttpRefused(status, null), answers.Of(chain));
        Assert.Equal(new RpcAnswer<int>.HttpRefused(status, null), answers.Of(peers));
        await client.SendAsync(Three().Batch, NoLimit);
        Assert.StartsWith("[", handler.Requests[requests], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rate_limit_for_the_whole_batch_is_the_answer_to_each_question()
    {
        var handler = ScriptedHandler.Always("""{"id":null,"error":{"code":-32005,"message":"rate limit"}}""");
        var (batch, _, head, _) = Three();
        var answers = await Client(handler).SendAsync(batch, NoLimit);
        Assert.Single(handler.Requests);
        Assert.Equal(RpcErrorKind.RateLimited, Assert.IsType<RpcAnswer<BlockNumber>.RpcError>(answers.Of(head)).Kind);
    }

    [Fact]
    public async Task A_question_answered_twice_or_not_at_all_is_malformed()
    {
        var (batch, chain, head, peers) = Three();
        var answers = await Client(ScriptedHandler.Always(
            """[{"id":1,"result":"0x1"},{"id":1,"result":"0x2"},{"id":"3","result":"0x3"},{"id":99,"result":"0x4"},7,null]""")).SendAsync(batch, NoLimit);
        Assert.IsType<RpcAnswer<ChainId>.Malformed>(answers.Of(chain));
        Assert.IsType<RpcAnswer<BlockNumber>.Malformed>(answers.Of(head));
        Assert.Equal(new RpcAnswer<int>.Answered(3), answers.Of(peers));
    }

    [Fact]
    public async Task A_batch_of_none_makes_no_request_and_of_one_is_no_batch()
    {
        var handler = ScriptedHandler.Always(RealAnswers.ChainId);
        var client = Client(handler);
        var one = new RpcBatch();
        Assert.Equal(0, (await client.SendAsync(one, NoLimit)).Requests);
        var chain = one.Add(EvmCalls.ChainId);
        Assert.Equal(new RpcAnswer<ChainId>.Answered(new ChainId(31_337)), (await client.SendAsync(one, NoLimit)).Of(chain));
        Assert.StartsWith("{", handler.Requests.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slot_of_another_batch_is_refused()
    {
        var answers = await Client(ScriptedHandler.Always(RealAnswers.Batch)).SendAsync(Three().Batch, NoLimit);
        Assert.Throws<ArgumentException>(() => answers.Of(Three().Chain));
    }

    [Fact]
    public void A_batch_has_a_limit()
    {
        var batch = new RpcBatch();
        for (var i = 0; i < RpcBatch.MaxCalls; i++)
        {
            batch.Add(EvmCalls.ChainId);
        }

        Assert.Throws<InvalidOperationException>(() => batch.Add(EvmCalls.ChainId));
    }

    private static (RpcBatch Batch, RpcSlot<ChainId> Chain, RpcSlot<BlockNumber> Head, RpcSlot<int> Peers) Three()
    {
        var batch = new RpcBatch();
        return (batch, batch.Add(EvmCalls.ChainId), batch.Add(EvmCalls.BlockNumber), batch.Add(EvmCalls.PeerCount));
    }

    private static long IdIn(string asked)
    {
        using var document = System.Text.Json.JsonDocument.Parse(asked);
        return document.RootElement.GetProperty("id").GetInt64();
    }

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static EvmRpcClient Client(HttpMessageHandler handler) => new(new HttpMessageInvoker(handler), new Uri("http://node.example/"));
}
