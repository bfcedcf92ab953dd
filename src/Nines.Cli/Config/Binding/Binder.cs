using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using Nines.Cli.Config.Yaml;
using Nines.Core;
using Nines.Core.Time;
using NodaTime;

namespace Nines.Cli.Config.Binding;

/// <summary>Reads a value in a way of its own, for what is neither a scalar, a list nor a record.</summary>
/// <returns>The value; null when there is a mistake, which has been recorded.</returns>
internal delegate object? ValueReader(Binder binder, YamlTree value, string path);

/// <summary>
/// Binds YAML to option records, strictly: a key that no member has, a repeated one, a missing one and a value of the wrong
/// form are all mistakes, and all of them are found in one go.
/// </summary>
internal sealed class Binder(MistakeList mistakes, Variables variables, IReadOnlyDictionary<Type, ValueReader> readers)
{
    private const int MaxSecretBytes = 64 << 10;

    private readonly Dictionary<object, (YamlTree.Mapping Mapping, string Path)> places = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> secrets = new(StringComparer.Ordinal);

    public MistakeList Mistakes => mistakes;

    /// <summary>Every secret value that was read, for the redaction of what is said later.</summary>
    public IReadOnlyCollection<string> Secrets => secrets;

    /// <summary>Where the value of a bound record's key stands (the item of it, if it is a list); where the record begins, if it has no such key.</summary>
    public Place PlaceOf(object record, string key, int item = -1)
    {
        var (mapping, path) = places[record];
        var below = Below(path, key);
        return mapping.Find(key) switch
        {
            null => mapping.At(below),
            YamlTree.Sequence list when item >= 0 && item < list.Items.Count => list.Items[item].At(Item(below, item)),
            var value => value.At(below),
        };
    }

    /// <summary>What relative paths in a bound record are relative to.</summary>
    public string FolderOf(object record) => places[record].Mapping.Source.Folder;

    public Place PlaceOf(object record) => places[record].Mapping.At(places[record].Path);
    public YamlTree? ValueOf(object record, string key) => places[record].Mapping.Find(key);
    public IEnumerable<T> Bound<T>() => places.Keys.OfType<T>();
    public void Remember(object record, YamlTree.Mapping mapping, string path) => places[record] = (mapping, path);

    public static string Below(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
    public static string Item(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");

    /// <summary>A whole record from a mapping that holds nothing else.</summary>
    public object? BindRecord(Type type, YamlTree value, string path)
    {
        if (value is not YamlTree.Mapping mapping)
        {
            mistakes.Add(MistakeCode.WrongType, value.At(path), $"Expected keys with values ({string.Join(", ", RecordKeys.Of(type).Keys.Take(4).Select(key => key.Name))}, …), found {Describe(value)}.");
            return null;
        }
        CheckKeys(mapping, path, RecordKeys.Of(type).Names);
        return BindMembers(type, mapping, path, key => key.Name);
    }

    /// <summary>Reports keys that nobody knows and keys that are there twice.</summary>
    public void CheckKeys(YamlTree.Mapping mapping, string path, IReadOnlyCollection<string> known)
    {
        var seen = new Dictionary<string, YamlTree.Scalar>(StringComparer.Ordinal);
        foreach (var (key, _) in mapping.Pairs)
        {
            if (!seen.TryAdd(key.Text, key))
                mistakes.Add(MistakeCode.DuplicateKey, key.At(Below(path, Variables.Show(key.Text))), $"This key is there twice: first in line {seen[key.Text].Line}. Keep one.");
            else if (!known.Contains(key.Text))
                mistakes.Add(MistakeCode.UnknownKey, key.At(Below(path, Variables.Show(key.Text))), $"There is no key '{Variables.Show(key.Text)}' here.{(DidYouMean.Closest(key.Text, known) is { } near ? $" Did you mean '{near}'?" : $" There are: {string.Join(", ", known)}.")}");
        }
    }

    /// <summary>The members of a record out of a mapping that may hold more.</summary>
    public object? BindMembers(Type type, YamlTree.Mapping mapping, string path, Func<OptionKey, string> nameOf)
    {
        var before = mistakes.Count;
        var values = new Dictionary<OptionKey, object>();
        foreach (var key in RecordKeys.Of(type).Keys)
        {
            var name = nameOf(key);
            var value = mapping.Find(name);
            var file = key.FileKey is null ? null : mapping.Find(name + "_file");
            if (value is not null && file is not null)
                mistakes.Add(MistakeCode.SecretFile, file.At(Below(path, name + "_file")), $"Both {name} and {name}_file are given. Keep one.");
            else if (file is not null)
            {
                if (BindFile(key, file, Below(path, name + "_file")) is { } read) values[key] = read;
            }
            else if (value is not null)
            {
                if (Bind(key.Type, value, Below(path, name), key) is { } bound) values[key] = bound;
            }
            else if (key.Required)
                mistakes.Add(MistakeCode.Missing, mapping.At(Below(path, name)), $"'{name}' is missing.");
        }
        if (mistakes.Count > before && RecordKeys.Of(type).Keys.Any(key => key.Required && !values.ContainsKey(key))) return null;
        var record = RecordKeys.Of(type).Make(values);
        Remember(record, mapping, path);
        return record;
    }

    public object? Bind(Type type, YamlTree value, string path, OptionKey? key = null)
    {
        if (readers.TryGetValue(type, out var reader)) return reader(this, value, path);
        if (value is YamlTree.Scalar { IsNull: true })
        {
            mistakes.Add(MistakeCode.Missing, value.At(path), "This key has no value. Give it one, or leave the key out.");
            return null;
        }
        if (ScalarReader.Reads(type)) return BindScalar(type, value, path, key);
        if (Collections.ItemOf(type) is { } item) return BindList(type, item, value, path, key);
        return Collections.ValueOf(type) is { } member ? BindDictionary(type, member, value, path, key) : BindRecord(type, value, path);
    }

    /// <summary>The text of a scalar, variables expanded; null with a mistake recorded.</summary>
    public ConfigText? Text(YamlTree value, string path, string wanted, bool secret = false)
    {
        if (value is YamlTree.Scalar { IsNull: false } scalar) return variables.Expand(scalar, scalar.At(path), secret);
        mistakes.Add(MistakeCode.WrongType, value.At(path), $"Expected {wanted}, found {Describe(value)}.");
        return null;
    }

    private object? BindScalar(Type type, YamlTree value, string path, OptionKey? key)
    {
        if (Text(value, path, "one value", key?.Secret == true) is not { } text) return null;
        if (key?.Secret == true) secrets.Add(text.Value);
        var read = ReadText(type, text, value is YamlTree.Scalar { Plain: true }, value.At(path), key);
        return key?.IsPath == true && read is string file && !file.Contains('\0', StringComparison.Ordinal) ? Path.GetFullPath(file, value.Source.Folder) : read;
    }

    private object? ReadText(Type type, ConfigText text, bool plain, Place at, OptionKey? key)
    {
        var read = ScalarReader.Read(type, text.Value, plain, out var code, out var problem);
        if (read is not null) return InRange(read, text, at, key) ? read : null;
        // What a reader says may repeat the value ("Try 30s."); a variable's value is not repeated.
        mistakes.Add(code, at, text.FromVariable && type == typeof(Duration) ? $"{text.Shown} does not hold a duration with its unit." : $"{text.Shown} {problem}");
        return null;
    }

    private bool InRange(object value, ConfigText text, Place at, OptionKey? key)
    {
        if (value is Duration duration && key?.DurationRange is { } limits)
        {
            if (duration < DurationText.Parse(limits.Shortest))
                return Refuse($"{text.Shown} is below {limits.Shortest}{(limits.WhyNotShorter is { } why ? $", {why}" : "")}. Try {limits.Shortest}.");
            return duration <= DurationText.Parse(limits.Longest) || Refuse($"{text.Shown} is above {limits.Longest}, the longest. Try {limits.Longest}.");
        }
        if (key?.Range is not { } range || value is not IConvertible) return true;
        var number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        var (least, most) = (Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture), Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture));
        if (number < least) return Refuse($"{text.Shown} is below {Number(least)}. Use {Number(least)} to {Number(most)}.");
        return number <= most || Refuse($"{text.Shown} is above {Number(most)}. Use {Number(least)} to {Number(most)}.");

        bool Refuse(string message)
        {
            mistakes.Add(MistakeCode.OutOfRange, at, message);
            return false;
        }
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private object? BindFile(OptionKey key, YamlTree value, string path)
    {
        if (Text(value, path, "the path of a file") is not { } name) return null;
        var at = value.At(path);
        string content;
        try
        {
            var info = new FileInfo(Path.Combine(value.Source.Folder, name.Value));
            if (!info.Exists || info.Length > MaxSecretBytes)
            {
                mistakes.Add(MistakeCode.SecretFile, at, info.Exists ? $"The file {name.Shown} has more than {MaxSecretBytes:N0} bytes." : $"There is no file {name.Shown} (looked for beside the config).");
                return null;
            }
            content = File.ReadAllText(info.FullName).TrimEnd('\r', '\n');
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            mistakes.Add(MistakeCode.SecretFile, at, $"The file {name.Shown} cannot be read: {(wrong is UnauthorizedAccessException ? "permission denied" : "input error")}.");
            return null;
        }
        if (content.Length == 0)
        {
            mistakes.Add(MistakeCode.SecretFile, at, $"The file {name.Shown} is empty.");
            return null;
        }
        secrets.Add(content);
        return ReadText(key.Type, new ConfigText(content, Redaction.Mark, true), false, at, key);
    }

    private object? BindList(Type type, Type item, YamlTree value, string path, OptionKey? key)
    {
        if (value is not YamlTree.Sequence list)
        {
            mistakes.Add(MistakeCode.WrongType, value.At(path), value is YamlTree.Scalar scalar && key?.Secret != true ? $"Expected a list. Write [{Variables.Show(scalar.Text)}]." : $"Expected a list, found {Describe(value)}.");
            return null;
        }
        var items = new List<object>();
        for (var i = 0; i < list.Items.Count; i++)
            if (Bind(item, list.Items[i], Item(path, i), key) is { } bound)
                items.Add(bound);
        return Collections.MakeList(type, item, items);
    }

    private object? BindDictionary(Type type, Type member, YamlTree value, string path, OptionKey? key)
    {
        if (value is not YamlTree.Mapping mapping)
        {
            mistakes.Add(MistakeCode.WrongType, value.At(path), $"Expected names with values, found {Describe(value)}.");
            return null;
        }
        CheckKeys(mapping, path, mapping.Pairs.Select(pair => pair.Key.Text).ToHashSet(StringComparer.Ordinal));
        var pairs = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var (name, inner) in mapping.Pairs)
        {
            if (pairs.ContainsKey(name.Text)) continue;
            // A text that could not be read is a mistake by itself; its name is there all the same, for what refers to it.
            if ((Bind(member, inner, Below(path, Variables.Show(name.Text)), key) ?? (member == typeof(string) ? "?" : null)) is { } bound) pairs[name.Text] = bound;
        }
        return Collections.MakeDictionary(type, member, pairs);
    }

    public static string Describe(YamlTree value) => value switch
    {
        YamlTree.Scalar { IsNull: true } => "nothing",
        YamlTree.Scalar => "a single value",
        YamlTree.Sequence => "a list",
        _ => "keys with values",
    };
}
