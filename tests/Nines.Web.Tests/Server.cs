using System.Net;
using System.Net.Sockets;
using System.Text;
using Nines.Probing.Inbound;
using Nines.Testing;
using Nines.Web.Health;
using Nines.Web.Live;
using Nines.Web.Metrics;

namespace Nines.Web.Tests;

/// <summary>The web server on a free port, and callers of it: a well-behaved one, and one that writes what it likes.</summary>
internal sealed class Server : IAsyncDisposable
{
    private readonly WebHost host;
    private readonly MetricsSource metrics;
    private bool stopped;

    private Server(WebHost host, MetricsSource metrics) => (this.host, this.metrics, Client) = (host, metrics, new HttpClient { BaseAddress = new Uri($"http://{host.Endpoint}") });

    public HttpClient Client { get; }
    public IPEndPoint Endpoint => host.Endpoint;
    public IServiceProvider Services => host.Services;

    public static WebOptions Options(Inbox? inbox = null, Func<WatchStatus?>? status = null) =>
        new() { Listen = new IPEndPoint(IPAddress.Loopback, 0), Inbox = inbox ?? new Inbox(expected: 0), Status = status ?? (() => null) };

    /// <param name="metrics">Null for those of an empty journal.</param>
    public static async Task<Server> StartAsync(WebOptions options, MetricsSource? metrics = null)
    {
        metrics ??= new MetricsSource(options.Status, new LiveLedger(new MemoryJournal(), null, () => null), TimeProvider.System, _ => null);
        return new(await WebHost.StartAsync(options, metrics), metrics);
    }

    public async Task<HttpStatusCode> SendAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        using var answer = await Client.SendAsync(new HttpRequestMessage(method, path) { Content = content });
        return answer.StatusCode;
    }

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(Endpoint);
        return socket;
    }

    /// <summary>Writes the bytes as they are and reads to the end; empty when the server just closed.</summary>
    public async Task<string> RawAsync(byte[] request)
    {
        using var socket = await ConnectAsync();
        using var limit = new CancellationTokenSource(Patience.Most);
        var answer = new StringBuilder();
        try
        {
            await socket.SendAsync(request, limit.Token);
            var buffer = new byte[4096];
            for (int read; (read = await socket.ReceiveAsync(buffer, limit.Token)) > 0;) answer.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }
        catch (SocketException reset) when (reset.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            answer.Append(""); // closed while we still wrote: what came until then is the answer
        }
        return answer.ToString();
    }

    public Task<string> RawAsync(string request) => RawAsync(Encoding.ASCII.GetBytes(request));

    public async Task StopAsync()
    {
        if (stopped) return;
        stopped = true;
        await host.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await StopAsync();
        await metrics.DisposeAsync();
    }
}
