using System.Text;
using Nines.Chains.Evm;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using NodaTime;

namespace Nines.Chains.Tests.Evm.JsonRpc;

/// <summary>The client over real sockets.</summary>
public sealed class EvmRpcLoopbackTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly HttpMessageInvoker _invoker = new(new SocketsHttpHandler());
    private readonly HttpClient _client = new();
    private readonly CancellationTokenSource _limit = new(Limit);

    public void Dispose()
    {
        _invoker.Dispose();
        _client.Dispose();
        _limit.Dispose();
    }

    [Fact]
    public async Task A_batch_goes_over_the_wire_in_one_request()
    {
        await using var server = LoopbackServer.Answering(asked => asked.StartsWith('[') ? RealAnswers.Batch : "");
        var batch = new RpcBatch();
        var chain = batch.Add(EvmCalls.ChainId);
        var head = batch.Add(EvmCalls.BlockNumber);
        var answers = await new EvmRpcClient(_invoker, server.Url).SendAsync(batch, _limit.Token);
        Assert.Equal(new RpcAnswer<ChainId>.Answered(new ChainId(31_337)), answers.Of(chain));
        Assert.Equal(new RpcAnswer<BlockNumber>.Answered(new BlockNumber(2)), answers.Of(head));
        Assert.Equal(1, server.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_endless_body_is_cut_at_the_limit(bool byHttpClient)
    {
        var sent = 0L;
        await using (var server = new LoopbackServer(SendForeverAsync))
        {
            var client = new EvmRpcClient(byHttpClient ? _client : _invoker, server.Url, new JsonRpcOptions { MaxResponseBytes = 100_000 });
            var answer = await client.ChainIdAsync(_limit.Token);
            Assert.Equal(new RpcAnswer<ChainId>.Malformed("the answer is longer than 100000 bytes"), answer);
        }

        Assert.InRange(sent, 0, 64 << 20);

        async Task SendForeverAsync(string asked, Stream stream, CancellationToken stopping)
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"result\":\""u8.ToArray(), stopping);
            for (var chunk = Encoding.ASCII.GetBytes(new string('a', 64 << 10)); ; sent += chunk.Length)
            {
                await stream.WriteAsync(chunk, stopping);
            }
        }
    }

    [Fact]
    public async Task A_body_announced_longer_than_the_limit_is_not_waited_for()
    {
        await using var server = new LoopbackServer(async (_, stream, stopping) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n"u8.ToArray(), stopping);
            await WaitForCloseAsync(stream, stopping);
        });
        Assert.IsType<RpcAnswer<ChainId>.Malformed>(await new EvmRpcClient(_client, server.Url).ChainIdAsync(_limit.Token));
    }

    [Fact]
    public async Task A_body_of_exactly_the_limit_is_read()
    {
        var body = RealAnswers.ChainId.PadRight(2_000);
        await using var server = LoopbackServer.Answering(_ => body);
        var client = new EvmRpcClient(_client, server.Url, new JsonRpcOptions { MaxResponseBytes = 2_000 });
        Assert.Equal(new RpcAnswer<ChainId>.Answered(new ChainId(31_337)), await client.ChainIdAsync(_limit.Token));
        Assert.Throws<ArgumentOutOfRangeException>(() => new JsonRpcOptions { MaxResponseBytes = 1 });
    }

    [Fact]
    public async Task A_page_instead_of_JSON_is_malformed()
    {
        await using var server = LoopbackServer.Answering(_ => "<html>welcome</html>");
        Assert.IsType<RpcAnswer<ChainId>.Malformed>(await new EvmRpcClient(_client, server.Url).ChainIdAsync(_limit.Token));
    }

    [Fact]
    public async Task A_rate_limit_by_status_says_when_to_come_back()
    {
        await using var server = new LoopbackServer((_, stream, stopping) => LoopbackServer.WriteAsync(stream, 429, "", stopping, "Retry-After: 7\r\n"));
        Assert.Equal(
            new RpcAnswer<ChainId>.HttpRefused(429, Duration.FromSeconds(7)),
            await new EvmRpcClient(_client, server.Url).ChainIdAsync(_limit.Token));
    }

    [Fact]
    public async Task A_transfer_that_breaks_off_is_the_transport_s_exception()
    {
        await using var server = new LoopbackServer((_, stream, stopping) =>
            stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"u8.ToArray(), stopping).AsTask());
        await Assert.ThrowsAnyAsync<IOException>(() => new EvmRpcClient(_client, server.Url).ChainIdAsync(_limit.Token));
    }

    [Fact]
    public async Task A_silent_server_is_given_up_when_the_caller_s_limit_is_over()
    {
        await using var server = new LoopbackServer((_, stream, stopping) => WaitForCloseAsync(stream, stopping));
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new EvmRpcClient(_client, server.Url).ChainIdAsync(soon.Token));
    }

    private static Task WaitForCloseAsync(Stream stream, CancellationToken stopping) => stream.CopyToAsync(Stream.Null, stopping);
}
