using System.Collections.Immutable;
using System.Net;
using AngleSharp.Dom;
using FsCheck;
using FsCheck.Fluent;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Control;
using Nines.Core.Facts;
using Nines.Core.Observations;
using Nines.Core.Timelines;
using Nines.Ledger;
using Nines.Testing;
using Nines.Web.Access;
using Nines.Web.Console.Parts;
using Nines.Web.Tests.Api;
using NodaTime;
using static Nines.Web.Tests.Watched;

namespace Nines.Web.Tests.Console;

public sealed class ComponentTests
{
    [Fact]
    public async Task The_page_says_in_one_sentence_how_it_stands_and_names_the_root()
    {
        await using var server = await ApiServer.StartAsync();
        await OverviewTests.BreakAsync(server.Watched);
        Assert.Equal("shop is down since 00:01:40 ± 1.0 s, for 3m 20s (3m 19s – 3m 21s) (db is down); it goes back to db; what it costs is not priced, and nobody has taken it up.", (await server.PageAsync("/components/shop")).Text("#headline"));
        Assert.Equal("desk is up since 00:00:00; no outage of it is on record.", (await server.PageAsync("/components/desk")).Text("#headline"));
        Assert.Equal("blind is unknown since 00:00:00; no outage of it is on record.", (await server.PageAsync("/components/blind")).Text("#headline"));
    }

    [Fact]
    public async Task A_component_that_is_not_there_is_not_found()
    {
        await using var server = await ApiServer.StartAsync();
        await OverviewTests.BreakAsync(server.Watched);
        foreach (var path in (string[])["/components/none", "/components/%3Cb%3E", "/components/shop?policy=none"])
        {
            using var answer = await server.Client.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.DoesNotContain("<b>", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Availability_stands_with_bounds_and_coverage_under_the_policy_that_was_asked_for()
    {
        await using var server = await ApiServer.StartAsync();
        await OverviewTests.BreakAsync(server.Watched);
        var page = await server.PageAsync("/components/shop?policy=lenient");
        Assert.Contains("under lenient/1", page.Text("#availability-title"), StringComparison.Ordinal);
        Assert.Equal(["24 h", "33.333 %", "33.000 % – 33.666 %", "100.00 %"], page.QuerySelectorAll("#availability tbody tr:first-child")[0].Children.Select(cell => cell.TextContent));
        Assert.True(page.QuerySelectorAll("#policies-table tbody tr").Length > 3);
        Assert.Equal("lenient", page.QuerySelector("#policy-form option[selected]")!.GetAttribute("value"));
        Assert.Equal(["unknown", "unknown", "0.00 %"], (await server.PageAsync("/components/blind")).QuerySelectorAll("#availability tbody tr:first-child")[0].Children.Skip(1).Select(cell => cell.TextContent));
    }

    [Fact]
    public async Task The_timeline_is_told_as_a_table_too_with_what_is_sure_and_what_is_possible()
    {
        await using var server = await ApiServer.StartAsync();
        await OverviewTests.BreakAsync(server.Watched);
        var page = await server.PageAsync("/components/db?span=7d");
        Assert.Equal([["down", "down", "down"], ["down", "up", "down"], ["up", "up", "down"], ["up", "up", "up"]],
            page.QuerySelectorAll("#timeline-table tbody tr").Select(row => row.Children.Skip(2).Take(3).Select(cell => cell.TextContent).ToArray()));
        Assert.Contains("down for 3m 20s", page.QuerySelector("#timeline .band")!.GetAttribute("aria-label"), StringComparison.Ordinal);
        Assert.Equal("7d", page.Text("#timeline .choices [aria-current]"));
    }

    [Fact]
    public async Task What_each_probe_sees_from_where_and_what_it_is_held_to_is_shown_and_drawn()
    {
        var watched = new Watched();
        await using var server = await ApiServer.StartAsync(watched, options: options => options with { Console = options.Console! with { Topology = () => Shop } });
        await watched.ConfigAsync("shop", "db");
        watched.Until = 60;
        await watched.AddAsync(new StateChanged(At(30), new ProbeId(new("shop"), "http"), new("fra"), State.Up, State.Down, new Bounds(At(20), At(30)), new Cause(CauseKind.Technical, "status was 503"),
            [new Evidence(At(29), At(30), new("fra"), "answered", "status 503")]));
        var page = await server.PageAsync("/components/shop");
        var rows = page.QuerySelectorAll("#vantage-points tbody tr").Select(row => row.Children.Select(cell => cell.TextContent.Trim()).ToArray()).ToList();
        Assert.Equal(["down", "00:00:25 ± 5.0 s"], rows[0][2..4]);
        Assert.StartsWith("status was 503", rows[0][6], StringComparison.Ordinal);
        Assert.StartsWith("nyc us", rows[1][0], StringComparison.Ordinal);
        Assert.EndsWith("blind", rows[1][0], StringComparison.Ordinal);
        Assert.Equal("unknown", rows[1][2]);
        Assert.Equal("round_trip < 500ms else degraded", page.Text("#probes code"));
        Assert.Equal("1 of these 2", page.QuerySelector("#dependencies li")!.FirstChild!.TextContent.Trim());
        Assert.StartsWith("/api/v1/components/shop/series?probe=http&signal=round_trip&from=", page.QuerySelector("[data-chart]")!.GetAttribute("data-chart"), StringComparison.Ordinal);

        var (_, series) = await server.GetAsync("/api/v1/components/shop/series?probe=http&signal=round_trip");
        Assert.Equal(("<", 0.5), (series.GetProperty("limits")[0].GetProperty("comparison").GetString(), series.GetProperty("limits")[0].GetProperty("value").GetDouble()));
        ApiServer.AssertProblem(await server.GetAsync("/api/v1/components/shop/series?probe=http&signal=none"), HttpStatusCode.NotFound, "NIN4348");
    }

    [Fact]
    public async Task Responders_pause_and_resume_by_plain_forms_and_viewers_see_none()
    {
        await using var server = await ApiServer.StartAsync(role: Role.Viewer);
        await OverviewTests.BreakAsync(server.Watched);
        Assert.Null((await server.PageAsync("/components/shop")).QuerySelector("#actions"));
        await using var responder = await ApiServer.StartAsync(role: Role.Responder);
        await OverviewTests.BreakAsync(responder.Watched);
        Assert.Equal("/components/shop/pause", (await responder.PageAsync("/components/shop")).QuerySelector("#actions form")!.GetAttribute("action"));
        using var form = new FormUrlEncodedContent([new("for", "30m"), new("reason", "rebuild")]);
        Assert.Equal(HttpStatusCode.OK, await responder.Raw.SendAsync(HttpMethod.Post, "/components/shop/pause", form)); // sent on to the page
        var pause = Assert.IsType<ControlCommand.PauseProbing>(Assert.Single(responder.Told).Command);
        Assert.Equal(("shop", Duration.FromMinutes(30), "rebuild"), (Assert.Single(pause.Components).Value, pause.For, pause.Reason));
        using var wrong = new FormUrlEncodedContent([new("for", "soon")]);
        Assert.Equal(HttpStatusCode.BadRequest, await responder.Raw.SendAsync(HttpMethod.Post, "/components/shop/pause", wrong));
    }

    [Fact]
    public async Task A_timeline_is_given_to_programs_whole_and_not_longer_than_allowed()
    {
        await using var server = await ApiServer.StartAsync();
        await OverviewTests.BreakAsync(server.Watched);
        var (_, line) = await server.GetAsync("/api/v1/components/db/timeline?from=2026-05-01&to=2026-05-01T00:04:00Z");
        Assert.Equal("nines.timeline/1", line.EnumerateObject().First().Value.GetString());
        Assert.Equal(["up", "down", "down", "down"], line.GetProperty("whole").EnumerateArray().Select(one => one.GetProperty("possibly").GetString()));
        Assert.Equal("db-1", line.GetProperty("whole")[3].GetProperty("outage").GetString());
        ApiServer.AssertProblem(await server.GetAsync("/api/v1/components/db/timeline?from=2020-01-01"), HttpStatusCode.BadRequest, "NIN4332");
        ApiServer.AssertProblem(await server.GetAsync("/api/v1/components/db/timeline?from=2026-05-02&to=2026-05-01"), HttpStatusCode.BadRequest, "NIN4332");
        ApiServer.AssertProblem(await server.GetAsync("/api/v1/components/none/timeline"), HttpStatusCode.NotFound, "NIN4006");
        var (_, availability) = await server.GetAsync("/api/v1/components/db/availability?policy=strict&policy=lenient");
        Assert.Equal(["strict", "lenient"], availability.GetProperty("policies").EnumerateArray().Select(one => one.GetProperty("policy").GetProperty("name").GetString()));
        Assert.Equal(1m, availability.GetProperty("policies")[0].GetProperty("coverage").GetDecimal());
    }

    [Fact]
    public void A_band_shows_the_worst_of_each_spot_and_nothing_unknown_as_up() => Prop.ForAll(Gen.Elements(Enum.GetValues<State>()[..5]).NonEmptyListOf().ToArbitrary(), states =>
    {
        ImmutableArray<Stretch> stretches = [.. states.Select((state, i) => new Stretch(state == State.Unknown ? Segment.Unseen(At(i)) : new Segment(At(i), state, state, state), At(i), At(i + 1)))];
        var pieces = TimelineDrawing.Whole(stretches, At(0), At(states.Count));
        return pieces.Sum(piece => piece.Width) == TimelineDrawing.Width
            && states.All(state => state == State.Up || pieces.Any(piece => piece.Class == $"fill-{Web.Console.Parts.StateCss.Css(state)}"))
            && (states.Contains(State.Up) || pieces.All(piece => piece.Class != "fill-up"));
    }).Holds();

    /// <summary>A shop that needs one of two, looked at from two places.</summary>
    internal static Topology Shop
    {
        get
        {
            var vocabulary = new SignalVocabulary([new SignalDefinition("round_trip", SignalUnit.Seconds, "How long it took."), new SignalDefinition("status", SignalUnit.None, "The status.")]);
            var condition = ((ConditionReading.Understood)ConditionParser.Parse("round_trip < 500ms else degraded", vocabulary)).Condition;
            var probe = new ProbeDefinition
            {
                Id = new ProbeId(new("shop"), "http"), Type = "http", Every = Duration.FromSeconds(10), Timeout = Duration.FromSeconds(5), Signals = vocabulary.Schema, Conditions = [condition], From = [new("fra"), new("nyc")], Options = new object(),
            };
            return new Topology
            {
                Components =
                [
                    new Component { Id = new("shop"), Kind = ComponentKind.Dapp, Probes = [probe], Needs = Need.AnyOf([new Need.On(new("db")), new Need.On(new("spare"))]) },
                    new Component { Id = new("db"), Kind = ComponentKind.Infra },
                ],
                VantagePoints = [new VantagePoint { Id = new("fra"), Region = "eu" }, new VantagePoint { Id = new("nyc"), Region = "us" }],
            };
        }
    }
}
