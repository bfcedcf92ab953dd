using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Nines.Probing.Inbound;
using Nines.Testing;
using NodaTime;

namespace Nines.Web.Tests.Inbound;

/// <summary>A real Alertmanager with the receiver block of docs/reference/probes/alerts.md.</summary>
public sealed class AlertmanagerTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nines-alertmanager-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_real_Alertmanager_tells_of_an_alert_and_of_its_end()
    {
        var tool = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(path => Path.Combine(path, "prometheus-alertmanager")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(tool is null, "prometheus-alertmanager is not installed (a Debian package)");
        var inbox = new Inbox(expected: 1);
        await using var probe = AlertRouteTests.MakeProbe(inbox);
        await using var server = await Server.StartAsync(Server.Options(inbox));
        var config = Path.Combine(folder.FullName, "alertmanager.yml");
        await File.WriteAllTextAsync(config, $"""
            route: {"{"}receiver: nines, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1s{"}"}
            receivers:
              - name: nines
                webhook_configs: [{"{"}url: 'http://{server.Endpoint}/alerts/{AlertRouteTests.Token}', send_resolved: true{"}"}]
            """);
        var port = Ports.Free();
        using var running = Process.Start(new ProcessStartInfo(tool!,
            [$"--config.file={config}", $"--storage.path={folder.FullName}", string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{port}"), "--cluster.listen-address=", "--log.level=error"])
        { RedirectStandardError = true, RedirectStandardOutput = true })!;
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            await UntilAsync(async () => await AddAsync(client, """[{"labels":{"alertname":"HighErrors","severity":"critical"}}]"""));
            await UntilAsync(async () => await AlertRouteTests.NamesAsync(probe) == "HighErrors");
            var ended = Instant.FromDateTimeOffset(TimeProvider.System.GetUtcNow());
            await AddAsync(client, $$"""[{"labels":{"alertname":"HighErrors","severity":"critical"},"endsAt":"{{ended}}"}]""");
            // Nothing fires any more; that this is health is not claimed so soon after the start.
            await UntilAsync(async () => await AlertRouteTests.NamesAsync(probe) is null);
        }
        finally
        {
            running.Kill();
            await running.WaitForExitAsync();
        }
    }

    private static async Task<bool> AddAsync(HttpClient client, string alerts)
    {
        try
        {
            using var answer = await client.PostAsync("/api/v2/alerts", new StringContent(alerts, Encoding.UTF8, "application/json"));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false; // it starts
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        await Patience.UntilAsync("what was waited for", holds, pause: TimeSpan.FromMilliseconds(100));
    }
}
