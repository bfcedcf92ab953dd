using System.Diagnostics;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Tests.Beacon;
using Nines.Probing.Validators;
using NodaTime;

namespace Nines.Probing.Tests.Validators;

/// <summary>The probe against the lab's stub of a beacon node, whose epochs take 400 ms.</summary>
[Collection(LabBeaconCollection.Name)]
public sealed class ValidatorsProbeTests(LabBeacon fixture)
{
    private Lab Lab
    {
        get
        {
            Assert.SkipWhen(fixture.Lab is null, Lab.Missing ?? "");
            return fixture.Lab!;
        }
    }

    private ValidatorsOptions Options(params string[] ids) => new() { Url = Lab.Url, Ids = [.. ids], StaleAfter = Duration.FromSeconds(30), Batch = 2 };

    private static ProbeDefinition Define(ValidatorsOptions options) => Look.WithDefaults("validators", options);

    [Fact]
    public async Task Healthy_validators_by_index_and_by_key_break_nothing()
    {
        var key = await KeyOfAsync(5);
        var definition = Define(Options("2", "3", key, "5", "9"));
        await using var probe = Look.Make(definition);
        var sight = await UntilAsync(probe, seen => !seen.Broken(definition).Any() && seen.Value(definition, "participation").Number == 1);   // what another test did to the stub has passed
        Assert.Equal((4, 4, 1.0, 1.0), (sight.Value(definition, "known").Number, sight.Value(definition, "on_duty").Number, sight.Value(definition, "attesting").Number, sight.Value(definition, "participation").Number));
        Assert.Equal(3, sight.Value(definition, "sync_members").Number);
        Assert.True(sight.Value(definition, "rewards").Number > 0);
        Assert.True(sight.NewsDelay >= Duration.FromMilliseconds(400));
    }

    [Fact]
    public async Task A_validator_that_is_away_is_missing_after_three_epochs_since_the_first()
    {
        var definition = Define(Options("20", "21", "22", "23", "24", "25", "26", "27", "28", "29"));
        await using var probe = Look.Make(definition);
        await UntilAsync(probe, _ => true);
        var before = Look.Environment.Now();
        await Lab.CommandAsync("offline?v=23");
        var (commanded, looked, now) = (Look.Environment.Now(), before, before);
        var sight = await UntilAsync(probe, seen =>
        {
            (looked, now) = (now, Look.Environment.Now());
            return seen.Value(definition, "validators_missing").Number == 1;
        });
        Assert.Equal(["missing_for <= 0s else degraded"], sight.Broken(definition).Where(condition => condition.StartsWith("missing", StringComparison.Ordinal) || condition.StartsWith("critical", StringComparison.Ordinal)));
        Assert.StartsWith("23; the first since epoch", sight.Value(definition, "missing").Text, StringComparison.Ordinal);
        Assert.Equal(0.9, sight.Value(definition, "attesting").Number, 9);
        // It went away in the first epoch that it missed, or in the one before.
        var since = now - Duration.FromSeconds(sight.Value(definition, "missing_for").Number);
        // The command takes a moment to be obeyed, and the look that saw it was some time between the one before and its own end.
        Assert.InRange(since, before - Duration.FromMilliseconds(450), commanded + Duration.FromMilliseconds(850) + (now - looked));
        await Lab.CommandAsync("offline?v=20-23");
        sight = await UntilAsync(probe, seen => seen.Value(definition, "validators_missing").Number == 4);
        Assert.Contains("critical_for <= 0s", sight.Broken(definition));
        await Lab.CommandAsync("offline?v=");
        await UntilAsync(probe, seen => seen.Value(definition, "validators_missing").Number == 0);
    }

    [Fact]
    public async Task What_the_whole_network_missed_is_not_theirs()
    {
        var definition = Define(Options([.. Enumerable.Range(30, 10).Select(index => $"{index}")]));
        await using var probe = Look.Make(definition);
        await UntilAsync(probe, seen => !seen.Value(definition, "network_missed").Flag);
        await Lab.CommandAsync("participation?percent=10");
        var worst = 0.0;
        var broken = new HashSet<string>();
        await UntilAsync(probe, seen =>
        {
            if (seen.Value(definition, "network_missed").Flag) worst = Math.Max(worst, 1 - seen.Value(definition, "attesting").Number);
            broken.UnionWith(seen.Broken(definition).Where(condition => condition.Contains("_for", StringComparison.Ordinal)));
            return seen.Value(definition, "network_missed").Flag && worst > 0.5;
        });
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        broken.UnionWith((await Look.OnceAsync(probe, Look.Long)).Broken(definition).Where(condition => condition.Contains("_for", StringComparison.Ordinal)));
        await Lab.CommandAsync("participation?percent=100");
        await UntilAsync(probe, seen => !seen.Value(definition, "network_missed").Flag);
        Assert.Empty(broken);
    }

    [Fact]
    public async Task A_proposer_that_is_away_misses_its_block_also_where_past_duties_are_not_told()
    {
        var definition = Define(Options([.. Enumerable.Range(0, 64).Select(index => $"{index}")]) with { Batch = 64 });
        await using var probe = Look.Make(definition);
        await UntilAsync(probe, seen => seen.Value(definition, "proposals").Number == 4 && seen.Value(definition, "proposals_missed").Number == 0);
        await Lab.CommandAsync("without?duties=1");
        await Lab.CommandAsync("miss-blocks?percent=60");
        var sight = await UntilAsync(probe, seen => seen.Value(definition, "proposals_missed").Number > 0);
        await Lab.CommandAsync("miss-blocks?percent=0");
        await Lab.CommandAsync("without?duties=0");
        Assert.Contains(" at slot ", sight.Value(definition, "proposals_missed_by").Text, StringComparison.Ordinal);
        Assert.Contains("proposals_missed == 0 else degraded", sight.Broken(definition));
    }

    [Fact]
    public async Task A_sync_committee_that_signs_four_blocks_of_five_is_degraded()
    {
        var definition = Define(Options("0", "1", "4", "5", "40"));
        await using var probe = Look.Make(definition);
        await Lab.CommandAsync("sync?percent=70");
        var sight = await UntilAsync(probe, seen => seen.Value(definition, "sync_participation").Number < 0.9);
        await Lab.CommandAsync("sync?percent=100");
        Assert.Equal(4, sight.Value(definition, "sync_members").Number);
        Assert.Contains("sync_participation >= 90% else degraded", sight.Broken(definition));
    }

    [Fact]
    public async Task Wrong_votes_lose_and_slashed_exited_and_unknown_ones_are_told()
    {
        var definition = Define(Options("50", "51", "52", "53", "4711"));
        await using var probe = Look.Make(definition);
        await Lab.CommandAsync("wrong?v=50");
        await Lab.CommandAsync("slash?v=51");
        await Lab.CommandAsync("exit?v=52");
        var sight = await UntilAsync(probe, seen => seen.Value(definition, "losing").Number == 1 && seen.Value(definition, "exited").Number == 1);
        await Lab.CommandAsync("wrong?v=");
        Assert.Equal(["slashed == 0", "losing_for <= 0s else degraded", "exited == 0 else degraded", "not_found == 0 else degraded"], sight.Broken(definition));
        Assert.Equal(("51", 1.0), (sight.Value(definition, "slashed_ids").Text, sight.Value(definition, "not_found").Number));
    }

    [Fact]
    public async Task A_node_that_does_not_answer_says_nothing_of_the_validators_until_what_is_known_is_too_old()
    {
        var definition = Define(Options("60", "61") with { StaleAfter = Duration.FromSeconds(5) });
        await using var probe = Look.Make(definition);
        await UntilAsync(probe, _ => true);
        await Lab.CommandAsync("unready");
        try
        {
            Assert.IsType<Outcome.Answered>((await Look.OnceAsync(probe, Look.Long)).Outcome);
            var started = Stopwatch.GetTimestamp();
            Sight sight;
            while ((sight = await Look.OnceAsync(probe, Look.Long)).Outcome is Outcome.Answered)
            {
                Assert.True(Stopwatch.GetElapsedTime(started) < Patience.Most);
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }
            sight.Fault("not_ready");
        }
        finally
        {
            await Lab.CommandAsync("unready?on=0");
        }
        await UntilAsync(probe, _ => true);
    }

    [Fact]
    public async Task A_node_without_rewards_is_a_probe_fault_that_says_so()
    {
        await Lab.CommandAsync("without?rewards=1");
        var sight = await Look.OnceAsync(Define(Options("60")));
        await Lab.CommandAsync("without?rewards=0");
        sight.Fault("http_404: HTTP status 404: Route not found");
    }

    [Fact]
    public void Ids_come_from_the_config_and_from_a_file_and_each_mistake_has_its_line()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "12 # the first\n\n13\nx14\n");
            var options = new ValidatorsOptions { Url = new Uri("http://node.example"), Ids = ["1", "12"], IdsFile = file };
            Assert.Equal($"ids_file: {file}:4 'x14' is neither an index nor a public key of 0x and 96 digits.", string.Join('\n', new ValidatorsProbeType().Validate(options).Select(mistake => $"{mistake.Option}: {mistake.Message}")));
            File.WriteAllText(file, "12 # the first\n\n13\n");
            Assert.Equal(["1", "12", "13"], ValidatorList.Read(options, out var mistakes).Select(id => id.ToString()));
            Assert.Empty(mistakes);
            Assert.Equal(["ids"], new ValidatorsProbeType().Validate(new ValidatorsOptions { Url = new Uri("http://node.example") }).Select(mistake => mistake.Option));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private async Task<string> KeyOfAsync(int index)
    {
        using var http = new HttpClient();
        var said = await http.GetStringAsync(new Uri(Lab.Url, $"/eth/v1/beacon/states/head/validators?id={index}"));
        return System.Text.Json.Nodes.JsonNode.Parse(said)!["data"]![0]!["validator"]!["pubkey"]!.GetValue<string>();
    }

    /// <summary>Looks until it holds; probe faults of the first looks are looks, too.</summary>
    private static async Task<Sight> UntilAsync(Probe probe, Func<Sight, bool> holds)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var sight = await Look.OnceAsync(probe, Look.Long);
            if (sight.Outcome is Outcome.Answered && holds(sight)) return sight;
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience.Most, $"waited too long; last seen: {sight.Outcome} {string.Join(", ", sight.Signals)}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }
}
