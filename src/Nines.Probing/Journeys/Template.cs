using System.Collections.Immutable;
using System.Text;

namespace Nines.Probing.Journeys;

/// <summary>A text with places for values: <c>https://shop.example/orders/{{order}}</c>.</summary>
internal sealed class Template
{
    private readonly ImmutableArray<(string Text, bool IsName)> parts;

    private Template(ImmutableArray<(string Text, bool IsName)> parts) => this.parts = parts;

    /// <summary>The names of the values that it needs, in order, with repeats.</summary>
    public IEnumerable<string> Names => parts.Where(part => part.IsName).Select(part => part.Text);

    /// <summary>What stands before the first value.</summary>
    public string Head => parts is [{ IsName: false } first, ..] ? first.Text : "";

    /// <param name="mistake">What is wrong with it and how to mend it; null when nothing is.</param>
    public static Template Parse(string text, out string? mistake)
    {
        mistake = null;
        var parts = ImmutableArray.CreateBuilder<(string, bool)>();
        for (var at = 0; at < text.Length;)
        {
            var open = text.IndexOf("{{", at, StringComparison.Ordinal);
            if (open < 0) open = text.Length;
            if (open > at) parts.Add((text[at..open], false));
            if (open == text.Length) break;
            var close = text.IndexOf("}}", open, StringComparison.Ordinal);
            var name = close < 0 ? "" : text[(open + 2)..close].Trim();
            if (!IsName(name))
            {
                mistake = close < 0
                    ? "has a {{ without its }}. Write {{name}}."
                    : "has {{ }} with something else than a name between: a-z, 0-9 and _, beginning with a letter. Write {{name}}.";
                break;
            }
            parts.Add((name, true));
            at = close + 2;
        }
        return new Template(parts.ToImmutable());
    }

    public static bool IsName(string text) => text is [>= 'a' and <= 'z', ..] && text.Length <= 63 && text.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_');

    /// <param name="values">Has a value for each of <see cref="Names"/>.</param>
    /// <param name="escape">Makes a value fit for where it stands: whatever a target put into it, it stays a value.</param>
    public string Fill(IReadOnlyDictionary<string, string> values, Func<string, string> escape)
    {
        if (parts is [{ IsName: false } only]) return only.Text;
        var filled = new StringBuilder();
        foreach (var (text, isName) in parts) filled.Append(isName ? escape(values[text]) : text);
        return filled.ToString();
    }
}
