using System.Net;
using System.Net.Sockets;

namespace Nines.Cli.Demo;

/// <summary>Where the demo's watcher is looked at, while it runs: ports of this machine that nobody held a moment ago.</summary>
internal sealed record DemoPlaces(IPEndPoint Console, IPEndPoint StatusPage)
{
    public static DemoPlaces Find()
    {
        // Both at once: one that has been let go may be given out again.
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return new DemoPlaces((IPEndPoint)first.LocalEndpoint, (IPEndPoint)second.LocalEndpoint);
    }
}
