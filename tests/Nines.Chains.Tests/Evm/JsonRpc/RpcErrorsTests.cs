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
    [InlineData(-32005, "query returned more than 10000 results", RpcErrorKind.InvalidParams)]
    [InlineData(-32601, "the method eth_nope does not exist/is not available", RpcErrorKind.MethodNotFound)] // Geth
    [InlineData(-32601, "Method not found", RpcErrorKind.MethodNotFound)] // anvil, Reth
    [InlineData(-32604, "Method not enabled", RpcErrorKind.MethodNotFound)] // Besu
    [InlineData(-32000, "header not found", RpcErrorKind.HeaderNotFound)] // Geth
    [InlineData(-32000, "missing trie node 5f2e (path ) state 0x5f2e is not available, not found", RpcErrorKind.HeaderNotFound)] // Geth
    [InlineData(-32001, "block not found: finalized", RpcErrorKind.HeaderNotFound)] // Reth
    [InlineData(-32002, "No state available for block 0x1", RpcErrorKind.HeaderNotFound)] // Nethermind
    [InlineData(-39001, "Unknown block", RpcErrorKind.HeaderNotFound)] // Geth, Besu
    [InlineData(-32602, "BlockOutOfRangeError: block height is 2 but requested was 65535", RpcErrorKind.HeaderNotFound)] // anvil
    [InlineData(4444, "pruned history unavailable", RpcErrorKind.HeaderNotFound)] // EIP-4444
    [InlineData(-32602, "invalid value: string \"0xzz\", expected a valid hex string", RpcErrorKind.InvalidParams)] // anvil
    [InlineData(-32602, "missing value for required argument 0", RpcErrorKind.InvalidParams)] // Geth
    [InlineData(-32600, "Invalid Request", RpcErrorKind.InvalidParams)]
    [InlineData(-32000, "Node is syncing", RpcErrorKind.Syncing)]
    [InlineData(-32000, "node is still synchronizing", RpcErrorKind.Syncing)]
    [InlineData(-32603, "Internal error", RpcErrorKind.Internal)]
    [InlineData(-32000, "execution aborted (timeout = 5s)", RpcErrorKind.Internal)] // Geth
    [InlineData(-32000, "insufficient funds for gas * price + value", RpcErrorKind.Other)]
    [InlineData(0, "", RpcErrorKind.Other)]
    public void An_error_means_the_same_whichever_client_says_it(long code, string message, RpcErrorKind kind) =>
        Assert.Equal(kind, RpcErrors.Classify(code, message));
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
