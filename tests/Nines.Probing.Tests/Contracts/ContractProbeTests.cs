using System.Numerics;
using Nines.Chains.Evm.Abi;
using Nines.Core.Observations;
using Nines.Probing.Contracts;
using Nines.Probing.Tests.Evm;
using static Nines.Probing.Tests.Evm.EvmScene;

namespace Nines.Probing.Tests.Contracts;

public sealed class ContractProbeTests
{
    private const string Token = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
    private static readonly ContractProbeType Type = new();
    private static readonly ContractOptions Reading = new() { Url = new Uri("http://node.test/"), Address = Token, Call = "value() returns (uint256)" };

    private readonly RpcScript script = new();

    private Task<Sight> LookAsync(ContractOptions options) => EvmScene.LookAsync(ContractAt(options, new ScriptHandler(script.Answer)));

    [Fact]
    public async Task A_number_beyond_what_a_double_holds_is_kept_exactly()
    {
        script.Methods["eth_call"] = _ => RpcScript.Result($"\"0x{new string('f', 64)}\"");
        Assert.Equal(BigInteger.Pow(2, 256) - 1, OfContract(await LookAsync(Reading), "result").Whole);
    }

    [Theory]
    [InlineData("f() returns (bool)", "0000000000000000000000000000000000000000000000000000000000000001", "1")]
    [InlineData("f() returns (address)", "0000000000000000000000005fbdb2315678afecb367f032d93f642f64180aa3", Token)]
    [InlineData("f() returns (bytes4)", "d93c066500000000000000000000000000000000000000000000000000000000", "0xd93c0665")]
    [InlineData("f() returns (int256)", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "-1")]
    [InlineData("f() returns (uint8, bool)", "00000000000000000000000000000000000000000000000000000000000000070000000000000000000000000000000000000000000000000000000000000001", "7")]
    public async Task The_first_output_is_the_result_in_its_own_form(string call, string data, string shown)
    {
        script.Methods["eth_call"] = _ => RpcScript.Result($"\"0x{data}\"");
        Assert.Equal(shown, OfContract(await LookAsync(Reading with { Call = call }), "result").ToString());
    }

    [Theory]
    [InlineData(3, "execution reverted", "0xd93c0665", "EnforcedPause()")]
    [InlineData(3, "execution reverted", "0x4e487b710000000000000000000000000000000000000000000000000000000000000011", "panic 0x11")]
    [InlineData(-32000, "execution reverted", null, "reverted without a reason")]
    [InlineData(-32000, "execution reverted: paused for repairs", null, "execution reverted: paused for repairs")]
    [InlineData(-32015, "VM execution error.", "0x00000001", "unknown error 0x00000001")]
    public async Task A_revert_is_decoded_whatever_the_client_passes_on(long code, string message, string? data, string reason)
    {
        script.Methods["eth_call"] = _ => RpcScript.Error(code, message, data);
        var sight = await LookAsync(Reading);
        Assert.True(OfContract(sight, "reverted").Flag);
        Assert.True(OfContract(sight, "code_present").Flag);
        Assert.True(OfContract(sight, "result").IsMissing);
        Assert.Contains(reason, OfContract(sight, "revert_reason").Text);
        Assert.Equal(["not reverted"], Broken(Type, Reading, sight));
    }

    [Fact]
    public async Task The_contracts_own_errors_are_named_when_they_are_declared()
    {
        var error = AbiSignature.Parse("error NotOpen(uint256 opens)");
        script.Methods["eth_call"] = _ => RpcScript.Error(3, "execution reverted", $"{error.Selector}{42:x64}");
        Assert.Equal("NotOpen(opens: 42)", OfContract(await LookAsync(Reading with { Errors = ["error NotOpen(uint256 opens)"] }), "revert_reason").Text);
    }

    [Fact]
    public async Task An_action_that_returns_nothing_at_an_address_without_code_has_not_gone_through()
    {
        script.Methods["eth_call"] = _ => RpcScript.Result("\"0x\"");
        script.Methods["eth_getCode"] = _ => RpcScript.Result("\"0x\"");
        var options = Reading with { Call = null, Simulate = new SimulatedAction { Name = "poke", From = Token, Call = "poke()" } };
        var sight = await LookAsync(options);
        Assert.Equal(["code_present"], Broken(Type, options, sight));
        script.Methods["eth_getCode"] = _ => RpcScript.Result("\"0x6080\"");
        Assert.Empty(Broken(Type, options, await LookAsync(options)));
    }

    [Fact]
    public async Task A_simulation_is_sent_from_the_account_with_its_value_and_never_as_a_transaction()
    {
        var asked = "";
        var handler = new ScriptHandler(body =>
        {
            asked += body;
            return script.Answer(body);
        });
        var options = Reading with { Call = null, Simulate = new SimulatedAction { Name = "pay", From = Token, To = "0x000000000000000000000000000000000000dEaD", Call = "pay(uint256[],(bool,string))", Args = ["[1, 0x02]", "(true, hi)"], Value = 255 } };
        Assert.Empty(Type.Validate(options));
        await EvmScene.LookAsync(ContractAt(options, handler));
        Assert.Contains($"\"from\":\"{Token}\"", asked);
        Assert.Contains("\"to\":\"0x000000000000000000000000000000000000dEaD\"", asked);
        Assert.Contains("\"value\":\"0xff\"", asked);
        Assert.DoesNotContain("send", asked);
    }

    [Fact]
    public async Task What_does_not_decode_as_declared_is_malformed()
    {
        script.Methods["eth_call"] = _ => RpcScript.Result("\"0x07\"");
        Assert.Equal("malformed", Assert.IsType<Outcome.Refused>((await LookAsync(Reading)).Outcome).Code);
    }

    [Fact]
    public async Task A_node_in_trouble_is_no_word_of_the_contract()
    {
        script.Methods["eth_call"] = _ => RpcScript.Error(-32005, "limit exceeded");
        Assert.Contains("no quota is declared", Assert.IsType<Outcome.ProbeFault>((await LookAsync(Reading)).Outcome).Reason, StringComparison.Ordinal);
        script.Methods["eth_call"] = _ => RpcScript.Error(-32000, "header not found");
        Assert.Equal("rpc_error", Assert.IsType<Outcome.Refused>((await LookAsync(Reading)).Outcome).Code);
    }

    [Theory]
    [InlineData("address", "'0x5fbDB2315678afecb367f032d93F642f64180aa3' has a wrong checksum", "0x5fbDB2315678afecb367f032d93F642f64180aa3", "f()", "")]
    [InlineData("address", "is not an address", "0x12", "f()", "")]
    [InlineData("call", "is not a function's signature", Token, "f(", "")]
    [InlineData("call", "declares no function", Token, "error F()", "")]
    [InlineData("call", "takes 1 arguments, args has 0", Token, "f(uint8)", "")]
    [InlineData("call", "does not fit", Token, "f(uint8)", "256")]
    [InlineData("call", "is no bool", Token, "f(bool)", "yes")]
    [InlineData("call", "is no address", Token, "f(address)", "0x5fbDB2315678afecb367f032d93F642f64180aa3")]
    [InlineData("call", "expected 2 items", Token, "f(uint8[2])", "[1]")]
    [InlineData("call", "a whole number", Token, "f(uint8[2])", "[1, x]")]
    public void A_mistake_in_the_options_says_what_is_wrong(string option, string message, string address, string call, string argument)
    {
        var options = Reading with { Address = address, Call = call, Args = argument.Length == 0 ? [] : [argument] };
        var mistake = Assert.Single(Type.Validate(options));
        Assert.Equal(option, mistake.Option);
        Assert.Contains(message, mistake.Message);
    }

    [Fact]
    public void Mistakes_in_the_simulated_action_are_all_named()
    {
        var options = Reading with { Simulate = new SimulatedAction { Name = " ", From = "x", To = "y", Call = "z", Value = -1 }, Errors = ["function f()"] };
        Assert.Equal(["errors", "simulate", "simulate", "simulate", "simulate", "simulate"], Type.Validate(options).Select(mistake => mistake.Option));
    }
}
