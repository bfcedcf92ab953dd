using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Nines.Core.Control;
using Nines.Web.Access;
using Nines.Web.Api.Documents;

namespace Nines.Web.Api;

/// <summary>Tells the watch something on behalf of whoever asks, and turns what came of it into a document or a problem.</summary>
public sealed class Commands(TellWatch tell, TimeProvider time)
{
    /// <summary>A look that somebody asks for takes up to 20 s, a reload reads all files of the config; anything else is done within seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <exception cref="ApiProblem">It was refused, or the watch is out of reach.</exception>
    public async Task<ToldDocument> TellAsync(ControlCommand command, Caller by, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        Told told;
        try
        {
            told = await tell(command, by.Handle.Length == 0 ? "api" : by.Handle, either.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            told = new Told(ToldResult.OutOfReach, [FormattableString.Invariant($"The watch did not answer within {Patience.TotalSeconds:0} s; it may do it all the same.")]);
        }
        return told.Result switch
        {
            ToldResult.Done => new ToldDocument(told.Lines) { Ok = true, Made = told.Made, Looks = told.Looks },
            ToldResult.Wrong => new ToldDocument(told.Lines) { Ok = false, Looks = told.Looks },
            ToldResult.Refused when CodeOf(told, "") == "NIN4328" => throw ApiProblem.Hidden(WithoutCode(told)),
            ToldResult.Refused when CodeOf(told, "") == "NIN4306" => throw ApiProblem.NotFound("NIN4306", "No such probe", WithoutCode(told)),
            ToldResult.Refused when CodeOf(told, "") == "NIN4307" => throw new ApiProblem(429, "NIN4307", "Looked at only just now", WithoutCode(told), "Wait as long as Retry-After says.") { RetryAfter = ControlCommand.Look.Spacing.ToTimeSpan() },
            ToldResult.Refused => throw new ApiProblem(409, CodeOf(told, "NIN4020"), "Refused as things are", WithoutCode(told), "Look how things are now, and ask for what fits."),
            ToldResult.OutOfReach => throw new ApiProblem(503, "NIN4342", "The watch is out of reach", string.Join(' ', told.Lines), "Ask again in a moment: it starts, stops, or is busy.") { RetryAfter = TimeSpan.FromSeconds(2) },
        };
    }

    /// <summary>The lines as one text; the code that the first begins with stands in a member of its own.</summary>
    private static string WithoutCode(Told told)
    {
        var text = string.Join(' ', told.Lines);
        var code = CodeOf(told, "") + ": ";
        return code.Length > 2 && text.StartsWith(code, StringComparison.Ordinal) ? text[code.Length..] : text;
    }

    private static string CodeOf(Told told, string otherwise) =>
        told.Lines is [{ Length: > 7 } first, ..] && first.StartsWith("NIN", StringComparison.Ordinal) && first[3..7].All(char.IsAsciiDigit) ? first[..7] : otherwise;
}

/// <summary>What came of a command (nines.told/1).</summary>
/// <param name="Lines">What was done, a line each; when not all is well, the first begins with its code.</param>
public sealed record ToldDocument(ImmutableArray<string> Lines)
{
    public string Schema => "nines.told/1";

    /// <summary>False where it was carried out and something is wrong all the same.</summary>
    public required bool Ok { get; init; }

    /// <summary>The name of what it made, for the operation that tells it in a document of its own.</summary>
    [JsonIgnore]
    public string? Made { get; init; }

    /// <summary>What was seen, where it was told to look, for the operation that tells it in a document of its own.</summary>
    [JsonIgnore]
    public AskedLooksDocument? Looks { get; init; }
}
