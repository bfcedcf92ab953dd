using System.Globalization;
using System.Text;

namespace Nines.Probing.Fix;

/// <summary>Puts a message into bytes.</summary>
internal static class FixWriter
{
    private const char Soh = '\u0001';

    /// <param name="fields">From MsgType (35) on, in order; BodyLength and CheckSum are added.</param>
    /// <exception cref="ArgumentException">A value is empty or has a separator in it: our own mistake.</exception>
    public static byte[] Write(string beginString, IEnumerable<FixField> fields)
    {
        var body = new StringBuilder();
        var lengthOf = 0;
        foreach (var (tag, value) in fields)
        {
            if (value.Length == 0 || (value.Contains(Soh, StringComparison.Ordinal) && tag != lengthOf)) throw new ArgumentException($"Field {tag} cannot have this value.", nameof(fields));
            body.Append(CultureInfo.InvariantCulture, $"{tag}={value}{Soh}");
            lengthOf = FixTag.DataAfter(tag) ?? 0;
        }
        var message = new StringBuilder().Append(CultureInfo.InvariantCulture, $"8={beginString}{Soh}9={body.Length}{Soh}").Append(body);
        var sum = FixReader.Sum(Encoding.Latin1.GetBytes(message.ToString()));
        return Encoding.Latin1.GetBytes(message.Append(CultureInfo.InvariantCulture, $"10={sum:000}{Soh}").ToString());
    }
}
