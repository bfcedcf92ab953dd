using System.Collections.Immutable;
using System.Net;
using Nines.Web.Access;
using Nines.Web.Api.Documents;
using NodaTime;

namespace Nines.Web.Api;

/// <summary>Users, tokens, sessions: what people and programs may do is asked and changed here. Each change goes on record under the caller's handle.</summary>
internal sealed class AccessOperations(Users users, ApiTokens tokens, Sessions sessions, LogIn logIn, ConsoleOptions console)
{
    public MeDocument Me(Caller caller) => new(caller.Handle, RoleWords.Of(caller.Role), Routing.Formats.WordOf(caller.Proof));

    public UsersDocument ListUsers() =>
        new([.. users.All.Select(user => new UserRow(user.Handle, RoleWords.Of(user.Role), user.Disabled, user.Created, user.PasswordChanged, user.Name, user.Mail))]);

    /// <exception cref="AccessException">Of a value that cannot be kept.</exception>
    public async Task<ChangedDocument> AddUserAsync(NewUserBody body, Caller caller, CancellationToken cancellation)
    {
        await users.AddAsync(body.Handle, RoleOf(body.Role), body.Password, body.Name, body.Mail, By(caller), cancellation);
        return new ChangedDocument($"{body.Handle} is {body.Role} here.");
    }

    /// <exception cref="AccessException">No such user, or the last admin.</exception>
    public async Task<ChangedDocument> ChangeUserAsync(string handle, UserChangeBody body, Caller caller, CancellationToken cancellation)
    {
        var said = new List<string>();
        if (body.Role is { } role)
        {
            await users.SetRoleAsync(handle, RoleOf(role), By(caller), cancellation);
            said.Add($"{handle} is {role} here.");
        }
        if (body.Disabled is { } disabled)
        {
            await users.SetDisabledAsync(handle, disabled, By(caller), cancellation);
            said.Add(disabled ? $"{handle} cannot log in any more." : $"{handle} can log in again.");
        }
        return new ChangedDocument(said.Count > 0 ? string.Join(' ', said) : "Nothing was to be changed.");
    }

    /// <summary>Somebody else's, by an admin.</summary>
    /// <exception cref="AccessException">No such user, or a password not to be used.</exception>
    public async Task<ChangedDocument> SetPasswordAsync(string handle, string password, Caller caller, CancellationToken cancellation)
    {
        await users.SetPasswordAsync(handle, password, By(caller), cancellation);
        return new ChangedDocument($"{handle} has another password, and is logged out everywhere.");
    }

    /// <exception cref="AccessException">No such user, or the last admin.</exception>
    public async Task<ChangedDocument> DeleteUserAsync(string handle, Caller caller, CancellationToken cancellation)
    {
        await users.DeleteAsync(handle, By(caller), cancellation);
        return new ChangedDocument($"{handle} is deleted; what was done under the handle stays on record.");
    }

    /// <summary>One's own; an admin may see everybody's.</summary>
    public TokensDocument ListTokens(Caller caller, bool all) =>
        new([.. tokens.All.Where(token => token.Owner == caller.Handle || (all && caller.May(Role.Admin))).Select(RowOf)]);

    /// <summary>For oneself. By a session, or a token that may administer: one that leaked and may only read makes no others.</summary>
    /// <exception cref="AccessException">It may not be, or there are too many.</exception>
    public async Task<NewTokenDocument> CreateTokenAsync(NewTokenBody body, Caller caller, CancellationToken cancellation)
    {
        RequireOwnHand(caller);
        var scope = Scopes.Parse(body.Scope) ?? throw new AccessException(AccessErrors.BadValue, "a token's scope is read, respond or admin.");
        if (!caller.May(scope)) throw new AccessException(AccessErrors.NotAllowed, $"a token can have no scope above {Scopes.Word(caller.Role)}: that is what you may.");
        if (body.ValidForS is < 0 or > 1e9m) throw new AccessException(AccessErrors.BadValue, "a token is valid for 1m to 366d.");
        Duration? life = body.ValidForS is { } seconds ? Duration.FromSeconds((double)seconds) : null;
        var (text, token) = await tokens.CreateAsync(caller.Handle, body.Name, scope, life, caller.Handle, cancellation);
        return new NewTokenDocument(text, RowOf(token));
    }

    /// <summary>One's own; an admin may revoke everybody's.</summary>
    /// <exception cref="AccessException">No such token.</exception>
    public async Task<ChangedDocument> RevokeTokenAsync(string id, Caller caller, CancellationToken cancellation)
    {
        RequireOwnHand(caller);
        await tokens.RevokeAsync(id, caller.May(Role.Admin) ? null : caller.Handle, By(caller), cancellation);
        return new ChangedDocument($"{id} is revoked.");
    }

    /// <param name="cookie">Of the session that asks; null for none.</param>
    public ImmutableArray<SessionRow> ListSessions(Caller caller, string? cookie)
    {
        var own = cookie is null ? null : Secrets.Hash(cookie);
        return [.. sessions.Of(caller.Handle).Select(session => new SessionRow(session.Id, session.Agent, session.Created, session.Seen, session.Hash == own))];
    }

    public Task EndSessionAsync(string id, Caller caller, CancellationToken cancellation) => sessions.EndAsync(caller.Handle, id, cancellation);

    public Task EndAllSessionsAsync(Caller caller, CancellationToken cancellation) => sessions.EndAllAsync(caller.Handle, caller.Handle, cancellation);

    /// <summary>One's own password, by whoever knows the one before. All sessions end, and this browser gets another.</summary>
    /// <returns>What the cookie is to hold.</returns>
    /// <exception cref="TooOftenException">Too many wrong ones.</exception>
    /// <exception cref="AccessException">The one before is wrong, or the new one is not to be used.</exception>
    public async Task<string> ChangeOwnPasswordAsync(Caller caller, string before, string after, IPAddress? address, string? agent, CancellationToken cancellation)
    {
        Passwords.Check(after, caller.Handle);
        await logIn.ConfirmAsync(caller.Handle, before, address, cancellation);
        var secret = Secrets.New();
        await users.SetPasswordAsync(caller.Handle, after, caller.Handle, book => sessions.Opened(book, caller.Handle, secret, agent, null), cancellation);
        return secret;
    }

    /// <summary>The config that is watched by, as it was understood, without its secrets; null while the watch starts.</summary>
    public string? Config() => console.Config();

    private static TokenRow RowOf(ApiToken token) => new(token.Id, token.Name, token.Owner, Scopes.Word(token.Scope), token.Created, token.Expires, token.Used);

    private static Role RoleOf(string word) => RoleWords.Parse(word) ?? throw new AccessException(AccessErrors.BadValue, "a role is viewer, responder or admin.");

    private static string By(Caller caller) => caller.Handle.Length > 0 ? caller.Handle : "api";

    private static void RequireOwnHand(Caller caller)
    {
        if (caller.Proof != Proof.Session && !(caller.Proof == Proof.Token && caller.May(Role.Admin)))
            throw new AccessException(AccessErrors.NotAllowed, "tokens are made and revoked by who is logged in with his password, or by a token that may administer.");
    }
}
