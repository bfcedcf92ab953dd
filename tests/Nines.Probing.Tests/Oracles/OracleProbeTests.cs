using System.Globalization;
using System.Numerics;
using Nines.Chains.Evm.Abi;
using Nines.Core;
using Nines.Core.Conditions;
using Nines.Core.Observations;
using Nines.Probing.Oracles;
using Nines.Probing.Tests.Evm;
using NodaTime;
using static Nines.Probing.Tests.Evm.EvmScene;

namespace Nines.Probing.Tests.Oracles;

public sealed class OracleProbeTests
{
    private const string Feed = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
    private const string Other = "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512";

    /// <summary>What <see cref="EvmScene.Environment"/> takes for the time.</summary>
    private const long Now = 1_700_000_020;

    private static readonly OracleProbeType Type = new();
    private static readonly OracleOptions Alone = new() { Url = new Uri("http://node.test/"), Address = Feed, Heartbeat = Duration.FromHours(1) };
    private static readonly string Latest = AbiSignature.Parse("latestRoundData()").Selector.ToString();
    private static readonly string Decimals = AbiSignature.Parse("decimals()").Selector.ToString();

    private readonly RpcScript script = new();
    private readonly Dictionary<string, (BigInteger Round, BigInteger Answer, long UpdatedAt, int Decimals)> feeds = new(StringComparer.OrdinalIgnoreCase)
    {
        [Feed] = (7, 2_000_00000000, Now - 60, 8),
        [Other] = (3, BigInteger.Parse("2010000000000000000000"), Now - 60, 18),
    };

    public OracleProbeTests() => script.Methods["eth_call"] = parameters =>
    {
        var feed = feeds[parameters[0]!["to"]!.GetValue<string>()];
        var asked = parameters[0]!["data"]!.GetValue<string>();
        return asked == Decimals ? Words(feed.Decimals) : asked == Latest ? Words(feed.Round, feed.Answer, feed.UpdatedAt, feed.UpdatedAt, feed.Round) : RpcScript.Error(3, "execution reverted");
    };

    private static string Words(params BigInteger[] values) =>
        RpcScript.Result($"\"0x{string.Concat(values.Select(value => (value.Sign < 0 ? value + BigInteger.Pow(2, 256) : value).ToString("x64", CultureInfo.InvariantCulture)[^64..]))}\"");

    private OracleProbe Probe(OracleOptions options) => new(Definition(Type, options), options, EvmScene.Path, EvmScene.Environment, new ScriptHandler(script.Answer));

    private async Task<Sight> LookAsync(OracleOptions options)
    {
        Assert.Empty(Type.Validate(options));
        await using var probe = Probe(options);
        return await EvmScene.LookAsync(probe);
    }

    private static string Shown(Sight sight, string name) => Signal(Type, sight, name).ToString();

    [Fact]
    public async Task A_feed_that_updates_in_time_is_healthy_and_its_price_is_exact()
    {
        var sight = await LookAsync(Alone);
        Assert.Empty(Broken(Type, Alone, sight));
        Assert.Equal(("2000", "60", "7", "8"), (Shown(sight, "answer"), Shown(sight, "answer_age"), Shown(sight, "round"), Shown(sight, "decimals")));
        feeds[Feed] = (BigInteger.Pow(2, 79) + 1, BigInteger.Pow(10, 30) + 1, Now + 5, 18);
        sight = await LookAsync(Alone);
        Assert.Equal(("1000000000000.000000000000000001", "0", "604462909807314587353089"), (Shown(sight, "answer"), Shown(sight, "answer_age"), Shown(sight, "round")));
    }

    [Theory]
    [InlineData(3_899, false)]
    [InlineData(3_900, true)]
    public async Task A_feed_is_stale_from_its_own_heartbeat_and_the_grace_on(int age, bool stale)
    {
        feeds[Feed] = feeds[Feed] with { UpdatedAt = Now - age };
        var sight = await LookAsync(Alone);
        Assert.Equal(stale ? ["answer_age < 1h5m"] : [], Broken(Type, Alone, sight));
        var vocabulary = new SignalVocabulary(Type.Signals);
        var condition = Assert.IsType<ConditionReading.Understood>(ConditionParser.Parse("answer_age < 1h5m", vocabulary)).Condition;
        if (stale) Assert.Equal(0, condition.Holds.BrokenForSeconds(vocabulary.Schema, sight.Signals.AsSpan(), out _));
        Assert.Equal("begins at last progress + 65m", condition.Explain(vocabulary.Schema).Onset);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task An_answer_that_is_not_above_zero_is_no_price(int answer)
    {
        feeds[Feed] = feeds[Feed] with { Answer = answer };
        Assert.Equal(["answer > 0"], Broken(Type, Alone, await LookAsync(Alone)));
    }

    [Fact]
    public async Task A_round_that_was_never_completed_has_no_age_and_a_feed_that_refuses_says_why()
    {
        feeds[Feed] = feeds[Feed] with { UpdatedAt = 0 };
        var sight = await LookAsync(Alone);
        Assert.Equal(("missing", "missing"), (Shown(sight, "answer_age"), Shown(sight, "revert_reason")));
        Assert.Equal(["answer_age < 1h5m"], Broken(Type, Alone, sight));
        script.Methods["eth_call"] = _ => RpcScript.Error(3, "execution reverted: No data present");
        sight = await LookAsync(Alone);
        Assert.Contains("No data present", Shown(sight, "revert_reason"));
        Assert.Equal(["not reverted", "answer > 0", "answer_age < 1h5m"], Broken(Type, Alone, sight));
        script.Methods["eth_call"] = _ => RpcScript.Result("\"0x\"");
        Assert.Equal(["code_present", "answer > 0", "answer_age < 1h5m"], Broken(Type, Alone, await LookAsync(Alone)));
    }

    [Fact]
    public async Task A_round_id_that_goes_back_is_the_feeds_only_at_a_newer_block()
    {
        await using var probe = Probe(Alone);
        Assert.Empty(Broken(Type, Alone, await EvmScene.LookAsync(probe)));
        feeds[Feed] = feeds[Feed] with { Round = 6 };
        Assert.Empty(Broken(Type, Alone, await EvmScene.LookAsync(probe)));        // the same block: another node's view
        script.Head++;
        Assert.Equal(["not round_backwards"], Broken(Type, Alone, await EvmScene.LookAsync(probe)));
        feeds[Feed] = feeds[Feed] with { Round = 8 };
        script.Head++;
        Assert.Empty(Broken(Type, Alone, await EvmScene.LookAsync(probe)));
    }

    [Theory]
    [InlineData("2010000000000000000000", 60, false, "0.004975")]
    [InlineData("2050000000000000000000", 60, true, "0.02439")]
    [InlineData("0", 60, false, "missing")]
    [InlineData("2050000000000000000000", 4_000, false, "missing")]
    public async Task A_price_far_from_another_feeds_is_broken_unless_that_one_does_not_count(string other, int age, bool broken, string deviation)
    {
        var options = Alone with { ReferenceFeed = Other };
        feeds[Other] = feeds[Other] with { Answer = BigInteger.Parse(other, CultureInfo.InvariantCulture), UpdatedAt = Now - age };
        var sight = await LookAsync(options);
        Assert.Equal(broken ? ["reference_missing or deviation <= 2%"] : [], Broken(Type, options, sight));
        Assert.Equal(deviation, Shown(sight, "deviation"));
        Assert.Equal(deviation == "missing", Signal(Type, sight, "reference_missing").Flag);
        Assert.Equal(deviation == "missing", !Signal(Type, sight, "reference_failure").IsMissing);
    }

    [Theory]
    [InlineData("""{"data":{"price":"2001.5"}}""", 200, "2001.5", "")]
    [InlineData("""{"data":{"price":2100}}""", 200, "2100", "")]
    [InlineData("""{"data":{"price":0}}""", 200, "missing", "no price above 0")]
    [InlineData("""{"data":{}}""", 200, "missing", "no price above 0")]
    [InlineData("<html>", 200, "missing", "not JSON")]
    [InlineData("{}", 503, "missing", "HTTP status 503")]
    public async Task A_price_of_a_web_server_is_compared_with_and_its_trouble_is_not_the_feeds(string body, int status, string price, string failure)
    {
        await using var server = new RpcServer { Misbehave = async (stream, _) => { await RpcServer.WriteAsync(stream, status, body); return true; } };
        var options = Alone with { ReferenceUrl = server.Url, ReferencePrice = "$.data.price" };
        var sight = await LookAsync(options);
        Assert.Equal(price, Shown(sight, "reference"));
        Assert.Contains(failure, failure.Length == 0 ? "" : Shown(sight, "reference_failure"));
        Assert.Equal(price == "2100" ? ["reference_missing or deviation <= 2%"] : [], Broken(Type, options, sight));
    }

    [Fact]
    public async Task A_reference_that_hangs_does_not_cost_the_feed_its_answer()
    {
        var ended = new TaskCompletionSource();
        await using var server = new RpcServer { Misbehave = async (_, _) => { await ended.Task; return false; } };
        var options = Alone with { ReferenceUrl = server.Url, ReferencePrice = "$.price" };
        await using var probe = new OracleProbe(Definition(Type, options, timeout: 0.6), options, EvmScene.Path, EvmScene.Environment, new ScriptHandler(script.Answer));
        var sight = await EvmScene.LookAsync(probe, seconds: 3);
        Assert.Empty(Broken(Type, options, sight));
        Assert.Contains("did not answer in time", Shown(sight, "reference_failure"));
        ended.SetResult();
    }

    [Fact]
    public async Task A_node_in_trouble_is_no_word_of_the_feed()
    {
        script.Methods["eth_call"] = _ => RpcScript.Error(-32005, "limit exceeded");
        Assert.Equal("rate_limited", Assert.IsType<Outcome.Refused>((await LookAsync(Alone with { Quota = HostileAnswersTests.Plenty })).Outcome).Code);
        script.Methods["eth_call"] = _ => RpcScript.Result("\"0x07\"");
        Assert.Equal("malformed", Assert.IsType<Outcome.Refused>((await LookAsync(Alone)).Outcome).Code);
    }

    [Fact]
    public void Mistakes_in_the_options_are_named()
    {
        Assert.Equal(["address", "reference_heartbeat"], Named(Alone with { Address = "0x12", ReferenceHeartbeat = Duration.FromHours(1) }));
        Assert.Equal(["reference_feed", "reference_url"], Named(Alone with { ReferenceFeed = Feed, ReferenceUrl = new Uri("https://a.test/"), ReferencePrice = "$.a" }));
        Assert.Equal(["reference_price"], Named(Alone with { ReferencePrice = "$.a" }));
        Assert.Equal(["reference_url"], Named(Alone with { ReferenceUrl = new Uri("https://a.test/") }));
        Assert.Equal(["reference_url", "reference_price"], Named(Alone with { ReferenceUrl = new Uri("ftp://a.test/"), ReferencePrice = "price" }));

        static string[] Named(OracleOptions options) => [.. Type.Validate(options).Select(mistake => mistake.Option)];
    }

    [Fact]
    public async Task Ten_thousand_mutated_answers_of_a_feed_each_give_a_reasoned_outcome()
    {
        var random = new Random(4);
        var handler = new ScriptHandler(asked => HostileAnswersTests.Mutated(System.Text.Encoding.UTF8.GetBytes(script.Answer(asked)), random));
        var options = Alone with { ReferenceFeed = Other, Quota = HostileAnswersTests.Plenty };
        await using var probe = new OracleProbe(Definition(Type, options), options, EvmScene.Path, EvmScene.Environment, handler);
        var limited = script.Methods["eth_call"];
        script.Methods["eth_call"] = parameters => random.Next(20) == 0 ? RpcScript.Error(-32005, "limit exceeded") : limited(parameters);
        await HostileAnswersTests.AssertReasonedAsync(probe, Type.Signals.Length, handler, random, script, 10_000);
    }

    [Fact]
    public async Task A_real_feed_is_told_stale_from_its_heartbeat_on_and_wrong_when_it_answers_nothing()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        await using var chain = await Lab.StartAsync("chain.mjs");
        await chain.CallAsync("evm_setIntervalMining", 0);
        await chain.CallAsync("evm_setAutomine", true);
        var feed = (await Lab.DoAsync("contract.mjs", "deploy", "Feed", "8", "--rpc", chain.Url.ToString()))["address"]!.GetValue<string>();
        var options = new OracleOptions { Url = chain.Url, Address = feed, Heartbeat = Duration.FromHours(1) };
        var environment = new ProbeEnvironment(TimeProvider.System, () => Instant.FromDateTimeOffset(TimeProvider.System.GetUtcNow()));
        await using var probe = new OracleProbe(Definition(Type, options), options, EvmScene.Path, environment);
        Assert.Equal("reverted: No data present", Shown(await EvmScene.LookAsync(probe), "revert_reason"));

        await SetAsync("5", "200012345678", "0");
        var healthy = await EvmScene.LookAsync(probe);
        Assert.Empty(Broken(Type, options, healthy));
        Assert.Equal(("2000.12345678", "5"), (Shown(healthy, "answer"), Shown(healthy, "round")));
        await SetAsync("6", "0", (environment.Now() - Instant.FromUnixTimeSeconds(0) - Duration.FromSeconds(3_960)).TotalSeconds.ToString("0", CultureInfo.InvariantCulture));
        Assert.Equal(["answer > 0", "answer_age < 1h5m"], Broken(Type, options, await EvmScene.LookAsync(probe)));
        await SetAsync("4", "200012345678", "0");
        Assert.Equal(["not round_backwards"], Broken(Type, options, await EvmScene.LookAsync(probe)));

        Task SetAsync(params string[] values) => Lab.DoAsync("contract.mjs", ["send", "Feed", "set(uint80,int256,uint256)", .. values, "--rpc", chain.Url.ToString(), "--address", feed]);
    }
}
