using System.Collections.Immutable;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using NodaTime;

namespace Nines.Web.Access;

/// <summary>Takes bearer tokens of an identity provider (RFC 7519), by the rules of RFC 8725: three algorithms, one issuer, one audience, keys of ours to know.</summary>
internal sealed class JwtBearer(JwtSettings settings, JwtKeys keys, TimeProvider time)
{
    /// <summary>How far its clock and ours may differ.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);

    private const int Longest = 8 << 10;

    private static readonly string[] Algorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSsaPssSha256];

    private static readonly JsonWebTokenHandler Handler = new() { MaximumTokenSizeInBytes = Longest, MapInboundClaims = false };

    /// <summary>True for what may be such a token: three parts of base64url. Not one of ours.</summary>
    public static bool HasShape(string text) => text.Length <= Longest && text.Count(letter => letter == '.') == 2;

    /// <returns>Who asks; null for a token that is not valid, or whose claims make nobody of him.</returns>
    public async Task<(string Handle, Role Role)?> CheckAsync(string text, CancellationToken cancellation)
    {
        if (!HasShape(text)) return null;
        JsonWebToken token;
        try
        {
            token = new JsonWebToken(text);
        }
        catch (ArgumentException)
        {
            return null; // not base64url, or not JSON
        }
        // What a header declares as critical has to be understood (RFC 7515, section 4.1.11), and we understand no extension.
        if (!Algorithms.Contains(token.Alg) || token.TryGetHeaderValue<object>("crit", out _)) return null;
        var candidates = (await keys.FindAsync(token.Kid is { Length: > 0 } id ? id : null, cancellation)).Where(key => Fits(key, token.Alg)).ToImmutableArray();
        if (candidates.IsEmpty) return null;
        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = settings.Issuer,
            ValidAudience = settings.Audience,
            ValidAlgorithms = Algorithms,
            IssuerSigningKeyResolver = (_, _, _, _) => candidates,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            LifetimeValidator = (from, to, _, _) => IsInTime(from, to),
            ValidateIssuerSigningKey = true,
        });
        return result.IsValid ? CallerOf(token) : null;
    }

    private bool IsInTime(DateTime? from, DateTime? to)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return to is { } end && now < end + Skew && (from is not { } start || now >= start - Skew);
    }

    private (string Handle, Role Role)? CallerOf(JsonWebToken token)
    {
        var handle = token.Claims.FirstOrDefault(claim => claim.Type == settings.HandleClaim)?.Value;
        if (handle is not { Length: <= 254 }) return null;
        if (settings.HandleDomain is { } domain && handle.EndsWith($"@{domain}", StringComparison.OrdinalIgnoreCase)) handle = handle[..^(domain.Length + 1)];
        handle = handle.ToLowerInvariant();
        if (!Handles.IsValid(handle)) return null;
        var role = settings.Otherwise;
        foreach (var word in token.Claims.Where(claim => claim.Type == settings.RoleClaim).SelectMany(claim => settings.Roles.ContainsKey(claim.Value) ? [claim.Value] : claim.Value.Split(' ')))
            if (settings.Roles.TryGetValue(word, out var given) && given > role) role = given;
        return role == Role.None ? null : (handle, role);
    }

    /// <summary>A key is for its own kind of signature, and where it names one algorithm for that alone.</summary>
    private static bool Fits(JsonWebKey key, string algorithm) =>
        (key.Alg is null || key.Alg == algorithm) && key.Kty == (algorithm == SecurityAlgorithms.EcdsaSha256 ? JsonWebAlgorithmsKeyTypes.EllipticCurve : JsonWebAlgorithmsKeyTypes.RSA);
}
