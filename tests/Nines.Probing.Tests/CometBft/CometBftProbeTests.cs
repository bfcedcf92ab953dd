using System.Collections.Immutable;
using System.Text;
using Nines.Chains.CometBft;
using Nines.Core.Observations;
using Nines.Probing.CometBft;
using Nines.Probing.Http;
using Nines.Probing.Tests.Evm;
using NodaTime;
using static Nines.Probing.Tests.Evm.EvmScene;

namespace Nines.Probing.Tests.CometBft;

/// <summary>Against the lab's stand-in for a node.</summary>
public sealed class CometBftProbeTests(CometBftProbeTests.Stub stub) : IClassFixture<CometBftProbeTests.Stub>
{
    private static readonly CometBftProbeType Type = new();
    private static readonly Duration BlockTime = Duration.FromMilliseconds(100);

    public sealed class Stub : IAsyncLifetime
    {
        internal Lab? Node { get; private set; }

        public async ValueTask InitializeAsync() => Node = Lab.Missing is null ? await Lab.StartAsync("cometbft.mjs", "--block-time", "100") : null;

        public async ValueTask DisposeAsync()
        {
            if (Node is not null) await Node.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_healthy_node_and_validator_break_no_default_condition_with_or_without_the_envelope()
    {
        foreach (var bare in (int[])[0, 1])
        {
            var (sight, options) = await SightAsync($"bare?on={bare}", "bare?on=0");
            Assert.Empty(Broken(Type, options, sight));
            Assert.True(Of(sight, "head").Whole > 9_007_199_254_740_993);
            Assert.InRange(Of(sight, "head_age").Number, 0, 3);
            Assert.Equal((1.0, 7.0, "nines-lab-1"), (Of(sight, "participation").Number, Of(sight, "peers").Number, Of(sight, "chain_id").Text));
            Assert.Equal(64, Of(sight, "check_hash").Text!.Length);
            Assert.Equal("CometBFT 0.38.12, labapp 18.1.0", Of(sight, "client").Text);
        }
    }

    [Theory]
    [InlineData("catching-up?on=1", "catching-up?on=0", "not catching_up")]
    [InlineData("peers?peers=0", "peers?peers=7", "peers >= 1 else degraded")]
    [InlineData("chain?on=1", "chain?on=0", "chain_id == \"nines-lab-1\" else down")]
    [InlineData("jail?on=1", "jail?on=0", "not jailed")]
    [InlineData("tombstone?on=1", "tombstone?on=0", "not jailed|not tombstoned")]
    public async Task Each_fault_breaks_its_own_condition_and_no_other(string fault, string mended, string broken)
    {
        var (sight, options) = await SightAsync(fault, mended);
        Assert.Equal(broken.Split('|'), Broken(Type, options, sight));
    }

    [Fact]
    public async Task Misses_of_the_validator_count_in_a_row_and_those_that_the_network_had_do_not()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        await using var node = await Lab.StartAsync("cometbft.mjs", "--block-time", "100");
        var options = Options(node);
        await using var probe = Look.Make(Definition(Type, options));
        await LookAsync(probe);
        await node.CommandAsync("network?on=1");
        var together = await UntilAsync(probe, sight => Of(sight, "missed_with_others").Number >= 1);
        Assert.Equal(0, Of(together, "missed_in_row").Number);
        Assert.InRange(Of(together, "participation").Number, 0.78, 0.80);
        await node.CommandAsync("network?on=0");
        await UntilAsync(probe, sight => Of(sight, "participation").Number == 1);
        await node.CommandAsync("miss?on=1");
        var missed = await UntilAsync(probe, sight => Of(sight, "missed_in_row").Number >= 5);
        Assert.Contains("missed_in_row < 5 blocks", Broken(Type, options, missed));
        await node.CommandAsync("miss?on=0");
        Assert.Equal(0, Of(await UntilAsync(probe, sight => Of(sight, "missed_in_row").Number == 0), "missed_in_row").Number);
        await node.CommandAsync("leave?on=1");
        Assert.Contains("not validator_missing", Broken(Type, options, await UntilAsync(probe, sight => Of(sight, "validator_missing").Flag)));
    }

    [Fact]
    public void A_miss_in_a_row_is_neither_ended_nor_counted_by_a_block_that_the_network_missed()
    {
        var misses = new Misses(Addresses[0]);
        Assert.False(misses.Take(Block(1, absent: [0]), Set));
        Assert.True(misses.Take(Block(2, absent: [0, 1]), Set));
        Assert.Equal(1ul, misses.InRow);
        misses.Take(Block(3, absent: [0]), Set);
        Assert.Equal((2ul, 9.0 / 10), (misses.InRow, misses.Participation));
        misses.Take(Block(4, absent: []), Set);
        Assert.Equal(0ul, misses.InRow);
        misses.Take(Block(5, absent: [0]), Set.RemoveAt(0));   // a set that is not this block's
        Assert.Null(misses.Participation);
    }

    [Fact]
    public async Task A_halted_chain_ages_past_ten_block_times_and_no_less_than_a_minute()
    {
        Assert.Equal("head_age < 60s", Type.DefaultConditions(new CometBftOptions { Url = new Uri("http://n/") })[1]);
        Assert.Equal("head_age < 120s", Type.DefaultConditions(new CometBftOptions { Url = new Uri("http://n/"), BlockTime = Duration.FromSeconds(12) })[1]);
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        var options = Options(stub.Node!);
        var environment = new ProbeEnvironment(TimeProvider.System, () => Look.Environment.Now() + Duration.FromSeconds(61));
        await using var probe = Look.Make(Definition(Type, options), environment: environment);
        Assert.Equal(["head_age < 60s"], Broken(Type, options, await LookAsync(probe)));
    }

    [Fact]
    public void Options_that_make_no_sense_are_mistakes_with_their_place()
    {
        var options = new CometBftOptions { Url = new Uri("http://node.test/") };
        Assert.Empty(Type.Validate(options with { Validator = Addresses[0] }));
        Assert.Equal("validator", Type.Validate(options with { Validator = "cosmosvalcons1qqq" }).Single().Option);
        Assert.Equal("rest", Type.Validate(options with { Validator = Addresses[0], Rest = new Uri("http://n/") }).Single().Option);
        Assert.Equal("chain_id", Type.Validate(options with { ChainId = "a\"b" }).Single().Option);
    }

    [Theory]
    [InlineData(500, """{"jsonrpc":"2.0","id":-1,"error":{"code":-32603,"message":"Internal error","data":"boom"}}""", "rpc_error")]
    [InlineData(503, "busy", "http_503")]
    [InlineData(200, "<html>", "malformed")]
    public async Task What_is_no_answer_is_refused_with_a_stable_code(int status, string body, string code)
    {
        var options = new CometBftOptions { Url = new Uri("http://node.test/"), Tripwire = TripwireUse.Off };
        await using var probe = new CometBftProbe(Definition(Type, options), options, EvmScene.Path, Look.Environment, _ => (status, Encoding.UTF8.GetBytes(body)));
        Assert.Equal(code, Assert.IsType<Outcome.Refused>((await LookAsync(probe)).Outcome).Code);
    }

    [Fact]
    public async Task Ten_thousand_mutated_answers_each_give_a_reasoned_outcome()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        var recorded = await RecordAsync(stub.Node!);
        var options = Options(stub.Node!);
        var random = new Random(5);
        await using var probe = new CometBftProbe(Definition(Type, options), options, EvmScene.Path, Look.Environment,
            asked => (random.Next(8) == 0 ? 500 : 200, HostileAnswersTests.Mutated(recorded[asked.Segments[^1].TrimEnd('/') is var last && recorded.ContainsKey(last) ? last : "signing_infos"], random)));
        var kinds = new HashSet<string>();
        for (var i = 0; i < 10_000; i++)
        {
            var sight = await probe.LookAsync(CancellationToken.None);
            if (sight.Outcome is Outcome.Answered) Assert.Equal(Type.Signals.Length, sight.Signals.Length);
            kinds.Add(sight.Outcome switch
            {
                Outcome.Answered => "answered",
                Outcome.Refused { Code.Length: > 0, Message.Length: > 0 and < 2_000 } refused => refused.Code,
                _ => throw new InvalidOperationException($"look {i}: {sight.Outcome}"),
            });
        }
        Assert.Superset(new HashSet<string> { "answered", "malformed" }, kinds);
    }

    private static readonly string[] Addresses = [.. Enumerable.Range(0, 10).Select(i => $"{i:X40}")];
    private static readonly ImmutableArray<CometValidator> Set = [.. Addresses.Select(address => new CometValidator(address, 10))];

    private static SignedBlock Block(ulong height, int[] absent) => new("c", height, Instant.FromUnixTimeSeconds(0), new string('A', 64), new string('B', 64), 0,
        [.. Addresses.Select((address, i) => absent.Contains(i) ? new CommitSignature(BlockIdFlag.Absent, "") : new CommitSignature(BlockIdFlag.Commit, address))]);

    private static CometBftOptions Options(Lab node) => new()
    {
        Url = node.Url, ChainId = "nines-lab-1", BlockTime = BlockTime, Validator = node.Said("validator"), Rest = new Uri(node.Said("rest")), Tripwire = TripwireUse.Off,
    };

    private async Task<(Sight Sight, CometBftOptions Options)> SightAsync(string fault, string mended)
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        await stub.Node!.CommandAsync(fault);
        var options = Options(stub.Node);
        await using var probe = Look.Make(Definition(Type, options, every: 0.2));
        var sight = await LookAsync(probe);
        await stub.Node.CommandAsync(mended);
        return (sight, options);
    }

    private static async Task<Sight> UntilAsync(Probe probe, Func<Sight, bool> holds)
    {
        Sight sight = default;
        await Patience.UntilAsync("a look that sees it", async () => holds(sight = await LookAsync(probe)), pause: TimeSpan.FromMilliseconds(50));
        return sight;
    }

    private static async Task<Dictionary<string, byte[]>> RecordAsync(Lab node)
    {
        using var http = new HttpClient();
        var answers = new Dictionary<string, byte[]>();
        foreach (var path in (string[])["status", "net_info", "abci_info", "commit?height=9007199254741000", "validators?height=9007199254741000&per_page=100", "rest/cosmos/slashing/v1beta1/params"])
            answers[path.Split('?')[0].Split('/')[^1]] = await http.GetByteArrayAsync(new Uri(node.Url, path));
        answers["signing_infos"] = await http.GetByteArrayAsync(new Uri(node.Url, $"rest/cosmos/slashing/v1beta1/signing_infos/{node.Said("validator")}"));
        return answers;
    }

    private static SignalValue Of(Sight sight, string name) => Signal(Type, sight, name);
}
