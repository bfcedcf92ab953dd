using System.Collections.Immutable;
using System.Net;
using System.Numerics;
using System.Text;
using Nines.Bench.Sections;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;

namespace Nines.Bench.Chains;

/// <summary>
/// Decoding the ABI, and reading blocks with their receipts and proving them against the header: its own hash, the root of the receipts and the
/// bloom. Beside ethers and viem, which read blocks and receipts but prove nothing.
/// </summary>
internal sealed class EvmSection : BenchSection
{
    private static readonly AbiSignature Transfer = AbiSignature.Parse("event Transfer(address indexed from, address indexed to, uint256 value)");
    private static readonly AbiSignature Round = AbiSignature.Parse(
        "function latestRoundData() view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)");
    private static readonly AbiSignature Orders = AbiSignature.Parse(
        "function orders() view returns ((address owner, uint256 amount, string note, (uint64 at, bytes data)[] legs)[] book)");

    public override string Bench => "chains";
    public override string Name => "evm";

    public override async Task<IReadOnlyList<Figure>> MeasureAsync(BenchOptions options, int runs)
    {
        const int Transfers = 20;
        var (seconds, count) = options.Quick ? (1.0, 20) : (2.0, 300);
        var blocks = await TokenBlocks.MakeAsync(options.Root, count, Transfers);
        var raw = blocks.Select(block => (Block: Encoding.UTF8.GetBytes(block.Block), Receipts: Encoding.UTF8.GetBytes(block.Receipts))).ToArray();
        var replay = new Replay();
        using var invoker = new HttpMessageInvoker(replay);
        var at = 0;

        var log = LogOf(replay, invoker, raw[0].Receipts);
        var round = HexBytes.Parse("0x" + string.Concat(new[] { (BigInteger.One << 64) + 10_600, 318_245_000_000, 1_763_712_000, 1_763_712_011, (BigInteger.One << 64) + 10_600 }.Select(n => n.ToString("x64", System.Globalization.CultureInfo.InvariantCulture)[^64..])));
        var orders = AbiEncoder.Encode([.. Orders.Outputs.Select(output => output.Type)], [Book()]);
        NodeLibraries.Decode[] decodes =
        [
            new("transfer_logs_decoded", "log", Transfer.ToString(), log.Data.ToString(), [.. log.Topics.Select(topic => topic.ToString())]),
            new("five_words_decoded", "result", "function latestRoundData() view returns (uint80, int256, uint256, uint256, uint80)", round.ToString(), []),
            new("nested_tuples_decoded", "result", "function orders() view returns ((address, uint256, string, (uint64, bytes)[])[])", orders.ToString(), []),
        ];
        Func<int>[] operations =
        [
            () => Times(200, () => Decoded(Transfer.DecodeLog(log))),
            () => Times(200, () => Decoded(Round.DecodeOutputs(round.Span))),
            () => Times(200, () => Decoded(Orders.DecodeOutputs(orders.Span))),
            () => Times(20, () => Read()),
            () => Times(20, Prove),
        ];
        var rates = operations.Select(_ => new List<double>()).ToArray();
        for (var run = 0; run < runs; run++)
            for (var i = 0; i < operations.Length; i++) rates[i].Add(ProcessorRate.Of(operations[i], seconds));
        var peers = await NodeLibraries.MeasureAsync(options, runs, seconds, decodes, blocks);

        Figure Rate(int i, string name, string note) =>
            new(name, Median.Of(rates[i]), "per s of processor time", "higher") { Note = note };
        return
        [
            Rate(0, "transfer_logs_decoded", "two addresses in topics, a number in the data").Beside(peers, "transfer_logs_decoded"),
            Rate(1, "five_words_decoded", "latestRoundData() of a price feed").Beside(peers, "five_words_decoded"),
            Rate(2, "nested_tuples_decoded", "20 orders with a text and two legs each").Beside(peers, "nested_tuples_decoded"),
            Rate(3, "blocks_parsed", $"JSON to typed header and receipts, {Transfers} transfers a block").Beside(peers, "blocks_parsed"),
            Rate(4, "blocks_proved", "parsed, and hash, receipts root and bloom recomputed; no peer does"),
        ];

        (BlockHeader Header, ImmutableArray<Receipt> Receipts) Read()
        {
            var (block, receipts) = raw[at++ % raw.Length];
            var header = Value(Ask(replay, invoker, EvmCalls.GetBlock(BlockRef.Latest), block))!;
            return (header, Value(Ask(replay, invoker, EvmCalls.GetBlockReceipts(BlockRef.Latest), receipts))!.Value);
        }

        void Prove()
        {
            var (header, receipts) = Read();
            if (receipts.Length != Transfers || header.ComputeHash() != header.Hash || Receipt.RootOf(receipts) != header.ReceiptsRoot
                || !LogsBloom.Of(receipts.SelectMany(receipt => receipt.Logs)).Equals(header.LogsBloom))
                throw new InvalidOperationException($"Block {header.Number} does not prove what it says.");
        }
    }

    /// <summary>Looking at the processor's clock costs as much as decoding a few words: it is done only so often.</summary>
    private static int Times(int count, Action operation)
    {
        for (var i = 0; i < count; i++) operation();
        return count;
    }

    private static void Decoded(AbiDecoding decoding)
    {
        if (decoding is not AbiDecoding.Decoded) throw new InvalidOperationException($"Not decoded: {decoding}");
    }

    private static AbiValue.Sequence Book()
    {
        var leg = new AbiValue.Sequence(new AbiValue.Number(1_763_712_000), new AbiValue.Blob(HexBytes.CopyOf(new byte[40])));
        return new AbiValue.Sequence([.. Enumerable.Range(1, 20).Select(i => (AbiValue)new AbiValue.Sequence(
            new AbiValue.Account(new Address(Keccak256.Hash([(byte)i]).ToArray()[12..])), new AbiValue.Number(BigInteger.Pow(10, 18) * i),
            new AbiValue.Text($"an order with a text of its own, number {i}"), new AbiValue.Sequence(leg, leg)))]);
    }

    private static Log LogOf(Replay replay, HttpMessageInvoker invoker, byte[] receipts) =>
        Value(Ask(replay, invoker, EvmCalls.GetBlockReceipts(BlockRef.Latest), receipts))!.Value[0].Logs.Single();

    private static T Value<T>(RpcAnswer<T> answer) =>
        answer is RpcAnswer<T>.Answered { Value: var value } ? value : throw new InvalidOperationException($"Not read: {answer}");

    /// <summary>Through a client, as a probe does; the network is left out. A new one each time, for the recorded answers are to question 1.</summary>
    private static RpcAnswer<T> Ask<T>(Replay replay, HttpMessageInvoker invoker, RpcCall<T> call, byte[] body)
    {
        replay.Next = body;
        var node = new EvmRpcClient(invoker, new Uri("http://127.0.0.1/"), new JsonRpcOptions { MaxResponseBytes = 16 << 20 });
        return node.SendAsync(call, CancellationToken.None).GetAwaiter().GetResult();
    }

    private sealed class Replay : HttpMessageHandler
    {
        public byte[] Next { get; set; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(Next) };
        }
    }
}
