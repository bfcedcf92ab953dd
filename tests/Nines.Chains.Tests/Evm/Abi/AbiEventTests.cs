using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;

namespace Nines.Chains.Tests.Evm.Abi;

/// <summary>The logs of <c>Dyn</c>, <c>Deep</c> and <c>Anon</c> were written on anvil by a contract that solc 0.8.37 compiled.</summary>
public sealed class AbiEventTests
{
    private static readonly Address Contract = Address.Parse("0x5FbDB2315678afecb367f032d93F642f64180aa3");

    private static readonly AbiSignature Dyn =
        AbiSignature.Parse("event Dyn(string indexed s, bytes indexed b, uint16[] indexed u, uint256 plain)");

    private static readonly AbiSignature Deep =
        AbiSignature.Parse("event Deep((uint8 a, string b, int16[] c) indexed p, string[2] indexed two, bytes3[2][] indexed nested)");

    private static readonly AbiSignature Anon =
        AbiSignature.Parse("event Anon(address indexed who, bytes4 indexed sel, bool indexed yes, int8 indexed small, string rest) anonymous");

    private static readonly Log DynLog = LogOf(
        "0x0000000000000000000000000000000000000000000000000000000000000009",
        "0x99a4c6541692859feca6810563894acf0812d2e3e1c8c4e7a41da33781e13bad",
        "0x1c8aff950685c2ed4bc3174f3472287b56d9517b9c948127319a09a7a36deac8",
        "0x22ae6da6b482f9b1b19b0b897c3fd43884180a1c5ee361e1107a1bc635649dda",
        "0xa9b78be0c092fb3d8860ca815e07afd55815f8761316b903fc87829301f970c8");

    private static readonly Log DeepLog = LogOf(
        "0x",
        "0x42ff357c4c273a3da2d90ce81f002efe7072bd4d272bf5585faffb6ac233bb09",
        "0xf6ed0fbdca9e6d5c475be1a57dc0e1f6f874b17834c06c9e18a5a8023e3861c9",
        "0xc2728f2057ce097dca833ec58ddc6921bf52dc8bf15ed9cbdfae7263d9909df3",
        "0x90044744dc93184b067ab618714fef74421b35a37739d49078f01593bcab4769");

    private static readonly Log AnonLog = LogOf(
        "0x000000000000000000000000000000000000000000000000000000000000002000000000000000000000000000000000000000000000000000000000000000047265737400000000000000000000000000000000000000000000000000000000",
        "0x000000000000000000000000000000000000000000000000000000000000dead",
        "0x1234567800000000000000000000000000000000000000000000000000000000",
        "0x0000000000000000000000000000000000000000000000000000000000000001",
        "0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd");

    [Fact]
    public void A_transfer_is_read_from_its_topics_and_data_in_the_order_of_the_declaration()
    {
        var transfer = AbiSignature.Parse("event Transfer(address indexed from, uint256 value, address indexed to)");
        var log = LogOf(
            "0x00000000000000000000000000000000000000000000000000000000000003e8",
            transfer.Topic.ToString(),
            "0x0000000000000000000000005aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
            "0x000000000000000000000000000000000000000000000000000000000000dead");
        Assert.Equal("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed, 1000, 0x000000000000000000000000000000000000dEaD", transfer.DecodeLog(log).ToString());
    }

    [Fact]
    public void Of_an_indexed_string_array_or_tuple_the_log_has_the_hash()
    {
        var values = Assert.IsType<AbiDecoding.Decoded>(Dyn.DecodeLog(DynLog)).Values;
        Assert.Equal([.. DynLog.Topics.Skip(1).Select(t => (AbiValue)new AbiValue.Hashed(t)), new AbiValue.Number(9)], values);
        Assert.StartsWith("hash 0x1c8aff95", values[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_topics_of_values_are_those_that_the_compiler_s_code_writes()
    {
        AbiValue[] plain = [new AbiValue.Text("hello"), Blob("0x0102"), Items(1, 500)];
        Assert.Equal(DynLog.Topics, Dyn.EncodeTopics(plain).Select(t => t.Single()));
        AbiValue[] deep =
        [
            new AbiValue.Sequence(new AbiValue.Number(7), new AbiValue.Text("a string that is longer than thirty-two bytes, for certain"), Items(-1, 2)),
            new AbiValue.Sequence(new AbiValue.Text("x"), new AbiValue.Text("yy")),
            new AbiValue.Sequence(new AbiValue.Sequence(Blob("0x010203"), Blob("0x040506"))),
        ];
        Assert.Equal(DeepLog.Topics, Deep.EncodeTopics(deep).Select(t => t.Single()));
        Assert.Equal([[Dyn.Topic], [], [AbiTopics.Of(AbiType.Bytes, Blob("0x0102"))]], Dyn.EncodeTopics(null, Blob("0x0102")));
        Assert.Throws<AbiException>(() => Dyn.EncodeTopics(plain[0], plain[1], plain[2], new AbiValue.Number(1)));
    }

    [Fact]
    public void An_anonymous_event_has_no_topic_of_its_own_and_four_for_its_parameters()
    {
        Assert.True(Anon.IsAnonymous);
        Assert.Equal("0x000000000000000000000000000000000000dEaD, 0x12345678, true, -3, \"rest\"", Anon.DecodeLog(AnonLog).ToString());
        Assert.Equal(Anon, AbiSignature.Parse(Anon.ToString()));
        Assert.NotEqual(Anon, AbiSignature.Parse("event Anon(address who, bytes4 sel, bool yes, int8 small, string rest)"));
        Assert.Throws<AbiException>(() => AbiSignature.Parse("event E(bool indexed a, bool indexed b, bool indexed c, bool indexed d)"));
        Assert.Throws<AbiException>(() => AbiSignature.Parse("function f() anonymous"));
    }

    [Fact]
    public void The_log_of_another_event_is_refused()
    {
        Assert.Equal(AbiFault.WrongSelector, Assert.IsType<AbiDecoding.Refused>(Dyn.DecodeLog(DeepLog)).Fault);
        var fewer = DynLog with { Topics = DynLog.Topics[..2] };
        Assert.Equal(AbiFault.WrongSelector, Assert.IsType<AbiDecoding.Refused>(Dyn.DecodeLog(fewer)).Fault);
        Assert.Equal(AbiFault.WrongSelector, Assert.IsType<AbiDecoding.Refused>(Anon.DecodeLog(AnonLog with { Topics = [] })).Fault);
        Assert.Equal(AbiFault.NoData, Assert.IsType<AbiDecoding.Refused>(Dyn.DecodeLog(DynLog with { Data = HexBytes.Empty })).Fault);
        var wide = AnonLog with { Topics = AnonLog.Topics.SetItem(0, Keccak256.Hash([1])) };
        Assert.Equal(AbiFault.OutOfRange, Assert.IsType<AbiDecoding.Refused>(Anon.DecodeLog(wide)).Fault);
    }

    [Fact]
    public void Mutated_logs_are_read_or_refused_with_a_reason()
    {
        byte[][] seeds = [.. new[] { DynLog, AnonLog, DeepLog }.Select(l => (byte[])[.. l.Topics.SelectMany(t => t.ToArray()), .. l.Data.Span])];
        Prop.ForAll(Mutations.Of(seeds), bytes =>
        {
            var topics = bytes.Chunk(Hash32.Size).Take(4).Where(c => c.Length == Hash32.Size).Select(c => new Hash32(c)).ToImmutableArray();
            var log = new Log(Contract, topics, HexBytes.CopyOf(bytes.AsSpan(topics.Length * Hash32.Size)));
            return new[] { Dyn, Deep, Anon }.All(e => e.DecodeLog(log) switch
            {
                AbiDecoding.Decoded decoded => decoded.Values.Length == e.Inputs.Length,
                AbiDecoding.Refused refused => refused.Why.Length > 0,
                _ => false,
            });
        }).Check(Mutations.Many);
    }

    [Fact]
    public void Packed_encoding_hashes_to_every_vector_of_ethers()
    {
        using var vectors = SharedData.Json("evm", "ethers", "testcases", "solidity-hashes.json.gz");
        Assert.All(vectors.RootElement.EnumerateArray(), v =>
        {
            var types = v.GetProperty("types").EnumerateArray().Select(t => AbiVectorTests.TypeOf(t.GetString()!)).ToImmutableArray();
            var values = types.Zip(v.GetProperty("values").EnumerateArray(), ReadSigned).ToImmutableArray();
            Assert.Equal(v.GetProperty("keccak256").GetString(), Keccak256.Hash(AbiPacked.Encode(types, values).Span).ToString());
        });
    }

    [Fact]
    public void A_contract_s_ABI_may_be_written_as_people_write_signatures()
    {
        var abi = ContractAbi.Parse("""
            ["constructor(uint256 supply)", "function balanceOf(address) view returns (uint256)", "event Paused(address account)",
             "error EnforcedPause()", {"type":"event","name":"Note","inputs":[{"name":"sig","type":"bytes4","indexed":true}],"anonymous":true},
             {"type":"function","name":"on","inputs":[{"name":"then","type":"function"}],"outputs":[]}]
            """);
        Assert.Equal(["balanceOf(address)", "on(function)"], abi.Functions.Select(f => f.Canonical));
        Assert.Equal([false, true], abi.Events.Select(e => e.IsAnonymous));
        Assert.Equal(["EnforcedPause()"], abi.Errors.Select(e => e.Canonical));
        var call = abi.Functions.Last().EncodeCall(Blob("0x000102030405060708090a0b0c0d0e0f1011121314151617"));
        Assert.Equal("0x000102030405060708090a0b0c0d0e0f1011121314151617", abi.Functions.Last().DecodeInputs(call.Span).ToString());
        Assert.False(ContractAbi.TryParse("""["balanceOf(adress)"]""", out _, out var why));
        Assert.Contains("'adress' is not a type", why, StringComparison.Ordinal);
    }

    private static Log LogOf(string data, params string[] topics) =>
        new(Contract, [.. topics.Select(t => Hash32.Parse(t))], HexBytes.Parse(data));

    private static AbiValue.Blob Blob(string hex) => new(HexBytes.Parse(hex));

    private static AbiValue.Sequence Items(params BigInteger[] numbers) => new([.. numbers.Select(n => (AbiValue)new AbiValue.Number(n))]);

    /// <summary>The vectors write negative numbers as "-0x…".</summary>
    private static AbiValue ReadSigned(AbiType type, JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Array)
        {
            var element = type is AbiType.ArrayType array ? array.Element : ((AbiType.FixedArrayType)type).Element;
            return new AbiValue.Sequence([.. json.EnumerateArray().Select(item => ReadSigned(element, item))]);
        }

        return json.ValueKind == JsonValueKind.String && json.GetString() is ['-', .. var digits] && Quantity.TryRead(digits, out BigInteger value)
            ? new AbiValue.Number(-value)
            : AbiJson.Read(type, json);
    }
}
