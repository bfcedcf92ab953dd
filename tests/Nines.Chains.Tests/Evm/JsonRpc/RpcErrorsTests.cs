using Nines.Chains.Evm;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;

namespace Nines.Chains.Tests.Evm.JsonRpc;

public sealed class RpcErrorsTests
{
    [Theory]
    [InlineData(3, "execution reverted: ERC20: transfer amount exceeds balance", RpcErrorKind.ExecutionReverted)] // Geth, Erigon, Reth, anvil
    [InlineData(-32000, "execution reverted", RpcErrorKind.ExecutionReverted)] // Geth before 1.9.15
    [InlineData(-32000, "Execution reverted", RpcErrorKind.ExecutionReverted)] // Besu
    [InlineData(-32015, "VM execution error.", RpcErrorKind.ExecutionReverted)] // Nethermind, OpenEthereum
    [InlineData(-32603, "VM Exception while processing transaction: reverted with custom error 'EnforcedPause()'", RpcErrorKind.ExecutionReverted)] // Hardhat
    [InlineData(-32000, "invalid opcode: opcode 0xfe not defined", RpcErrorKind.ExecutionReverted)] // Geth
    [InlineData(-32603, "EVM error InvalidFEOpcode", RpcErrorKind.ExecutionReverted)] // anvil
    [InlineData(-32000, "out of gas", RpcErrorKind.ExecutionReverted)]
    [InlineData(-32005, "limit exceeded", RpcErrorKind.RateLimited)] // EIP-1474
    [InlineData(-32005, "daily request count exceeded, request rate limited", RpcErrorKind.RateLimited)]
    [InlineData(429, "Your app has exceeded its compute units per second capacity.", RpcErrorKind.RateLimited)]
    [InlineData(-32016, "over rate limit", RpcErrorKind.RateLimited)]
    [InlineData(-32007, "50/second request limit reached", RpcErrorKind.RateLimited)]
    [InlineData(-32029, "", RpcErrorKind.RateLimited)]
    [InlineData(-32005, "query returned more than 10000 results", RpcErrorKind.TooLarge)] // Infura, Alchemy
    [InlineData(-32005, "Requested range exceeds maximum RPC range limit", RpcErrorKind.TooLarge)] // Besu
    [InlineData(-32602, "query exceeds max block range 100000", RpcErrorKind.TooLarge)] // Reth
    [InlineData(-32602, "query exceeds max results 20000, retry with the range 0-10", RpcErrorKind.TooLarge)] // Reth
    [InlineData(-32000, "exceed maximum block range: 50000", RpcErrorKind.TooLarge)] // BNB Smart Chain
    [InlineData(-32000, "requested too many blocks from 1 to 9000, maximum is set to 2048", RpcErrorKind.TooLarge)] // Avalanche
    [InlineData(-32614, "eth_getLogs is limited to a 10,000 range", RpcErrorKind.TooLarge)] // QuickNode
    [InlineData(-32602, "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range", RpcErrorKind.TooLarge)] // Alchemy
    [InlineData(-32003, "response too large", RpcErrorKind.TooLarge)] // Geth
    [InlineData(-32008, "Response is too big", RpcErrorKind.TooLarge)] // Reth
    [InlineData(-32600, "batch too large", RpcErrorKind.TooLarge)] // Geth
    [InlineData(-32005, "Batched requests are not supported by this server", RpcErrorKind.MethodNotFound)] // Reth
    [InlineData(-32005, "project ID request rate exceeded", RpcErrorKind.RateLimited)] // Infura
    [InlineData(-32000, "too many requests, reason: call rate limit exhausted, retry in 10s", RpcErrorKind.RateLimited)] // Ankr
    [InlineData(-32005, "You've exceeded the RPS limit available on the current plan.", RpcErrorKind.RateLimited)] // Chainstack
    [InlineData(-32000, "execution reverted: rate limit exceeded", RpcErrorKind.ExecutionReverted)] // a contract's own words
    [InlineData(-32000, "VM Exception while processing transaction: revert nonce too low", RpcErrorKind.ExecutionReverted)]
    [InlineData(-32000, "nonce too low: next nonce 5, tx nonce 3", RpcErrorKind.NonceTooLow)] // Geth, Reth
    [InlineData(-32010, "OldNonce, Current nonce: 5, nonce of rejected tx: 3.", RpcErrorKind.NonceTooLow)] // Nethermind
    [InlineData(-32001, "Nonce too low", RpcErrorKind.NonceTooLow)] // Besu
    [InlineData(-32010, "NonceGap, Future nonce. Expected nonce: 1", RpcErrorKind.NonceTooHigh)] // Nethermind
    [InlineData(-32003, "Insufficient funds for gas * price + value", RpcErrorKind.InsufficientFunds)] // anvil
    [InlineData(-32010, "InsufficientFunds, Balance is 0 less than sending value 5", RpcErrorKind.InsufficientFunds)] // Nethermind
    [InlineData(-32004, "Upfront cost exceeds account balance", RpcErrorKind.InsufficientFunds)] // Besu
    [InlineData(-32000, "replacement transaction underpriced", RpcErrorKind.Underpriced)] // Geth, Erigon, Reth
    [InlineData(-32003, "max fee per gas less than block base fee", RpcErrorKind.Underpriced)] // Geth, Reth, anvil
    [InlineData(-32009, "Gas price below configured minimum gas price", RpcErrorKind.Underpriced)] // Besu
    [InlineData(-32010, "FeeTooLow, MaxFeePerGas too low. MaxFeePerGas: 1", RpcErrorKind.Underpriced)] // Nethermind
    [InlineData(-32000, "already known", RpcErrorKind.AlreadyKnown)] // Geth, Reth
    [InlineData(-32010, "AlreadyKnown", RpcErrorKind.AlreadyKnown)] // Nethermind
    [InlineData(-32003, "transaction already imported", RpcErrorKind.AlreadyKnown)] // anvil
    [InlineData(-32005, "Transaction gas limit exceeds block gas limit", RpcErrorKind.TransactionRefused)] // Besu
    [InlineData(-32000, "intrinsic gas too low: gas 20000, minimum needed 21000", RpcErrorKind.TransactionRefused)] // Geth
    [InlineData(-32000, "txpool is full", RpcErrorKind.TransactionRefused)] // Geth, Reth
    [InlineData(-32003, "Transaction rejected", RpcErrorKind.TransactionRefused)] // EIP-1474
    [InlineData(-32002, "request timed out", RpcErrorKind.TimedOut)] // Geth
    [InlineData(-32016, "", RpcErrorKind.TimedOut)] // Nethermind
    [InlineData(-32000, "historical state unavailable", RpcErrorKind.StateUnavailable)] // Reth
    [InlineData(-32000, "World state unavailable", RpcErrorKind.StateUnavailable)] // Besu
    [InlineData(-32000, "old data not available due to pruning", RpcErrorKind.StateUnavailable)] // Erigon
    [InlineData(-32000, "invalid api key", RpcErrorKind.Unauthorized)]
    [InlineData(-40100, "Unauthorized", RpcErrorKind.Unauthorized)] // Besu
    [InlineData(-32009, "Server is busy, try again later", RpcErrorKind.Internal)] // Reth
    [InlineData(-32601, "the method eth_nope does not exist/is not available", RpcErrorKind.MethodNotFound)] // Geth
    [InlineData(-32601, "Method not found", RpcErrorKind.MethodNotFound)] // anvil, Reth
    [InlineData(-32604, "Method not enabled", RpcErrorKind.MethodNotFound)] // Besu
    [InlineData(-32000, "header not found", RpcErrorKind.HeaderNotFound)] // Geth
    [InlineData(-32000, "missing trie node 5f2e (path ) state 0x5f2e is not available, not found", RpcErrorKind.StateUnavailable)] // Geth
    [InlineData(-32001, "block not found: finalized", RpcErrorKind.HeaderNotFound)] // Reth
    [InlineData(-32002, "No state available for block 0x1", RpcErrorKind.StateUnavailable)] // Nethermind
    [InlineData(-39001, "Unknown block", RpcErrorKind.HeaderNotFound)] // Geth, Besu
    [InlineData(-32602, "BlockOutOfRangeError: block height is 2 but requested was 65535", RpcErrorKind.HeaderNotFound)] // anvil
    [InlineData(4444, "pruned history unavailable", RpcErrorKind.StateUnavailable)] // EIP-4444
    [InlineData(-32602, "invalid value: string \"0xzz\", expected a valid hex string", RpcErrorKind.InvalidParams)] // anvil
    [InlineData(-32602, "missing value for required argument 0", RpcErrorKind.InvalidParams)] // Geth
    [InlineData(-32600, "Invalid Request", RpcErrorKind.InvalidParams)]
    [InlineData(-32000, "Node is syncing", RpcErrorKind.Syncing)]
    [InlineData(-32000, "node is still synchronizing", RpcErrorKind.Syncing)]
    [InlineData(-32603, "Internal error", RpcErrorKind.Internal)]
    [InlineData(-32000, "execution aborted (timeout = 5s)", RpcErrorKind.TimedOut)] // Geth
    [InlineData(-32000, "insufficient funds for gas * price + value", RpcErrorKind.InsufficientFunds)]
    [InlineData(0, "", RpcErrorKind.Other)]
    public void An_error_means_the_same_whichever_client_says_it(long code, string message, RpcErrorKind kind) =>
        Assert.Equal(kind, RpcErrors.Classify(code, message));

    [Theory]
    [InlineData("""{"code":3,"message":"execution reverted","data":"0xd93c0665"}""")] // Geth, Erigon, Besu, Reth, anvil
    [InlineData("""{"code":-32015,"message":"VM execution error.","data":"Reverted 0xd93c0665"}""")] // Nethermind, OpenEthereum
    [InlineData("""{"code":-32603,"message":"Error: VM Exception while processing transaction","data":{"message":"paused","data":"0xd93c0665"}}""")] // Hardhat
    [InlineData("""{"code":-32000,"message":"VM Exception while processing transaction: revert","data":{"result":"0xd93c0665"}}""")] // Ganache 7
    [InlineData("""{"code":-32000,"message":"execution reverted: 0xd93c0665"}""")] // some rollups
    [InlineData("""{"code":-32603,"message":"reverted with an unrecognized custom error (return data: 0xd93c0665)"}""")] // Hardhat behind proxies
    public async Task Revert_data_is_found_wherever_the_client_put_it(string error)
    {
        using var http = new HttpMessageInvoker(ScriptedHandler.Always($$"""{"jsonrpc":"2.0","id":1,"error":{{error}} }"""));
        var call = EvmCalls.Call(Address.Zero, HexBytes.Empty, BlockRef.Latest);
        var answer = await new EvmRpcClient(http, new Uri("http://127.0.0.1/")).SendAsync(call, TestContext.Current.CancellationToken);
        var reverted = Assert.IsType<RpcAnswer<HexBytes>.RpcError>(answer);
        Assert.Equal("0xd93c0665", reverted.Data.ToString());
        Assert.Equal(RpcErrorKind.ExecutionReverted, reverted.Kind);
    }

    [Theory]
    [InlineData("nonce too low: 0xd93c0665")]
    [InlineData("execution reverted: 0xd93c06")]
    [InlineData("execution reverted: see 0x")]
    [InlineData("0xd93c0665 reverted")]
    public async Task What_only_looks_like_revert_data_in_a_message_is_none(string message)
    {
        using var http = new HttpMessageInvoker(ScriptedHandler.Always($$$"""{"id":1,"error":{"code":-32000,"message":"{{{message}}}"}}"""));
        var answer = await new EvmRpcClient(http, new Uri("http://127.0.0.1/")).SendAsync(EvmCalls.ChainId, TestContext.Current.CancellationToken);
        Assert.True(Assert.IsType<RpcAnswer<ChainId>.RpcError>(answer).Data.IsEmpty);
    }
}

public sealed class SubscriptionMessageTests
{
    [Fact]
    public void A_new_head_is_read()
    {
        var head = Assert.IsType<SubscriptionMessage.NewHead>(Read(RealAnswers.NewHead));
        Assert.Equal("0x9ce59a13059e417087c02d3236a0b1cc", head.Subscription);
        Assert.Equal(new BlockNumber(0x1348c9), head.Header.Number);
        Assert.Equal(new Wei(7), head.Header.BaseFeePerGas);
    }

    [Fact]
    public void The_answer_to_the_subscription_is_told_from_a_head()
    {
        var reply = Assert.IsType<SubscriptionMessage.Reply>(Read("""{"jsonrpc":"2.0","id":7,"result":"0xcd0c"}"""));
        Assert.Equal(7, reply.Id);
        Assert.Equal(new RpcAnswer<string>.Answered("0xcd0c"), reply.Subscription);
        var refused = Assert.IsType<SubscriptionMessage.Reply>(Read("""{"id":7,"error":{"code":-32601,"message":"notifications not supported"}}"""));
        Assert.IsType<RpcAnswer<string>.RpcError>(refused.Subscription);
    }

    [Fact]
    public void A_notification_of_another_kind_is_named() =>
        Assert.Equal(new SubscriptionMessage.Other("net_hello"), Read("""{"jsonrpc":"2.0","method":"net_hello","params":[]}"""));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"method":"eth_subscription"}""")]
    [InlineData("""{"method":"eth_subscription","params":{"subscription":"0x1","result":{"number":"0x1"}}}""")]
    [InlineData("""{"method":"eth_subscription","params":{"subscription":"0x1","result":"0x1"}}""")]
    public void What_is_no_message_is_malformed(string message) => Assert.IsType<SubscriptionMessage.Malformed>(Read(message));

    private static SubscriptionMessage Read(string message) => SubscriptionMessage.Read(System.Text.Encoding.UTF8.GetBytes(message));
}
