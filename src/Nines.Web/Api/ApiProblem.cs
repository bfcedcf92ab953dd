namespace Nines.Web.Api;

/// <summary>
/// Why an operation does not give what was asked for; told as problem+json (RFC 9457) by the API and as a page by the console. Its texts reach
/// whoever asked: nothing internal, no secret, and nothing of the request that is longer than a name.
/// </summary>
/// <param name="status">HTTP status, 400 to 599.</param>
/// <param name="code">Stable, with a heading in docs/reference/errors.md: <c>NIN4331</c>.</param>
/// <param name="title">The same for each problem of the code.</param>
/// <param name="detail">Where, what and why, this time.</param>
/// <param name="mend">What to do about it.</param>
public sealed class ApiProblem(int status, string code, string title, string detail, string mend) : Exception($"{code}: {detail}")
{
    public int Status { get; } = status;
    public string Code { get; } = code;
    public string Title { get; } = title;
    public string Detail { get; } = detail;
    public string Mend { get; } = mend;

    /// <summary>What is wrong with each parameter or member, where that is the problem.</summary>
    public IReadOnlyList<Mistake> Mistakes { get; init; } = [];

    /// <summary>When to come back; null where coming back would not help.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What to do about a name that there is not.</summary>
    public const string FromTheList = "Ask for the list, and take a name from there.";

    public static ApiProblem NotFound(string code, string title, string detail, string mend = FromTheList) => new(404, code, title, detail, mend);

    /// <summary>A member of a body that has the right form and cannot be used all the same.</summary>
    /// <param name="path">JSON path: <c>$.for</c>.</param>
    /// <param name="message">Follows the path: "is not …. Try …".</param>
    public static ApiProblem Member(string path, string message) =>
        new(400, "NIN4333", "A body that cannot be used", $"{path} {message}", "The API's description is at /api/v1/openapi.json.") { Mistakes = [new("body", path, message)] };

    /// <summary>A text that somebody wrote holds what nobody would see (<see cref="Core.WrittenText"/>).</summary>
    public static ApiProblem Hidden(string detail, params IReadOnlyList<Mistake> where) =>
        new(422, "NIN4328", "A character that cannot be seen", detail, "Delete it; what is pasted as plain text mostly has none.") { Mistakes = where };

    /// <param name="In">path, query, header or body.</param>
    /// <param name="Name">Of the parameter; of a body, the JSON path.</param>
    public sealed record Mistake(string In, string Name, string Message);
}
