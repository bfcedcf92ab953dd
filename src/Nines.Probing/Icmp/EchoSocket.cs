using System.Net;
using System.Net.Sockets;
using Nines.Probing.Paths;

namespace Nines.Probing.Icmp;

/// <summary>
/// A socket for echos to one address. The framework's Ping is not used: without CAP_NET_RAW it starts /bin/ping for each echo,
/// and it takes no source address.
/// </summary>
internal sealed class EchoSocket : IDisposable
{
    /// <summary>Said when neither kind of socket is permitted.</summary>
    public const string HowToPermit =
        "this process may not send ICMP echos. Allow it for everybody with: sysctl -w net.ipv4.ping_group_range=\"0 2147483647\" (for IPv6 too), or give the process CAP_NET_RAW, or set fallback_port";

    private EchoSocket(Socket socket, bool isRaw, AddressFamily family) => (Socket, IsRaw, Family) = (socket, isRaw, family);

    public Socket Socket { get; }

    /// <summary>False for a datagram socket, which needs no privilege where the system permits it, and sees only its own replies.</summary>
    public bool IsRaw { get; }

    public AddressFamily Family { get; }

    /// <returns>A socket connected to the address; neither it nor a failure when the process may not have one.</returns>
    public static (EchoSocket? Socket, PathFailure? Failure) Open(IPAddress address, IPAddress? source)
    {
        foreach (var type in new[] { SocketType.Dgram, SocketType.Raw })
        {
            var (socket, failure) = Open(address, source, type);
            if (socket is not null || failure is not null) return (socket, failure);
        }
        return (null, null);
    }

    public void Dispose() => Socket.Dispose();

    private static (EchoSocket? Socket, PathFailure? Failure) Open(IPAddress address, IPAddress? source, SocketType type)
    {
        Socket? socket = null;
        try
        {
            var protocol = address.AddressFamily == AddressFamily.InterNetwork ? ProtocolType.Icmp : ProtocolType.IcmpV6;
            socket = Descriptors.OpenSocket(address.AddressFamily, type, protocol);
        }
        // The system has no such sockets, or not for us.
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AccessDenied or SocketError.ProtocolNotSupported or SocketError.SocketNotSupported or SocketError.AddressFamilyNotSupported)
        {
            return (null, null);
        }
        catch (SocketException e)
        {
            return (null, PathFailure.Of(e.SocketErrorCode, address.ToString(), Phases.Connect));
        }
        try
        {
            if (source is not null) socket.Bind(new IPEndPoint(source, 0));
            socket.Connect(new IPEndPoint(address, 0));   // sends nothing: only replies from there come in, and its errors
            return (new EchoSocket(socket, type == SocketType.Raw, address.AddressFamily), null);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            return (null, PathFailure.Of(e.SocketErrorCode, address.ToString(), Phases.Connect));
        }
    }
}
