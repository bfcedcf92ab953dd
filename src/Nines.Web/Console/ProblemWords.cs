using System.Globalization;
using Microsoft.AspNetCore.Http;
using Nines.Web.Api;
using Nines.Web.Api.Routing;

namespace Nines.Web.Console;

/// <summary>A problem as it is told to a person who looks at a page: the API's own texts are for those who write programs.</summary>
/// <param name="Title">What is wrong.</param>
/// <param name="Detail">Where and why.</param>
/// <param name="Mend">What to do now.</param>
/// <param name="Again">Where to look now; null for no such place.</param>
internal sealed record ProblemWords(string Title, string Detail, string Mend, string? Again)
{
    private const string Shorter = "Go back in your browser, where what you wrote still is, and shorten it.";

    /// <param name="path">What was asked for, with its query.</param>
    /// <param name="isReading">False for a form that was sent.</param>
    public static ProblemWords Of(ApiProblem problem, string path, bool isReading)
    {
        var later = problem.RetryAfter is null ? null : isReading ? path : null;
        return problem switch
        {
            { Code: "NIN4330" } => new("No such page", "There is no page at this address. It may be mistyped, or be of an older version.", "The navigation above leads to every page that there is.", null),
            { Code: "NIN4336" } when isReading => new(
                "Nothing to see here",
                "Nothing is to be seen at this address: it only takes what a form sends. A reload, or a bookmark of a page that came as the answer to a form, leads here.",
                "Nothing was done now. Look at the page that the form is on.", PageOf(path)),
            { Code: "NIN4336" } => new("Not to be sent here", "This page takes no form.", "Nothing was done. Load the page that the form is on again, and send it from there.", null),
            { Code: "NIN4335" } or { Status: StatusCodes.Status415UnsupportedMediaType } => new("Not a form", "What was sent is not a form of this console.", "Nothing was done. Send it by the page that the form is on, or use the API with a token.", null),
            { Status: StatusCodes.Status413PayloadTooLarge } => new("Too long", "What was sent is longer than is kept: a form takes 64 KiB, a note or a reason less. Nothing was done.", Shorter, null),
            { Code: "NIN4340" } => new(problem.Title, "This is for those who are logged in, and you are not, or no longer. Nothing was done.", "Log in, and do it again.", "/login"),
            { Code: "NIN4341" } => new(problem.Title, "Your role does not allow this. Nothing was done.", "Ask an admin for another role; he gives it under Settings. What you may is said there too.", "/settings"),
            { Status: StatusCodes.Status429TooManyRequests } => new(
                problem.Title,
                $"{(problem.Code == "NIN4339" ? "More was asked from here than is answered in this time." : problem.Detail)} What is watched is not affected.",
                problem.RetryAfter is { } wait ? string.Create(CultureInfo.InvariantCulture, $"Wait {Math.Max(1, Math.Ceiling(wait.TotalSeconds)):0} s, and try again.") : "Wait a little, and try again.", later),
            { Status: StatusCodes.Status503ServiceUnavailable } when !isReading => new(problem.Title, problem.Detail, $"{problem.Mend} What was meant to be done may not be: look first, and if it is not, go back and send the form again.", null),
            { Status: StatusCodes.Status409Conflict or StatusCodes.Status422UnprocessableEntity or StatusCodes.Status400BadRequest } when !isReading => new(problem.Title, problem.Detail, Mended(problem, "Go back in your browser, where what you wrote still is, change it and send it again."), null),
            _ when isReading && path.Contains('?', StringComparison.Ordinal) && problem.Status == StatusCodes.Status400BadRequest =>
                new(problem.Title, problem.Detail, "The address asks for something that cannot be shown. Take it from the page's own fields and links.", path[..path.IndexOf('?', StringComparison.Ordinal)]),
            _ => new(problem.Title, problem.Detail, Mended(problem, "The navigation above leads to every page that there is."), later),
        };
    }

    private static string Mended(ApiProblem problem, string otherwise) =>
        problem.Mend == ApiProblems.Described ? otherwise : problem.Mend == ApiProblem.FromTheList ? "The pages that the navigation above leads to list everything that there is: take it from there." : problem.Mend;

    /// <summary>The page of a form's address: <c>/settings</c> of <c>/settings/tokens</c>.</summary>
    private static string PageOf(string path)
    {
        var end = path.AsSpan(1).IndexOfAny('/', '?');
        return end < 0 ? "/" : path[..(end + 1)];
    }
}
