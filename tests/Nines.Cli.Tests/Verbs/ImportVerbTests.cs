using System.CommandLine;
using System.Text.Json.Nodes;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Cli.Output;
using Nines.Cli.Verbs.Keeping;
using Nines.Cli.Verbs.Reading;
using Nines.Cli.Verbs.Reports;
using Nines.Cli.Verbs;
using Nines.Cli.Watching.Control;
using Nines.Core.Control;
using Nines.Core.Facts;
using Nines.Testing;
using NodaTime;

namespace Nines.Cli.Tests.Verbs;

public sealed class ImportVerbTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nines-import-").FullName;
    private readonly ManualTimeProvider time = new(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));

    private string Data => Path.Combine(folder, "data");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private string Looks() => Write("looks.csv", "site,time,state\r\nShop,2026-01-01T00:00:00Z,up\r\nShop,2026-01-01T00:01:00Z,down\r\nShop,2026-01-01T00:02:00Z,down\r\nShop,2026-01-01T00:03:00Z,up\r\nShop,nonsense,up\r\n");

    private async Task<(int Exit, string Out, string Error)> RunAsync(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        var screen = new Screen { Out = output, Error = error, IsTerminal = false, HasColor = false, Width = 160 };
        var context = ReadContext.Of((_, _) => Data, time, screen);
        var root = new RootCommand { ImportVerb.Create(context), GetVerb.Create(context), ExplainVerb.Create(context), ReportVerb.Create(context) };
        var exit = await Shell.RunAsync(root, arguments, screen);
        return (exit, output.ToString(), error.ToString());
    }

    [Fact]
    public async Task An_import_is_on_record_and_every_verb_that_reads_shows_it()
    {
        var (exit, output, error) = await RunAsync("import", "csv", Looks());
        Assert.True(exit == 0, error);
        Assert.Contains("5 rows read = 4 used + 0 repaired + 0 merged + 1 rejected.", output, StringComparison.Ordinal);
        Assert.Contains("shop-i1", (await RunAsync("get", "outages")).Out, StringComparison.Ordinal);
        Assert.Contains("imported out of csv looks.csv", (await RunAsync("explain", "outage", "shop-i1")).Out, StringComparison.Ordinal);
        Assert.Contains("33.333 %", (await RunAsync("report")).Out, StringComparison.Ordinal);
        Assert.Contains("shop", (await RunAsync("get", "components")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_again_writes_nothing_and_other_settings_do()
    {
        var file = Looks();
        await RunAsync("import", "csv", file);
        var (exit, output, _) = await RunAsync("import", "csv", file);
        Assert.Equal(0, exit);
        Assert.Contains("on record already", output, StringComparison.Ordinal);
        Assert.Equal(1, (await HeadAsync()).Value);
        await RunAsync("import", "csv", file, "--cadence", "5m");
        Assert.Equal(2, (await HeadAsync()).Value);
    }

    [Fact]
    public async Task A_dry_run_says_what_would_be_and_leaves_no_trace()
    {
        var (exit, output, error) = await RunAsync("import", "csv", Looks(), "--dry-run");
        Assert.True(exit == 0, error);
        Assert.Contains("Nothing was written (--dry-run).", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task Every_repair_is_in_the_file_that_was_asked_for_and_in_the_JSON()
    {
        var repairs = Path.Combine(folder, "repairs.csv");
        var (_, output, _) = await RunAsync("import", "csv", Looks(), "--repairs", repairs, "-o", "json");
        var json = JsonNode.Parse(output)!;
        Assert.Equal("nines.history_import/1", json["schema"]!.GetValue<string>());
        Assert.Equal(json["rows"]!["read"]!.GetValue<int>(), ((string[])["used", "repaired", "merged", "rejected"]).Sum(fate => json["rows"]![fate]!.GetValue<int>()));
        Assert.Equal("unreadable", json["repairs"]![0]!["rule"]!.GetValue<string>());
        Assert.Equal(["row,target,rule,fate,before,after", "6,Shop,unreadable,rejected,nonsense,left out: not an instant"], await File.ReadAllLinesAsync(repairs));
    }

    [Fact]
    public async Task Names_map_to_components_and_wrong_options_say_what_is_right()
    {
        await RunAsync("import", "csv", Looks(), "--map", "Shop=checkout", "--kind", "venue", "--label", "team=web");
        Assert.Contains("checkout-i1", (await RunAsync("get", "outages", "-o", "json")).Out, StringComparison.Ordinal);
        foreach (var wrong in (string[][])[["--map", "Shop"], ["--as", "No Name"], ["--time-zone", "Mars/Phobos"], ["--cadence", "0s"], ["--column", "nothing=x"]])
        {
            var (exit, _, error) = await RunAsync(["import", "csv", Looks(), .. wrong]);
            Assert.Equal(2, exit);
            Assert.StartsWith("NIN4213: ", error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("missing.csv", null, "NIN4210", 4)]
    [InlineData("other.csv", "colour,taste\r\nred,sweet\r\n", "NIN4211", 2)]
    [InlineData("empty.csv", "", "NIN4211", 2)]
    public async Task What_cannot_be_read_is_refused_with_its_code(string name, string? text, string code, int expected)
    {
        var (exit, _, error) = await RunAsync("import", "csv", text is null ? Path.Combine(folder, name) : Write(name, text));
        Assert.Equal(expected, exit);
        Assert.StartsWith(code, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_tells_of_no_time_at_all_is_accounted_for_and_ends_with_1()
    {
        var (exit, output, error) = await RunAsync("import", "csv", Write("one.csv", "site,time,state\nShop,2026-01-01T00:00:00Z,up\n"));
        Assert.True(exit == 1, error);
        Assert.Contains("1 rows read = 0 used + 0 repaired + 0 merged + 1 rejected.", output, StringComparison.Ordinal);
        Assert.Contains("Nothing of it could be put on record.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_time_zone_is_taken_for_instants_that_name_none_and_said()
    {
        var file = Write("local.csv", "site,time,state\nShop,2026-01-01 12:00:00,up\nShop,2026-01-01 12:01:00,up\nShop,2026-01-01 12:02:00,up\n");
        var (_, output, _) = await RunAsync("import", "csv", file, "--time-zone", "Europe/Berlin");
        Assert.Contains("3 instants name no time zone: they are taken for Europe/Berlin.", output, StringComparison.Ordinal);
        Assert.Contains("2026-01-01 11:00:00.000", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_a_watch_runs_it_goes_through_the_watch()
    {
        Directory.CreateDirectory(Data);
        await using var journal = await SqliteJournal.OpenAsync(Data, TimeProvider.System);
        var told = new List<HistoryImported>();
        await using var control = ControlSocket.Open(Data, new ManualTimeProvider(), (command, _, _) =>
        {
            told.Add(Assert.IsType<ControlCommand.ImportHistory>(command).Fact);
            return Task.FromResult(ControlReply.Done("taken"));
        });
        var (exit, output, error) = await RunAsync("import", "csv", Looks());
        Assert.True(exit == 0, error);
        Assert.Contains("by way of the `nines up` that runs on it", output, StringComparison.Ordinal);
        Assert.Equal("shop", Assert.Single(told).Component.Value);
    }

    [Fact]
    public async Task A_watch_that_does_not_take_it_is_an_error_that_says_how_to_mend_it()
    {
        Directory.CreateDirectory(Data);
        await using var journal = await SqliteJournal.OpenAsync(Data, TimeProvider.System);
        await using var control = ControlSocket.Open(Data, new ManualTimeProvider(), (_, _, _) => Task.FromResult(ControlReply.Refused("NIN4211", "no.")));
        var (exit, _, error) = await RunAsync("import", "csv", Looks());
        Assert.Equal(2, exit);
        Assert.StartsWith("NIN4215: ", error, StringComparison.Ordinal);
    }

    private async Task<JournalPosition> HeadAsync()
    {
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(Data, TimeProvider.System);
        return await journal.HeadAsync();
    }

    private string Samples(string values) => Write("samples.json",
        $"{{\"status\":\"success\",\"data\":{{\"resultType\":\"matrix\",\"result\":[{{\"metric\":{{\"__name__\":\"up\",\"job\":\"shop\",\"instance\":\"10.0.0.1:80\"}},\"values\":[{string.Join(',', values.Select((value, i) => $"[{1_767_225_600 + i * 60},\"{value}\"]"))}]}}]}}}}");

    [Fact]
    public async Task Samples_of_Prometheus_go_on_record_under_the_label_that_was_named()
    {
        var (exit, output, error) = await RunAsync("import", "prometheus", Samples("11100011"), "--by", "job");
        Assert.True(exit == 0, error);
        Assert.Contains("prometheus samples.json: 8 rows read = 8 used", output, StringComparison.Ordinal);
        Assert.Contains("shop-i1", (await RunAsync("get", "outages")).Out, StringComparison.Ordinal);
        Assert.Contains("Prometheus saw it down: up was 0", (await RunAsync("explain", "outage", "shop-i1")).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NIN4213", "--down-below", "low")]
    [InlineData("NIN4213", "--step", "0s")]
    [InlineData("NIN4213", "--query", "up")]
    public async Task Options_of_Prometheus_that_make_no_sense_are_refused(string code, params string[] options)
    {
        var (exit, _, error) = await RunAsync(["import", "prometheus", Samples("111"), .. options]);
        Assert.Equal(2, exit);
        Assert.Contains(code, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NIN4213", "http://127.0.0.1:9/", "--step", "60s")]
    [InlineData("NIN4213", "http://root:secret@127.0.0.1:9/", "--from", "-1d")]
    [InlineData("NIN4217", "http://127.0.0.1:9/", "--from", "-1d")]
    [InlineData("NIN4212", "http://127.0.0.1:9/", "--from", "2000-01-01", "--step", "1s")]
    public async Task A_server_that_cannot_be_asked_is_told_apart_without_its_secrets(string code, string url, params string[] options)
    {
        var (exit, _, error) = await RunAsync(["import", "prometheus", url, .. options]);
        Assert.NotEqual(0, exit);
        Assert.Contains(code, error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }
}
