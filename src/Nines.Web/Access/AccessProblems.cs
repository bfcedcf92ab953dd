using Microsoft.AspNetCore.Http;
using Nines.Web.Api;

namespace Nines.Web.Access;

/// <summary>How access is refused over HTTP.</summary>
internal static class AccessProblems
{
    public static ApiProblem Of(AccessException refused) => refused.Code switch
    {
        AccessErrors.Damaged or AccessErrors.Storage => Make(
            StatusCodes.Status503ServiceUnavailable, refused.Code, "Who may come in cannot be read or written now.", "What `nines up` prints says why. What is watched is not affected.", TimeSpan.FromSeconds(10)),
        AccessErrors.TooOften => Make(StatusCodes.Status429TooManyRequests, refused.Code, refused.Message, "Wait as long as Retry-After says.", TimeSpan.FromSeconds(5)),
        _ => Make(StatusOf(refused.Code), refused.Code, refused.Message, "See the reference of errors."),
    };

    public static ApiProblem TooOften(TimeSpan after) => Make(
        StatusCodes.Status429TooManyRequests, AccessErrors.TooOften, "There were too many attempts.", $"Try again in {Math.Ceiling(after.TotalSeconds):0} seconds.", after);

    public static ApiProblem UnknownHost() => Make(
        StatusCodes.Status421MisdirectedRequest, AccessErrors.UnknownHost, "The console does not go by this name.", "Add it to the config as `console: url` or under `console: hosts`.");

    public static ApiProblem BadToken() => Make(
        StatusCodes.Status401Unauthorized, AccessErrors.BadToken, "The bearer token was mistyped, revoked, has expired, or its owner may not log in any more.", "Make a new one under Settings, or by `nines tokens create`.");

    public static ApiProblem ForeignPage() => Make(
        StatusCodes.Status403Forbidden, AccessErrors.ForeignOrigin, "The request did not come from a page of this console.", "Behind a proxy, set `console: url` to the address that people use.");

    public static ApiProblem ForeignForm() => Make(
        StatusCodes.Status403Forbidden, AccessErrors.ForeignOrigin, "The form is of another session, or its token is missing.", "Load the page again and repeat it.");

    public static ApiProblem TooLarge() => new(StatusCodes.Status413PayloadTooLarge, "NIN4334", "A body that is too large", "The body is larger than any form needs.", "Send less; notes and reasons are short texts.");

    public static string TitleOf(string code) => AccessErrors.All.First(error => error.Code == code).Title;

    private static ApiProblem Make(int status, string code, string detail, string mend, TimeSpan? after = null) => new(status, code, TitleOf(code), detail, mend) { RetryAfter = after };

    private static int StatusOf(string code) => code switch
    {
        AccessErrors.NoSuchUser or AccessErrors.NoSuchToken => StatusCodes.Status404NotFound,
        AccessErrors.HandleTaken or AccessErrors.LastAdmin or AccessErrors.TooMany => StatusCodes.Status409Conflict,
        AccessErrors.WrongPassword => StatusCodes.Status401Unauthorized,
        AccessErrors.ForeignOrigin or AccessErrors.NotAllowed or AccessErrors.SetUpLink or AccessErrors.Address => StatusCodes.Status403Forbidden,
        _ => StatusCodes.Status400BadRequest,
    };
}
