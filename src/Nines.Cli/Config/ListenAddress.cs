using System.Net;

namespace Nines.Cli.Config;

/// <summary>Where <c>nines up</c> listens: an address with a port (0 takes a free one), or nowhere.</summary>
/// <param name="Endpoint">Null for <c>off</c>.</param>
public sealed record ListenAddress(IPEndPoint? Endpoint)
{
    public static readonly ListenAddress Default = new(new IPEndPoint(IPAddress.Loopback, 9464));

    public static readonly ListenAddress Off = new((IPEndPoint?)null);

    /// <summary>Reads <c>127.0.0.1:9464</c>, <c>[::1]:9464</c> or <c>off</c>.</summary>
    public static bool TryParse(string text, out ListenAddress address)
    {
        address = Off;
        if (text == "off") return true;
        // IPEndPoint takes a missing port for 0, and only v6 addresses have more than one colon.
        if (!IPEndPoint.TryParse(text, out var end) || (end.Port == 0 && !text.EndsWith(":0", StringComparison.Ordinal))) return false;
        address = new ListenAddress(end);
        return true;
    }

    public override string ToString() => Endpoint?.ToString() ?? "off";
}
