using Nines.Core.Observations;
using Nines.Probing.Evm;
using Nines.Probing.Http;
using Nines.Probing.Quotas;
using NodaTime;
using static Nines.Probing.Tests.Evm.EvmScene;

namespace Nines.Probing.Tests.Evm;

public sealed class EvmProbeTests
{
    private static readonly EvmProbeType Type = new();

    private static readonly Quota Plenty = new(1_000_000, Duration.FromHours(1));

    [Fact]
    public async Task A_healthy_node_gives_all_signals_in_one_request_and_breaks_no_default_condition()
    {
        await using var server = new RpcServer();
        var options = new EvmOptions { Url = server.Url, ChainId = 31337, MinPeers = 3, Tripwire = TripwireUse.Off };
        await using var probe = NodeAt(options);
        await LookAsync(probe);
        var sight = await LookAsync(probe);
        Assert.Equal(2, server.Requests);
        Assert.Equal(1, server.Connections);
        Assert.Equal(100, OfNode(sight, "head").Number);
        Assert.Equal(1_700_000_000, OfNode(sight, "head_time").Number);
        Assert.Equal(20, OfNode(sight, "head_age").Number, 3);
        Assert.Equal(36, OfNode(sight, "finalized").Number);
        Assert.Equal(31337, OfNode(sight, "chain_id").Number);
        Assert.Equal(5, OfNode(sight, "peers").Number);
        Assert.Equal(98, OfNode(sight, "check_number").Number);
        Assert.Equal(RpcScript.Hash, OfNode(sight, "check_hash").Text);
        Assert.Equal("anvil/v1.7.1", OfNode(sight, "client").Text);
        Assert.False(OfNode(sight, "syncing").Flag);
        Assert.Empty(Broken(Type, options, sight));
    }

    [Fact]
    public async Task A_stale_head_behind_a_200_breaks_the_head_age_limit_of_three_block_times_and_twelve_seconds()
    {
        await using var server = new RpcServer();
        server.Script.HeadTime = 1_700_000_020 - 49;
        var options = new EvmOptions { Url = server.Url };
        await using var probe = NodeAt(options);
        Assert.Equal(["head_age < 48s"], Broken(Type, options, await LookAsync(probe)));
        Assert.Empty(Broken(Type, options with { HeadAgeLimit = new HeadAgeLimit(null) }, await LookAsync(probe)));
        Assert.Equal("head_age < 15s", Type.DefaultConditions(options with { BlockTime = Duration.FromSeconds(1) })[0]);
    }

    [Fact]
    public async Task A_head_from_the_future_has_age_zero()
    {
        await using var server = new RpcServer();
        server.Script.HeadTime = 1_700_000_900;
        await using var probe = NodeAt(new EvmOptions { Url = server.Url });
        Assert.Equal(0, OfNode(await LookAsync(probe), "head_age").Number);
    }

    [Fact]
    public async Task The_wrong_chain_is_down_at_once()
    {
        await using var server = new RpcServer();
        var options = new EvmOptions { Url = server.Url, ChainId = 1 };
        await using var probe = NodeAt(options);
        Assert.Equal(["chain_id == 1 else down"], Broken(Type, options, await LookAsync(probe)));
    }

    [Fact]
    public async Task A_node_that_offers_neither_finalized_nor_peers_nor_syncing_raises_nothing_false()
    {
        await using var server = new RpcServer();
        foreach (var method in new[] { "eth_syncing", "net_peerCount", "web3_clientVersion", "eth_chainId" }) server.Script.Methods.Remove(method);
        var options = new EvmOptions { Url = server.Url };
        var handler = new ScriptHandler(asked => server.Script.Answer(asked).Replace(RpcScript.Block(36, 1_699_999_300), RpcScript.Error(-32000, "finalized block not found"), StringComparison.Ordinal));
        await using var probe = NodeAt(options, handler);
        var sight = await LookAsync(probe);
        Assert.True(OfNode(sight, "finalized").IsMissing);
        Assert.True(OfNode(sight, "peers").IsMissing);
        Assert.True(OfNode(sight, "chain_id").IsMissing);
        Assert.Empty(Broken(Type, options, sight));
    }

    [Fact]
    public async Task A_node_that_is_catching_up_breaks_not_syncing()
    {
        await using var server = new RpcServer();
        server.Script.Methods["eth_syncing"] = _ => RpcScript.Result("""{"currentBlock":"0x1","highestBlock":"0x9"}""");
        var options = new EvmOptions { Url = server.Url };
        await using var probe = NodeAt(options);
        Assert.Equal(["not syncing"], Broken(Type, options, await LookAsync(probe)));
    }

    [Fact]
    public async Task A_head_that_goes_back_by_one_is_a_reorganisation_and_by_two_is_a_balancer_with_a_lagging_member()
    {
        await using var server = new RpcServer();
        var options = new EvmOptions { Url = server.Url };
        await using var probe = NodeAt(options);
        await LookAsync(probe);
        server.Script.Head = 99;
        Assert.False(OfNode(await LookAsync(probe), "head_backwards").Flag);
        server.Script.Head = 98;
        Assert.Equal(["not head_backwards else degraded"], Broken(Type, options, await LookAsync(probe)));
        for (var i = 0; i < 10; i++) await LookAsync(probe);
        Assert.False(OfNode(await LookAsync(probe), "head_backwards").Flag);   // ten answers later it is the chain that was put back
    }

    [Fact]
    public async Task A_finalized_block_that_goes_back_is_never_right()
    {
        await using var server = new RpcServer();
        var options = new EvmOptions { Url = server.Url };
        await using var probe = NodeAt(options);
        await LookAsync(probe);
        server.Script.Finalized = 35;
        Assert.Equal(["not finalized_backwards"], Broken(Type, options, await LookAsync(probe)));
    }

    [Fact]
    public async Task A_finalized_block_that_was_replaced_at_its_height_is_told_with_both_hashes()
    {
        await using var server = new RpcServer();
        var options = new EvmOptions { Url = server.Url };
        var other = false;
        var handler = new ScriptHandler(asked => other
            ? server.Script.Answer(asked).Replace(RpcScript.Block(36, 1_699_999_300), RpcScript.Block(36, 1_699_999_300).Replace("158d2490", "158d2491", StringComparison.Ordinal), StringComparison.Ordinal)
            : server.Script.Answer(asked));
        await using var probe = NodeAt(options, handler);
        await LookAsync(probe);
        other = true;
        var sight = await LookAsync(probe);
        Assert.Equal(["not finalized_backwards"], Broken(Type, options, sight));
        Assert.Contains("block 36 is 0x", OfNode(sight, "finalized_fault").Text, StringComparison.Ordinal);
        Assert.Equal(66, OfNode(sight, "reorg_depth").Number);   // 35, of which its child names another hash, to 100
    }

    [Theory]
    [InlineData(101, 36, true)]
    [InlineData(100, 100, false)]
    [InlineData(36, 37, true)]
    public async Task Finalized_safe_and_latest_come_in_this_order(ulong safe, ulong finalized, bool broken)
    {
        await using var server = new RpcServer();
        (server.Script.Safe, server.Script.Finalized) = (safe, finalized);
        var options = new EvmOptions { Url = server.Url };
        await using var probe = NodeAt(options);
        Assert.Equal(broken ? ["not out_of_order"] : [], Broken(Type, options, await LookAsync(probe)));
    }

    [Fact]
    public async Task A_head_that_moved_on_while_it_was_asked_is_not_out_of_order()
    {
        await using var server = new RpcServer();
        server.Script.Safe = 101;
        var options = new EvmOptions { Url = server.Url };
        var handler = new ScriptHandler(asked =>
        {
            var answer = server.Script.Answer(asked);
            server.Script.Head = 101;
            return answer;
        });
        await using var probe = NodeAt(options, handler);
        Assert.Empty(Broken(Type, options, await LookAsync(probe)));
    }

    [Theory]
    [InlineData("0", false)]
    [InlineData("1", true)]
    [InlineData("f", false)]   // all bits: a chain that does not keep the filter
    public async Task A_filter_of_ones_says_nothing_and_one_that_holds_something_proves_logs(string digit, bool broken)
    {
        await using var server = new RpcServer();
        server.Script.Bloom = $"0x{string.Concat(Enumerable.Repeat(digit, 512))}";
        server.Script.Methods["eth_getLogs"] = _ => RpcScript.Result("[]");
        var options = new EvmOptions { Url = server.Url };
        await using var probe = NodeAt(options);
        await LookAsync(probe);
        Assert.Equal(broken ? ["not logs_missing"] : [], Broken(Type, options, await LookAsync(probe)));
    }

    [Fact]
    public async Task Two_nodes_of_a_fast_chain_check_the_same_block_although_their_heads_differ()
    {
        await using var server = new RpcServer();
        var options = new EvmOptions { Url = server.Url, BlockTime = Duration.FromSeconds(1) };
        await using var one = NodeAt(options);
        await using var other = NodeAt(options);
        server.Script.Head = 1003;
        await LookAsync(one);
        server.Script.Head = 1009;
        await LookAsync(other);
        var (a, b) = (OfNode(await LookAsync(one), "check_number"), OfNode(await LookAsync(other), "check_number"));
        Assert.Equal((992.0, 992.0), (a.Number, b.Number));
    }

    [Theory]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32005,\"message\":\"limit exceeded\"}}", 200, "rate_limited")]
    [InlineData("slow down", 429, "rate_limited")]
    [InlineData("I am a teapot", 418, "rate_limited")]
    [InlineData("[{\"jsonrpc\":\"2.0\",\"id\":1,\"resu", 200, "answer_truncated")]
    [InlineData("oops", 503, "http_503")]
    [InlineData("<html>", 200, "malformed")]
    [InlineData("[]", 200, "malformed")]
    [InlineData("[{\"jsonrpc\":\"2.0\",\"id\":4,\"error\":{\"code\":-32603,\"message\":\"internal\"}}]", 200, "rpc_error")]
    public async Task What_is_no_answer_is_refused_with_a_stable_code(string body, int status, string code)
    {
        await using var server = new RpcServer();
        server.Misbehave = async (stream, _) =>
        {
            await RpcServer.WriteAsync(stream, status, body);
            return true;
        };
        await using var probe = NodeAt(new EvmOptions { Url = server.Url, Quota = Plenty });
        var sight = await LookAsync(probe);
        Assert.Equal(code, Assert.IsType<Outcome.Refused>(sight.Outcome).Code);
        Assert.False(sight.NeedsControl);
    }

    [Fact]
    public async Task A_rate_limit_on_one_question_of_the_batch_is_a_rate_limit()
    {
        await using var server = new RpcServer();
        server.Script.Methods["eth_syncing"] = _ => RpcScript.Error(-32005, "daily request count exceeded");
        await using var probe = NodeAt(new EvmOptions { Url = server.Url, Quota = Plenty });
        Assert.Equal("rate_limited", Assert.IsType<Outcome.Refused>((await LookAsync(probe)).Outcome).Code);
    }

    [Theory]
    [InlineData(12, "rate_limited")]
    [InlineData(5, null)]
    public async Task A_provider_that_refuses_is_at_fault_below_its_quota_where_each_call_of_a_batch_counts_and_above_it_we_are(int quota, string? code)
    {
        await using var server = new RpcServer();
        server.Script.Methods["eth_chainId"] = _ => RpcScript.Error(-32005, "limit exceeded");
        var environment = EvmScene.Environment with { Requests = new RequestMeter() };
        await using var probe = NodeAt(new EvmOptions { Url = server.Url, Quota = new Quota(quota, Duration.FromMinutes(1)) }, environment: environment);
        var sight = await LookAsync(probe);
        if (code is not null) sight.Refusal(code);
        else sight.Fault($"the quota is {quota}/1m");
        if (code is null) (await LookAsync(probe)).Fault("we wait 60 s");
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task Without_a_declared_quota_a_refusal_for_the_rate_says_nothing_of_the_node()
    {
        await using var server = new RpcServer();
        server.Script.Methods["eth_chainId"] = _ => RpcScript.Error(-32029, "You've exceeded your compute units per second");
        await using var probe = NodeAt(new EvmOptions { Url = server.Url }, environment: EvmScene.Environment with { Requests = new RequestMeter() });
        (await LookAsync(probe)).Fault("no quota is declared");
    }

    [Fact]
    public async Task An_answer_whose_transfer_breaks_off_in_the_middle_is_truncated()
    {
        await using var server = new RpcServer();
        server.Misbehave = async (stream, asked) =>
        {
            var body = server.Script.Answer(asked);
            await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body[..(body.Length / 2)]}"));
            return false;
        };
        await using var probe = NodeAt(new EvmOptions { Url = server.Url });
        (await LookAsync(probe)).Refusal("answer_truncated");
    }

    [Fact]
    public async Task A_node_that_refuses_batches_is_asked_one_by_one()
    {
        await using var server = new RpcServer();
        server.Misbehave = async (stream, asked) =>
        {
            await RpcServer.WriteAsync(stream, asked[0] == '[' ? 400 : 200, asked[0] == '[' ? "no batches" : server.Script.Answer(asked));
            return true;
        };
        var options = new EvmOptions { Url = server.Url, ChainId = 31337 };
        await using var probe = NodeAt(options);
        Assert.Empty(Broken(Type, options, await LookAsync(probe)));
    }

    [Fact]
    public async Task A_kept_connection_that_the_node_closed_while_idle_is_not_the_nodes_failure()
    {
        await using var server = new RpcServer();
        await using var probe = NodeAt(new EvmOptions { Url = server.Url });
        await LookAsync(probe);
        var dropped = 0;
        server.Misbehave = async (stream, asked) =>
        {
            if (Interlocked.Exchange(ref dropped, 1) == 0) return false;   // reads the question on the old connection and hangs up
            await RpcServer.WriteAsync(stream, 200, server.Script.Answer(asked));
            return true;
        };
        Assert.IsType<Outcome.Answered>((await LookAsync(probe)).Outcome);
        server.CloseIdle();
        Assert.IsType<Outcome.Answered>((await LookAsync(probe)).Outcome);
        dropped = 0;
        server.Misbehave = (_, _) => Task.FromResult(false);
        Assert.IsType<Outcome.Refused>((await LookAsync(probe)).Outcome);   // a new connection that is dropped too is
    }

    [Fact]
    public async Task A_node_that_hangs_is_timed_out_by_the_limit_and_needs_a_control()
    {
        await using var server = new RpcServer();
        var asked = new TaskCompletionSource();
        var over = new TaskCompletionSource<bool>();
        server.Misbehave = (_, _) =>
        {
            asked.TrySetResult();
            return over.Task;
        };
        await using var probe = NodeAt(new EvmOptions { Url = server.Url });
        var sight = await LookAsync(probe, seconds: 0.3, asked.Task);
        Assert.Equal("headers", Assert.IsType<Outcome.TimedOut>(sight.Outcome).Phase);
        Assert.True(sight.NeedsControl);
        over.SetResult(false);
    }

    [Fact]
    public async Task A_refused_connection_is_refused_and_tried_once()
    {
        var server = new RpcServer();
        var url = server.Url;
        await server.DisposeAsync();
        await using var probe = NodeAt(new EvmOptions { Url = url });
        Assert.Equal("connection_refused", Assert.IsType<Outcome.Refused>((await LookAsync(probe)).Outcome).Code);
    }

    [Fact]
    public async Task An_endless_answer_is_cut_at_the_limit()
    {
        await using var server = new RpcServer();
        server.Misbehave = async (stream, _) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray());
            var chunk = System.Text.Encoding.ASCII.GetBytes($"10000\r\n{new string(' ', 65536)}\r\n");
            for (var i = 0; i < 1000; i++) await stream.WriteAsync(chunk);
            return false;
        };
        await using var probe = NodeAt(new EvmOptions { Url = server.Url });
        Assert.Equal("malformed", Assert.IsType<Outcome.Refused>((await LookAsync(probe)).Outcome).Code);
    }

    [Fact]
    public async Task Credentials_are_sent_and_never_come_back_in_a_message()
    {
        await using var server = new RpcServer();
        server.Misbehave = async (stream, _) =>
        {
            await RpcServer.WriteAsync(stream, 200, """[{"jsonrpc":"2.0","id":2,"error":{"code":-32000,"message":"bad key s3cr3t-token-77 at http://u:hunter2-pw@h/v3/0123456789abcdef0123456789abcdef"}}]""");
            return true;
        };
        var options = new EvmOptions { Url = new Uri(server.Url, "/v3/0123456789abcdef0123456789abcdef"), Headers = new Dictionary<string, string> { ["authorization"] = "s3cr3t-token-77" }.ToImmutableSorted() };
        await using var probe = NodeAt(options);
        var refused = Assert.IsType<Outcome.Refused>((await LookAsync(probe)).Outcome);
        Assert.Contains("authorization: s3cr3t-token-77", server.Headers[0], StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("s3cr3t", refused.Message);
        Assert.DoesNotContain("0123456789abcdef", refused.Message);
        Assert.DoesNotContain("hunter2", refused.Message);
    }

    [Fact]
    public void Every_mistake_in_the_options_is_named()
    {
        var mistakes = Type.Validate(new EvmOptions { Url = new Uri("ftp://x/"), HeadAgeLimit = new HeadAgeLimit(Duration.FromSeconds(1)), CaFile = "/nowhere.pem" }).Select(mistake => mistake.Option).ToArray();
        Assert.Equal(["evm", "ca_file", "head_age_limit"], mistakes);
        Assert.Empty(Type.Validate(new EvmOptions { Url = new Uri("http://127.0.0.1:8545") }));
        Assert.True(HeadAgeLimit.TryParse("off", out var off) && off.Limit is null);
        Assert.True(HeadAgeLimit.TryParse("1m30s", out var limit) && limit.Limit == Duration.FromSeconds(90));
        Assert.False(HeadAgeLimit.TryParse("0s", out _));
        Assert.False(HeadAgeLimit.TryParse("on", out _));
    }
}
