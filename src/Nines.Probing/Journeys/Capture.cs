using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.RegularExpressions;
using Nines.Core.Conditions;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Http;

namespace Nines.Probing.Journeys;

/// <summary>What a step takes out of its answer for the steps after it: <c>json($.token)</c>, <c>header("x")</c>, <c>body matches "id=(\d+)"</c>.</summary>
internal sealed class Capture
{
    /// <summary>Longer values are not taken.</summary>
    /// <value>Characters.</value>
    public const int Longest = 8192;

    private static readonly TimeSpan PatternLimit = TimeSpan.FromMilliseconds(100);
    private static readonly JsonDocumentOptions JsonLimits = new() { MaxDepth = JsonPath.MaxDepth };

    private readonly Func<Answer, string?> take;

    private Capture(Func<Answer, string?> take) => this.take = take;

    public static bool TryParse(string text, [NotNullWhen(true)] out Capture? capture, [NotNullWhen(false)] out string? mistake)
    {
        (capture, mistake) = (null, null);
        if (Source(text) is not { } source || source.Test == "contains")
        {
            mistake = "is none of json($.path), header(\"name\") and body matches \"before(.*)after\".";
            return false;
        }
        switch (source.Test)
        {
            case "path":
                if (!JsonPath.TryParse(source.Argument!, out var path, out mistake)) return false;
                capture = new Capture(answer => Json(answer, path));
                return true;
            case "name":
                capture = new Capture(answer => answer.Header(source.Argument!));
                return true;
            default:
                // The grammar of conditions has already refused patterns that are not linear.
                var pattern = new Regex(source.Argument!, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, PatternLimit);
                capture = new Capture(answer => Group(answer, pattern));
                return true;
        }
    }

    /// <returns>The value; null when the answer does not hold it, or it is too long.</returns>
    public string? Take(Answer answer) => take(answer) is { Length: <= Longest } value ? value : null;

    /// <summary>Read with the grammar of conditions, so that both write a source alike.</summary>
    private static SignalRef? Source(string text)
    {
        foreach (var condition in new[] { text, $"{text} != \"\"" })
        {
            var vocabulary = new SignalVocabulary(new HttpProbeType().Signals.Where(signal => signal.TakesArgument));
            if (ConditionParser.Parse(condition, vocabulary) is ConditionReading.Understood { Condition.Holds: Expression.Is or Expression.Compare }) return vocabulary.Schema.Signals[0];
        }
        return null;
    }

    private static string? Json(Answer answer, JsonPath path)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Text, JsonLimits);
            return path.Find(document.RootElement) is not { } found ? null : found.ValueKind switch
            {
                JsonValueKind.String => found.GetString(),
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => found.GetRawText(),
                JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Undefined => null,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // not JSON, or a text with half a surrogate pair in it
        }
    }

    private static string? Group(Answer answer, Regex pattern)
    {
        try
        {
            return pattern.Match(answer.Text) is { Success: true } match ? match.Groups[match.Groups.Count > 1 ? 1 : 0].Value : null;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }
}
