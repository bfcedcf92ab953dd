using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Nines.Core;

namespace Nines.Response.Mail;

/// <summary>
/// One connection to a mail server over which mails are handed in one after the other (RFC 5321). Every step has a time limit and every
/// answer a length limit. Not for concurrent use.
/// </summary>
public sealed class SmtpSession : IAsyncDisposable
{
    private const int AfterDataTimes = 10;
    private const int Copy = 32 << 10;

    private readonly MailServer server;
    private readonly TimeProvider time;
    private readonly Redaction redaction;
    private readonly Socket socket;
    private Stream stream;
    private SmtpLines lines;
    private SmtpOffer offer = SmtpOffer.None;
    private bool broken;

    private SmtpSession(MailServer server, TimeProvider time, Socket socket)
    {
        (this.server, this.time, this.socket) = (server, time, socket);
        redaction = new Redaction(server.Password is { } password ? [password, Convert.ToBase64String(Encoding.UTF8.GetBytes(password))] : []);
        stream = new NetworkStream(socket, ownsSocket: true);
        lines = new SmtpLines(stream);
    }

    /// <summary>Connects, protects the connection, logs in.</summary>
    /// <exception cref="MailServerException">The server cannot be used: all mails wait.</exception>
    public static async Task<SmtpSession> OpenAsync(MailServer server, TimeProvider time, CancellationToken cancellation)
    {
        var socket = await ConnectAsync(server, time, cancellation);
        var session = new SmtpSession(server, time, socket);
        try
        {
            await session.BeginAsync(cancellation);
            return session;
        }
        catch
        {
            session.broken = true;
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Hands in one mail.</summary>
    /// <exception cref="MailServerException">The connection or the server failed; the mail may have been taken when this happened after its end. The session cannot be used any more.</exception>
    /// <exception cref="ArgumentException">The mail cannot be written.</exception>
    public async Task<MailOutcome> SendAsync(MailMessage message, CancellationToken cancellation)
    {
        var utf8 = message.To.NeedsUtf8 || message.From.NeedsUtf8 || message.ReplyTo is { NeedsUtf8: true };
        if (utf8 && !(offer.Utf8 && offer.EightBit)) return new MailOutcome.Rejected("NIN4378", "The address has letters beyond ASCII, and the server does not take such (no SMTPUTF8).");
        var octets = MessageWriter.Write(message);
        if (offer.Size is { } most && octets.Length > most) return new MailOutcome.Rejected("NIN4378", $"The mail has {octets.Length} octets; the server takes at most {most}.");
        try
        {
            var parameters = (offer.Size is null ? "" : $" SIZE={octets.Length}") + (utf8 ? " BODY=8BITMIME SMTPUTF8" : "");
            if (await SayAsync($"MAIL FROM:<{message.From.Mailbox}>{parameters}", "MAIL", cancellation) is { IsGood: false } no)
            {
                // Who may not send at all sends to nobody; too large (552) is of this mail alone.
                if (no.Code is >= 500 and not 552) throw new MailServerException("NIN4377", $"{server} does not take mails from {message.From.Mailbox}: {Shown(no)}");
                return await NotTakenAsync(no, message, cancellation);
            }
            if (await SayAsync($"RCPT TO:<{message.To.Mailbox}>", "RCPT", cancellation) is { IsGood: false } unknown) return await NotTakenAsync(unknown, message, cancellation);
            var go = await SayAsync("DATA", "DATA", cancellation);
            if (go.Code != 354)
            {
                // Yes to DATA but not 354 leaves it open who speaks next.
                if (go.IsGood) throw new MailServerException("NIN4374", $"It answered DATA with {Shown(go)}");
                return await NotTakenAsync(go, message, cancellation);
            }
            await LimitAsync("taking the message", server.Timeout * AfterDataTimes, limit => WriteDataAsync(octets, limit), cancellation);
            var end = await LimitAsync("its word on the message", server.Timeout * AfterDataTimes, lines.ReadReplyAsync, cancellation);
            return end.Code / 100 == 2 ? new MailOutcome.Accepted(Shown(end)) : end.Code < 400 ? throw new MailServerException("NIN4374", $"It answered a message with {Shown(end)}") : Judge(end, message);
        }
        catch
        {
            broken = true;
            throw;
        }
    }

    /// <summary>Says good-bye when there is somebody to say it to.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!broken) await SayAsync("QUIT", "QUIT", CancellationToken.None);
            if (!broken && stream is SslStream tls) await LimitAsync("the end of TLS", server.Timeout, _ => tls.ShutdownAsync(), CancellationToken.None);
        }
        catch (MailServerException)
        {
            broken = true; // all mails have had their answer: how it hangs up does not matter
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }

    private static async Task<Socket> ConnectAsync(MailServer server, TimeProvider time, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(server.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server.Host, server.Port, either.Token);
            return socket;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            socket.Dispose();
            throw new MailServerException("NIN4375", $"No connection to {server} within {Seconds(server.Timeout)}.");
        }
        catch (SocketException failed)
        {
            socket.Dispose();
            throw new MailServerException("NIN4370", $"No connection to {server}: {failed.SocketErrorCode}.", failed);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task BeginAsync(CancellationToken cancellation)
    {
        if (server.Tls == MailTls.Implicit) await ProtectAsync(cancellation);
        Require(await LimitAsync("its greeting", server.Timeout, lines.ReadReplyAsync, cancellation), "greeted with");
        await GreetAsync(cancellation);
        if (server.Tls == MailTls.StartTls)
        {
            // A server without it, or somebody between us who takes the offer out: the same to us.
            if (!offer.StartTls) throw new MailServerException("NIN4371", $"{server} offers no TLS (STARTTLS), and nothing is told it without.");
            Require(await SayAsync("STARTTLS", "STARTTLS", cancellation), "answered STARTTLS with");
            // What came in before TLS may be anybody's: as an answer of later it would be believed (CVE-2011-0411).
            if (lines.HasLeftovers) throw new MailServerException("NIN4374", "Something was sent after the answer to STARTTLS and before TLS: somebody may stand between.");
            await ProtectAsync(cancellation);
            offer = SmtpOffer.None; // RFC 3207 §4.2: what was said before is forgotten
            await GreetAsync(cancellation);
        }
        if (server.User is { } user) await LogInAsync(user, server.Password!, cancellation);
    }

    private async Task GreetAsync(CancellationToken cancellation)
    {
        var reply = await SayAsync($"EHLO {Ourselves()}", "EHLO", cancellation);
        Require(reply, "answered EHLO with");
        offer = SmtpOffer.In(reply);
    }

    /// <summary>RFC 5321 §4.1.3: an address literal where there is no name to be proud of.</summary>
    private string Ourselves()
    {
        var name = Dns.GetHostName();
        if (name.Contains('.', StringComparison.Ordinal) && name.Length < 254 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-')) return name;
        var address = ((IPEndPoint)socket.LocalEndPoint!).Address;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetwork ? $"[{address}]" : $"[IPv6:{new IPAddress(address.GetAddressBytes())}]";
    }

    private async Task ProtectAsync(CancellationToken cancellation)
    {
        var tls = new SslStream(stream);
        stream = tls;
        var options = new SslClientAuthenticationOptions { TargetHost = server.Host, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 };
        if (server.Roots.Length > 0)
        {
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            foreach (var root in server.Roots) options.CertificateChainPolicy.CustomTrustStore.Add(root);
        }
        try
        {
            await LimitAsync("TLS", server.Timeout, limit => tls.AuthenticateAsClientAsync(options, limit), cancellation);
        }
        catch (AuthenticationException untrusted)
        {
            throw new MailServerException("NIN4372", $"TLS with {server} failed: {untrusted.Message.TrimEnd('.')}.", untrusted);
        }
        lines = new SmtpLines(tls);
    }

    private async Task LogInAsync(string user, string password, CancellationToken cancellation)
    {
        SmtpReply reply;
        if (offer.Auth.Contains("PLAIN"))
        {
            reply = await SayAsync($"AUTH PLAIN {Encoded($"\0{user}\0{password}")}", "AUTH", cancellation);
        }
        else if (offer.Auth.Contains("LOGIN"))
        {
            reply = await SayAsync("AUTH LOGIN", "AUTH", cancellation);
            if (reply.Code == 334) reply = await SayAsync(Encoded(user), "AUTH", cancellation);
            if (reply.Code == 334) reply = await SayAsync(Encoded(password), "AUTH", cancellation);
        }
        else
        {
            throw new MailServerException("NIN4373", $"{server} offers no log-in that is known here (AUTH PLAIN or LOGIN){(offer.Auth.Count > 0 ? $", only {string.Join(", ", offer.Auth.Order())}" : "")}.");
        }
        if (reply.Code != 235) throw new MailServerException("NIN4373", $"{server} did not let {user} in: {Shown(reply)}");
    }

    private static string Encoded(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <summary>Dots are doubled (RFC 5321 §4.5.2); then the line that is a dot.</summary>
    private async Task WriteDataAsync(byte[] octets, CancellationToken cancellation)
    {
        using var data = new MemoryStream(octets.Length + 64);
        var start = true;
        foreach (var octet in octets)
        {
            if (start && octet == '.') data.WriteByte((byte)'.');
            data.WriteByte(octet);
            start = octet == '\n';
        }
        if (!start) data.Write("\r\n"u8);
        data.Write(".\r\n"u8);
        var all = data.GetBuffer().AsMemory(0, (int)data.Length);
        for (var at = 0; at < all.Length; at += Copy) await lines.WriteAsync(all[at..Math.Min(at + Copy, all.Length)], cancellation);
    }

    private async Task<MailOutcome> NotTakenAsync(SmtpReply reply, MailMessage message, CancellationToken cancellation)
    {
        var outcome = Judge(reply, message);
        Require(await SayAsync("RSET", "RSET", cancellation), "answered RSET with");
        return outcome;
    }

    private MailOutcome Judge(SmtpReply reply, MailMessage message)
    {
        if (reply.Code == 421) throw new MailServerException("NIN4376", $"{server} goes away: {Shown(reply)}"); // RFC 5321 §3.8
        // Not of this mail but of us: all would be thrown away one by one.
        if (reply.Code is 530 or 535) throw new MailServerException("NIN4373", $"{server} wants a log-in: {Shown(reply)}");
        // Servers repeat the address, which is nobody's business in a log.
        var said = Shown(reply).Replace(message.To.Mailbox, "<address>", StringComparison.OrdinalIgnoreCase);
        return reply.Code < 500 ? new MailOutcome.Deferred("NIN4376", said) : new MailOutcome.Rejected("NIN4377", said);
    }

    private void Require(SmtpReply reply, string did)
    {
        if (reply.Code / 100 == 2) return;
        throw new MailServerException(reply.Code >= 500 ? "NIN4377" : reply.Code >= 400 ? "NIN4376" : "NIN4374", $"{server} {did} {Shown(reply)}");
    }

    private string Shown(SmtpReply reply) => redaction.Apply(reply.Text);

    private async Task<SmtpReply> SayAsync(string line, string verb, CancellationToken cancellation)
    {
        // Addresses and credentials cannot hold one; should that ever change, a command must not become two.
        if (line.AsSpan().ContainsAny('\r', '\n', '\0')) throw new ArgumentException("A command is one line.", nameof(line));
        return await LimitAsync($"an answer to {verb}", server.Timeout, async limit =>
        {
            await lines.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"), limit);
            return await lines.ReadReplyAsync(limit);
        }, cancellation);
    }

    private async Task LimitAsync(string what, TimeSpan longest, Func<CancellationToken, Task> step, CancellationToken cancellation) =>
        await LimitAsync(what, longest, async limit =>
        {
            await step(limit);
            return true;
        }, cancellation);

    private async Task<T> LimitAsync<T>(string what, TimeSpan longest, Func<CancellationToken, Task<T>> step, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return await step(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new MailServerException("NIN4375", $"{server} kept us waiting for {what}: more than {Seconds(longest)}.");
        }
        catch (IOException failed)
        {
            throw new MailServerException("NIN4370", $"The connection to {server} broke while waiting for {what}.", failed);
        }
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");
}

/// <summary>What a server can do beyond RFC 821, from its answer to EHLO.</summary>
/// <param name="Size">RFC 1870: the longest message in octets; null when it does not know SIZE, <see cref="long.MaxValue"/> when it names none.</param>
internal sealed record SmtpOffer(bool StartTls, bool EightBit, bool Utf8, long? Size, IReadOnlySet<string> Auth)
{
    public static readonly SmtpOffer None = new(false, false, false, null, new HashSet<string>());

    public static SmtpOffer In(SmtpReply reply)
    {
        var offer = None;
        foreach (var line in reply.Lines.Skip(1))
        {
            var words = line.Split([' ', '='], StringSplitOptions.RemoveEmptyEntries); // "AUTH=PLAIN" is an old form of it
            if (words.Length == 0) continue;
            offer = words[0].ToUpperInvariant() switch
            {
                "STARTTLS" => offer with { StartTls = true },
                "8BITMIME" => offer with { EightBit = true },
                "SMTPUTF8" => offer with { Utf8 = true },
                "SIZE" => offer with { Size = words.Length > 1 && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0 ? size : long.MaxValue },
                "AUTH" => offer with { Auth = offer.Auth.Union(words.Skip(1).Select(word => word.ToUpperInvariant())).ToHashSet() },
                _ => offer,
            };
        }
        return offer;
    }
}
