using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Nines.Cli.Config;
using Nines.Cli.Config.Yaml;
using Nines.Core.Components;

namespace Nines.Cli.Discovery;

/// <summary>Makes components of targets, by template and by what a target says of itself.</summary>
internal static partial class DiscoveredComponents
{
    /// <param name="found">What each source brought, in the order of the config.</param>
    /// <param name="taken">Names of the components that the config itself has: they go first.</param>
    /// <param name="leftOut">Targets that became none, with the reason.</param>
    public static ImmutableArray<YamlTree.Mapping> Of(IEnumerable<(DiscoverSource Source, Found Found)> found, IEnumerable<string> taken, out ImmutableArray<Mistake> leftOut)
    {
        var names = taken.ToDictionary(name => name, _ => "the config itself", StringComparer.Ordinal);
        var mistakes = new MistakeList();
        var components = ImmutableArray.CreateBuilder<YamlTree.Mapping>();
        foreach (var (source, brought) in found)
        {
            foreach (var target in brought.Targets)
            {
                if (Component(source.Entry, target, mistakes) is not { } component) continue;
                var name = ((YamlTree.Scalar)component.Find("name")!).Text;
                if (names.TryAdd(name, $"{target.Source.Name}:{target.Line}")) components.Add(component);
                else mistakes.Add(MistakeCode.NameTaken, target.At(source.Entry.Name), $"The name '{name}' is taken by {names[name]}; this target is left out. Make the template's name tell them apart.");
            }
        }
        leftOut = [.. mistakes.InOrder()];
        return components.ToImmutable();
    }

    /// <returns>Null for a target that is left out (listed), or that nothing says how to look at (not meant).</returns>
    private static YamlTree.Mapping? Component(DiscoverEntry entry, Target target, MistakeList mistakes)
    {
        var template = entry.Template?.Tree;
        YamlTree? Given(string key) => target.Own?.Find(key) ?? template?.Find(key);
        YamlTree Filled(Filling filling, string key, YamlTree value) => filling.Fill(value, isOwn: ReferenceEquals(target.Own?.Find(key), value));
        if (Given("probes") is null && Given("needs") is null) return null;
        var filling = new Filling(target);
        var component = new YamlTree.Mapping(target.Source, target.Line, target.Column);
        var name = Given("name") as YamlTree.Scalar ?? Scalar(target, entry.Kubernetes is null ? "{{target}}" : "{{namespace}}-{{name}}");
        var called = filling.Text(name.Text);
        if (Name.Near(called) is not { } valid)
        {
            mistakes.Add(MistakeCode.Name, target.At(entry.Name), $"'{Config.Binding.Variables.Show(called)}' makes no name; this target is left out.");
            return null;
        }
        component.Add(Scalar(target, "name"), Scalar(target, valid));
        component.Add(Scalar(target, "kind"), Given("kind") is { } kind ? Filled(filling, "kind", kind) : Scalar(target, "infra"));
        component.Add(Scalar(target, "labels"), Labels(template?.Find("labels") as YamlTree.Mapping, target, filling));
        foreach (var (key, value) in template?.Pairs ?? [])
            if (key.Text is not ("name" or "kind" or "labels" or "probes"))
                component.Add(key, filling.Fill(value));
        if (Given("probes") is { } probes) component.Add(Scalar(target, "probes"), Filled(filling, "probes", probes));
        if (filling.Missing.Count == 0) return component;
        mistakes.Add(MistakeCode.UnknownName, target.At(entry.Name), $"This target is left out: it has no {string.Join(", ", filling.Missing)}. It has {string.Join(", ", target.Values.Keys.Take(12))}.");
        return null;
    }

    private static YamlTree.Mapping Labels(YamlTree.Mapping? template, Target target, Filling filling)
    {
        var labels = new YamlTree.Mapping(target.Source, target.Line, target.Column);
        foreach (var (key, value) in template?.Pairs ?? []) labels.Add(key, filling.Fill(value));
        foreach (var (key, value) in target.Labels)
            if (!labels.Has(key))
                labels.Add(Scalar(target, key), Scalar(target, Filling.Plain(value)));
        return labels;
    }

    private static YamlTree.Scalar Scalar(Target target, string text) => new(target.Source, target.Line, target.Column, text, plain: false, contentOffset: -1);

    /// <summary>Puts a target's values where the template has <c>{{name}}</c>. What they hold stays text: it can become neither YAML nor a variable.</summary>
    private sealed partial class Filling(Target target)
    {
        public SortedSet<string> Missing { get; } = new(StringComparer.Ordinal);

        /// <summary>The same value with the target's values in it, and the target's place.</summary>
        /// <param name="isOwn">The target says it of itself: then all of it is text. Only what the config's owner wrote may name variables.</param>
        public YamlTree Fill(YamlTree value, bool isOwn = false)
        {
            switch (value)
            {
                case YamlTree.Scalar scalar:
                    return new YamlTree.Scalar(target.Source, target.Line, target.Column, isOwn ? Plain(Text(scalar.Text)) : Text(scalar.Text), scalar.Plain, -1);
                case YamlTree.Sequence list:
                    var items = new YamlTree.Sequence(target.Source, target.Line, target.Column);
                    foreach (var item in list.Items) items.Add(Fill(item, isOwn));
                    return items;
                case YamlTree.Mapping pairs:
                    var mapping = new YamlTree.Mapping(target.Source, target.Line, target.Column);
                    foreach (var (key, inner) in pairs.Pairs) mapping.Add(key, Fill(inner, isOwn));
                    return mapping;
                default:
                    throw new InvalidOperationException("YamlTree is a closed hierarchy.");
            }
        }

        public string Text(string text)
        {
            if (!text.Contains("{{", StringComparison.Ordinal)) return text;
            var filled = new StringBuilder();
            var from = 0;
            foreach (Match hole in Hole().Matches(text))
            {
                Append(filled, text[from..hole.Index]);
                var name = hole.Groups[1].Value;
                if (target.Values.TryGetValue(name, out var value)) Append(filled, Plain(value));
                else Missing.Add(name);
                from = hole.Index + hole.Length;
            }
            Append(filled, text[from..]);
            return filled.ToString();
        }

        /// <summary>What begins in one piece and goes on in the next is no variable either.</summary>
        private static void Append(StringBuilder filled, string piece)
        {
            if (piece.StartsWith('{') && filled.Length > 0 && filled[^1] == '$') filled.Append('$');
            filled.Append(piece);
        }

        public static string Plain(string value) => value.Replace("${", "$${", StringComparison.Ordinal);

        [GeneratedRegex(@"\{\{\s*([^{}\s]{1,300})\s*\}\}", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
        private static partial Regex Hole();
    }
}
