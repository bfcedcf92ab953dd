using Nines.Cli.Config.Yaml;

namespace Nines.Cli.Config;

/// <summary>A config as a tree, with the mistakes that making it has shown.</summary>
/// <param name="Tree">Null when no tree could be made.</param>
internal sealed record ParsedConfig(YamlTree? Tree, MistakeList Mistakes)
{
    private const string Components = "components";

    private YamlTree.Sequence? Written => (Tree as YamlTree.Mapping)?.Find(Components) as YamlTree.Sequence;

    /// <summary>How many components the files have.</summary>
    public int WrittenComponents => Written?.Items.Count ?? 0;

    /// <summary>Their names, as they are written.</summary>
    public IEnumerable<string> ComponentNames => NamesIn(Components);

    /// <summary>The names of the policies that the config has of its own, as they are written.</summary>
    public IEnumerable<string> PolicyNames => NamesIn("policies");

    public IEnumerable<string> ObjectiveNames => NamesIn("objectives");

    public IEnumerable<string> ContractNames => NamesIn((Tree as YamlTree.Mapping)?.Find("pricing"), "contracts");

    private IEnumerable<string> NamesIn(string list) => NamesIn(Tree, list);

    private static IEnumerable<string> NamesIn(YamlTree? group, string list) => ((group as YamlTree.Mapping)?.Find(list) as YamlTree.Sequence)?.Items.OfType<YamlTree.Mapping>().Select(component => component.Find("name")).OfType<YamlTree.Scalar>().Select(name => name.Text).Distinct(StringComparer.Ordinal) ?? [];

    /// <summary>The tree with more components behind the written ones.</summary>
    public YamlTree? With(IReadOnlyList<YamlTree.Mapping> discovered)
    {
        if (discovered.Count == 0 || Tree is not YamlTree.Mapping root || root.Find(Components) is not (null or YamlTree.Sequence)) return Tree;
        var all = new YamlTree.Sequence(root.Source, Written?.Line ?? root.Line, Written?.Column ?? root.Column);
        foreach (var item in (Written?.Items ?? []).Concat(discovered)) all.Add(item);
        var whole = new YamlTree.Mapping(root.Source, root.Line, root.Column);
        foreach (var (key, value) in root.Pairs) whole.Add(key, ReferenceEquals(value, Written) ? all : value);
        if (Written is null) whole.Add(new YamlTree.Scalar(root.Source, root.Line, root.Column, Components, plain: true, contentOffset: 0), all);
        return whole;
    }
}
