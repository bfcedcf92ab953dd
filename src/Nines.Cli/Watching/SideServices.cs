using Nines.Cli.Config;
using Nines.Probing;
using Nines.Probing.Inbound;
using Nines.Web;
using Nines.Web.Health;

namespace Nines.Cli.Watching;

/// <summary>What a run of the watch has beside it: the web server. Nothing here can hold up or end the watching once it runs.</summary>
internal sealed class SideServices : IAsyncDisposable
{
    private readonly WebHost? web;

    private SideServices(WebHost? web, Inbox inbox) => (this.web, Inbox) = (web, inbox);

    /// <summary>Where what reports by itself is handed in.</summary>
    public Inbox Inbox { get; }

    /// <summary>True when somebody can report: there is a web server.</summary>
    public bool IsListening => web is not null;

    /// <param name="status">How the watch goes; null while it starts.</param>
    /// <exception cref="ListenException">The address is taken, and somebody wants just this one: the config names it, or jobs report to it.</exception>
    public static async Task<SideServices> StartAsync(LoadedConfig config, Func<WatchStatus?> status, Action<string> say, CancellationToken cancellation)
    {
        var reporting = config.Topology.Components.SelectMany(component => component.Probes)
            .Where(probe => ProbeType.Find(probe.Type) is { IsPassive: true }).Sum(probe => probe.From.Length);
        var inbox = new Inbox(reporting);
        if (config.Listen.Endpoint is not { } endpoint) return new SideServices(null, inbox);
        try
        {
            var web = await WebHost.StartAsync(new WebOptions { Listen = endpoint, Inbox = inbox, Status = status }, cancellation);
            if (endpoint.Port == 0) say($"Listening on {web.Endpoint}.");
            return new SideServices(web, inbox);
        }
        catch (ListenException taken) when (reporting == 0 && !config.ListenGiven)
        {
            say($"Not listening on {taken.Message}. Nothing that is watched needs it; set 'listen' to a free address, or to off.");
            return new SideServices(null, inbox);
        }
    }

    public ValueTask DisposeAsync() => web?.DisposeAsync() ?? ValueTask.CompletedTask;
}
