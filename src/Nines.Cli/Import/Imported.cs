using System.Collections.Immutable;
using Nines.Core.Components;

namespace Nines.Cli.Import;

/// <summary>What an import found to watch: as far as Nines can watch it, and what it cannot.</summary>
/// <param name="Tool">Whose document it was, as people name it.</param>
internal sealed record Imported(string Tool)
{
    public List<ImportedComponent> Components { get; } = [];
    public List<ImportedNotifier> Notifiers { get; } = [];
    public List<ImportedWindow> Windows { get; } = [];

    /// <summary>Every key that was not taken over, and why.</summary>
    public List<LeftOver> Left { get; } = [];

    private readonly HashSet<string> names = new(StringComparer.Ordinal);

    /// <summary>A name that is one and is free, as near to the given text as its alphabet allows.</summary>
    public string NameFor(string text)
    {
        var slug = Name.Near(text) ?? "imported";
        var name = slug;
        for (var number = 2; !names.Add(name); number++) name = $"{slug[..Math.Min(slug.Length, Name.MaxLength - 6)]}-{number}";
        return name;
    }
}

/// <param name="Called">What the other tool calls it.</param>
internal sealed record ImportedComponent(string Name, string Called)
{
    public required string Kind { get; init; }
    public SortedDictionary<string, string> Labels { get; } = new(StringComparer.Ordinal);
    public List<ImportedProbe> Probes { get; } = [];

    /// <summary>Names of components; all of them.</summary>
    public List<string> Needs { get; } = [];

    /// <summary>Where it stands in the document: for what has to be left out later.</summary>
    public required string From { get; init; }
}

/// <param name="Type">A probe type's key.</param>
/// <param name="Main">The value beside it, as plain text.</param>
internal sealed record ImportedProbe(string Type, string Main)
{
    public ImmutableArray<(string Key, string Yaml)> Options { get; init; } = [];

    /// <value>Seconds; null leaves it to the default.</value>
    public decimal? EveryS { get; init; }

    /// <value>Seconds.</value>
    public decimal? TimeoutS { get; init; }

    public List<ImportedCondition> Conditions { get; } = [];
}

/// <param name="From">The key that it was, for what has to be left out later.</param>
internal sealed record ImportedCondition(string Text, string From);

/// <param name="Channel">slack or webhook.</param>
internal sealed record ImportedNotifier(string Channel, string Url);

internal sealed record ImportedWindow(string Name, string Every, string At, string For, string Zone);

/// <summary>A key of the document that is not in the new config.</summary>
/// <param name="Key">Its path: <c>endpoints[2].client.insecure</c>.</param>
/// <param name="Line">In the document; the first being 1.</param>
/// <param name="Why">A sentence.</param>
internal sealed record LeftOver(string File, int Line, string Key, string Why);

/// <summary>Why something cannot be imported: where, what, and how to mend it.</summary>
internal sealed class ImportException(string message) : Exception(message);
