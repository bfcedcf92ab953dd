using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nines.Cli.Config.Binding;
using Nines.Core;
using Nines.Probing;
using Nines.Response.Mail;
using NodaTime;

namespace Nines.Cli.Config;

/// <summary>The server that mails are handed to, and in whose name.</summary>
public sealed record MailEntry
{
    [Description("smtp://user:password@host:port (STARTTLS is needed, but on this machine), or smtps:// for TLS from the start. Default ports: 587 and 465; 25 on this machine.")]
    [Secret]
    public required Uri Server { get; init; }

    [Description("Instead of writing it into the server's URL.")]
    [Secret]
    public string? Password { get; init; }

    [Description("Whether STARTTLS is needed with smtp://. Default: yes, but not for a server on this machine.")]
    public bool? Tls { get; init; }

    [FilePath, Description("PEM file with the root certificates to trust instead of the system's; beside the config unless the path is absolute.")]
    public string? CaFile { get; init; }

    [Description("Sender: an address, or Name <address>.")]
    public required string From { get; init; }

    [Description("Where answers go. Default: to the sender.")]
    public string? ReplyTo { get; init; }

    [Description("Longest wait for a connection and for each answer.")]
    [DurationRange("1s", "5m")]
    public Duration Timeout { get; init; } = Duration.FromSeconds(30);

    [Description("No more mails than this in a minute.")]
    [Range(1, 6_000)]
    public int MostPerMinute { get; init; } = 60;
}

/// <summary>How mails are sent.</summary>
/// <param name="Written">As the config has it.</param>
public sealed record MailSettings(MailEntry Written, MailServer Server, MailAddress From, MailAddress? ReplyTo)
{
    /// <param name="secrets">Takes what must never be said beside what is marked so: the password within the URL.</param>
    internal static MailSettings? Build(Binder binder, MailEntry? entry, ICollection<string> secrets)
    {
        if (entry is null) return null;
        void Say(string key, string problem) => binder.Mistakes.Add(MistakeCode.WrongType, binder.PlaceOf(entry, binder.ValueOf(entry, key) is null && binder.ValueOf(entry, key + "_file") is not null ? key + "_file" : key), $"'{key}' {problem}");

        // One that is written down and could not be read has been told of: it is not missing.
        var unread = binder.ValueOf(entry, "password") is not null || binder.ValueOf(entry, "password_file") is not null ? "" : null;
        var server = MailServer.Read(entry.Server, entry.Password ?? unread, entry.Tls, out var problem);
        if (server is null) Say("server", problem);
        if (server?.Password is { } password) secrets.Add(password);
        if (!MailAddress.TryParse(entry.From, out var from)) Say("from", "is not an e-mail address. Write status@example.org, or Status <status@example.org>.");
        MailAddress? reply = null;
        if (entry.ReplyTo is { } text && !MailAddress.TryParse(text, out reply)) Say("reply_to", "is not an e-mail address. Write ops@example.org.");
        var roots = ImmutableArray<X509Certificate2>.Empty;
        if (entry.CaFile is { } file)
        {
            try
            {
                var read = new X509Certificate2Collection();
                read.ImportFromPemFile(file);
                if (read.Count == 0) Say("ca_file", "holds no certificate. Give a PEM file with the root certificates to trust.");
                roots = [.. read];
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException)
            {
                Say("ca_file", $"cannot be used: {unreadable.Message}. Give a PEM file with the root certificates to trust.");
            }
        }
        return server is null || from is null ? null : new MailSettings(entry, server with { Roots = roots, Timeout = entry.Timeout.ToTimeSpan() }, from, reply);
    }
}
