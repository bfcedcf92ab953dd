using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Nines.Testing;

/// <summary>
/// A real mail server (Exim) on loopback with its own config and folder: STARTTLS, log-in as <see cref="User"/>, and a mailbox for every address
/// at <c>example.org</c> and <c>bücher.example</c>. <c>nobody@</c> does not exist, <c>later@</c> is put off, a mail over 200,000 octets is too large.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class MailHost : IAsyncDisposable
{
    public const string User = "nines", Password = "pass word/+";

    private static readonly string[] Binaries = ["/usr/sbin/exim4", "/usr/sbin/exim"];

    private readonly Process process;
    private readonly string folder;

    private MailHost(Process process, string folder, int port, X509Certificate2 root) => (this.process, this.folder, Port, Root) = (process, folder, port, root);

    /// <summary>Why tests with a real mail server cannot run here; null when they can.</summary>
    public static string? Missing => Binaries.Any(File.Exists) ? null : "exim4 is not installed (Debian: exim4-daemon-light)";

    public int Port { get; }

    /// <summary>What its certificate, which is for localhost, is to be trusted by.</summary>
    public X509Certificate2 Root { get; }

    public string RootFile => Path.Combine(folder, "cert.pem");

    /// <param name="implicitTls">TLS from the first octet.</param>
    /// <param name="logIn">False: takes mail from anybody.</param>
    public static async Task<MailHost> StartAsync(bool implicitTls = false, bool logIn = true, int? port = null)
    {
        var folder = Directory.CreateTempSubdirectory("nines-mail").FullName;
        var root = WriteCertificate(folder);
        var free = port ?? Ports.Free();
        foreach (var name in (string[])["spool", "mail"]) Directory.CreateDirectory(Path.Combine(folder, name));
        foreach (var name in (string[])["", "mail"]) File.SetUnixFileMode(Path.Combine(folder, name), (UnixFileMode)0b111_111_111); // delivered as nobody
        var config = Path.Combine(folder, "exim.conf");
        await File.WriteAllTextAsync(config, Config(folder, free, implicitTls, logIn));
        File.SetUnixFileMode(config, (UnixFileMode)0b110_100_100); // others may not write it, or it is refused
        var process = Process.Start(new ProcessStartInfo(Binaries.First(File.Exists), ["-C", config, "-bdf"]) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        process.ErrorDataReceived += (_, _) => { };
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var host = new MailHost(process, folder, free, root);
        await host.ReadyAsync(implicitTls);
        return host;
    }

    /// <summary>The mails of one mailbox in the order of their delivery, each as the octets that were delivered.</summary>
    public IReadOnlyList<byte[]> Mailbox(string local)
    {
        var box = Path.Combine(folder, "mail", "all", "new");
        var envelope = $"Envelope-to: {local}@";
        return Directory.Exists(box) ? [.. Directory.GetFiles(box).OrderBy(File.GetLastWriteTimeUtc).Select(File.ReadAllBytes).Where(mail => Encoding.UTF8.GetString(mail).Contains(envelope, StringComparison.OrdinalIgnoreCase))] : [];
    }

    /// <summary>Waits until a mailbox has so many mails: they are delivered by processes of the server's own.</summary>
    public async Task<IReadOnlyList<byte[]>> MailboxAsync(string local, int count)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var mails = Mailbox(local);
            if (mails.Count >= count) return mails;
            if (Stopwatch.GetElapsedTime(began) > Patience.Most) throw new TimeoutException($"{local} has {mails.Count} mails, not {count}.\n{Log()}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    /// <summary>Waits until all that it took is in mailboxes.</summary>
    public Task DeliveredAsync()
    {
        static int Count(string log, string words) => log.Split(words).Length - 1;
        return Patience.UntilAsync("all that was taken is delivered", () => Log() is var log && Count(log, " <= ") == Count(log, " Completed\n"), Log);
    }

    public string Log() => File.Exists(Path.Combine(folder, "mainlog")) ? File.ReadAllText(Path.Combine(folder, "mainlog")) : "";

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Root.Dispose();
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // One of its processes is still writing: the folder is a temporary one.
        }
    }

    /// <summary>Comes and goes as a guest does: who only opens a connection and leaves is an error in the server's log.</summary>
    private async Task ReadyAsync(bool implicitTls)
    {
        for (var began = Stopwatch.GetTimestamp(); ;)
        {
            using var socket = new TcpClient();
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, Port);
                var tls = implicitTls ? new SslStream(socket.GetStream(), false, (_, shown, _, _) => shown?.GetCertHashString() == Root.GetCertHashString()) : null;
                if (tls is not null) await tls.AuthenticateAsClientAsync("localhost");
                using var lines = new StreamReader(tls ?? (Stream)socket.GetStream());
                var greeting = await lines.ReadLineAsync();
                await lines.BaseStream.WriteAsync("QUIT\r\n"u8.ToArray());
                while (await lines.ReadLineAsync() is not null) { }
                if (tls is not null) await tls.ShutdownAsync();
                if (greeting is not null) return;
            }
            catch (Exception notYet) when (notYet is SocketException or IOException && Stopwatch.GetElapsedTime(began) < Patience.Most && !process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }
    }

    private static X509Certificate2 WriteCertificate(string folder)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
        File.WriteAllText(Path.Combine(folder, "cert.pem"), made.ExportCertificatePem() + "\n");
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem() + "\n");
        return made;
    }

    private static string Config(string folder, int port, bool implicitTls, bool logIn)
    {
        var root = Environment.IsPrivilegedProcess;
        var text = new StringBuilder($"""
            exim_user = {Environment.UserName}
            keep_environment =
            primary_hostname = mx.example.org
            spool_directory = {folder}/spool
            log_file_path = {folder}/%slog
            pid_file_path = {folder}/exim.pid
            daemon_smtp_ports = {port}
            local_interfaces = 127.0.0.1
            tls_on_connect_ports = {(implicitTls ? port : 0)}
            domainlist local_domains = example.org : bücher.example : xn--bcher-kva.example
            host_lookup =
            rfc1413_query_timeout = 0s
            tls_advertise_hosts = *
            tls_certificate = {folder}/cert.pem
            tls_privatekey = {folder}/key.pem
            message_size_limit = 200000
            smtp_accept_queue_per_connection = 0
            smtputf8_advertise_hosts = *
            allow_utf8_domains = true
            acl_smtp_rcpt = rcpt
            {(root ? "" : "deliver_drop_privilege = true")}
            begin acl
            rcpt:
              defer local_parts = later
                message = 4.2.1 come back later
              deny local_parts = nobody
                message = 5.1.1 no such user $local_part@$domain
              {(logIn ? "deny !authenticated = *\n    message = log in first" : "")}
              accept domains = +local_domains
              deny
            begin routers
            all:
              driver = accept
              domains = +local_domains
              transport = maildir
            begin transports
            maildir:
              driver = appendfile
              directory = {folder}/mail/all
              envelope_to_add
              maildir_format
              create_directory
              {(root ? "user = nobody\n  group = nogroup" : "")}
            begin retry
            * * F,1h,1m
            begin authenticators

            """);
        foreach (var (name, prompts, first) in (ReadOnlySpan<(string, string, int)>)[("PLAIN", ":", 2), ("LOGIN", "Username:: : Password::", 1)])
            text.Append("""
                LOWER:
                  driver = plaintext
                  public_name = NAME
                  server_prompts = PROMPTS
                  server_condition = ${if and{{eq{$authFIRST}{USER}}{eq{$authSECOND}{PASSWORD}}}}
                  server_set_id = $authFIRST

                """.Replace("LOWER", name.ToLowerInvariant(), StringComparison.Ordinal).Replace("NAME", name, StringComparison.Ordinal).Replace("PROMPTS", prompts, StringComparison.Ordinal)
                .Replace("FIRST", first.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("SECOND", (first + 1).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("USER", User, StringComparison.Ordinal).Replace("PASSWORD", Password, StringComparison.Ordinal));
        return text.ToString();
    }
}
