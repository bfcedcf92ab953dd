using System.Text;

namespace Nines.Response.Mail;

/// <summary>A text part in seven bits: quoted-printable (RFC 2045 §6.7) or base64 (§6.8), whichever is shorter.</summary>
internal static class BodyEncoding
{
    private const int Line = 76;

    /// <returns>The name of the encoding; lines of at most 76 characters, each ended by CR LF.</returns>
    public static (string Name, string Lines) Of(string text)
    {
        var canonical = text.ReplaceLineEndings("\r\n");
        if (!canonical.EndsWith("\r\n", StringComparison.Ordinal)) canonical += "\r\n";
        var octets = Encoding.UTF8.GetBytes(canonical);
        var quoted = QuotedPrintable(octets);
        return quoted.Length <= octets.Length * 3 / 2 ? ("quoted-printable", quoted) : ("base64", Base64(octets));
    }

    internal static string QuotedPrintable(ReadOnlySpan<byte> octets)
    {
        var text = new StringBuilder(octets.Length + octets.Length / 8);
        var column = 0;
        for (var i = 0; i < octets.Length; i++)
        {
            if (octets[i] == '\r' && i + 1 < octets.Length && octets[i + 1] == '\n')
            {
                text.Append("\r\n");
                column = 0;
                i++;
                continue;
            }
            // A blank at the end of a line is lost on the way. A dot or "From " at its start is changed by some servers.
            var last = i + 1 == octets.Length || (octets[i + 1] == '\r' && i + 2 < octets.Length && octets[i + 2] == '\n');
            var plain = octets[i] is >= 33 and <= 126 and not (byte)'=' || (octets[i] is 32 or 9 && !last);
            if (column + (plain ? 1 : 3) > Line - 1)
            {
                text.Append("=\r\n");
                column = 0;
            }
            if (column == 0 && octets[i] is (byte)'.' or (byte)'F') plain = false;
            if (plain) text.Append((char)octets[i]);
            else text.Append('=').Append("0123456789ABCDEF"[octets[i] >> 4]).Append("0123456789ABCDEF"[octets[i] & 15]);
            column += plain ? 1 : 3;
        }
        return text.ToString();
    }

    private static string Base64(byte[] octets)
    {
        var all = Convert.ToBase64String(octets);
        var text = new StringBuilder(all.Length + all.Length / 30);
        for (var at = 0; at < all.Length; at += Line) text.Append(all, at, Math.Min(Line, all.Length - at)).Append("\r\n");
        return text.ToString();
    }
}
