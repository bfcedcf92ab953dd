using Nines.Cli.Config.Binding;
using Nines.Cli.Config.Yaml;

namespace Nines.Cli.Config.Files;

/// <summary>Makes one tree of the trees of several files: lists one after the other, groups of keys joined, a single value once.</summary>
internal static class ConfigMerge
{
    /// <param name="trees">In the order in which their lists are to follow each other; one or more.</param>
    public static YamlTree Of(IReadOnlyList<YamlTree> trees, MistakeList mistakes)
    {
        if (trees.Count == 1) return trees[0];
        var whole = new YamlTree.Mapping(trees[0].Source, 1, 1);
        foreach (var tree in trees)
        {
            if (tree is YamlTree.Mapping mapping) whole = Join(whole, mapping, "", mistakes);
            else mistakes.Add(MistakeCode.WrongType, tree.At(""), $"Expected keys with values (components, …), found {Binder.Describe(tree)}.");
        }
        if (whole.Size > YamlReader.MostValues) mistakes.Add(MistakeCode.TooLarge, whole.At(""), $"The files hold more than {YamlReader.MostValues:N0} values together.");
        return whole;
    }

    private static YamlTree.Mapping Join(YamlTree.Mapping first, YamlTree.Mapping second, string path, MistakeList mistakes)
    {
        var values = first.Pairs.ToDictionary(pair => pair.Key.Text, StringComparer.Ordinal);
        var order = first.Pairs.Select(pair => pair.Key.Text).ToList();
        var own = new Dictionary<string, YamlTree.Scalar>(StringComparer.Ordinal);
        foreach (var (key, value) in second.Pairs)
        {
            var below = Binder.Below(path, Variables.Show(key.Text));
            if (!own.TryAdd(key.Text, key)) mistakes.Add(MistakeCode.DuplicateKey, key.At(below), $"This key is there twice: first in line {own[key.Text].Line}. Keep one.");
            else if (values.TryAdd(key.Text, (key, value))) order.Add(key.Text);
            else if (Joined(values[key.Text].Value, value, below, mistakes) is { } joined) values[key.Text] = (values[key.Text].Key, joined);
            else mistakes.Add(MistakeCode.DuplicateKey, key.At(below), $"This key is in two files: first in {values[key.Text].Key.At(below).SeenFrom(key.At(below))}. Only lists are joined; keep one.");
        }
        var whole = new YamlTree.Mapping(first.Source, first.Line, first.Column);
        foreach (var key in order) whole.Add(values[key].Key, values[key].Value);
        return whole;
    }

    private static YamlTree? Joined(YamlTree first, YamlTree second, string path, MistakeList mistakes)
    {
        switch (first, second)
        {
            case (YamlTree.Sequence one, YamlTree.Sequence other):
                var list = new YamlTree.Sequence(one.Source, one.Line, one.Column);
                foreach (var item in one.Items.Concat(other.Items)) list.Add(item);
                return list;
            case (YamlTree.Mapping one, YamlTree.Mapping other):
                return Join(one, other, path, mistakes);
            default:
                return null;
        }
    }
}
