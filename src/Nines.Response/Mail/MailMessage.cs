using NodaTime;

namespace Nines.Response.Mail;

/// <summary>One mail to one person. Lists are sent one by one: nobody sees who else is told.</summary>
public sealed record MailMessage
{
    public required MailAddress From { get; init; }
    public required MailAddress To { get; init; }
    public MailAddress? ReplyTo { get; init; }

    /// <summary>One line.</summary>
    /// <value>At most 300 characters.</value>
    public required string Subject { get; init; }

    /// <summary>The whole message as plain text.</summary>
    public required string Text { get; init; }

    /// <summary>The same as HTML; null for a mail of text only.</summary>
    public string? Html { get; init; }

    /// <summary>What stands left of the @ in the Message-ID: the same for each attempt, so that receivers can tell a repetition.</summary>
    /// <value>1 to 100 of A-Z, a-z, 0-9, <c>.</c>, <c>-</c> and <c>_</c>.</value>
    public required string Id { get; init; }

    public required Instant Date { get; init; }

    /// <summary>Where one POST ends what this mail is part of (RFC 8058); null for a mail that is asked for one by one.</summary>
    public Uri? Unsubscribe { get; init; }

    /// <summary>Which list it is of (RFC 2919), such as <c>status.example.org</c>; null for none.</summary>
    public string? ListId { get; init; }

    /// <summary>The language of the text (RFC 3282), such as <c>de</c>.</summary>
    public string? Language { get; init; }
}
