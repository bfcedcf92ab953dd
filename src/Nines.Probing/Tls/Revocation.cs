using NodaTime;

namespace Nines.Probing.Tls;

/// <summary>Whether a certificate was revoked.</summary>
internal abstract record Revocation
{
    private Revocation() { }

    /// <param name="Until">The word holds until then; null when its giver does not say.</param>
    public sealed record Good(Instant? Until) : Revocation;

    public sealed record Revoked(Instant At, Instant? Until) : Revocation;

    /// <summary>Nobody who may say it said it.</summary>
    public sealed record Unknown(string Why) : Revocation;
}
