using System.Text;
using System.Text.RegularExpressions;
using Nines.Cli.Config.Yaml;
using Nines.Core;

namespace Nines.Cli.Config.Binding;

/// <summary>A scalar's text after expansion, and the form in which a message may show it.</summary>
/// <param name="Written">The text as the file has it: a variable's value is never shown.</param>
internal readonly record struct ConfigText(string Value, string Written, bool FromVariable)
{
    /// <summary>Shortened, credentials taken out. Made when a message needs it: few values have one.</summary>
    public string Shown => Written == Redaction.Mark ? Written : Variables.Show(Written);
}

/// <summary>Expands <c>${VAR}</c> in values, after parsing: what a variable holds can never become YAML. <c>$${</c> stands for <c>${</c>.</summary>
internal sealed partial class Variables(Func<string, string?> environment, MistakeList mistakes)
{
    private const int MostShown = 80;

    public ConfigText? Expand(YamlTree.Scalar scalar, Place at, bool secret)
    {
        var written = secret ? Redaction.Mark : scalar.Text;
        if (!scalar.Text.Contains("${", StringComparison.Ordinal)) return new ConfigText(scalar.Text, written, false);
        var text = new StringBuilder();
        var failed = false;
        var from = 0;
        var used = false;
        for (int open; (open = scalar.Text.IndexOf("${", from, StringComparison.Ordinal)) >= 0;)
        {
            if (open > from && scalar.Text[open - 1] == '$')
            {
                text.Append(scalar.Text, from, open - 1 - from).Append("${");
                from = open + 2;
                continue;
            }
            text.Append(scalar.Text, from, open - from);
            var close = scalar.Text.IndexOf('}', open);
            var name = close < 0 ? "" : scalar.Text[(open + 2)..close];
            if (!VariableName().IsMatch(name))
            {
                mistakes.Add(MistakeCode.Variable, at, "'${' begins a variable: write ${NAME} with letters, digits and '_', or $${ for the characters themselves.");
                return null;
            }
            var value = environment(name);
            if (string.IsNullOrEmpty(value))
            {
                mistakes.Add(MistakeCode.Variable, at, $"The environment variable {name} is {(value is null ? "not set" : "empty")}. Set it, or write $${{{name}}} for the characters themselves.");
                failed = true;
            }
            text.Append(value);
            used = true;
            from = close + 1;
        }
        text.Append(scalar.Text, from, scalar.Text.Length - from);
        return failed ? null : new ConfigText(text.ToString(), written, used);
    }

    public static string Show(string text)
    {
        var redacted = Redaction.ByShape.Apply(text.ReplaceLineEndings(" "));
        return redacted.Length <= MostShown ? redacted : redacted[..MostShown] + "…";
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex VariableName();
}
