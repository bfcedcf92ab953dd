using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Nines.Response.Mail;

/// <summary>How the connection to a mail server is protected.</summary>
public enum MailTls
{
    /// <summary>STARTTLS before anything is told (RFC 3207); a server without it is not used.</summary>
    StartTls,

    /// <summary>TLS from the first octet (RFC 8314).</summary>
    Implicit,

    /// <summary>None: for a server on this machine.</summary>
    Off,
}

/// <summary>The server that mails are handed to.</summary>
public sealed record MailServer
{
    /// <summary>A name in A-labels, or an address without brackets.</summary>
    public required string Host { get; init; }

    /// <value>1 to 65,535.</value>
    public required int Port { get; init; }

    public required MailTls Tls { get; init; }

    /// <summary>Null: without logging in.</summary>
    public string? User { get; init; }

    /// <summary>A secret.</summary>
    public string? Password { get; init; }

    /// <summary>Trusted instead of the system's; empty for the system's.</summary>
    public ImmutableArray<X509Certificate2> Roots { get; init; } = [];

    /// <summary>Longest wait for a connection, and for each answer; ten times that after a message's end, when servers look into it (RFC 5321 §4.5.3.2.6).</summary>
    /// <value>1 s to 5 min.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    public override string ToString() => $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}";

    /// <summary>Reads <c>smtp://user:password@host:port</c> or <c>smtps://…</c>; without a port 587 and 465 (RFC 6409, RFC 8314), and 25 on this machine.</summary>
    /// <param name="problem">What is wrong, as the rest of a sentence that begins with the key's name; never holds the password.</param>
    public static MailServer? Read(Uri url, string? password, bool? tls, out string problem)
    {
        problem = "";
        if (!url.IsAbsoluteUri || url.Scheme is not ("smtp" or "smtps") || url.Host.Length == 0 || url.PathAndQuery is not ("" or "/") || url.Fragment.Length > 0)
        {
            problem = "is not a mail server. Write smtp://user:password@host:port, or smtps:// for TLS from the start.";
            return null;
        }
        // IdnHost is A-labels; an IPv6 address has lost its brackets in it.
        var host = url.HostNameType == UriHostNameType.IPv6 ? url.Host.Trim('[', ']') : url.IdnHost;
        var here = IsHere(host);
        if (tls == false && url.Scheme == "smtps")
        {
            problem = "is smtps://, which is TLS from the start: leave 'tls' out, or write smtp://.";
            return null;
        }
        var protection = url.Scheme == "smtps" ? MailTls.Implicit : tls ?? !here ? MailTls.StartTls : MailTls.Off;
        var info = url.UserInfo.Split(':', 2);
        var user = info[0].Length > 0 ? Uri.UnescapeDataString(info[0]) : null;
        var secret = password ?? (info.Length == 2 ? Uri.UnescapeDataString(info[1]) : null);
        if (password is not null && info.Length == 2) problem = "holds a password already, and 'password' is given too. Keep one.";
        else if ((user is null) != (secret is null)) problem = user is null ? "names no user to whom the password belongs. Write smtp://user@host." : "names a user without a password. Write it into the URL, or give 'password' or 'password_file'.";
        else if (user is not null && protection == MailTls.Off && !here) problem = "would send the password without TLS to another machine. Leave 'tls' out.";
        else if (Controls(user) || Controls(secret)) problem = "has a user or a password with a control character.";
        if (problem.Length > 0) return null;
        var port = url.Port > 0 ? url.Port : protection switch { MailTls.Implicit => 465, MailTls.StartTls => here ? 25 : 587, MailTls.Off => here ? 25 : 587 };
        return new MailServer { Host = host, Port = port, Tls = protection, User = user, Password = secret };
    }

    private static bool Controls(string? text) => text is not null && text.Any(char.IsControl);

    private static bool IsHere(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
