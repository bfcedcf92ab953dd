using System.Text;

namespace Nines.Response.Mail;

/// <summary>What a server answered, RFC 5321 §4.2: a code and its lines.</summary>
/// <param name="Code">200 to 599.</param>
/// <param name="Lines">Without the code, in printable ASCII; one or more.</param>
internal sealed record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    private const int LongestShown = 300;

    public bool IsGood => Code is >= 200 and < 400;

    /// <summary>In one line: <c>550 5.1.1 no such user</c>.</summary>
    public string Text
    {
        get
        {
            var text = $"{Code} {string.Join(' ', Lines)}".Trim();
            return text.Length <= LongestShown ? text : text[..LongestShown] + " …";
        }
    }
}

/// <summary>The lines of a connection: limited in length, number and time, whatever the other side does.</summary>
internal sealed class SmtpLines(Stream stream)
{
    // RFC 5321 §4.5.3.1.5 says 512 octets; some say more.
    private const int LongestLine = 2_048, MostLines = 128;

    private readonly byte[] buffer = new byte[4_096];
    private int from, to;

    /// <summary>True when octets have come in that nobody asked for.</summary>
    public bool HasLeftovers => from < to;

    /// <exception cref="MailServerException">What comes is no reply, or too long for one, or the connection ended.</exception>
    public async Task<SmtpReply> ReadReplyAsync(CancellationToken cancellation)
    {
        var (code, lines) = (0, new List<string>());
        while (true)
        {
            var line = await ReadLineAsync(cancellation);
            if (line.Length < 3 || line[0] is < '2' or > '5' || !char.IsAsciiDigit(line[1]) || !char.IsAsciiDigit(line[2]) || (line.Length > 3 && line[3] is not (' ' or '-')))
                throw new MailServerException("NIN4374", $"It said what is no answer of SMTP: {Shown(line)}");
            var said = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
            if (lines.Count > 0 && said != code) throw new MailServerException("NIN4374", $"One answer had two codes, {code} and {said}.");
            code = said;
            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length == 3 || line[3] == ' ') return new SmtpReply(code, lines);
            if (lines.Count == MostLines) throw new MailServerException("NIN4374", $"An answer had more than {MostLines} lines.");
        }
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellation)
    {
        await stream.WriteAsync(octets, cancellation);
        await stream.FlushAsync(cancellation);
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellation)
    {
        var line = new StringBuilder();
        while (true)
        {
            while (from < to)
            {
                var octet = buffer[from++];
                if (octet == '\n') return line.ToString().TrimEnd('\r');
                if (line.Length == LongestLine) throw new MailServerException("NIN4374", $"A line of an answer had more than {LongestLine:N0} octets.");
                line.Append(octet is >= 32 and < 127 or (byte)'\r' ? (char)octet : '?');
            }
            from = 0;
            to = await stream.ReadAsync(buffer, cancellation);
            if (to == 0) throw new MailServerException("NIN4370", "It closed the connection.");
        }
    }

    private static string Shown(string line) => line.Length <= 80 ? $"\"{line}\"" : $"\"{line[..80]} …\"";
}
