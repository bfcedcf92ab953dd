using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Nines.Probing.Paths;

/// <summary>Where a connection goes: a name or an address, and a port.</summary>
/// <param name="Host">Name, IPv4 or IPv6 address without brackets.</param>
/// <param name="Port">1 to 65,535.</param>
public readonly record struct HostPort(string Host, int Port)
{
    /// <summary>True for this machine's loopback: localhost, 127.0.0.0/8, ::1.</summary>
    public bool IsLoopback =>
        IPAddress.TryParse(Host, out var address)
            ? IPAddress.IsLoopback(address)
            : Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    public static HostPort Of(Uri url) => new(url.IdnHost.Trim('[', ']'), url.Port);

    /// <summary>Reads <c>host:port</c> or <c>[v6 address]:port</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out HostPort hostPort)
    {
        hostPort = default;
        var colon = text?.LastIndexOf(':') ?? -1;
        if (colon < 1 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
            return false;
        var host = text![..colon];
        if (host is ['[', .., ']']) host = host[1..^1];
        else if (host.Contains(':')) return false; // a bare IPv6 address: where would the port begin?
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown) return false;
        hostPort = new HostPort(host, port);
        return true;
    }

    /// <exception cref="FormatException">The text is not host:port.</exception>
    public static HostPort Parse(string text) =>
        TryParse(text, out var hostPort) ? hostPort : throw new FormatException($"'{text}' is not host:port. Try example.org:443 or [2001:db8::1]:443.");

    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
