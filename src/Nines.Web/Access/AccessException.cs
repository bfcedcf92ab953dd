namespace Nines.Web.Access;

/// <summary>What was asked for cannot be done, and a person can mend it.</summary>
/// <param name="code">One of <see cref="AccessErrors"/>.</param>
/// <param name="message">What, why, and how to mend it; no secret and nothing that a caller sent, except names that are known to be well-formed.</param>
public sealed class AccessException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;
}

/// <summary>Every way in which access is refused: a stable code each.</summary>
public static class AccessErrors
{
    public const string Damaged = "NIN4310";
    public const string Storage = "NIN4311";
    public const string BadValue = "NIN4312";
    public const string HandleTaken = "NIN4313";
    public const string NoSuchUser = "NIN4314";
    public const string WeakPassword = "NIN4315";
    public const string LastAdmin = "NIN4316";
    public const string NoSuchToken = "NIN4317";
    public const string TooMany = "NIN4318";
    public const string WrongPassword = "NIN4319";
    public const string TooOften = "NIN4320";
    public const string ForeignOrigin = "NIN4321";
    public const string UnknownHost = "NIN4322";
    public const string BadToken = "NIN4323";
    public const string NotAllowed = "NIN4324";
    public const string SetUpLink = "NIN4325";
    public const string Keys = "NIN4326";
    public const string Address = "NIN4327";

    /// <summary>All codes with a title each, in order: what the reference documents.</summary>
    public static IReadOnlyList<(string Code, string Title)> All { get; } =
    [
        (Damaged, "The file of users cannot be read"),
        (Storage, "The file of users cannot be written"),
        (BadValue, "Not a value that can be kept"),
        (HandleTaken, "The handle is taken"),
        (NoSuchUser, "No such user"),
        (WeakPassword, "Not a password to be used"),
        (LastAdmin, "Nobody would be left to administer"),
        (NoSuchToken, "No such token"),
        (TooMany, "There are too many of them"),
        (WrongPassword, "Not logged in"),
        (TooOften, "Too many attempts"),
        (ForeignOrigin, "The request did not come from a page of this console"),
        (UnknownHost, "The console does not go by this name"),
        (BadToken, "The bearer token is not valid"),
        (NotAllowed, "More than its owner may"),
        (SetUpLink, "The set-up link is not valid"),
        (Keys, "The identity provider's keys cannot be used"),
        (Address, "The address may not be looked at"),
    ];
}
