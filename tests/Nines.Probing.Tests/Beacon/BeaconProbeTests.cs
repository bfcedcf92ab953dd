using System.Diagnostics;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Beacon;
using Nines.Probing.Evm;
using Nines.Probing.Http;
using NodaTime;

namespace Nines.Probing.Tests.Beacon;

/// <summary>The probe against the lab's stub of a beacon node, over real sockets.</summary>
[Collection(LabBeaconCollection.Name)]
public sealed class BeaconProbeTests(LabBeacon fixture)
{
    private Lab Lab
    {
        get
        {
            Assert.SkipWhen(fixture.Lab is null, Lab.Missing ?? "");
            return fixture.Lab!;
        }
    }

    /// <summary>As patient as a busy machine needs: what is tested is not its speed.</summary>
    private BeaconOptions Options => new()
    {
        Url = Lab.Url, Tripwire = TripwireUse.Off, SlotTime = Duration.FromMilliseconds(100), HeadAgeLimit = new HeadAgeLimit(Duration.FromSeconds(30)), ChainId = 17, MinPeers = 10, Events = false,
    };

    private static ProbeDefinition Define(BeaconOptions options) => Look.WithDefaults("beacon", options) with { Every = Duration.FromMilliseconds(100) };

    [Fact]
    public async Task A_healthy_node_tells_everything_and_breaks_nothing()
    {
        var definition = Define(Options);
        await using var probe = Look.Make(definition);
        var sight = await UntilAsync(probe, seen => seen.Value(definition, "missed_slots").Number == 0 && !seen.Value(definition, "check_hash").IsMissing);   // what another test did to the stub has passed
        Assert.DoesNotContain(sight.Broken(definition), condition => !condition.StartsWith("latency", StringComparison.Ordinal) && !condition.StartsWith("sync_distance", StringComparison.Ordinal));
        Assert.InRange(sight.Value(definition, "finality_lag").Number, 2, 3);
        Assert.Equal((200, 57, 17), (sight.Value(definition, "health").Number, sight.Value(definition, "peers").Number, sight.Value(definition, "deposit_chain_id").Number));
        Assert.True(sight.Value(definition, "check_number").Number <= sight.Value(definition, "head").Number - 2);
        Assert.Equal("stub", sight.Value(definition, "network").Text);
        Assert.Contains("not a consensus client", sight.Value(definition, "client").Text, StringComparison.Ordinal);
        var time = sight.Value(definition, "head_time").Number - sight.Value(definition, "finalized_time").Number;
        Assert.Equal(time, (sight.Value(definition, "head").Number - sight.Value(definition, "finalized").Number) * 0.1, 3);
    }

    [Theory]
    [InlineData("el-offline", "not el_offline")]
    [InlineData("optimistic", "not is_optimistic")]
    public async Task What_the_node_says_of_its_execution_layer_counts(string fault, string condition)
    {
        var definition = Define(Options);
        await using var probe = Look.Make(definition);
        await Lab.CommandAsync(fault);
        Assert.Contains(condition, (await Look.OnceAsync(probe, Look.Long)).Broken(definition));
        await Lab.CommandAsync($"{fault}?on=0");
        Assert.DoesNotContain(condition, (await Look.OnceAsync(probe, Look.Long)).Broken(definition));
    }

    [Fact]
    public async Task A_node_that_is_behind_says_how_far()
    {
        var definition = Define(Options);
        await using var probe = Look.Make(definition);
        var before = await Look.OnceAsync(probe, Look.Long);
        await Lab.CommandAsync("lag?slots=20");
        var sight = await Look.OnceAsync(probe, Look.Long);
        await Lab.CommandAsync("lag?slots=0");
        Assert.True(sight.Value(definition, "sync_distance").Number >= 19);
        Assert.True(sight.Value(definition, "syncing").Flag);
        Assert.Equal(206, sight.Value(definition, "health").Number);
        Assert.True(before.Value(definition, "head").Number > sight.Value(definition, "head").Number);
        Assert.Contains("not head_backwards else degraded", sight.Broken(definition));
        Assert.Contains("sync_distance <= 2 after 2 in a row", sight.Broken(definition));
        Assert.Equal(0, sight.Value(definition, "reorg_depth").Number);
    }

    [Fact]
    public async Task Another_network_is_down()
    {
        var definition = Define(Options with { ChainId = 1, GenesisRoot = "0x4b363db94e286120d76eb905340fdd4e54bfe9f06bf33ff6cf5ad27f511bfe95" });
        var sight = await Look.OnceAsync(definition);
        Assert.Equal(["deposit_chain_id == 1 else down", "genesis_root == \"0x4b363db94e286120d76eb905340fdd4e54bfe9f06bf33ff6cf5ad27f511bfe95\" else down"],
            sight.Broken(definition).Where(condition => condition.EndsWith("else down", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Blocks_that_were_replaced_are_counted_back_from_the_head_that_was(bool events)
    {
        var definition = Define(Options with { Events = events });
        await using var probe = Look.Make(definition);
        await UntilAsync(probe, seen => !seen.Value(definition, "missed_slots").IsMissing);
        // Blocks may come between the look and the command, on a busy machine so many that all that was seen still stands: then there is another.
        var depth = 0d;
        await UntilAsync(probe, seen =>
        {
            depth = seen.Value(definition, "reorg_depth").Number;
            if (depth < 3) Lab.CommandAsync("reorg?depth=6").GetAwaiter().GetResult();
            return depth >= 3;
        });
        Assert.InRange(depth, 3, 6);
        // The node's event of it may come after the look that found it by itself.
        await UntilAsync(probe, seen => seen.Value(definition, "reorg_depth").Number == 0);
    }

    [Fact]
    public async Task Slots_without_a_block_are_a_share_of_the_last_32()
    {
        var definition = Define(Options);
        await using var probe = Look.Make(definition);
        await UntilAsync(probe, seen => seen.Value(definition, "missed_slots").Number == 0);
        await Lab.CommandAsync("miss-blocks?percent=50");
        await UntilAsync(probe, seen => seen.Value(definition, "missed_slots").Number >= 0.1);
        await Lab.CommandAsync("miss-blocks?percent=0");
        await UntilAsync(probe, seen => seen.Value(definition, "missed_slots").Number == 0);
    }

    [Fact]
    public async Task The_networks_participation_is_told_by_a_sample_and_a_third_that_is_away_stops_finality()
    {
        var definition = Define(Options with { ParticipationSample = 1_000 });
        await using var probe = Look.Make(definition);
        await UntilAsync(probe, seen => seen.Value(definition, "participation").Number == 1);
        await Lab.CommandAsync("participation?percent=50");
        var sight = await UntilAsync(probe, seen => seen.Value(definition, "participation").Number < 0.66 && seen.Value(definition, "leak_for").Number > 0);
        Assert.InRange(sight.Value(definition, "participation").Number, 0.25, 0.66);
        Assert.True(sight.Value(definition, "finality_lag").Number >= 6);
        Assert.InRange(sight.Value(definition, "finality_late_for").Number - sight.Value(definition, "leak_for").Number, 0.799, 0.801);
        Assert.Contains("leak_for <= 0s", sight.Broken(definition));
        await Lab.CommandAsync("participation?percent=100");
        await UntilAsync(probe, seen => !seen.Broken(definition).Any(condition => condition.StartsWith("leak_for", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_clock_that_is_off_is_told_no_finer_than_its_dates_prove()
    {
        var definition = Define(Options);
        await using var probe = Look.Make(definition);
        Assert.Equal(0, (await Look.OnceAsync(probe, Look.Long)).Value(definition, "clock_skew").Number);
        await Lab.CommandAsync("clock?ms=-5000");
        // The longer an answer takes, the less it proves.
        var sight = await UntilAsync(probe, seen => seen.Value(definition, "clock_skew").Number >= 3);
        await Lab.CommandAsync("clock?ms=0");
        Assert.InRange(sight.Value(definition, "clock_skew").Number, 3, 5);
        Assert.InRange(sight.Value(definition, "clock_offset").Number, -6, -4);
        Assert.Contains("clock_skew < 200ms else degraded", sight.Broken(definition));
    }

    [Fact]
    public async Task A_node_that_is_not_ready_refuses_and_one_that_limits_us_is_left_alone()
    {
        await Lab.CommandAsync("unready");
        var refused = (await Look.OnceAsync(Define(Options))).Refusal("not_ready");
        Assert.Contains("currently syncing", refused.Message, StringComparison.Ordinal);
        await Lab.CommandAsync("unready?on=0");

        await Lab.CommandAsync("limit");
        await using var probe = Look.Make(Define(Options));
        (await Look.OnceAsync(probe, Look.Long)).Fault("429");
        await Lab.CommandAsync("limit?on=0");
        (await Look.OnceAsync(probe, Look.Long)).Fault("asked us to wait");
    }

    [Fact]
    public async Task A_node_that_says_nothing_times_out_and_one_that_is_gone_refuses()
    {
        await using var silent = HostileServer.Hanging("");
        var definition = Look.WithDefaults("beacon", Options with { Url = silent.Url() }, Duration.FromMilliseconds(300));
        (await Look.OnceAsync(definition, since: silent.Asked)).TimesOutIn("headers");
        (await Look.OnceAsync(Define(Options with { Url = new Uri($"http://{Look.NobodyThere()}") }))).Refusal("connection_refused");
    }

    [Fact]
    public void A_url_that_names_a_method_is_a_mistake()
    {
        var mistakes = new BeaconProbeType().Validate(new BeaconOptions { Url = new Uri("http://node.example/eth/v1/node/health"), GenesisRoot = "0x12" }).ToArray();
        Assert.Equal(["beacon", "genesis_root"], mistakes.Select(mistake => mistake.Option));
    }

    private static async Task<Sight> UntilAsync(Probe probe, Func<Sight, bool> holds)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var sight = await Look.OnceAsync(probe, Look.Long);
            if (holds(sight)) return sight;
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience.Most, $"waited too long; last seen: {string.Join(", ", sight.Signals)}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }
}
