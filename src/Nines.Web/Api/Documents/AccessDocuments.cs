using System.Collections.Immutable;
using NodaTime;

namespace Nines.Web.Api.Documents;

/// <summary>Who can log in (nines.users/1). Personal data: for admins alone.</summary>
public sealed record UsersDocument(ImmutableArray<UserRow> Users)
{
    public string Schema => "nines.users/1";
}

/// <param name="Role">viewer, responder or admin.</param>
/// <param name="Name">Null when not given.</param>
/// <param name="Mail">Null when not given.</param>
public sealed record UserRow(string Handle, string Role, bool Disabled, Instant Created, Instant PasswordChanged, string? Name, string? Mail);

/// <summary>Somebody new.</summary>
/// <param name="Role">viewer, responder or admin.</param>
public sealed record NewUserBody(string Handle, string Role, string Password, string? Name = null, string? Mail = null);

/// <summary>What changes of a user; what is not there stays.</summary>
public sealed record UserChangeBody(string? Role = null, bool? Disabled = null);

public sealed record PasswordBody(string Password);

/// <summary>Tokens, without what is secret of them (nines.tokens/1).</summary>
public sealed record TokensDocument(ImmutableArray<TokenRow> Tokens)
{
    public string Schema => "nines.tokens/1";
}

/// <param name="Scope">read, respond or admin.</param>
/// <param name="Used">To the hour; null when it never was.</param>
public sealed record TokenRow(string Id, string Name, string Owner, string Scope, Instant Created, Instant Expires, Instant? Used);

/// <param name="Scope">read, respond or admin.</param>
/// <param name="ValidForS">Seconds, 60 to 366 days; null for 90 days.</param>
public sealed record NewTokenBody(string Name, string Scope, decimal? ValidForS = null);

/// <summary>A token, shown this once (nines.token/1).</summary>
public sealed record NewTokenDocument(string Token, TokenRow Row)
{
    public string Schema => "nines.token/1";
}

/// <summary>Who asks (nines.me/1).</summary>
/// <param name="Handle">Empty for who is not logged in.</param>
/// <param name="Role">none, viewer, responder or admin.</param>
/// <param name="Proof">none, session, token or jwt.</param>
public sealed record MeDocument(string Handle, string Role, string Proof)
{
    public string Schema => "nines.me/1";
}

/// <summary>A browser of one's own that is logged in.</summary>
/// <param name="Seen">To five minutes.</param>
public sealed record SessionRow(string Id, string Agent, Instant Created, Instant Seen, bool IsThis);

/// <summary>What was done (nines.changed/1).</summary>
public sealed record ChangedDocument(string What)
{
    public string Schema => "nines.changed/1";
}
