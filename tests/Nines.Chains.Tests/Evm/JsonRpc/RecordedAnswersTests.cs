using System.Collections.Immutable;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;

namespace Nines.Chains.Tests.Evm.JsonRpc;

/// <summary>Answers of anvil 1.7.1 about one block with three approvals of a token, kept whole in <c>Answers/</c>.</summary>
public sealed class RecordedAnswersTests
{
    private static readonly Hash32 Any = Keccak256.Hash([1]);

    public static TheoryData<string, int> Files => new()
    {
        { "block", 1 }, { "receipts", 2 }, { "receipt", 3 }, { "logs", 4 }, { "fees", 5 }, { "transaction", 6 },
    };

    [Fact]
    public void A_block_and_its_receipts_prove_each_other()
    {
        var block = Value(Ask(EvmCalls.GetFullBlock(BlockRef.Latest), Recorded("block")))!;
        var receipts = Value(Ask(EvmCalls.GetBlockReceipts(BlockRef.Latest), Recorded("receipts")))!.Value;
        Assert.Equal(3, block.Transactions.Length);
        Assert.Equal(block.Header.Hash, block.Header.ComputeHash());
        Assert.Equal(block.Header.TransactionsRoot, block.ComputeTransactionsRoot());
        Assert.Equal(block.Header.ReceiptsRoot, Receipt.RootOf(receipts));
        Assert.Equal(block.Header.LogsBloom, LogsBloom.Union(receipts.Select(r => LogsBloom.Of(r.Logs))));
        Assert.All(block.Transactions, t => Assert.Equal(t.From, t.Signed!.Sender()));

        // a receipt that says something else gives another root
        var changed = receipts[1] with { GasUsed = new Gas(1), CumulativeGasUsed = new Gas(1) };
        Assert.NotEqual(block.Header.ReceiptsRoot, Receipt.RootOf(receipts.SetItem(1, changed)));
        Assert.NotEqual(block.Header.ReceiptsRoot, Receipt.RootOf([.. receipts.Reverse()]));
    }

    [Fact]
    public void The_logs_of_a_block_are_those_of_its_receipts()
    {
        var logs = Value(Ask(EvmCalls.GetLogs(LogFilter.OfBlock(Any)), Recorded("logs")));
        var receipts = Value(Ask(EvmCalls.GetBlockReceipts(BlockRef.Latest), Recorded("receipts")))!.Value;
        Assert.Equal(receipts.SelectMany(r => r.Logs), logs);
        var approval = AbiSignature.Parse("event Approval(address indexed owner, address indexed spender, uint256 value)");
        Assert.All(logs, log => Assert.EndsWith(", 7", approval.DecodeLog(log).ToString(), StringComparison.Ordinal));
        var message = Assert.IsType<SubscriptionMessage.NewLog>(SubscriptionMessage.Read(Recorded("log-notification")));
        Assert.Equal(logs[0], message.Log);
    }

    [Fact]
    public void The_bloom_of_a_header_excludes_what_was_not_logged()
    {
        var header = Value(Ask(EvmCalls.GetBlock(BlockRef.Latest), Recorded("block")))!;
        var token = Value(Ask(EvmCalls.GetLogs(LogFilter.OfBlock(Any)), Recorded("logs")))[0].Address;
        Assert.True(header.LogsBloom!.MayContain(token));
        Assert.False(header.LogsBloom.MayContain(Any));
        Assert.False(header.LogsBloom.IsEmpty);
        Assert.True(LogsBloom.Empty.IsWithin(header.LogsBloom));
        Assert.False(header.LogsBloom.IsWithin(LogsBloom.Empty));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Mutated_answers_are_read_or_refused_with_a_reason(string file, int call) =>
        Prop.ForAll(Mutations.Of(Recorded(file)), body => call switch
        {
            1 => IsReasoned(Ask(EvmCalls.GetFullBlock(BlockRef.Latest), body), block => block is null || block.ComputeTransactionsRoot() != Any),
            2 => IsReasoned(Ask(EvmCalls.GetBlockReceipts(BlockRef.Latest), body), receipts => receipts is null || Receipt.RootOf(receipts.Value) != Any),
            3 => IsReasoned(Ask(EvmCalls.GetTransactionReceipt(Any), body), receipt => receipt is null || !receipt.Encode().IsEmpty),
            4 => IsReasoned(Ask(EvmCalls.GetLogs(LogFilter.OfBlock(Any)), body), logs => !LogsBloom.Of(logs).MayContain(Any)),
            5 => IsReasoned(Ask(EvmCalls.FeeHistory(4, BlockRef.Latest), body), fees => fees.GasUsedRatios.All(double.IsFinite)),
            _ => IsReasoned(Ask(EvmCalls.GetTransaction(Any), body), transaction => transaction?.Signed is not { } signed || !signed.Encode().IsEmpty),
        }).Check(Mutations.Many);

    [Fact]
    public void Mutated_notifications_are_messages_or_malformed() =>
        Prop.ForAll(
            Mutations.Of(Recorded("log-notification"), Encoding.UTF8.GetBytes(RealAnswers.NewHead)),
            bytes => SubscriptionMessage.Read(bytes) is not SubscriptionMessage.Malformed { Why.Length: 0 }).Check(Mutations.Many);

    [Fact]
    public void Members_that_nobody_knows_yet_are_passed_over()
    {
        var body = Encoding.UTF8.GetString(Recorded("receipts")).Replace("\"gasUsed\"", "\"gasSaved\":{\"a\":[1,2]},\"gasUsed\"", StringComparison.Ordinal);
        Assert.Equal(3, Value(Ask(EvmCalls.GetBlockReceipts(BlockRef.Latest), Encoding.UTF8.GetBytes(body)))!.Value.Length);
    }

    [Fact]
    public void Numbers_beyond_2_to_the_53_survive_in_every_field()
    {
        var body = Encoding.UTF8.GetString(Recorded("fees"));
        var price = Value(Ask(EvmCalls.FeeHistory(4, BlockRef.Latest), Recorded("fees"))).BaseFees[0];
        var huge = body.Replace($"\"{Quantity.Write(price.Value)}\"", "\"0x100000000000000000000000000000001\"", StringComparison.Ordinal);
        Assert.Equal((System.Numerics.BigInteger.One << 128) + 1, Value(Ask(EvmCalls.FeeHistory(4, BlockRef.Latest), Encoding.UTF8.GetBytes(huge))).BaseFees[0].Value);
    }

    private static bool IsReasoned<T>(RpcAnswer<T> answer, Func<T, bool> holds) => answer switch
    {
        RpcAnswer<T>.Answered answered => holds(answered.Value),
        RpcAnswer<T>.Malformed malformed => malformed.Why.Length > 0,
        RpcAnswer<T>.RpcError => true,
        _ => false,
    };

    private static T Value<T>(RpcAnswer<T> answer) => Assert.IsType<RpcAnswer<T>.Answered>(answer).Value;

    private static RpcAnswer<T> Ask<T>(RpcCall<T> call, byte[] body)
    {
        using var http = new HttpMessageInvoker(new ScriptedHandler(_ => (200, body)));
        return new EvmRpcClient(http, new Uri("http://127.0.0.1/")).SendAsync(call, CancellationToken.None).GetAwaiter().GetResult();
    }

    private static byte[] Recorded(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Evm", "JsonRpc", "Answers", name + ".json"));
}
