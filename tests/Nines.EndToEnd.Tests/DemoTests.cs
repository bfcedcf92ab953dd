using System.Diagnostics;
using System.Text.Json;

namespace Nines.EndToEnd.Tests;

public sealed class DemoTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Seven real faults, two of them with a cascade to the dApp: each found, bounded, explained; the loss of our own network no outage of anybody.</summary>
    [Fact]
    public async Task Every_fault_of_the_demo_is_found_inside_its_bounds_and_nothing_is_reported_that_did_not_happen()
    {
        var home = Home();
        Assert.SkipWhen(home is null, "The demo runs from a checkout: there is no lab/ above the test.");
        Assert.SkipUnless(File.Exists(Path.Combine(home, "lab", "node_modules", ".installed")), "lab/install has not run: no chain to watch (it needs Node.js 20 and npm).");
        using var folder = new TemporaryFolder();

        var (exit, result, talk) = await RunAsync(home, "demo", "--fast", "-o", "json", "--dir", Path.Combine(folder.Path, "demo"));

        Assert.True(exit == 0, $"exit code {exit}\n{talk}\n{result}");
        using var document = JsonDocument.Parse(result);
        Assert.Equal("nines.demo/1", document.RootElement.GetProperty("schema").GetString());
        Assert.True(document.RootElement.GetProperty("ok").GetBoolean());
        var rows = document.RootElement.GetProperty("rows").EnumerateArray().ToArray();
        Assert.All(rows, row => Assert.True(row.GetProperty("ok").GetBoolean(), row.ToString()));
        Assert.Equal(
            ["contract paused dapp", "contract paused token", "dApp answers 200, error page dapp", "head stalled, HTTP 200 node-c", "Nines' own network cut ",
                "node frozen node-c", "node process killed dapp", "node process killed node-b", "venue's book silent venue"],
            rows.Select(row => $"{row.GetProperty("fault").GetString()} {row.GetProperty("component").GetString()}").Order(StringComparer.OrdinalIgnoreCase));
    }

    private static string? Home()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "lab", "chain.mjs"))) folder = folder.Parent;
        return folder?.FullName;
    }

    private static async Task<(int Exit, string Result, string Talk)> RunAsync(string home, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "nines.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["NINES_HOME"] = home;
        using var demo = Process.Start(start)!;
        try
        {
            var (result, talk) = (demo.StandardOutput.ReadToEndAsync(), demo.StandardError.ReadToEndAsync());
            await demo.WaitForExitAsync().WaitAsync(Patience);
            return (demo.ExitCode, await result, await talk);
        }
        finally
        {
            if (!demo.HasExited) demo.Kill(); // what it started ends with its end of their stdin
        }
    }
}
