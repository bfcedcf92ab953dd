using System.Globalization;
using System.Text;

namespace Nines.Ledger.Pictures;

/// <summary>How text and numbers become markup. What a target said may be in a picture: it stays text.</summary>
public static class Markup
{
    /// <summary>Text for an element or a quoted attribute; what XML 1.0 does not allow becomes U+FFFD.</summary>
    public static string Escape(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) // lone surrogates come as U+FFFD
        {
            switch (rune.Value)
            {
                case '<': clean.Append("&lt;"); break;
                case '>': clean.Append("&gt;"); break;
                case '&': clean.Append("&amp;"); break;
                case '"': clean.Append("&quot;"); break;
                case '\'': clean.Append("&#39;"); break;
                case < 0x20 and not ('\t' or '\n' or '\r') or (>= 0x7f and < 0xa0) or 0xfffe or 0xffff: clean.Append('\uFFFD'); break;
                default: clean.Append(rune.ToString()); break;
            }
        }
        return clean.ToString();
    }

    /// <param name="share">0 to 1.</param>
    public static string Percent(double share) => (Math.Clamp(share, 0, 1) * 100).ToString("0.###", CultureInfo.InvariantCulture) + "%";
}
