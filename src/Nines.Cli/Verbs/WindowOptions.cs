using System.CommandLine;
using Nines.Cli.Output;
using NodaTime;

namespace Nines.Cli.Verbs;

/// <summary><c>--from</c> and <c>--to</c>: the stretch of time that a verb tells of.</summary>
internal sealed class WindowOptions
{
    private readonly Option<string?> from = new("--from") { Description = "Start: RFC 3339, a date, or -7d; else the first instant watched", HelpName = "TIME" };
    private readonly Option<string?> to = new("--to") { Description = "End; else, or where it lies beyond, the last instant judged", HelpName = "TIME" };

    public IEnumerable<Option> Options => [from, to];

    /// <returns>Null for what was not given.</returns>
    public (Instant? From, Instant? To) Read(ParseResult parsed, Instant now) => (
        parsed.GetValue(from) is { } begin ? TimeArgument.Parse(begin, "--from", now) : null,
        parsed.GetValue(to) is { } end ? TimeArgument.Parse(end, "--to", now) : null);
}
