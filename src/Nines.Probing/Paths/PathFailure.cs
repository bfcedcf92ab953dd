using System.ComponentModel;
using System.Net.Sockets;
using Nines.Core;
using Nines.Core.Observations;
using NodaTime;

namespace Nines.Probing.Paths;

/// <summary>Why a connection could not be had, or was lost. Codes are stable: outages are told apart by them.</summary>
public abstract record PathFailure
{
    private PathFailure() { }

    /// <summary>The target, or something on the way to it, said no.</summary>
    /// <param name="NeedsControl">True when our own path could be to blame.</param>
    public sealed record Refused(string Code, string Message, bool NeedsControl) : PathFailure;

    /// <summary>The target's name has no address, or the resolver could not say. Control names decide whose fault that is.</summary>
    public sealed record Unresolved(string Code, string Message) : PathFailure;

    /// <summary>Nothing came within the limit. <paramref name="Phase"/>: dns, connect, tls.</summary>
    public sealed record TimedOut(string Phase) : PathFailure;

    /// <summary>We could not even ask: no descriptor, no such source address, our proxy is away.</summary>
    public sealed record Ours(string Code, string Message) : PathFailure;

    /// <summary>As a probe reports it.</summary>
    /// <param name="limit">The limit that a time-out ran into.</param>
    /// <param name="redaction">Takes credentials out of the message.</param>
    public Sight ToSight(Duration limit, Redaction redaction) => this switch
    {
        Refused refused => new Sight(new Outcome.Refused(refused.Code, redaction.Apply(refused.Message)), [], refused.NeedsControl),
        Unresolved unresolved => new Sight(new Outcome.Refused(unresolved.Code, redaction.Apply(unresolved.Message)), [], true) { Resolving = true },
        TimedOut { Phase: Phases.Proxy } => new Sight(new Outcome.ProbeFault("proxy_unreachable: our own proxy did not answer in time"), [], true),
        TimedOut timedOut => new Sight(new Outcome.TimedOut(limit, timedOut.Phase), [], true) { Resolving = timedOut.Phase == Phases.Dns },
        // Ours whatever a control check says; but it tells whether the whole vantage point is blind, which has to go on record.
        Ours ours => new Sight(new Outcome.ProbeFault(redaction.Apply($"{ours.Code}: {ours.Message}")), [], true),
        _ => throw new InvalidOperationException("PathFailure is a closed hierarchy."),
    };

    /// <summary>What a socket's error means for the judgement.</summary>
    /// <param name="where">The target as host:port, for the message.</param>
    /// <param name="phase">What was being done, for time-outs that the kernel reports.</param>
    public static PathFailure Of(SocketError error, string where, string phase) => error switch
    {
        SocketError.ConnectionRefused => new Refused("connection_refused", $"{where} refused the connection", false),
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown or SocketError.NotConnected or SocketError.Disconnecting =>
            new Refused("reset", $"the connection to {where} was reset", true),
        SocketError.HostUnreachable or SocketError.HostDown => new Refused("no_route", $"no route to {where}", true),
        SocketError.NetworkUnreachable or SocketError.NetworkDown or SocketError.NetworkReset =>
            new Refused("network_down", $"the network of {where} cannot be reached", true),
        SocketError.TimedOut => new TimedOut(phase),
        SocketError.AddressNotAvailable or SocketError.AddressAlreadyInUse or SocketError.AddressFamilyNotSupported or SocketError.InvalidArgument =>
            new Ours("address_unavailable", $"no local address to reach {where} from ({error})"),
        SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.ProcessLimit =>
            new Ours("out_of_descriptors", "this process or machine has no descriptor or buffer left: raise its limit (ulimit -n)"),
        SocketError.AccessDenied => new Ours("not_permitted", $"this machine does not permit a connection to {where}"),
        _ => new Refused("socket_error", $"the connection to {where} failed: {error}", true),
    };

    /// <summary>What an exception from reading, writing or TLS on an open connection means.</summary>
    public static PathFailure Of(Exception exception, string where, string phase)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is PathException known) return known.Failure;
            if (inner is SocketException socket) return Of(socket.SocketErrorCode, where, phase);
            if (inner is Win32Exception or EndOfStreamException) break;
        }
        // With TLS 1.3 a client certificate is refused only after the handshake, when the first answer is read.
        if (TlsAlert.Explain(exception, where) is { } alert) return alert;
        return new Refused("reset", $"the connection to {where} was lost", true);
    }
}

/// <summary>Carries a failure through a library that only knows exceptions.</summary>
internal sealed class PathException(PathFailure failure) : IOException(failure.ToString())
{
    public PathFailure Failure { get; } = failure;
}

/// <summary>Where a look can hang, as time-outs name it.</summary>
public static class Phases
{
    public const string Dns = "dns";
    /// <summary>Our own proxy is being reached: a time-out here is ours.</summary>
    public const string Proxy = "proxy";
    public const string Connect = "connect";
    public const string Tls = "tls";
    public const string Headers = "headers";
    public const string Body = "body";
    public const string Answer = "answer";
    public const string Echo = "echo";
    public const string Handshake = "handshake";
    /// <summary>A session is being asked for.</summary>
    public const string Logon = "logon";
}
