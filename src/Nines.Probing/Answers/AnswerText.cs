using System.Text;

namespace Nines.Probing.Answers;

/// <summary>Bytes to text, whatever they are: a byte order mark counts before the declared charset, UTF-8 when neither is known. Never throws.</summary>
public static class AnswerText
{
    /// <param name="bytes">The bytes of the answer.</param>
    /// <param name="charset">As the answer declares it, with or without quotes; null when it does not.</param>
    public static string Decode(ReadOnlySpan<byte> bytes, string? charset = null)
    {
        var (encoding, mark) = bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => (Encoding.UTF8, 3),
            [0xFF, 0xFE, 0, 0, ..] => (Encoding.UTF32, 4),
            [0xFF, 0xFE, ..] => (Encoding.Unicode, 2),
            [0xFE, 0xFF, ..] => (Encoding.BigEndianUnicode, 2),
            _ => (Declared(charset), 0),
        };
        return encoding.GetString(bytes[mark..]);
    }

    private static Encoding Declared(string? charset)
    {
        if (string.IsNullOrWhiteSpace(charset)) return Encoding.UTF8;
        try
        {
            return Encoding.GetEncoding(charset.Trim().Trim('"', '\''), EncoderFallback.ReplacementFallback, new DecoderReplacementFallback("\uFFFD"));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return Encoding.UTF8; // a charset that nobody knows: what most clients assume
        }
    }
}
