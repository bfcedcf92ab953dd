using Nines.Cli.Output;
using System.Text.Json;

namespace Nines.Cli.Demo.Lab;

/// <summary>Everything that the demo watches: a chain with a producer and two replicas, a token, a dApp, a venue; and the uplink it is watched through.</summary>
internal sealed class DemoLab : IAsyncDisposable
{
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
    /// <summary>Something independent behind the uplink: while it can be reached, our network works.</summary>
    public LabService Control { get; private set; } = null!;

    public string Token { get; private set; } = "";
    public string TokenOwner { get; private set; } = "";
    public Uri Stream => new(Venue.Ready.GetProperty("stream").GetString()!);

    /// <exception cref="Fault">A service did not start; those that did are ended.</exception>
    public static async Task<DemoLab> StartAsync(LabFolder folder, HttpClient http, TimeProvider time, CancellationToken cancellation)
    {
        var lab = new DemoLab(folder, http, time);
        try
        {
            await lab.StartAsync(cancellation);
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

    private async Task StartAsync(CancellationToken cancellation)
    {
        var venue = StartAsync("venue.mjs", [], cancellation);
        var uplink = StartAsync("proxy.mjs", [], cancellation);
        var control = StartAsync("httptarget.mjs", [], cancellation);
        var chain = StartAsync("chain.mjs", ["--block-time", "1"], cancellation);
        await AllAsync(venue, uplink, control, chain);
        (Venue, Uplink, Control, NodeA) = (await venue, await uplink, await control, await chain);

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
    private static async Task AllAsync(params Task[] starting) => await Task.WhenAll(starting);
}
