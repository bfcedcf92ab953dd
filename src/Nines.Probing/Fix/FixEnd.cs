using NodaTime;

namespace Nines.Probing.Fix;

/// <summary>Why a session's connection is over.</summary>
internal abstract record FixEnd
{
    private FixEnd() { }

    /// <summary>A TestRequest stayed unanswered; nothing came after <paramref name="Last"/>.</summary>
    public sealed record Unanswered(Instant Last) : FixEnd;

    /// <summary>The session stood and was logged out, by them or by us, or the connection was closed.</summary>
    public sealed record Over(string? Text, bool ByUs) : FixEnd;

    /// <summary>The venue did not let us log on, and said why.</summary>
    /// <param name="Expecting">The number that it says it expects from us, where it says that ours is too low.</param>
    public sealed record Refused(string Text, long? Expecting) : FixEnd;

    /// <summary>A number below the expected one, not marked as a repetition: messages are lost or mixed up, the session may not go on.</summary>
    public sealed record TooLow(long Expected, long Received) : FixEnd;

    /// <summary>What came is no session of ours: another version, other CompIDs, no Logon first.</summary>
    public sealed record Wrong(string Code, string Why) : FixEnd;

    /// <summary>No answer to our Logon in time.</summary>
    public sealed record Late : FixEnd;
}

internal enum FixPhase
{
    /// <summary>Our Logon is out.</summary>
    LoggingOn,
    Active,
    /// <summary>Our Logout is out.</summary>
    LoggingOut,
    Ended,
}
