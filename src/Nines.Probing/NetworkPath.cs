using System.Net;
using System.Net.Sockets;
using Nines.Core.Components;
using Nines.Core.Network;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing;

/// <summary>The path that a vantage point's probes take to their targets: direct, from a source address, or through a forward proxy.</summary>
/// <param name="vantagePoint">Whose path it is.</param>
/// <param name="time">Measures the phases; the system's when null.</param>
public sealed class NetworkPath(VantagePoint vantagePoint, TimeProvider? time = null)
{
    /// <summary>Addresses of one name that are tried at most.</summary>
    private const int MaxAddresses = 8;

    /// <summary>How long an address has before the next one is tried beside it (RFC 8305, section 5).</summary>
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(250);

    private readonly TimeProvider time = time ?? TimeProvider.System;
    private readonly NameLookups lookups = new(NameLookups.AskSystemAsync);

    public VantagePoint VantagePoint { get; } = vantagePoint;

    public IPAddress? SourceAddress { get; } = vantagePoint.SourceAddress is { } text ? IPAddress.Parse(text) : null;

    /// <summary>
    /// Which addresses may be connected to, for looks that somebody asks for who is not trusted with all of them; null for any. It judges the addresses that a name
    /// has at that moment, and only those are connected to: also after a redirect, and for each connection anew.
    /// </summary>
    public AddressRule? Rule { get; init; }

    /// <summary>The system's resolver, with its cache and its hosts file: what the users' software asks too.</summary>
    internal Func<string, Task<IPAddress[]>> Resolver
    {
        init => lookups = new NameLookups(value);
    }

    /// <summary>Opens a connection. Never throws for what the network does; ends soon after <paramref name="limit"/>.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="tls">How to secure it; null for plain TCP.</param>
    /// <param name="entering">Told each phase as it begins, for a caller that gives up first.</param>
    public async Task<PathResult> OpenAsync(HostPort target, TlsRequest? tls, CancellationToken limit, Action<string>? entering = null)
    {
        var (opened, timings, failure) = await OpenSocketAsync(target, limit, entering).ConfigureAwait(false);
        if (opened is not { } socket) return new PathResult.Failed(failure!, timings);

        var stream = new NetworkStream(socket, ownsSocket: true);
        if (tls is null) return new PathResult.Open(new Connection(socket, stream, timings, null));

        entering?.Invoke(Phases.Tls);
        var handshake = new TlsHandshake(tls, target, time);
        var started = time.GetTimestamp();
        var (secured, problem) = await handshake.RunAsync(stream, limit).ConfigureAwait(false);
        timings = timings with { Tls = Since(started) };
        if (secured is not null) return new PathResult.Open(new Connection(socket, secured, timings, handshake.CertificateExpires));
        await stream.DisposeAsync().ConfigureAwait(false);
        if (problem is PathFailure.Refused { Code: TlsAlert.Handshake } && await IsTooOldAsync(target, limit).ConfigureAwait(false)) problem = TlsAlert.TooOldFor(target.ToString());
        return new PathResult.Failed(problem!, timings);
    }

    /// <summary>Few targets that know only old versions say so: most just find no cipher. A second connection tells, on failure only.</summary>
    private async Task<bool> IsTooOldAsync(HostPort target, CancellationToken limit)
    {
        // The failure is known: what it is called may cost a little, and not the rest of the look.
        using var expired = new CancellationTokenSource(TimeSpan.FromSeconds(1), time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(limit, expired.Token);
        var (socket, _, _) = await OpenSocketAsync(target, patience.Token, null).ConfigureAwait(false);
        if (socket is null) return false;
        using var stream = new NetworkStream(socket, ownsSocket: true);
        return await LegacyHello.IsTakenAsync(stream, patience.Token).ConfigureAwait(false);
    }

    private Task<(Socket? Socket, PathTimings Timings, PathFailure? Failure)> OpenSocketAsync(HostPort target, CancellationToken limit, Action<string>? entering) =>
        VantagePoint.Proxy is { } proxy ? OpenThroughAsync(proxy, target, limit, entering) : OpenDirectAsync(target, limit, entering);

    /// <summary>Asks the system's resolver. An address literal answers itself. Only addresses that the rule allows are given.</summary>
    /// <param name="control">The host is a control name: its look-up does not wait for those of targets.</param>
    /// <returns>One or more addresses, or why there is none.</returns>
    public async Task<(IPAddress[] Addresses, PathFailure? Failure)> ResolveAsync(string host, CancellationToken limit, bool control = false)
    {
        var (addresses, failure) = await FindAsync(host, limit, control).ConfigureAwait(false);
        if (failure is not null || Rule is not { } rule) return (addresses, failure);
        IPAddress[] allowed = [.. addresses.Where(address => rule.Allows(address.GetAddressBytes()))];
        return allowed.Length > 0 ? (allowed, null) : ([], NotAllowed(host));
    }

    private static PathFailure NotAllowed(string host) => new PathFailure.Ours("address_not_allowed", $"{host} is at an address that may not be looked at from here by this role");

    private async Task<(IPAddress[] Addresses, PathFailure? Failure)> FindAsync(string host, CancellationToken limit, bool control = false)
    {
        if (IPAddress.TryParse(host, out var literal)) return ([literal], null);
        try
        {
            var addresses = await lookups.AskAsync(host, control, limit).ConfigureAwait(false);
            if (SourceAddress is { } source) addresses = [.. addresses.Where(address => address.AddressFamily == source.AddressFamily)];
            return addresses.Length > 0 ? (addresses, null) : ([], new PathFailure.Unresolved("dns_not_found", $"{host} has no address of the kind that we can connect to"));
        }
        catch (OperationCanceledException)
        {
            return ([], new PathFailure.TimedOut(Phases.Dns));
        }
        catch (PathException busy)
        {
            return ([], busy.Failure);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            return ([], new PathFailure.Unresolved("dns_not_found", $"{host} has no address"));
        }
        catch (SocketException e)
        {
            return ([], new PathFailure.Unresolved("dns_failed", $"the resolver could not say where {host} is ({e.SocketErrorCode})"));
        }
        catch (ArgumentException)
        {
            return ([], new PathFailure.Unresolved("dns_not_found", $"{host} is not a name that can be looked up"));
        }
    }

    private async Task<(Socket? Socket, PathTimings Timings, PathFailure? Failure)> OpenDirectAsync(
        HostPort target, CancellationToken limit, Action<string>? entering)
    {
        var timings = new PathTimings();
        var isName = !IPAddress.TryParse(target.Host, out _);
        if (isName) entering?.Invoke(Phases.Dns);
        var started = time.GetTimestamp();
        var (addresses, unresolved) = await ResolveAsync(target.Host, limit).ConfigureAwait(false);
        if (isName) timings = timings with { Dns = Since(started) };
        if (unresolved is not null) return (null, timings, unresolved);

        entering?.Invoke(Phases.Connect);
        started = time.GetTimestamp();
        var (socket, failure) = await ConnectAsync(addresses, target, limit).ConfigureAwait(false);
        return (socket, timings with { Connect = Since(started) }, failure);
    }

    private async Task<(Socket? Socket, PathTimings Timings, PathFailure? Failure)> OpenThroughAsync(
        Uri proxy, HostPort target, CancellationToken limit, Action<string>? entering)
    {
        // Where the proxy would connect to a name cannot be known: only an address can be judged.
        if (Rule is { } rule && !(IPAddress.TryParse(target.Host, out var literal) && rule.Allows(literal.GetAddressBytes()))) return (null, new PathTimings(), NotAllowed(target.Host));
        entering?.Invoke(Phases.Proxy);
        var started = time.GetTimestamp();
        var (addresses, failure) = await FindAsync(proxy.IdnHost.Trim('[', ']'), limit).ConfigureAwait(false);
        Socket? socket = null;
        if (failure is null) (socket, failure) = await ConnectAsync(addresses, HostPort.Of(proxy), limit).ConfigureAwait(false);
        var timings = new PathTimings { Proxy = Since(started) };
        // Whatever keeps us from our own proxy is never the target's fault.
        if (socket is null)
        {
            var unreachable = new PathFailure.Ours("proxy_unreachable", $"the proxy of {VantagePoint.Id} cannot be reached ({Word(failure!)})");
            return (null, timings, failure as PathFailure.Ours ?? unreachable);
        }

        entering?.Invoke(Phases.Connect);
        started = time.GetTimestamp();
        var stream = new NetworkStream(socket, ownsSocket: false);
        failure = await ProxyTunnel.OpenAsync(stream, target, proxy.UserInfo, limit).ConfigureAwait(false);
        timings = timings with { Connect = Since(started) };
        if (failure is null) return (socket, timings, null);
        socket.Dispose();
        return (null, timings, failure);
    }

    /// <summary>Tries the addresses in the resolver's order, the next one as soon as one failed or had its head start.</summary>
    private async Task<(Socket? Socket, PathFailure? Failure)> ConnectAsync(IPAddress[] addresses, HostPort target, CancellationToken limit)
    {
        if (addresses.Length == 1) return await ConnectAsync(addresses[0], target, limit).ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit);
        var running = new List<Task<(Socket? Socket, PathFailure? Failure)>>();
        var count = Math.Min(addresses.Length, MaxAddresses);
        PathFailure? failure = null;
        Socket? winner = null;
        for (var next = 0; winner is null && (next < count || running.Count > 0);)
        {
            if (next < count) running.Add(ConnectAsync(addresses[next++], target, stop.Token));
            Task first = next < count
                ? await Task.WhenAny([.. running, Task.Delay(HeadStart, time, stop.Token)]).ConfigureAwait(false)
                : await Task.WhenAny(running).ConfigureAwait(false);
            if (first is not Task<(Socket? Socket, PathFailure? Failure)> done) continue;
            running.Remove(done);
            var (socket, problem) = await done.ConfigureAwait(false);
            winner = socket;
            if (problem is not null && (failure is null || Telling(problem) < Telling(failure))) failure = problem;
        }
        await stop.CancelAsync().ConfigureAwait(false);
        foreach (var late in running) (await late.ConfigureAwait(false)).Socket?.Dispose();
        return (winner, winner is null ? failure : null);
    }

    private async Task<(Socket? Socket, PathFailure? Failure)> ConnectAsync(IPAddress address, HostPort target, CancellationToken limit)
    {
        Socket? socket = null;
        try
        {
            socket = Descriptors.OpenSocket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.NoDelay = true;
            if (SourceAddress is { } source) socket.Bind(new IPEndPoint(source, 0));
            await socket.ConnectAsync(new IPEndPoint(address, target.Port), limit).ConfigureAwait(false);
            return (socket, null);
        }
        catch (OperationCanceledException)
        {
            socket?.Dispose();
            return (null, new PathFailure.TimedOut(Phases.Connect));
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            return (null, PathFailure.Of(e.SocketErrorCode, target.ToString(), Phases.Connect));
        }
    }

    // When several addresses fail, the one whose failure says most about the target counts: a refusal is the target's own
    // word, while "network down" is often only this machine having no IPv6.
    private static int Telling(PathFailure failure) => failure switch
    {
        PathFailure.Refused { NeedsControl: false } => 0,
        PathFailure.Refused { Code: "reset" } => 1,
        PathFailure.TimedOut => 2,
        PathFailure.Refused { Code: "no_route" } => 3,
        PathFailure.Refused => 4,
        PathFailure.Unresolved => 5,
        PathFailure.Ours => 6,
        _ => throw new InvalidOperationException("PathFailure is a closed hierarchy."),
    };

    private static string Word(PathFailure failure) => failure switch
    {
        PathFailure.Refused refused => refused.Code,
        PathFailure.Unresolved unresolved => unresolved.Code,
        PathFailure.TimedOut timedOut => $"time-out, {timedOut.Phase}",
        PathFailure.Ours ours => ours.Code,
        _ => throw new InvalidOperationException("PathFailure is a closed hierarchy."),
    };

    private Duration Since(long started) => Duration.FromTimeSpan(time.GetElapsedTime(started));
}
