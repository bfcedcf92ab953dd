using System.Collections.Immutable;
using System.Net.WebSockets;
using System.Numerics;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.Evm.Signing;
using Nines.Chains.Evm.Transactions;
using Nines.Chains.JsonRpc;
using Nines.Testing;

namespace Nines.Chains.Tests.Evm.JsonRpc;

/// <summary>Against anvil and an OpenZeppelin token, started from lab/ once for all tests here.</summary>
public sealed class RealChainTests(RealChainTests.TokenChain chain) : IClassFixture<RealChainTests.TokenChain>
{
    /// <summary>Anvil's published first test key: worth nothing anywhere.</summary>
    private static readonly PrivateKey Rich = PrivateKey.Parse("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");

    private static readonly PrivateKey Fresh = PrivateKey.Parse("0x00000000000000000000000000000000000000000000000000000000000a11ce");
    private static readonly Address Somebody = Address.Parse("0x000000000000000000000000000000000000dead");
    private static readonly AbiSignature Transfer = AbiSignature.Parse("transfer(address,uint256) returns (bool)");
    private static readonly AbiSignature BalanceOf = AbiSignature.Parse("balanceOf(address) view returns (uint256)");
    private static readonly ChainId Chain = new(31337);
    private static readonly Gas Plenty = new(200_000);

    [Fact]
    public async Task A_node_takes_a_transaction_of_every_type_and_tells_it_back_with_the_same_hash()
    {
        var node = chain.Node();
        var price = new Wei(await Ask(node, EvmCalls.GasPrice) is var p ? p.Value * 2 : 0);
        var call = Transfer.EncodeCall(new AbiValue.Account(Somebody), new AbiValue.Number(7));
        var nonce = await Ask(node, EvmCalls.GetTransactionCount(Rich.Address, BlockRef.Pending));
        SignedTransaction[] sent =
        [
            new Transaction.Legacy { Nonce = nonce, GasPrice = price, GasLimit = Plenty, To = chain.Token, Data = call, Chain = Chain }.Sign(Rich),
            new Transaction.Legacy { Nonce = nonce + 1, GasPrice = price, GasLimit = Plenty, To = chain.Token, Data = call, Chain = null }.Sign(Rich),
            new Transaction.WithAccessList
            {
                Nonce = nonce + 2, GasPrice = price, GasLimit = Plenty, To = chain.Token, Data = call, Chain = Chain,
                AccessList = [new AccessListEntry(chain.Token, [Slot(0)])],
            }.Sign(Rich),
            new Transaction.DynamicFee
            {
                Nonce = nonce + 3, MaxFeePerGas = price, MaxPriorityFeePerGas = new Wei(1), GasLimit = Plenty, To = Somebody, Chain = Chain,
                Value = new Wei(BigInteger.Pow(10, 15)),
            }.Sign(Rich),
            new Transaction.SetCode
            {
                Nonce = nonce + 4, MaxFeePerGas = price, MaxPriorityFeePerGas = new Wei(1), GasLimit = Plenty, To = Somebody, Chain = Chain,
                Authorizations = [CodeAuthorization.Sign(Fresh, Chain, chain.Token, 0)],
            }.Sign(Rich),
        ];
        foreach (var transaction in sent)
        {
            Assert.Equal(transaction.Hash, await Ask(node, EvmCalls.SendRawTransaction(transaction)));
        }

        foreach (var transaction in sent)
        {
            var receipt = await chain.ReceiptAsync(transaction.Hash);
            Assert.True(receipt.Succeeded);
            Assert.Equal((transaction.Body.Type, Rich.Address), (receipt.Type, receipt.From));
            var told = (await Ask(node, EvmCalls.GetTransaction(transaction.Hash)))!;
            Assert.Equal(transaction, told.Signed);
            Assert.Equal((transaction.Hash, Rich.Address), (told.Hash, told.From));

            var block = (await Ask(node, EvmCalls.GetFullBlock(BlockRef.At(receipt.BlockHash))))!;
            Assert.Equal(receipt.BlockHash, block.Header.ComputeHash());
            Assert.Contains(block.Transactions, t => t.Hash == transaction.Hash && t.Signed!.Hash == transaction.Hash);
            var receipts = (await Ask(node, EvmCalls.GetBlockReceipts(BlockRef.At(receipt.Block))))!.Value;
            Assert.Equal(block.Transactions.Select(t => t.Hash), receipts.Select(r => r.TransactionHash));
            Assert.Equal(block.Header.ReceiptsRoot, Receipt.RootOf(receipts));
            Assert.Equal(block.Header.TransactionsRoot, block.ComputeTransactionsRoot());
            Assert.Equal(block.Header.WithdrawalsRoot, block.ComputeWithdrawalsRoot());
            Assert.All(receipts, r => Assert.Equal(LogsBloom.Of(r.Logs), r.LogsBloom));
            Assert.Equal(LogsBloom.Union(receipts.Select(r => r.LogsBloom)), block.Header.LogsBloom);
        }

        var code = await Ask(node, EvmCalls.GetCode(Fresh.Address, BlockRef.Latest));
        Assert.Equal("0xef0100" + chain.Token.ToString().ToLowerInvariant()[2..], code.ToString());
    }

    [Fact]
    public async Task Logs_of_a_transfer_are_found_by_what_they_say_and_within_the_blocks_bloom()
    {
        var node = chain.Node();
        var receipt = await chain.TransferAsync(new AbiValue.Number(11));
        var wanted = new LogFilter
        {
            From = BlockRef.At(receipt.Block), To = BlockRef.At(receipt.Block), Addresses = [chain.Token],
            Topics = [[AbiSignature.Parse("event Transfer(address,address,uint256)").Topic], [], [new Hash32([.. new byte[12], .. Somebody.ToArray()])]],
        };
        var log = Assert.Single(await Ask(node, EvmCalls.GetLogs(wanted)));
        Assert.Equal(receipt.Logs.Single(), log);
        Assert.Equal(receipt.TransactionHash, log.Place!.Value.TransactionHash);
        Assert.True(wanted.Wants(log));
        Assert.True(wanted.MayMatch(receipt.LogsBloom));
        Assert.False((wanted with { Addresses = [Somebody] }).MayMatch(receipt.LogsBloom));
        Assert.Equal([log], await Ask(node, EvmCalls.GetLogs(LogFilter.OfBlock(receipt.BlockHash))));
        Assert.Empty(await Ask(node, EvmCalls.GetLogs(wanted with { Addresses = [Somebody] })));
    }

    [Fact]
    public async Task A_call_finds_what_it_is_told_to_find_and_the_state_stays()
    {
        var node = chain.Node();
        var query = BalanceOf.EncodeCall(new AbiValue.Account(Fresh.Address));
        var slot = Keccak256.Hash([.. new byte[12], .. Fresh.Address.ToArray(), .. Slot(0).ToArray()]);
        var with = new Dictionary<Address, AccountOverride>
        {
            [chain.Token] = new() { Storage = ImmutableDictionary<Hash32, Hash32>.Empty.Add(slot, Slot(77)) },
        };
        var request = new CallRequest(chain.Token, query);
        Assert.Equal(77, await NumberAsync(EvmCalls.Call(request, BlockRef.Latest, with)));
        Assert.Equal(0, await NumberAsync(EvmCalls.Call(request, BlockRef.Latest)));
        Assert.Equal(Slot(0), await Ask(node, EvmCalls.GetStorageAt(chain.Token, slot, BlockRef.Latest)));
        var poor = new CallRequest(Somebody, HexBytes.Empty) { From = Fresh.Address, Value = new Wei(5) };
        Assert.IsType<RpcAnswer<HexBytes>.RpcError>(await node.SendAsync(EvmCalls.Call(poor, BlockRef.Latest), default));
        var rich = new Dictionary<Address, AccountOverride> { [Fresh.Address] = new() { Balance = new Wei(BigInteger.Pow(10, 18)), Nonce = 3 } };
        Assert.Equal(HexBytes.Empty, await Ask(node, EvmCalls.Call(poor, BlockRef.Latest, rich)));

        async Task<BigInteger> NumberAsync(RpcCall<HexBytes> call) =>
            ((AbiValue.Number)Assert.IsType<AbiDecoding.Decoded>(BalanceOf.DecodeOutputs((await Ask(node, call)).Span)).Values[0]).Value;
    }

    [Fact]
    public async Task Fees_and_gas_are_told()
    {
        var node = chain.Node();
        var receipt = await chain.TransferAsync(new AbiValue.Number(1));
        var history = await Ask(node, EvmCalls.FeeHistory(4, BlockRef.At(receipt.Block), 10, 50));
        Assert.Equal(history.GasUsedRatios.Length + 1, history.BaseFees.Length);
        Assert.Equal(history.GasUsedRatios.Length, history.Rewards.Length);
        Assert.Equal(receipt.Block.Value, history.Oldest.Value + (ulong)history.GasUsedRatios.Length - 1);
        Assert.All(history.Rewards, r => Assert.Equal(2, r.Length));
        Assert.True(history.GasUsedRatios[^1] > 0);
        var call = Transfer.EncodeCall(new AbiValue.Account(Somebody), new AbiValue.Number(1));
        var gas = await Ask(node, EvmCalls.EstimateGas(new CallRequest(chain.Token, call) { From = Rich.Address }, BlockRef.Latest));
        Assert.InRange(gas.Units, 21_000ul, 80_000ul);
        Assert.InRange(receipt.GasUsed.Units, 21_000ul, gas.Units * 2);
        Assert.True(await Ask(node, EvmCalls.MaxPriorityFeePerGas) >= Wei.Zero);
        Assert.Null(await Ask(node, EvmCalls.GetTransactionReceipt(Slot(1))));
        Assert.Null(await Ask(node, EvmCalls.GetTransaction(Slot(1))));
        Assert.Null(await Ask(node, EvmCalls.GetFullBlock(BlockRef.At(Slot(1)))));
    }

    [Fact]
    public async Task Heads_and_logs_come_over_a_link_on_which_questions_are_asked_too()
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(chain.Stream, TestContext.Current.CancellationToken);
        await using var link = new JsonRpcSocket(socket, TimeProvider.System);
        var transfers = new LogFilter { Addresses = [chain.Token], Topics = AbiSignature.Parse("event Transfer(address indexed,address indexed,uint256)").EncodeTopics(null, new AbiValue.Account(Somebody)) };
        var heads = Value(await link.SubscribeAsync(EvmStreams.NewHeads, TestContext.Current.CancellationToken));
        var logs = Value(await link.SubscribeAsync(EvmStreams.Logs(transfers), TestContext.Current.CancellationToken));
        var receipt = await chain.TransferAsync(new AbiValue.Number(3));
        var log = (await logs.Items.ReadAsync(TestContext.Current.CancellationToken)).Value!;
        Assert.Equal(receipt.Logs.Single(), log);
        BlockHeader head;
        do
        {
            head = (await heads.Items.ReadAsync(TestContext.Current.CancellationToken)).Value!;
            Assert.Equal(head.Hash, head.ComputeHash());
        }
        while (head.Number < receipt.Block);
        Assert.Equal(receipt.BlockHash, head.Hash);

        var batch = new RpcBatch();
        var (id, block) = (batch.Add(EvmCalls.ChainId), batch.Add(EvmCalls.GetBlock(BlockRef.At(receipt.BlockHash))));
        var answers = await link.SendAsync(batch, TestContext.Current.CancellationToken);
        Assert.Equal(Chain, Value(answers.Of(id)));
        Assert.Equal(receipt.Block, Value(answers.Of(block))!.Number);
        Assert.True(Value(await link.UnsubscribeAsync(logs, TestContext.Current.CancellationToken)));
        Assert.IsType<RpcAnswer<Gas>.RpcError>(await link.SendAsync(
            EvmCalls.EstimateGas(new CallRequest(chain.Token, Transfer.EncodeCall(new AbiValue.Account(Somebody), new AbiValue.Number(1))), BlockRef.Latest),
            TestContext.Current.CancellationToken));
    }

    private static T Value<T>(RpcAnswer<T> answer) => Assert.IsType<RpcAnswer<T>.Answered>(answer).Value;

    private static Hash32 Slot(byte last) => new([.. new byte[31], last]);

    private static async Task<T> Ask<T>(EvmRpcClient node, RpcCall<T> call) =>
        Assert.IsType<RpcAnswer<T>.Answered>(await node.SendAsync(call, TestContext.Current.CancellationToken)).Value;

    /// <summary>One chain with a token, for the tests of a class.</summary>
    public sealed class TokenChain : IAsyncLifetime
    {
        private readonly HttpClient _http = new();
        private Lab? _lab;

        public Address Token { get; private set; }

        public Uri Stream => new UriBuilder(_lab!.Url) { Scheme = "ws" }.Uri;

        public EvmRpcClient Node() => new(_http, _lab!.Url);

        public async ValueTask InitializeAsync()
        {
            Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
            _lab = await Lab.StartAsync("chain.mjs", "--", "--hardfork", "prague");
            var deployed = await Lab.DoAsync("deploy.mjs", "--rpc", _lab.Url.ToString());
            Token = Address.Parse(deployed["address"]!.GetValue<string>());
        }

        public async ValueTask DisposeAsync()
        {
            _http.Dispose();
            if (_lab is not null)
            {
                await _lab.DisposeAsync();
            }
        }

        public async Task<Receipt> TransferAsync(AbiValue amount)
        {
            var node = Node();
            var nonce = await Ask(node, EvmCalls.GetTransactionCount(Rich.Address, BlockRef.Pending));
            var transaction = new Transaction.DynamicFee
            {
                Nonce = nonce, MaxFeePerGas = new Wei(100_000_000_000), MaxPriorityFeePerGas = new Wei(1), GasLimit = Plenty, To = Token, Chain = Chain,
                Data = Transfer.EncodeCall(new AbiValue.Account(Somebody), amount),
            }.Sign(Rich);
            await Ask(node, EvmCalls.SendRawTransaction(transaction));
            return await ReceiptAsync(transaction.Hash);
        }

        public async Task<Receipt> ReceiptAsync(Hash32 transaction)
        {
            var started = TimeProvider.System.GetTimestamp();
            while (TimeProvider.System.GetElapsedTime(started) < Patience.Most)
            {
                if (await Ask(Node(), EvmCalls.GetTransactionReceipt(transaction)) is { } receipt)
                {
                    return receipt;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }

            throw new InvalidOperationException($"{transaction} is in no block after {Patience.Most.TotalSeconds} s");
        }
    }
}
