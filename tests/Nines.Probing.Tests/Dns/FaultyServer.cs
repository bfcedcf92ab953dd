using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Nines.Probing.Tests.Dns;

/// <summary>Stands between a client and a real server, over UDP and TCP on one loopback port, and does to each answer what a test says.</summary>
internal sealed class FaultyServer : IAsyncDisposable
{
    private readonly Socket udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly TcpListener tcp;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task[] running;
    private readonly int upstream;
    private readonly ConcurrentDictionary<string, byte> questions = new(StringComparer.Ordinal);
    private int packets;
    private int overTcp;

    /// <param name="upstream">Port of the server that answers; 0 for none.</param>
    public FaultyServer(int upstream)
    {
        this.upstream = upstream;
        for (var attempt = 0; ; attempt++)
        {
            udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            tcp = new TcpListener(IPAddress.Loopback, Port);
            try
            {
                tcp.Start();
                break;
            }
            catch (SocketException) when (attempt < 10)
            {
                udp.Dispose();
            }
        }
        running = [ServeUdpAsync(), ServeTcpAsync()];
    }

    public int Port => ((IPEndPoint)udp.LocalEndPoint!).Port;
    public string Address => $"127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>That came over UDP, each counted once however often it was sent.</summary>
    public int Questions => questions.Count;

    public int Packets => Volatile.Read(ref packets);
    public int OverTcp => Volatile.Read(ref overTcp);

    /// <summary>Makes of a question and its answer the packets that are sent back over UDP; the answer as it is by default.</summary>
    public Func<byte[], byte[], IEnumerable<byte[]>> Answers { get; set; } = (_, answer) => [answer];

    public TimeSpan Delay { get; set; }

    /// <summary>Says nothing, over UDP and TCP, to the questions for which it is true.</summary>
    public Func<byte[], bool> IsSilent { get; set; } = _ => false;

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        tcp.Stop();
        udp.Dispose();
        foreach (var task in running) await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private async Task ServeUdpAsync()
    {
        var buffer = new byte[4096];
        while (!stopping.IsCancellationRequested)
        {
            var came = await udp.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), stopping.Token);
            Interlocked.Increment(ref packets);
            questions[Convert.ToHexString(buffer.AsSpan(0, came.ReceivedBytes))] = 0;
            _ = AnswerAsync(buffer[..came.ReceivedBytes], came.RemoteEndPoint);
        }
    }

    private async Task AnswerAsync(byte[] question, EndPoint to)
    {
        if (IsSilent(question)) return;
        var answer = upstream == 0 ? question : await AskAsync(question);
        if (Delay > TimeSpan.Zero) await Task.Delay(Delay, TimeProvider.System, stopping.Token);
        foreach (var packet in Answers(question, answer)) await udp.SendToAsync(packet, to, stopping.Token);
    }

    private async Task<byte[]> AskAsync(byte[] question)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, upstream), stopping.Token);
        await socket.SendAsync(question, stopping.Token);
        var buffer = new byte[4096];
        return buffer[..await socket.ReceiveAsync(buffer, stopping.Token)];
    }

    private async Task ServeTcpAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            using var client = await tcp.AcceptTcpClientAsync(stopping.Token);
            Interlocked.Increment(ref overTcp);
            if (upstream == 0) continue;
            using var server = new TcpClient();
            await server.ConnectAsync(IPAddress.Loopback, upstream, stopping.Token);
            var back = server.GetStream().CopyToAsync(client.GetStream(), stopping.Token);
            var forth = client.GetStream().CopyToAsync(server.GetStream(), stopping.Token);
            await Task.WhenAny(back, forth);   // whoever ends first ends the other
        }
    }
}
