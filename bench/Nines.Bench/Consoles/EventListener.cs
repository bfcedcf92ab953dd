using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nines.Bench.Consoles;

/// <summary>A client of the event stream that only notes when it has read what.</summary>
internal sealed class EventListener : IDisposable
{
    private readonly Socket socket;
    private readonly CommitTimes commits;
    private long heard;

    private EventListener(Socket socket, CommitTimes commits) => (this.socket, this.commits, heard) = (socket, commits, commits.Start);

    /// <summary>Milliseconds, one a note.</summary>
    public List<double> Latencies { get; } = [];

    /// <summary>The server let go of it.</summary>
    public bool IsLost { get; private set; }

    /// <param name="own">Last number of the loopback address that it comes from: one address may have so many streams.</param>
    public static async Task<EventListener> ConnectAsync(Uri server, int own, CommitTimes commits)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, (byte)own]), 0));
        await socket.ConnectAsync(IPAddress.Loopback, server.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"GET /api/v1/events?after={commits.Start} HTTP/1.1\r\nHost: {server.Authority}\r\nAccept: text/event-stream\r\n\r\n")));
        return new EventListener(socket, commits);
    }

    /// <summary>Until told to stop.</summary>
    public async Task ReadAsync(CancellationToken stopping)
    {
        var buffer = new byte[32 << 10];
        var kept = 0;
        try
        {
            while (true)
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(kept), stopping);
                if (read == 0) break;
                var now = Stopwatch.GetTimestamp();
                kept = Take(buffer.AsSpan(0, kept + read), now);
            }
            IsLost = true;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
        catch (SocketException)
        {
            IsLost = true;
        }
    }

    public void Dispose() => socket.Dispose();

    /// <summary>Reads whole lines; what is left goes to the front.</summary>
    private int Take(Span<byte> bytes, long now)
    {
        var rest = bytes;
        while (rest.IndexOf((byte)'\n') is >= 0 and var end)
        {
            var line = rest[..end];
            if (line.StartsWith("id: "u8) && long.TryParse(line[4..].TrimEnd((byte)'\r'), NumberStyles.None, CultureInfo.InvariantCulture, out var position) && position > heard)
            {
                Latencies.Add(commits.Since(heard + 1, now));
                heard = position;
            }
            rest = rest[(end + 1)..];
        }
        rest.CopyTo(bytes);
        return rest.Length == bytes.Length && bytes.Length == 32 << 10 ? 0 : rest.Length;
    }
}
