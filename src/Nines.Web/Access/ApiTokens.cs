using System.Security.Cryptography;
using Nines.Core.Facts;
using NodaTime;

namespace Nines.Web.Access;

/// <summary>What programs show to act for somebody: <c>Authorization: Bearer nines_…</c>. Safe for concurrent use.</summary>
public sealed class ApiTokens(AccessStore store)
{
    public const int LongestName = 64;

    public static readonly Duration UsualLife = Duration.FromDays(90), LongestLife = Duration.FromDays(366), ShortestLife = Duration.FromMinutes(1);

    private static readonly Duration Coarse = Duration.FromHours(1);

    /// <returns>The token, which is shown this once, and what is kept of it.</returns>
    /// <param name="owner">For whom it acts.</param>
    /// <param name="scope">At most the owner's role.</param>
    /// <param name="life">Null for <see cref="UsualLife"/>.</param>
    /// <exception cref="AccessException">Of a name, a scope or a life that cannot be; of too many; or it cannot be kept.</exception>
    public Task<(string Text, ApiToken Token)> CreateAsync(string owner, string? name, Role scope, Duration? life, string by, CancellationToken cancellation)
    {
        var called = Handles.CheckText(name, "the token's name", LongestName) ?? throw new AccessException(AccessErrors.BadValue, "a token needs a name that says what uses it.");
        var length = life ?? UsualLife;
        if (length < ShortestLife || length > LongestLife) throw new AccessException(AccessErrors.BadValue, "a token is valid for 1m to 366d.");
        if (scope is < Role.Viewer or > Role.Admin) throw new AccessException(AccessErrors.BadValue, "a token's scope is read, respond or admin.");
        var text = TokenText.New();
        return store.ChangeAsync(
            book =>
            {
                var user = book.UserOf(owner);
                if (scope > user.Role) throw new AccessException(AccessErrors.NotAllowed, $"a token of {owner} can have no scope above {Scopes.Word(user.Role)}: that is what its owner may.");
                if (book.Tokens.Values.Count(token => token.Owner == owner) >= AccessBook.MostTokensEach)
                    throw new AccessException(AccessErrors.TooMany, $"{owner} has {AccessBook.MostTokensEach} tokens. Revoke those that are not used.");
                var now = store.Now;
                var token = new ApiToken(NewId(book), Secrets.Hash(text), called, owner, scope, now, now + length, null);
                return ((book with { Tokens = book.Tokens.Add(token.Hash, token) }).Telling(now, by, AccessChange.TokenCreated, token.Id, $"{Scopes.Word(scope)}, of {owner}"), (text, token));
            },
            cancellation);
    }

    /// <summary>Who asks with a token; his role is the token's scope, and never more than its owner may now.</summary>
    /// <returns>Null for one that is none, was revoked, has expired, or whose owner is gone or disabled.</returns>
    public async Task<(User Owner, Role Role)?> FindAsync(string text, CancellationToken cancellation)
    {
        if (!TokenText.IsWellFormed(text)) return null;
        var book = store.Read();
        var now = store.Now;
        if (!book.Tokens.TryGetValue(Secrets.Hash(text), out var token) || token.Expires <= now || !book.Users.TryGetValue(token.Owner, out var owner) || owner.Disabled) return null;
        if (token.Used is not { } used || now - used >= Coarse) await UseAsync(token.Hash, now, cancellation);
        return (owner, token.Scope < owner.Role ? token.Scope : owner.Role);
    }

    public IReadOnlyList<ApiToken> All => [.. store.Read().Tokens.Values.OrderBy(token => token.Owner, StringComparer.Ordinal).ThenBy(token => token.Created)];

    /// <param name="owner">Whose it has to be; null for anybody's.</param>
    /// <exception cref="AccessException">There is none of that id.</exception>
    public Task RevokeAsync(string id, string? owner, string by, CancellationToken cancellation) => store.ChangeAsync(
        book =>
        {
            var token = book.Tokens.Values.FirstOrDefault(token => token.Id == id && (owner is null || token.Owner == owner))
                ?? throw new AccessException(AccessErrors.NoSuchToken, "there is no such token. See `nines tokens list`.");
            return (book with { Tokens = book.Tokens.Remove(token.Hash) }).Telling(store.Now, by, AccessChange.TokenRevoked, token.Id, $"of {token.Owner}");
        },
        cancellation);

    private async Task UseAsync(string hash, Instant now, CancellationToken cancellation)
    {
        try
        {
            await store.ChangeAsync(book => book.Tokens.TryGetValue(hash, out var token) ? book with { Tokens = book.Tokens.SetItem(hash, token with { Used = now }) } : book, cancellation);
        }
        catch (AccessException full) when (full.Code == AccessErrors.Storage)
        {
            return; // when it was last used is worth less than that it can be used
        }
    }

    private static string NewId(AccessBook book)
    {
        while (true)
        {
            var id = $"t-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
            if (book.Tokens.Values.All(token => token.Id != id)) return id;
        }
    }
}

/// <summary>What a token may, in the words of its owner.</summary>
public static class Scopes
{
    public static string Word(Role role) => role switch { Role.None => "none", Role.Viewer => "read", Role.Responder => "respond", Role.Admin => "admin" };

    /// <returns>Null for another word.</returns>
    public static Role? Parse(string? word) => word switch { "read" => Role.Viewer, "respond" => Role.Responder, "admin" => Role.Admin, _ => null };
}
