using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Nines.Web.Access;

/// <summary>Who a request says it is, and what its forms have to carry.</summary>
/// <param name="Cookie">What the session's cookie holds; null for who has none.</param>
internal sealed record Identified(Caller Caller, string? Cookie);

/// <summary>Finds out who asks: by a bearer token (ours, or an identity provider's), else by the session's cookie.</summary>
internal sealed class Identification(Func<AccessSettings> settings, Sessions sessions, ApiTokens tokens, LogInCounts counts, TimeProvider time, Action<string> say) : IDisposable
{
    private const string Bearer = "Bearer";

    private readonly Lock gate = new();
    private (JwtSettings Settings, JwtKeys Keys, JwtBearer Check)? provider;

    /// <param name="isAct">Whether a session is used by it, and lasts on; see <see cref="RequestSource.IsAct"/>.</param>
    /// <returns>Null when a bearer token was shown that is not valid: then nothing else counts.</returns>
    public async Task<Identified?> FindAsync(HttpContext context, bool isAct, CancellationToken cancellation)
    {
        var now = settings();
        var header = context.Request.Headers[HeaderNames.Authorization];
        if (header.Any(value => value is not null && (value.StartsWith(Bearer + " ", StringComparison.OrdinalIgnoreCase) || value.Equals(Bearer, StringComparison.OrdinalIgnoreCase))))
        {
            var caller = header.Count == 1 ? await ByBearerAsync(header[0]![Bearer.Length..].Trim(), now, cancellation) : null;
            if (caller is null) counts.CountBearerRefused();
            return caller is null ? null : new Identified(caller, null);
        }
        var cookie = SessionCookie.Read(context, now);
        return await sessions.FindAsync(cookie, cancellation, isAct) is var (user, _)
            ? new Identified(new Caller(user.Handle, user.Role, Proof.Session), cookie)
            : new Identified(Caller.Anonymous(now.Anonymous), null);
    }

    public void Dispose() => provider?.Keys.Dispose();

    private async Task<Caller?> ByBearerAsync(string text, AccessSettings now, CancellationToken cancellation)
    {
        if (text.StartsWith(TokenText.Beginning, StringComparison.Ordinal))
            return await tokens.FindAsync(text, cancellation) is var (owner, role) ? new Caller(owner.Handle, role, Proof.Token) : null;
        if (now.Jwt is not { } jwt || !JwtBearer.HasShape(text)) return null;
        return await ProviderOf(jwt).CheckAsync(text, cancellation) is var (handle, given) ? new Caller(handle, given, Proof.Jwt) : null;
    }

    /// <summary>A reload may name another one: its keys are none of the one before.</summary>
    private JwtBearer ProviderOf(JwtSettings jwt)
    {
        lock (gate)
        {
            if (provider is { } known && known.Settings.Equals(jwt)) return known.Check;
            // The keys before are not disposed of: a request may just be asking for them. They hold nothing but an idle connection.
            var keys = new JwtKeys(jwt.Keys, time, say);
            provider = (jwt, keys, new JwtBearer(jwt, keys, time));
            return provider.Value.Check;
        }
    }
}
