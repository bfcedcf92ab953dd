using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Nines.Cli.Output;

namespace Nines.Cli.Demo.Lab;

/// <summary>
/// Everything that the demo watches: a chain with a producer and two replicas, a token, a dApp, a venue, a TLS site, a name and three plain
/// services; and the ways it is watched through: an uplink, and one for each region.
/// </summary>
internal sealed class DemoLab : IAsyncDisposable
{
    public const string Name = "app.example", RightAddress = "192.0.2.10", WrongAddress = "203.0.113.66";

    private readonly List<LabService> services = [];
    private readonly LabFolder folder;
    private readonly HttpClient http;
    private readonly TimeProvider time;

    private DemoLab(LabFolder folder, HttpClient http, TimeProvider time) => (this.folder, this.http, this.time) = (folder, http, time);

    /// <summary>The block producer: anvil.</summary>
    public LabService NodeA { get; private set; } = null!;
    /// <summary>A replica; the dApp stands on it.</summary>
    public LabService NodeB { get; private set; } = null!;
    /// <summary>A replica that nothing stands on.</summary>
    public LabService NodeC { get; private set; } = null!;
    public LabService Dapp { get; private set; } = null!;
    public LabService Venue { get; private set; } = null!;
    /// <summary>The uplink of the vantage point.</summary>
    public LabService Uplink { get; private set; } = null!;
    /// <summary>A server with a certificate of <see cref="Certificates"/>.</summary>
    public LabService Site { get; private set; } = null!;
    /// <summary>The name server of <see cref="Name"/>.</summary>
    public LabService Zone { get; private set; } = null!;
    /// <summary>The uplinks of three more vantage points, by their region.</summary>
    public ImmutableSortedDictionary<string, LabService> Regions { get; private set; } = ImmutableSortedDictionary<string, LabService>.Empty;
    /// <summary>Plain HTTP services, one a <see cref="Plain"/>.</summary>
    public LabService Targets { get; private set; } = null!;

    public string Token { get; private set; } = "";
    public string TokenOwner { get; private set; } = "";
    public int PortOf(Plain target) => Targets.Ready.GetProperty("ports")[(int)target].GetInt32();

    public Task<JsonElement> SetModeAsync(Plain target, string mode, CancellationToken cancellation) =>
        Targets.CommandAsync(string.Create(CultureInfo.InvariantCulture, $"/admin/mode?mode={mode}&target={(int)target}"), cancellation);

    public Uri Stream => new(Venue.Ready.GetProperty("stream").GetString()!);

    /// <exception cref="Fault">A service did not start; those that did are ended.</exception>
    public static async Task<DemoLab> StartAsync(LabFolder folder, Certificates certificates, HttpClient http, TimeProvider time, CancellationToken cancellation)
    {
        var lab = new DemoLab(folder, http, time);
        try
        {
            await lab.StartAsync(certificates, cancellation);
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        LabService[] started;
        lock (services) started = [.. services];
        await Task.WhenAll(started.Select(service => service.DisposeAsync().AsTask()));
    }

    private async Task StartAsync(Certificates certificates, CancellationToken cancellation)
    {
        var chain = StartAsync("chain.mjs", ["--block-time", "1"], cancellation);
        var venue = StartAsync("venue.mjs", [], cancellation);
        var targets = StartAsync("httptarget.mjs", ["--targets", Enum.GetValues<Plain>().Length.ToString(CultureInfo.InvariantCulture)], cancellation);
        var site = StartAsync("tlstarget.mjs", ["--certificates", certificates.Folder, "--use", Certificates.Good], cancellation);
        var zone = StartAsync("dns.mjs", ["--name", Name, "--address", RightAddress], cancellation);
        var uplink = StartAsync("proxy.mjs", [], cancellation);
        var regions = Task.WhenAll(DemoConfig.Regions.Select(async region => (Region: region, Proxy: await StartAsync("proxy.mjs", [], cancellation))));
        await AllAsync(chain, venue, targets, site, zone, uplink, regions);
        (NodeA, Venue, Targets, Site, Zone, Uplink) = (await chain, await venue, await targets, await site, await zone, await uplink);
        Regions = (await regions).ToImmutableSortedDictionary(region => region.Region, region => region.Proxy);

        var rpc = NodeA.Url.ToString();
        var deployed = folder.RunScriptAsync("deploy.mjs", ["--rpc", rpc], cancellation);
        var nodeB = StartAsync("follower.mjs", ["--producer", rpc], cancellation);
        var nodeC = StartAsync("follower.mjs", ["--producer", rpc], cancellation);
        await AllAsync(nodeB, nodeC, deployed);
        (NodeB, NodeC) = (await nodeB, await nodeC);
        using (var token = JsonDocument.Parse(await deployed))
            (Token, TokenOwner) = (token.RootElement.GetProperty("address").GetString()!, token.RootElement.GetProperty("owner").GetString()!);

        Dapp = await StartAsync("dapp.mjs", ["--rpc", NodeB.Url.ToString(), "--token", Token], cancellation);
    }

    private async Task<LabService> StartAsync(string script, string[] arguments, CancellationToken cancellation)
    {
        var service = await LabService.StartAsync(folder, script, arguments, http, time, cancellation);
        lock (services) services.Add(service);
        return service;
    }

    // Waits for all even when one fails: those that started must be known to be ended.
    private static async Task AllAsync(params IEnumerable<Task> starting) => await Task.WhenAll(starting);
}

/// <summary>The plain HTTP services of the lab, in the order of their ports.</summary>
internal enum Plain
{
    /// <summary>Independent of all that is watched: while it can be reached, our network works.</summary>
    Control,

    /// <summary>Prices that a dApp cannot do without.</summary>
    Quotes,

    /// <summary>What is watched from three regions.</summary>
    Front,

    /// <summary>What is maintained.</summary>
    Signer,
}
