using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Nines.Web.Access;
using Nines.Web.Api;
using Nines.Web.Api.Documents;
using Nines.Web.Api.Routing;
using Nines.Web.Console.Pages;
using NodaTime;

namespace Nines.Web.Console;

/// <summary>Log in, set up, and what somebody changes under Settings.</summary>
internal static class AccessPages
{
    public static void Map(WebApplication app)
    {
        var (access, settings) = (app.Services.GetRequiredService<AccessOperations>(), app.Services.GetRequiredService<Func<AccessSettings>>());
        MapLogIn(app, app.Services.GetRequiredService<LogIn>(), app.Services.GetRequiredService<Sessions>(), settings);
        MapSetUp(app, app.Services.GetRequiredService<SetUp>(), app.Services.GetRequiredService<Sessions>(), settings);
        MapSettings(app, access, app.Services.GetRequiredService<WatchOperations>(), settings);
    }

    private static void MapLogIn(WebApplication app, LogIn logIn, Sessions sessions, Func<AccessSettings> settings)
    {
        app.MapMethods("/login", Answers.Reading, (RequestDelegate)(context => WriteLogInAsync(context, StatusCodes.Status200OK, "", context.Request.Query["next"], null))).Needs(Role.None);

        app.MapForm("/login", Role.None, async (context, form, _) =>
        {
            var (handle, next) = (form.Field("handle").Trim().ToLowerInvariant(), form.Field("next"));
            try
            {
                var now = settings();
                var secret = await logIn.OpenAsync(handle, form.Field("password"), context.Connection.RemoteIpAddress, context.Request.Headers.UserAgent, SessionCookie.Read(context, now), context.RequestAborted);
                SessionCookie.Write(context, now, secret);
                return RequestSource.SafePath(next);
            }
            catch (AccessException refused) when (refused.Code is AccessErrors.WrongPassword or AccessErrors.TooOften)
            {
                await WriteLogInAsync(context, refused.Code == AccessErrors.TooOften ? StatusCodes.Status429TooManyRequests : StatusCodes.Status401Unauthorized, Known(handle), next, refused.Message);
            }
            catch (TooOftenException often)
            {
                var seconds = Math.Max(1, (int)Math.Ceiling(often.After.TotalSeconds));
                context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
                await WriteLogInAsync(context, StatusCodes.Status429TooManyRequests, Known(handle), next, string.Create(CultureInfo.InvariantCulture, $"there were too many attempts. Try again in {seconds} s."));
            }
            return null;
        });

        app.MapForm("/logout", Role.None, async (context, _, _) =>
        {
            var now = settings();
            if (context.FormToken() is not null && SessionCookie.Read(context, now) is { } cookie) await sessions.EndAsync(cookie, context.RequestAborted);
            SessionCookie.Delete(context, now);
            return "/";
        });
    }

    private static void MapSetUp(WebApplication app, SetUp setUp, Sessions sessions, Func<AccessSettings> settings)
    {
        app.MapMethods("/setup", Answers.Reading, (RequestDelegate)(context =>
        {
            var secret = context.Request.Query["token"].ToString();
            return setUp.IsOffered(secret) ? WriteSetUpAsync(context, StatusCodes.Status200OK, secret, "", null) : throw NotOffered();
        })).Needs(Role.None);

        app.MapForm("/setup", Role.None, async (context, form, _) =>
        {
            var (secret, handle, password) = (form.Field("token"), form.Field("handle").Trim().ToLowerInvariant(), form.Field("password"));
            if (!setUp.IsOffered(secret)) throw NotOffered();
            try
            {
                if (password != form.Field("again")) throw new AccessException(AccessErrors.WeakPassword, "the two passwords differ.");
                await setUp.FinishAsync(secret, handle, password, context.RequestAborted);
            }
            catch (AccessException refused) when (refused.Code is AccessErrors.WeakPassword or AccessErrors.BadValue)
            {
                await WriteSetUpAsync(context, StatusCodes.Status400BadRequest, secret, Known(handle), refused.Message);
                return null;
            }
            var now = settings();
            SessionCookie.Write(context, now, await sessions.OpenAsync(handle, context.Request.Headers.UserAgent, SessionCookie.Read(context, now), context.RequestAborted));
            return "/settings";
        });
    }

    private static void MapSettings(WebApplication app, AccessOperations access, WatchOperations watch, Func<AccessSettings> settings)
    {
        app.MapMethods("/settings", Answers.Reading, (RequestDelegate)(context => WriteSettingsAsync(context, access, StatusCodes.Status200OK, Notice.Of(context.Request.Query["done"]) ?? SentTwice(context, access)))).Needs(Role.Viewer);

        app.MapForm("/settings/password", Role.Viewer, (context, form, _) => ActAsync(context, access, async () =>
        {
            RequireSession(context);
            if (form.Field("new") != form.Field("again")) throw new AccessException(AccessErrors.WeakPassword, "the two new passwords differ.");
            var now = settings();
            SessionCookie.Write(context, now, await access.ChangeOwnPasswordAsync(context.Caller(), form.Field("old"), form.Field("new"), context.Connection.RemoteIpAddress, context.Request.Headers.UserAgent, context.RequestAborted));
            return "/settings?done=password";
        }));
        app.MapForm("/settings/sessions", Role.Viewer, (context, form, _) => ActAsync(context, access, async () =>
        {
            RequireSession(context);
            if (form.Field("id") is { Length: > 0 } id)
            {
                await access.EndSessionAsync(id, context.Caller(), context.RequestAborted);
                return "/settings?done=session";
            }
            await access.EndAllSessionsAsync(context.Caller(), context.RequestAborted);
            SessionCookie.Delete(context, settings());
            return "/";
        }));
        app.MapForm("/settings/tokens", Role.Viewer, (context, form, _) => ActAsync(context, access, async () =>
        {
            if (form.Field("revoke") is { Length: > 0 } id)
            {
                await access.RevokeTokenAsync(id, context.Caller(), context.RequestAborted);
                return "/settings?done=revoked";
            }
            decimal? life = int.TryParse(form.Field("days"), NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days <= 10_000 ? days * 86_400m : null;
            var made = await access.CreateTokenAsync(new NewTokenBody(form.Field("name"), form.Field("scope"), life), context.Caller(), context.RequestAborted);
            // Not after a redirect: the one page that shows it is the answer, and nothing of it is kept. Who sent the form twice gets to the token's row.
            FormRoutes.IfSentAgain(context, $"/settings?{MadeTwice}={made.Row.Id}#token-{made.Row.Id}");
            await WriteSettingsAsync(context, access, StatusCodes.Status200OK, new Notice(true, $"The token {made.Row.Id} is made. It is shown this once:", made.Token));
            return null;
        }));
        app.MapForm("/settings/users", Role.Admin, (context, form, _) => ActAsync(context, access, () => ChangeUsersAsync(context, access, form)));
        app.MapForm("/settings/reload", Role.Admin, (context, _, _) => ActAsync(context, access, async () =>
        {
            var told = await watch.ReloadAsync(context.Caller(), context.RequestAborted);
            FormRoutes.IfSentAgain(context, "/settings?done=reloaded#config");
            await WriteSettingsAsync(context, access, told.Ok ? StatusCodes.Status200OK : StatusCodes.Status409Conflict, new Notice(told.Ok, string.Join('\n', told.Lines), null));
            return null;
        }));
    }

    private const string MadeTwice = "made";

    /// <summary>For who sent the form of a token twice, so that his browser shows the second answer, which cannot have the token.</summary>
    /// <returns>Null when the address names none of his.</returns>
    private static Notice? SentTwice(HttpContext context, AccessOperations access) =>
        context.Request.Query[MadeTwice] is [{ Length: > 0 } id] && access.ListTokens(context.Caller(), all: false).Tokens.Any(token => token.Id == id)
            ? new Notice(false, $"The form was sent twice, and one token was made: {id}, marked below. It was shown in the answer to the first, and is kept nowhere.\nIf you have not seen it, revoke it and make another.", null) { Marked = id }
            : null;

    private static async Task<string?> ChangeUsersAsync(HttpContext context, AccessOperations access, IFormCollection form)
    {
        var (handle, caller, cancellation) = (form.Field("handle").Trim(), context.Caller(), context.RequestAborted);
        switch (form.Field("act"))
        {
            case "add":
                await access.AddUserAsync(new NewUserBody(handle, form.Field("role"), form.Field("password"), form.Field("name"), form.Field("mail")), caller, cancellation);
                return "/settings?done=added";
            case "role":
                await access.ChangeUserAsync(handle, new UserChangeBody(Role: form.Field("role")), caller, cancellation);
                break;
            case "disable" or "enable":
                await access.ChangeUserAsync(handle, new UserChangeBody(Disabled: form.Field("act") == "disable"), caller, cancellation);
                break;
            case "password":
                await access.SetPasswordAsync(handle, form.Field("password"), caller, cancellation);
                break;
            case "delete" when form.Field("sure") == "yes":
                await access.DeleteUserAsync(handle, caller, cancellation);
                return "/settings?done=deleted";
            case "delete":
                throw new AccessException(AccessErrors.BadValue, "tick that you are sure: the handle stays taken for ever.");
            default:
                throw new AccessException(AccessErrors.BadValue, "the form does not say what to do.");
        }
        return "/settings?done=changed";
    }

    /// <summary>What a person can mend is told on the page itself.</summary>
    private static async Task<string?> ActAsync(HttpContext context, AccessOperations access, Func<Task<string?>> act)
    {
        try
        {
            return await act();
        }
        catch (AccessException refused) when (refused.Code is not (AccessErrors.Damaged or AccessErrors.Storage))
        {
            await WriteSettingsAsync(context, access, AccessProblems.Of(refused).Status is StatusCodes.Status401Unauthorized ? StatusCodes.Status400BadRequest : AccessProblems.Of(refused).Status, new Notice(false, refused.Message, null));
        }
        catch (ApiProblem refused)
        {
            await WriteSettingsAsync(context, access, refused.Status, new Notice(false, $"{refused.Detail} {refused.Mend}", null));
        }
        return null;
    }

    private static Task WriteSettingsAsync(HttpContext context, AccessOperations access, int status, Notice? notice)
    {
        var caller = context.Caller();
        var admin = caller.May(Role.Admin);
        return PageRoutes.WriteAsync(context, status, typeof(Settings), new Dictionary<string, object?>
        {
            [nameof(Settings.Page)] = PageRoutes.ContextOf(context, "Settings"),
            [nameof(Settings.Now)] = Instant.FromDateTimeOffset(context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow()),
            [nameof(Settings.Notice)] = notice,
            [nameof(Settings.Sessions)] = access.ListSessions(caller, (context.Items[typeof(Identified)] as Identified)?.Cookie),
            [nameof(Settings.Tokens)] = access.ListTokens(caller, admin).Tokens,
            [nameof(Settings.Users)] = admin ? access.ListUsers().Users : [],
            [nameof(Settings.Config)] = admin ? access.Config() : null,
        });
    }

    private static Task WriteLogInAsync(HttpContext context, int status, string handle, string? next, string? problem) =>
        PageRoutes.WriteAsync(context, status, typeof(Pages.LogInPage), new Dictionary<string, object?>
        {
            [nameof(Pages.LogInPage.Page)] = PageRoutes.ContextOf(context, "Log in"),
            [nameof(Pages.LogInPage.Handle)] = handle,
            [nameof(Pages.LogInPage.Next)] = RequestSource.SafePath(next),
            [nameof(Pages.LogInPage.Problem)] = problem,
        });

    private static Task WriteSetUpAsync(HttpContext context, int status, string secret, string handle, string? problem) =>
        PageRoutes.WriteAsync(context, status, typeof(SetUpPage), new Dictionary<string, object?>
        {
            [nameof(SetUpPage.Page)] = PageRoutes.ContextOf(context, "Set up"),
            [nameof(SetUpPage.Token)] = secret,
            [nameof(SetUpPage.Handle)] = handle,
            [nameof(SetUpPage.Problem)] = problem,
        });

    private static ApiProblem NotOffered() => AccessProblems.Of(new AccessException(AccessErrors.SetUpLink, "This link is not valid. It works once, while there is no user; each start of `nines up` prints a new one."));

    /// <summary>What was typed is shown again only where it can be a handle.</summary>
    private static string Known(string handle) => Handles.IsValid(handle) ? handle : "";

    private static void RequireSession(HttpContext context)
    {
        if (context.Caller().Proof != Proof.Session) throw new AccessException(AccessErrors.NotAllowed, "this is for who is logged in with his password.");
    }
}

/// <summary>What came of what somebody did on a page.</summary>
/// <param name="Secret">A new token; null otherwise.</param>
public sealed record Notice(bool IsGood, string Text, string? Secret)
{
    /// <summary>The id of the token that it is about; null for none in particular.</summary>
    public string? Marked { get; init; }

    /// <summary>By the word that the address carries after a redirect: nothing of the address itself is shown.</summary>
    public static Notice? Of(string? done) => done switch
    {
        "password" => new(true, "Your password is changed. You are logged out everywhere else.", null),
        "session" => new(true, "The session has ended.", null),
        "revoked" => new(true, "The token is revoked.", null),
        "added" => new(true, "The user is added.", null),
        "reloaded" => new(true, "The config is loaded again. The form was sent twice; what there was to say of it was in the answer to the first, and is what `nines up` prints.", null),
        "changed" => new(true, "The user is changed.", null),
        "deleted" => new(true, "The user is deleted. What was done under the handle stays on record.", null),
        _ => null,
    };
}
