using Nines.Core.Observations;
using Nines.Probing.Evm;
using Nines.Probing.Http;
using Nines.Probing.Quotas;
using NodaTime;
using static Nines.Probing.Tests.Evm.EvmScene;

namespace Nines.Probing.Tests.Evm;

/// <summary>A real node that mines when it is told, and a proxy before it that makes its answers wrong.</summary>
public sealed class LyingNode : IAsyncLifetime
{
    private Lab? chain;
    private Lab? liar;

    internal Lab Chain => chain ?? throw new InvalidOperationException("the lab is not there");
    internal Lab Liar => liar ?? throw new InvalidOperationException("the lab is not there");
    internal string Token { get; private set; } = "";
    internal string Owner { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (Lab.Missing is not null) return;
        chain = await Lab.StartAsync("chain.mjs", "--block-time", "3600", "--", "--slots-in-an-epoch", "4");
        liar = await Lab.StartAsync("liar.mjs", "--node", Chain.Url.ToString());
        await Chain.CallAsync("evm_setAutomine", true);
        var token = await Lab.DoAsync("deploy.mjs", "--rpc", Chain.Url.ToString());
        (Token, Owner) = (token["address"]!.GetValue<string>(), token["owner"]!.GetValue<string>());
        await Chain.CallAsync("anvil_mine", "0x20");
    }

    public async ValueTask DisposeAsync()
    {
        if (liar is not null) await liar.DisposeAsync();
        if (chain is not null) await chain.DisposeAsync();
    }

    internal Task MineAsync() => Chain.CallAsync("anvil_mine", "0x1");

    /// <summary>A block with a log in it.</summary>
    internal Task TransferAsync() => Chain.CallAsync("eth_sendTransaction", new System.Text.Json.Nodes.JsonObject
    {
        ["from"] = Owner, ["to"] = Token, ["data"] = $"0xa9059cbb{"dEaD".PadLeft(64, '0')}{1:x64}",
    });
}

public sealed class LyingNodeTests(LyingNode node) : IClassFixture<LyingNode>
{
    private static readonly EvmProbeType Type = new();
    private Duration ahead = Duration.Zero;

    private EvmOptions Options => new()
    {
        Url = node.Liar.Url, ChainId = 31337, BlockTime = Duration.FromSeconds(1), HeadAgeLimit = new HeadAgeLimit(null), Tripwire = TripwireUse.Off,
    };

    private EvmProbe At(EvmOptions options) => NodeAt(options, every: 1, environment: new ProbeEnvironment(TimeProvider.System, () => Instant.FromDateTimeOffset(TimeProvider.System.GetUtcNow()) + ahead));

    /// <summary>The conditions that are broken while the fault lasts; none before it and after it.</summary>
    private async Task<string[]> BrokenByAsync(string fault, EvmOptions options)
    {
        await using var probe = At(options);
        for (var i = 0; i < 2; i++)
        {
            await node.MineAsync();
            Assert.Empty(Broken(Type, options, await LookAsync(probe)));
        }
        await node.Liar.CommandAsync(fault);
        await node.MineAsync();
        string[] broken;
        try
        {
            broken = Broken(Type, options, await LookAsync(probe));
            Assert.Equal(broken, Broken(Type, options, await LookAsync(probe)));
        }
        finally
        {
            await node.Liar.CommandAsync($"{fault.Split('?')[0]}?on=0");
        }
        await node.MineAsync();
        Assert.Empty(Broken(Type, options, await LookAsync(probe)));
        return broken;
    }

    [Theory]
    [InlineData("chain?id=1", "chain_id == 31337 else down")]
    [InlineData("state", "not state_missing")]
    [InlineData("syncing", "not syncing")]
    [InlineData("finalized?by=8", "not finalized_backwards")]
    public async Task Each_fault_breaks_its_own_condition_and_no_other(string fault, string condition)
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        Assert.Equal([condition], await BrokenByAsync(fault, Options));
    }

    [Fact]
    public async Task A_head_that_is_eight_days_old_is_told_though_the_node_says_that_it_is_not_syncing()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        Assert.Equal(["head_age < 15s"], await BrokenByAsync("age?seconds=691200", Options with { HeadAgeLimit = null }));
    }

    [Fact]
    public async Task Two_members_behind_one_URL_are_told_by_each_look_while_one_of_them_lags_and_by_none_after()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        await using var probe = At(Options);
        await node.Liar.CommandAsync("jump?by=5");
        var first = await LookAsync(probe);
        if (!OfNode(first, "head_backwards").Flag) first = await LookAsync(probe);
        for (var i = 0; i < 4; i++)
        {
            await node.MineAsync();
            var sight = await LookAsync(probe);
            Assert.Equal(["not head_backwards else degraded"], Broken(Type, Options, sight));
            Assert.Matches(@"^\d+ after \d+$", OfNode(sight, "head_fall").Text);
            Assert.Equal(0, OfNode(sight, "reorg_depth").Number);
        }
        await node.Liar.CommandAsync("jump?on=0");
        for (var i = 0; i < 3; i++) Assert.Empty(Broken(Type, Options, await LookAsync(probe)));
    }

    [Fact]
    public async Task Members_that_answer_in_turn_are_told_though_each_look_begins_with_the_same_one()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        await using var probe = At(Options);
        await node.TransferAsync();
        await LookAsync(probe);
        await node.Liar.CommandAsync("jump?by=5");
        for (var i = 0; i < 4; i++)
        {
            await node.TransferAsync();   // with logs in each block a look makes two requests
            Assert.Contains("not head_backwards else degraded", Broken(Type, Options, await LookAsync(probe)));
        }
        await node.Liar.CommandAsync("jump?on=0");
    }

    [Fact]
    public async Task Logs_that_are_kept_back_are_proven_by_the_bloom_filter_and_the_receipts()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        await using var probe = At(Options);
        await node.TransferAsync();
        await LookAsync(probe);
        await node.Liar.CommandAsync("logs");
        var sight = await LookAsync(probe);
        Assert.Equal(["not logs_missing"], Broken(Type, Options, sight));
        Assert.Contains("its receipts have 1", OfNode(sight, "logs_fault").Text, StringComparison.Ordinal);
        Assert.Equal(["not logs_missing"], Broken(Type, Options, await LookAsync(probe)));
        await node.Liar.CommandAsync("logs?on=0");
        Assert.Empty(Broken(Type, Options, await LookAsync(probe)));
    }

    [Fact]
    public async Task A_block_without_logs_proves_nothing_and_logs_off_asks_for_none()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        Assert.Empty(await BrokenByAsync("logs", Options));
        await using var probe = At(Options with { Logs = false });
        await node.TransferAsync();
        await LookAsync(probe);
        await node.Liar.CommandAsync("logs");
        Assert.False(OfNode(await LookAsync(probe), "logs_missing").Flag);
        await node.Liar.CommandAsync("logs?on=0");
        Assert.DoesNotContain(Type.DefaultConditions(Options with { Logs = false }), condition => condition.Contains("logs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_subscription_that_brings_no_more_heads_is_told_as_long_as_the_polled_head_moves()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        var options = Options with { WsUrl = new Uri(node.Liar.Url.ToString().Replace("http", "ws", StringComparison.Ordinal)) };
        Assert.Empty(Type.Validate(options));
        Assert.Equal("ws_url", Assert.Single(Type.Validate(Options with { WsUrl = node.Liar.Url })).Option);
        await using var probe = At(options);
        await UntilAsync(probe, sight => OfNode(sight, "ws_head").Number == OfNode(sight, "head").Number);
        await node.Liar.CommandAsync("ws");
        Assert.Equal(0, OfNode(await LookAsync(probe), "ws_silence").Number);   // no block is made: nothing is owed

        await node.MineAsync();
        Assert.Empty(Broken(Type, options, await LookAsync(probe)));
        ahead += Duration.FromSeconds(16);
        var sight = await LookAsync(probe);
        Assert.Equal(["ws_silence < 15s"], Broken(Type, options, sight));
        Assert.InRange(OfNode(sight, "ws_silence").Number, 16, 20);
        Assert.Equal(1, OfNode(sight, "ws_head_lag").Number);
        await node.Liar.CommandAsync("ws?on=0");
        await UntilAsync(probe, again => OfNode(again, "ws_head").Number == OfNode(again, "head").Number);
        Assert.Empty(Broken(Type, options, await LookAsync(probe)));
    }

    [Fact]
    public async Task A_stream_that_cannot_be_had_is_told_with_the_reason_while_HTTP_goes_on()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        var options = Options with { WsUrl = new Uri($"ws://{Look.NobodyThere()}") };
        await using var probe = At(options);
        await UntilAsync(probe, sight => !OfNode(sight, "ws_trouble").IsMissing);
        ahead += Duration.FromSeconds(16);
        var late = await LookAsync(probe);
        Assert.Equal(["ws_silence < 15s"], Broken(Type, options, late));
        Assert.StartsWith("connection_refused", OfNode(late, "ws_trouble").Text, StringComparison.Ordinal);
    }

    private async Task UntilAsync(EvmProbe probe, Func<Sight, bool> holds)
    {
        await Patience.UntilAsync("the chain comes to it", async () =>
        {
            await node.MineAsync();
            return holds(await LookAsync(probe));
        }, pause: TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public async Task A_reorganisation_is_measured_on_the_blocks_that_were_seen_and_told_once()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        await using var probe = At(Options);
        for (var i = 0; i < 6; i++)
        {
            await node.MineAsync();
            Assert.Equal(0, OfNode(await LookAsync(probe), "reorg_depth").Number);
        }
        await node.Chain.CallAsync("anvil_reorg", 3, new System.Text.Json.Nodes.JsonArray());
        Assert.Equal(3, OfNode(await LookAsync(probe), "reorg_depth").Number);
        Assert.Equal(0, OfNode(await LookAsync(probe), "reorg_depth").Number);
        await node.Chain.CallAsync("anvil_reorg", 1, new System.Text.Json.Nodes.JsonArray());
        Assert.Equal(1, OfNode(await LookAsync(probe), "reorg_depth").Number);
    }

    [Fact]
    public async Task A_fork_shows_in_the_hash_of_the_block_that_both_sources_check()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        await using var other = At(Options with { Url = node.Chain.Url });
        await using var probe = At(Options);
        async Task<(string?, string?)> HashesAsync()
        {
            await node.MineAsync();
            await LookAsync(other);
            await LookAsync(probe);
            var (one, two) = (await LookAsync(other), await LookAsync(probe));
            Assert.Equal(OfNode(one, "check_number").Number, OfNode(two, "check_number").Number);
            return (OfNode(one, "check_hash").Text, OfNode(two, "check_hash").Text);
        }
        var (a, b) = await HashesAsync();
        Assert.Equal(a, b);
        await node.Liar.CommandAsync("fork?depth=2");
        (a, b) = await HashesAsync();
        await node.Liar.CommandAsync("fork?on=0");
        Assert.NotEqual(a, b);
    }

    [Fact]
    public async Task A_real_transfer_that_breaks_off_a_silent_node_and_a_refusal_below_the_quota_each_have_their_code()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        await using var probe = At(Options with { Quota = new Quota(1_000, Duration.FromSeconds(1)) });
        await LookAsync(probe);
        await node.Liar.CommandAsync("cut");
        (await LookAsync(probe)).Refusal("answer_truncated");
        await node.Liar.CommandAsync("cut?on=0");
        await node.Liar.CommandAsync("hang");
        (await LookAsync(probe, seconds: 2)).TimesOutIn("headers");
        await node.Liar.CommandAsync("hang?on=0");
        await node.Liar.CommandAsync("limit");
        (await LookAsync(probe)).Refusal("rate_limited");
        await node.Liar.CommandAsync("limit?on=0");
        Assert.IsType<Outcome.Answered>((await LookAsync(probe)).Outcome);
    }
}
