using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Nines.Probing.Paths;

namespace Nines.Probing.Dns;

/// <summary>A server that is asked, as the config names it: an address or a name, with or without a port, or this machine's own resolver.</summary>
/// <param name="Label">As the config writes it; signals and messages name it so.</param>
/// <param name="At">Null for this machine's own.</param>
internal sealed record DnsServer(string Label, HostPort? At)
{
    public const string SystemWord = "system";
    public const int Port = 53;

    [MemberNotNullWhen(false, nameof(At))]
    public bool IsSystem => At is null;

    public static bool TryParse(string text, [NotNullWhen(true)] out DnsServer? server)
    {
        server = null;
        if (text == SystemWord) server = new DnsServer(text, null);
        else if (IsAddress(text)) server = new DnsServer(text, new HostPort(IPAddress.Parse(text).ToString(), Port));
        else if (HostPort.TryParse(text, out var target)) server = new DnsServer(text, target);
        else if (Uri.CheckHostName(text) == UriHostNameType.Dns) server = new DnsServer(text, new HostPort(text, Port));
        return server is not null;
    }

    // What the BCL takes for an address is more than people do: "1" would be 0.0.0.1.
    private static bool IsAddress(string text) =>
        IPAddress.TryParse(text, out var address) && (address.AddressFamily == AddressFamily.InterNetworkV6 ? !text.Contains('[') : text.Count(c => c == '.') == 3);
}

/// <summary>The machine's own resolver, as resolv.conf(5) names it.</summary>
internal static class SystemResolver
{
    private const string File = "/etc/resolv.conf";
    private const int MaxBytes = 64 << 10;

    /// <summary>As many as the C library asks (MAXNS).</summary>
    private const int MostServers = 3;

    /// <summary>Read anew at each look: what assigns the machine its addresses may write it at any time.</summary>
    /// <returns>In their order; empty when the file names none or cannot be read.</returns>
    public static ImmutableArray<HostPort> Read()
    {
        try
        {
            using var file = new StreamReader(new FileStream(File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            var text = new char[MaxBytes];
            return Parse(new string(text, 0, file.ReadBlock(text)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public static ImmutableArray<HostPort> Parse(string text) =>
    [
        .. text.Split('\n')
            .Select(line => line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length >= 2 && words[0] == "nameserver" && IPAddress.TryParse(words[1], out _))
            .Select(words => new HostPort(IPAddress.Parse(words[1]).ToString(), DnsServer.Port))
            .Take(MostServers),
    ];
}
