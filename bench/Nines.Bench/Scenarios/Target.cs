using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Nines.Core;
using NodaTime;

namespace Nines.Bench.Scenarios;

/// <summary>Something that is watched, behaves as told, and says when it was told.</summary>
internal interface ITarget : IAsyncDisposable
{
    int Port { get; }

    /// <returns>When it changed: what arrives before the earliest meets the old manner, what arrives after the latest the new one.</returns>
    Task<Bounds> FailAsync();

    Task<Bounds> HealAsync();
}

/// <summary>A server on loopback, with or without TLS, whose every byte is under control. HTTP is spoken by hand so that it can be spoken wrongly.</summary>
internal sealed class Target : ITarget
{
    private const int Backlog = 4, LongestHead = 16_384;
    private static readonly TimeSpan FullAfter = TimeSpan.FromMilliseconds(150);

    private readonly bool speaksHttp;
    private readonly Manner healthy, failing;
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<Socket, bool> open = new();
    private readonly ConcurrentDictionary<string, int> asked = new(StringComparer.Ordinal);
    private readonly List<Socket> fillers = [];
    private volatile Manner manner;
    private Socket? listener;
    private TaskCompletionSource? resume;

    private Target(bool speaksHttp, Manner healthy, Manner failing)
    {
        (this.speaksHttp, this.healthy, this.failing) = (speaksHttp, healthy, failing);
        manner = healthy;
        Listen(0);
    }

    public int Port { get; private set; }

    public static Target Http(Manner healthy, Manner failing) => new(true, healthy, failing);

    /// <summary>Answers the first line that comes.</summary>
    public static Target Line(Manner healthy, Manner failing) => new(false, healthy, failing);

    public Task<Bounds> FailAsync() => ChangeAsync(failing);

    public Task<Bounds> HealAsync() => ChangeAsync(healthy);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        resume?.TrySetResult();
        listener?.Dispose();
        foreach (var socket in open.Keys.Concat(fillers)) socket.Dispose();
        stopping.Dispose();
    }

    private async Task<Bounds> ChangeAsync(Manner to)
    {
        var before = Now();
        asked.Clear();
        var from = manner;
        if (to.Swallows) resume = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        manner = to;
        if (to.Refuses)
        {
            listener!.Dispose();
            listener = null;
            CloseOpen(); // a process that dies takes its connections along
        }
        else if (from.Refuses) await ListenAgainAsync();
        if (to.Swallows) await FillAsync();
        else if (from.Swallows)
        {
            foreach (var filler in fillers) filler.Dispose();
            fillers.Clear();
            resume!.SetResult();
        }
        return new Bounds(before, Now());
    }

    /// <summary>Fills the accept queue with connections of our own until the system drops the next: that is when the target is gone.</summary>
    private async Task FillAsync()
    {
        while (true)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            fillers.Add(socket);
            using var limit = new CancellationTokenSource(FullAfter, TimeProvider.System);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Port), limit.Token);
            }
            catch (OperationCanceledException)
            {
                return; // full
            }
        }
    }

    private void Listen(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        // Long enough for two watchers at once, short enough to be filled.
        socket.Listen(Backlog);
        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        listener = socket;
        _ = AcceptAsync(socket);
    }

    private async Task ListenAgainAsync()
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                Listen(Port);
                return;
            }
            catch (SocketException) when (tries < 20)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System); // somebody else has the port just now
            }
        }
    }

    private async Task AcceptAsync(Socket from)
    {
        while (!stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await from.AcceptAsync(stopping.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return; // closed: it refuses now, or all is over
            }
            // The accept that was already waiting gets one more when the queue is to fill: that one is held like those behind it.
            if (manner.Swallows)
            {
                var waits = resume!.Task;
                open.TryAdd(socket, true);
                await waits;
                Close(socket);
                continue;
            }
            open.TryAdd(socket, true);
            _ = ServeAsync(socket);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using Stream network = new NetworkStream(socket, ownsSocket: false);
            var stream = network;
            var shown = manner.Certificate;
            if (shown is not null)
            {
                // A client that sends no hello (a held connection) waits here, and takes what is shown when it comes.
                await socket.ReceiveAsync(new byte[1], SocketFlags.Peek, stopping.Token);
                if (manner.StallsHandshake) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping.Token);
                var secured = new SslStream(network);
                await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = manner.Certificate ?? shown }, stopping.Token);
                stream = secured;
            }
            if (await HeadAsync(stream) is { } head) await AnswerAsync(head, stream);
            if (stream is SslStream done) await done.ShutdownAsync();
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            // The client has gone, or did not like what it saw: that is its verdict, not our trouble.
        }
        catch (Exception e)
        {
            Talk.Say($"scenarios: the target at port {Port} failed by itself: {e}"); // what is then said of it proves nothing
        }
        finally
        {
            Close(socket);
        }
    }

    private Task AnswerAsync(string head, Stream stream)
    {
        var now = manner;
        if (now.Refuses) return Task.CompletedTask;
        var client = head.Contains("blackbox", StringComparison.OrdinalIgnoreCase) ? "peer" : "nines";
        return now.Answer(new Exchange(head, asked.AddOrUpdate(client, 1, (_, count) => count + 1), stream, stopping.Token));
    }

    /// <returns>Null when the client ended before.</returns>
    private async Task<string?> HeadAsync(Stream stream)
    {
        var buffer = new byte[LongestHead];
        for (var length = 0; length < buffer.Length;)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), stopping.Token);
            if (read == 0) return null;
            length += read;
            var text = Encoding.ASCII.GetString(buffer, 0, length);
            if (text.Contains(speaksHttp ? "\r\n\r\n" : "\n", StringComparison.Ordinal)) return text;
        }
        return null;
    }

    private void CloseOpen()
    {
        foreach (var socket in open.Keys) Close(socket);
    }

    private void Close(Socket socket)
    {
        if (open.TryRemove(socket, out _)) socket.Dispose();
    }

    private static Instant Now() => Instant.FromDateTimeOffset(TimeProvider.System.GetUtcNow());
}
