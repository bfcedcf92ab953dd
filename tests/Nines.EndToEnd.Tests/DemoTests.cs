using System.Diagnostics;
using System.Text.Json;

namespace Nines.EndToEnd.Tests;

public sealed class DemoTests
{
    /// <summary>Seconds that something waited that takes milliseconds: from here on the demo calls the machine too busy.</summary>
    private const double BusyFrom = 0.3;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    /// <summary>Fourteen real faults, three of them with a cascade to a dApp, one within a window and beyond: each found, bounded, explained; the loss of our own network no outage of anybody.</summary>
    [Fact]
    public async Task Every_fault_of_the_demo_is_found_inside_its_bounds_and_nothing_is_reported_that_did_not_happen()
    {
        var home = Home();
        Assert.SkipWhen(home is null, "The demo runs from a checkout: there is no lab/ above the test.");
        Assert.SkipUnless(File.Exists(Path.Combine(home, "lab", "node_modules", ".installed")), "lab/install has not run: no chain to watch (it needs Node.js 20 and npm).");
        using var folder = new TemporaryFolder();

        // Where the machine itself made services wait, which the demo measures apart from what it judges, it says nothing of Nines: that is asked again.
        var (exit, result, talk) = (1, "", "");
        for (var attempt = 1; attempt <= 3 && (attempt == 1 || (exit == 1 && Slowest(result) >= BusyFrom)); attempt++)
            (exit, result, talk) = await RunAsync(home, Path.Combine(AppContext.BaseDirectory, "nines.dll"), "demo", "--fast", "-o", "json", "--dir", Path.Combine(folder.Path, $"demo-{attempt}"));

        Assert.True(exit == 0, $"exit code {exit}\n{talk}\n{result}");
        using var document = JsonDocument.Parse(result);
        Assert.Equal("nines.demo/1", document.RootElement.GetProperty("schema").GetString());
        Assert.True(document.RootElement.GetProperty("ok").GetBoolean());
        var rows = document.RootElement.GetProperty("rows").EnumerateArray().ToArray();
        Assert.All(rows, row => Assert.True(row.GetProperty("ok").GetBoolean(), row.ToString()));
        Assert.Equal(
            [
                "certificate expired: site down", "contract paused: dapp effectively_down, root token", "contract paused: token effectively_down",
                "dApp answers 200, error page: dapp effectively_down", "dependency down: quotes down", "dependency down: swap down, root quotes",
                "DNS answer changed: name effectively_down", "gap in the venue's book: venue effectively_down", "head stalled, HTTP 200: node-c effectively_down",
                "maintenance that overran: signer down", "maintenance that overran: signer maintenance", "Nines' own network cut:  unknown", "node frozen: node-c down",
                "node process killed: dapp effectively_down, root node-b", "node process killed: node-b down", "regional outage: front down from asia",
                "venue takes no orders: venue effectively_down", "venue's book silent: venue effectively_down",
            ],
            rows.Select(Line).Order(StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>As the single-file binary finds itself: somewhere without the source tree around it.</summary>
    [Fact]
    public async Task Without_the_lab_the_demo_says_what_is_missing_and_where_to_get_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There the demo asks for WSL first.");
        using var folder = new TemporaryFolder();
        var elsewhere = Directory.CreateDirectory(Path.Combine(folder.Path, "bin")).FullName;
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory)) File.Copy(file, Path.Combine(elsewhere, Path.GetFileName(file)));
        var chosen = Path.Combine(folder.Path, "demo");

        var (exit, result, talk) = await RunAsync(Path.Combine(folder.Path, "nothing"), Path.Combine(elsewhere, "nines.dll"), "demo", "--fast", "--dir", chosen);

        Assert.Equal(4, exit);
        Assert.Equal("", result);
        Assert.Contains("NIN4102", talk);
        Assert.Contains("lab/", talk);
        Assert.False(Directory.Exists(chosen));
    }

    private static double Slowest(string result)
    {
        using var document = JsonDocument.Parse(result);
        return document.RootElement.GetProperty("slowest_s").GetDouble();
    }

    private static string Line(JsonElement row) =>
        $"{Text(row, "fault")}: {Text(row, "component")} {Text(row, "expected_state")}"
        + (Text(row, "expected_root") is { Length: > 0 } root ? $", root {root}" : "") + (Text(row, "region") is { Length: > 0 } region ? $" from {region}" : "");

    private static string? Text(JsonElement row, string name) => row.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static string? Home()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "lab", "chain.mjs"))) folder = folder.Parent;
        return folder?.FullName;
    }

    private static async Task<(int Exit, string Result, string Talk)> RunAsync(string home, string assembly, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
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
