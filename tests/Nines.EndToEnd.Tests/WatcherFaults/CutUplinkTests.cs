using System.Globalization;
using Nines.Core.Facts;
using NodaTime;

namespace Nines.EndToEnd.Tests.WatcherFaults;

/// <summary>
/// The watcher's own uplink: two network namespaces of our own with one cable (veth) between them. The targets and what vouches for
/// the path stand in one, the watcher in the other.
/// </summary>
public sealed class CutUplinkTests
{
    /// <summary>Serves each port; an answer is bad while a file named after the port lies in the folder.</summary>
    private const string Server = """
        const fs = require('fs'), http = require('http');
        for (const port of process.argv.slice(2))
          http.createServer((request, response) => { response.setHeader('connection', 'close'); response.end(fs.existsSync(`${process.argv[1]}/${port}`) ? 'oops' : 'well'); }).listen(+port, '10.83.0.1');
        """;

    [Theory]
    [InlineData("ip link set uplink down")]                // the watcher's own end: no route, at once
    [InlineData("ip addr del 10.83.0.2/24 dev uplink")]    // no address any more
    [InlineData("silence")]                                // the cable is in and nobody takes what it carries: time-outs
    public async Task A_cut_uplink_is_the_watchers_own_and_real_outages_around_it_are_found(string cut)
    {
        Assert.SkipUnless(Tools.Has("ip"), "ip is missing: install iproute2.");
        await using var watch = new Watch();
        await using var world = await PrivateNamespace.CreateAsync("-n", "ip link set lo up");
        await using var site = await PrivateNamespace.CreateAsync("-n", "ip link set lo up");
        // Both are entered from the machine, so that a cable can be laid from one to the other.
        await world.RunAsync("ip", "link", "add", "downlink", "type", "veth", "peer", "name", "uplink", "netns", site.Id.ToString(CultureInfo.InvariantCulture));
        await world.RunAsync("ip", "addr", "add", "10.83.0.1/24", "dev", "downlink");
        await world.RunAsync("ip", "link", "set", "downlink", "up");
        await site.RunAsync("ip", "addr", "add", "10.83.0.2/24", "dev", "uplink");
        await site.RunAsync("ip", "link", "set", "uplink", "up");
        using var server = System.Diagnostics.Process.Start(world.Entering[0], [.. world.Entering.Skip(1), "node", "-e", Server, watch.Folder, "8001", "8002", "8003"]);
        try
        {
            watch.Through = site.EnteringAt(watch.Folder);
            await watch.StartAsync("control:\n  targets: [tcp://10.83.0.1:8003]\n  names: [control.example]\ncomponents:\n"
                + Watch.Component("steady", "http://10.83.0.1:8001/", "auto") + Watch.Component("broke", "http://10.83.0.1:8002/", "auto"));
            await watch.UntilUpAsync("steady");
            await watch.UntilUpAsync("broke");
            await Watch.RestAsync(1.5);
            var (gone, back) = await CutAsync(watch, site, cut);
            await watch.UntilOutageAsync("broke", 1, isOpen: true);
            await watch.UntilUpAsync("steady", back);
            File.Delete(Path.Combine(watch.Folder, "8002"));
            await watch.UntilOutageAsync("broke", 1, isOpen: false);
            await Watch.RestAsync(1);
            Assert.Equal(0, await watch.Up.TerminateAsync());
            await CheckAsync(watch, gone, back);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private static async Task<(Instant Gone, Instant Back)> CutAsync(Watch watch, PrivateNamespace site, string cut)
    {
        var gone = Watch.Now;
        // The far end's neighbour entry is made wrong: packets leave and nobody takes them, as behind a dead switch.
        if (cut == "silence") await site.RunAsync("ip", "neigh", "replace", "10.83.0.1", "lladdr", "02:00:00:00:00:99", "nud", "permanent", "dev", "uplink");
        else await site.RunAsync(cut.Split(' '));
        await watch.UntilAsync("the vantage point is blind", async () => (await watch.FactsAsync()).OfType<VantagePointBlind>().Any());
        await File.WriteAllTextAsync(Path.Combine(watch.Folder, "8002"), ""); // broke breaks, and nobody can see it
        await Watch.RestAsync(3);
        var back = Watch.Now;
        if (cut == "silence") await site.RunAsync("ip", "neigh", "del", "10.83.0.1", "dev", "uplink");
        else await site.RunAsync("sh", "-c", "ip addr replace 10.83.0.2/24 dev uplink; ip link set uplink up");
        return (gone, back);
    }

    private static async Task CheckAsync(Watch watch, Instant gone, Instant back)
    {
        var facts = await watch.FactsAsync();
        Assert.NotEmpty(facts.OfType<VantagePointSees>());
        Assert.Empty(await watch.OutageLinesAsync("steady"));
        var line = await watch.ReportAsync("steady");
        Assert.Equal(1, line.GetProperty("availability_likely").GetDouble());
        Assert.InRange(line.GetProperty("in_state_s").GetProperty("unknown").GetDouble(), (back - gone).TotalSeconds - 1, (back - gone).TotalSeconds + watch.Slack);
        var outage = Assert.Single(await watch.OutagesAsync("broke"));
        Assert.True(outage.Began.Earliest <= back && outage.Began.Latest >= back, $"{outage.Began}: nobody could look before {back}.");
        Assert.Equal("effectively_down", (await watch.AskAsync("explain", "outage", outage.Id)).GetProperty("outage").GetProperty("worst_state").GetString());
    }
}
