using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Nines.Probing.Dns.Dnssec;

/// <summary>A key that is trusted without asking, by its digest: the DS record of a zone (RFC 4034, section 5).</summary>
internal sealed record TrustAnchor(DnsName Zone, DelegationSigner Key)
{
    /// <summary>Reads <c>zone [ttl] [IN] DS tag algorithm digest_type digest</c>; the digest may have spaces in it.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out TrustAnchor? anchor)
    {
        anchor = null;
        var words = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var ds = Array.FindIndex(words, word => word.Equals("DS", StringComparison.OrdinalIgnoreCase));
        if (ds is < 1 or > 3 || words.Length < ds + 5 || !DnsName.TryParse(words[0], out var zone)) return false;
        if (!words[1..ds].All(word => word.Equals("IN", StringComparison.OrdinalIgnoreCase) || word.All(char.IsAsciiDigit))) return false;
        var digest = string.Concat(words[(ds + 4)..]);
        if (!ushort.TryParse(words[ds + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var tag)
            || !byte.TryParse(words[ds + 2], NumberStyles.None, CultureInfo.InvariantCulture, out var algorithm)
            || !byte.TryParse(words[ds + 3], NumberStyles.None, CultureInfo.InvariantCulture, out var digestType)
            || digest.Length is < 2 or > 256 || digest.Length % 2 != 0 || !digest.All(char.IsAsciiHexDigit)) return false;
        anchor = new TrustAnchor(zone, new DelegationSigner(tag, algorithm, digestType, Convert.FromHexString(digest)));
        return true;
    }
}
