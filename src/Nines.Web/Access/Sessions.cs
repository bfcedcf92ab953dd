using System.Collections.Concurrent;
using Nines.Core.Facts;
using NodaTime;

namespace Nines.Web.Access;

/// <summary>Browsers that are logged in. The cookie's value is made anew at each log-in and kept only as its hash. Safe for concurrent use.</summary>
/// <param name="settings">As they are now: a reload changes them for sessions that are open too.</param>
internal sealed class Sessions(AccessStore store, Func<AccessSettings> settings)
{
    public const int LongestAgent = 120;

    /// <summary>How much older than the last use the file may say it is: a write for every request would be a write for every picture.</summary>
    private static readonly Duration Coarse = Duration.FromMinutes(5);

    private readonly ConcurrentDictionary<string, Instant> seen = new(StringComparer.Ordinal);

    /// <summary>Opens a session; the oldest of this user ends when there are too many.</summary>
    /// <param name="instead">The cookie that the browser sent, whose session ends: what somebody planted there is worth nothing.</param>
    /// <param name="user">As he was when his password was compared.</param>
    /// <returns>What the cookie is to hold.</returns>
    /// <exception cref="AccessException">It cannot be kept; or the user is gone, disabled, or has another password meanwhile.</exception>
    public async Task<string> OpenAsync(User user, string? agent, string? instead, CancellationToken cancellation)
    {
        var secret = Secrets.New();
        await store.ChangeAsync(
            book =>
            {
                // A new password ends all sessions: one that the old one opens a moment later would outlive it.
                if (!book.Users.TryGetValue(user.Handle, out var now) || now.Disabled || now.PasswordChanged != user.PasswordChanged) throw new AccessException(AccessErrors.WrongPassword, "the user was changed meanwhile. Try again.");
                return Opened(book, user.Handle, secret, agent, instead);
            },
            cancellation);
        return secret;
    }

    /// <summary>For the user as he is now.</summary>
    /// <inheritdoc cref="OpenAsync(User, string?, string?, CancellationToken)"/>
    public Task<string> OpenAsync(string handle, string? agent, string? instead, CancellationToken cancellation) => OpenAsync(store.Read().UserOf(handle), agent, instead, cancellation);

    /// <summary>The book with a new session, for changes that open one together with something else.</summary>
    public AccessBook Opened(AccessBook book, string handle, string secret, string? agent, string? instead)
    {
        var now = store.Now;
        var sessions = book.Sessions.RemoveRange(book.Sessions.Values.Where(session => IsOver(session, now)).Select(session => session.Hash));
        if (Secrets.HasShape(instead)) sessions = sessions.Remove(Secrets.Hash(instead!));
        var own = sessions.Values.Where(session => session.Handle == handle).OrderByDescending(session => session.Seen).ThenByDescending(session => session.Created).ToList();
        sessions = sessions.RemoveRange(own.Skip(AccessBook.MostSessionsEach - 1).Select(session => session.Hash));
        var opened = new Session(Secrets.Hash(secret), handle, now, now, Printable(agent));
        return book with { Sessions = sessions.Add(opened.Hash, opened) };
    }

    /// <param name="isAct">Whether it lasts on by this: somebody is there, and not only a page that was left open.</param>
    /// <returns>The user, while the session lasts and he is neither disabled nor gone; else null.</returns>
    public async Task<(User User, Session Session)?> FindAsync(string? secret, CancellationToken cancellation, bool isAct = true)
    {
        if (!Secrets.HasShape(secret)) return null;
        var book = store.Read();
        var now = store.Now;
        if (!book.Sessions.TryGetValue(Secrets.Hash(secret!), out var session) || IsOver(session, now) || !book.Users.TryGetValue(session.Handle, out var user) || user.Disabled) return null;
        if (isAct) await SeeAsync(session, now, cancellation);
        return (user, session);
    }

    public IReadOnlyList<Session> Of(string handle)
    {
        var now = store.Now;
        return [.. store.Read().Sessions.Values.Where(session => session.Handle == handle && !IsOver(session, now)).Select(session => session with { Seen = LastSeen(session) }).OrderByDescending(session => session.Seen)];
    }

    /// <summary>Ends the one that the cookie is for.</summary>
    public Task EndAsync(string secret, CancellationToken cancellation) =>
        store.ChangeAsync(book => book.Sessions.ContainsKey(Secrets.Hash(secret)) ? book with { Sessions = book.Sessions.Remove(Secrets.Hash(secret)) } : book, cancellation);

    /// <summary>Ends one of somebody's own, by the name that lists give it; nothing when it has ended.</summary>
    public Task EndAsync(string handle, string id, CancellationToken cancellation) => store.ChangeAsync(
        book => book.Sessions.Values.FirstOrDefault(session => session.Handle == handle && session.Id == id) is { } session ? book with { Sessions = book.Sessions.Remove(session.Hash) } : book, cancellation);

    public Task EndAllAsync(string handle, string by, CancellationToken cancellation) =>
        store.ChangeAsync(book => book.WithoutSessionsOf(handle).Telling(store.Now, by, AccessChange.LoggedOutEverywhere, handle), cancellation);

    private bool IsOver(Session session, Instant now) =>
        now - LastSeen(session) >= settings().SessionIdle || now - session.Created >= settings().SessionLongest;

    private Instant LastSeen(Session session) => seen.TryGetValue(session.Hash, out var later) && later > session.Seen ? later : session.Seen;

    private async Task SeeAsync(Session session, Instant now, CancellationToken cancellation)
    {
        seen[session.Hash] = now;
        if (now - session.Seen < Coarse) return;
        try
        {
            await store.ChangeAsync(
                book =>
                {
                    foreach (var gone in seen.Keys.Where(hash => !book.Sessions.ContainsKey(hash))) seen.TryRemove(gone, out _);
                    return book.Sessions.TryGetValue(session.Hash, out var kept) && now - kept.Seen >= Coarse
                        ? book with { Sessions = book.Sessions.SetItem(session.Hash, kept with { Seen = now }) }
                        : book;
                },
                cancellation);
        }
        catch (AccessException full) when (full.Code == AccessErrors.Storage)
        {
            return; // a full disk is when people have to get in: it is kept in memory, and tried again with the next request
        }
    }

    private static string Printable(string? agent) => string.Concat((agent ?? "").Where(letter => letter is >= ' ' and <= '~').Take(LongestAgent));
}
