using System.Collections.Immutable;
using Nines.Cli.Config;
using Nines.Cli.Config.Binding;
using Nines.Cli.Config.Files;
using Nines.Cli.Config.Yaml;

namespace Nines.Cli.Discovery;

/// <summary>Reads Prometheus's file_sd form: a list of groups, each with <c>targets</c> and <c>labels</c>, as JSON or YAML.</summary>
internal static class FileTargets
{
    private const int LongestText = 1_000;

    /// <exception cref="SourceException">The text is neither JSON nor YAML, or no list.</exception>
    public static Found Read(byte[] bytes, ConfigSource source)
    {
        var mistakes = new MistakeList();
        var tree = JsonTree.Looks(bytes) ? JsonTree.Read(bytes, source, mistakes) : YamlReader.Read(bytes, source, mistakes, mayBeEmpty: true);
        if (tree is null) throw new SourceException(mistakes.InOrder().First().ToString());
        if (tree is YamlTree.Mapping { Pairs.Count: 0 }) return new Found([], []);
        if (tree is not YamlTree.Sequence list) throw new SourceException($"{source.Name}:{tree.Line}: expected a list of groups with targets and labels, found {Binder.Describe(tree)}.");
        var targets = ImmutableArray.CreateBuilder<Target>();
        for (var i = 0; i < list.Items.Count; i++) ReadGroup(list.Items[i], Binder.Item("", i), mistakes, targets);
        return new Found(targets.ToImmutable(), [.. mistakes.InOrder()]);
    }

    private static void ReadGroup(YamlTree item, string path, MistakeList mistakes, ImmutableArray<Target>.Builder targets)
    {
        if (item is not YamlTree.Mapping group || group.Find("targets") is not YamlTree.Sequence list)
        {
            mistakes.Add(MistakeCode.WrongType, item.At(path), "This is left out: a group has targets, a list, and may have labels.");
            return;
        }
        foreach (var (key, _) in group.Pairs.Where(pair => pair.Key.Text is not ("targets" or "labels")))
            mistakes.Add(MistakeCode.UnknownKey, key.At(Binder.Below(path, key.Text)), "This is left out: a group has targets and labels.");
        var labels = Labels(group.Find("labels"), path, mistakes);
        for (var i = 0; i < list.Items.Count; i++)
        {
            var at = list.Items[i].At(Binder.Item(Binder.Below(path, "targets"), i));
            if (list.Items[i] is not YamlTree.Scalar { Text.Length: > 0 and <= LongestText } target)
            {
                mistakes.Add(MistakeCode.WrongType, at, $"This is left out: a target is one text of 1 to {LongestText} characters.");
                continue;
            }
            if (targets.Count == Found.Most)
            {
                mistakes.Add(MistakeCode.TooMany, at, $"This and what follows is left out: one source brings at most {Found.Most:N0} targets.");
                return;
            }
            targets.Add(new Target(target.Source, target.Line, target.Column)
            {
                Values = WithAddress(labels.ToImmutableSortedDictionary(label => $"label.{label.Key}", label => label.Value, StringComparer.Ordinal), target.Text),
                // Labels that begin with __ are for Prometheus's own use.
                Labels = labels.Where(label => !label.Key.StartsWith("__", StringComparison.Ordinal)).ToImmutableSortedDictionary(StringComparer.Ordinal),
            });
        }
    }

    /// <summary>The values of a target: the whole, and the host and port in it.</summary>
    public static ImmutableSortedDictionary<string, string> WithAddress(ImmutableSortedDictionary<string, string> values, string target)
    {
        values = values.SetItem("target", target);
        var url = Uri.TryCreate(target.Contains("://", StringComparison.Ordinal) ? target : $"tcp://{target}", UriKind.Absolute, out var uri) ? uri : null;
        if (url is null || url.Host.Length == 0) return values;
        values = values.SetItem("host", url.Host);
        return url.Port > 0 ? values.SetItem("port", url.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)) : values;
    }

    private static ImmutableSortedDictionary<string, string> Labels(YamlTree? value, string path, MistakeList mistakes)
    {
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var below = Binder.Below(path, "labels");
        if (value is YamlTree.Mapping mapping)
        {
            foreach (var (key, inner) in mapping.Pairs)
            {
                if (inner is YamlTree.Scalar { Text.Length: <= LongestText } text && key.Text.Length is > 0 and <= LongestText) labels[key.Text] = text.Text;
                else mistakes.Add(MistakeCode.WrongType, inner.At(Binder.Below(below, Variables.Show(key.Text))), $"This label is left out: its value is one text of at most {LongestText} characters.");
            }
        }
        else if (value is not null)
            mistakes.Add(MistakeCode.WrongType, value.At(below), $"These labels are left out: expected names with values, found {Binder.Describe(value)}.");
        return labels.ToImmutable();
    }
}
