using System.Collections.Immutable;
using Nines.Core.Facts;
using NodaTime;

namespace Nines.Web.Access;

/// <summary>Somebody who can log in.</summary>
/// <param name="Handle">The name on record; see <see cref="Handles"/>.</param>
/// <param name="Password">As <see cref="Passwords"/> hashed it.</param>
/// <param name="Name">What others see beside the handle; never on record. Null when not given.</param>
/// <param name="Mail">Never on record. Null when not given.</param>
public sealed record User(string Handle, Role Role, string Password, Instant Created, Instant PasswordChanged, bool Disabled, string? Name, string? Mail);

/// <summary>What a program shows to act for somebody.</summary>
/// <param name="Id">Names it in lists and on record; not secret.</param>
/// <param name="Hash">SHA-256 of the token, as lower-case hex: the token itself is not kept.</param>
/// <param name="Scope">The most that it may; never more than its owner may at that moment.</param>
/// <param name="Used">When it was last used, to the hour; null when it never was.</param>
public sealed record ApiToken(string Id, string Hash, string Name, string Owner, Role Scope, Instant Created, Instant Expires, Instant? Used);

/// <summary>A browser that is logged in.</summary>
/// <param name="Hash">SHA-256 of what the cookie holds, as lower-case hex.</param>
/// <param name="Seen">When it was last used, to five minutes.</param>
/// <param name="Agent">What the browser calls itself; at most <see cref="Sessions.LongestAgent"/> printable characters.</param>
public sealed record Session(string Hash, string Handle, Instant Created, Instant Seen, string Agent)
{
    /// <summary>Names it in lists: not enough to find or to guess the cookie.</summary>
    public string Id => Hash[..12];
}

/// <summary>Users, tokens and sessions at one moment. Immutable.</summary>
/// <param name="Generation">One more with each change.</param>
/// <param name="Retired">Handles of people who were deleted: what they did stays on record under them, so nobody else gets one.</param>
/// <param name="Unrecorded">Changes that are not in the journal yet.</param>
internal sealed record AccessBook(
    long Generation,
    ImmutableSortedDictionary<string, User> Users,
    ImmutableSortedSet<string> Retired,
    ImmutableDictionary<string, ApiToken> Tokens,
    ImmutableDictionary<string, Session> Sessions,
    ImmutableArray<AccessChanged> Unrecorded)
{
    public const int MostUsers = 1_000, MostRetired = 10_000, MostTokensEach = 50, MostSessionsEach = 20, MostUnrecorded = 1_000;

    public static readonly AccessBook Empty = new(
        0, ImmutableSortedDictionary.Create<string, User>(StringComparer.Ordinal), ImmutableSortedSet.Create<string>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, ApiToken>(StringComparer.Ordinal), ImmutableDictionary.Create<string, Session>(StringComparer.Ordinal), []);

    /// <exception cref="AccessException">There is none.</exception>
    public User UserOf(string handle) => Users.TryGetValue(handle, out var user) ? user
        : throw new AccessException(AccessErrors.NoSuchUser, Handles.IsValid(handle) ? $"there is no user '{handle}'. See `nines users list`." : "there is no such user. See `nines users list`.");

    public bool HasActiveAdmin => Users.Values.Any(user => user is { Role: Role.Admin, Disabled: false });

    public AccessBook With(User user) => this with { Users = Users.SetItem(user.Handle, user) };

    public AccessBook WithoutSessionsOf(string handle, string? exceptHash = null) =>
        this with { Sessions = Sessions.RemoveRange(Sessions.Values.Where(session => session.Handle == handle && session.Hash != exceptHash).Select(session => session.Hash)) };

    public AccessBook WithoutTokensOf(string owner) =>
        this with { Tokens = Tokens.RemoveRange(Tokens.Values.Where(token => token.Owner == owner).Select(token => token.Hash)) };

    /// <summary>Adds what is to go into the journal.</summary>
    /// <param name="by">A handle, or who says so at the machine itself.</param>
    /// <param name="subject">The handle or token that it is about.</param>
    public AccessBook Telling(Instant now, string by, AccessChange what, string subject, string? detail = null)
    {
        if (Unrecorded.Length >= MostUnrecorded)
            throw new AccessException(AccessErrors.TooMany, $"{MostUnrecorded:N0} changes wait to go on record. Start `nines up`, which puts them there, or mend its journal.");
        return this with { Unrecorded = Unrecorded.Add(new AccessChanged(now, $"{Generation + 1}.{Unrecorded.Length}", now, by, what, subject, detail)) };
    }
}
