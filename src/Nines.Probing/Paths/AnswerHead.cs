using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace Nines.Probing.Paths;

/// <summary>Status line and headers of an answer (RFC 9112, sections 4 and 5), and what they say of its body.</summary>
internal sealed class AnswerHead
{
    // RFC 9110, section 5.6.2.
    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private readonly List<(string Name, string Value)> headers = new(8);

    public int Status { get; private init; }
    public Version Version { get; private init; } = HttpVersion.Version11;

    /// <summary>What the body was packed with last; null when it was not, or with something that we do not unpack.</summary>
    public string? Coding { get; private set; }

    public bool IsChunked { get; private set; }

    /// <summary>Bytes of the body, as declared; null when nothing was.</summary>
    public long? Length { get; private set; }

    /// <param name="looked">How far an earlier call looked in vain.</param>
    /// <returns>Bytes up to and with the empty line; −1 when it has not come yet.</returns>
    public static int LengthOf(ReadOnlySpan<byte> bytes, ref int looked)
    {
        while (bytes[looked..].IndexOf((byte)'\n') is >= 0 and var at)
        {
            var next = looked + at + 1;
            if (next < bytes.Length && bytes[next] == '\n') return next + 1;
            if (next + 1 < bytes.Length && bytes[next] == '\r' && bytes[next + 1] == '\n') return next + 2;
            if (next >= bytes.Length || (bytes[next] == '\r' && next + 1 >= bytes.Length))
            {
                looked = next - 1;   // its end may be what comes next
                return -1;
            }
            looked = next;
        }
        looked = bytes.Length;
        return -1;
    }

    /// <exception cref="HttpRequestException">It is not HTTP/1.x.</exception>
    public static AnswerHead Parse(ReadOnlySpan<byte> bytes)
    {
        var line = NextLine(ref bytes);
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || !char.IsAsciiDigit((char)line[7]) || line[8] != ' '
            || !TryDigits(line.Slice(9, 3), out var status) || (line.Length > 12 && line[12] != ' '))
            throw Invalid("it does not begin with a status line of HTTP/1.1");
        var head = new AnswerHead { Status = (int)status, Version = line[7] == '0' ? HttpVersion.Version10 : HttpVersion.Version11 };
        while (bytes.Length > 0 && NextLine(ref bytes) is { Length: > 0 } header) head.Add(header);
        foreach (var (name, value) in head.headers) head.Note(name, value);
        return head;
    }

    /// <exception cref="HttpRequestException">The line does not begin with a size in hexadecimal digits.</exception>
    public static long ChunkSize(ReadOnlySpan<byte> line)
    {
        var digits = line.IndexOfAnyExcept(HexDigits);
        if (digits < 0) digits = line.Length;
        var rest = line[digits..].TrimStart(" \t"u8);
        // 15 digits are an exabyte; an extension may follow (RFC 9112, section 7.1.1).
        if (digits is 0 or > 15 || (rest.Length > 0 && rest[0] != ';')) throw Invalid("a chunk has no size");
        return long.Parse(line[..digits], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }

    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    public void AddTo(HttpResponseMessage response)
    {
        foreach (var (name, value) in headers)
        {
            // Unpacked, the body has neither that length nor that coding any more.
            if (Coding is not null && (Is(name, "Content-Length") || (Is(name, "Content-Encoding")))) continue;
            if (!response.Headers.TryAddWithoutValidation(name, value)) response.Content.Headers.TryAddWithoutValidation(name, value);
        }
    }

    public static HttpRequestException Invalid(string why) => new(HttpRequestError.InvalidResponse, why);

    private void Add(ReadOnlySpan<byte> line)
    {
        if (line[0] is (byte)' ' or (byte)'\t')
        {
            // A line that goes on in the next one: obsolete, and to be read as a space (RFC 9112, section 5.2).
            if (headers.Count == 0) throw Invalid("its first header has no name");
            headers[^1] = (headers[^1].Name, $"{headers[^1].Value} {Text(line.Trim(" \t"u8))}");
            return;
        }
        var colon = line.IndexOf((byte)':');
        var name = colon < 0 ? default : line[..colon].TrimEnd(" \t"u8);
        if (name.IsEmpty || name.ContainsAnyExcept(TokenBytes)) throw Invalid("a header has no name");
        headers.Add((Text(name), Text(line[(colon + 1)..].Trim(" \t"u8))));
    }

    private void Note(string name, string value)
    {
        if (Is(name, "Transfer-Encoding")) IsChunked |= value.Split(',').Any(part => Is(part.Trim(), "chunked"));
        else if (Is(name, "Content-Encoding")) Coding = Unpacking.Known(value.Split(',')[^1].Trim());
        else if (Is(name, "Content-Length"))
        {
            // Repeated is the same as once; different lengths are an error that nothing can mend (RFC 9112, section 6.3).
            foreach (var part in value.Split(','))
            {
                if (!TryDigits(part.Trim(), out var length) || (Length is { } other && other != length)) throw Invalid("its length is not one number");
                Length = length;
            }
        }
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static bool TryDigits(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> bytes)
    {
        var at = bytes.IndexOf((byte)'\n');
        var line = at < 0 ? bytes : bytes[..at];
        bytes = at < 0 ? default : bytes[(at + 1)..];
        return line is [.., (byte)'\r'] ? line[..^1] : line;
    }

    private static bool Is(string name, string known) => name.Equals(known, StringComparison.OrdinalIgnoreCase);

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);
}
