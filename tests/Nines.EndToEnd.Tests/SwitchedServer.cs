using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Nines.EndToEnd.Tests;

/// <summary>A small real HTTP server on loopback whose answers are good or bad, as a switch says.</summary>
internal sealed class SwitchedServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<TcpClient, byte> open = [];
    private readonly Task accepting;
    private int asked;

    public SwitchedServer()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public bool Good { get; set; } = true;

    /// <summary>So many requests are answered; each one more with 429.</summary>
    public int Quota { get; init; } = int.MaxValue;

    /// <summary>What a good answer says.</summary>
    public string Body { get; init; } = "all is well";

    /// <summary>Requests that came.</summary>
    public int Asked => Volatile.Read(ref asked);

    public string Url => $"http://127.0.0.1:{Port}/";

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Resets every open connection, as a process that dies does.</summary>
    public void Drop()
    {
        foreach (var client in open.Keys)
        {
            client.Client.LingerState = new LingerOption(true, 0);
            client.Close();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = AnswerAsync(await listener.AcceptTcpClientAsync(stopping.Token));
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            return;
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            open.TryAdd(client, 0);
            try
            {
                var stream = client.GetStream();
                var buffer = new byte[4096];
                if (await stream.ReadAsync(buffer, stopping.Token) == 0) return;
                var status = Interlocked.Increment(ref asked) <= Quota ? "200 OK" : "429 Too Many Requests";
                var body = Good ? Body : "Something went wrong";
                await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"), stopping.Token);
            }
            catch (Exception gone) when (gone is IOException or OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            finally
            {
                open.TryRemove(client, out _);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        stopping.Dispose();
    }
}
