using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using YamlDotNet.Serialization;

namespace Nines.Cli.Tests.Output;

public sealed class ReadVerbTests
{
    private static async Task<JsonNode> JsonAsync(Desk desk, params string[] arguments)
    {
        var (exit, output, error) = await desk.RunAsync([.. arguments, "-o", "json"]);
        Assert.Equal((0, ""), (exit, error));
        return JsonNode.Parse(output)!;
    }

    [Fact]
    public async Task Outages_come_with_schema_bounds_units_and_cause()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var document = await JsonAsync(desk, "get", "outages");

        Assert.Equal("nines.outages/1", (string?)document["schema"]);
        Assert.Equal("schema", document.AsObject().First().Key);
        var outage = Assert.Single(document["outages"]!.AsArray())!;
        Assert.Equal("shop-1", (string?)outage["id"]);
        Assert.Equal("2026-01-01T12:01:01.204Z", (string?)outage["began_earliest"]);
        Assert.Equal(236.69m, (decimal?)outage["shortest_s"]);
        Assert.Equal(239.743m, (decimal?)outage["likely_s"]);
        Assert.Equal(242.796m, (decimal?)outage["longest_s"]);
        Assert.Equal(("technical", "closed", "down"), ((string?)outage["cause"], (string?)outage["status"], (string?)outage["worst_state"]));
    }

    [Fact]
    public async Task Filters_by_component_label_state_and_time_narrow_what_is_shown()
    {
        await using var desk = await new Desk().WithAnOutageAsync();

        Assert.Single((await JsonAsync(desk, "get", "components", "--label", "team=core"))["components"]!.AsArray());
        Assert.Equal(2, (await JsonAsync(desk, "get", "components", "--state", "up"))["components"]!.AsArray().Count);
        Assert.Empty((await JsonAsync(desk, "get", "components", "--state", "down"))["components"]!.AsArray());
        Assert.Empty((await JsonAsync(desk, "get", "outages", "--state", "open"))["outages"]!.AsArray());
        Assert.Empty((await JsonAsync(desk, "get", "outages", "--component", "api"))["outages"]!.AsArray());
        Assert.Empty((await JsonAsync(desk, "get", "outages", "--since", "-4m"))["outages"]!.AsArray());
        Assert.Single((await JsonAsync(desk, "get", "outages", "--since", "-7d"))["outages"]!.AsArray());
        Assert.Single((await JsonAsync(desk, "get", "blips", "--component", "shop"))["blips"]!.AsArray());
    }

    [Fact]
    public async Task A_component_is_up_only_as_long_as_somebody_looks()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var shop = (await JsonAsync(desk, "get", "components"))["components"]![1]!;
        Assert.Equal(("up", "2026-01-01T12:05:00Z", "2026-01-01T12:05:04Z"), ((string?)shop["state"], (string?)shop["since_earliest"], (string?)shop["since_latest"]));

        desk.Time.Advance(TimeSpan.FromMinutes(3));
        var document = await JsonAsync(desk, "get", "components");
        Assert.False((bool)document["watching"]!);
        Assert.Equal(("unknown", "up"), ((string?)document["components"]![1]!["state"], (string?)document["components"]![1]!["last_known_state"]));
        var (_, table, _) = await desk.RunAsync("get", "components");
        Assert.Contains("Nobody is watching: the last word is from 2026-01-01 12:10:00.000 UTC (3m 00s ago).", table);
        Assert.Contains("shop       unknown  was up  ", table);
    }

    [Fact]
    public async Task An_explanation_goes_from_observations_to_bounds_to_cause_and_names_its_facts()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (exit, text, _) = await desk.RunAsync("explain", "outage", "shop-1");

        Assert.Equal(0, exit);
        Assert.Contains("shop-1: shop was down for 4m 00s (3m 56s – 4m 03s).", text);
        Assert.Contains("shop/page from eu-1: up → down (position 5)", text);
        Assert.Contains("last good answer began 12:01:01.204, first bad ended 12:01:03.310, so it began in between.", text);
        Assert.Contains("our path was vouched for by gateway", text);
        Assert.Contains("it ended between 2026-01-01 12:05:00.000 (sure until then) and 12:05:04.000 (possible until then);", text);
        Assert.Contains("Cause: technical, 4m 00s likely: connection refused", text);
        Assert.Contains("Facts: positions 5, 6, 7 (as of 9).", text);

        var document = await JsonAsync(desk, "explain", "outage", "shop-1");
        Assert.Equal("nines.explanation/1", (string?)document["schema"]);
        Assert.Equal([5L, 6, 7], document["facts"]!.AsArray().Select(position => (long)position!));
    }

    [Fact]
    public async Task An_unknown_outage_gets_a_coded_error_on_stderr_and_exit_code_2()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (exit, output, error) = await desk.RunAsync("explain", "outage", "shop-2");

        Assert.Equal((2, ""), (exit, output));
        Assert.Equal("NIN4007: outage: none on record is named 'shop-2'. Did you mean 'shop-1'?\n", error);
    }

    [Fact]
    public async Task A_folder_without_a_journal_is_out_of_reach_with_exit_code_4()
    {
        await using var desk = new Desk();
        var (exit, output, error) = await desk.RunAsync("get", "outages");

        Assert.Equal((4, ""), (exit, output));
        Assert.StartsWith("NIN2", error);
    }

    [Fact]
    public async Task A_report_says_window_policy_position_bounds_coverage_and_resolution()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var document = await JsonAsync(desk, "report", "--policy", "lenient");

        Assert.Equal(("nines.report/1", 9L, "lenient"), ((string?)document["schema"], (long)document["as_of_position"]!, (string?)document["policy"]!["name"]));
        Assert.Equal(("2026-01-01T12:00:00Z", "2026-01-01T12:10:00Z"), ((string?)document["from"], (string?)document["to"]));
        var shop = document["components"]![1]!;
        Assert.Equal(0.600428333333m, (decimal)shop["availability_likely"]!);
        Assert.Equal(35m, (decimal)shop["resolution_s"]!);
        Assert.Equal(1m, (decimal)shop["coverage"]!);
    }

    [Fact]
    public async Task A_window_may_be_given_relative_to_now()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var document = await JsonAsync(desk, "report", "--from", "-4m", "--to", "now");

        Assert.Equal("2026-01-01T12:06:00Z", (string?)document["from"]);
        Assert.Equal(1m, (decimal)document["components"]![1]!["availability_low"]!);
    }

    [Theory]
    [InlineData("NIN4002", "report", "--from", "yesterday")]
    [InlineData("NIN4012", "report", "--from", "2027-01-01")]
    [InlineData("NIN4003", "get", "outages", "--component", "shpo")]
    [InlineData("NIN4004", "get", "components", "-l", "team")]
    public async Task A_wrong_call_is_said_to_be_one(string code, params string[] arguments)
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (exit, output, error) = await desk.RunAsync(arguments);

        Assert.Equal((2, ""), (exit, output));
        Assert.StartsWith(code + ": ", error);
    }

    [Fact]
    public async Task Yaml_says_the_same_as_json()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (_, yaml, _) = await desk.RunAsync("get", "outages", "-o", "yaml");
        var read = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<Dictionary<string, object>>(yaml);
        var outage = (Dictionary<object, object>)((List<object>)read["outages"])[0];

        Assert.Equal("nines.outages/1", read["schema"]);
        Assert.Equal("2026-01-01T12:01:01.204Z", outage["began_earliest"]);
        Assert.Equal("239.743", Convert.ToString(outage["likely_s"], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Null(outage["region"]);
    }

    [Fact]
    public async Task Csv_quotes_by_the_rfc_and_no_cell_is_run_as_a_formula()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (_, csv, _) = await desk.RunAsync("get", "blips", "-o", "csv");
        var lines = csv.Split("\r\n");

        Assert.Equal("position,component,probe,from,suspected,earliest,latest,cause,because", lines[0]);
        Assert.Equal("8,shop,page,eu-1,down,2026-01-01T12:06:30Z,2026-01-01T12:06:35Z,unexplained,'=cmd()", lines[1]);
        Assert.Equal("", lines[2]);

        using var output = new StringWriter();
        Nines.Cli.Output.Csv.Write([new JsonObject { ["a"] = "say \"hi\", twice", ["b"] = new JsonObject { ["c"] = -5 }, ["d"] = new JsonArray("x", "y") }], output);
        Assert.Equal("a,b_c,d\r\n\"say \"\"hi\"\", twice\",-5,x;y\r\n", output.ToString());
    }

    [Fact]
    public async Task Piped_output_is_plain_and_a_terminal_without_colour_gets_none()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (_, piped, _) = await desk.RunAsync("get", "outages");
        Assert.StartsWith("OUTAGE  COMPONENT  STATUS", piped);
        Assert.DoesNotContain('\e', piped);

        desk.IsTerminal = true;
        var (_, plain, _) = await desk.RunAsync("get", "outages");
        Assert.DoesNotContain('\e', plain);
        Assert.Contains("shop-1", plain);

        desk.HasColor = true;
        Assert.Contains('\e', (await desk.RunAsync("get", "outages")).Out);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(140)]
    public async Task A_terminal_of_any_width_shows_whole_words_and_no_line_beyond_its_edge(int width)
    {
        await using var desk = await new Desk { IsTerminal = true, Width = width }.WithAnOutageAsync();
        var (_, outages, _) = await desk.RunAsync("get", "outages");
        var (_, report, _) = await desk.RunAsync("report");

        foreach (var word in (string[])["OUTAGE", "COMPONENT", "shop-1", "closed", "2026-01-01", "12:01:02.257", "down", "technical", "connection", "refused"])
            Assert.Matches($@"(^|\s){Regex.Escape(word)}(\s|$)", outages);
        foreach (var word in (string[])["AVAILABILITY", "COVERAGE", "RESOLUTION", "DOWNTIME", "100.000"])
            Assert.Matches($@"(^|\s){Regex.Escape(word)}(\s|$)", report);
        Assert.All(outages.Split('\n').Where(line => !line.StartsWith("Judged", StringComparison.Ordinal)), line => Assert.InRange(line.Length, 0, width));
    }

    [Fact]
    public async Task A_wide_terminal_keeps_an_outage_on_one_line_and_a_narrow_one_gives_each_a_card()
    {
        await using var desk = await new Desk { IsTerminal = true, Width = 140 }.WithAnOutageAsync();
        Assert.Contains((await desk.RunAsync("get", "outages")).Out.Split('\n'), line => line.Contains("shop-1", StringComparison.Ordinal) && line.Contains("connection refused", StringComparison.Ordinal));

        desk.Width = 60;
        var card = (await desk.RunAsync("get", "outages")).Out.Split('\n');
        Assert.Contains(card, line => Regex.IsMatch(line, "^OUTAGE +shop-1 *$"));
        Assert.Contains(card, line => Regex.IsMatch(line, "^BECAUSE +connection refused *$"));
    }

    [Fact]
    public async Task Who_asks_before_anything_was_watched_is_told_how_to_begin()
    {
        await using var desk = new Desk();
        var (exit, output, error) = await desk.RunAsync("get", "outages");
        Assert.Equal(4, exit);
        Assert.Empty(output);
        Assert.Contains("nothing is on record there yet. Start with `nines up`", error);
    }

    [Fact]
    public async Task What_a_target_sent_cannot_steer_the_terminal()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        await desk.RecordAsync(new BlipSeen(Desk.At(500), new ProbeId(new ComponentId("shop"), "page"), new VantagePointId("eu-1"), State.Down,
            new Bounds(Desk.At(490), Desk.At(495)), new Cause(CauseKind.Technical, "\e[2J[red]gone[/]\nnext"), []));
        desk.IsTerminal = true;
        var (_, text, _) = await desk.RunAsync("get", "blips");

        Assert.DoesNotContain('\e', text);
        Assert.Contains("[red]gone[/]", text);
    }

    [Fact]
    public async Task Verbs_read_beside_a_writer_and_see_what_it_adds()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        Assert.Equal(9L, (long)(await JsonAsync(desk, "get", "outages"))["as_of_position"]!);
        await desk.RecordAsync(new Watched(Desk.At(660), "run-1", []));
        Assert.Equal(10L, (long)(await JsonAsync(desk, "get", "outages"))["as_of_position"]!);
    }

    [Fact]
    public async Task A_report_counts_under_the_policy_of_the_config_on_record_unless_told_otherwise()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        await desk.RecordAsync(new ConfigLoaded(Desk.At(590), "e", """{"policy":"lenient"}""", "0.1.0", "2026a", []));
        Assert.Equal("lenient", (string?)(await JsonAsync(desk, "report"))["policy"]!["name"]);
        Assert.Equal("observed", (string?)(await JsonAsync(desk, "report", "--policy", "observed"))["policy"]!["name"]);
    }

    [Theory]
    [InlineData("strict,statuspage", "gatus")]
    [InlineData("strict", "statuspage,gatus,strict")]
    public async Task Several_policies_are_laid_side_by_side_each_once(string first, string second)
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var document = await JsonAsync(desk, "report", "--policy", first, "--policy", second);

        Assert.Equal("nines.comparison/1", (string?)document["schema"]);
        Assert.Equal(["strict", "statuspage", "gatus"], document["policies"]!.AsArray().Select(policy => (string?)policy!["name"]));
        var shop = document["components"]![1]!["by"]!;
        Assert.Equal(("60.042 %", 0.600428333333m), ((string?)shop["strict"]!["availability"], (decimal)shop["strict"]!["likely"]!));
        Assert.Equal("60.04 %", (string?)shop["statuspage"]!["availability"]);
        Assert.True((decimal)shop["gatus"]!["low"]! <= (decimal)shop["strict"]!["low"]!);

        var (_, table, _) = await desk.RunAsync("report", "--policy", first, "--policy", second);
        Assert.Matches(@"COMPONENT +STRICT +STATUSPAGE +GATUS +COVERAGE", table);
        var (_, csv, _) = await desk.RunAsync("report", "--policy", first, "--policy", second, "-o", "csv");
        Assert.Contains("by_strict_likely", csv.Split('\n')[0]);
    }

    [Fact]
    public async Task A_policy_that_is_not_there_is_named_with_the_one_that_was_probably_meant()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (exit, _, error) = await desk.RunAsync("report", "--policy", "strict,statuspag");

        Assert.Equal(2, exit);
        Assert.StartsWith("NIN4015: --policy: there is no policy 'statuspag'. Did you mean 'statuspage'?", error);
        Assert.StartsWith("NIN4018", (await desk.RunAsync("report", "--policy", string.Join(',', Enumerable.Range(0, 21)))).Error);
    }

    [Fact]
    public async Task A_policy_of_the_config_on_record_is_reported_under_and_listed()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        await desk.RecordAsync(new ConfigLoaded(Desk.At(590), "e", """
            {"policies":[{"name":"half","version":2,"about":"Half.","degraded":0,"effectively_down":0.5,"down":0.5,"maintenance":"as_seen","regions":"quorum"}]}
            """, "0.1.0", "2026a", [new(new("shop"), Core.Components.ComponentKind.Dapp, System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty, [], [], null)]));

        Assert.Equal(("half", 2), ((string?)(await JsonAsync(desk, "report", "--policy", "half"))["policy"]!["name"], (int)(await JsonAsync(desk, "report", "--policy", "half"))["policy"]!["version"]!));
        var listed = (await JsonAsync(desk, "get", "policies"))["policies"]!.AsArray();
        Assert.Equal(("half", "config"), ((string?)listed[^1]!["policy"], (string?)listed[^1]!["origin"]));
    }

    [Fact]
    public async Task The_policies_that_Nines_brings_along_are_listed_where_nothing_is_on_record()
    {
        await using var desk = new Desk();
        var (exit, output, _) = await desk.RunAsync("get", "policies");

        Assert.Equal(0, exit);
        Assert.Contains("statuspage/1", output);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(119, 0)]
    [InlineData(121, 1)]
    public async Task A_health_check_fails_once_nobody_has_watched_for_two_minutes(int later, int code)
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        desk.Time.Advance(TimeSpan.FromSeconds(later));

        Assert.Equal(code, (await desk.RunAsync("get", "components", "--watching")).Exit);
        Assert.Equal(0, (await desk.RunAsync("get", "components")).Exit);
    }

    [Fact]
    public async Task A_report_draws_its_timelines_whole_or_says_why_not()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var folder = Directory.CreateTempSubdirectory("nines-picture-").FullName;
        try
        {
            var file = Path.Combine(folder, "shop.svg");
            await File.WriteAllTextAsync(file, "an older one");
            var (exit, _, _) = await desk.RunAsync("report", "--policy", "statuspage,strict", "--picture", file);
            var drawn = await File.ReadAllTextAsync(file);

            Assert.Equal(0, exit);
            Assert.Contains("policy statuspage/1</text>", drawn);
            Assert.Contains("shop-1: down for", drawn);
            Assert.Equal([file], Directory.GetFileSystemEntries(folder));

            var (refused, _, error) = await desk.RunAsync("report", "--picture", Path.Combine(folder, "none", "shop.svg"));
            Assert.Equal(4, refused);
            Assert.StartsWith("NIN4016", error);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task An_overrun_is_explained_by_what_was_seen_inside_the_window()
    {
        var shop = new ComponentId("shop");
        Segment Down(double from) => new(Desk.At(from), State.Down, State.Down, State.Down) { Cause = new Cause(CauseKind.Technical, "connection refused") };
        await using var desk = await new Desk().RecordAsync(
            new ConfigLoaded(Desk.At(0), "d", "{}", "0.1.0", "2026a", [new ComponentSummary(shop, ComponentKind.Dapp, System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty, [], ["eu"], null)]),
            new WatchStarted(Desk.At(0), "run-1", "host"),
            new StateChanged(Desk.At(70), new ProbeId(shop, "page"), new("eu-1"), State.Up, State.Down, new Bounds(Desk.At(65), Desk.At(70)), new Cause(CauseKind.Technical, "connection refused"),
                [new Evidence(Desk.At(69), Desk.At(70), new("eu-1"), "refused", "connection_refused: no")]),
            new TimelineRevised(Desk.At(200), shop, null, Desk.At(0),
            [
                new Segment(Desk.At(0), State.Up, State.Up, State.Up), Down(70) with { Window = "manual-1" },
                Down(120) with { Outage = "shop-1", Cause = new Cause(CauseKind.Maintenance, "overran the maintenance window manual-1: connection refused") },
            ]),
            new Watched(Desk.At(300), "run-1", []));
        var (exit, text, _) = await desk.RunAsync("explain", "outage", "shop-1");
        Assert.Equal(0, exit);
        Assert.Contains("shop/page from eu-1: up → down", text);
        Assert.Contains("overran the maintenance window manual-1", text);
        Assert.DoesNotContain("No probe of its own saw this", text);
    }

    [Fact]
    public async Task An_explanation_tells_which_rules_were_tried_which_held_and_on_what()
    {
        var (shop, db) = (new ComponentId("shop"), new ComponentId("db"));
        var none = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty;
        var cause = new Cause(CauseKind.Technical, "connection refused") { Code = "connection_refused" };
        await using var desk = await new Desk().RecordAsync(
            new ConfigLoaded(Desk.At(0), "d", "{}", "0.3.0", "2026a", [new ComponentSummary(shop, ComponentKind.Dapp, none, [db], ["eu"], null), new ComponentSummary(db, ComponentKind.Infra, none, [], ["eu"], null)]),
            new WatchStarted(Desk.At(0), "run-1", "host"),
            new StateChanged(Desk.At(70), new ProbeId(shop, "page"), new("eu-1"), State.Up, State.Down, new Bounds(Desk.At(65), Desk.At(70)), cause,
                [new Evidence(Desk.At(65), Desk.At(66), new("eu-1"), "answered", "in 96 ms"), new Evidence(Desk.At(69), Desk.At(70), new("eu-1"), "refused", "connection_refused: no")])
            { Reasons = [new Reason("security", false, "a refusal is no evidence of it"), new Reason("technical", true, "connection_refused: its machine answers, and nobody listens there")] },
            new TimelineRevised(Desk.At(70), shop, null, Desk.At(0),
                [new Segment(Desk.At(0), State.Up, State.Up, State.Up), new Segment(Desk.At(67), State.Down, State.Down, State.Down) { Outage = "shop-1", Cause = cause }]),
            new Watched(Desk.At(300), "run-1", []));
        var (exit, text, _) = await desk.RunAsync("explain", "outage", "shop-1");
        Assert.Equal(0, exit);
        Assert.Contains("  no   upstream: nothing that it needs (db) was seen to be down meanwhile", text);
        Assert.Contains("  no   overrun: it met no maintenance window", text);
        Assert.Contains("  no   security: a refusal is no evidence of it", text);
        Assert.Matches("  yes  technical: connection_refused: its machine answers, and nobody listens there \\(shop/page from eu-1 at .*, position 3\\)", text);
        var reasoning = (await JsonAsync(desk, "explain", "outage", "shop-1"))["reasoning"]!.AsArray();
        Assert.Equal(["upstream", "overrun", "security", "technical"], reasoning.Select(rule => (string?)rule!["rule"]));
        Assert.Equal(3L, (long)reasoning[3]!["position"]!);
    }
}
