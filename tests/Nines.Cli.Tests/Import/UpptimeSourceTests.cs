using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Nines.Cli.Import.History;
using Nines.Cli.Output;
using Nines.Ledger.History;
using NodaTime;

namespace Nines.Cli.Tests.Import;

public sealed class UpptimeSourceTests : IDisposable
{
    private const string Config = "owner: shop\nrepo: status\nsites:\n  - name: Shop\n    url: https://shop.example/\n  - name: API\n    url: https://api.example\n    slug: the-api\nworkflowSchedule:\n  uptime: \"*/10 * * * *\"\n";
    private const string Site = "url: https://shop.example/\nstatus: up\ncode: 200\nresponseTime: 120\nlastUpdated: 2026-01-03T00:00:00.000Z\nstartTime: Thu Jan 01 2026 00:00:00 GMT+0000 (Coordinated Universal Time)\ngenerator: Upptime\n";
    private const string Summary = """[{"name":"Shop","url":"https://shop.example/","slug":"shop","status":"up","uptime":"99.07%","uptimeDay":"100.00%","dailyMinutesDown":{"2026-01-01":40}}]""";

    private static readonly string[] Log =
    [
        "2026-01-01T00:00:00+00:00\t🟩 https://shop.example is up (200 in 120 ms) [skip ci] [upptime]",
        "2026-01-01T00:00:01+00:00\t🟩 Gone is up (200 in 120 ms) [skip ci] [upptime]",
        "2026-01-01T10:00:00+00:00\t🟥 Shop is down (503 in 10 ms) [skip ci] [upptime]",
        "2026-01-01T10:40:00+00:00\t🟩 Shop is up (200 in 120 ms) [skip ci] [upptime]",
        "2026-01-02T00:00:00+00:00\t🟩 Shop is up (200 in 120 ms) [skip ci] [upptime]",
        "2026-01-03T00:00:00+00:00\t🟩 Shop is up (200 in 120 ms) [skip ci] [upptime]",
        "2026-01-04T00:00:00+00:00\t🟩 Shop is up (200 in 120 ms) [skip ci] [upptime]",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("nines-upptime-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, name))!);
        File.WriteAllText(Path.Combine(folder, name), text);
    }

    private void WriteAll()
    {
        Write(".upptimerc.yml", Config);
        Write("history/shop.yml", Site);
        Write("history/summary.json", Summary);
    }

    private async Task<SourceReading> ReadAsync()
    {
        var source = new UpptimeSource();
        return await source.ReadAsync(new HistoryQuery(folder, null, DateTimeZone.Utc, null, Instant.FromUtc(2026, 6, 1, 0, 0), TimeProvider.System, _ => { }), new Command("upptime").Parse([]), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_prepared_log_is_read_with_its_config_and_its_publisher_s_figures()
    {
        WriteAll();
        Write(UpptimeSource.Prepared, string.Join('\n', Log));
        var reading = await ReadAsync();
        Assert.Equal("upptime shop/status", reading.Source);
        Assert.Equal("Shop", Assert.Single(reading.History.Targets).Target);
        Assert.Contains(reading.History.Assumptions, text => text.Contains("10m 00s", StringComparison.Ordinal));
        Assert.Equal([(1, RepairRule.RenamedTarget), (2, RepairRule.UnknownTarget), (2, RepairRule.NoSpan)], reading.History.Rows.Repairs.Select(repair => (repair.Row, repair.Rule)));
        var whole = reading.Beside.Single(beside => beside.Period == "all");
        Assert.InRange(whole.Ours, 99.07m, 99.08m);
        Assert.InRange(Math.Abs(whole.Difference), 0, 0.01m);
    }

    [Fact]
    public async Task A_clone_s_own_log_says_the_same_and_other_commits_are_no_rows()
    {
        WriteAll();
        Write(UpptimeSource.Prepared, string.Join('\n', Log));
        var prepared = await ReadAsync();
        File.Delete(Path.Combine(folder, UpptimeSource.Prepared));
        await GitAsync("init", "-q");
        foreach (var line in Log.Append("2026-01-04T00:01:00+00:00\t🗃️ Update status summary"))
        {
            var (at, subject) = (line[..line.IndexOf('\t', StringComparison.Ordinal)], line[(line.IndexOf('\t', StringComparison.Ordinal) + 1)..]);
            await GitAsync("-c", "user.name=u", "-c", "user.email=u@shop.example", "commit", "-q", "--allow-empty", "--date", at, "-m", subject);
        }
        var cloned = await ReadAsync();
        Assert.Equal(prepared.History.Rows.Read, cloned.History.Rows.Read);
        Assert.Equal(prepared.History.Targets.SelectMany(target => target.Segments), cloned.History.Targets.SelectMany(target => target.Segments));
    }

    [Fact]
    public async Task A_folder_that_is_no_clone_is_refused_and_says_what_would_do()
    {
        Write("notes.txt", "nothing");
        var fault = await Assert.ThrowsAsync<Fault>(ReadAsync);
        Assert.Equal("NIN4210", fault.Code);
        Assert.Contains(UpptimeSource.Prepared, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whatever_became_of_its_files_it_is_read_or_refused()
    {
        WriteAll();
        Write(UpptimeSource.Prepared, string.Join('\n', Log));
        var random = new Random(5);
        string[] names = [".upptimerc.yml", "history/shop.yml", "history/summary.json", UpptimeSource.Prepared];
        var texts = names.Select(name => File.ReadAllBytes(Path.Combine(folder, name))).ToArray();
        for (var which = 0; which < names.Length; which++)
        {
            for (var i = 0; i < 10_000 / names.Length; i++)
            {
                var bytes = texts[which].ToList();
                for (var times = random.Next(1, 5); times > 0; times--)
                {
                    var at = random.Next(bytes.Count);
                    if (random.Next(3) == 0) bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 30)));
                    else bytes[at] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)" :-\n\"[]{}&*!|>%@`0"[random.Next(18)];
                    if (bytes.Count == 0) bytes.Add((byte)'x');
                }
                File.WriteAllBytes(Path.Combine(folder, names[which]), [.. bytes]);
                try
                {
                    var rows = (await ReadAsync()).History.Rows;
                    Assert.Equal(rows.Read, Enum.GetValues<RowFate>().Sum(rows.Count));
                }
                catch (Fault said)
                {
                    Assert.StartsWith("NIN42", said.Code, StringComparison.Ordinal);
                }
            }
            File.WriteAllBytes(Path.Combine(folder, names[which]), texts[which]);
        }
    }

    private async Task GitAsync(params string[] arguments)
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", ["-C", folder, .. arguments]) { RedirectStandardError = true })!;
            var said = await git.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await git.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(git.ExitCode == 0, said);
        }
        catch (Win32Exception)
        {
            Assert.Skip("git is not installed.");
        }
    }
}
