using System.Net;
using System.Net.Sockets;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.Dns;

/// <summary>What came of asking one server.</summary>
internal abstract record DnsReply
{
    private DnsReply() { }

    /// <param name="Took">From the first packet to the answer, repeats and a change to TCP included.</param>
    public sealed record Answered(DnsMessage Message, Duration Took) : DnsReply;

    /// <summary>Nothing that answers the question came within the limit.</summary>
    /// <param name="Ignored">Packets that came and were no answer to it: another id, another question.</param>
    public sealed record Silent(int Ignored) : DnsReply;

    /// <summary>An answer to the question that cannot be read.</summary>
    public sealed record Malformed(string Problem) : DnsReply;

    /// <summary>The server, or something on the way, said no; or we could not even ask.</summary>
    public sealed record Failed(PathFailure Failure) : DnsReply;
}

/// <summary>
/// Asks DNS servers: over UDP with an id, a port and a mix of cases that a forger would have to guess, over TCP when the answer
/// was cut (RFC 7766) or the path goes through a proxy.
/// </summary>
internal sealed class DnsClient(NetworkPath path, TimeProvider time)
{
    /// <summary>Packets that are not ours which one conversation reads at most: a flood must not keep us busy.</summary>
    private const int MostIgnored = 1_000;

    /// <summary>Larger than what we say that we take, so that a server which sends more is seen to.</summary>
    private const int BufferSize = 4096;

    /// <summary>When an unanswered question is sent again, after the first time.</summary>
    private static readonly TimeSpan[] Repeats = [TimeSpan.FromMilliseconds(800), TimeSpan.FromMilliseconds(1600), TimeSpan.FromMilliseconds(3200)];

    /// <summary>How long the first of several servers has before the next is asked beside it.</summary>
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(1500);

    /// <summary>Asks servers that stand for each other, such as those of resolv.conf: the next one when the one before stays silent or fails.</summary>
    public async Task<DnsReply> AskAsync(DnsQuestion question, IReadOnlyList<HostPort> servers, CancellationToken limit)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit);
        var running = new List<Task<DnsReply>>();
        DnsReply? last = null;
        for (var next = 0; next < servers.Count || running.Count > 0;)
        {
            if (next < servers.Count) running.Add(AskAsync(question, servers[next++], stop.Token));
            Task first = next < servers.Count
                ? await Task.WhenAny([.. running, Task.Delay(HeadStart, time, stop.Token)]).ConfigureAwait(false)
                : await Task.WhenAny(running).ConfigureAwait(false);
            if (first is not Task<DnsReply> done) continue;
            running.Remove(done);
            last = await done.ConfigureAwait(false);
            if (last is DnsReply.Answered) break;
        }
        await stop.CancelAsync().ConfigureAwait(false);
        foreach (var late in running) await late.ConfigureAwait(false);
        return last ?? new DnsReply.Failed(new PathFailure.Ours("no_resolver", "there is no name server in /etc/resolv.conf"));
    }

    /// <summary>Never throws for what the network or the server does; ends soon after the limit.</summary>
    public async Task<DnsReply> AskAsync(DnsQuestion question, HostPort server, CancellationToken limit)
    {
        var started = time.GetTimestamp();
        if (path.VantagePoint.Proxy is not null) return await OverTcpAsync(question, server, started, limit).ConfigureAwait(false);
        var (addresses, failure) = await path.ResolveAsync(server.Host, limit).ConfigureAwait(false);
        if (failure is not null) return failure is PathFailure.TimedOut ? new DnsReply.Silent(0) : new DnsReply.Failed(failure);
        var address = new HostPort(addresses[0].ToString(), server.Port);

        var (reply, overTcp) = await OverUdpAsync(new DnsQuery(question), address, started, limit).ConfigureAwait(false);
        // A server from before EDNS says FORMERR; what needs no EDNS is asked without.
        if (reply is DnsReply.Answered { Message.Rcode: DnsRcode.FormErr } && !question.Signatures)
            (reply, overTcp) = await OverUdpAsync(new DnsQuery(question, edns: false), address, started, limit).ConfigureAwait(false);
        return overTcp ? await OverTcpAsync(question, address, started, limit).ConfigureAwait(false) : reply;
    }

    private async Task<(DnsReply Reply, bool OverTcp)> OverUdpAsync(DnsQuery query, HostPort server, long started, CancellationToken limit)
    {
        var end = new IPEndPoint(IPAddress.Parse(server.Host), server.Port);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit);
        try
        {
            using var socket = Descriptors.OpenSocket(end.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            if (path.SourceAddress is { } source) socket.Bind(new IPEndPoint(source, 0));
            // Connected, so that only this server's packets come in, and so that its host can say that nobody listens.
            await socket.ConnectAsync(end, limit).ConfigureAwait(false);
            await socket.SendAsync(query.Wire, limit).ConfigureAwait(false);
            var repeating = RepeatAsync(socket, query, stop.Token);
            try
            {
                return await ListenAsync(socket, query, started, limit).ConfigureAwait(false);
            }
            finally
            {
                await stop.CancelAsync().ConfigureAwait(false);
                await repeating.ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            return (new DnsReply.Silent(0), false);
        }
        catch (SocketException e)
        {
            return (new DnsReply.Failed(PathFailure.Of(e.SocketErrorCode, server.ToString(), Phases.Answer)), false);
        }
    }

    private async Task<(DnsReply Reply, bool OverTcp)> ListenAsync(Socket socket, DnsQuery query, long started, CancellationToken limit)
    {
        var buffer = new byte[BufferSize];
        var ignored = 0;
        try
        {
            while (ignored < MostIgnored)
            {
                var length = await socket.ReceiveAsync(buffer, limit).ConfigureAwait(false);
                var packet = buffer.AsSpan(0, length);
                var match = DnsMessage.Match(packet, query);
                // A mix of cases that was not kept proves nothing either way; over TCP an answer cannot be forged from afar.
                if (match == DnsMatch.OtherCase) return (new DnsReply.Silent(ignored), true);
                if (match == DnsMatch.NotOurs)
                {
                    ignored++;
                    continue;
                }
                if (!DnsMessage.TryParse(packet, out var message, out var problem)) return (new DnsReply.Malformed(problem), false);
                return message.Truncated ? (new DnsReply.Silent(ignored), true) : (new DnsReply.Answered(message, Since(started)), false);
            }
        }
        catch (OperationCanceledException)
        {
            return (new DnsReply.Silent(ignored), false);
        }
        return (new DnsReply.Silent(ignored), false);
    }

    /// <summary>Sends the question again, the same packet, so that a late answer to the first one still counts.</summary>
    private async Task RepeatAsync(Socket socket, DnsQuery query, CancellationToken stop)
    {
        try
        {
            foreach (var pause in Repeats)
            {
                await Task.Delay(pause, time, stop).ConfigureAwait(false);
                await socket.SendAsync(query.Wire, stop).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // Whoever listens on the same socket sees what is wrong with it.
            return;
        }
    }

    private async Task<DnsReply> OverTcpAsync(DnsQuestion question, HostPort server, long started, CancellationToken limit)
    {
        var opened = await path.OpenAsync(server, null, limit).ConfigureAwait(false);
        if (opened is PathResult.Failed failed)
            return failed.Failure is PathFailure.TimedOut { Phase: not Phases.Proxy } ? new DnsReply.Silent(0) : new DnsReply.Failed(failed.Failure);
        await using var connection = ((PathResult.Open)opened).Connection;
        var query = new DnsQuery(question);
        try
        {
            await connection.Stream.WriteAsync((byte[])[(byte)(query.Wire.Length >> 8), (byte)(query.Wire.Length & 0xFF), .. query.Wire], limit).ConfigureAwait(false);
            var length = new byte[2];
            await connection.Stream.ReadExactlyAsync(length, limit).ConfigureAwait(false);
            var answer = new byte[length[0] << 8 | length[1]];
            await connection.Stream.ReadExactlyAsync(answer, limit).ConfigureAwait(false);
            if (DnsMessage.Match(answer, query) == DnsMatch.NotOurs) return new DnsReply.Malformed("over TCP it answers another question");
            if (!DnsMessage.TryParse(answer, out var message, out var problem)) return new DnsReply.Malformed(problem);
            return message.Truncated ? new DnsReply.Malformed("it is cut over TCP too") : new DnsReply.Answered(message, Since(started));
        }
        catch (OperationCanceledException)
        {
            return new DnsReply.Silent(0);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return new DnsReply.Failed(PathFailure.Of(e, server.ToString(), Phases.Answer));
        }
    }

    private Duration Since(long started) => Duration.FromTimeSpan(time.GetElapsedTime(started));
}
