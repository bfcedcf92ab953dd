using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Nines.EndToEnd.Tests.WatcherFaults;

/// <summary>A resolver on loopback, port 53, that says 127.0.0.1 to every question for an address, or swallows the question.</summary>
internal sealed class SwitchedResolver : IAsyncDisposable
{
    private readonly UdpClient socket;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task answering;

    private SwitchedResolver(UdpClient socket)
    {
        this.socket = socket;
        answering = AnswerAsync();
    }

    public bool Silent { get; set; }

    public IPAddress Address => ((IPEndPoint)socket.Client.LocalEndPoint!).Address;

    /// <returns>Null when port 53 may not be had.</returns>
    public static SwitchedResolver? TryStart()
    {
        try
        {
            // An address of loopback that is hardly anybody's: several of these can run beside each other.
            return new SwitchedResolver(new UdpClient(new IPEndPoint(new IPAddress([127, 83, (byte)Random.Shared.Next(1, 255), (byte)Random.Shared.Next(1, 255)]), 53)));
        }
        catch (SocketException refused) when (refused.SocketErrorCode is SocketError.AccessDenied or SocketError.AddressAlreadyInUse)
        {
            return null;
        }
    }

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var asked = await socket.ReceiveAsync(stopping.Token);
                if (!Silent && asked.Buffer.Length > 16) await socket.SendAsync(Answer(asked.Buffer), asked.RemoteEndPoint, stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    /// <summary>RFC 1035, section 4: the question again; for A one record with a lifetime of 0, for all else none.</summary>
    private static byte[] Answer(byte[] query)
    {
        var end = 12;
        while (query[end] != 0) end += query[end] + 1;
        end += 5;
        var isA = BinaryPrimitives.ReadUInt16BigEndian(query.AsSpan(end - 4)) == 1;
        byte[] record = [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1];
        byte[] answer = [.. query.AsSpan(0, end), .. isA ? record : []];
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(2), 0x8180); // a response; recursion was desired and is available
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(4), 1);
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(6), (ushort)(isA ? 1 : 0));
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(8), 0);      // nothing of authority, nothing additional
        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await answering;
        socket.Dispose();
        stopping.Dispose();
    }
}
