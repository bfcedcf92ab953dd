using System.Globalization;
using Nines.Core.Facts;

namespace Nines.EndToEnd.Tests.WatcherFaults;

/// <summary>The process has next to no descriptors left.</summary>
public sealed class ExhaustedDescriptorsTests
{
    [Fact]
    public async Task Without_descriptors_looks_are_probe_faults_the_journal_goes_on_and_a_real_outage_is_found_after()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Tools.Has("prlimit"), "prlimit is missing: install util-linux.");
        await using SwitchedServer steady = new(), broke = new();
        await using var watch = new Watch();
        await watch.StartAsync("components:\n" + Watch.Component("steady", steady.Url) + Watch.Component("broke", broke.Url));
        await watch.UntilUpAsync("steady");
        await watch.UntilUpAsync("broke");
        await watch.UntilAskedAsync(broke, 2);

        var limits = (await File.ReadAllLinesAsync($"/proc/{watch.Up.Id}/limits", TestContext.Current.CancellationToken)).Single(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        // Room for a dozen more: less than what is kept back, so that no look gets a socket, and the process goes on.
        await LimitAsync(watch, Directory.GetFiles($"/proc/{watch.Up.Id}/fd").Length + 12);
        var exhausted = Watch.Now;
        await watch.UntilAsync("the vantage point is blind", async () => (await watch.FactsAsync()).OfType<VantagePointBlind>().Any());
        broke.Good = false; // unseen: nobody can look
        await Watch.RestAsync(6);
        Assert.False(watch.Up.HasExited, watch.Up.Said);
        var freed = Watch.Now;
        await LimitAsync(watch, int.Parse(limits.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], CultureInfo.InvariantCulture));

        await watch.UntilUpAsync("steady", freed);
        await watch.UntilOutageAsync("broke", 1, isOpen: true);
        broke.Good = true;
        await watch.UntilOutageAsync("broke", 1, isOpen: false);
        await Watch.RestAsync(1);
        Assert.Equal(0, await watch.Up.TerminateAsync());

        Assert.DoesNotContain("NIN5", watch.Up.Said, StringComparison.Ordinal);
        Assert.Empty(await watch.OutageLinesAsync("steady"));
        var line = await watch.ReportAsync("steady");
        Assert.Equal(1, line.GetProperty("availability_likely").GetDouble());
        Assert.InRange(line.GetProperty("in_state_s").GetProperty("unknown").GetDouble(), (freed - exhausted).TotalSeconds - 4, (freed - exhausted).TotalSeconds + watch.Slack);
        var outage = Assert.Single(await watch.OutagesAsync("broke"));
        Assert.Contains("out_of_descriptors", Assert.Single((await watch.FactsAsync()).OfType<VantagePointBlind>()).Reason, StringComparison.Ordinal);
        Assert.True(outage.Began.Earliest <= freed && outage.Began.Latest >= freed, $"{outage.Began}: nobody could look before {freed}.");
        Assert.True((await watch.LedgerAsync()).StoppedCleanly);
    }

    private static Task<string> LimitAsync(Watch watch, int descriptors) =>
        Tools.RunAsync("prlimit", "--pid", watch.Up.Id.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"--nofile={descriptors}:"));
}
