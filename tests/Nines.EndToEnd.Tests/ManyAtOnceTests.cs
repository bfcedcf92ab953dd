using System.Diagnostics;
using System.Globalization;
using Nines.Testing;

namespace Nines.EndToEnd.Tests;

/// <summary>Several processes on one data folder, and outputs that end early.</summary>
public sealed class ManyAtOnceTests : IDisposable
{
    private static readonly int Seconds = int.TryParse(Environment.GetEnvironmentVariable("NINES_READ_SECONDS"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 8;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private Task ConfigAsync(string url) => File.WriteAllTextAsync(Path.Combine(folder.Path, "nines.yaml"), $"""
        data: ./data
        components: [{"{"}name: a, kind: infra, probes: [{"{"}http: "{url}", every: 1s, timeout: 1s, conditions: ['body contains "well"']{"}"}]{"}"}]
        """);

    [Fact]
    public async Task Readers_beside_a_writer_from_its_first_start_on_get_an_answer_or_hear_that_there_is_nothing_yet()
    {
        await using var server = new SwitchedServer();
        await ConfigAsync(server.Url);
        await using var up = NinesProcess.Start(folder.Path, "up");
        var begun = TimeProvider.System.GetTimestamp();
        var answered = 0;
        const int enough = 5;
        // So long, and on a busy machine until enough were answered.
        for (var round = 0; TimeProvider.System.GetElapsedTime(begun) is var passed && (passed < TimeSpan.FromSeconds(Seconds) || answered < enough && passed < Patience.Most); round++)
        {
            server.Good = round % 3 != 2;
            var runs = await Task.WhenAll(NinesProcess.RunAsync(folder.Path, "get", "components"), NinesProcess.RunAsync(folder.Path, "report", "-o", "json"));
            foreach (var (exit, said) in runs)
            {
                Assert.True(exit == 0 || exit == 4 && (said.Contains("NIN2001", StringComparison.Ordinal) || said.Contains("NIN2013", StringComparison.Ordinal) || said.Contains("NIN4011", StringComparison.Ordinal)) || exit == 2 && said.Contains("NIN4012", StringComparison.Ordinal), $"{exit}: {said}");
                if (exit == 0) answered++;
            }
        }
        Assert.True(answered >= enough, $"Only {answered} reads were answered: {up.Said}");
        Assert.Equal(0, await up.TerminateAsync());
    }

    [Fact]
    public async Task A_second_up_on_one_folder_says_who_holds_it_and_leaves_the_first_alone()
    {
        await using var server = new SwitchedServer();
        await ConfigAsync(server.Url);
        await using var first = NinesProcess.Start(folder.Path, "up");
        await first.SaysAsync("Watching");
        var (exit, said) = await NinesProcess.RunAsync(folder.Path, "up");
        Assert.True(exit == 4, $"{exit}: {said}");
        Assert.Contains("NIN2003", said);
        Assert.Contains(first.Id.ToString(CultureInfo.InvariantCulture), said);
        Assert.Equal(0, await first.TerminateAsync());
    }

    [Theory]
    [InlineData("schema | head -n 1", "{", 0)]
    [InlineData("--help | head -n 1", "Description:", 0)]
    [InlineData("schema >&-", "NIN4014", 4)]
    [InlineData("--help >&-", "NIN4014", 4)]
    [InlineData("schema > /dev/full", "NIN4014", 4)]
    public async Task A_reader_that_ends_early_is_no_error_and_a_result_that_cannot_be_written_is_one(string call, string expected, int exit)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is Linux's.");
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"set -o pipefail; dotnet '{Path.Combine(AppContext.BaseDirectory, "nines.dll")}' {call}");
        using var bash = Process.Start(start)!;
        var said = await Task.WhenAll(bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), bash.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Contains(expected, string.Concat(said));
        Assert.DoesNotContain("   at ", string.Concat(said));
        Assert.Equal(exit, bash.ExitCode);
    }
}
