using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NodaTime;

namespace Nines.Response.StatusPage;

/// <summary>The key of public names cannot be read or kept. The message says where and why.</summary>
public sealed class PublicKeyException(string message, Exception? inner = null) : Exception(message, inner)
{
    public const string Code = "NIN4363";
}

/// <summary>
/// Public names of what has an internal one: an HMAC-SHA256 with a key that only the data folder has. Who does not have the key learns nothing from a
/// name, also not whether he guessed the internal one right. The same key gives the same names for ever: feeds and subscribers know things again by them.
/// </summary>
public sealed class PublicIds
{
    /// <summary>Of the key, in the data folder. Only its owner may read it (mode 600).</summary>
    public const string FileName = "status-page.key";

    /// <value>Octets.</value>
    private const int KeyLength = 32;

    private const int Letters = 12;
    private const string Alphabet = "abcdefghijkmnpqrstuvwxyz23456789";

    private readonly byte[] key;

    private PublicIds(byte[] key) => this.key = key;

    /// <summary>With a key of its own, which nobody keeps.</summary>
    public static PublicIds Passing() => new(RandomNumberGenerator.GetBytes(KeyLength));

    /// <summary>With the data folder's key, which is made when there is none.</summary>
    /// <exception cref="PublicKeyException">There is one that is damaged, or cannot be read; or there is none, and it cannot be written.</exception>
    public static PublicIds Open(string dataFolder)
    {
        var file = Path.Combine(dataFolder, FileName);
        try
        {
            if (!File.Exists(file)) Make(file);
            var text = File.ReadAllText(file).Trim();
            return text.Length == KeyLength * 2 && text.All(char.IsAsciiHexDigitLower) ? new(Convert.FromHexString(text))
                : throw new PublicKeyException($"{file}: is no key of {KeyLength * 2} hexadecimal digits. Put it back from where you keep it; or take it away, and all incidents and windows of the status page get new ids.");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new PublicKeyException($"{file}: the key of the status page's ids cannot be read or made ({refused.Message}). Run as the user that runs `nines up`, or give that user the file.", refused);
        }
    }

    /// <summary>Whole or not at all, and never over one that somebody else made meanwhile.</summary>
    private static void Make(string file)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var beside = $"{file}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        using (var stream = new FileStream(beside, options))
        {
            stream.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyLength)) + "\n"));
            stream.Flush(flushToDisk: true);
        }
        try
        {
            File.Move(beside, file, overwrite: false);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(beside);
        }
    }

    /// <param name="said">When it was put on record, as exactly as the journal has it.</param>
    /// <returns>12 of a-z and 2-9.</returns>
    public string Of(string kind, string name, Instant said) =>
        Spelt(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{kind}\n{name}\n{said.ToUnixTimeTicks()}"))));

    /// <summary>A name that nothing else has, for what has no internal one.</summary>
    public static string Fresh() => Spelt(RandomNumberGenerator.GetBytes(Letters));

    /// <summary>A page's own, out of its address, which is public.</summary>
    public static string OfPage(Uri address) => Spelt(SHA256.HashData(Encoding.UTF8.GetBytes($"nines status page\n{address.AbsoluteUri}")));

    private static string Spelt(byte[] bytes) => string.Create(Letters, bytes, static (text, bytes) =>
    {
        for (var i = 0; i < text.Length; i++) text[i] = Alphabet[bytes[i] & 31];
    });
}
