using System.Collections.Immutable;
using Nines.Cli.Config.Binding;
using Nines.Cli.Config.Yaml;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Observations;
using Nines.Core.Time;
using Nines.Probing;
using Nines.Probing.Evm;
using NodaTime;

namespace Nines.Cli.Config;

/// <summary>Makes the probes of one component: defaults filled in, the chain's values passed on, conditions parsed.</summary>
internal sealed class ProbeBuilder(Binder binder, DefaultsEntry defaults, ImmutableArray<VantagePointId> points)
{
    /// <summary>Of its own; those that its type brings by default come on top, and the judge counts in 64 bits.</summary>
    public const int MostConditions = 48;

    private readonly Dictionary<string, SignalSchema> schemas = new(StringComparer.Ordinal);
    private Redaction? shared; // of the probes that have no credentials of their own: most
    private readonly HashSet<ProbeEntry> built = new(ReferenceEqualityComparer.Instance);

    public ImmutableArray<ProbeDefinition> Build(ComponentEntry component, ComponentEntry? chain)
    {
        if (component.Probes.Length > TopologyBuilder.MostProbes)
            binder.Mistakes.Add(MistakeCode.TooMany, binder.PlaceOf(component, "probes"), $"There are {component.Probes.Length} probes; a component has at most {TopologyBuilder.MostProbes}.");
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in component.Probes)
        {
            if (entry.Settings.Name is not { } name) continue;
            if (!Name.IsValid(name)) Say(MistakeCode.Name, entry, "name", $"{Variables.Show(name)} {ScalarReader.NameProblem}");
            else if (!taken.Add(name)) Say(MistakeCode.NameTaken, entry, "name", $"There is another probe '{name}' of this component. Names are unique within one.");
        }
        var probes = ImmutableArray.CreateBuilder<ProbeDefinition>();
        foreach (var entry in component.Probes.Take(TopologyBuilder.MostProbes))
        {
            var name = entry.Settings.Name ?? ConfigLoader.Numbered(entry.Type.Key, taken.Contains);
            taken.Add(name);
            probes.Add(Probe(new ProbeId(component.Name, name), component.Kind == ComponentKind.Chain ? component : chain, entry));
        }
        return probes.ToImmutable();
    }

    /// <summary>The mistakes in a probe whose component could not be read.</summary>
    public void CheckAlone(ProbeEntry entry)
    {
        if (built.Contains(entry)) return;
        Probe(new ProbeId(default, entry.Type.Key), null, entry);
    }

    private ProbeDefinition Probe(ProbeId id, ComponentEntry? chain, ProbeEntry entry)
    {
        built.Add(entry);
        var every = entry.Settings.Every ?? defaults.Every;
        // A time-out that nobody gave for this probe follows its interval down.
        var timeout = entry.Settings.Timeout ?? Duration.Min(defaults.Timeout, every);
        if (timeout > every)
            Say(MistakeCode.Combination, entry, "timeout", $"{DurationText.Print(timeout)} is longer than every ({DurationText.Print(every)}): observations would overlap. Try {DurationText.Print(every)}.");
        InheritFromChain(entry, chain);
        var from = From(entry);
        foreach (var mistake in entry.Type.Validate(entry.Options).Concat(entry.Type.ValidateFrom(entry.Options, from.Length)))
        {
            var key = KeyOf(entry, mistake.Option);
            // What could not be read stands at its default: that this is wrong too would only repeat the mistake.
            if (!entry.Whole && (binder.ValueOf(entry, key) is null || binder.Mistakes.Has(binder.PlaceOf(entry, key)))) continue;
            binder.Mistakes.Add(MistakeCode.Option, mistake.Item < 0 ? binder.PlaceOf(entry, key) : PlaceIn(entry, key, mistake), mistake.Message);
        }
        var vocabulary = new SignalVocabulary(entry.Type.SignalsOf(entry.Options));
        var conditions = Conditions(entry, vocabulary);
        return new ProbeDefinition
        {
            Id = id,
            Type = entry.Type.Key,
            Every = every,
            Timeout = timeout,
            Signals = Shared(entry.Type.Key, vocabulary.Schema),
            Conditions = conditions,
            From = from,
            Tells = entry.Settings.Tells,
            Options = entry.Options,
            Redaction = Credentials(entry.Options).ToList() is { Count: > 0 } own ? new Redaction(own.Concat(binder.Secrets)) : shared ??= new Redaction(binder.Secrets),
        };
    }

    /// <summary>Where options name no signals, and conditions give no arguments, the schema of all probes of a type is the same: thousands of them share one.</summary>
    private SignalSchema Shared(string type, SignalSchema schema)
    {
        if (schema.Signals.Any(signal => signal.Test is not null)) return schema;
        if (!schemas.TryGetValue(type, out var known)) schemas.Add(type, known = schema);
        return known.Equals(schema) ? known : schema;
    }

    /// <summary>What a probe's options hold that must not come back in an answer's text: credentials in URLs, and the values of headers.</summary>
    private static IEnumerable<string> Credentials(object options) => RecordKeys.Of(options.GetType()).Keys.Select(key => key.Property.GetValue(options)).SelectMany(value => value switch
    {
        Uri url => Redaction.CredentialsIn(url),
        ImmutableSortedDictionary<string, string> headers => headers.Values,
        _ => [],
    });

    private string KeyOf(ProbeEntry entry, string option)
    {
        var main = RecordKeys.Of(entry.Type.OptionsType).Keys.Any(key => key.Main && key.Name == option);
        var name = main ? entry.Type.Key : option;
        return binder.ValueOf(entry, name) is null && binder.ValueOf(entry, name + "_file") is not null ? name + "_file" : name;
    }

    /// <summary>Where a key of a group in a list stands; where the group begins, if it has no such key.</summary>
    private Place PlaceIn(ProbeEntry entry, string list, OptionMistake mistake)
    {
        var at = binder.PlaceOf(entry, list, mistake.Item);
        return mistake.Key is { } key && binder.ValueOf(entry, list) is YamlTree.Sequence groups && groups.Items[mistake.Item] is YamlTree.Mapping group
            ? (group.Find(key) ?? group.Find(key + "_file") ?? group).At(Binder.Below(at.Path, key))
            : at;
    }

    /// <summary>Options named like a chain's own are the chain's, unless the probe gives them.</summary>
    private void InheritFromChain(ProbeEntry entry, ComponentEntry? chain)
    {
        if (chain is null) return;
        foreach (var key in RecordKeys.Of(entry.Type.OptionsType).Keys)
        {
            if (binder.ValueOf(entry, key.Name) is not null) continue;
            object? value = (key.Name, key.Type) switch
            {
                ("block_time", var type) when type == typeof(Duration) => chain.BlockTime,
                ("head_age_limit", var type) when type == typeof(Duration) => TopologyBuilder.HeadAgeLimitOf(chain),
                ("head_age_limit", var type) when type == typeof(HeadAgeLimit) && chain.HeadAgeLimit is { } limit => new HeadAgeLimit(limit),
                _ => null,
            };
            // The options were made a moment ago and nobody else has them yet.
            if (value is { } inherited) key.Property.SetValue(entry.Options, inherited);
        }
    }

    private ImmutableArray<VantagePointId> From(ProbeEntry entry)
    {
        if (entry.Settings.From.Length == 0) return points;
        var from = new List<VantagePointId>();
        for (var i = 0; i < entry.Settings.From.Length; i++)
        {
            var name = entry.Settings.From[i];
            var at = binder.PlaceOf(entry, "from", i);
            if (!points.Any(point => point.Value == name))
                binder.Mistakes.Add(MistakeCode.UnknownName, at, $"There is no vantage point '{Variables.Show(name)}'.{DidYouMean.Sentence(name, points.Select(point => point.Value))}");
            else if (from.Contains(new VantagePointId(name)))
                binder.Mistakes.Add(MistakeCode.NameTaken, at, $"'{name}' is there twice.");
            else
                from.Add(new VantagePointId(name));
        }
        return [.. from];
    }

    private ImmutableArray<Condition> Conditions(ProbeEntry entry, SignalVocabulary vocabulary)
    {
        var conditions = ImmutableArray.CreateBuilder<Condition>();
        var own = new HashSet<int>();
        var texts = entry.Settings.Conditions;
        if (texts.Length > MostConditions) Say(MistakeCode.TooMany, entry, "conditions", $"There are {texts.Length} conditions; a probe has at most {MostConditions}.");
        for (var i = 0; i < Math.Min(texts.Length, MostConditions); i++)
        {
            var known = vocabulary.Count;
            switch (ConditionParser.Parse(texts[i], vocabulary))
            {
                case ConditionReading.Understood understood:
                    foreach (var signal in vocabulary.Schema.Signals.Skip(known))
                        if (entry.Type.MistakeIn(signal, entry.Options) is { } wrong)
                            binder.Mistakes.Add(MistakeCode.ConditionForm, binder.PlaceOf(entry, "conditions", i), $"{Redaction.ByShape.Apply(wrong)}.");
                    conditions.Add(understood.Condition);
                    own.UnionWith(understood.Condition.Holds.Mentioned());
                    break;
                case ConditionReading.Mistaken mistaken:
                    SayCondition(entry, i, mistaken.Mistake);
                    break;
            }
        }
        foreach (var text in entry.Type.DefaultConditions(entry.Options))
        {
            var before = vocabulary.Count;
            if (ConditionParser.Parse(text, vocabulary) is not ConditionReading.Understood { Condition: var condition })
                throw new InvalidOperationException($"The probe type {entry.Type.Key} has a default condition that cannot be read: {text}");
            if (condition.Holds.Mentioned().Any(own.Contains)) vocabulary.ForgetSince(before);
            else conditions.Add(condition);
        }
        return conditions.ToImmutable();
    }

    private void SayCondition(ProbeEntry entry, int index, ConditionMistake mistake)
    {
        var at = binder.PlaceOf(entry, "conditions", index);
        // The column inside the text counts only while the text stands as it is: on one line, without variables.
        if (binder.ValueOf(entry, "conditions") is YamlTree.Sequence list && list.Items[index] is YamlTree.Scalar { ContentOffset: >= 0 } scalar && scalar.Text == entry.Settings.Conditions[index])
            at = at with { Column = at.Column + scalar.ContentOffset + mistake.Column - 1 };
        var code = mistake.Kind switch
        {
            ConditionMistakeKind.Form => MistakeCode.ConditionForm,
            ConditionMistakeKind.UnknownSignal => MistakeCode.ConditionSignal,
            ConditionMistakeKind.Unit => MistakeCode.ConditionUnit,
            ConditionMistakeKind.Limit => MistakeCode.ConditionLimit,
        };
        binder.Mistakes.Add(code, at, Redaction.ByShape.Apply(mistake.Message));
    }

    private void Say(MistakeCode code, ProbeEntry entry, string key, string message) => binder.Mistakes.Add(code, binder.PlaceOf(entry, key), message);
}
