using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.ContractWatch;
using Nines.Probing.Evm;
using Nines.Probing.Quotas;
using Nines.Probing.Tests.Evm;
using NodaTime;

namespace Nines.Probing.Tests.ContractWatch;

/// <summary>Nodes that refuse, lag and lie, in memory.</summary>
public sealed class ScriptedContractTests
{
    private const string Contract = "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512";

    /// <summary>As anvil 1.7.1 answered eth_getLogs about WatchedProxy; block and range filled in.</summary>
    private static readonly string[] Recorded =
    [
        """{"address":"0xe7f1725e7734ce288f8367e1bb143e90bb3f0512","topics":["0xbc7cd75a20ee27fd9adebab32041f755214dbc6bffa90cc0225b39da2e5c2d3b","0x0000000000000000000000005fbdb2315678afecb367f032d93f642f64180aa3"],"data":"0x","blockHash":"HASH","blockNumber":"NUMBER","blockTimestamp":"0x6b01552a","transactionHash":"0x6d904ab2dfecc9b6a2256860d5c789db3804191dbc7a81dfa7cf75c3527194be","transactionIndex":"0x0","logIndex":"0x0","removed":false}""",
        """{"address":"0xe7f1725e7734ce288f8367e1bb143e90bb3f0512","topics":["0x2f8788117e7eff1d82e926ec794901d17c78024a50270940304540a733656f0d","0x0000000000000000000000000000000000000000000000000000000000000000","0x000000000000000000000000f39fd6e51aad88f6f4ce6ab8827279cfffb92266","0x000000000000000000000000f39fd6e51aad88f6f4ce6ab8827279cfffb92266"],"data":"0x","blockHash":"HASH","blockNumber":"NUMBER","blockTimestamp":"0x6b01552a","transactionHash":"0x6d904ab2dfecc9b6a2256860d5c789db3804191dbc7a81dfa7cf75c3527194be","transactionIndex":"0x0","logIndex":"0x1","removed":false}""",
        """{"address":"0xe7f1725e7734ce288f8367e1bb143e90bb3f0512","topics":["0x62e78cea01bee320cd4e420270b5ea74000d11b0c9f74754ebdbfc544b05a258"],"data":"0x000000000000000000000000f39fd6e51aad88f6f4ce6ab8827279cfffb92266","blockHash":"HASH","blockNumber":"NUMBER","blockTimestamp":"0x6b01552b","transactionHash":"0xffbdc556dc7df145644f2169ea32257801870544a932e06fdc1e276d1e8e0ee6","transactionIndex":"0x0","logIndex":"0x0","removed":false}""",
    ];

    private static readonly ContractWatchOptions Options = new() { Url = new Uri("http://node.test/"), Address = Contract, HeadAgeLimit = new HeadAgeLimit(null), Quota = HostileAnswersTests.Plenty };

    private readonly RequestMeter requests = new();
    private readonly RpcScript script = new();
    private readonly List<(ulong From, ulong To)> asked = [];
    private readonly ProbeMemory memory = new([]);

    public ScriptedContractTests()
    {
        script.Methods["eth_getLogs"] = parameters => Logs(parameters, _ => []);
        script.Methods["eth_call"] = _ => RpcScript.Error(3, "execution reverted");
        script.Methods["eth_getStorageAt"] = _ => RpcScript.Result($"\"0x{0:x64}\"");
        script.Methods["eth_getProof"] = _ => RpcScript.Result("""{"codeHash":"0xf1ac8c3fdc4b2b2d2bb0a0d6d6ab5a1b5b4a1df33bb1f2b9a1e6b5a7d8e9f001","storageProof":[]}""");
    }

    [Fact]
    public async Task A_range_that_the_node_finds_too_large_is_asked_in_smaller_ones_and_none_is_left_out()
    {
        script.Head = 10_002;
        script.Methods["eth_getLogs"] = parameters => Logs(parameters, range => range.To - range.From >= 300 ? throw new InvalidOperationException("too large") : range.From <= 9_500 && 9_500 <= range.To ? [Log(0, 9_500)] : []);
        var definition = Define(Options with { LookBack = 2_000 });
        await using var probe = Make(definition);
        var sight = await Look.OnceAsync(probe, definition.Timeout);
        while (sight.Value(definition, "behind").Number > 0) sight = await Look.OnceAsync(probe, definition.Timeout);
        Assert.Equal(1, sight.Value(definition, "events(Upgraded)").Number);
        var next = 8_001UL;
        foreach (var (from, to) in asked.Where(range => range.To - range.From < 300))
        {
            Assert.Equal(next, from);
            next = to + 1;
        }
        Assert.Equal(10_001UL, next);
    }

    [Fact]
    public async Task A_log_of_a_block_that_is_not_the_chains_is_not_told()
    {
        var definition = Define(Options);
        await using var probe = Make(definition);
        await Look.OnceAsync(probe, definition.Timeout);
        script.Head += 3;
        script.Methods["eth_getLogs"] = parameters => Logs(parameters, range => [Log(0, range.To).Replace(RpcScript.Hash, "0x" + new string('7', 64), StringComparison.Ordinal)]);
        var unsettled = await Look.OnceAsync(probe, definition.Timeout);
        Assert.Equal((98, 3, 0), ((int)unsettled.Value(definition, "told_to").Number, unsettled.Value(definition, "behind").Number, unsettled.Value(definition, "security_events").Number));
        script.Methods["eth_getLogs"] = parameters => Logs(parameters, range => [Log(0, range.To)]);
        Assert.Equal(1, (await Look.OnceAsync(probe, definition.Timeout)).Value(definition, "security_events").Number);
    }

    [Fact]
    public async Task A_node_that_falls_behind_what_was_told_takes_nothing_back()
    {
        var definition = Define(Options);
        await using var probe = Make(definition);
        await Look.OnceAsync(probe, definition.Timeout);
        script.Head = 90;
        var behind = await Look.OnceAsync(probe, definition.Timeout);
        Assert.Equal(98, behind.Value(definition, "told_to").Number);
        Assert.Empty(behind.Broken(definition));
        Assert.Empty(asked);
    }

    [Fact]
    public async Task Too_many_requests_cost_no_blocks()
    {
        var definition = Define(Options);
        await using var probe = Make(definition);
        await Look.OnceAsync(probe, definition.Timeout);
        var right = script.Methods["eth_getLogs"];
        script.Head = 2_000;
        script.Methods["eth_getLogs"] = _ => RpcScript.Error(-32005, "too many requests");
        (await Look.OnceAsync(probe, definition.Timeout)).Refusal("rate_limited");
        script.Methods["eth_getLogs"] = right;
        Assert.Equal(1_998, (await Look.OnceAsync(probe, definition.Timeout)).Value(definition, "told_to").Number);
        Assert.Equal(99UL, asked[0].From);
        Assert.Equal(asked[0].To + 1, asked[1].From);
    }

    [Fact]
    public async Task A_head_that_stands_still_for_long_is_no_health()
    {
        var definition = Define(Options with { HeadAgeLimit = new HeadAgeLimit(Duration.FromMinutes(10)) });
        await using var probe = Make(definition, Instant.FromUnixTimeSeconds(script.HeadTime) + Duration.FromMinutes(11));
        (await Look.OnceAsync(probe, definition.Timeout)).Fault("the newest confirmed block, 98, is older than 10m");
    }

    [Fact]
    public async Task A_node_without_proofs_is_asked_for_the_code_now_and_then()
    {
        var codes = 0;
        script.Methods["eth_getProof"] = _ => RpcScript.Error(-32601, "the method eth_getProof does not exist/is not available");
        script.Methods["eth_getCode"] = _ =>
        {
            codes++;
            return RpcScript.Result("\"0x6080\"");
        };
        var definition = Define(Options);
        await using var probe = Make(definition);
        for (var i = 0; i < 25; i++)
        {
            script.Head++;
            Assert.Empty((await Look.OnceAsync(probe, definition.Timeout)).Broken(definition));
        }
        Assert.InRange(codes, 2, 5);
    }

    [Fact]
    public async Task An_unchanged_head_costs_two_calls_and_tells_the_same()
    {
        var bodies = new List<string>();
        var definition = Define(Options);
        await using var probe = new ContractWatchProbe(definition, (ContractWatchOptions)definition.Options, Look.Path(), Environment(null), new ScriptHandler(body =>
        {
            bodies.Add(body);
            return script.Answer(body);
        }));
        var first = await Look.OnceAsync(probe, definition.Timeout);
        bodies.Clear();
        var second = await Look.OnceAsync(probe, definition.Timeout);
        Assert.Equal(2, JsonNode.Parse(Assert.Single(bodies))!.AsArray().Count);
        Assert.Equal(first.Signals.Skip(1), second.Signals.Skip(1));
    }

    [Fact]
    public async Task Ten_thousand_mutated_answers_with_logs_each_give_a_reasoned_outcome()
    {
        var random = new Random(3);
        script.Methods["eth_getLogs"] = parameters => Logs(parameters, range => [.. Enumerable.Range(0, random.Next(4)).Select(_ => Log(random.Next(Recorded.Length), range.From + (ulong)random.Next((int)(range.To - range.From + 1))))]);
        var handler = new ScriptHandler(body => HostileAnswersTests.Mutated(Encoding.UTF8.GetBytes(script.Answer(body)), random));
        int[] statuses = [200, 200, 200, 200, 200, 200, 400, 429, 503];
        var definition = Define(Options);
        var kinds = new Dictionary<string, int>();
        var probe = new ContractWatchProbe(definition, (ContractWatchOptions)definition.Options, Look.Path(), Environment(null), handler);
        for (var i = 0; i < 10_000; i++)
        {
            // Now and then a restart, with what was kept.
            if (i % 500 == 0) probe = new ContractWatchProbe(definition, (ContractWatchOptions)definition.Options, Look.Path(), Environment(null), handler);
            handler.Status = statuses[random.Next(statuses.Length)];
            script.Head += (ulong)random.Next(3);
            var sight = await probe.LookAsync(CancellationToken.None);
            var kind = sight.Outcome switch
            {
                Outcome.Answered => "answered",
                Outcome.Refused { Code.Length: > 0, Message.Length: > 0 and < 2_000 } refused => refused.Code,
                Outcome.ProbeFault { Reason.Length: > 0 and < 500 } => "fault",
                _ => throw new InvalidOperationException($"look {i}: {sight.Outcome}"),
            };
            if (sight.Outcome is Outcome.Answered) Assert.Equal(definition.Signals.Signals.Length, sight.Signals.Length);
            kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
        }
        Assert.Superset(new HashSet<string> { "answered", "malformed", "rate_limited", "http_503" }, kinds.Keys.ToHashSet());
        Assert.InRange(memory.Of(definition.Id, new("here"))!.Length, 100, ProbeMemory.MostBytes);
    }

    [Fact]
    public async Task A_memory_that_is_none_begins_anew()
    {
        var random = new Random(4);
        var definition = Define(Options);
        await using (var first = Make(definition)) await Look.OnceAsync(first, definition.Timeout);
        var right = memory.Of(definition.Id, new("here"))!;
        for (var i = 0; i < 200; i++)
        {
            memory.Keep(definition.Id, new("here"), HostileAnswersTests.Mutated(right, random));
            await using var probe = Make(definition);
            Assert.IsType<Outcome.Answered>((await Look.OnceAsync(probe, definition.Timeout)).Outcome);
        }
    }

    [Theory]
    [InlineData("Upgradet", null, null, "neither one of Paused, Unpaused, Upgraded")]
    [InlineData("error No()", null, null, "nor an event's declaration")]
    [InlineData("RoleGranted", "roles", "A", "has no indexed argument 'roles'. There are: role, account, sender.")]
    [InlineData("Paused", "account", "A", "It has none that is indexed")]
    [InlineData("RoleGranted", "account", "0x12", "is no address")]
    [InlineData("event E(uint256[] indexed a)", "a", "1", "by which logs cannot be chosen")]
    public void A_mistake_in_an_event_says_what_is_wrong(string name, string? argument, string? value, string message)
    {
        var filter = argument is null ? ImmutableSortedDictionary<string, string>.Empty : ImmutableSortedDictionary<string, string>.Empty.Add(argument, value!);
        var mistake = Assert.Single(new ContractWatchProbeType().Validate(Options with { Events = [new WatchedEvent { Event = "Upgraded" }, new WatchedEvent { Event = name, Where = filter }] }));
        Assert.Equal(("events", 1), (mistake.Option, mistake.Item));
        Assert.Contains(message, mistake.Message);
    }

    [Fact]
    public void Pins_are_addresses_hashes_or_none()
    {
        var type = new ContractWatchProbeType();
        Assert.Empty(type.Validate(Options with { Implementation = [Contract], Admin = ["none"], CodeHash = [RpcScript.Hash] }));
        Assert.Equal(["implementation", "beacon", "code_hash"], type.Validate(Options with { Implementation = ["0x1"], Beacon = ["nobody"], CodeHash = ["0x12"] }).Select(mistake => mistake.Option));
    }

    private static ProbeDefinition Define(ContractWatchOptions options) => Look.WithDefaults("contract_watch", options);

    private ProbeEnvironment Environment(Instant? at) => Look.Environment with { Memory = memory, Requests = requests, Now = () => at ?? Instant.FromUnixTimeSeconds(script.HeadTime) };

    private ContractWatchProbe Make(ProbeDefinition definition, Instant? at = null) =>
        new(definition, (ContractWatchOptions)definition.Options, Look.Path(), Environment(at), new ScriptHandler(script.Answer));

    private static string Log(int which, ulong block) => Recorded[which].Replace("HASH", RpcScript.Hash, StringComparison.Ordinal).Replace("NUMBER", $"0x{block:x}", StringComparison.Ordinal);

    private string Logs(JsonArray parameters, Func<(ulong From, ulong To), string[]> answer)
    {
        ulong Of(string end) => Convert.ToUInt64(parameters[0]![end]!.GetValue<string>()[2..], 16);
        var range = (Of("fromBlock"), Of("toBlock"));
        asked.Add(range);
        try
        {
            return RpcScript.Result($"[{string.Join(",", answer(range))}]");
        }
        catch (InvalidOperationException)
        {
            return RpcScript.Error(-32602, "query exceeds the most that is allowed");
        }
    }
}
