using System.Security.Cryptography;

namespace Nines.Probing.Pages;

/// <summary>
/// Hashes as an integrity attribute writes them: <c>sha384-BASE64</c>, several separated by spaces, options after a question mark
/// (Subresource Integrity, W3C Recommendation, sections 3.2 and 3.3). Of several, those of the strongest algorithm count, and one has to match.
/// </summary>
public sealed class Integrity
{
    private const int MostHashes = 20;
    private static readonly string[] Algorithms = ["sha256", "sha384", "sha512"];

    private readonly HashAlgorithmName algorithm;
    private readonly List<byte[]> hashes = [];

    private Integrity(string strongest) => algorithm = new HashAlgorithmName(strongest.ToUpperInvariant());

    /// <returns>Null when the text holds no hash that a browser would know: then anything is let through.</returns>
    public static Integrity? Parse(string text)
    {
        var known = text.Split((char[])[' ', '\t', '\n', '\r', '\f'], StringSplitOptions.RemoveEmptyEntries).Take(MostHashes)
            .Select(Read).Where(hash => hash.Bytes is not null).ToArray();
        if (known.Length == 0) return null;
        var strongest = known.Max(hash => hash.Strength);
        var integrity = new Integrity(Algorithms[strongest]);
        integrity.hashes.AddRange(known.Where(hash => hash.Strength == strongest).Select(hash => hash.Bytes!));
        return integrity;
    }

    public bool Holds(ReadOnlySpan<byte> content)
    {
        var actual = CryptographicOperations.HashData(algorithm, content);
        return hashes.Exists(hash => hash.AsSpan().SequenceEqual(actual));
    }

    /// <summary>What the content's own hash is, written as a pin.</summary>
    public static string Of(ReadOnlySpan<byte> content) => $"sha384-{Convert.ToBase64String(SHA384.HashData(content))}";

    private static (int Strength, byte[]? Bytes) Read(string hash)
    {
        var dash = hash.IndexOf('-', StringComparison.Ordinal);
        var strength = dash < 0 ? -1 : Array.FindIndex(Algorithms, name => hash.AsSpan(0, dash).Equals(name, StringComparison.OrdinalIgnoreCase));
        if (strength < 0) return (-1, null);
        var options = hash.IndexOf('?', dash);
        var digits = hash.AsSpan(dash + 1, (options < 0 ? hash.Length : options) - dash - 1);
        Span<byte> bytes = stackalloc byte[96];
        int[] sizes = [SHA256.HashSizeInBytes, SHA384.HashSizeInBytes, SHA512.HashSizeInBytes];
        return Convert.TryFromBase64Chars(digits, bytes, out var length) && length == sizes[strength] ? (strength, bytes[..length].ToArray()) : (-1, null);
    }
}
