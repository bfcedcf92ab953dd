using System.Globalization;
using Nines.Cli.Config.Binding;
using Nines.Cli.Config.Yaml;

namespace Nines.Cli.Import;

/// <summary>
/// The keys of one mapping of a foreign document. Whatever was not asked for by <see cref="Done"/> is listed as left over, so that no
/// key can be forgotten in silence; keys without a value (null, "", false, 0, an empty list) ask for nothing and are not.
/// </summary>
internal sealed class Fields
{
    private readonly YamlTree.Mapping mapping;
    private readonly List<LeftOver> left;
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);

    public Fields(YamlTree.Mapping mapping, string path, List<LeftOver> left)
    {
        (this.mapping, Path, this.left) = (mapping, path, left);
        foreach (var twice in mapping.Pairs.GroupBy(pair => pair.Key.Text, StringComparer.Ordinal).Where(group => group.Count() > 1))
            Say(twice.Last().Key, twice.Key, $"The key is there {twice.Count()} times; the first one counts.");
    }

    public string Path { get; }

    public IEnumerable<string> Keys => mapping.Pairs.Select(pair => pair.Key.Text).Distinct(StringComparer.Ordinal);

    public bool Has(string key) => mapping.Find(key) is { } value && !IsNothing(value);

    /// <summary>One value as text; null when it is missing, or no single value, which is listed.</summary>
    public string? Text(string key) => Take(key) switch
    {
        null => null,
        YamlTree.Scalar scalar => scalar.Text,
        var other => Wrong(key, other, "one value"),
    };

    /// <summary>The same, also where the value is one that asks for nothing, such as false or 0.</summary>
    public string? RawText(string key)
    {
        seen.Add(key);
        return mapping.Find(key) is YamlTree.Scalar { IsNull: false } scalar ? scalar.Text : null;
    }

    public decimal? Number(string key)
    {
        if (Text(key) is not { } text) return null;
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return number;
        Say(mapping.Find(key)!, key, $"'{Variables.Show(text)}' is not a number.");
        return null;
    }

    public bool Flag(string key) => Text(key) is "true" or "1" or "yes";

    /// <summary>A duration of Go and Prometheus, such as 1m30s; a bare number is seconds.</summary>
    /// <returns>Seconds; null when there is none, or none that can be read, which is listed.</returns>
    public decimal? Seconds(string key)
    {
        if (Text(key) is not { } text) return null;
        if (GoDuration.Seconds(text) is { } seconds) return seconds;
        Say(mapping.Find(key)!, key, $"'{Variables.Show(text)}' is not a duration.");
        return null;
    }

    public IReadOnlyList<string> Texts(string key)
    {
        switch (Take(key))
        {
            case null:
                return [];
            case YamlTree.Sequence list:
                var texts = new List<string>();
                for (var i = 0; i < list.Items.Count; i++)
                {
                    if (list.Items[i] is YamlTree.Scalar scalar) texts.Add(scalar.Text);
                    else Wrong(Binder.Item(key, i), list.Items[i], "one value");
                }
                return texts;
            case YamlTree.Scalar one:
                return [one.Text];
            case var other:
                Wrong(key, other, "a list");
                return [];
        }
    }

    public Fields? Group(string key)
    {
        switch (Take(key))
        {
            case null:
                return null;
            case YamlTree.Mapping inner:
                return new Fields(inner, Binder.Below(Path, key), left);
            case var other:
                Wrong(key, other, "keys with values");
                return null;
        }
    }

    /// <summary>The mappings of a list; what else is in it is listed.</summary>
    public IEnumerable<Fields> Groups(string key)
    {
        if (Take(key) is not { } value) yield break;
        if (value is not YamlTree.Sequence list)
        {
            Wrong(key, value, "a list");
            yield break;
        }
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (list.Items[i] is YamlTree.Mapping inner) yield return new Fields(inner, Binder.Item(Binder.Below(Path, key), i), left);
            else Wrong(Binder.Item(key, i), list.Items[i], "keys with values");
        }
    }

    /// <summary>Names with texts, such as headers.</summary>
    public IReadOnlyList<(string Name, string Value)> Pairs(string key)
    {
        switch (Take(key))
        {
            case null:
                return [];
            case YamlTree.Mapping pairs:
                foreach (var (name, value) in pairs.Pairs.Where(pair => pair.Value is not YamlTree.Scalar)) Wrong($"{key}.{name.Text}", value, "one value");
                return [.. pairs.Pairs.Where(pair => pair.Value is YamlTree.Scalar).DistinctBy(pair => pair.Key.Text).Select(pair => (pair.Key.Text, ((YamlTree.Scalar)pair.Value).Text))];
            case var other:
                Wrong(key, other, "names with values");
                return [];
        }
    }

    /// <summary>Keys that mean nothing to a watcher: numbers of rows, colours.</summary>
    public void Ignore(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys) seen.Add(key);
    }

    /// <summary>Lists the key, if it is there, as not taken over.</summary>
    public void Leave(string key, string why)
    {
        seen.Add(key);
        if (Has(key)) Say(mapping.Find(key)!, key, why);
    }

    /// <summary>Lists a part of what a key holds as not taken over.</summary>
    /// <param name="part">As its path is written: <c>conditions[2]</c>.</param>
    public void LeavePart(string key, string part, string why) => Say(mapping.Find(key) ?? mapping, part, why);

    /// <summary>Lists the whole mapping as not taken over: its other keys need no mention.</summary>
    public void LeaveAll(string why)
    {
        left.Add(new LeftOver(mapping.Source.Name, mapping.Line, Path, why));
        foreach (var (key, _) in mapping.Pairs) seen.Add(key.Text);
    }

    /// <summary>What is listed of something that stands where this mapping does.</summary>
    public LeftOver LeftOver(string key, string why) => new(mapping.Source.Name, mapping.Line, key, why);

    /// <summary>Lists what nobody asked for.</summary>
    public void Done(string why = "No such key is known to this import.")
    {
        foreach (var (key, value) in mapping.Pairs)
            if (!IsNothing(value) && seen.Add(key.Text))
                Say(value, key.Text, why);
    }

    private YamlTree? Take(string key)
    {
        seen.Add(key);
        return mapping.Find(key) is { } value && !IsNothing(value) ? value : null;
    }

    private string? Wrong(string key, YamlTree value, string wanted)
    {
        Say(value, key, $"Expected {wanted}, found {Binder.Describe(value)}.");
        return null;
    }

    private void Say(YamlTree value, string key, string why) => left.Add(new LeftOver(value.Source.Name, value.Line, Binder.Below(Path, key), why));

    private static bool IsNothing(YamlTree value) => value switch
    {
        YamlTree.Scalar { IsNull: true } => true,
        YamlTree.Scalar scalar => scalar.Text.Length == 0 || scalar is { Plain: true, Text: "false" or "0" },
        YamlTree.Sequence list => list.Items.Count == 0,
        YamlTree.Mapping pairs => pairs.Pairs.Count == 0,
        _ => false,
    };
}
