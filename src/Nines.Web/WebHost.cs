using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Nines.Web.Access;
using Nines.Web.Console;
using Nines.Web.Live;
using Nines.Web.Metrics;

namespace Nines.Web;

/// <summary>The web server inside <c>nines up</c>: where jobs report and where others read how it goes. It runs from its start to its disposal.</summary>
public sealed class WebHost : IAsyncDisposable
{
    private static readonly TimeSpan GoodBye = TimeSpan.FromSeconds(2);

    private readonly WebApplication app;
    private readonly CancellationTokenSource ending = new();
    private readonly Task following;

    private WebHost(WebApplication app, IPEndPoint endpoint)
    {
        (this.app, Endpoint) = (app, endpoint);
        following = Task.WhenAll(
            app.Services.GetService<FactStream>()?.RunAsync(ending.Token) ?? Task.CompletedTask,
            app.Services.GetService<Audit>()?.RunAsync(ending.Token) ?? Task.CompletedTask);
    }

    /// <summary>Where it really listens.</summary>
    public IPEndPoint Endpoint { get; }

    internal IServiceProvider Services => app.Services;

    /// <param name="metrics">What /metrics reads; it outlives the server.</param>
    /// <exception cref="ListenException">The address cannot be listened on.</exception>
    public static async Task<WebHost> StartAsync(WebOptions options, MetricsSource metrics, CancellationToken cancellation = default)
    {
        // Empty: no settings from files or the environment, no log of its own. What is wanted is said in WebServices.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddNinesWeb(options).AddSingleton<IHostLifetime, OurLifetime>();
        if (options.Console is { } console) builder.Services.AddConsole(console, options);
        var app = builder.Build();
        app.MapNines(options, metrics);
        try
        {
            await app.StartAsync(cancellation);
            var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
            var host = new WebHost(app, new IPEndPoint(options.Listen.Address, new Uri(address).Port));
            metrics.LogIns = app.Services.GetService<LogInCounts>() ?? metrics.LogIns;
            if (options.Console is not null) SayWhere(app.Services.GetRequiredService<SetUp>(), options.Console, host.Endpoint);
            return host;
        }
        catch (Exception failed)
        {
            await app.DisposeAsync();
            if (failed is not (IOException or SocketException)) throw;
            throw new ListenException($"{options.Listen}: {(failed.InnerException ?? failed).Message}", failed);
        }
    }

    private static void SayWhere(SetUp setUp, ConsoleOptions console, IPEndPoint endpoint)
    {
        try
        {
            var address = endpoint.Address.Equals(IPAddress.Any) || endpoint.Address.Equals(IPAddress.IPv6Any) ? new IPEndPoint(IPAddress.Loopback, endpoint.Port) : endpoint;
            var url = console.Access().Url?.GetLeftPart(UriPartial.Authority) ?? $"http://{address}";
            if (setUp.Offer() is not { } secret) console.Say($"The console is at {url}/.");
            else console.ShowSecret($"Nobody can log in yet. Make the first admin, once, at {url}/setup?token={secret}");
        }
        catch (AccessException broken)
        {
            console.Say($"{broken.Code}: {broken.Message}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Who listens to events is let go first: he would keep the server open.
        await ending.CancelAsync();
        await following;
        using var limit = new CancellationTokenSource(GoodBye);
        await app.StopAsync(limit.Token);
        await app.DisposeAsync();
        ending.Dispose();
    }

    /// <summary>Signals are for <c>nines up</c>, which ends us with everything else: the host's own lifetime would listen for them too.</summary>
    private sealed class OurLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>An address that cannot be listened on: taken, not of this machine, or not allowed to us.</summary>
public sealed class ListenException(string message, Exception inner) : Exception(message, inner);
