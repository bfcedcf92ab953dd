using System.Collections.Concurrent;
using System.Net;
using Nines.Core.Facts;
using NodaTime;

namespace Nines.Web.Access;

/// <summary>How log-ins went since the start, for /metrics. Safe for concurrent use.</summary>
public sealed class LogInCounts
{
    private long succeeded, failed, limited, refused;

    public long Succeeded => Interlocked.Read(ref succeeded);
    public long Failed => Interlocked.Read(ref failed);
    public long Limited => Interlocked.Read(ref limited);

    /// <summary>Bearer tokens that were not valid.</summary>
    public long BearersRefused => Interlocked.Read(ref refused);

    internal void CountSuccess() => Interlocked.Increment(ref succeeded);
    internal void CountFailure() => Interlocked.Increment(ref failed);
    internal void CountLimited() => Interlocked.Increment(ref limited);
    internal void CountBearerRefused() => Interlocked.Increment(ref refused);
}

/// <summary>Too many attempts; one may try again after a while.</summary>
/// <param name="after">How long.</param>
internal sealed class TooOftenException(TimeSpan after) : Exception
{
    public TimeSpan After { get; } = after;
}

/// <summary>Checks handle and password, and opens a session. An unknown handle, a wrong password and a disabled user take as long and get the same answer.</summary>
internal sealed class LogIn(AccessStore store, Passwords passwords, Sessions sessions, LogInLimits limits, LogInCounts counts)
{
    /// <summary>How often the journal is told that a handle is being tried: facts are for ever, and who tries is not to fill it.</summary>
    private static readonly Duration ToldEvery = Duration.FromHours(1);

    private const string Strangers = "unknown handles";

    private readonly ConcurrentDictionary<string, Instant> told = new(StringComparer.Ordinal);

    /// <param name="address">Where the request came from.</param>
    /// <param name="instead">The cookie that the browser has, if any: its session ends.</param>
    /// <returns>What the cookie is to hold.</returns>
    /// <exception cref="TooOftenException">The attempt was not made.</exception>
    /// <exception cref="AccessException">NIN4319: not logged in, for whatever reason; or the store's own.</exception>
    public async Task<string> OpenAsync(string handle, string password, IPAddress? address, string? agent, string? instead, CancellationToken cancellation)
    {
        var user = await CheckAsync(handle, password, address, cancellation);
        return await sessions.OpenAsync(user, agent, instead, cancellation);
    }

    /// <summary>Whoever asks for something that matters shows once more that he knows the password; it is limited like a log-in.</summary>
    /// <inheritdoc cref="OpenAsync"/>
    public Task ConfirmAsync(string handle, string password, IPAddress? address, CancellationToken cancellation) => CheckAsync(handle, password, address, cancellation);

    private async Task<User> CheckAsync(string handle, string password, IPAddress? address, CancellationToken cancellation)
    {
        // What nobody can be called is one name for the limits, or each attempt would have a fresh one.
        var name = Handles.IsValid(handle) ? handle : "";
        var (wait, begins) = limits.Begin(name, address);
        if (wait is { } after)
        {
            counts.CountLimited();
            throw new TooOftenException(after);
        }
        var user = store.Read().Users.GetValueOrDefault(name);
        if (begins) await TellAsync(user?.Handle ?? Strangers, cancellation);
        var (same, outdated) = await CompareAsync(user, name, password, address, cancellation);
        if (!same || user is null || user.Disabled)
        {
            counts.CountFailure();
            throw new AccessException(AccessErrors.WrongPassword, "handle or password is wrong, or the user is disabled.");
        }
        limits.Succeeded(name, address);
        counts.CountSuccess();
        if (outdated) await RehashAsync(user, password, cancellation);
        return user;
    }

    private async Task<(bool Same, bool Outdated)> CompareAsync(User? user, string name, string password, IPAddress? address, CancellationToken cancellation)
    {
        try
        {
            return await passwords.CompareAsync(user?.Password, password, cancellation);
        }
        catch (AccessException full) when (full.Code == AccessErrors.TooOften)
        {
            limits.NotMade(name, address); // or whoever keeps others waiting could have them locked out
            throw;
        }
    }

    private async Task RehashAsync(User user, string password, CancellationToken cancellation)
    {
        var hash = await passwords.HashAsync(password, cancellation);
        await store.ChangeAsync(book => book.Users.TryGetValue(user.Handle, out var now) && now.Password == user.Password ? book.With(now with { Password = hash }) : book, cancellation);
    }

    private async Task TellAsync(string subject, CancellationToken cancellation)
    {
        var now = store.Now;
        if (told.TryGetValue(subject, out var last) && now - last < ToldEvery) return;
        told[subject] = now;
        try
        {
            await store.ChangeAsync(book => book.Telling(now, "log-in", AccessChange.LogInLimited, subject), cancellation);
        }
        catch (AccessException full) when (full.Code is AccessErrors.Storage or AccessErrors.TooMany)
        {
            told.TryRemove(subject, out _); // somebody who knows his password must get in all the same; the next attempt tells
        }
    }
}
