using System.Text;
using Nines.Core.Observations;
using Nines.Probing.Http;
using Nines.Probing.Solana;
using Nines.Probing.Tests.Evm;
using NodaTime;
using static Nines.Probing.Tests.Evm.EvmScene;

namespace Nines.Probing.Tests.Solana;

/// <summary>Against the lab's stand-in for a node, and against answers in memory on a clock of the test's own.</summary>
public sealed class SolanaProbeTests(SolanaProbeTests.Stub stub) : IClassFixture<SolanaProbeTests.Stub>
{
    private const string Cluster = "mainnet-beta";
    private static readonly SolanaProbeType Type = new();
    private static readonly string Moving = Key('a');

    public sealed class Stub : IAsyncLifetime
    {
        internal Lab? Node { get; private set; }

        public async ValueTask InitializeAsync() => Node = Lab.Missing is null ? await Lab.StartAsync("solana.mjs") : null;

        public async ValueTask DisposeAsync()
        {
            if (Node is not null) await Node.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_healthy_node_and_validator_break_no_default_condition()
    {
        var (sight, options) = await OnceAsync(null);
        Assert.Empty(Broken(Type, options, sight));
        Assert.InRange(Of(sight, "head").Number, 299_999_000, 300_100_000);
        Assert.InRange(Of(sight, "head_age").Number, 0, 5);
        Assert.InRange(Of(sight, "head").Number - Of(sight, "finalized").Number, 29, 33);
        Assert.Equal((1.0, 0.0, 12.345678901), (Of(sight, "participation").Number, Of(sight, "skipped").Number, Of(sight, "balance").Number));
        Assert.InRange(Of(sight, "missed_slots").Number, 0.01, 0.03);
        Assert.Equal("2.1.0", Of(sight, "client").Text);
        Assert.Equal(20_000_000, Of(sight, "stake").Number);
    }

    [Theory]
    [InlineData("behind?slots=51", "behind?slots=0", "healthy or slots_behind <= 50 blocks")]
    [InlineData("unhealthy?on=1", "unhealthy?on=0", "healthy or slots_behind <= 50 blocks")]
    [InlineData("devnet?on=1", "devnet?on=0", "genesis_hash == \"5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d\" else down")]
    [InlineData("delinquent?on=1", "delinquent?on=0", "not delinquent")]
    [InlineData("gone?on=1", "gone?on=0", "not validator_missing|vote_behind <= 30s|balance >= 1 else degraded")]
    [InlineData("skipped?percent=25", "skipped?percent=0", "skipped < 25% or leader_slots < 8 else degraded")]
    [InlineData("balance?lamports=999999999", "balance?lamports=12345678901", "balance >= 1 else degraded")]
    [InlineData("behind?slots=50", "behind?slots=0", "")]
    [InlineData("skipped?percent=24", "skipped?percent=0", "")]
    public async Task Each_fault_breaks_its_own_condition_and_no_other(string fault, string mended, string broken)
    {
        var (sight, options) = await OnceAsync(fault, mended);
        Assert.Equal(broken.Split('|', StringSplitOptions.RemoveEmptyEntries), Broken(Type, options, sight));
    }

    [Fact]
    public async Task Stake_that_does_not_vote_is_told_of_the_network()
    {
        var (sight, _) = await OnceAsync("offline?percent=40", "offline?percent=0");
        Assert.Equal(0.6, Of(sight, "participation").Number, 3);
    }

    [Fact]
    public async Task A_limit_is_ours_where_no_quota_is_declared()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        await stub.Node!.CommandAsync("limit?on=1");
        await using var probe = Look.Make(Definition(Type, Options()), environment: Look.Environment with { Requests = new() });
        var sight = await LookAsync(probe);
        await stub.Node.CommandAsync("limit?on=0");
        Assert.IsType<Outcome.ProbeFault>(sight.Outcome);
    }

    [Fact]
    public async Task Transactions_that_stop_while_slots_go_on_have_stood_since_the_last_block_that_had_more()
    {
        var node = new Scripted();
        await using var probe = node.Probe();
        await LookAsync(probe);
        node.Advance(10, moves: true);
        Assert.Equal(0, Of(await LookAsync(probe), "transactions_age").Number);
        node.Advance(10, moves: false);
        var first = await LookAsync(probe);
        Assert.Equal((10.0, 0.0), (Of(first, "transactions_age").Number, Of(first, "head_age").Number));
        node.Advance(25, moves: false);
        Assert.Equal(["transactions_age < 30s", "blockhash_age < 30s"], Broken(Type, node.Options, await LookAsync(probe)));
    }

    [Fact]
    public async Task A_node_that_does_not_tell_times_counts_or_health_is_judged_by_its_head()
    {
        var node = new Scripted();
        foreach (var method in (string[])["getBlockTime", "getTransactionCount", "getHealth", "getLatestBlockhash", "getBlock", "getBlockProduction", "getVoteAccounts"]) node.Script.Methods.Remove(method);
        await using var probe = node.Probe();
        Assert.Empty(Broken(Type, node.Options, await LookAsync(probe)));
        node.Now += Duration.FromSeconds(31);   // the head has not moved since we saw it first
        Assert.Equal(["head_age < 30s", "transactions_age < 30s", "blockhash_age < 30s"], Broken(Type, node.Options, await LookAsync(probe)));
    }

    [Fact]
    public async Task Two_sources_check_the_same_slot_although_they_look_at_different_moments()
    {
        var node = new Scripted();
        await using var one = node.Probe();
        await using var other = node.Probe();
        var first = Of(await LookAsync(one), "check_number").Number;
        node.Slot += 1;
        Assert.Equal(first, Of(await LookAsync(other), "check_number").Number);
    }

    [Fact]
    public void Options_that_make_no_sense_are_mistakes_with_their_place()
    {
        var options = new SolanaOptions { Url = new Uri("http://node.test/") };
        Assert.Empty(Type.Validate(options with { Cluster = "devnet", VoteAccount = Key('b') }));
        Assert.Equal("cluster", Type.Validate(options with { Cluster = "mainnet" }).Single().Option);
        Assert.Equal("vote_account", Type.Validate(options with { VoteAccount = "0x12" }).Single().Option);
        Assert.Equal("min_balance", Type.Validate(options with { MinBalance = 1 }).Single().Option);
    }

    [Fact]
    public async Task Ten_thousand_mutated_answers_each_give_a_reasoned_outcome()
    {
        var random = new Random(4);
        var node = new Scripted();
        await using var probe = node.Probe(asked => HostileAnswersTests.Mutated(Encoding.UTF8.GetBytes(node.Script.Answer(asked)), random));
        var kinds = new HashSet<string>();
        for (var i = 0; i < 10_000; i++)
        {
            node.Advance(random.Next(60, 3_700), moves: random.Next(3) > 0);   // waits for a limit of ours pass
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
        Assert.Superset(new HashSet<string> { "answered", "malformed" }, kinds);
    }

    private SolanaOptions Options() => new()
    {
        Url = stub.Node!.Url, Cluster = Cluster, VoteAccount = stub.Node.Said("vote_account"), MinBalance = 1, Tripwire = TripwireUse.Off,
    };

    private async Task<(Sight Sight, SolanaOptions Options)> OnceAsync(string? fault, string? mended = null)
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        if (fault is not null) await stub.Node!.CommandAsync(fault);
        await using var probe = Look.Make(Definition(Type, Options()));
        var sight = await LookAsync(probe);
        if (mended is not null) await stub.Node!.CommandAsync(mended);
        return (sight, Options());
    }

    private static SignalValue Of(Sight sight, string name) => Signal(Type, sight, name);

    private static string Key(char c) => new(c, 43);

    /// <summary>A node in memory, on the test's clock.</summary>
    private sealed class Scripted
    {
        private ulong transactions = 1_000;

        public Scripted()
        {
            Script.Methods.Clear();
            Script.Methods["getHealth"] = _ => RpcScript.Result("\"ok\"");
            Script.Methods["getGenesisHash"] = _ => RpcScript.Result($"\"{Key('g')}\"");
            Script.Methods["getVersion"] = _ => RpcScript.Result("""{"solana-core":"2.1.0","feature-set":1}""");
            Script.Methods["getSlot"] = _ => RpcScript.Result($"{Slot}");
            Script.Methods["getEpochInfo"] = _ => RpcScript.Result($$"""{"absoluteSlot":{{Slot}},"blockHeight":{{Slot - 9}},"epoch":2,"slotIndex":1,"slotsInEpoch":432000,"transactionCount":null}""");
            Script.Methods["getTransactionCount"] = _ => RpcScript.Result($"{transactions}");
            Script.Methods["getLatestBlockhash"] = _ => RpcScript.Result($$$"""{"context":{"slot":{{{Slot}}}},"value":{"blockhash":"{{{Key((char)('a' + (transactions % 8)))}}}","lastValidBlockHeight":9}}""");
            Script.Methods["getBlockTime"] = _ => RpcScript.Result($"{Now.ToUnixTimeSeconds()}");
            Script.Methods["getBlock"] = _ => RpcScript.Result($$"""{"blockhash":"{{Moving}}","blockTime":1,"blockHeight":1,"parentSlot":1,"previousBlockhash":"{{Moving}}"}""");
            Script.Methods["getBlockProduction"] = _ => RpcScript.Result($$"""{"context":{"slot":9},"value":{"byIdentity":{"{{Moving}}":[100,98]},"range":{"firstSlot":0,"lastSlot":9} } }""");
            Script.Methods["getVoteAccounts"] = _ => RpcScript.Result($$"""{"current":[{"activatedStake":42,"lastVote":9,"nodePubkey":"{{Moving}}","votePubkey":"{{Key('v')}}"}],"delinquent":[]}""");
            Script.Methods["getBalance"] = _ => RpcScript.Result("""{"context":{"slot":9},"value":5000000000}""");
        }

        public RpcScript Script { get; } = new();
        public ulong Slot { get; set; } = 1_000_000;
        public Instant Now { get; set; } = Instant.FromUnixTimeSeconds(1_700_000_000);
        public SolanaOptions Options { get; } = new() { Url = new Uri("http://node.test/"), Tripwire = TripwireUse.Off };

        public void Advance(int seconds, bool moves)
        {
            Now += Duration.FromSeconds(seconds);
            Slot += (ulong)seconds * 5 / 2;
            if (moves) transactions++;
        }

        public SolanaProbe Probe(Func<string, byte[]>? answer = null) =>
            new(Definition(Type, Options), Options, EvmScene.Path, new ProbeEnvironment(TimeProvider.System, () => Now), new ScriptHandler(answer ?? (asked => Encoding.UTF8.GetBytes(Script.Answer(asked)))));
    }
}
