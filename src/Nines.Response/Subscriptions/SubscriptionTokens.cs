using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Nines.Response.Subscriptions;

/// <summary>
/// What proves that somebody may confirm or end a subscription. A token that confirms is random, and only its hash is kept. One that ends is
/// in every message: it is derived from the subscription's id and a key of the data folder, and kept nowhere.
/// </summary>
internal sealed class SubscriptionTokens(byte[] key)
{
    public const int KeyOctets = 32;
    private const int MostCharacters = 100, IdOctets = 16;

    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdOctets));

    /// <returns>A token, and the hash by which it is known again.</returns>
    public static (string Token, string Hash) NewConfirmation()
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return (token, HashOf(token));
    }

    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    public string LeaveToken(string id) => Base64Url.EncodeToString((ReadOnlySpan<byte>)[.. Convert.FromHexString(id), .. Mac("leave", id)]);

    /// <returns>The id of the subscription that the token ends; null when we never made it.</returns>
    public string? IdToLeave(string token)
    {
        if (token.Length > MostCharacters || !Base64Url.IsValid(token)) return null;
        var octets = Base64Url.DecodeFromChars(token);
        if (octets.Length != IdOctets + SHA256.HashSizeInBytes) return null;
        var id = Convert.ToHexStringLower(octets.AsSpan(0, IdOctets));
        return CryptographicOperations.FixedTimeEquals(Mac("leave", id), octets.AsSpan(IdOctets)) ? id : null;
    }

    /// <summary>What signs deliveries to a webhook.</summary>
    public string WebhookSecret(string id) => Base64Url.EncodeToString(Mac("webhook", id));

    /// <summary>What a webhook has to answer with.</summary>
    public string Challenge(string id) => Base64Url.EncodeToString(Mac("challenge", id));

    private byte[] Mac(string purpose, string id) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{purpose}:{id}"));
}
