using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Nines.Probing.Paths;
using Nines.Testing;

namespace Nines.Probing.Tests;

/// <summary>A TCP server on loopback that does to each caller what the test says. Can be stopped and started again on its port.</summary>
internal sealed class HostileServer : IAsyncDisposable
{
    private readonly Func<NetworkStream, CancellationToken, Task> serve;
    private readonly ConcurrentDictionary<Socket, byte> open = [];
    private CancellationTokenSource stopping = new();
    private TcpListener listener;
    private readonly TaskCompletionSource met = new(TaskCreationOptions.RunContinuationsAsynchronously), asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int accepted;

    /// <param name="port">One that stays free while the server is stopped, when null.</param>
    public HostileServer(Func<NetworkStream, CancellationToken, Task> serve, int? port = null)
    {
        this.serve = serve;
        listener = new TcpListener(IPAddress.Loopback, port ?? Ports.Free());
        listener.Start(256);
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        _ = AcceptAsync(listener, stopping.Token);
    }

    /// <summary>Reads a request's head, sends these bytes, hangs up.</summary>
    public static HostileServer Answering(byte[] answer) => new(async (stream, stop) =>
    {
        await ReadHeadAsync(stream, stop);
        await stream.WriteAsync(answer, stop);
        stream.Socket.Shutdown(SocketShutdown.Send);
        await stream.ReadAtLeastAsync(new byte[1 << 16], 1 << 16, throwOnEndOfStream: false, stop);
    });

    public static HostileServer Answering(string answer) => Answering(Encoding.Latin1.GetBytes(answer));

    /// <summary>Reads a request's head, sends the text, says nothing more and does not hang up.</summary>
    public static HostileServer Hanging(string first) => new(async (stream, stop) =>
    {
        await ReadHeadAsync(stream, stop);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(first), stop);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
    });

    public static string Ok(string body, string headers = "") => $"HTTP/1.1 200 OK\r\nContent-Length: {Encoding.Latin1.GetByteCount(body)}\r\n{headers}\r\n{body}";

    public int Port { get; }
    public int Accepted => Volatile.Read(ref accepted);
    public int OpenNow => open.Count;

    /// <summary>Ends when the first caller has connected.</summary>
    public Task Met => met.Task;

    /// <summary>Ends when the first caller has said something.</summary>
    public Task Asked => asked.Task;

    public HostPort Target => new("127.0.0.1", Port);
    public Uri Url(string path = "/", string scheme = "http") => new($"{scheme}://127.0.0.1:{Port}{path}");

    public static async Task<string> ReadHeadAsync(Stream stream, CancellationToken stop)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!(head.Length >= 4 && head.ToString(head.Length - 4, 4) == "\r\n\r\n"))
        {
            if (await stream.ReadAsync(one, stop) == 0) throw new EndOfStreamException();
            head.Append((char)one[0]);
        }
        return head.ToString();
    }

    /// <summary>Stops listening and ends all connections.</summary>
    /// <param name="reset">With RST instead of FIN.</param>
    public void Stop(bool reset = false)
    {
        listener.Stop();
        DropAll(reset);
        stopping.Cancel();
    }

    public void DropAll(bool reset = false)
    {
        foreach (var socket in open.Keys)
        {
            try
            {
                if (reset) socket.LingerState = new LingerOption(true, 0);
                else socket.Shutdown(SocketShutdown.Both);
                socket.Close();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It ended by itself meanwhile, which is what was wanted.
            }
        }
    }

    public void StartAgain()
    {
        stopping = new CancellationTokenSource();
        listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Start(256);
        _ = AcceptAsync(listener, stopping.Token);
    }

    public ValueTask DisposeAsync()
    {
        Stop();
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync(TcpListener from, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var socket = await from.AcceptSocketAsync(stop);
                Interlocked.Increment(ref accepted);
                open[socket] = 0;
                _ = ServeAsync(socket, stop);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken stop)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            met.TrySetResult();
            _ = HearAsync(socket, stop);
            await serve(stream, stop);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException
            or System.Security.Authentication.AuthenticationException or System.Net.WebSockets.WebSocketException)
        {
            // The caller hung up, as it may.
        }
        finally
        {
            open.TryRemove(socket, out _);
        }
    }

    /// <summary>Looks at what comes first, which stays to be read.</summary>
    private async Task HearAsync(Socket socket, CancellationToken stop)
    {
        try
        {
            if (await socket.ReceiveAsync(new byte[1], SocketFlags.Peek, stop) > 0) asked.TrySetResult();
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            return; // gone before it said anything
        }
    }
}
