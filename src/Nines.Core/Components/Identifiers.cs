using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Nines.Core.Components;

/// <summary>The name of a component, unique in a config: 1 to 63 of a–z, 0–9, '-', '_', '.', starting with a letter or digit.</summary>
public readonly partial record struct ComponentId : IComparable<ComponentId>
{
    private readonly string? value;

    /// <exception cref="FormatException">The text is not a name.</exception>
    public ComponentId(string value) => this.value = Name.Require(value, "component");

    public string Value => value ?? "";
    public static bool TryParse([NotNullWhen(true)] string? text, out ComponentId id)
    {
        var ok = Name.IsValid(text);
        id = ok ? new ComponentId(text!) : default;
        return ok;
    }

    public int CompareTo(ComponentId other) => string.CompareOrdinal(Value, other.Value);
    public override string ToString() => Value;
}

/// <summary>The name of a vantage point: a place (path, region) from which probes look. Same alphabet as <see cref="ComponentId"/>.</summary>
public readonly record struct VantagePointId : IComparable<VantagePointId>
{
    private readonly string? value;

    /// <exception cref="FormatException">The text is not a name.</exception>
    public VantagePointId(string value) => this.value = Name.Require(value, "vantage point");

    public string Value => value ?? "";
    public int CompareTo(VantagePointId other) => string.CompareOrdinal(Value, other.Value);
    public override string ToString() => Value;
}

/// <summary>One probe of one component. <see cref="Name"/> is unique within the component.</summary>
public readonly record struct ProbeId(ComponentId Component, string Name)
{
    public override string ToString() => $"{Component}/{Name}";
}

/// <summary>The alphabet that every name in a config shares.</summary>
public static partial class Name
{
    public const int MaxLength = 63;

    public static bool IsValid([NotNullWhen(true)] string? text) => text is not null && Pattern().IsMatch(text);

    public static string Require(string text, string what) =>
        IsValid(text) ? text : throw new FormatException($"'{text}' is not a {what} name: use 1 to {MaxLength} of a-z, 0-9, '-', '_', '.', starting with a letter or digit.");

    /// <summary>The name nearest to a text: lower case, what is outside the alphabet as one '-', cut where it is too long.</summary>
    /// <returns>Null for a text without a letter or digit.</returns>
    public static string? Near(string text)
    {
        var near = new System.Text.StringBuilder();
        foreach (var c in text.ToLowerInvariant())
        {
            if (near.Length == MaxLength) break;
            var fits = char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || near.Length > 0 && c is '-' or '_' or '.';
            if (fits) near.Append(c);
            else if (near.Length > 0 && near[^1] != '-') near.Append('-');
        }
        var name = near.ToString().TrimEnd('-', '.', '_').TrimStart('-', '.', '_');
        return IsValid(name) ? name : null;
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
