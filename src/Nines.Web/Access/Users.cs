using Nines.Core.Facts;

namespace Nines.Web.Access;

/// <summary>Who can log in, and as what. Each change ends the sessions that it concerns and is put on record. Safe for concurrent use.</summary>
public sealed class Users(AccessStore store, Passwords passwords)
{
    public const int LongestName = 100, LongestMail = 254;

    public IReadOnlyList<User> All => [.. store.Read().Users.Values];

    /// <summary>Nobody was ever added: the one moment at which the set-up link works.</summary>
    public bool IsEmpty => store.Read() is { Users.IsEmpty: true, Retired.IsEmpty: true };

    /// <summary>Handle and password are checked before anything costs time.</summary>
    /// <param name="by">The handle of who adds it, or who does so at the machine.</param>
    /// <exception cref="AccessException">Of a value that cannot be kept; the handle is taken; too many.</exception>
    public async Task AddAsync(string handle, Role role, string password, string? name, string? mail, string by, CancellationToken cancellation)
    {
        var (hash, called, reached) = await CheckAsync(handle, role, password, name, mail, cancellation);
        await store.ChangeAsync(book => Added(book, handle, role, hash, called, reached).Telling(store.Now, by, AccessChange.UserAdded, handle, RoleWords.Of(role)), cancellation);
    }

    /// <summary>Adds the first admin, if nobody is there yet.</summary>
    /// <exception cref="AccessException">As <see cref="AddAsync"/>; or somebody is there.</exception>
    public async Task SetUpAsync(string handle, string password, CancellationToken cancellation)
    {
        var (hash, _, _) = await CheckAsync(handle, Role.Admin, password, null, null, cancellation);
        await store.ChangeAsync(
            book => book is { Users.IsEmpty: true, Retired.IsEmpty: true }
                ? Added(book, handle, Role.Admin, hash, null, null).Telling(store.Now, handle, AccessChange.SetUp, handle, RoleWords.Of(Role.Admin))
                : throw new AccessException(AccessErrors.SetUpLink, "this console has been set up. Log in, or use `nines users password` on the machine."),
            cancellation);
    }

    /// <exception cref="AccessException">No such user; the last admin; or it cannot be kept.</exception>
    public Task SetRoleAsync(string handle, Role role, string by, CancellationToken cancellation)
    {
        if (role is < Role.Viewer or > Role.Admin) throw new AccessException(AccessErrors.BadValue, "a role is viewer, responder or admin.");
        return store.ChangeAsync(
            book =>
            {
                var user = book.UserOf(handle);
                return user.Role == role ? book : Guarded(book.With(user with { Role = role }).WithoutSessionsOf(handle)).Telling(store.Now, by, AccessChange.RoleChanged, handle, RoleWords.Of(role));
            },
            cancellation);
    }

    /// <inheritdoc cref="SetRoleAsync"/>
    public Task SetDisabledAsync(string handle, bool disabled, string by, CancellationToken cancellation) => store.ChangeAsync(
        book =>
        {
            var user = book.UserOf(handle);
            return user.Disabled == disabled ? book
                : Guarded(book.With(user with { Disabled = disabled }).WithoutSessionsOf(handle)).Telling(store.Now, by, disabled ? AccessChange.UserDisabled : AccessChange.UserEnabled, handle);
        },
        cancellation);

    /// <summary>Takes the user, his tokens and his sessions away; the handle stays taken, for it is on record.</summary>
    /// <inheritdoc cref="SetRoleAsync"/>
    public Task DeleteAsync(string handle, string by, CancellationToken cancellation) => store.ChangeAsync(
        book =>
        {
            var user = book.UserOf(handle);
            if (book.Retired.Count >= AccessBook.MostRetired) throw new AccessException(AccessErrors.TooMany, $"{AccessBook.MostRetired:N0} users were deleted. Disable this one instead.");
            var without = book.WithoutSessionsOf(handle).WithoutTokensOf(handle);
            return Guarded(without with { Users = without.Users.Remove(user.Handle), Retired = without.Retired.Add(handle) }).Telling(store.Now, by, AccessChange.UserDeleted, handle);
        },
        cancellation);

    /// <exception cref="AccessException">There is none of that handle.</exception>
    public void Require(string handle) => store.Read().UserOf(handle);

    /// <summary>All sessions of the user end.</summary>
    /// <exception cref="AccessException">No such user; a password not to be used; or it cannot be kept.</exception>
    public Task SetPasswordAsync(string handle, string password, string by, CancellationToken cancellation) => SetPasswordAsync(handle, password, by, null, cancellation);

    /// <param name="and">What else changes with it, from the book without his sessions.</param>
    /// <inheritdoc cref="SetPasswordAsync(string, string, string, CancellationToken)"/>
    internal async Task SetPasswordAsync(string handle, string password, string by, Func<AccessBook, AccessBook>? and, CancellationToken cancellation)
    {
        Handles.Check(handle);
        store.Read().UserOf(handle);
        Passwords.Check(password, handle);
        var hash = await passwords.HashAsync(password, cancellation);
        await store.ChangeAsync(
            book =>
            {
                var changed = book.With(book.UserOf(handle) with { Password = hash, PasswordChanged = store.Now }).WithoutSessionsOf(handle);
                return (and is null ? changed : and(changed)).Telling(store.Now, by, AccessChange.PasswordChanged, handle);
            },
            cancellation);
    }

    /// <summary>Only what others see beside the handle: nothing of it goes on record.</summary>
    /// <exception cref="AccessException">No such user, or a text that cannot be shown.</exception>
    public Task DescribeAsync(string handle, string? name, string? mail, CancellationToken cancellation)
    {
        var (called, reached) = Described(name, mail);
        return store.ChangeAsync(book => book.With(book.UserOf(handle) with { Name = called, Mail = reached }), cancellation);
    }

    private async Task<(string Hash, string? Name, string? Mail)> CheckAsync(string handle, Role role, string password, string? name, string? mail, CancellationToken cancellation)
    {
        Handles.Check(handle);
        if (role is < Role.Viewer or > Role.Admin) throw new AccessException(AccessErrors.BadValue, "a role is viewer, responder or admin.");
        var (called, reached) = Described(name, mail);
        Passwords.Check(password, handle);
        RequireFree(store.Read(), handle);
        return (await passwords.HashAsync(password, cancellation), called, reached);
    }

    private static (string? Name, string? Mail) Described(string? name, string? mail)
    {
        var reached = Handles.CheckText(mail, "the e-mail address", LongestMail);
        if (reached is not null && (reached.Count(letter => letter == '@') != 1 || reached.StartsWith('@') || reached.EndsWith('@') || reached.Contains(' ')))
            throw new AccessException(AccessErrors.BadValue, "the e-mail address is none: it has one @ with something on both sides.");
        return (Handles.CheckText(name, "the display name", LongestName), reached);
    }

    private AccessBook Added(AccessBook book, string handle, Role role, string hash, string? name, string? mail)
    {
        RequireFree(book, handle);
        if (book.Users.Count >= AccessBook.MostUsers) throw new AccessException(AccessErrors.TooMany, $"there are {AccessBook.MostUsers:N0} users; more belong to an identity provider, see `console: jwt`.");
        return book.With(new User(handle, role, hash, store.Now, store.Now, false, name, mail));
    }

    private static void RequireFree(AccessBook book, string handle)
    {
        if (book.Users.ContainsKey(handle)) throw new AccessException(AccessErrors.HandleTaken, $"there is a user '{handle}' already.");
        if (book.Retired.Contains(handle)) throw new AccessException(AccessErrors.HandleTaken, $"'{handle}' was somebody who is deleted, and what he did is on record under it. Choose another handle.");
    }

    private static AccessBook Guarded(AccessBook book) => book.HasActiveAdmin ? book
        : throw new AccessException(AccessErrors.LastAdmin, "it is the last admin who can log in. Make somebody else admin first.");
}

/// <summary>Roles as they are written.</summary>
public static class RoleWords
{
    public static string Of(Role role) => role switch { Role.None => "none", Role.Viewer => "viewer", Role.Responder => "responder", Role.Admin => "admin" };

    /// <returns>Null for another word; none is not a role that somebody can be given.</returns>
    public static Role? Parse(string? word) => word switch { "viewer" => Role.Viewer, "responder" => Role.Responder, "admin" => Role.Admin, _ => null };
}
