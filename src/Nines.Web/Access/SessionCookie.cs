using Microsoft.AspNetCore.Http;

namespace Nines.Web.Access;

/// <summary>
/// The cookie of a session. Lax and not strict: a link to an outage in a chat has to open it, not the log-in page; what changes anything is a POST, which a
/// Lax cookie does not go with from a strange page, and which needs the form's token besides.
/// </summary>
internal static class SessionCookie
{
    public const string PlainName = "nines_session", SecureName = "__Host-nines_session";

    public static string? Read(HttpContext context, AccessSettings settings) => context.Request.Cookies[NameFor(context, settings)];

    public static void Write(HttpContext context, AccessSettings settings, string secret) => context.Response.Cookies.Append(NameFor(context, settings), secret, Options(context, settings));

    public static void Delete(HttpContext context, AccessSettings settings) => context.Response.Cookies.Delete(NameFor(context, settings), Options(context, settings));

    private static string NameFor(HttpContext context, AccessSettings settings) => IsSecure(context, settings) ? SecureName : PlainName;

    /// <summary>By the config's word, or by that of a proxy of ours (<see cref="OwnProxies"/>) before which the browser speaks TLS.</summary>
    private static bool IsSecure(HttpContext context, AccessSettings settings) => settings.IsHttps || context.Request.IsHttps;

    private static CookieOptions Options(HttpContext context, AccessSettings settings) => new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = IsSecure(context, settings), Path = "/", IsEssential = true };
}
