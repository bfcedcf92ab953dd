using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Nines.Cli.Config.Binding;
using Nines.Cli.Config.Files;
using Nines.Cli.Config.Yaml;
using Nines.Core;

namespace Nines.Cli.Config.OpenSlo;

/// <summary>An object of an OpenSLO v1 file, checked as far as every object is alike.</summary>
internal sealed record OpenSloObject(string Kind, string Name, IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations, OpenSloPart Metadata, OpenSloPart Spec);

/// <summary>What was read and is not judged, with the reason.</summary>
/// <param name="Where">file:line.</param>
public sealed record NotUsed(string Where, string Kind, string Name, string Why)
{
    public override string ToString() => $"{Where}: {Kind} {Name} is not used: {Why}";
}

/// <summary>The objects of all OpenSLO files of one config, by kind and name.</summary>
internal sealed partial class OpenSloDocuments
{
    public const string Version = "openslo/v1";
    public const int MostObjects = 10_000;

    public static readonly ImmutableArray<string> Kinds = ["SLO", "SLI", "Service", "AlertPolicy", "AlertCondition", "AlertNotificationTarget", "DataSource"];

    private readonly MistakeList mistakes;
    private readonly Dictionary<(string Kind, string Name), OpenSloObject> objects = [];

    public OpenSloDocuments(MistakeList mistakes) => this.mistakes = mistakes;

    /// <summary>In the order of the files.</summary>
    public List<OpenSloObject> All { get; } = [];

    public OpenSloObject? Find(string kind, string name) => objects.GetValueOrDefault((kind, name));

    public IEnumerable<string> NamesOf(string kind) => objects.Keys.Where(key => key.Kind == kind).Select(key => key.Name);

    /// <summary>Adds what a text holds; what is wrong with it is recorded, and the rest of it taken.</summary>
    public void Add(ReadOnlySpan<byte> bytes, ConfigSource source)
    {
        if (YamlReader.ReadAll(bytes, source, mistakes) is not { } documents) return;
        if (documents.Count == 0) mistakes.Add(MistakeCode.Missing, new Place(source.Name, 1, 1, ""), "The file holds no OpenSLO object.");
        foreach (var document in documents)
        {
            if (document is YamlTree.Mapping mapping) Add(new OpenSloPart(mapping, "", mistakes));
            else mistakes.Add(MistakeCode.WrongType, document.At(""), $"Expected an OpenSLO object (apiVersion, kind, metadata, spec), found {Binder.Describe(document)}.");
        }
    }

    private void Add(OpenSloPart document)
    {
        document.Only("apiVersion", "kind", "metadata", "spec");
        var version = document.Text("apiVersion", required: true);
        if (version is not null && version != Version)
            document.Say(MistakeCode.WrongType, "apiVersion", $"{Variables.Show(version)} is not read. Write apiVersion: {Version}; the specification says what changed since older ones.");
        var kind = document.Text("kind", required: true);
        if (kind is not null && !Kinds.Contains(kind))
            document.Say(MistakeCode.WrongType, "kind", $"{Variables.Show(kind)} is none of {string.Join(", ", Kinds)}.{DidYouMean.Sentence(kind, Kinds)}");
        var metadata = document.Part("metadata", required: true)?.Only("name", "displayName", "labels", "annotations");
        var spec = document.Part("spec", required: true);
        metadata?.Text("displayName");
        if (metadata?.Text("name", required: true, most: 255) is not { } name) return;
        if (!ObjectName().IsMatch(name))
        {
            metadata.Say(MistakeCode.Name, "name", $"{Variables.Show(name)} is not a name of OpenSLO: use up to 255 of a-z, 0-9, '-', '.', '|', '/', '\\', with a letter or digit first.");
            return;
        }
        if (kind is null || spec is null || version != Version || !Kinds.Contains(kind)) return;
        if (All.Count == MostObjects)
        {
            mistakes.Add(MistakeCode.TooMany, document.Place, $"There are more than {MostObjects:N0} objects.");
            return;
        }
        if (All.Count > MostObjects) return;
        var found = new OpenSloObject(kind, name, metadata.Texts("labels", lists: true), metadata.Texts("annotations", lists: false), metadata, spec);
        if (!objects.TryAdd((kind, name), found))
        {
            metadata.Say(MistakeCode.NameTaken, "name", $"There is another {kind} '{name}', in {objects[(kind, name)].Metadata.PlaceOf("name").SeenFrom(metadata.PlaceOf("name"))}. Names are unique within a kind.");
            return;
        }
        All.Add(found);
    }

    // Capitals stand in the specification's own examples, and underscores in names of ours: more than it asks for is taken.
    [GeneratedRegex(@"\A[a-zA-Z0-9][a-zA-Z0-9._|/\\-]{0,254}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ObjectName();
}
