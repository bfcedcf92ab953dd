using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Nines.Core.Observations;

namespace Nines.Probing.Answers;

/// <summary>A way into a JSON answer: <c>$.a.b[0]['c d']</c>. Only names and positions, so it has one result at most.</summary>
public sealed class JsonPath
{
    /// <summary>Deeper answers are not read; deeper paths are refused.</summary>
    public const int MaxDepth = 64;

    /// <summary>Longer numbers are not read: 2^256 has 78 digits.</summary>
    private const int MaxDigits = 100;

    private readonly List<Step> steps;

    private readonly record struct Step(string? Name, int Index);

    private JsonPath(List<Step> steps) => this.steps = steps;

    /// <param name="text">The path; at most 1,024 characters.</param>
    /// <param name="mistake">What is wrong with it, and how to mend it.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out JsonPath? path, [NotNullWhen(false)] out string? mistake)
    {
        (path, mistake) = (null, null);
        if (text.Length > 1024) mistake = "a JSON path has at most 1,024 characters";
        else if (!text.StartsWith('$')) mistake = $"a JSON path begins with $, as in $.result.height; this one is '{text}'";
        if (mistake is not null) return false;

        var steps = new List<Step>();
        for (var at = 1; at < text.Length;)
        {
            mistake = text[at] switch
            {
                '.' => ReadName(text, ref at, steps),
                '[' => ReadBrackets(text, ref at, steps),
                _ => $"unexpected '{text[at]}' at character {at + 1} of '{text}': a step begins with . or [",
            };
            if (mistake is null && steps.Count > MaxDepth) mistake = $"a JSON path has at most {MaxDepth} steps";
            if (mistake is not null) return false;
        }
        path = new JsonPath(steps);
        return true;
    }

    /// <returns>The value there: number, text or flag; missing when the path leads nowhere, or to null, an object or an array.</returns>
    public SignalValue Read(JsonElement root)
    {
        try
        {
            return Follow(root);
        }
        catch (InvalidOperationException)
        {
            return SignalValue.Missing; // half a surrogate pair, escaped: JSON by its grammar, but not a text
        }
    }

    /// <returns>What stands there, whatever it is; null when the path leads nowhere.</returns>
    public JsonElement? Find(JsonElement root)
    {
        foreach (var step in steps)
        {
            if (step.Name is { } name)
            {
                if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(name, out root)) return null;
            }
            else
            {
                if (root.ValueKind != JsonValueKind.Array) return null;
                var length = root.GetArrayLength();
                var index = step.Index < 0 ? length + step.Index : step.Index;
                if (index < 0 || index >= length) return null;
                root = root[index];
            }
        }
        return root;
    }

    /// <returns>A number or a text without escapes, exactly as the target wrote it; null for anything else, and for what is no UTF-8.</returns>
    public static string? Written(JsonElement? value)
    {
        try
        {
            return value switch
            {
                { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
                { ValueKind: JsonValueKind.String } text when text.GetRawText() is { } raw && !raw.Contains('\\') => raw[1..^1],
                _ => null,
            };
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private SignalValue Follow(JsonElement root)
    {
        if (Find(root) is not { } found) return SignalValue.Missing;
        return found.ValueKind switch
        {
            JsonValueKind.Number => Number(found),
            JsonValueKind.String => SignalValue.Of(found.GetString()!),
            JsonValueKind.True => SignalValue.Of(true),
            JsonValueKind.False => SignalValue.Of(false),
            JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Undefined => SignalValue.Missing,
        };
    }

    private static SignalValue Number(JsonElement element)
    {
        var raw = element.GetRawText();
        if (raw.Length > MaxDigits || !double.TryParse(raw, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
            return SignalValue.Missing;
        const double exactUpTo = 9_007_199_254_740_992; // 2^53
        return Math.Abs(number) >= exactUpTo && BigInteger.TryParse(raw, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
            ? SignalValue.Of(whole)
            : SignalValue.Of(number);
    }

    private static string? ReadName(string text, ref int at, List<Step> steps)
    {
        var end = text.AsSpan(at + 1).IndexOfAny('.', '[', ']');
        end = end < 0 ? text.Length : at + 1 + end;
        var name = text[(at + 1)..end];
        if (name.Length == 0) return $"a name is missing at character {at + 2} of '{text}'";
        steps.Add(new Step(name, 0));
        at = end;
        return null;
    }

    private static string? ReadBrackets(string text, ref int at, List<Step> steps)
    {
        var first = at + 1 < text.Length ? text[at + 1] : ' ';
        if (first is '\'' or '"')
        {
            var close = text.IndexOf($"{first}]", at + 2, StringComparison.Ordinal);
            if (close < 0) return $"the name at character {at + 2} of '{text}' does not end with {first}]";
            steps.Add(new Step(text[(at + 2)..close], 0));
            at = close + 2;
            return null;
        }
        var end = text.IndexOf(']', at);
        if (end < 0 || !int.TryParse(text.AsSpan(at + 1, end - at - 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
            return $"the brackets at character {at + 1} of '{text}' hold neither a position, as [0], nor a name in quotes, as ['a']";
        steps.Add(new Step(null, index));
        at = end + 1;
        return null;
    }
}
