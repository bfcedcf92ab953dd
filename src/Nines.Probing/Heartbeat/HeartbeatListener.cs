using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using NodaTime;

namespace Nines.Probing.Heartbeat;

/// <summary>
/// Where jobs report: <c>GET</c>, <c>HEAD</c> or <c>POST /heartbeat/&lt;token&gt;</c>. Small on purpose: one request a connection, heads of
/// up to 8 KiB within 5 s, bodies ignored, 64 connections at a time.
/// </summary>
public sealed class HeartbeatListener : IAsyncDisposable
{
    private const int MaxHeadBytes = 8192;
    private const int MaxConnections = 64;
    private static readonly TimeSpan HeadLimit = TimeSpan.FromSeconds(5);
    private static readonly byte[] Prefix = "/heartbeat/"u8.ToArray();

    private readonly TcpListener listener;
    private readonly TimeProvider time;
    private readonly Func<Instant> now;
    private readonly SemaphoreSlim free = new(MaxConnections);
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private readonly List<Beats> registered = [];
    private readonly Task accepting;

    // False while Nines starts: then a job is asked to come back (503, which curl --retry understands), not told that its token is wrong.
    private volatile bool ready;

    /// <summary>The beats of one token. Only the token's digest is kept.</summary>
    public sealed class Beats : IDisposable
    {
        private readonly HeartbeatListener owner;
        private long lastTicks = long.MinValue;

        internal Beats(HeartbeatListener owner, byte[] digest) => (this.owner, Digest) = (owner, digest);

        internal byte[] Digest { get; }

        /// <summary>When the last one came; null when none has since the listener began.</summary>
        public Instant? Last => Interlocked.Read(ref lastTicks) is var ticks && ticks == long.MinValue ? null : Instant.FromUnixTimeTicks(ticks);

        internal void Beat(Instant at) => Interlocked.Exchange(ref lastTicks, at.ToUnixTimeTicks());

        public void Dispose()
        {
            lock (owner.gate) owner.registered.Remove(this);
        }
    }

    /// <param name="listen">Address and port; loopback unless jobs on other machines report. Port 0 takes a free one.</param>
    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    public HeartbeatListener(IPEndPoint listen, TimeProvider time, Func<Instant> now)
    {
        (this.time, this.now) = (time, now);
        listener = new TcpListener(listen);
        listener.Start(MaxConnections);
        Endpoint = (IPEndPoint)listener.LocalEndpoint;
        accepting = Task.Run(() => AcceptAsync(stopping.Token));
    }

    /// <summary>Where it really listens.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Counts beats with this token from now on, until disposed.</summary>
    public Beats Register(string token)
    {
        var beats = new Beats(this, SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        lock (gate) registered.Add(beats);
        ready = true;
        return beats;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        listener.Stop();
        await accepting.ConfigureAwait(false);
        for (var i = 0; i < MaxConnections; i++) await free.WaitAsync().ConfigureAwait(false); // until the last one is answered
        stopping.Dispose();
        free.Dispose();
    }

    private async Task AcceptAsync(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await free.WaitAsync(stop).ConfigureAwait(false);
                Socket? socket = null;
                try
                {
                    socket = await listener.AcceptSocketAsync(stop).ConfigureAwait(false);
                }
                catch (SocketException) when (!stop.IsCancellationRequested)
                {
                    // A caller that left again, or no descriptor for him: neither may end the listening.
                    await Task.Delay(TimeSpan.FromMilliseconds(50), time, stop).ConfigureAwait(false);
                }
                finally
                {
                    if (socket is null) free.Release();
                }
                if (socket is not null) _ = ServeAsync(socket, stop);
            }
        }
        catch (Exception e) when (stop.IsCancellationRequested && e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed: the only way out.
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken stop)
    {
        try
        {
            using var expired = new CancellationTokenSource(HeadLimit, time);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, expired.Token);
            var stream = new NetworkStream(socket, ownsSocket: true);
            await using (stream.ConfigureAwait(false))
            {
                var answer = Answer(await ReadHeadAsync(stream, limit.Token).ConfigureAwait(false));
                var body = $"{answer}\n";
                await stream.WriteAsync(Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 {answer}\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n{body}"), limit.Token).ConfigureAwait(false);
                socket.Shutdown(SocketShutdown.Send);
                await DrainAsync(stream, limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The caller left or was too slow: it is his loss, and closing is all there is to do.
        }
        finally
        {
            free.Release();
        }
    }

    // Closing with unread bytes would reset the connection and could take our answer with it.
    private static async Task DrainAsync(Stream stream, CancellationToken limit)
    {
        var buffer = new byte[4096];
        for (var total = 0; total < 1 << 20;)
        {
            var read = await stream.ReadAsync(buffer, limit).ConfigureAwait(false);
            if (read == 0) return;
            total += read;
        }
    }

    /// <returns>The head; null when it is too long or never ends.</returns>
    private static async Task<byte[]?> ReadHeadAsync(Stream stream, CancellationToken limit)
    {
        var buffer = new byte[MaxHeadBytes];
        for (var length = 0; length < buffer.Length;)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), limit).ConfigureAwait(false);
            if (read == 0) return null;
            length += read;
            if (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) is >= 0 and var end) return buffer[..end];
        }
        return null;
    }

    private string Answer(byte[]? head)
    {
        if (head is null) return "400 Bad Request";
        var lineEnd = head.AsSpan().IndexOf("\r\n"u8);
        var line = lineEnd < 0 ? head : head[..lineEnd];
        var first = line.AsSpan().IndexOf((byte)' ');
        var last = line.AsSpan().LastIndexOf((byte)' ');
        if (first < 0 || last <= first || !line.AsSpan(last + 1).StartsWith("HTTP/1."u8)) return "400 Bad Request";
        var method = Encoding.ASCII.GetString(line, 0, first);
        if (method is not ("GET" or "HEAD" or "POST" or "PUT")) return "405 Method Not Allowed";
        var target = line.AsSpan(first + 1, last - first - 1);
        if (target.IndexOf((byte)'?') is >= 0 and var query) target = target[..query];
        return target.StartsWith(Prefix) && Beat(target[Prefix.Length..]) ? "200 OK" : ready ? "404 Not Found" : "503 Service Unavailable";
    }

    /// <summary>Looks at every digest to the end, whichever matches, so that the time taken tells nothing about the tokens.</summary>
    private bool Beat(ReadOnlySpan<byte> token)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(token, digest);
        var at = now();
        var known = false;
        lock (gate)
            foreach (var beats in registered)
                if (CryptographicOperations.FixedTimeEquals(beats.Digest, digest))
                {
                    beats.Beat(at);
                    known = true;
                }
        return known;
    }
}
