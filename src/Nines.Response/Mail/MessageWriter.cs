using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NodaTime.Text;

namespace Nines.Response.Mail;

/// <summary>Writes a mail as RFC 5322 and MIME want it: seven bits, but for addresses that need SMTPUTF8; lines below 998 octets.</summary>
public static class MessageWriter
{
    private const int LongestSubject = 300, LongestId = 100, LongestUrl = 800;

    /// <returns>The octets, with CR LF; dots are not doubled yet.</returns>
    /// <exception cref="ArgumentException">Something of it would change the shape of the message: a line break in a header, an id of other characters.</exception>
    public static byte[] Write(MailMessage message)
    {
        if (message.Subject.Length > LongestSubject) throw new ArgumentException($"The subject has {message.Subject.Length} characters; at most {LongestSubject}.", nameof(message));
        if (message.Id.Length is 0 or > LongestId || !message.Id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')) throw new ArgumentException("The id of a mail has letters, digits, dots, - and _.", nameof(message));
        var head = new StringBuilder()
            .Append(HeaderText.Exact("Date", message.Date.InUtc().LocalDateTime.ToString("ddd', 'dd' 'MMM' 'uuuu' 'HH':'mm':'ss' +0000'", CultureInfo.InvariantCulture)))
            .Append(HeaderText.Address("From", message.From))
            .Append(HeaderText.Address("To", message.To));
        if (message.ReplyTo is { } reply) head.Append(HeaderText.Address("Reply-To", reply));
        head.Append(HeaderText.Unstructured("Subject", message.Subject))
            .Append(HeaderText.Exact("Message-ID", $"<{message.Id}@{message.From.Domain}>"))
            // RFC 3834: answering machines leave it alone.
            .Append(HeaderText.Exact("Auto-Submitted", "auto-generated"));
        if (message.Language is { } language) head.Append(HeaderText.Exact("Content-Language", language));
        if (message.ListId is { } list) head.Append(HeaderText.Exact("List-Id", $"<{list}>"));
        if (message.Unsubscribe is { } leave)
        {
            if (leave.AbsoluteUri.Length > LongestUrl || leave.Scheme is not ("https" or "http")) throw new ArgumentException("The address that ends a subscription is a URL of at most 800 characters.", nameof(message));
            head.Append(HeaderText.Exact("List-Unsubscribe", $"<{leave.AbsoluteUri}>"));
            // RFC 8058 §3.1 wants https: with http a mail program may only open the page.
            if (leave.Scheme == "https") head.Append(HeaderText.Exact("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        }
        head.Append("MIME-Version: 1.0\r\n");
        if (message.Html is { } html) Alternatives(head, message.Text, html, message.Id);
        else Part(head, "text/plain", message.Text);
        return Encoding.UTF8.GetBytes(head.ToString());
    }

    /// <summary>The last part is the best one (RFC 2046 §5.1.4).</summary>
    private static void Alternatives(StringBuilder text, string plain, string html, string id)
    {
        // "=_" occurs in neither encoding, so no part can hold the boundary.
        var boundary = $"=_nines_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)))[..24]}";
        text.Append($"Content-Type: multipart/alternative;\r\n boundary=\"{boundary}\"\r\n\r\n");
        text.Append($"--{boundary}\r\n");
        Part(text, "text/plain", plain);
        text.Append($"\r\n--{boundary}\r\n");
        Part(text, "text/html", html);
        text.Append($"\r\n--{boundary}--\r\n");
    }

    private static void Part(StringBuilder text, string mediaType, string content)
    {
        var (encoding, lines) = BodyEncoding.Of(content);
        text.Append($"Content-Type: {mediaType}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n").Append(lines);
    }
}
