using System.Collections.Frozen;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Nines.Web.Access;

/// <summary>
/// Which passwords may be used, and how they are kept: PBKDF2 with HMAC-SHA-512, a random salt, and as many rounds as OWASP's cheat sheet asks for.
/// A hash costs some tenths of a second of a core by intent: only few are made at a time, and few may wait. Safe for concurrent use.
/// </summary>
public sealed class Passwords : IDisposable
{
    public const int Shortest = 12, Longest = 256;

    /// <summary>OWASP Password Storage Cheat Sheet, PBKDF2-HMAC-SHA512.</summary>
    public const int Rounds = 220_000;

    private const int FewestDifferent = 5, MostWaiting = 32;

    private readonly PasswordHasher<object> hasher;
    private readonly SemaphoreSlim turn;
    private readonly Lazy<string> nobody;
    private int waiting, compared;

    /// <param name="rounds">Fewer only in tests, which make many.</param>
    /// <param name="atATime">Hashes at a time; half of the cores when null.</param>
    public Passwords(int rounds = Rounds, int? atATime = null)
    {
        hasher = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = rounds, CompatibilityMode = PasswordHasherCompatibilityMode.IdentityV3 }));
        turn = new SemaphoreSlim(atATime ?? Math.Max(1, Environment.ProcessorCount / 2));
        nobody = new Lazy<string>(() => hasher.HashPassword(this, Secrets.New()));
    }

    /// <summary>How many comparisons were made; an unknown handle costs one like any other.</summary>
    internal int Compared => Volatile.Read(ref compared);

    /// <exception cref="AccessException">NIN4315, with what is wrong; the password is not in it.</exception>
    public static void Check(string password, string handle)
    {
        var wrong = password.Length < Shortest ? $"it has fewer than {Shortest} characters"
            : password.Length > Longest ? $"it has more than {Longest} characters"
            : password.Distinct().Count() < FewestDifferent ? "it is made of too few different characters"
            : handle.Length > 3 && WithoutEnds(password).Equals(handle, StringComparison.OrdinalIgnoreCase) || password.Equals(handle, StringComparison.OrdinalIgnoreCase) ? "it is the handle"
            : Common.Contains(password.ToLowerInvariant()) || Common.Contains(WithoutEnds(password).ToLowerInvariant()) ? "it is one of the first that anybody would try"
            : null;
        if (wrong is not null) throw new AccessException(AccessErrors.WeakPassword, $"the password cannot be used: {wrong}. Several words that have nothing to do with each other are easy to keep and hard to guess.");
    }

    /// <exception cref="AccessException">NIN4320: too many wait already.</exception>
    public Task<string> HashAsync(string password, CancellationToken cancellation = default) => InTurnAsync(() => hasher.HashPassword(this, password), cancellation);

    /// <param name="kept">Null where nobody has the handle: then as much work is done, and the answer is no.</param>
    /// <returns>Whether it is the password, and whether it is kept with fewer rounds than today's.</returns>
    /// <inheritdoc cref="HashAsync"/>
    public async Task<(bool Same, bool Outdated)> CompareAsync(string? kept, string password, CancellationToken cancellation = default)
    {
        if (password.Length > Longest) return (false, false); // nobody can have it: whether the handle is known does not show
        var result = await InTurnAsync(
            () =>
            {
                var against = nobody.Value;
                Interlocked.Increment(ref compared);
                return hasher.VerifyHashedPassword(this, kept ?? against, password);
            },
            cancellation);
        return kept is null ? (false, false) : (result != PasswordVerificationResult.Failed, result == PasswordVerificationResult.SuccessRehashNeeded);
    }

    public void Dispose() => turn.Dispose();

    private async Task<T> InTurnAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref waiting);
            throw new AccessException(AccessErrors.TooOften, "too many are logging in at this moment. Try again in some seconds.");
        }
        try
        {
            await turn.WaitAsync(cancellation);
            try
            {
                return await Task.Run(work, cancellation);
            }
            finally
            {
                turn.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    /// <summary>Digits and marks at the ends make no password of a word.</summary>
    private static string WithoutEnds(string password) => password.Trim([.. "0123456789!?.,-_#*$@+ "]);

    /// <summary>Of the most common ones, those that are long enough to be asked about, and what they are mostly made of.</summary>
    private static readonly FrozenSet<string> Common = new[]
    {
        "password", "passwordpassword", "passw0rd", "p@ssword", "p@ssw0rd", "qwerty", "qwertyuiop", "qwertyuiop[]", "qwertyqwerty", "qwerty123456", "1q2w3e4r5t6y", "1qaz2wsx3edc",
        "1qaz2wsx3edc4rfv", "123456789012", "1234567890123", "12345678901234", "123456789123", "0123456789012", "abcdefghijkl", "abcdefghijklm", "abcdefghijklmnop", "abc123abc123", "asdfghjkl",
        "asdfghjkl;'", "asdfasdfasdf", "zxcvbnmasdfghjkl", "iloveyou", "iloveyouforever", "letmein", "letmeinletmein", "welcome", "welcomewelcome", "administrator", "admin", "adminadmin", "adminadminadmin",
        "changeme", "changemenow", "changeitnow", "rootrootroot", "secret", "secretsecret", "supersecret", "trustno1", "correcthorsebatterystaple", "correct horse battery staple", "monkeymonkey",
        "dragondragon", "football", "baseball", "superman", "starwars", "princess", "sunshine", "bitcoin", "bitcoinbitcoin", "ethereum", "ethereumethereum", "satoshinakamoto", "satoshi nakamoto", "hodlhodlhodl", "tothemoon",
        "nines", "ninesnines", "ninesninesnines", "fivenines", "99.999percent", "computer", "internet", "whatever", "masterpassword", "defaultpassword", "mypassword", "newpassword", "thisismypassword", "temppassword",
        "q1w2e3r4t5y6", "1q2w3e4r5t", "qazwsxedcrfv", "qazwsxedc", "zaq12wsxcde3", "google", "facebook", "michael", "jennifer", "shadow", "master",
    }.ToFrozenSet(StringComparer.Ordinal);
}
