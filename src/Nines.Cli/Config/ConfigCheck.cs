using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Observations;
using Nines.Core.Time;
using Nines.Probing;
using NodaTime;

namespace Nines.Cli.Config;

/// <summary>A condition as it was understood, and whose it is.</summary>
public sealed record ConditionUnderstood(ProbeId Probe, ConditionExplanation Explanation);

/// <summary>What a host will see of us.</summary>
/// <param name="Provider">Host and port.</param>
/// <param name="CallsPerDay">While nothing is suspected; a suspicion adds calls. 0 where a connection is held and calls are only made to have it again.</param>
/// <param name="Probes">How many probes ask it.</param>
public sealed record ProviderCalls(string Provider, long CallsPerDay, int Probes);

/// <param name="Resolution">Every + 2 × timeout of its slowest probe: bounds hold for outages longer than this (TRUTH 3). Null for what is judged by others.</param>
public sealed record ComponentResolution(ComponentId Component, ComponentKind Kind, int Probes, int VantagePoints, Duration? Resolution);

/// <summary>What a config means, before anything is asked of anybody: no clock, no network.</summary>
public sealed record ConfigCheck
{
    public required ImmutableArray<ConditionUnderstood> Conditions { get; init; }

    /// <summary>What chains are judged by over all their sources; rules for which no source gives the signals are left out.</summary>
    public required ImmutableArray<ChainRuleUnderstood> ChainRules { get; init; }

    /// <summary>The most called first.</summary>
    public required ImmutableArray<ProviderCalls> Calls { get; init; }

    public required ImmutableArray<ComponentResolution> Resolutions { get; init; }
    public required ControlSettings Control { get; init; }

    /// <summary>What is allowed and yet probably not meant, as whole sentences.</summary>
    public required ImmutableArray<string> Warnings { get; init; }

    public static ConfigCheck Of(LoadedConfig config, IReadOnlyList<ProbeType> types)
    {
        var byKey = types.ToDictionary(type => type.Key, StringComparer.Ordinal);
        var probes = config.Topology.Components.SelectMany(component => component.Probes).ToList();
        return new ConfigCheck
        {
            Conditions = [.. probes.SelectMany(probe => probe.Conditions.Select(condition => new ConditionUnderstood(probe.Id, condition.Explain(probe.Signals))))],
            ChainRules = [.. config.Topology.Components.SelectMany(chain => ChainRuleUnderstood.Of(chain, SourcesOf(config, chain))).Where(rule => rule.Sources > 0)],
            Calls = Count(probes, byKey),
            Resolutions = [.. config.Topology.Components.Select(Resolution)],
            Control = config.Control,
            Warnings = [.. Warn(config), .. config.NotUsed.Select(left => left.ToString())],
        };
    }

    private static ImmutableArray<ProviderCalls> Count(List<ProbeDefinition> probes, Dictionary<string, ProbeType> types) =>
    [
        .. probes
            .SelectMany(probe => types[probe.Type].CallsOf(probe.Options).Select(called => (called.Provider, PerDay: LooksPerDay(probe) * called.Calls, probe.Id)))
            .GroupBy(called => called.Provider, StringComparer.OrdinalIgnoreCase)
            .Select(group => new ProviderCalls(group.Key, (long)Math.Ceiling(group.Sum(called => called.PerDay)), group.Select(called => called.Id).Distinct().Count()))
            .OrderByDescending(calls => calls.CallsPerDay)
            .ThenBy(calls => calls.Provider, StringComparer.Ordinal)
    ];

    private static double LooksPerDay(ProbeDefinition probe) => Duration.FromDays(1) / probe.Every * probe.From.Length;

    private static ComponentResolution Resolution(Component component) => new(
        component.Id,
        component.Kind,
        component.Probes.Length,
        component.Probes.SelectMany(probe => probe.From).Distinct().Count(),
        component.Probes.Length == 0 ? null : component.Probes.Max(probe => probe.Resolution));

    private static Component[] SourcesOf(LoadedConfig config, Component chain) => [.. config.Topology.Components.Where(component => component.Chain == chain.Id)];

    private static IEnumerable<string> Warn(LoadedConfig config)
    {
        if (!config.Control.Given)
            yield return "No control targets are given, so the built-in ones vouch for our own path. Give your own under 'control' to be independent of them.";
        if (config.Topology.VantagePoints.Select(point => point.Region).Distinct().Count() == 1)
            yield return "All vantage points are in one region: an outage of that region's network cannot be told from one of the target.";
        foreach (var warning in WarnOfPricing(config)) yield return warning;
        if (config.StatusPage is { Listen: null, Export: null })
            yield return "The status page is neither listened on nor exported, so nobody can see it. Give status_page a 'listen' or an 'export'; `nines status export` writes it once.";
        var nodes = config.Topology.Components.Where(component => component.Chain is not null).ToLookup(component => component.Chain!.Value);
        foreach (var component in config.Topology.Components)
        {
            if (component.Kind == ComponentKind.Chain && nodes[component.Id].Count() == 1)
                yield return $"{component.Id} has one source: a head is judged against others, and there are none.";
            if (component.ChainRules?.FinalityAgeLimit is not null && !nodes[component.Id].SelectMany(node => node.Probes).Any(probe => probe.Signals.IndexOf("finalized") >= 0 || probe.Signals.IndexOf("finalized_time") >= 0))
                yield return $"{component.Id} has a finality_age_limit, but none of its sources tells what is finalized.";
            foreach (var probe in component.Probes)
            {
                if (component.Chain is null && component.Kind != ComponentKind.Chain && GroupSignal(probe) is { } signal)
                    yield return $"{probe.Id} compares {signal} with other nodes of its chain, but {component.Id} names no chain.";
            }
        }
    }

    private static IEnumerable<string> WarnOfPricing(LoadedConfig config)
    {
        if (config.Pricing is not { } pricing) yield break;
        var names = config.Topology.Components.Select(component => component.Id.Value).ToHashSet(StringComparer.Ordinal);
        (string What, ComponentId Component, string Then)[] mentioned =
        [
            .. pricing.Losses.Select(loss => ("a loss of", loss.Component, "it is priced where its history was imported")),
            .. pricing.Contracts.SelectMany(contract => contract.Components.Select(component => ($"a contract {contract.Name} for", component, "it counts where its history was imported"))),
            .. pricing.Contracts.SelectMany(contract => contract.Exclusions.SelectMany(exclusion => exclusion.Roots.Select(root => ($"an exclusion in contract {contract.Name} of what came from", root, "nothing comes from it, so nothing is excluded")))),
            .. pricing.Liabilities.Select(liability => ($"a liability {liability.Name} for", liability.Component, "it counts where its history was imported")),
        ];
        foreach (var (what, component, then) in mentioned)
            if (!names.Contains(component.Value))
                yield return $"pricing has {what} {component}, which is not in the config: {then}.{DidYouMean.Sentence(component.Value, names)}";
        foreach (var problem in PricingReader.ProblemsOf(pricing)) yield return problem;
    }

    private static string? GroupSignal(ProbeDefinition probe) =>
        probe.Conditions.SelectMany(condition => condition.Holds.Mentioned())
            .Select(index => probe.Signals.Signals[index].Definition)
            .FirstOrDefault(definition => definition.Scope == SignalScope.Group)?.Name;
}
