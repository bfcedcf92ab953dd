using System.Text.Json.Nodes;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;

namespace Nines.Cli.Tests.Output;

public sealed class MonthlyVerbTests
{
    private const string Rate = "pricing:\n  losses:\n  - component: shop\n    rate: { amount: 3600 USD, per: 1h }\n";

    [Fact]
    public async Task A_month_is_told_on_a_terminal_first_page_first()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (exit, output, error) = await desk.RunAsync("report", "monthly", "--pricing", desk.Write("pricing.yaml", Rate));
        Assert.True(exit == 0, error);
        Assert.StartsWith("Availability report, January 2026\n=================================\n", output);
        Assert.Contains("What users use", output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("They cost 239.74 USD (236.69 – 242.80).", output);
        Assert.Contains("shop-1", output);
        Assert.True(output.IndexOf("In short", StringComparison.Ordinal) < output.IndexOf("Method", StringComparison.Ordinal));
        Assert.DoesNotContain('\u001b', output);
    }

    [Fact]
    public async Task A_row_of_csv_is_what_was_asked_for_and_runs_no_formula()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (_, components, _) = await desk.RunAsync("report", "monthly", "-o", "csv");
        Assert.StartsWith("component,", components);
        Assert.Equal(3, components.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        await desk.RecordAsync(
            new TimelineRevised(Desk.At(700), new ComponentId("shop"), null, Desk.At(690), [new Segment(Desk.At(690), State.Down, State.Down, State.Down) { Outage = "shop-2", Cause = new Cause(CauseKind.Technical, "=HYPERLINK(\"http://x\")") }]),
            new Watched(Desk.At(810), "run-1", []));
        var (_, outages, _) = await desk.RunAsync("report", "monthly", "-o", "csv", "--rows", "outages");
        Assert.StartsWith("id,component,status,", outages);
        Assert.Contains(",\"'=HYPERLINK(\"\"http://x\"\")\",", outages);
    }

    [Theory]
    [InlineData("r.html", "<!doctype html>")]
    [InlineData("r.md", "# Availability report")]
    [InlineData("r.json", "{")]
    [InlineData("r.csv", "component,")]
    [InlineData("r.yaml", "schema: ")]
    [InlineData("r.txt", "Availability report")]
    public async Task A_files_name_says_its_form(string name, string begins)
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var path = desk.Write(name, "what was there before");
        var (exit, output, error) = await desk.RunAsync("report", "monthly", "--to-file", path);
        Assert.Equal((0, "", $"Written to {path}.\n"), (exit, output, error));
        Assert.StartsWith(begins, await File.ReadAllTextAsync(path));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(path)!, "*.part-*"));
    }

    [Fact]
    public async Task A_report_can_be_had_again_as_it_was_at_its_position()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (_, before, _) = await desk.RunAsync("report", "monthly", "--period", "2026-01", "-o", "json");
        await desk.RecordAsync(new TimelineRevised(Desk.At(650), new ComponentId("shop"), null, Desk.At(100), [Desk.Up(100)]), new Watched(Desk.At(700), "run-1", []));
        var (_, now, _) = await desk.RunAsync("report", "monthly", "--period", "2026-01", "-o", "json");
        var position = (long)JsonNode.Parse(before)!["as_of_position"]!;
        var (_, again, _) = await desk.RunAsync("report", "monthly", "--period", "2026-01", "-o", "json", "--as-of", $"{position}");
        Assert.NotEqual(before, now);
        Assert.Equal(before, again);
    }

    [Theory]
    [InlineData("NIN4291", "--period", "october")]
    [InlineData("NIN4291", "--zone", "Europe/Zurick")]
    [InlineData("NIN4291", "--from", "2026-01-02", "--to", "2026-01-01")]
    [InlineData("NIN4291", "--period", "2026-01", "--from", "-1d")]
    [InlineData("NIN4292", "--as-of", "9999")]
    [InlineData("NIN4293", "--policy", "strict,lenient")]
    [InlineData("NIN4012", "--period", "2027-01")]
    [InlineData("NIN4290", "--to-file", "/no/such/folder/r.html")]
    [InlineData("NIN4290", "--to-file", "r.pdf")]
    public async Task What_cannot_be_reported_is_said_with_its_code(string code, params string[] arguments)
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (exit, output, error) = await desk.RunAsync(["report", "monthly", .. arguments]);
        Assert.True(exit is 2 or 4);
        Assert.Equal("", output);
        Assert.StartsWith($"{code}: ", error);
    }

    [Fact]
    public async Task Only_what_is_chosen_is_in_it()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (exit, output, _) = await desk.RunAsync("report", "monthly", "--label", "team=core", "-o", "markdown");
        Assert.Equal(0, exit);
        Assert.DoesNotContain("shop", output);
        Assert.Contains(@"only \-\-label team=core", output.Replace("--label", @"\-\-label"));
    }
}
