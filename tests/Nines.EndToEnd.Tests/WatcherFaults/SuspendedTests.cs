using System.Globalization;
using Nines.Core.Facts;
using NodaTime;

namespace Nines.EndToEnd.Tests.WatcherFaults;

/// <summary>The watcher is stopped (SIGSTOP) and goes on later, as a laptop's lid or a hypervisor does it.</summary>
public sealed class SuspendedTests
{
    private static readonly double Seconds = double.TryParse(Environment.GetEnvironmentVariable("NINES_SUSPEND_SECONDS"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 12;

    [Fact]
    public async Task A_suspended_watcher_claims_nothing_for_the_gap_and_bounds_what_changed_inside_it()
    {
        await using SwitchedServer steady = new(), broke = new(), mended = new(), brief = new(), dropped = new();
        mended.Good = false;
        await using var watch = new Watch();
        var begun = Watch.Now;
        await watch.StartAsync("components:\n" + Watch.Component("steady", steady.Url) + Watch.Component("broke", broke.Url, "auto")
            + Watch.Component("mended", mended.Url) + Watch.Component("brief", brief.Url) + Watch.Component("dropped", dropped.Url, "auto"));
        foreach (var healthy in (string[])["steady", "broke", "brief", "dropped"]) await watch.UntilUpAsync(healthy);
        await watch.UntilOutageAsync("mended", 1, isOpen: true);
        await watch.UntilAskedAsync(broke, 2);
        await watch.UntilAskedAsync(mended, 2);
        var settled = Watch.Now;

        await watch.Up.SendAsync("STOP");
        var stopped = Watch.Now;
        await Watch.RestAsync(Seconds / 3);
        brief.Good = false;
        await Watch.RestAsync(Seconds / 6);
        var changed = Watch.Now;
        (broke.Good, mended.Good, brief.Good) = (false, true, true);
        broke.Drop();
        dropped.Drop();
        await Watch.RestAsync(Seconds / 2);
        var resumed = Watch.Now;
        await watch.Up.SendAsync("CONT");

        await watch.UntilOutageAsync("broke", 1, isOpen: true);
        await watch.UntilOutageAsync("mended", 1, isOpen: false);
        foreach (var healthy in (string[])["steady", "brief", "dropped"]) await watch.UntilUpAsync(healthy, resumed);
        var back = Watch.Now;
        broke.Good = true;
        await watch.UntilOutageAsync("broke", 1, isOpen: false);
        await Watch.RestAsync(1);
        Assert.Equal(0, await watch.Up.TerminateAsync());

        var gap = (resumed - stopped).TotalSeconds;
        // Beside the gap: until the first looks of all, until looks come again, and since the last look before; a busy machine takes its time.
        var most = gap + (settled - begun).TotalSeconds + (back - resumed).TotalSeconds + 4;
        var suspended = Assert.Single((await watch.FactsAsync()).OfType<WatcherSuspended>(), fact => fact.To >= resumed);
        Assert.InRange((suspended.To - suspended.From).TotalSeconds, gap - 2, gap + 2 + (back - resumed).TotalSeconds);
        foreach (var healthy in (string[])["steady", "brief", "dropped"])
        {
            Assert.Empty(await watch.OutagesAsync(healthy));
            var line = await watch.ReportAsync(healthy);
            Assert.Equal(1, line.GetProperty("availability_likely").GetDouble());
            Assert.Equal(0, line.GetProperty("outages").GetInt32());
            Assert.InRange(line.GetProperty("in_state_s").GetProperty("unknown").GetDouble(), gap, most);
            Assert.InRange(line.GetProperty("coverage").GetDouble(), 0.01, 0.95);
        }
        // What broke inside the gap: somewhere in it, and not surely before somebody looked again.
        var onset = Assert.Single(await watch.OutagesAsync("broke"));
        Assert.InRange(changed, onset.Began.Earliest, onset.Began.Latest);
        Assert.True(onset.Began.Earliest <= stopped, $"{onset.Began} claims to know of the gap from {stopped} on.");
        Assert.True(onset.Began.Latest >= resumed, $"{onset.Began} says that it was seen before {resumed}.");
        // What was mended inside it: surely down until the gap, possibly until somebody looked again.
        var end = Assert.Single(await watch.OutagesAsync("mended"));
        Assert.InRange(changed, end.Ended!.Value.Earliest, end.Ended.Value.Latest);
        Assert.True(end.Ended.Value.Earliest <= stopped, $"{end.Ended} claims to know of the gap from {stopped} on.");
        Assert.InRange(end.Unseen.TotalSeconds, gap, most);
        Assert.True(end.Length.Longest - end.Length.Shortest >= end.Unseen);

        var id = Assert.Single(await watch.OutageLinesAsync("broke")).GetProperty("id").GetString()!;
        var explained = await watch.AskAsync("explain", "outage", id);
        Assert.Equal(id, explained.GetProperty("outage").GetProperty("id").GetString());
        Assert.Contains("effectively_down", explained.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("after").GetString()));
    }
}
