namespace Nines.Core;

/// <summary>The shortest and the longest duration that an option may have, both included, written as in a config: <c>1s</c>, <c>1d</c>.</summary>
/// <param name="shortest">A duration with its unit.</param>
/// <param name="longest">A duration with its unit.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationRangeAttribute(string shortest, string longest) : Attribute
{
    public string Shortest { get; } = shortest;
    public string Longest { get; } = longest;

    /// <summary>Said behind a value that is too short, when the bare limit would leave the reader asking why: "the shortest we can time honestly".</summary>
    public string? WhyNotShorter { get; init; }
}
