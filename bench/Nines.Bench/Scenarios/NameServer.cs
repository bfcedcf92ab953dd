using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Nines.Core;
using NodaTime;

namespace Nines.Bench.Scenarios;

/// <summary>How a name server answers.</summary>
internal enum DnsManner { Well, NoSuchName, ServerFailure, Silent, Slow, WrongAddress }

/// <summary>A zone's own name server on loopback, over UDP: one A record, or what it is told to say instead.</summary>
internal sealed class NameServer : ITarget
{
    public const string Name = "shop.bench.test", Address = "192.0.2.10", OtherAddress = "203.0.113.66";

    private const int HeaderLength = 12;
    private static readonly TimeSpan Slowness = TimeSpan.FromMilliseconds(600);

    private readonly DnsManner failing;
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource stopping = new();
    private volatile DnsManner manner;

    public NameServer(DnsManner failing)
    {
        this.failing = failing;
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        _ = ServeAsync();
    }

    public int Port { get; }

    public Task<Bounds> FailAsync() => Change(failing);

    public Task<Bounds> HealAsync() => Change(DnsManner.Well);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        socket.Dispose();
        stopping.Dispose();
    }

    private Task<Bounds> Change(DnsManner to)
    {
        var before = Now();
        manner = to;
        return Task.FromResult(new Bounds(before, Now()));
    }

    private async Task ServeAsync()
    {
        var buffer = new byte[1500];
        try
        {
            while (true)
            {
                var got = await socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), stopping.Token);
                if (Question(buffer.AsSpan(0, got.ReceivedBytes)) is { } question) _ = AnswerAsync(manner, question, got.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task AnswerAsync(DnsManner now, byte[] question, EndPoint to)
    {
        try
        {
            if (now == DnsManner.Silent) return;
            if (now == DnsManner.Slow) await Task.Delay(Slowness, TimeProvider.System, stopping.Token);
            await socket.SendToAsync(Message(now, question), SocketFlags.None, to, stopping.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Stopped, or the client did not wait for it.
        }
    }

    /// <summary>The header and the first question, without what follows (EDNS).</summary>
    /// <returns>Null for what is no question (RFC 1035, section 4.1).</returns>
    private static byte[]? Question(ReadOnlySpan<byte> message)
    {
        if (message.Length < HeaderLength || (message[2] & 0x80) != 0 || BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1) return null;
        var at = HeaderLength;
        while (at < message.Length && message[at] is > 0 and < 64) at += message[at] + 1;
        at += 5;
        return at <= message.Length ? message[..at].ToArray() : null;
    }

    /// <summary>The question back, and behind it an A record that is owned by the name in it (RFC 1035, sections 4.1.1 to 4.1.4).</summary>
    private static byte[] Message(DnsManner now, byte[] question)
    {
        byte rcode = now switch { DnsManner.NoSuchName => 3, DnsManner.ServerFailure => 2, _ => 0 };
        var isAddress = rcode == 0 && question[^3] == 1 && question[^4] == 0;
        byte[] record = isAddress
            ? [0xC0, HeaderLength, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, .. IPAddress.Parse(now == DnsManner.WrongAddress ? OtherAddress : Address).GetAddressBytes()]
            : [];
        byte[] answer = [.. question, .. record];
        answer[2] = (byte)(0x84 | (question[2] & 0x01)); // an answer, with authority, recursion desired as it was
        answer[3] = rcode;
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(6), (ushort)(isAddress ? 1 : 0));
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(8), 0);
        return answer;
    }

    private static Instant Now() => Instant.FromDateTimeOffset(TimeProvider.System.GetUtcNow());
}
