namespace Nines.EndToEnd.Tests;

/// <summary>How the executable is called, and what it ends with (docs/reference/output.md).</summary>
public sealed class CallTests : IDisposable
{
    private const string Good = "data: ./data\ncomponents: [{name: a, kind: infra, probes: [{tcp: 'a.example:1'}]}]\n";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private async Task<(int Exit, string Said)> RunAsync(string call, string? config = null)
    {
        if (config is not null) await File.WriteAllTextAsync(Path.Combine(folder.Path, "nines.yaml"), config);
        return await NinesProcess.RunAsync(folder.Path, call.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("")]
    [InlineData("--help")]
    [InlineData("get --help")]
    [InlineData("--version")]
    public async Task Help_is_a_result_and_no_mistake(string call)
    {
        var (exit, said) = await RunAsync(call);
        Assert.Equal(0, exit);
        Assert.DoesNotContain("NIN4000", said);
        Assert.NotEqual("", said.Trim());
    }

    [Theory]
    [InlineData("init --nmae x")]
    [InlineData("init --url nowhere")]
    [InlineData("check -o xml")]
    [InlineData("up --dat x")]
    [InlineData("probe")]
    [InlineData("get")]
    [InlineData("explain outage")]
    [InlineData("report --policy strcit --data data")] // a record may have policies of its own: without one there is nothing to ask
    [InlineData("get outages --state opne")]
    [InlineData("report --from yesterday --data data")]
    [InlineData("schema confg")]
    public async Task Called_wrong_ends_with_2(string call)
    {
        if (call.Contains("--data", StringComparison.Ordinal)) await RecordAsync();
        var (exit, said) = await RunAsync(call);
        Assert.True(exit == 2, $"{exit}: {said}");
        Assert.DoesNotContain("   at ", said);
    }

    [Theory]
    [InlineData("check", 1)]
    [InlineData("up", 2)]
    [InlineData("probe a", 2)]
    public async Task A_config_with_mistakes_is_what_check_is_asked_about_and_a_wrong_call_for_what_watches(string call, int expected)
    {
        var (exit, said) = await RunAsync(call, "components: 7\n");
        Assert.True(exit == expected, $"{exit}: {said}");
    }

    [Theory]
    [InlineData("data: ./data\ncomponents: 7\n", 0)]
    [InlineData("data: ${NINES_TEST_UNSET}\ncomponents: 7\n", 2)]
    public async Task What_reads_asks_of_a_config_only_where_the_records_are(string config, int expected)
    {
        await RecordAsync();
        var (exit, said) = await RunAsync("get components", config);
        Assert.True(exit == expected, $"{exit}: {said}");
    }

    [Theory]
    [InlineData("check other.yaml")]
    [InlineData("up -c other.yaml")]
    [InlineData("probe a -c other.yaml")]
    [InlineData("get components")]
    [InlineData("get outages --data nowhere")]
    [InlineData("explain outage a-1")]
    [InlineData("report")]
    public async Task What_cannot_be_reached_ends_with_4(string call)
    {
        var (exit, said) = await RunAsync(call, Good);
        Assert.True(exit == 4, $"{exit}: {said}");
        Assert.Contains("NIN", said);
    }

    [Theory]
    [InlineData("check", 0)]
    [InlineData("check config", 0)]
    [InlineData("schema", 0)]
    [InlineData("probe a", 1)]
    public async Task Done_ends_with_0_and_a_look_at_something_broken_with_1(string call, int expected)
    {
        var (exit, said) = await RunAsync(call, Good);
        Assert.True(exit == expected, $"{exit}: {said}");
    }

    /// <summary>A short run, so that there is a journal.</summary>
    private async Task RecordAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "nines.yaml"), Good);
        await using var nines = NinesProcess.Start(folder.Path, "up");
        await nines.SaysAsync("Watching");
        Assert.Equal(0, await nines.TerminateAsync());
    }
}
