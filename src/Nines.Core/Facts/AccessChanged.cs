using NodaTime;

namespace Nines.Core.Facts;

/// <summary>Who may do what was changed, or somebody tried to get in too often. It names handles and never people, and holds no secret.</summary>
/// <param name="At">When it went on record.</param>
/// <param name="Id">Names the change: after a crash between the journal and the users' file it may be on record twice, under one name.</param>
/// <param name="Happened">When it was done; it may have been while nobody watched.</param>
/// <param name="By">The handle of who did it, or which user of the machine itself.</param>
/// <param name="Subject">The handle, the token's id, or the group that it is about.</param>
/// <param name="Detail">The new role, or how often; null where there is nothing to say.</param>
public sealed record AccessChanged(Instant At, string Id, Instant Happened, string By, AccessChange What, string Subject, string? Detail) : Fact;

/// <summary>What can change in who may do what.</summary>
public enum AccessChange
{
    /// <summary>The first admin was made by the set-up link.</summary>
    SetUp,
    UserAdded,
    RoleChanged,
    UserDisabled,
    UserEnabled,
    UserDeleted,
    PasswordChanged,
    TokenCreated,
    TokenRevoked,
    /// <summary>All sessions of somebody were ended.</summary>
    LoggedOutEverywhere,
    /// <summary>Log-ins were held back after too many that failed.</summary>
    LogInLimited,
}
