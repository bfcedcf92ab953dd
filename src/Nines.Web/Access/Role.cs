using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Nines.Web.Access;

/// <summary>What somebody may do; each may do what those before may.</summary>
public enum Role
{
    /// <summary>Nothing but to log in.</summary>
    None,

    /// <summary>Look at everything that is watched.</summary>
    Viewer,

    /// <summary>Act on outages: acknowledge, note, correct, maintenance, pause, post incidents.</summary>
    Responder,

    /// <summary>Users, tokens, reload.</summary>
    Admin,
}

/// <summary>How somebody proved who he is.</summary>
public enum Proof
{
    None,
    Session,
    Token,
    Jwt,
}

/// <summary>Who asks.</summary>
/// <param name="Handle">The name that he chose and that facts may keep; empty for one who is not logged in.</param>
public sealed record Caller(string Handle, Role Role, Proof Proof)
{
    public static Caller Anonymous(Role role) => new("", role, Proof.None);

    public bool May(Role needed) => Role >= needed;
}

/// <summary>On a route: the least role that may use it.</summary>
internal sealed record RoleNeeded(Role Role);

/// <summary>On a route that programs reach without logging in: the secret is in its path, or it tells nothing of anybody.</summary>
internal sealed record ForMachines;

internal static class RouteAccess
{
    /// <summary>States that a route is for programs that do not log in. No browser comes there: neither its name nor the page that sent it counts.</summary>
    public static T IsForMachines<T>(this T route) where T : IEndpointConventionBuilder => route.WithMetadata(new ForMachines());

    /// <summary>What the caller's forms have to carry as <see cref="Gate.FormField"/>, or requests as <see cref="Gate.FormHeader"/>: another text each time, each of which holds; null for who has no session.</summary>
    public static string? FormToken(this HttpContext context) => context.Items[typeof(Identified)] is Identified { Cookie: { } cookie } ? Secrets.Masked(Secrets.FormToken(cookie)) : null;

    /// <summary>States the least role that may use a route. One that states nothing is refused to everybody.</summary>
    public static T Needs<T>(this T route, Role role) where T : IEndpointConventionBuilder => route.WithMetadata(new RoleNeeded(role));

    /// <summary>Who asks; set before any route is run.</summary>
    public static Caller Caller(this HttpContext context) => (Caller)context.Items[typeof(Caller)]!;
}
