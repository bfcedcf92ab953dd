using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Nines.Cli.Config.Binding;
using Nines.Cli.Config.Yaml;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Maintenance;
using Nines.Probing;

namespace Nines.Cli.Config;

/// <summary>Reads the values whose form depends on what is in them: needs, probes, days, selections.</summary>
internal sealed class EntryReaders(IReadOnlyList<ProbeType> types)
{
    private const int MaxNeedDepth = 16;
    private static readonly string[] GateKeys = ["all_of", "any_of", "at_least", "of"];

    private readonly ConcurrentDictionary<ProbeType, ImmutableArray<string>> keysOf = new();

    public IReadOnlyDictionary<Type, ValueReader> ByType => new Dictionary<Type, ValueReader>
    {
        [typeof(NeedEntry)] = ReadNeed,
        [typeof(ProbeEntry)] = ReadProbe,
        [typeof(DayRule)] = ReadDays,
        [typeof(ComponentSelection)] = ReadSelection,
        [typeof(TemplateEntry)] = ReadTemplate,
    };

    private static object? ReadNeed(Binder binder, YamlTree value, string path)
    {
        var mentions = ImmutableArray.CreateBuilder<(ComponentId, Place)>();
        return ReadGate(binder, value, path, 1, mentions) is { } gate ? new NeedEntry(gate) { Mentions = mentions.ToImmutable() } : null;
    }

    private static Need? ReadGate(Binder binder, YamlTree value, string path, int depth, ImmutableArray<(ComponentId, Place)>.Builder mentions)
    {
        if (depth > MaxNeedDepth)
        {
            binder.Mistakes.Add(MistakeCode.TooMany, value.At(path), $"Needs go at most {MaxNeedDepth} deep.");
            return null;
        }
        switch (value)
        {
            case YamlTree.Sequence:
                return ReadMembers(binder, value, path, depth, mentions) is { } all ? Need.AllOf(all) : null;
            case YamlTree.Mapping mapping:
                return ReadGateKeys(binder, mapping, path, depth, mentions);
            default:
                if (binder.Text(value, path, "the name of a component, a list of them, or all_of, any_of, at_least") is not { } text) return null;
                if (!ComponentId.TryParse(text.Value, out var id))
                {
                    binder.Mistakes.Add(MistakeCode.Name, value.At(path), $"{text.Shown} {ScalarReader.NameProblem}");
                    return null;
                }
                mentions.Add((id, value.At(path)));
                return new Need.On(id);
        }
    }

    private static Need? ReadGateKeys(Binder binder, YamlTree.Mapping mapping, string path, int depth, ImmutableArray<(ComponentId, Place)>.Builder mentions)
    {
        binder.CheckKeys(mapping, path, GateKeys);
        var given = GateKeys.Where(mapping.Has).ToArray();
        if (given is ["at_least", "of"])
        {
            var count = binder.Bind(typeof(int), mapping.Find("at_least")!, Binder.Below(path, "at_least")) as int?;
            var members = ReadMembers(binder, mapping.Find("of")!, Binder.Below(path, "of"), depth, mentions);
            if (count is not { } n || members is not { } of) return null;
            if (n >= 1 && n <= of.Length) return new Need.AtLeast(n, of);
            binder.Mistakes.Add(MistakeCode.OutOfRange, mapping.Find("at_least")!.At(Binder.Below(path, "at_least")), string.Create(CultureInfo.InvariantCulture, $"{n} of {of.Length} cannot be. Use 1 to {of.Length}."));
            return null;
        }
        if (given is [("all_of" or "any_of") and var key])
        {
            if (ReadMembers(binder, mapping.Find(key)!, Binder.Below(path, key), depth, mentions) is not { } members) return null;
            return key == "all_of" ? Need.AllOf(members) : Need.AnyOf(members);
        }
        binder.Mistakes.Add(MistakeCode.Combination, mapping.At(path), "A need is a name, a list, {all_of: […]}, {any_of: […]} or {at_least: 2, of: […]}.");
        return null;
    }

    private static ImmutableArray<Need>? ReadMembers(Binder binder, YamlTree value, string path, int depth, ImmutableArray<(ComponentId, Place)>.Builder mentions)
    {
        if (value is not YamlTree.Sequence { Items.Count: > 0 } list)
        {
            binder.Mistakes.Add(MistakeCode.WrongType, value.At(path), "Expected a list of one or more names.");
            return null;
        }
        var members = ImmutableArray.CreateBuilder<Need>();
        for (var i = 0; i < list.Items.Count; i++)
            if (ReadGate(binder, list.Items[i], Binder.Item(path, i), depth + 1, mentions) is { } member)
                members.Add(member);
        return members.Count == list.Items.Count ? members.ToImmutable() : null;
    }

    private object? ReadProbe(Binder binder, YamlTree value, string path)
    {
        if (value is not YamlTree.Mapping mapping)
        {
            binder.Mistakes.Add(MistakeCode.WrongType, value.At(path), $"Expected a probe such as 'http: https://…' with its options, found {Binder.Describe(value)}.");
            return null;
        }
        var given = types.Where(type => mapping.Has(type.Key) || MainKey(type) is { FileKey: not null } && mapping.Has(type.Key + "_file")).ToList();
        // 'tcp: …' with 'tls: true' is a tcp probe: a key that another type there has as an option is that option.
        given.RemoveAll(type => given.Exists(other => other != type && RecordKeys.Of(other.OptionsType).Keys.Any(key => !key.Main && key.Name == type.Key)));
        if (given.Count != 1)
        {
            var said = given.Count > 1
                ? $"A probe has one type; this one has {string.Join(" and ", given.Select(type => type.Key))}. Make them two items of the list."
                : $"This probe has no type. Begin it with one of {string.Join(", ", types.Select(type => type.Key))}.{mapping.Pairs.Select(pair => DidYouMean.Closest(pair.Key.Text, types.Select(type => type.Key))).FirstOrDefault(near => near is not null) switch { null => "", var near => $" Did you mean '{near}'?" }}";
            binder.Mistakes.Add(MistakeCode.ProbeType, mapping.At(path), said);
            return null;
        }
        var type = given[0];
        string NameOf(OptionKey key) => key.Main ? type.Key : key.Name;
        binder.CheckKeys(mapping, path, keysOf.GetOrAdd(type, KeysOf));
        var settings = binder.BindMembers(typeof(ProbeSettings), mapping, path, key => key.Name);
        var before = binder.Mistakes.Count;
        var bound = binder.BindMembers(type.OptionsType, mapping, path, NameOf);
        if (settings is null || bound is null) return null;
        var entry = new ProbeEntry(type, bound, (ProbeSettings)settings, binder.Mistakes.Count == before);
        binder.Remember(entry, mapping, path);
        return entry;
    }

    private static ImmutableArray<string> KeysOf(ProbeType type) =>
    [
        .. RecordKeys.Of(typeof(ProbeSettings)).Names,
        .. RecordKeys.Of(type.OptionsType).Keys.Select(key => (Name: key.Main ? type.Key : key.Name, key.FileKey)).SelectMany(key => key.FileKey is null ? (IEnumerable<string>)[key.Name] : [key.Name, key.Name + "_file"]),
    ];

    private static OptionKey? MainKey(ProbeType type) => RecordKeys.Of(type.OptionsType).Keys.FirstOrDefault(key => key.Main);

    private static object? ReadDays(Binder binder, YamlTree value, string path)
    {
        var texts = new List<string>();
        foreach (var item in value is YamlTree.Sequence list ? list.Items : [value])
        {
            if (binder.Text(item, path, "a day") is not { } text) return null;
            texts.Add(text.Value);
        }
        if (DayRule.Parse(texts) is { } rule) return rule;
        binder.Mistakes.Add(MistakeCode.Calendar, value.At(path), $"{Variables.Show(string.Join(", ", texts))} is no rule for days. Write day, sunday, [saturday, sunday], 1st sunday (to 4th), last friday, 15 (a day of the month) or last day.");
        return null;
    }

    private static object? ReadTemplate(Binder binder, YamlTree value, string path)
    {
        if (value is YamlTree.Mapping mapping)
        {
            binder.CheckKeys(mapping, path, RecordKeys.Of(typeof(ComponentEntry)).Names);
            return new TemplateEntry(mapping);
        }
        binder.Mistakes.Add(MistakeCode.WrongType, value.At(path), $"Expected a component with {{{{…}}}} in it (name, kind, probes, …), found {Binder.Describe(value)}.");
        return null;
    }

    private static object? ReadSelection(Binder binder, YamlTree value, string path)
    {
        if (value is YamlTree.Scalar { Text: "all" }) return new ComponentSelection((ImmutableArray<string>?)null);
        return binder.Bind(typeof(ImmutableArray<string>), value, path) is ImmutableArray<string> names ? new ComponentSelection(names) : null;
    }
}
