using System.Globalization;
using Nines.Cli.Config.Binding;
using Nines.Cli.Config.Yaml;
using Nines.Core;

namespace Nines.Cli.Config.OpenSlo;

/// <summary>Keys with values in an OpenSLO document. What is asked for and not as it should be is a mistake, recorded with its place.</summary>
internal sealed class OpenSloPart(YamlTree.Mapping mapping, string path, MistakeList mistakes)
{
    public string Path => path;

    public Place Place => mapping.At(path);

    public Place PlaceOf(string key) => mapping.Find(key)?.At(Below(key)) ?? mapping.At(Below(key));

    public bool Has(string key) => mapping.Find(key) is not (null or YamlTree.Scalar { IsNull: true });

    public void Say(MistakeCode code, string key, string message) => mistakes.Add(code, PlaceOf(key), message);

    /// <summary>Says which keys the specification does not know here, and which are there twice.</summary>
    public OpenSloPart Only(params string[] known)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, _) in mapping.Pairs)
        {
            var at = key.At(Below(Variables.Show(key.Text)));
            if (!seen.Add(key.Text)) mistakes.Add(MistakeCode.DuplicateKey, at, "This key is there twice. Keep one.");
            else if (!known.Contains(key.Text)) mistakes.Add(MistakeCode.UnknownKey, at, $"OpenSLO v1 has no key '{Variables.Show(key.Text)}' here.{DidYouMean.Sentence(key.Text, mistakes.ToSuggest(known))}");
        }
        return this;
    }

    /// <returns>Null when it is not there, or is no text.</returns>
    public string? Text(string key, bool required = false, int most = 1_050)
    {
        if (!IsThere(key, required)) return null;
        if (mapping.Find(key) is not YamlTree.Scalar scalar) Say(MistakeCode.WrongType, key, $"Expected a text, found {Binder.Describe(mapping.Find(key)!)}.");
        else if (scalar.Text.Length > most) Say(MistakeCode.OutOfRange, key, $"It has {scalar.Text.Length:N0} characters; at most {most:N0}.");
        else if (scalar.Text.Length == 0 && required) Say(MistakeCode.Missing, key, $"'{key}' is empty.");
        else return scalar.Text;
        return null;
    }

    public decimal? Number(string key, string how)
    {
        if (!IsThere(key, false)) return null;
        if (mapping.Find(key) is YamlTree.Scalar { Plain: true } scalar && decimal.TryParse(scalar.Text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return number;
        Say(MistakeCode.WrongType, key, $"{(mapping.Find(key) is YamlTree.Scalar text ? Variables.Show(text.Text) : "This")} is not a number. {how}");
        return null;
    }

    public bool? Flag(string key)
    {
        if (!IsThere(key, false)) return null;
        if (mapping.Find(key) is YamlTree.Scalar { Plain: true, Text: "true" or "false" } flag) return flag.Text == "true";
        Say(MistakeCode.WrongType, key, "Write true or false.");
        return null;
    }

    public OpenSloPart? Part(string key, bool required = false)
    {
        if (!IsThere(key, required)) return null;
        if (mapping.Find(key) is YamlTree.Mapping inner) return new OpenSloPart(inner, Below(key), mistakes);
        Say(MistakeCode.WrongType, key, $"Expected keys with values, found {Binder.Describe(mapping.Find(key)!)}.");
        return null;
    }

    /// <summary>The items of a list; null when it is not there, or is none.</summary>
    public IReadOnlyList<YamlTree>? List(string key, bool required = false)
    {
        if (!IsThere(key, required)) return null;
        if (mapping.Find(key) is YamlTree.Sequence list) return list.Items;
        Say(MistakeCode.WrongType, key, $"Expected a list, found {Binder.Describe(mapping.Find(key)!)}.");
        return null;
    }

    /// <summary>One item of a list, which has to have keys.</summary>
    public OpenSloPart? Item(string key, int index)
    {
        var item = List(key)![index];
        var at = Binder.Item(Below(key), index);
        if (item is YamlTree.Mapping inner) return new OpenSloPart(inner, at, mistakes);
        mistakes.Add(MistakeCode.WrongType, item.At(at), $"Expected keys with values, found {Binder.Describe(item)}.");
        return null;
    }

    /// <summary>Keys of the writer's own, each with a text or a list of texts, of which the first is taken.</summary>
    public IReadOnlyDictionary<string, string> Texts(string key, bool lists)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Part(key) is not { } part) return texts;
        foreach (var (name, value) in part.Pairs)
        {
            var text = value is YamlTree.Sequence list && lists ? list.Items.FirstOrDefault() : value;
            if (text is YamlTree.Scalar scalar) texts.TryAdd(name.Text, scalar.Text);
            else mistakes.Add(MistakeCode.WrongType, value.At(Binder.Below(part.Path, Variables.Show(name.Text))), lists ? "Expected a text or a list of texts." : "Expected a text.");
        }
        return texts;
    }

    private IReadOnlyList<(YamlTree.Scalar Key, YamlTree Value)> Pairs => mapping.Pairs;

    private bool IsThere(string key, bool required)
    {
        if (Has(key)) return true;
        if (required) Say(MistakeCode.Missing, key, $"'{key}' is missing.");
        return false;
    }

    private string Below(string key) => Binder.Below(path, key);
}
