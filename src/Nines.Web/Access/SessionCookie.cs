using Microsoft.AspNetCore.Http;

namespace Nines.Web.Access;

/// <summary>
/// The cookie of a session. Lax and not strict: a link to an outage in a chat has to open it, not the log-in page; what changes anything is a POST, which a
/// Lax cookie does not go with from a strange page, and which needs the form's token besides.
/// </summary>
internal static class SessionCookie
{
    public const string PlainName = "nines_session", SecureName = "__Host-nines_session";

    public static string NameFor(AccessSettings settings) => settings.IsHttps ? SecureName : PlainName;

    public static string? Read(HttpContext context, AccessSettings settings) => context.Request.Cookies[NameFor(settings)];

    public static void Write(HttpContext context, AccessSettings settings, string secret) => context.Response.Cookies.Append(NameFor(settings), secret, Options(settings));

    public static void Delete(HttpContext context, AccessSettings settings) => context.Response.Cookies.Delete(NameFor(settings), Options(settings));

    private static CookieOptions Options(AccessSettings settings) => new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = settings.IsHttps, Path = "/", IsEssential = true };
}
