using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Nines.Web.Api.Routing;

/// <summary>Problems that any route can have.</summary>
internal static class ApiProblems
{
    /// <summary>What a program does about an address or a parameter that there is not; a person does not want to read that.</summary>
    public const string Described = "The API's description is at /api/v1/openapi.json.";

    /// <summary>For a status that the server itself gave: no such address, a method that is not taken there, and limits.</summary>
    public static ApiProblem Of(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => new(status, "NIN4340", "Not logged in", "This needs somebody who is known.", "Log in, or send a token: Authorization: Bearer …."),
        StatusCodes.Status403Forbidden => new(status, "NIN4341", "Not allowed", "Your role does not allow this.", "Ask somebody who may give you another role."),
        StatusCodes.Status404NotFound => new(status, "NIN4330", "No such address", "There is nothing at this address.", Described),
        StatusCodes.Status405MethodNotAllowed => new(status, "NIN4336", "Not that method", "This address does not take that method; the Allow header has those that it takes.", Described),
        StatusCodes.Status429TooManyRequests => new(status, "NIN4339", "Too many requests", "More was asked than is answered in this time.", "Wait as long as Retry-After says.") { RetryAfter = TimeSpan.FromSeconds(10) },
        >= 500 => new(status, "NIN5000", "A defect of Nines", "Something went wrong that should not be able to; what was seen and kept is not affected.", "Please report it with what 'nines up' printed."),
        _ => new(status, "NIN4345", "The request cannot be read", $"{status} {ReasonPhrases.GetReasonPhrase(status)}.", "Send a request of HTTP/1.1 within its limits: line 4 KiB, head 8 KiB, body 64 KiB."),
    };

    public static ApiProblem Parameters(IReadOnlyList<ApiProblem.Mistake> mistakes) => new(
        400, mistakes.Any(mistake => mistake.Message.StartsWith(NotTaken, StringComparison.Ordinal)) ? "NIN4331" : "NIN4332", "A parameter that cannot be used",
        string.Join(' ', mistakes.Select(mistake => $"{mistake.Name} {mistake.Message}")), Described) { Mistakes = mistakes };

    /// <summary>Begins what is said of a parameter that the route does not take.</summary>
    public const string NotTaken = "is not taken here.";

    public static ApiProblem TooLarge() =>
        new(413, "NIN4334", "A body that is too large", "The body has more than 64 KiB.", "Send less; notes and reasons are short texts.");

    public static ApiProblem NotJson() =>
        new(415, "NIN4335", "A body of another kind", "The body is not JSON by its Content-Type.", "Send JSON with Content-Type: application/json.");

    /// <summary>Nothing of the window is known, a rate is missing, …: as the figures' own modules say it.</summary>
    public static ApiProblem NoFigures(string code, string message) =>
        new(409, code, "No figures for this", message, "Ask for another window, component or policy, or complete the config's pricing.");

    public static ApiProblem JournalUnreadable(string code) =>
        new(503, "NIN4343", "The journal cannot be read", $"The journal cannot be read now ({code}).", "Ask again; 'nines up' prints what is wrong.") { RetryAfter = TimeSpan.FromSeconds(5) };
}
