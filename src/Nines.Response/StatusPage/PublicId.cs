using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NodaTime;

namespace Nines.Response.StatusPage;

/// <summary>Public names of what has an internal one. The internal name cannot be read out of it; who guesses it right, with the instant, can tell that he did.</summary>
public static class PublicId
{
    private const string Letters = "abcdefghijkmnpqrstuvwxyz23456789";

    /// <param name="said">When it was put on record, as exactly as the journal has it.</param>
    /// <returns>12 of a-z and 2-9.</returns>
    public static string Of(string kind, string name, Instant said)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"nines status page\n{kind}\n{name}\n{said.ToUnixTimeTicks()}")));
        return string.Create(12, digest, static (text, bytes) =>
        {
            for (var i = 0; i < text.Length; i++) text[i] = Letters[bytes[i] & 31];
        });
    }
}
