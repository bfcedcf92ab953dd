using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.Icmp;

/// <summary>Sends a few echos and counts what comes back.</summary>
public sealed class IcmpProbe(ProbeDefinition definition, IcmpOptions options, NetworkPath path, ProbeEnvironment environment) : Probe
{
    /// <summary>Share of the timeout after which an echo is lost: what is left is for making the sight.</summary>
    private const double ShareForEchos = 0.9;

    /// <summary>Packets that are not ours which one look reads at most: a raw socket sees those to other programs.</summary>
    private const int MostStray = 10_000;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

    private readonly Readout readout = new(definition.Signals, new IcmpProbeType().Signals);
    private readonly TimeSpan pause = Shorter(LongestPause, definition.Timeout.ToTimeSpan() / 2 / options.Count);

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        using var soon = new CancellationTokenSource(definition.Timeout.ToTimeSpan() * ShareForEchos, environment.Time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(limit, soon.Token);
        if (path.VantagePoint.Proxy is not null)
        {
            return options.FallbackPort is { } through
                ? await ConnectAsync(new HostPort(options.Host, through), null, null, end.Token).ConfigureAwait(false)
                : Fault($"{path.VantagePoint.Id} has a proxy, which takes no ICMP: look from another vantage point (from), or set fallback_port");
        }
        var started = environment.Time.GetTimestamp();
        var (addresses, failure) = await path.ResolveAsync(options.Host, end.Token).ConfigureAwait(false);
        if (failure is not null) return failure.ToSight(definition.Timeout, Redaction.ByShape);
        Duration? naming = IPAddress.TryParse(options.Host, out _) ? null : Since(started);

        // An address that we have no network for is no reason to stop: often only the other family is there.
        EchoSocket? socket = null;
        var address = addresses[0];
        foreach (var candidate in addresses)
        {
            (socket, failure) = EchoSocket.Open(address = candidate, path.SourceAddress);
            if (socket is not null) break;
        }
        if (socket is null && failure is not null) return failure.ToSight(definition.Timeout, Redaction.ByShape);
        if (socket is null)
            return options.FallbackPort is { } port ? await ConnectAsync(new HostPort(address.ToString(), port), address, naming, end.Token).ConfigureAwait(false) : Fault(EchoSocket.HowToPermit);
        using (socket)
        {
            var (tally, error) = await EchoAsync(socket, end.Token).ConfigureAwait(false);
            return Sum(tally, error, socket.IsRaw ? "raw" : "datagram", address, naming);
        }
    }

    /// <returns>What came back, and why it ended early: null when it did not.</returns>
    private async Task<(EchoTally Tally, PathFailure? Failure)> EchoAsync(EchoSocket socket, CancellationToken end)
    {
        var tally = new EchoTally(options.Count);
        var sent = new long[options.Count];
        var token = RandomNumberGenerator.GetBytes(EchoPacket.TokenLength);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(end);
        var sending = SendAsync(socket, token, sent, stop.Token);
        PathFailure? failure = null;
        try
        {
            var buffer = new byte[2048];
            for (var stray = 0; !tally.IsComplete && stray < MostStray;)
            {
                var length = await socket.Socket.ReceiveAsync(buffer, end).ConfigureAwait(false);
                if (EchoPacket.ReplyTo(socket.Family, buffer.AsSpan(0, length), token) is { } sequence && sequence < sent.Length) tally.Came(sequence, Since(Volatile.Read(ref sent[sequence])));
                else stray++;
            }
        }
        catch (OperationCanceledException)
        {
            failure = await sending.ConfigureAwait(false);   // its limit is the same
        }
        catch (SocketException e)
        {
            failure = PathFailure.Of(e.SocketErrorCode, options.Host, Phases.Echo);
        }
        await stop.CancelAsync().ConfigureAwait(false);
        return (tally, failure ?? await sending.ConfigureAwait(false));
    }

    /// <returns>Why not all were sent; null when they were, or the look ended first.</returns>
    private async Task<PathFailure?> SendAsync(EchoSocket socket, byte[] token, long[] sent, CancellationToken stop)
    {
        try
        {
            var id = (ushort)RandomNumberGenerator.GetInt32(1 << 16);
            for (var sequence = 0; sequence < sent.Length; sequence++)
            {
                if (sequence > 0) await Task.Delay(pause, environment.Time, stop).ConfigureAwait(false);
                Volatile.Write(ref sent[sequence], environment.Time.GetTimestamp());
                await socket.Socket.SendAsync(EchoPacket.Request(socket.Family, id, (ushort)sequence, token), stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (SocketException e)
        {
            return PathFailure.Of(e.SocketErrorCode, options.Host, Phases.Echo);
        }
        return null;
    }

    /// <summary>The fallback: as many connections as echos, one after the other.</summary>
    private async Task<Sight> ConnectAsync(HostPort target, IPAddress? address, Duration? naming, CancellationToken end)
    {
        var tally = new EchoTally(options.Count);
        PathFailure? last = null;
        for (var i = 0; i < options.Count && !end.IsCancellationRequested; i++)
        {
            using var soon = new CancellationTokenSource(definition.Timeout.ToTimeSpan() * ShareForEchos / options.Count, environment.Time);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(end, soon.Token);
            var result = await path.OpenAsync(target, null, limit.Token).ConfigureAwait(false);
            if (result is PathResult.Open open)
            {
                tally.Came(i, open.Connection.Timings.Connect ?? Duration.Zero);
                await open.Connection.DisposeAsync().ConfigureAwait(false);
            }
            // A host that refuses is there.
            else if (result is PathResult.Failed { Failure: PathFailure.Refused { Code: "connection_refused" } } refused) tally.Came(i, refused.Timings.Connect ?? Duration.Zero);
            else last = ((PathResult.Failed)result).Failure;
        }
        return Sum(tally, last is PathFailure.TimedOut { Phase: not Phases.Proxy } ? null : last, "tcp", address, naming);
    }

    private Sight Sum(EchoTally tally, PathFailure? failure, string method, IPAddress? address, Duration? naming)
    {
        if (tally.Median is not { } median)
            return failure?.ToSight(definition.Timeout, Redaction.ByShape) ?? new Sight(new Outcome.TimedOut(definition.Timeout, Phases.Echo), [], true);
        SignalValue[] values =
        [
            SignalValue.Of(median.TotalSeconds),
            SignalValue.Of(naming),
            SignalValue.Of(tally.Loss),
            SignalValue.Of((double)tally.Received),
            SignalValue.Of(tally.Jitter),
            SignalValue.Of(method),
            address is null ? SignalValue.Missing : SignalValue.Of(address.ToString()),
        ];
        return new Sight(new Outcome.Answered(median), readout.Read(values, null));
    }

    private Duration Since(long started) => Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static Sight Fault(string reason) => new(new Outcome.ProbeFault(reason), []);
}
