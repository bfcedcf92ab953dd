using System.Net.WebSockets;
using System.Text;
using Nines.Core;
using Nines.Probing.Http;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.WebSockets;

/// <summary>One connection of a stream, from the opening request to its end.</summary>
internal sealed class WebSocketLink : IAsyncDisposable
{
    /// <summary>A message beyond this ends the connection: it may never end itself.</summary>
    private const long LongestMessage = 64L << 20;

    private readonly ClientWebSocket socket;
    private readonly HttpMessageInvoker invoker;
    private readonly CancellationTokenSource stopping = new();

    private WebSocketLink(ClientWebSocket socket, HttpMessageInvoker invoker) => (this.socket, this.invoker) = (socket, invoker);

    /// <summary>Ends when the connection has; never faults.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    public bool Stands => !Ended.IsCompleted;

    /// <returns>The connection, subscribed and being read, or why it could not be had.</returns>
    public static async Task<(WebSocketLink? Link, PathFailure? Failure)> OpenAsync(
        LinkOptions options, NetworkPath path, TlsRequest tls, ProbeEnvironment environment, StreamSink sink, CancellationToken limit)
    {
        var trip = new Trip(limit) { Phase = Phases.Connect };
        var invoker = new HttpMessageInvoker(PathHandler.Create(path, tls, () => trip));
        var socket = new ClientWebSocket();
        Configure(socket.Options, options);
        try
        {
            await socket.ConnectAsync(options.Url, invoker, limit).ConfigureAwait(false);
            foreach (var message in options.Subscribe)
                await socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, endOfMessage: true, limit).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or HttpRequestException or IOException or InvalidOperationException)
        {
            var failure = limit.IsCancellationRequested
                ? new PathFailure.TimedOut(trip.Phase == Phases.Headers ? Phases.Handshake : trip.Phase)
                : Explain(e, (int)socket.HttpStatusCode, HostPort.Of(options.Url));
            socket.Dispose();
            invoker.Dispose();
            return (null, failure);
        }
        sink.Connected(environment.Now());
        var link = new WebSocketLink(socket, invoker);
        link.Ended = Task.Run(() => link.ReadAsync(options, environment, sink, link.stopping.Token));
        return (link, null);
    }

    /// <summary>True once it was ended by us.</summary>
    public bool Retired { get; private set; }

    /// <summary>Ends the connection; what belongs to it stays until it is disposed of.</summary>
    public async Task RetireAsync()
    {
        if (Stands) Retired = true;
        await stopping.CancelAsync().ConfigureAwait(false);
        await Ended.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await Ended.ConfigureAwait(false);
        socket.Dispose();
        invoker.Dispose();
        stopping.Dispose();
    }

    private static void Configure(ClientWebSocketOptions to, LinkOptions options)
    {
        to.CollectHttpResponseDetails = true;
        to.KeepAliveInterval = options.Ping;
        if (options.Ping > TimeSpan.Zero) to.KeepAliveTimeout = options.PongWithin;
        to.SetRequestHeader("User-Agent", HttpRequests.UserAgent);
        foreach (var (name, value) in options.Headers) to.SetRequestHeader(name, value);
        foreach (var subprotocol in options.Subprotocols) to.AddSubProtocol(subprotocol);
    }

    private static PathFailure Explain(Exception exception, int status, HostPort target)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is PathException path) return path.Failure;
            if (inner is System.Net.Sockets.SocketException socket) return PathFailure.Of(socket.SocketErrorCode, target.ToString(), Phases.Handshake);
        }
        if (TlsAlert.Explain(exception, target.ToString()) is { } alert) return alert;
        if (status is >= 100 and not 101) return new PathFailure.Refused("handshake_refused", $"{target} answered the opening handshake with status {status}", false);
        var cutShort = (exception.InnerException as HttpRequestException)?.HttpRequestError == HttpRequestError.ResponseEnded;
        return cutShort
            ? new PathFailure.Refused("handshake_cut", $"{target} ended the connection during the opening handshake", true)
            : new PathFailure.Refused("handshake_failed", $"{target} did not complete the opening handshake", status == 0);
    }

    /// <summary>Reads to the end of the connection. Pings are answered by the framework while a read is pending, and one always is.</summary>
    private async Task ReadAsync(LinkOptions options, ProbeEnvironment environment, StreamSink sink, CancellationToken stop)
    {
        var buffer = new byte[Math.Min(4096, options.MaxMessage)];
        var (kept, length) = (0, 0L);
        var (second, inSecond) = (environment.Time.GetTimestamp(), 0);
        try
        {
            while (true)
            {
                if (kept == buffer.Length && buffer.Length < options.MaxMessage)
                    Array.Resize(ref buffer, (int)Math.Min(buffer.Length * 2L, options.MaxMessage));
                // A message beyond the limit is read over its own last bytes: its length still counts, its end is not kept.
                var into = kept < buffer.Length ? buffer.AsMemory(kept) : buffer.AsMemory(buffer.Length / 2);
                var received = await socket.ReceiveAsync(into, stop).ConfigureAwait(false);
                if (received.MessageType == WebSocketMessageType.Close) break;
                length += received.Count;
                kept = Math.Min(buffer.Length, kept + received.Count);
                if (length > LongestMessage) break;
                if (!received.EndOfMessage) continue;

                sink.Note(environment.Now(), buffer.AsSpan(0, kept), length);
                (kept, length) = (0, 0);
                if (++inSecond >= options.MaxRate)
                {
                    var rest = TimeSpan.FromSeconds(1) - environment.Time.GetElapsedTime(second);
                    if (rest > TimeSpan.Zero) await Task.Delay(rest, environment.Time, stop).ConfigureAwait(false);
                }
                if (environment.Time.GetElapsedTime(second) >= TimeSpan.FromSeconds(1)) (second, inSecond) = (environment.Time.GetTimestamp(), 0);
            }
            await SayGoodbyeAsync(environment, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // However it ended, it ended: the next look says whether it can be had again.
        }
        finally
        {
            socket.Abort();
            sink.Ended();
        }
    }

    private async Task SayGoodbyeAsync(ProbeEnvironment environment, CancellationToken stop)
    {
        using var expired = new CancellationTokenSource(TimeSpan.FromSeconds(1), environment.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, expired.Token);
        if (socket.State is WebSocketState.CloseReceived or WebSocketState.Open)
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token).ConfigureAwait(false);
    }
}
