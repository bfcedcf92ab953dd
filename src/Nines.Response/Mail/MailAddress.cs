using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Nines.Core;
using System.Net;
using System.Net.Sockets;

namespace Nines.Response.Mail;

/// <summary>
/// A mailbox, <c>local@domain</c>: a dot-atom (RFC 5322 §3.2.3, with RFC 6531's letters) and a host name or an address literal. It cannot hold
/// what would end a header or a command: no space, no control character, no angle bracket, no quotes.
/// </summary>
public sealed record MailAddress
{
    /// <value>Octets, RFC 5321 §4.5.3.1.3.</value>
    public const int Longest = 254;

    private const int LongestLocal = 64, LongestName = 200;
    private const string AtomMarks = "!#$%&'*+-/=?^_`{|}~";
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    private MailAddress(string local, string domain, string? name) => (Local, Domain, Name) = (local, domain, name);

    public string Local { get; }

    /// <summary>In ASCII (A-labels) and lower case, or a literal such as <c>[127.0.0.1]</c>.</summary>
    public string Domain { get; }

    /// <summary>What people read; null for none.</summary>
    public string? Name { get; }

    /// <summary>True when only a server with SMTPUTF8 (RFC 6531) can take it.</summary>
    public bool NeedsUtf8 => !System.Text.Ascii.IsValid(Local);

    /// <summary>Without the name.</summary>
    public string Mailbox => $"{Local}@{Domain}";

    /// <summary>One and the same for addresses that lead to one mailbox in practice: in lower case.</summary>
    public string Key => Mailbox.ToLowerInvariant();

    public override string ToString() => Mailbox;

    /// <summary>Reads <c>a@b</c> or <c>Name &lt;a@b&gt;</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out MailAddress? address)
    {
        address = null;
        text = text.Trim();
        if (text.Length > Longest + LongestName) return false;
        string? name = null;
        if (text.EndsWith('>'))
        {
            var open = text.LastIndexOf('<');
            if (open < 0) return false;
            name = text[..open].Trim().Trim('"').Trim();
            text = text[(open + 1)..^1];
            if (name.Length > LongestName || WrittenText.ProblemOf(name, lines: false) is not null) return false;
        }
        var at = text.LastIndexOf('@');
        if (at < 1 || !IsLocal(text[..at]) || DomainOf(text[(at + 1)..]) is not { } domain) return false;
        if (System.Text.Encoding.UTF8.GetByteCount(text[..at]) + 1 + domain.Length > Longest) return false;
        address = new MailAddress(text[..at], domain, string.IsNullOrEmpty(name) ? null : name);
        return true;
    }

    /// <exception cref="FormatException">It is none.</exception>
    public static MailAddress Parse(string text) => TryParse(text, out var address) ? address : throw new FormatException("This is not an e-mail address.");

    /// <summary>False where a surrogate stands alone: it cannot be written as UTF-8.</summary>
    internal static bool IsWhole(string text)
    {
        for (var i = 0; i < text.Length; i++)
            if (char.IsSurrogate(text[i]) && (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[++i]))) return false;
        return true;
    }

    private static bool IsLocal(string local) =>
        System.Text.Encoding.UTF8.GetByteCount(local) <= LongestLocal && IsWhole(local)
        && local.Split('.').All(atom => atom.Length > 0 && atom.All(IsAtom));

    private static bool IsAtom(char c) =>
        char.IsAsciiLetterOrDigit(c) || AtomMarks.Contains(c, StringComparison.Ordinal)
        || (c > 0x7f && (char.IsLetterOrDigit(c) || char.IsSurrogate(c) || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark));

    private static string? DomainOf(string domain)
    {
        if (domain is ['[', .., ']'])
        {
            var v6 = domain.StartsWith("[IPv6:", StringComparison.OrdinalIgnoreCase);
            return IPAddress.TryParse(domain[(v6 ? 6 : 1)..^1], out var literal) && literal.AddressFamily == (v6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork) && literal.ToString().IndexOf('%') < 0
                ? v6 ? $"[IPv6:{literal}]" : $"[{literal}]"
                : null;
        }
        if (domain.Length == 0 || !IsWhole(domain)) return null;
        try
        {
            var ascii = Idn.GetAscii(domain.ToLowerInvariant());
            var labels = ascii.Split('.');
            // A host name: an address in digits is no domain, and would be delivered to whoever owns it.
            return ascii.Length <= 253 && labels.All(IsLabel) && !labels[^1].All(char.IsAsciiDigit) ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null; // not a name that can be written in A-labels
        }
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
