using Nines.Core.Observations;
using Nines.Probing.Bitcoin;
using Nines.Probing.Http;
using Nines.Probing.Tests.Evm;
using NodaTime;
using static Nines.Probing.Tests.Evm.EvmScene;

namespace Nines.Probing.Tests.Bitcoin;

public sealed class BitcoinProbeTests
{
    private static readonly BitcoinProbeType Type = new();
    private static readonly BitcoinOptions Options = new() { Url = new Uri("http://node.test/"), Network = BitcoinNetwork.Main, Tripwire = TripwireUse.Off };

    [Fact]
    public async Task A_healthy_node_gives_all_signals_and_breaks_no_default_condition()
    {
        var node = new CoreNode(100);
        await using var probe = At(node);
        var sight = await LookAsync(probe);
        Assert.Empty(Broken(Type, Options, sight));
        Assert.Equal(("main", 100.0, 0.0, 10.0, 9.0), (Of(sight, "network").Text, Of(sight, "head").Number, Of(sight, "headers_ahead").Number, Of(sight, "peers").Number, Of(sight, "peers_outbound").Number));
        Assert.Equal((98.0, node.Active[98]), (Of(sight, "check_number").Number, Of(sight, "check_hash").Text));
        Assert.Equal((12.0, 2.0, 0.5), (Of(sight, "fee_rate").Number, Math.Round(Of(sight, "mempool_min_fee").Number, 6), Of(sight, "mempool_usage").Number));
        Assert.Equal((20.0, "/Satoshi:28.0.0/", ""), (Of(sight, "head_age").Number, Of(sight, "client").Text, Of(sight, "warnings").Text));
    }

    [Fact]
    public async Task Sixty_minutes_without_a_block_are_noted_with_their_chance_and_break_nothing()
    {
        var node = new CoreNode(100) { Time = 1_700_000_020 - 3_600 };
        await using var probe = At(node);
        var sight = await LookAsync(probe);
        Assert.Empty(Broken(Type, Options, sight));
        Assert.Equal(0.0025, Of(sight, "wait_chance").Number, 4);
    }

    [Fact]
    public async Task A_node_whose_blocks_are_behind_its_headers_breaks_the_rule_from_two_on()
    {
        var node = new CoreNode(100) { HeadersAhead = 1 };
        await using var probe = At(node);
        Assert.Empty(Broken(Type, Options, await LookAsync(probe)));
        node.HeadersAhead = 2;
        Assert.Equal(["headers_ahead <= 1 block"], Broken(Type, Options, await LookAsync(probe)));
    }

    [Fact]
    public async Task The_wrong_network_a_first_download_warnings_and_no_peers_are_each_told()
    {
        var node = new CoreNode(100) { Chain = "test" };
        await using var probe = At(node);
        Assert.Equal(["network == \"main\" else down"], Broken(Type, Options, await LookAsync(probe)));
        (node.Chain, node.InitialDownload) = ("main", true);
        Assert.Equal(["not initial_download"], Broken(Type, Options, await LookAsync(probe)));
        (node.InitialDownload, node.Warnings) = (false, """["Unknown new rules activated (versionbit 28)","disk is nearly full"]""");
        var warned = await LookAsync(probe);
        Assert.Equal(["warnings == \"\" else degraded"], Broken(Type, Options, warned));
        Assert.Equal("Unknown new rules activated (versionbit 28); disk is nearly full", Of(warned, "warnings").Text);
        (node.Warnings, node.Peers) = ("\"\"", 0);
        Assert.Equal(["peers >= 1 else degraded"], Broken(Type, Options, await LookAsync(probe)));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    [InlineData(true, 6)]
    [InlineData(false, 1)]
    [InlineData(false, 3)]
    public async Task A_reorganisation_is_as_deep_as_the_blocks_that_were_replaced_and_is_remembered(bool tipsAreKnown, int depth)
    {
        var node = new CoreNode(100) { TipsAreKnown = tipsAreKnown };
        await using var probe = At(node);
        await LookAsync(probe);
        node.Reorganise(depth);
        var sight = await LookAsync(probe);
        Assert.Equal((depth, depth), ((int)Of(sight, "reorg_depth").Number, (int)Of(sight, "recent_reorg_depth").Number));
        Assert.Equal(depth >= 2 ? ["recent_reorg_depth < 2 blocks else degraded"] : [], Broken(Type, Options, sight));
        node.Mine(1);
        var after = await LookAsync(probe);
        Assert.Equal((0, depth), ((int)Of(after, "reorg_depth").Number, (int)Of(after, "recent_reorg_depth").Number));
    }

    [Fact]
    public async Task A_reorganisation_is_forgotten_after_its_time()
    {
        var now = Instant.FromUnixTimeSeconds(1_700_000_020);
        var node = new CoreNode(100);
        await using var probe = new BitcoinProbe(Definition(Type, Options), Options, EvmScene.Path, new ProbeEnvironment(TimeProvider.System, () => now), new ScriptHandler(node.Answer));
        await LookAsync(probe);
        node.Reorganise(2);
        await LookAsync(probe);
        now += Duration.FromMinutes(59);
        Assert.Equal(2, Of(await LookAsync(probe), "recent_reorg_depth").Number);
        now += Duration.FromMinutes(2);
        Assert.Equal(0, Of(await LookAsync(probe), "recent_reorg_depth").Number);
    }

    [Fact]
    public async Task A_lagging_member_behind_one_address_that_never_had_the_block_is_no_reorganisation()
    {
        var (ahead, behind) = (new CoreNode(100), new CoreNode(100));
        ahead.Mine(50);
        var member = ahead;
        await using var probe = At(asked => member.Answer(asked));
        await LookAsync(probe);
        member = behind;
        Assert.Equal(0, Of(await LookAsync(probe), "reorg_depth").Number);
    }

    [Fact]
    public async Task New_blocks_on_the_same_branch_are_no_reorganisation()
    {
        var node = new CoreNode(100);
        await using var probe = At(node);
        await LookAsync(probe);
        node.Mine(7);
        var sight = await LookAsync(probe);
        Assert.Equal((107.0, 0.0), (Of(sight, "head").Number, Of(sight, "reorg_depth").Number));
    }

    [Fact]
    public async Task A_node_that_lacks_the_questions_of_newer_versions_raises_nothing_false()
    {
        var node = new CoreNode(100) { TipsAreKnown = false };
        node.Methods.Remove("getmempoolinfo");
        node.Methods["estimatesmartfee"] = _ => RpcScript.Result("""{"fee":-1,"blocks":6}""");
        await using var probe = At(node);
        var sight = await LookAsync(probe);
        Assert.Empty(Broken(Type, Options, sight));
        Assert.True(Of(sight, "fee_rate").IsMissing && Of(sight, "mempool_count").IsMissing && Of(sight, "branches").IsMissing);
    }

    [Theory]
    [InlineData("""{"result":null,"error":{"code":-28,"message":"Loading block index…"},"id":1}""", 500, "warming_up")]
    [InlineData("""{"result":null,"error":{"code":-1,"message":"boom"},"id":1}""", 500, "rpc_error")]
    [InlineData("Work queue depth exceeded", 503, "http_503")]
    [InlineData("<html>", 200, "malformed")]
    public async Task What_is_no_answer_is_refused_with_a_stable_code(string body, int status, string code)
    {
        await using var probe = At(_ => body, status);
        var refused = Assert.IsType<Outcome.Refused>((await LookAsync(probe)).Outcome);
        Assert.Equal(code, refused.Code);
        if (status == 503) Assert.Contains("Work queue depth exceeded", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task Refused_credentials_are_ours_and_no_outage(int status)
    {
        await using var probe = At(_ => "", status);
        (await LookAsync(probe)).Fault("refuses our credentials");
    }

    [Fact]
    public async Task Credentials_come_from_the_config_the_url_or_a_cookie_file_that_is_read_again()
    {
        await using var server = new RpcServer();
        server.Script.Methods["getblockchaininfo"] = _ => RpcScript.Error(-28, "the password is hunter22, said the node");
        var folder = Directory.CreateTempSubdirectory("nines-cookie-");
        var cookie = System.IO.Path.Combine(folder.FullName, ".cookie");
        async Task<Sight> Ask(BitcoinOptions options)
        {
            await using var probe = new BitcoinProbe(Definition(Type, options), options, EvmScene.Path, EvmScene.Environment);
            return await LookAsync(probe);
        }
        string Sent() => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(server.Headers[^1].Split("Authorization: Basic ")[1].Split("\r\n")[0]));

        var told = await Ask(Options with { Url = server.Url, User = "watch", Password = "hunter22" });
        Assert.Equal("watch:hunter22", Sent());
        Assert.DoesNotContain("hunter22", Assert.IsType<Outcome.Refused>(told.Outcome).Message, StringComparison.Ordinal);
        await Ask(Options with { Url = new Uri($"http://us%40er:pass@127.0.0.1:{server.Url.Port}/") });
        Assert.Equal("us@er:pass", Sent());

        var byCookie = Options with { Url = server.Url, CookieFile = cookie };
        await using var kept = new BitcoinProbe(Definition(Type, byCookie), byCookie, EvmScene.Path, EvmScene.Environment);
        (await LookAsync(kept)).Fault("cannot be read");
        foreach (var secret in (string[])["__cookie__:aaaa", "__cookie__:bbbb"])
        {
            await File.WriteAllTextAsync(cookie, secret);
            await LookAsync(kept);
            Assert.Equal(secret, Sent());
        }
        await File.WriteAllTextAsync(cookie, new string('x', 5_000));
        (await LookAsync(kept)).Fault("does not hold user:password");
        folder.Delete(recursive: true);
    }

    [Fact]
    public void A_password_without_a_user_and_two_kinds_of_credentials_are_mistakes()
    {
        Assert.Equal("password", Type.Validate(Options with { Password = "p" }).Single().Option);
        Assert.Equal("cookie_file", Type.Validate(Options with { User = "u", Password = "p", CookieFile = "c" }).Single().Option);
        Assert.Empty(Type.Validate(Options with { CookieFile = "c" }));
    }

    [Fact]
    public async Task Ten_thousand_mutated_answers_each_give_a_reasoned_outcome()
    {
        var random = new Random(3);
        var node = new CoreNode(20);
        int[] statuses = [200, 200, 200, 200, 200, 401, 500, 503];
        var handler = new ScriptHandler(asked => HostileAnswersTests.Mutated(System.Text.Encoding.UTF8.GetBytes(node.Answer(asked)), random));
        await using var probe = new BitcoinProbe(Definition(Type, Options), Options, EvmScene.Path, EvmScene.Environment, handler);
        var kinds = new HashSet<string>();
        for (var i = 0; i < 10_000; i++)
        {
            handler.Status = statuses[random.Next(statuses.Length)];
            if (random.Next(50) == 0) node.Reorganise(random.Next(1, 4));
            if (random.Next(300) == 0) node = new CoreNode(20);
            var sight = await probe.LookAsync(CancellationToken.None);
            if (sight.Outcome is Outcome.Answered) Assert.Equal(Type.Signals.Length, sight.Signals.Length);
            kinds.Add(sight.Outcome switch
            {
                Outcome.Answered => "answered",
                Outcome.Refused { Code.Length: > 0, Message.Length: > 0 and < 2_000 } refused => refused.Code,
                Outcome.ProbeFault { Reason.Length: > 0 and < 2_000 } => "fault",
                _ => throw new InvalidOperationException($"look {i}: {sight.Outcome}"),
            });
        }
        Assert.Superset(new HashSet<string> { "answered", "malformed", "fault", "http_503" }, kinds);
    }

    private static SignalValue Of(Sight sight, string name) => Signal(Type, sight, name);

    private static BitcoinProbe At(CoreNode node) => At(node.Answer);

    private static BitcoinProbe At(Func<string, string> answer, int status = 200) =>
        new(Definition(Type, Options), Options, EvmScene.Path, EvmScene.Environment, new ScriptHandler(answer) { Status = status });
}
