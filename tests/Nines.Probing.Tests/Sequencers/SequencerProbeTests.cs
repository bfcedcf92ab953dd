using System.Text;
using Nines.Core.Observations;
using Nines.Probing.Evm;
using Nines.Probing.Http;
using Nines.Probing.Sequencers;
using Nines.Probing.Tests.Evm;
using NodaTime;
using static Nines.Probing.Tests.Evm.EvmScene;

namespace Nines.Probing.Tests.Sequencers;

/// <summary>Now is 20 s after the head of the script, 1,700,000,000.</summary>
public sealed class SequencerProbeTests
{
    private const long Head = 1_700_000_000;
    private const string Feed = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
    private static readonly SequencerProbeType Type = new();
    private static readonly Uri L2 = new("http://l2.test/"), Rollup = new("http://rollup.test/"), L1 = new("http://l1.test/");

    private readonly RpcScript script = new() { HeadTime = Head + 18 };

    private static SequencerOptions Options => new() { Url = L2, ChainId = 31337, Tripwire = TripwireUse.Off, Quota = HostileAnswersTests.Plenty };

    private SequencerProbe At(SequencerOptions options, HttpMessageHandler? handler = null) =>
        new(Definition(Type, options), options, EvmScene.Path, EvmScene.Environment with { Requests = new() }, handler ?? new ScriptHandler(asked => script.Answer(asked)));

    private async Task<Sight> SightAsync(SequencerOptions options)
    {
        Assert.Empty(Type.Validate(options));
        await using var probe = At(options);
        return await LookAsync(probe);
    }

    private static SignalValue Of(Sight sight, string name) => Signal(Type, sight, name);

    private void FeedSays(long answer, long startedAt) => script.Methods["eth_call"] = _ => RpcScript.Result($"\"0x{1:x64}{answer:x64}{startedAt:x64}{startedAt:x64}{1:x64}\"");

    [Fact]
    public async Task A_sequencer_that_makes_blocks_and_batches_breaks_nothing()
    {
        var sight = await SightAsync(Options);
        Assert.Empty(Broken(Type, Options, sight));
        Assert.Equal(2, Of(sight, "head_age").Number);
        Assert.Equal(68, Of(sight, "safe").Number);
        Assert.Equal(402, Of(sight, "batch_age").Number);
        Assert.Equal(36, Of(sight, "finalized").Number);
        Assert.True(Of(sight, "origin_lag").IsMissing);
    }

    [Fact]
    public async Task A_head_older_than_ten_block_times_is_effectively_down()
    {
        script.HeadTime = Head - 1;
        Assert.Equal(["head_age < 20s"], Broken(Type, Options, await SightAsync(Options)));
    }

    [Fact]
    public async Task Batches_that_do_not_get_to_L1_are_degraded_by_the_age_of_the_newest_block_that_is_there()
    {
        script.HeadTime = Head - 1_400 + 20;   // the safe block is 400 s older
        var options = Options with { BlockTime = Duration.FromMinutes(10) };
        Assert.Equal(["batch_age < 1800s else degraded"], Broken(Type, options, await SightAsync(options)));
        Assert.Empty(Broken(Type, options with { BatchAgeLimit = new HeadAgeLimit(null) }, await SightAsync(options)));
    }

    [Theory]
    [InlineData(0, Head - 10_000, "", 0)]
    [InlineData(0, Head - 580, "not in_grace else degraded", 3_000)]   // up again for 600 s
    [InlineData(0, Head - 3_580, "", 0)]                               // for 3,600 s: over
    [InlineData(1, Head - 580, "feed_down_for <= 0s", 0)]
    [InlineData(2, Head - 580, "not feed_unread else degraded", 0)]
    [InlineData(0, 0, "not feed_unread else degraded", 0)]
    public async Task The_uptime_feed_is_read_as_the_protocols_do_that_rely_on_it(long answer, long startedAt, string broken, double graceLeft)
    {
        FeedSays(answer, startedAt);
        var options = Options with { Feed = Feed };
        var sight = await SightAsync(options);
        Assert.Equal(broken.Length == 0 ? [] : [broken], Broken(Type, options, sight));
        Assert.Equal(graceLeft, Of(sight, "grace_left").Number);
        Assert.Equal(answer == 1 ? 600 : 0, Of(sight, "feed_down_for").Number);
        Assert.False(Of(sight, "feed_state").IsMissing);
    }

    [Fact]
    public async Task What_the_rollup_node_derived_itself_counts_before_the_tags()
    {
        static string Block(int number, long time, int origin) => $"{{\"hash\":\"{RpcScript.Hash}\",\"number\":{number},\"timestamp\":{time},\"l1origin\":{{\"number\":{origin}}},\"sequenceNumber\":0}}";
        script.Methods["optimism_syncStatus"] = _ => RpcScript.Result(
            $"{{\"head_l1\":{{\"number\":500,\"timestamp\":{Head}}},\"current_l1\":{{\"number\":499}},\"unsafe_l2\":{Block(100, Head + 18, 495)},\"safe_l2\":{Block(90, Head - 80, 480)},\"finalized_l2\":{Block(50, Head - 900, 400)}}}");
        var sight = await SightAsync(Options with { RollupUrl = Rollup });
        Assert.Equal((90, 100, 50, 5), (Of(sight, "safe").Number, Of(sight, "batch_age").Number, Of(sight, "finalized").Number, Of(sight, "origin_lag").Number));
        script.Methods.Remove("optimism_syncStatus");
        Assert.Equal(68, Of(await SightAsync(Options with { RollupUrl = Rollup }), "safe").Number);   // an L2 without it: the tags
    }

    [Fact]
    public async Task The_way_past_the_sequencer_is_closed_when_its_contract_is_paused_or_gone_and_L1s_trouble_proves_nothing()
    {
        var options = Options with { ForcedInclusion = new ForcedInclusion { Url = L1, Address = Feed } };
        script.Methods["eth_call"] = _ => RpcScript.Result($"\"0x{0:x64}\"");
        Assert.Empty(Broken(Type, options, await SightAsync(options)));
        script.Methods["eth_call"] = _ => RpcScript.Result($"\"0x{1:x64}\"");
        Assert.Equal(["not forced_closed else degraded"], Broken(Type, options, await SightAsync(options)));
        script.Methods["eth_call"] = _ => RpcScript.Error(-32000, "header not found");
        var sight = await SightAsync(options);
        Assert.Empty(Broken(Type, options, sight));
        Assert.Contains("was not answered", Of(sight, "forced_state").Text, StringComparison.Ordinal);
        script.Methods["eth_getCode"] = _ => RpcScript.Result("\"0x\"");
        Assert.Contains("there is no contract", Of(await SightAsync(options), "forced_state").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Mistakes_are_found_at_load()
    {
        Assert.Equal("feed", Assert.Single(Type.Validate(Options with { Feed = "0x12" })).Option);
        Assert.Equal("rollup_url", Assert.Single(Type.Validate(Options with { RollupUrl = new Uri("ws://l2.test") })).Option);
        Assert.Equal("forced_inclusion", Assert.Single(Type.Validate(Options with { ForcedInclusion = new ForcedInclusion { Url = L1, Address = Feed, Paused = "paused(uint8) returns (bool)" } })).Option);
        Assert.Equal([("l2.test:80", 5), ("rollup.test:80", 1), ("l1.test:80", 2)],
            Type.CallsOf(Options with { Feed = Feed, RollupUrl = Rollup, ForcedInclusion = new ForcedInclusion { Url = L1, Address = Feed } }));
    }

    [Fact]
    public async Task Ten_thousand_mutated_answers_each_give_a_reasoned_outcome()
    {
        var random = new Random(5);
        script.Methods["optimism_syncStatus"] = _ => RpcScript.Result($"{{\"head_l1\":{{\"number\":500}},\"unsafe_l2\":{{\"number\":1,\"timestamp\":9,\"l1origin\":{{\"number\":4}}}},\"safe_l2\":{{}},\"finalized_l2\":{{}}}}");
        var options = Options with { Feed = Feed, RollupUrl = Rollup, ForcedInclusion = new ForcedInclusion { Url = L1, Address = Feed } };
        var handler = new ScriptHandler(asked =>
        {
            FeedSays(random.Next(3), Head - random.Next(10_000));
            return HostileAnswersTests.Mutated(Encoding.UTF8.GetBytes(script.Answer(asked)), random);
        });
        await using var probe = At(options, handler);
        await HostileAnswersTests.AssertReasonedAsync(probe, Type.Signals.Length, handler, random, script, 10_000);
    }

    [Fact]
    public async Task On_two_real_chains_the_feed_goes_down_comes_back_and_the_grace_period_holds_on()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        await using var layer1 = await Lab.StartAsync("chain.mjs", "--chain-id", "1337");
        await using var layer2 = await Lab.StartAsync("chain.mjs");
        async Task<string> DeployAsync(Lab chain, params string[] contract) =>
            (await Lab.DoAsync("contract.mjs", ["deploy", .. contract, "--rpc", chain.Url.ToString()]))["address"]!.GetValue<string>();
        var feed = await DeployAsync(layer2, "Feed", "0");
        var token = (await Lab.DoAsync("deploy.mjs", "--rpc", layer1.Url.ToString()))["address"]!.GetValue<string>();   // a contract that can be paused
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        Task SayAsync(int answer, long since) => Lab.DoAsync("contract.mjs", "send", "Feed", "set(uint80,int256,uint256)", "1", $"{answer}", $"{since}", "--rpc", layer2.Url.ToString(), "--address", feed);
        var options = new SequencerOptions
        {
            Url = layer2.Url, ChainId = 31337, BlockTime = Duration.FromSeconds(1), Feed = feed, Tripwire = TripwireUse.Off,
            BatchAgeLimit = new HeadAgeLimit(null), ForcedInclusion = new ForcedInclusion { Url = layer1.Url, Address = token },
        };
        var real = new ProbeEnvironment(TimeProvider.System, () => Instant.FromDateTimeOffset(TimeProvider.System.GetUtcNow()));
        await using var probe = new SequencerProbe(Definition(Type, options), options, EvmScene.Path, real);
        Assert.Equal(["not feed_unread else degraded"], Broken(Type, options, await LookAsync(probe)));   // no round yet
        await SayAsync(0, now - 7_200);
        Assert.Empty(Broken(Type, options, await LookAsync(probe)));
        await SayAsync(1, now - 5);
        Assert.Equal(["feed_down_for <= 0s"], Broken(Type, options, await LookAsync(probe)));
        await SayAsync(0, now);
        Assert.Equal(["not in_grace else degraded"], Broken(Type, options, await LookAsync(probe)));
        await Lab.DoAsync("token.mjs", "pause", "--rpc", layer1.Url.ToString(), "--address", token);
        Assert.Equal(["not in_grace else degraded", "not forced_closed else degraded"], Broken(Type, options, await LookAsync(probe)));
    }
}
