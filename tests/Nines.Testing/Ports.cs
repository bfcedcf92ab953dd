using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Nines.Testing;

/// <summary>Ports for programs that cannot choose one themselves.</summary>
public static class Ports
{
    private const int Fewest = 1_000;
    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Given = [];

    /// <summary>
    /// A port of loopback that is free, for TCP and UDP, and stays so until somebody asks for it by its number: it lies below those that the
    /// kernel gives to connections and to listeners at port 0, of which every test makes many. No port is given twice.
    /// </summary>
    public static int Free()
    {
        var (first, count) = Below();
        for (var tries = 0; tries < 1_000; tries++)
        {
            var port = first + Random.Shared.Next(count);
            lock (Gate)
                if (!Given.Add(port)) continue;
            if (IsFree(port)) return port;
        }
        throw new InvalidOperationException($"No port from {first} on is free.");
    }

    /// <summary>Where the kernel takes none by itself: beneath its range, which Linux tells; elsewhere it begins at 49152 (RFC 6335, section 6).</summary>
    private static (int First, int Count) Below()
    {
        const string range = "/proc/sys/net/ipv4/ip_local_port_range";
        var lowest = File.Exists(range) ? int.Parse(File.ReadAllText(range).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture) : 49_152;
        var first = Math.Min(10_000, lowest / 2);
        // The lab's services take theirs from 20,000 on.
        return (first, Math.Max(Fewest, Math.Min(lowest, 20_000) - first));
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            tcp.Bind(new IPEndPoint(IPAddress.Loopback, port));
            using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
