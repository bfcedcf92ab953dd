using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Nines.Backbone.Journal;
using Nines.Cli.Config;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Ledger.Objectives;
using NodaTime;

namespace Nines.Cli.Tests.Config;

public sealed class ObjectiveConfigTests
{
    private const string Yaml =
        """
        components:
          - name: desk
            kind: venue
            labels: {tier: "1"}
            probes:
              - http: https://desk.example/health
        policies:
          - name: gold
        objectives:
          - name: desk-hours
            about: The trading desk in its hours.
            component: desk
            target: 99.95%
            window: quarter
            zone: Europe/Zurich
            policy: gold
            hours:
              zone: Europe/Zurich
              week: {monday-thursday: ["08:00-12:00", "13:00-24:00"], friday: ["08:00-17:00"]}
              holidays: [2026-12-25, 2026-08-01]
            slices: {length: 5m, target: 95%}
            budget:
              - {spent: 100%, then: Freeze releases.}
              - {spent: 50%, then: Notice to all.}
          - name: tier-1
            labels: {tier: "1"}
            target: 99.9 %
            window: 28d
        """;

    [Fact]
    public void What_is_written_is_understood()
    {
        var objectives = Loading.Loaded(Yaml).Objectives;
        var desk = objectives[0];
        Assert.Equal((0.9995m, "gold", "quarter"), (desk.Target, desk.Policy, desk.Window.ToString()));
        Assert.Equal(["13:00-24:00", "08:00-12:00"], desk.Hours!.Week[IsoDayOfWeek.Thursday].Select(range => range.ToString()).Reverse());
        Assert.Equal(4 * 15 + 9, desk.Hours.TimeIn(Instant.FromUtc(2026, 6, 1, 0, 0), Instant.FromUtc(2026, 6, 8, 0, 0)).TotalHours);
        Assert.Equal([0.5m, 1], desk.Steps.Select(step => step.Spent)); // the least first
        Assert.Equal(new Slices(Duration.FromMinutes(5), 0.95m), desk.Slices);
        Assert.Equal(("1", new ObjectiveWindow.Rolling(Duration.FromDays(28))), (objectives[1].Labels["tier"], objectives[1].Window));
    }

    [Fact]
    public void The_example_loads_with_its_OpenSLO_file()
    {
        var loaded = Assert.IsType<ConfigReading.Loaded>(new ConfigLoader(new ConfigSurroundings()).Load(Path.Combine(Docs.Repository.Root, "examples", "objectives.yaml")));
        Assert.Equal(["shop-month", "tier-1", "desk-hours", "api-minutes"], loaded.Config.Objectives.Select(objective => objective.Name));
    }

    [Fact]
    public void The_journal_s_config_gives_the_same_objectives_back()
    {
        var config = Loading.Loaded(Yaml);
        var ledger = new LedgerProjection();
        ledger.Apply(new JournalEntry(new JournalPosition(1), "config", 1, new ConfigLoaded(Instant.FromUtc(2026, 1, 1, 0, 0), config.Digest, config.Json, "0.4.0", "2026a", [])));
        Assert.Equal(config.Objectives.Select(Text), ledger.Objectives.Select(Text));
        Assert.Equal(config.Objectives.Select(objective => objective.Hours?.TimeIn(Instant.FromUtc(2026, 1, 1, 0, 0), Instant.FromUtc(2027, 1, 1, 0, 0))),
            ledger.Objectives.Select(objective => objective.Hours?.TimeIn(Instant.FromUtc(2026, 1, 1, 0, 0), Instant.FromUtc(2027, 1, 1, 0, 0))));
    }

    [Fact]
    public void An_objective_of_a_form_to_come_is_left_out_and_the_others_stay()
    {
        var ledger = new LedgerProjection();
        ledger.Apply(new JournalEntry(new JournalPosition(1), "config", 1, new ConfigLoaded(Instant.FromUtc(2026, 1, 1, 0, 0), "d",
            """
            {"objectives":[{"name":"a","component":"shop","target":0.99,"window":{"rolling":86400}},{"name":"b","component":"shop","target":0.99,"window":{"unit":"moon"}},
            {"name":"c","component":"shop","target":2,"window":{"rolling":86400}},{"name":"d","component":"shop","target":0.99,"window":{"unit":"day","start":"2000-01-01T00:00:00","zone":"Mars/Base"}},
            {"name":"e"},{"name":"f","component":"shop","target":0.99,"window":{"rolling":86400},"hours":{"zone":"UTC","week":{"monday":["x"]}}}]}
            """, "9.0.0", "2026a", [])));
        Assert.Equal("a", Assert.Single(ledger.Objectives).Name);
    }

    internal static string Text(Objective objective)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream)) ObjectiveJson.Write(json, objective);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
