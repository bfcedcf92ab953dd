using System.Text.RegularExpressions;

namespace Nines.Probing.Inbound;

/// <summary>What somebody who reports proves himself with.</summary>
internal static partial class PassiveToken
{
    public const string Mistake = "is not a token: use 16 to 200 of A-Z, a-z, 0-9, '-', '_'. Try openssl rand -hex 16.";

    public static bool IsOne(string text) => Form().IsMatch(text);

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{16,200}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
