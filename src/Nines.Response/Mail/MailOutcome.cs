namespace Nines.Response.Mail;

/// <summary>How one attempt to hand over a mail ended. Codes are those of docs/reference/errors.md; reasons hold no address and no password.</summary>
public abstract record MailOutcome
{
    private MailOutcome() { }

    /// <summary>The server has it, and answers for it from here on.</summary>
    /// <param name="Answer">What it said, such as its queue's number.</param>
    public sealed record Accepted(string Answer) : MailOutcome;

    /// <summary>May work later, as it is.</summary>
    public sealed record Deferred(string Code, string Reason) : MailOutcome;

    /// <summary>This mail to this address will not work, however often it is tried.</summary>
    public sealed record Rejected(string Code, string Reason) : MailOutcome;
}

/// <summary>The server cannot be used now: nothing of it is the fault of a mail, and all wait.</summary>
/// <param name="code">NIN4370 to NIN4377.</param>
public sealed class MailServerException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;
}
