using Nines.Cli.Import.History;
using Nines.Ledger.History;

namespace Nines.Cli.Tests.Docs;

public sealed class ImportPageTests
{
    private static readonly string Page = Repository.Read("docs/reference/import.md");

    [Fact]
    public void Every_rule_is_on_the_page_with_what_it_does()
    {
        foreach (var (rule, does) in RepairRule.All) Assert.Contains($"| `{rule}` | {does} |", Page, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_source_and_every_impact_is_on_the_page()
    {
        foreach (var source in HistorySources.All) Assert.Contains($"`nines import {source.Name} {source.Place.HelpName}", Page, StringComparison.Ordinal);
        foreach (var impact in Enum.GetNames<Impact>()) Assert.Contains($"\n| {impact.ToLowerInvariant()} | ", Page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_example_is_imported_as_the_page_says()
    {
        var rows = new RowAccount();
        var text = Repository.Read("examples/incidents.csv");
        var read = CsvHistory.Read(text, new Dictionary<string, string>(), new SourceTime(NodaTime.DateTimeZoneProviders.Tzdb["Europe/Berlin"]), null, rows, 100);
        var history = IncidentTimelines.Build(read.Incidents, new IncidentSource { Tool = "CSV" }, rows, NodaTime.Instant.FromUtc(2026, 1, 1, 0, 0));
        Assert.Equal(["checkout", "deposits", "withdrawals"], history.Targets.Select(target => target.Target));
        Assert.Contains($"{rows.Read} rows read = {rows.Count(RowFate.Used)} used + {rows.Count(RowFate.Repaired)} repaired + {rows.Count(RowFate.Merged)} merged + {rows.Count(RowFate.Rejected)} rejected.",
            Repository.Read("docs/how-to/bring-your-history.md"), StringComparison.Ordinal);
    }
}
