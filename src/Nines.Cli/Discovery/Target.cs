using System.Collections.Immutable;
using Nines.Cli.Config;
using Nines.Cli.Config.Files;
using Nines.Cli.Config.Yaml;

namespace Nines.Cli.Discovery;

/// <summary>Something that a source knows to be there.</summary>
/// <param name="Source">Where it was found, as messages name it.</param>
/// <param name="Line">Within the source; the first being 1.</param>
/// <param name="Column">The first being 1.</param>
internal sealed record Target(ConfigSource Source, int Line, int Column)
{
    /// <summary>What a template may ask for, by the name inside its braces: <c>target</c>, <c>label.team</c>.</summary>
    public required ImmutableSortedDictionary<string, string> Values { get; init; }

    /// <summary>What the component gets as labels beside those of the template.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>What the target says of itself, by the keys of a component; null where the template says it all.</summary>
    public YamlTree.Mapping? Own { get; init; }

    public Place At(string path) => new(Source.Name, Line, Column, path);
}

/// <summary>What a look at a source brought.</summary>
/// <param name="Mistakes">What was left out of it, and why.</param>
internal sealed record Found(ImmutableArray<Target> Targets, ImmutableArray<Mistake> Mistakes)
{
    /// <summary>The most that one source may bring.</summary>
    public const int Most = 50_000;
}

/// <summary>A source could not be read: what it said last stays true until it can.</summary>
internal sealed class SourceException(string message) : Exception(message);
