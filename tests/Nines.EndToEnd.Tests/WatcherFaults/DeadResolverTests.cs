using Nines.Core.Facts;

namespace Nines.EndToEnd.Tests.WatcherFaults;

/// <summary>The machine's own resolver falls silent: names cannot be looked up, and nothing is wrong with what they name.</summary>
public sealed class DeadResolverTests
{
    [Fact]
    public async Task A_silent_resolver_is_the_watchers_own_and_real_outages_beside_and_after_it_are_found()
    {
        await using var resolver = SwitchedResolver.TryStart();
        Assert.SkipWhen(resolver is null, "Port 53 cannot be had on loopback: this needs root.");
        await using SwitchedServer steady = new(), broke = new(), near = new(), control = new();
        await using var watch = new Watch();
        var conf = Path.Combine(watch.Folder, "resolv.conf");
        await File.WriteAllTextAsync(conf, $"nameserver {resolver.Address}\noptions timeout:2 attempts:1\n");
        await using var machine = await PrivateNamespace.CreateAsync("-m", $"mount --make-rprivate / && mount --bind {conf} /etc/resolv.conf");
        watch.Through = machine.EnteringAt(watch.Folder);
        await watch.StartAsync($"""
            control:
              targets: [tcp://127.0.0.1:{control.Port}]
              names: [control.example]
            components:

            """ + Watch.Component("steady", $"http://steady.example:{steady.Port}/") + Watch.Component("broke", $"http://broke.example:{broke.Port}/") + Watch.Component("near", near.Url));
        foreach (var healthy in (string[])["steady", "broke", "near"]) await watch.UntilUpAsync(healthy);
        await watch.UntilAskedAsync(near, 2);
        await watch.UntilAskedAsync(broke, 2);

        resolver.Silent = true;
        var silent = Watch.Now;
        await watch.UntilAsync("the vantage point is blind", async () => (await watch.FactsAsync()).OfType<VantagePointBlind>().Any());
        // What needs no resolver is watched as before.
        near.Good = false;
        var nearBroke = Watch.Now;
        await watch.UntilOutageAsync("near", 1, isOpen: true);
        near.Good = true;
        await watch.UntilOutageAsync("near", 1, isOpen: false);
        broke.Good = false; // unseen: its name cannot be looked up
        await Watch.RestAsync(1);
        resolver.Silent = false;
        var heard = Watch.Now;

        await watch.UntilUpAsync("steady", heard);
        await watch.UntilOutageAsync("broke", 1, isOpen: true);
        await watch.UntilAsync("the vantage point sees", async () => (await watch.FactsAsync()).OfType<VantagePointSees>().Any());
        broke.Good = true;
        await watch.UntilOutageAsync("broke", 1, isOpen: false);
        await Watch.RestAsync(1);
        Assert.Equal(0, await watch.Up.TerminateAsync());

        Assert.Contains("control.example", Assert.Single((await watch.FactsAsync()).OfType<VantagePointBlind>()).Reason, StringComparison.Ordinal);
        Assert.Empty(await watch.OutageLinesAsync("steady"));
        var line = await watch.ReportAsync("steady");
        Assert.Equal(1, line.GetProperty("availability_likely").GetDouble());
        Assert.InRange(line.GetProperty("in_state_s").GetProperty("unknown").GetDouble(), (heard - silent).TotalSeconds - 1, (heard - silent).TotalSeconds + watch.Slack);
        Assert.InRange(line.GetProperty("coverage").GetDouble(), 0.01, 0.95);
        var beside = Assert.Single(await watch.OutagesAsync("near"));
        Assert.InRange(nearBroke, beside.Began.Earliest, beside.Began.Latest);
        var after = Assert.Single(await watch.OutagesAsync("broke"));
        Assert.True(after.Began.Earliest <= heard && after.Began.Latest >= heard, $"{after.Began}: nobody could look before {heard}.");
        var explained = await watch.AskAsync("explain", "outage", after.Id);
        Assert.DoesNotContain("dns", explained.GetProperty("outage").GetProperty("because").GetString(), StringComparison.Ordinal);
    }
}
