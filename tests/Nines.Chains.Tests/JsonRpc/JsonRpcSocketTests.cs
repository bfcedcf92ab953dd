using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Nines.Chains.Evm;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using Nines.Chains.Tests.Evm.JsonRpc;
using Nines.Testing;

namespace Nines.Chains.Tests.JsonRpc;

public sealed class JsonRpcSocketTests
{
    private const string Subscription = "0x9ce59a13059e417087c02d3236a0b1cc";

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answers_find_their_questions_in_whatever_order_they_come()
    {
        var far = new ScriptedSocket { Fragment = 7 };
        await using var link = new JsonRpcSocket(far, TimeProvider.System);
        var (chain, head) = (link.SendAsync(EvmCalls.ChainId, Ending), link.SendAsync(EvmCalls.BlockNumber, Ending));
        var (first, second) = (IdOf(await far.NextSentAsync()), IdOf(await far.NextSentAsync()));
        far.Receive($$"""{"jsonrpc":"2.0","id":{{second}},"result":"0x2"}""");
        far.Receive("""{"jsonrpc":"2.0","method":"net_hello","params":[]}""");
        far.Receive($$$"""{"jsonrpc":"2.0","id":{{{first}}},"error":{"code":-32005,"message":"limit exceeded"}}""");
        Assert.Equal(new RpcAnswer<BlockNumber>.Answered(new BlockNumber(2)), await head);
        Assert.Equal(RpcErrorKind.RateLimited, Assert.IsType<RpcAnswer<ChainId>.RpcError>(await chain).Kind);
        Assert.Equal(1, link.Strange);
    }

    [Fact]
    public async Task A_batch_is_one_message_and_what_its_answer_leaves_out_is_malformed()
    {
        var far = new ScriptedSocket();
        await using var link = new JsonRpcSocket(far, TimeProvider.System);
        var batch = new RpcBatch();
        var (chain, head, peers) = (batch.Add(EvmCalls.ChainId), batch.Add(EvmCalls.BlockNumber), batch.Add(EvmCalls.PeerCount));
        var asked = link.SendAsync(batch, Ending);
        using var sent = JsonDocument.Parse(await far.NextSentAsync());
        Assert.Equal(3, sent.RootElement.GetArrayLength());
        var id = sent.RootElement[0].GetProperty("id").GetInt64();
        far.Receive($$"""[{"id":{{id + 1}},"result":"0x2"},{"id":{{id}},"result":"0x7a69"}]""");
        var answers = await asked;
        Assert.Equal(new RpcAnswer<ChainId>.Answered(new ChainId(31337)), answers.Of(chain));
        Assert.Equal(new RpcAnswer<BlockNumber>.Answered(new BlockNumber(2)), answers.Of(head));
        Assert.Contains("no answer to this question", Assert.IsType<RpcAnswer<int>.Malformed>(answers.Of(peers)).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_without_an_id_is_about_the_only_message_that_waits()
    {
        var far = new ScriptedSocket();
        await using var link = new JsonRpcSocket(far, TimeProvider.System);
        var batch = new RpcBatch();
        var (chain, head) = (batch.Add(EvmCalls.ChainId), batch.Add(EvmCalls.BlockNumber));
        var asked = link.SendAsync(batch, Ending);
        await far.NextSentAsync();
        far.Receive("""{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"Batched requests are not supported by this server"}}""");
        Assert.Equal(RpcErrorKind.MethodNotFound, Assert.IsType<RpcAnswer<ChainId>.RpcError>((await asked).Of(chain)).Kind);
        Assert.IsType<RpcAnswer<BlockNumber>.RpcError>((await asked).Of(head));
    }

    [Fact]
    public async Task What_comes_before_the_answer_to_a_subscription_is_not_lost()
    {
        var far = new ScriptedSocket();
        await using var link = new JsonRpcSocket(far, TimeProvider.System);
        var subscribing = link.SubscribeAsync(EvmStreams.NewHeads, Ending);
        var sent = await far.NextSentAsync();
        Assert.EndsWith("\"method\":\"eth_subscribe\",\"params\":[\"newHeads\"]}", sent, StringComparison.Ordinal);
        far.Receive(RealAnswers.NewHead);
        far.Receive($$"""{"jsonrpc":"2.0","id":{{IdOf(sent)}},"result":"{{Subscription}}"}""");
        far.Receive($$$$"""{"method":"eth_subscription","params":{"subscription":"{{{{Subscription}}}}","result":{"number":"0x1"}}}""");
        var heads = Assert.IsType<RpcAnswer<RpcSubscription<BlockHeader>>.Answered>(await subscribing).Value;
        Assert.Equal(new BlockNumber(0x1348c9), (await heads.Items.ReadAsync(Ending)).Value!.Number);
        Assert.Contains("no member", (await heads.Items.ReadAsync(Ending)).Malformed, StringComparison.Ordinal);

        var ending = link.UnsubscribeAsync(heads, Ending);
        sent = await far.NextSentAsync();
        Assert.EndsWith($"\"method\":\"eth_unsubscribe\",\"params\":[\"{Subscription}\"]}}", sent, StringComparison.Ordinal);
        far.Receive($$"""{"id":{{IdOf(sent)}},"result":true}""");
        Assert.Equal(new RpcAnswer<bool>.Answered(true), await ending);
        Assert.False(await heads.Items.WaitToReadAsync(Ending));
    }

    [Fact]
    public async Task A_reader_that_is_slower_than_its_subscription_has_the_newest_and_knows_how_many_it_missed()
    {
        var far = new ScriptedSocket();
        await using var link = new JsonRpcSocket(far, TimeProvider.System, new JsonRpcSocketOptions { Buffered = 3 });
        var subscribing = link.SubscribeAsync(EvmStreams.NewPendingTransactions, Ending);
        far.Receive($$"""{"id":{{IdOf(await far.NextSentAsync())}},"result":7}""");
        var pending = Assert.IsType<RpcAnswer<RpcSubscription<Hash32>>.Answered>(await subscribing).Value;
        Assert.Equal("7", pending.Id);
        for (var i = 0; i < 10; i++)
        {
            far.Receive($$$"""{"method":"eth_subscription","params":{"subscription":7,"result":"0x{{{i:x64}}}"}}""");
        }

        far.Close();
        Assert.StartsWith("the server closed the link", await link.Ended, StringComparison.Ordinal);
        Assert.Equal([7, 8, 9], (await pending.Items.ReadAllAsync(Ending).Select(i => (int)i.Value.ToArray()[31]).ToListAsync(Ending)));
        Assert.Equal(7, pending.Missed);
    }

    [Theory]
    [InlineData(true, "the link broke: cut")]
    [InlineData(false, "the server closed the link: EndpointUnavailable going away")]
    public async Task When_the_link_ends_every_question_that_waits_hears_why(bool isCut, string why)
    {
        var far = new ScriptedSocket();
        await using var link = new JsonRpcSocket(far, TimeProvider.System);
        var asked = link.SendAsync(EvmCalls.ChainId, Ending);
        await far.NextSentAsync();
        if (isCut)
        {
            far.Break();
        }
        else
        {
            far.Close();
        }

        Assert.Equal(why, (await Assert.ThrowsAsync<IOException>(() => asked)).Message);
        Assert.Equal(why, await link.Ended);
        Assert.Equal(why, (await Assert.ThrowsAsync<IOException>(() => link.SendAsync(EvmCalls.ChainId, Ending))).Message);
    }

    [Fact]
    public async Task A_message_longer_than_the_limit_ends_the_link()
    {
        var far = new ScriptedSocket();
        await using var link = new JsonRpcSocket(far, TimeProvider.System, new JsonRpcSocketOptions { MaxMessageBytes = 1024 });
        far.Receive(new byte[1025]);
        Assert.Equal("a message is longer than 1024 bytes", await link.Ended);
        var fits = new ScriptedSocket();
        await using var other = new JsonRpcSocket(fits, TimeProvider.System, new JsonRpcSocketOptions { MaxMessageBytes = 1024 });
        var asked = other.SendAsync(EvmCalls.ChainId, Ending);
        fits.Receive($$"""{"id":{{IdOf(await fits.NextSentAsync())}},"result":"0x1"}""".PadRight(1024));
        Assert.IsType<RpcAnswer<ChainId>.Answered>(await asked);
    }

    [Fact]
    public async Task A_question_that_is_given_up_leaves_the_link_to_the_others()
    {
        var far = new ScriptedSocket();
        await using var link = new JsonRpcSocket(far, TimeProvider.System, new JsonRpcSocketOptions { MaxWaiting = 1 });
        using var limit = new CancellationTokenSource();
        var late = link.SendAsync(EvmCalls.ChainId, limit.Token);
        var id = IdOf(await far.NextSentAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => link.SendAsync(EvmCalls.ChainId, Ending));
        await limit.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => late);
        far.Receive($$"""{"id":{{id}},"result":"0x1"}""");
        var asked = link.SendAsync(EvmCalls.ChainId, Ending);
        far.Receive($$"""{"id":{{IdOf(await far.NextSentAsync())}},"result":"0x2"}""");
        Assert.Equal(new RpcAnswer<ChainId>.Answered(new ChainId(2)), await asked);
    }

    [Fact]
    public async Task Ten_thousand_mutated_messages_leave_the_link_standing()
    {
        var far = new ScriptedSocket();
        await using var link = new JsonRpcSocket(far, TimeProvider.System);
        var subscribing = link.SubscribeAsync(EvmStreams.NewHeads, Ending);
        far.Receive($$"""{"id":{{IdOf(await far.NextSentAsync())}},"result":"{{Subscription}}"}""");
        var heads = Assert.IsType<RpcAnswer<RpcSubscription<BlockHeader>>.Answered>(await subscribing).Value;
        foreach (var message in Mutations.Of([.. RealAnswers.Bytes, Encoding.UTF8.GetBytes(RealAnswers.Batch)]).Generator.Draw(10_000, 100))
        {
            far.Receive(message);
        }

        // while none waits: an error without an id would be the answer of one that does
        await far.AllTakenAsync();
        var asked = link.SendAsync(EvmCalls.BlockNumber, Ending);
        far.Receive($$"""{"id":{{IdOf(await far.NextSentAsync())}},"result":"0x2"}""");
        Assert.IsType<RpcAnswer<BlockNumber>.Answered>(await asked);
        Assert.False(link.Ended.IsCompleted);
        Assert.True(link.Strange > 1_000);
        Assert.True(heads.Items.Count + heads.Missed > 100);
    }

    private static long IdOf(string question)
    {
        using var json = JsonDocument.Parse(question);
        return json.RootElement.GetProperty("id").GetInt64();
    }
}
