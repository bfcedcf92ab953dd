using System.Collections.Immutable;
using Nines.Cli.Config.Binding;
using Nines.Cli.Config.Yaml;
using Nines.Core;
using Nines.Core.Components;
using NodaTime;

namespace Nines.Cli.Config;

/// <summary>Makes components and vantage points of their entries, and checks what only shows when all of them are known.</summary>
internal sealed class TopologyBuilder(Binder binder, ConfigFile config)
{
    public const int MostComponents = 50_000;
    public const int MostProbes = 100;
    public const int MostVantagePoints = 64;

    private static readonly string[] ChainKeys =
        ["block_time", "head_age_limit", "finality_age_limit", "reorg_depth_limit", "participation_limit", "participation_warning", "missed_slots_limit", "split"];

    private readonly Dictionary<ComponentId, ComponentEntry> entries = [];
    private readonly HashSet<string> names = new(StringComparer.Ordinal);

    /// <summary>The names in the file, also of components that could not be read: who refers to them makes no mistake.</summary>
    public IReadOnlySet<string> Names => names;

    public Topology Build()
    {
        var points = VantagePoints();
        CollectNames();
        foreach (var entry in config.Components)
            if (!entries.TryAdd(entry.Name, entry))
                Say(MistakeCode.NameTaken, entry, "name", $"There is another component '{entry.Name}', in {binder.PlaceOf(entries[entry.Name]).SeenFrom(binder.PlaceOf(entry))}. Names are unique.");
        if (binder.ValueOf(config, "components") is null && config.Discover.IsEmpty) binder.Mistakes.Add(MistakeCode.Missing, binder.PlaceOf(config, "components"), "'components' is missing.");
        if (binder.ValueOf(config, "components") is YamlTree.Sequence { Items.Count: 0 } && config.Discover.IsEmpty) binder.Mistakes.Add(MistakeCode.Missing, binder.PlaceOf(config, "components"), "There is nothing to watch: give at least one component.");
        if (config.Components.Length > MostComponents)
            binder.Mistakes.Add(MistakeCode.TooMany, binder.PlaceOf(config, "components"), $"There are {config.Components.Length:N0} components; one Nines watches at most {MostComponents:N0}.");
        var probes = new ProbeBuilder(binder, config.Defaults, [.. points.Select(point => point.Id)]);
        var chains = config.Components.Where(entry => entry.Chain is not null).Select(entry => entry.Chain!).ToHashSet(StringComparer.Ordinal);
        var components = config.Components.Take(MostComponents).Select(entry => Component(entry, probes, chains)).ToImmutableArray();
        foreach (var left in binder.Bound<ProbeEntry>()) probes.CheckAlone(left);
        CheckCycles();
        return new Topology { Components = components, VantagePoints = points };
    }

    private void CollectNames()
    {
        if (binder.ValueOf(config, "components") is not YamlTree.Sequence list) return;
        foreach (var item in list.Items)
            if (item is YamlTree.Mapping mapping && mapping.Find("name") is YamlTree.Scalar name)
                names.Add(name.Text);
        // A name that a variable gives is known by its value.
        foreach (var entry in config.Components) names.Add(entry.Name.Value);
    }

    private ImmutableArray<VantagePoint> VantagePoints()
    {
        if (config.VantagePoints.Length == 0) return [new VantagePoint { Id = new VantagePointId("local"), Region = "local" }];
        if (config.VantagePoints.Length > MostVantagePoints)
            binder.Mistakes.Add(MistakeCode.TooMany, binder.PlaceOf(config, "vantage_points"), $"There are {config.VantagePoints.Length} vantage points; at most {MostVantagePoints}.");
        var points = ImmutableArray.CreateBuilder<VantagePoint>();
        foreach (var entry in config.VantagePoints.Take(MostVantagePoints))
        {
            if (!Name.IsValid(entry.Name) || entry.Region is not null && !Name.IsValid(entry.Region))
            {
                var key = Name.IsValid(entry.Name) ? "region" : "name";
                Say(MistakeCode.Name, entry, key, $"{Variables.Show(key == "name" ? entry.Name : entry.Region!)} {ScalarReader.NameProblem}");
                continue;
            }
            if (points.Any(point => point.Id.Value == entry.Name)) Say(MistakeCode.NameTaken, entry, "name", $"There is another vantage point '{entry.Name}'. Names are unique.");
            if (entry.Proxy is { Scheme: not "http" } or { AbsolutePath: not "/" })
                Say(MistakeCode.WrongType, entry, "proxy", "A proxy is written http://host:port.");
            points.Add(new VantagePoint { Id = new VantagePointId(entry.Name), Region = entry.Region ?? entry.Name, SourceAddress = entry.Source?.ToString(), Proxy = entry.Proxy });
        }
        return points.ToImmutable();
    }

    private Component Component(ComponentEntry entry, ProbeBuilder probes, HashSet<string> chains)
    {
        var isChain = entry.Kind == ComponentKind.Chain;
        ComponentEntry? chain = null;
        if (entry.Chain is { } name)
        {
            if (!ComponentId.TryParse(name, out var id) || !names.Contains(name)) SayUnknown(name, binder.PlaceOf(entry, "chain"));
            else if (!entries.TryGetValue(id, out chain)) chain = null;
            else if (chain.Kind != ComponentKind.Chain)
                Say(MistakeCode.Combination, entry, "chain", $"'{name}' is of kind {RecordKeys.KeyName(chain.Kind.ToString())}, not chain.");
            else if (entry.Kind is not (ComponentKind.Node or ComponentKind.Provider))
                Say(MistakeCode.Combination, entry, "chain", "Only a node or a provider is a source of a chain. Write needs for what stands on one.");
        }
        foreach (var key in isChain ? [] : ChainKeys)
            if (binder.ValueOf(entry, key) is not null) Say(MistakeCode.Combination, entry, key, $"Only a chain has {key}. Give it to the chain, and 'chain:' to its sources.");
        if (entry.ParticipationWarning is { } warning && warning < (entry.ParticipationLimit ?? new ChainRules().ParticipationLimit))
            Say(MistakeCode.Combination, entry, "participation_warning", "It is below participation_limit: the chain would be effectively down before it is degraded.");
        foreach (var (needed, at) in entry.Needs?.Mentions ?? [])
            if (!names.Contains(needed.Value))
                SayUnknown(needed.Value, at);
        if (entry.Probes.Length == 0 && binder.ValueOf(entry, "needs") is null && !(isChain && chains.Contains(entry.Name.Value)) && !HasFailedProbes(entry))
            Say(MistakeCode.Combination, entry, "probes", isChain
                ? "Nothing tells how this chain is: give it nodes ('chain:' at a node), probes or needs."
                : "Nothing tells how this component is: give it probes or needs.");
        return new Component
        {
            Id = entry.Name,
            Kind = entry.Kind,
            Needs = entry.Needs?.Gate,
            Labels = entry.Labels,
            Probes = probes.Build(entry, chain),
            Chain = chain?.Kind == ComponentKind.Chain ? chain.Name : null,
            ChainRules = isChain ? RulesOf(entry) : null,
        };
    }

    private static ChainRules RulesOf(ComponentEntry chain)
    {
        var usual = new ChainRules();
        var limit = chain.ParticipationLimit ?? usual.ParticipationLimit;
        return new ChainRules
        {
            HeadAgeLimit = HeadAgeLimitOf(chain),
            FinalityAgeLimit = chain.FinalityAgeLimit,
            ReorgDepthLimit = chain.ReorgDepthLimit ?? usual.ReorgDepthLimit,
            ParticipationLimit = limit,
            ParticipationWarning = chain.ParticipationWarning ?? Math.Max(limit, usual.ParticipationWarning),
            MissedSlotsLimit = chain.MissedSlotsLimit ?? usual.MissedSlotsLimit,
            Split = chain.Split ?? usual.Split,
        };
    }

    /// <summary>Three blocks may come late and clocks differ: 3 × block time + 12 s.</summary>
    internal static Duration? HeadAgeLimitOf(ComponentEntry chain) => chain.HeadAgeLimit ?? (chain.BlockTime is { } time ? time * 3 + Duration.FromSeconds(12) : null);

    /// <summary>Probes that are there but could not be read have had their say.</summary>
    private bool HasFailedProbes(ComponentEntry entry) => binder.ValueOf(entry, "probes") is YamlTree.Sequence { Items.Count: > 0 };

    /// <summary>Each knot of needs is reported once, along one way round it. Iterative: chains of needs may be as long as the config.</summary>
    private void CheckCycles()
    {
        var done = new HashSet<ComponentId>();
        foreach (var start in config.Components)
        {
            var path = new List<ComponentId>();
            var onPath = new Dictionary<ComponentId, int>();
            var open = new Stack<(ComponentId Id, Queue<(ComponentId Component, Place At)> Waiting)>();
            Enter(start.Name);
            while (open.TryPeek(out var top))
            {
                if (!top.Waiting.TryDequeue(out var next))
                {
                    open.Pop();
                    path.RemoveAt(path.Count - 1);
                    onPath.Remove(top.Id);
                    done.Add(top.Id);
                }
                else if (onPath.TryGetValue(next.Component, out var from))
                    binder.Mistakes.Add(MistakeCode.Cycle, next.At, $"Components cannot need each other in a circle: {string.Join(" → ", path.Skip(from).Append(next.Component))}.");
                else
                    Enter(next.Component);
            }

            void Enter(ComponentId id)
            {
                if (done.Contains(id) || !entries.TryGetValue(id, out var entry)) return;
                onPath[id] = path.Count;
                path.Add(id);
                open.Push((id, new Queue<(ComponentId, Place)>(entry.Needs?.Mentions.AsEnumerable() ?? [])));
            }
        }
    }

    private void SayUnknown(string name, Place at) =>
        binder.Mistakes.Add(MistakeCode.UnknownName, at, $"There is no component '{Variables.Show(name)}'.{DidYouMean.Sentence(name, binder.Mistakes.ToSuggest(names))}");

    private void Say(MistakeCode code, object entry, string key, string message) => binder.Mistakes.Add(code, binder.PlaceOf(entry, key), message);
}
