namespace Nines.EndToEnd.Tests;

public sealed class DiscoveryTests
{
    [Fact]
    public async Task A_target_that_appears_in_a_file_is_watched_without_a_restart()
    {
        using var folder = new TemporaryFolder();
        void Write(string name, string text) => File.WriteAllText(Path.Combine(folder.Path, name), text);
        Write("targets.json", """[{"targets": ["127.0.0.1:1"]}]""");
        Write("nines.yaml", """
            data: records
            listen: off
            control: {targets: ["tcp://127.0.0.1:1"]}
            discover:
              - name: ports
                files: [targets.json]
                every: 1s
                template: {name: "port-{{port}}", kind: infra, probes: [{tcp: "{{target}}", every: 1s, timeout: 500ms, hold: false}]}
            """);
        await using var nines = NinesProcess.Start(folder.Path, "up");
        await nines.SaysAsync("Watching 1 component");
        Write("targets.json", """[{"targets": ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:1"]}]""");
        await nines.SaysAsync("reload (discovery): ");
        await nines.SaysAsync("1 of what was discovered is left out");
        File.Delete(Path.Combine(folder.Path, "targets.json"));
        await nines.SaysAsync("The 3 targets of ");
        Assert.Equal(0, await nines.TerminateAsync());
        var (_, said) = await NinesProcess.RunAsync(folder.Path, "get", "components", "-o", "csv");
        Assert.Contains("port-1,infra", said, StringComparison.Ordinal);
        Assert.Contains("port-2,infra", said, StringComparison.Ordinal);
    }
}
