using FsCheck;
using FsCheck.Fluent;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;

namespace Nines.Chains.Tests.Evm.Abi;

public sealed class AbiSignatureTests
{
    [Theory]
    [InlineData("transfer(address,uint256)", "transfer(address,uint256)", "0xa9059cbb")]
    [InlineData("function totalSupply() view returns (uint256)", "totalSupply()", "0x18160ddd")]
    [InlineData("paused() returns (bool)", "paused()", "0x5c975abb")]
    [InlineData("error InsufficientBalance(address who, uint256 have)", "InsufficientBalance(address,uint256)", null)]
    [InlineData("function balanceOf(address account) external view returns (uint256 balance);", "balanceOf(address)", "0x70a08231")]
    [InlineData("transfer(address payable to, uint amount)", "transfer(address,uint256)", "0xa9059cbb")]
    [InlineData("  f ( tuple( uint8 a , bytes memory b ) [ 2 ] [] calldata x ) ", "f((uint8,bytes)[2][])", null)]
    [InlineData("latestRoundData() returns (uint80, int256, uint256, uint256, uint80)", "latestRoundData()", "0xfeaf968c")]
    [InlineData("f((), ()[])", "f((),()[])", null)]
    public void A_signature_is_read_as_people_write_it(string text, string canonical, string? selector)
    {
        var signature = AbiSignature.Parse(text);
        Assert.Equal(canonical, signature.Canonical);
        Assert.Equal(selector ?? signature.Selector.ToString(), signature.Selector.ToString());
        Assert.Equal(signature, AbiSignature.Parse(signature.ToString()));
    }

    [Fact]
    public void An_event_knows_its_topic_and_its_indexed_parameters()
    {
        var transfer = AbiSignature.Parse("event Transfer(address indexed from, address indexed to, uint256 value)");
        Assert.Equal("0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef", transfer.Topic.ToString());
        Assert.Equal([true, true, false], transfer.Inputs.Select(p => p.IsIndexed));
        Assert.Equal(["from", "to", "value"], transfer.Inputs.Select(p => p.Name));
    }

    [Theory]
    [InlineData("", "a name is missing")]
    [InlineData("transfer", "'(' is missing")]
    [InlineData("transfer(", "a type is missing")]
    [InlineData("transfer(address", "')' is missing")]
    [InlineData("transfer(adress)", "'adress' is not a type")]
    [InlineData("transfer(uint7)", "not a multiple of 8")]
    [InlineData("transfer(uint08)", "'uint08' is not a type")]
    [InlineData("transfer(bytes33)", "not in [1, 32]")]
    [InlineData("transfer(uint256[-1])", "a length is missing")]
    [InlineData("transfer(uint256[1)", "']' is missing")]
    [InlineData("transfer(address to too)", "after the parameter's name")]
    [InlineData("transfer(address) retuns (bool)", "'retuns' is not expected here")]
    [InlineData("transfer(address) returns (bool) x", "'x' is not expected here")]
    [InlineData("error E() returns (bool)", "'returns' is not expected here")]
    [InlineData("1f()", "is not a name")]
    public void A_wrong_signature_is_refused_with_the_reason(string text, string reason)
    {
        Assert.False(AbiSignature.TryParse(text, out _, out var why));
        Assert.Contains(reason, why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_signature_nested_too_deep_is_refused()
    {
        var depth = 4_000;
        Assert.Throws<AbiException>(() => AbiSignature.Parse($"f({new string('(', depth)}{new string(')', depth)})"));
        Assert.Throws<AbiException>(() => AbiSignature.Parse($"f({new string(' ', 20_000)})"));
    }

    [Fact]
    public void Any_text_is_a_signature_or_is_refused() =>
        Prop.ForAll(
            Mutations.Of("function f(uint256 a, (bytes32,string[3])[] memory b) external view returns (bool, address)"u8.ToArray()),
            bytes => AbiSignature.TryParse(System.Text.Encoding.Latin1.GetString(bytes), out var signature, out var why) == (why.Length == 0)
                && (signature is null || AbiSignature.Parse(signature.ToString()) == signature))
            .Check(Mutations.Many);

    [Fact]
    public void A_call_is_the_selector_and_the_arguments()
    {
        var transfer = AbiSignature.Parse("transfer(address,uint256) returns (bool)");
        var call = transfer.EncodeCall(
            new AbiValue.Account(Address.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")), new AbiValue.Number(1000));
        Assert.Equal(
            "0xa9059cbb0000000000000000000000005aaeb6053f3e94c9b9a09f33669435e7ef1beaed00000000000000000000000000000000000000000000000000000000000003e8",
            call.ToString());
        Assert.Equal(
            "(0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed, 1000)",
            new AbiValue.Sequence(Assert.IsType<AbiDecoding.Decoded>(transfer.DecodeInputs(call.Span)).Values).ToString());
        Assert.Equal(AbiFault.WrongSelector, Assert.IsType<AbiDecoding.Refused>(transfer.DecodeInputs([1, 2, 3, 4])).Fault);
        Assert.Equal(AbiFault.NoData, Assert.IsType<AbiDecoding.Refused>(transfer.DecodeOutputs([])).Fault);
    }

    [Fact]
    public void A_contract_s_ABI_is_read_from_the_compiler_s_JSON()
    {
        const string Json = """
            {"contractName":"Token","abi":[
              {"type":"constructor","inputs":[{"name":"supply","type":"uint256","internalType":"uint256"}],"stateMutability":"nonpayable"},
              {"type":"function","name":"orders","inputs":[{"name":"book","type":"tuple[2][]","internalType":"struct Book.Order[2][]",
                "components":[{"name":"who","type":"address"},{"name":"legs","type":"tuple[]","components":[{"name":"size","type":"int24"}]}]}],
                "outputs":[{"name":"","type":"bool"}],"stateMutability":"view"},
              {"name":"old","inputs":[],"outputs":[]},
              {"type":"event","name":"Paused","inputs":[{"name":"account","type":"address","indexed":false}],"anonymous":false},
              {"type":"error","name":"EnforcedPause","inputs":[]},
              {"type":"receive","stateMutability":"payable"}]}
            """;
        var abi = ContractAbi.Parse(Json);
        Assert.Equal(["orders((address,(int24)[])[2][])", "old()"], abi.Functions.Select(f => f.Canonical));
        Assert.Equal(["bool"], abi.Functions.First().Outputs.Select(o => o.Type.Name));
        Assert.Equal(["Paused(address)"], abi.Events.Select(e => e.Canonical));
        Assert.Equal(["EnforcedPause()"], abi.Errors.Select(e => e.Canonical));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""[{"type":"function","name":1}]""")]
    [InlineData("""[{"type":"function","name":"f","inputs":{}}]""")]
    [InlineData("""[{"type":"function","name":"f","inputs":[{"type":"tuple"}]},{"type":"function","name":"f","inputs":[{"type":"tuplet"}]}]""")]
    [InlineData("""[{"type":"function","name":"\ud800"}]""")]
    public void What_is_not_a_contract_s_ABI_is_refused(string json)
    {
        Assert.False(ContractAbi.TryParse(json, out _, out var why));
        Assert.NotEmpty(why);
    }

    [Theory]
    [InlineData("uint256", "\"12\"", "12")]
    [InlineData("uint256", "115792089237316195423570985008687907853269984665640564039457584007913129639935", "115792089237316195423570985008687907853269984665640564039457584007913129639935")]
    [InlineData("uint256", "\"0xff\"", "255")]
    [InlineData("int256", "-5", "-5")]
    [InlineData("(bool,string)", "[true,\"a\\u0000\\\"\"]", "(true, \"a\\u0000\\\"\")")]
    [InlineData("bytes2[]", "[\"0x0102\"]", "(0x0102)")]
    public void A_value_is_read_from_JSON(string type, string json, string shown)
    {
        using var document = System.Text.Json.JsonDocument.Parse(json);
        Assert.Equal(shown, AbiJson.Read(AbiVectorTests.TypeOf(type), document.RootElement).ToString());
    }

    [Theory]
    [InlineData("uint256", "1.5")]
    [InlineData("uint256", "1e3")]
    [InlineData("uint256", "true")]
    [InlineData("bool", "\"true\"")]
    [InlineData("bytes2", "\"0x01\"")]
    [InlineData("address", "\"0x01\"")]
    [InlineData("uint8[2]", "[1]")]
    [InlineData("string", "\"\\ud800\"")]
    public void What_is_not_a_value_of_the_type_is_refused(string type, string json)
    {
        using var document = System.Text.Json.JsonDocument.Parse(json);
        Assert.Throws<AbiException>(() => AbiJson.Read(AbiVectorTests.TypeOf(type), document.RootElement));
    }
}
