using System.Net;
using System.Text.Json;
using Nines.Core;
using Nines.Core.Control;
using Nines.Core.Facts;
using Nines.Ledger.Policies;
using Nines.Web.Access;
using Nines.Web.Tests.Console;

namespace Nines.Web.Tests.Api;

public sealed class OutageRouteTests
{
    private static async Task<ApiServer> StartAsync(Role role = Role.Responder, Func<ControlCommand, Told>? answer = null) => await ApiServer.StartAsync(await Drama.PlayAsync(), role, answer: answer);

    [Fact]
    public async Task A_list_is_paged_and_sums_over_all_of_it()
    {
        await using var server = await StartAsync();
        var names = new List<string>();
        string? cursor = null;
        do
        {
            var (_, json) = await server.GetAsync($"/api/v1/outages?limit=3{(cursor is null ? "" : $"&cursor={cursor}")}");
            Assert.Equal(("nines.outage_list/1", 4), (json.GetProperty("schema").GetString(), json.GetProperty("totals").GetProperty("outages").GetInt32()));
            names.AddRange(json.GetProperty("outages").EnumerateArray().Select(row => row.GetProperty("outage").GetProperty("id").GetString()!));
            cursor = json.GetProperty("next").GetString();
        }
        while (cursor is not null);
        Assert.Equal(["shop-1", "db-1", "page-1", "node-a-1"], names);
    }

    [Theory]
    [InlineData("/api/v1/outages/shop-1/notes", "note")]
    [InlineData("/api/v1/outages/shop-1/acknowledgement", "note")]
    [InlineData("/api/v1/outages/shop-1/cause", "because")]
    [InlineData("/api/v1/maintenance", "reason")]
    [InlineData("/api/v1/pause", "reason")]
    public async Task A_text_with_what_nobody_would_see_is_refused_and_the_character_named(string path, string member)
    {
        await using var server = await StartAsync();
        var body = $$"""{"{{member}}":"paid to \u202Ebob"{{(path.EndsWith("cause", StringComparison.Ordinal) ? ",\"cause\":\"upstream\"" : member == "reason" ? ",\"components\":[\"shop\"]" : "")}}}""";
        var got = await server.PostAsync(path, body);
        ApiServer.AssertProblem(got, HttpStatusCode.UnprocessableEntity, "NIN4328");
        Assert.Contains("character 9 is U+202E", got.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(server.Told);
    }

    [Fact]
    public async Task Sums_are_weighed_by_the_policy()
    {
        await using var server = await StartAsync();
        decimal Counted(System.Text.Json.JsonElement json) => json.GetProperty("totals").GetProperty("counted_s").GetProperty("likely").GetDecimal();
        var strict = (await server.GetAsync("/api/v1/outages?component=node-a&policy=strict")).Json;
        Assert.Equal(238, Counted(strict));
        Assert.Equal((223m, 310m), (strict.GetProperty("totals").GetProperty("not_served_s").GetProperty("low").GetDecimal(), strict.GetProperty("totals").GetProperty("not_served_s").GetProperty("high").GetDecimal()));
        ApiServer.AssertProblem(await server.GetAsync("/api/v1/outages?policy=strickt"), HttpStatusCode.NotFound, "NIN4015");
    }

    [Fact]
    public async Task One_outage_has_all_that_is_on_record()
    {
        await using var server = await StartAsync();
        var (answer, json) = await server.GetAsync("/api/v1/outages/node-a-1");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var outage = json.GetProperty("explanation").GetProperty("outage");
        Assert.Equal(("maintenance", "technical", "ben"), (outage.GetProperty("cause").GetString(), outage.GetProperty("judged_causes")[0].GetProperty("kind").GetString(), outage.GetProperty("corrected_by").GetString()));
        Assert.Equal(3, json.GetProperty("explanation").GetProperty("steps").GetArrayLength());
        Assert.Equal("ada", json.GetProperty("explanation").GetProperty("notes")[0].GetProperty("by").GetString());
        Assert.Contains(json.GetProperty("report").GetProperty("timeline").EnumerateArray(), one => one.GetProperty("what").GetString()!.StartsWith("node-a/probe from eu-1: up → down", StringComparison.Ordinal));
        Assert.Equal(["", "eu"], json.GetProperty("tracks").EnumerateArray().Select(track => track.GetProperty("region").GetString() ?? ""));
        ApiServer.AssertProblem(await server.GetAsync("/api/v1/outages/node-a-2"), HttpStatusCode.NotFound, "NIN4007");
    }

    [Fact]
    public async Task The_cascade_names_root_this_and_dependant()
    {
        await using var server = await StartAsync();
        var (_, json) = await server.GetAsync("/api/v1/outages/db-1");
        var nodes = json.GetProperty("cascade").GetProperty("nodes").EnumerateArray().ToDictionary(node => node.GetProperty("component").GetString()!, node => node.GetProperty("role").GetString());
        Assert.Equal(("this", "dependant", 2), (nodes["db"], nodes["shop"], nodes.Count));
        Assert.Equal(("shop", "db"), (json.GetProperty("cascade").GetProperty("links")[0].GetProperty("from").GetString(), json.GetProperty("cascade").GetProperty("links")[0].GetProperty("to").GetString()));
    }

    [Fact]
    public async Task The_report_is_a_page_of_its_own()
    {
        await using var server = await StartAsync();
        using var answer = await server.Client.GetAsync("/api/v1/outages/node-a-1/report?format=html");
        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Contains("What was judged:", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_said_goes_to_the_watch_under_the_name_of_who_said_it()
    {
        await using var server = await StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/api/v1/outages/db-1/cause", """{"cause":"security","because":"the key was stolen"}""")).Answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/api/v1/outages/db-1/notes", """{"note":"rotated"}""")).Answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/api/v1/outages/db-1/acknowledgement", "{}")).Answer.StatusCode);
        Assert.Equal([new ControlCommand.CorrectCause("db-1", CauseKind.Security, "the key was stolen"), new ControlCommand.NoteOutage("db-1", "rotated"), new ControlCommand.Acknowledge("db-1", null)], server.Told.Select(told => told.Command));
    }

    [Fact]
    public async Task A_correction_of_when_it_was_goes_to_the_watch_and_one_without_sense_does_not()
    {
        await using var server = await StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/api/v1/outages/db-1/corrections", """{"claim":"false_alarm","because":"our proxy"}""")).Answer.StatusCode);
        Assert.Equal([new ControlCommand.CorrectOutage("db-1", CorrectionClaim.FalseAlarm, "our proxy")], server.Told.Select(told => told.Command));
        ApiServer.AssertProblem(await server.PostAsync("/api/v1/outages/db-1/corrections", """{"claim":"bounds","because":"x"}"""), HttpStatusCode.UnprocessableEntity, "NIN4301");
        ApiServer.AssertProblem(await server.PostAsync("/api/v1/outages/db-1/corrections", """{"claim":"bounds","because":"x","began_earliest":"2026-05-02T00:00:00Z","began_latest":"2026-05-01T00:00:00Z"}"""), HttpStatusCode.UnprocessableEntity, "NIN4302");
        ApiServer.AssertProblem(await server.PostAsync("/api/v1/outages/db-1/corrections", """{"claim":"withdrawn","because":"x","withdraws":3}"""), HttpStatusCode.UnprocessableEntity, "NIN4304");
        ApiServer.AssertProblem(await server.PostAsync("/api/v1/outages/db-1/cause", """{"cause":"upstream","because":"x","roots":["gone"]}"""), HttpStatusCode.UnprocessableEntity, "NIN4305");
        ApiServer.AssertProblem(await server.PostAsync("/api/v1/outages/gone-1/corrections", """{"claim":"false_alarm","because":"x"}"""), HttpStatusCode.NotFound, "NIN4007");
        Assert.Single(server.Told);
    }

    [Fact]
    public async Task A_false_alarm_is_shown_as_one_with_what_was_observed()
    {
        await using var server = await StartAsync();
        await server.Watched.AddAsync(new OutageCorrected(Watched.At(1_011), "db-1", "ben", CorrectionClaim.FalseAlarm, "our proxy"));
        var (_, story) = await server.GetAsync("/api/v1/outages/db-1");
        var outage = story.GetProperty("explanation").GetProperty("outage");
        Assert.Equal((true, "ben"), (outage.GetProperty("false_alarm").GetBoolean(), outage.GetProperty("time_corrected_by").GetString()));
        Assert.Equal(outage.GetProperty("likely_s").GetDecimal(), outage.GetProperty("observed").GetProperty("likely_s").GetDecimal());
        var page = await server.Client.GetStringAsync("/outages/db-1");
        Assert.Contains("false alarm, corrected by hand</span>", page, StringComparison.Ordinal);
        Assert.Contains("<strong>ben</strong> corrected it to a false alarm: our proxy", page, StringComparison.Ordinal);
        Assert.Contains("fill=\"url(#disputed)\" class=\"disputed\"", page, StringComparison.Ordinal);
        Assert.Contains("disputed from ", page, StringComparison.Ordinal);
        Assert.Contains("seen down, and somebody said that users were served", page, StringComparison.Ordinal);
        var (component, dependant) = (await server.Client.GetStringAsync("/components/db"), await server.Client.GetStringAsync("/outages/shop-1"));
        Assert.Contains("fill=\"url(#disputed)\" class=\"disputed\"", component, StringComparison.Ordinal);
        Assert.Contains(" of it is disputed", component, StringComparison.Ordinal);
        Assert.Contains("<pattern id=\"disputed\"", component, StringComparison.Ordinal);
        Assert.Contains("Its root db was corrected by hand: ben on db-1: corrected it to a false alarm (position ", dependant, StringComparison.Ordinal);
        Assert.DoesNotContain("<pattern id=\"disputed\"", dependant, StringComparison.Ordinal); // nothing of it is disputed
        var (_, line) = await server.GetAsync("/api/v1/components/db/timeline");
        Assert.Contains(line.GetProperty("whole").EnumerateArray(), stretch => stretch.GetProperty("disputed").GetBoolean());
        var row = (await server.PageAsync("/components/db")).QuerySelector("#outages tbody tr")!;
        Assert.Equal(("false-alarm", "db-1 (open) false alarm, by hand"), (row.ClassName, row.QuerySelector("th")!.TextContent.Trim()));
        Assert.Null((await server.PageAsync("/components/shop")).QuerySelector("#outages tr.false-alarm"));
        Assert.Contains("""<tr id="outage-db-1" class="false-alarm">""", await server.Client.GetStringAsync("/outages"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Totals_leave_a_false_alarm_out_and_say_so_where_the_policy_takes_that_word_and_rows_show_it_all_the_same()
    {
        var own = JsonSerializer.Serialize(ShippedPolicies.Strict with { Name = "after-review", Corrections = CorrectionCounts.AsCorrected }, FactJson.Options);
        var reviewed = Drama.Config.Replace("{\"policy\":", $"{{\"policies\":[{own}],\"policy\":", StringComparison.Ordinal);
        var watched = await Drama.PlayAsync();
        watched.Pricing = Drama.Pricing;
        await using var server = await ApiServer.StartAsync(watched);
        await watched.AddAsync(
            new ConfigLoaded(Watched.At(3_600), "reviewed", reviewed, "0.5.0", "2026a", Drama.Summaries),
            new OutageCorrected(Watched.At(3_600), "node-a-1", "ben", CorrectionClaim.FalseAlarm, "our proxy"));
        async Task<(int Outages, int Open, int LeftOut, decimal NotServed, decimal Counted, decimal Loss, string[] Rows)> AskAsync(string query)
        {
            var json = (await server.GetAsync($"/api/v1/outages?{query}")).Json;
            var totals = json.GetProperty("totals");
            decimal Likely(string name) => totals.TryGetProperty(name, out var one) && one.ValueKind == JsonValueKind.Object ? one.GetProperty("likely").GetDecimal() : -1;
            return (totals.GetProperty("outages").GetInt32(), totals.GetProperty("open").GetInt32(), totals.GetProperty("false_alarms_left_out").GetInt32(), Likely("not_served_s"), Likely("counted_s"), Likely("loss"),
                [.. json.GetProperty("outages").EnumerateArray().Select(row => row.GetProperty("outage").GetProperty("id").GetString()!)]);
        }
        var (seen, corrected) = (await AskAsync("policy=strict"), await AskAsync("policy=after-review"));
        var (alarm, left) = (await AskAsync("policy=strict&component=node-a"), await AskAsync("policy=after-review&component=node-a"));
        Assert.Equal((4, 0), (seen.Outages, seen.LeftOut));
        Assert.Equal((3, 1, seen.Open), (corrected.Outages, corrected.LeftOut, corrected.Open));
        Assert.True(alarm is { NotServed: > 0, Counted: > 0, Loss: > 0 }, $"{alarm}");
        Assert.Equal((seen.NotServed - alarm.NotServed, seen.Counted - alarm.Counted, seen.Loss - alarm.Loss), (corrected.NotServed, corrected.Counted, corrected.Loss));
        Assert.Equal((0, 1, 0m, 0m), (left.Outages, left.LeftOut, left.NotServed, left.Counted));
        Assert.True(left.Loss <= 0, $"{left.Loss}");
        Assert.Equal(seen.Rows, corrected.Rows);
        var page = await server.PageAsync("/outages?policy=after-review");
        Assert.Equal("3 without 1 false alarm", page.QuerySelector(".key-figures dd")!.TextContent.Trim());
        string? NotCounted(AngleSharp.Dom.IParentNode page) => page.QuerySelector("#outages tr.false-alarm .not-counted")?.TextContent.Trim();
        Assert.Equal("does not count: ben corrected it to a false alarm, and policy after-review takes that word", NotCounted(await server.PageAsync("/components/node-a?policy=after-review")));
        Assert.Null(NotCounted(await server.PageAsync("/components/node-a")));
        Assert.Equal("4", (await server.PageAsync("/outages?policy=strict")).QuerySelector(".key-figures dd")!.TextContent.Trim());
    }

    [Fact]
    public async Task What_the_watch_refuses_is_a_problem_with_its_code()
    {
        await using var server = await StartAsync(answer: _ => new Told(ToldResult.Refused, ["NIN4024: no outage 'page-1' is open. None is."]));
        var refused = await server.PostAsync("/api/v1/outages/page-1/acknowledgement", "{}");
        ApiServer.AssertProblem(refused, HttpStatusCode.Conflict, "NIN4024");
        Assert.Equal("no outage 'page-1' is open. None is.", refused.Json.GetProperty("detail").GetString()); // its code has a member of its own
    }

    [Theory]
    [InlineData("notes", """{"note":""}""", HttpStatusCode.UnprocessableEntity, "NIN4021")]
    [InlineData("cause", """{"cause":"aliens","because":"x"}""", HttpStatusCode.BadRequest, "NIN4333")]
    public async Task A_text_that_cannot_be_kept_is_refused(string what, string body, HttpStatusCode status, string code)
    {
        await using var server = await StartAsync();
        ApiServer.AssertProblem(await server.PostAsync($"/api/v1/outages/db-1/{what}", body), status, code);
        Assert.Empty(server.Told);
    }

    [Fact]
    public async Task A_viewer_may_read_and_not_say()
    {
        await using var server = await StartAsync(Role.Viewer);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/api/v1/outages/db-1")).Answer.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.PostAsync("/api/v1/outages/db-1/notes", """{"note":"x"}""")).Answer.StatusCode);
    }
}
