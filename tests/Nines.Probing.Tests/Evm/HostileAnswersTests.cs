using System.Text;
using Nines.Chains.Evm.Abi;
using Nines.Core.Observations;
using Nines.Probing.Contracts;
using Nines.Probing.Evm;
using Nines.Probing.Quotas;
using static Nines.Probing.Tests.Evm.EvmScene;

namespace Nines.Probing.Tests.Evm;

public sealed class HostileAnswersTests
{
    internal static readonly Quota Plenty = new(1_000_000, NodaTime.Duration.FromSeconds(1));
    private const string Telling = "{}[]\",:\\u0x-9edfnulltrue";

    [Fact]
    public async Task Ten_thousand_mutated_answers_of_a_node_each_give_a_reasoned_outcome()
    {
        var random = new Random(1);
        var script = new RpcScript();
        // Everything that makes the probe ask again: heads that fall, hashes that change, logs that are kept back, tags out of order.
        script.Methods["eth_getBalance"] = _ => random.Next(4) == 0 ? RpcScript.Error(-32000, "missing trie node 56e8") : RpcScript.Result("\"0x0\"");
        script.Methods["eth_blockNumber"] = _ => RpcScript.Result($"\"0x{script.Head:x}\"");
        script.Methods["eth_getLogs"] = _ => RpcScript.Result("[]");
        script.Methods["eth_getBlockReceipts"] = _ => RpcScript.Result("[]");
        script.Bloom = $"0x{new string('0', 511)}1";
        var handler = new ScriptHandler(asked =>
        {
            script.Safe = (ulong)random.Next(60, 120);
            script.Finalized = (ulong)random.Next(30, 80);
            var answer = script.Answer(asked);
            return Mutated(Encoding.UTF8.GetBytes(random.Next(5) == 0 ? answer.Replace("158d2490", "158d2491", StringComparison.Ordinal) : answer), random);
        });
        await using var probe = NodeAt(new EvmOptions { Url = new Uri("http://node.test/"), ChainId = 31337, Quota = Plenty }, handler);
        await AssertReasonedAsync(probe, new EvmProbeType().Signals.Length, handler, random, script, 10_000);
    }

    [Fact]
    public async Task Ten_thousand_mutated_answers_about_a_contract_each_give_a_reasoned_outcome()
    {
        var random = new Random(2);
        var script = new RpcScript();
        string[] said =
        [
            RpcScript.Result($"\"0x{1:x64}\""), RpcScript.Result("\"0x\""), RpcScript.Error(3, "execution reverted", "0xd93c0665"),
            RpcScript.Error(3, "execution reverted: no", Text("no")), RpcScript.Error(-32000, "out of gas"), RpcScript.Error(-32005, "too many requests"),
        ];
        script.Methods["eth_call"] = _ => said[random.Next(said.Length)];
        var handler = new ScriptHandler(asked => Mutated(Encoding.UTF8.GetBytes(script.Answer(asked)), random));
        await using var probe = ContractAt(new ContractOptions
        {
            Url = new Uri("http://node.test/"),
            Address = "0x5FbDB2315678afecb367f032d93F642f64180aa3",
            Call = "name() returns (string)",
            Quota = Plenty,
            Simulate = new SimulatedAction { Name = "poke", From = "0x5FbDB2315678afecb367f032d93F642f64180aa3", Call = "poke()" },
        }, handler);
        await AssertReasonedAsync(probe, new ContractProbeType().Signals.Length, handler, random, script, 10_000);
    }

    internal static async Task AssertReasonedAsync(Probe probe, int signals, ScriptHandler handler, Random random, RpcScript script, int times)
    {
        int[] statuses = [200, 200, 200, 200, 400, 429, 500, 503];
        var kinds = new Dictionary<string, int>();
        for (var i = 0; i < times; i++)
        {
            handler.Status = statuses[random.Next(statuses.Length)];
            script.Head = (ulong)random.Next(90, 110);
            var sight = await probe.LookAsync(CancellationToken.None);
            var kind = sight.Outcome switch
            {
                Outcome.Answered => "answered",
                Outcome.Refused { Code.Length: > 0, Message.Length: > 0 and < 2_000 } refused => refused.Code,
                _ => throw new InvalidOperationException($"look {i}: {sight.Outcome}"),
            };
            if (sight.Outcome is Outcome.Answered) Assert.Equal(signals, sight.Signals.Length);
            kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
        }
        Assert.Superset(new HashSet<string> { "answered", "malformed", "rate_limited", "http_503" }, kinds.Keys.ToHashSet());
    }

    private static string Text(string reason)
    {
        var error = AbiSignature.Parse("f(string)");
        return "0x08c379a0" + error.EncodeCall(new AbiValue.Text(reason)).ToString()[10..];
    }

    internal static byte[] Mutated(byte[] right, Random random)
    {
        var bytes = new List<byte>(right);
        for (var edits = random.Next(5); edits > 0 && bytes.Count > 0; edits--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] = (byte)Telling[random.Next(Telling.Length)]; break;
                case 2: bytes.RemoveRange(at, bytes.Count - at); break;
                case 3: bytes.RemoveRange(at, length); break;
                case 4: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                default: bytes.Insert(at, (byte)Telling[random.Next(Telling.Length)]); break;
            }
        }
        return [.. bytes];
    }
}
