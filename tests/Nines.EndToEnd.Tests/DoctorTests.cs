using System.Diagnostics;
using System.Text.Json;

namespace Nines.EndToEnd.Tests;

public sealed class DoctorTests
{
    [Theory]
    [InlineData(500, "problem")]
    [InlineData(4_000, "ok")]
    public async Task Too_few_descriptors_for_the_config_are_told_before_they_run_out(int most, string verdict)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/prlimit"), "prlimit (util-linux) is not installed");
        using var folder = new TemporaryFolder();
        var components = string.Concat(Enumerable.Range(0, 400).Select(i => $"- {{name: c{i}, kind: infra, probes: [{{tcp: '127.0.0.1:1'}}]}}\n"));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "nines.yaml"), $"data: records\nlisten: off\ncontrol: {{targets: ['tcp://127.0.0.1:1'], names: [localhost]}}\ncomponents:\n{components}", TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo("prlimit", [$"--nofile={most}:{most}", "dotnet", Path.Combine(AppContext.BaseDirectory, "nines.dll"), "doctor", "-o", "json", "--resolv-conf", "nowhere"]) { WorkingDirectory = folder.Path, RedirectStandardOutput = true };
        using var doctor = Process.Start(start)!;
        using var said = JsonDocument.Parse(await doctor.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        await doctor.WaitForExitAsync(TestContext.Current.CancellationToken);
        var check = said.RootElement.GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("check").GetString() == "descriptors");
        Assert.Equal(verdict, check.GetProperty("verdict").GetString());
        Assert.Contains("need up to 1,200", check.GetProperty("what").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, doctor.ExitCode); // the control target is not there
    }
}
