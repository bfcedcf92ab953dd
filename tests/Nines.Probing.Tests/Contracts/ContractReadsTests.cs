using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Nines.Chains.Evm.Abi;
using Nines.Core;
using Nines.Core.Observations;
using Nines.Probing.Contracts;
using Nines.Probing.Tests.Evm;
using static Nines.Probing.Tests.Evm.EvmScene;

namespace Nines.Probing.Tests.Contracts;

/// <summary>Named reads and actions, against a scripted node that says something else at each block.</summary>
public sealed class ContractReadsTests
{
    private const string Bank = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
    private const string Other = "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512";
    private const string User = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    private static readonly ContractProbeType Type = new();

    private static readonly ContractOptions Supplies = new()
    {
        Url = new Uri("http://node.test/"),
        Address = Bank,
        Reads =
        [
            new ContractRead { Name = "locked", Call = "locked() returns (uint256)" },
            new ContractRead { Name = "totalSupply", Address = Other, Call = "totalSupply() returns (uint256)" },
        ],
    };

    private readonly RpcScript script = new();
    private readonly Dictionary<string, Func<ulong, string>> functions = new(StringComparer.Ordinal);
    private readonly List<string> blocks = [];
    private int requests;

    public ContractReadsTests()
    {
        Says("locked()", _ => 100);
        Says("totalSupply()", _ => 100);
        script.Methods["eth_call"] = parameters =>
        {
            var at = parameters[1]!.GetValue<string>();
            blocks.Add(at);
            var data = parameters[0]!["data"]!.GetValue<string>();
            return functions[data[..10]](at == "latest" ? script.Head : Convert.ToUInt64(at[2..], 16));
        };
    }

    private void Says(string function, Func<ulong, BigInteger> value) => Answers(function, block => RpcScript.Result($"\"0x{Word(value(block))}\""));

    private void Answers(string function, Func<ulong, string> answer) => functions[AbiSignature.Parse(function).Selector.ToString()] = answer;

    private static string Word(BigInteger value) => value.ToString("x64", CultureInfo.InvariantCulture)[^64..];

    private ContractProbe Probe(ContractOptions options, params string[] conditions) =>
        new(Define(options, conditions), options, EvmScene.Path, EvmScene.Environment, new ScriptHandler(asked =>
        {
            requests++;
            return script.Answer(asked);
        }));

    private static Core.Components.ProbeDefinition Define(ContractOptions options, params string[] conditions)
    {
        Assert.Empty(Type.Validate(options));
        return Definition(Type, options).With(conditions);
    }

    private static string Shown(Sight sight, ContractOptions options, string name) => sight.Value(Definition(Type, options), name).ToString();

    [Fact]
    public async Task Reads_of_several_contracts_are_of_one_block()
    {
        await using var probe = Probe(Supplies);
        Says("totalSupply()", block => block);
        var sight = await LookAsync(probe);
        Assert.Equal(("100", "100", "100"), (Shown(sight, Supplies, "locked()"), Shown(sight, Supplies, "totalSupply()"), Shown(sight, Supplies, "block")));
        Assert.Equal(["0x64"], blocks.Distinct());
        Assert.Equal(2, requests);
    }

    [Fact]
    public async Task A_single_value_needs_no_block_of_its_own_and_one_request()
    {
        await using var probe = Probe(Supplies with { Reads = [Supplies.Reads[0]] });
        var sight = await LookAsync(probe);
        Assert.IsType<Outcome.Answered>(sight.Outcome);
        Assert.Equal(["latest"], blocks);
        Assert.Equal(1, requests);
    }

    [Fact]
    public async Task A_block_that_is_replaced_while_it_is_looked_at_is_chosen_anew()
    {
        var times = 0;
        script.Methods["eth_getBlockByNumber"] = parameters => times++ == 1
            ? RpcScript.Block(100, 1_700_000_000).Replace("0x19e4", "0x29e4", StringComparison.Ordinal)
            : RpcScript.Block(100, 1_700_000_000);
        await using var probe = Probe(Supplies);
        Assert.IsType<Outcome.Answered>((await LookAsync(probe)).Outcome);
        Assert.Equal((4, 4), (requests, times));
    }

    [Fact]
    public async Task Nodes_behind_one_endpoint_that_never_agree_on_a_block_are_no_answer()
    {
        Answers("locked()", _ => RpcScript.Error(-32000, "header not found"));
        await using var probe = Probe(Supplies);
        var refused = Assert.IsType<Outcome.Refused>((await LookAsync(probe)).Outcome);
        Assert.Equal("inconsistent", refused.Code);
        Assert.Equal(6, requests);
    }

    [Fact]
    public async Task An_invariant_that_broke_in_a_block_since_the_last_look_is_found_where_every_block_is_looked_at()
    {
        var options = Supplies with { EachBlock = 16 };
        Says("totalSupply()", block => block == 103 ? 101 : 100);
        await using var probe = Probe(options, "totalSupply() <= locked()");
        await LookAsync(probe);
        script.Head = 106;
        var broken = await LookAsync(probe);
        Assert.Equal(("101", "103", "0"), (Shown(broken, options, "totalSupply()"), Shown(broken, options, "block"), Shown(broken, options, "unchecked")));
        Assert.Equal(["totalSupply() <= locked()"], broken.Broken(Define(options, "totalSupply() <= locked()")));
        script.Head = 107;
        Assert.Empty((await LookAsync(probe)).Broken(Define(options, "totalSupply() <= locked()")));
    }

    [Fact]
    public async Task Blocks_beyond_the_bound_and_those_whose_state_is_gone_are_counted_as_unchecked()
    {
        var options = Supplies with { EachBlock = 4 };
        Answers("locked()", block => block == 118 ? RpcScript.Error(-32000, "missing trie node") : RpcScript.Result($"\"0x{Word(100)}\""));
        await using var probe = Probe(options, "totalSupply() <= locked()");
        await LookAsync(probe);
        script.Head = 120;
        var sight = await LookAsync(probe);
        Assert.Equal(("17", "120"), (Shown(sight, options, "unchecked"), Shown(sight, options, "block")));
        script.Head = 110; // a reorganisation: the newest only
        Assert.Equal("0", Shown(await LookAsync(probe), options, "unchecked"));
    }

    [Fact]
    public async Task Without_every_block_what_passed_between_two_looks_is_missed_and_told_as_unchecked()
    {
        Says("totalSupply()", block => block == 103 ? 101 : 100);
        await using var probe = Probe(Supplies, "totalSupply() <= locked()");
        await LookAsync(probe);
        script.Head = 106;
        var sight = await LookAsync(probe);
        Assert.Equal(("100", "5"), (Shown(sight, Supplies, "totalSupply()"), Shown(sight, Supplies, "unchecked")));
    }

    [Fact]
    public async Task Each_action_says_by_itself_whether_it_reverts_and_why()
    {
        var options = Supplies with
        {
            Reads = [],
            Errors = ["error NotOpen(uint256 opens)"],
            Actions =
            [
                new SimulatedAction { Name = "swap", From = User, Call = "swap(uint256) returns (uint256)", Args = ["1"] },
                new SimulatedAction { Name = "deposit", From = User, Call = "deposit(uint256) returns (uint256)", Args = ["1"] },
            ],
        };
        Answers("swap(uint256)", _ => RpcScript.Error(3, "execution reverted", $"{AbiSignature.Parse("error NotOpen(uint256 opens)").Selector}{42:x64}"));
        Says("deposit(uint256)", _ => 1);
        await using var probe = Probe(options);
        var sight = await LookAsync(probe);
        Assert.Equal(["not reverted(swap)"], Broken(Type, options, sight));
        Assert.Equal(("NotOpen(opens: 42)", "missing", "swap", "swap: NotOpen(opens: 42)"),
            (Shown(sight, options, "revert_reason(swap)"), Shown(sight, options, "revert_reason(deposit)"), Shown(sight, options, "action"), Shown(sight, options, "revert_reason")));
        Assert.Equal("revert_reason(swap)", Type.SignalsOf(options).Single(signal => signal.Name == "reverted(swap)").ExplainedBy);
    }

    [Fact]
    public async Task A_read_that_reverts_has_no_value_and_says_why_and_no_condition_on_it_holds()
    {
        Answers("locked()", _ => RpcScript.Error(3, "execution reverted", "0xd93c0665"));
        string[] conditions = ["totalSupply() <= locked()", "totalSupply() > locked()"];
        await using var probe = Probe(Supplies, conditions);
        var sight = await LookAsync(probe);
        Assert.Equal("locked: EnforcedPause()", Shown(sight, Supplies, "failure"));
        Assert.Equal(conditions, sight.Broken(Define(Supplies, conditions)));
    }

    [Fact]
    public async Task An_address_without_code_is_named_wherever_reads_and_actions_go()
    {
        Answers("totalSupply()", _ => RpcScript.Result("\"0x\""));
        script.Methods["eth_getCode"] = _ => RpcScript.Result("\"0x\"");
        await using var probe = Probe(Supplies);
        var sight = await LookAsync(probe);
        Assert.Equal(["code_present"], Broken(Type, Supplies, sight));
        Assert.Equal(("missing", $"no contract at {Other}"), (Shown(sight, Supplies, "totalSupply()"), Shown(sight, Supplies, "failure")));
    }

    [Fact]
    public async Task Outputs_decimals_and_ages_are_read_as_the_config_says()
    {
        var options = Supplies with
        {
            Reads =
            [
                new ContractRead { Name = "reserve", Call = "reserves() returns (uint112 reserve0, uint112 reserve1, bool open)", Output = "reserve1", Decimals = 18 },
                new ContractRead { Name = "open", Call = "reserves() returns (uint112 reserve0, uint112 reserve1, bool open)", Output = "3" },
                new ContractRead { Name = "idle", Call = "updated() returns (uint256)", As = ReadAs.Age },
                new ContractRead { Name = "owner", Call = "owner() returns (address)" },
            ],
        };
        Answers("reserves()", _ => RpcScript.Result($"\"0x{Word(5)}{Word(BigInteger.Pow(10, 30) + 1)}{Word(1)}\""));
        Says("updated()", _ => 1_700_000_000);
        Says("owner()", _ => BigInteger.Parse("0" + User[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        await using var probe = Probe(options);
        var sight = await LookAsync(probe);
        Assert.Equal("1000000000000.000000000000000001", Shown(sight, options, "reserve()"));
        Assert.Equal(("1", "20", User), (Shown(sight, options, "open()"), Shown(sight, options, "idle()"), Shown(sight, options, "owner()")));
        Assert.Equal([SignalUnit.None, SignalUnit.Flag, SignalUnit.Seconds, SignalUnit.Text], Type.SignalsOf(options).Skip(Type.Signals.Length).Select(signal => signal.Unit));
        Assert.Equal(SignalOnset.Since, Type.SignalsOf(options).Single(signal => signal.Name == "idle()").Onset);
    }

    [Fact]
    public void A_read_that_is_evidence_of_an_attack_is_a_security_signal()
    {
        var options = Supplies with { Reads = [Supplies.Reads[0], Supplies.Reads[1] with { Security = true }] };
        Assert.Equal([CauseKind.Unexplained, CauseKind.Security], Type.SignalsOf(options).Skip(Type.Signals.Length).Select(signal => signal.Evidence));
    }

    [Fact]
    public void Functions_and_errors_come_from_a_JSON_ABI_by_name()
    {
        var folder = Directory.CreateTempSubdirectory("nines-abi-");
        using var cleanup = new Cleanup(() => folder.Delete(recursive: true));
        var file = System.IO.Path.Combine(folder.FullName, "bank.json");
        File.WriteAllText(file, """
            [{"type":"function","name":"locked","inputs":[],"outputs":[{"type":"uint256","name":""}]},
             {"type":"function","name":"get","inputs":[],"outputs":[{"type":"uint256","name":""}]},
             {"type":"function","name":"get","inputs":[{"type":"uint256","name":"at"}],"outputs":[{"type":"uint256","name":""}]},
             {"type":"error","name":"NotOpen","inputs":[{"type":"uint256","name":"opens"}]}]
            """);
        var options = Supplies with { Abi = file, Reads = [Supplies.Reads[0] with { Call = "locked" }] };
        Assert.Empty(Type.Validate(options));
        Assert.NotNull(new ContractPlan(options).Errors.Find(AbiSignature.Parse("error NotOpen(uint256 opens)").Selector));
        Assert.Contains("Did you mean 'locked'?", Mistake(options with { Reads = [Supplies.Reads[0] with { Call = "loked" }] }).Message);
        Assert.Contains("get() returns (uint256) or get(uint256 at) returns (uint256)", Mistake(options with { Reads = [Supplies.Reads[0] with { Call = "get" }] }).Message);
        File.WriteAllText(file, "{");
        Assert.Contains(Type.Validate(options), mistake => mistake.Option == "abi");
        Assert.Contains(Type.Validate(options with { Abi = file + ".missing" }), mistake => mistake.Option == "abi");
    }

    private static OptionMistake Mistake(ContractOptions options) => Assert.Single(Type.Validate(options));

    [Theory]
    [InlineData("name", "is a word of conditions", "not", "f() returns (uint256)", null, 0)]
    [InlineData("name", "Try totalSupply", "total supply", "f() returns (uint256)", null, 0)]
    [InlineData("name", "is there twice", "locked", "f() returns (uint256)", null, 0)]
    [InlineData("call", "is not a function's signature", "x", "f(", null, 0)]
    [InlineData("call", "says nothing of what it returns", "x", "f()", null, 0)]
    [InlineData("output", "There are: 1.", "x", "f() returns (uint256)", "2", 0)]
    [InlineData("decimals", "go with whole numbers", "x", "f() returns (string)", null, 6)]
    public void A_mistake_in_a_read_says_which_read_and_which_key(string key, string message, string name, string call, string? output, int decimals)
    {
        var mistake = Mistake(Supplies with { Reads = [Supplies.Reads[0], new ContractRead { Name = name, Call = call, Output = output, Decimals = decimals }] });
        Assert.Equal(("reads", 1, key), (mistake.Option, mistake.Item, mistake.Key));
        Assert.Contains(message, mistake.Message);
    }

    [Fact]
    public void What_does_not_go_together_is_a_mistake()
    {
        var action = new SimulatedAction { Name = "swap", From = User, Call = "swap()" };
        Assert.Contains("Move it into actions", Mistake(Supplies with { Simulate = action, Actions = [action] }).Message);
        Assert.Contains("goes with reads", Mistake(Supplies with { Reads = [], EachBlock = 2 }).Message);
        Assert.Contains("Write at most 3", Mistake(Supplies with { EachBlock = 64, Reads = [.. Enumerable.Range(0, 32).Select(i => Supplies.Reads[0] with { Name = $"r{i}" })] }).Message);
        Assert.Equal(("actions", 1, "from"), Mistake(Supplies with { Actions = [action, action with { Name = "b", From = "x" }] }) is var wrong ? (wrong.Option, wrong.Item, wrong.Key) : default);
    }

    [Fact]
    public async Task Ten_thousand_mutated_answers_about_reads_and_actions_each_give_a_reasoned_outcome()
    {
        var random = new Random(3);
        var options = Supplies with { Quota = HostileAnswersTests.Plenty, EachBlock = 3, Actions = [new SimulatedAction { Name = "swap", From = User, Call = "swap(uint256) returns (uint256)", Args = ["1"] }] };
        Answers("swap(uint256)", _ => random.Next(2) == 0 ? RpcScript.Error(3, "execution reverted", "0xd93c0665") : RpcScript.Result($"\"0x{Word(1)}\""));
        var handler = new ScriptHandler(asked => HostileAnswersTests.Mutated(System.Text.Encoding.UTF8.GetBytes(script.Answer(asked)), random));
        await using var probe = new ContractProbe(Definition(Type, options).With("totalSupply() <= locked()"), options, EvmScene.Path, EvmScene.Environment, handler);
        await HostileAnswersTests.AssertReasonedAsync(probe, Type.SignalsOf(options).Length, handler, random, script, 10_000);
    }

    private sealed class Cleanup(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
