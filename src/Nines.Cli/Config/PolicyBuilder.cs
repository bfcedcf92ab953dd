using System.Collections.Immutable;
using System.Globalization;
using Nines.Cli.Config.Binding;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger.Policies;

namespace Nines.Cli.Config;

/// <summary>Makes policies of their entries.</summary>
internal sealed class PolicyBuilder(Binder binder, IReadOnlyCollection<string> shipped)
{
    private const int Most = 100;

    public ImmutableArray<Policy> Build(ImmutableArray<PolicyEntry> entries)
    {
        if (entries.Length > Most) binder.Mistakes.Add(MistakeCode.TooMany, binder.PlaceOf(entries[Most]), $"There are {entries.Length:N0} policies; at most {Most:N0}.");
        var names = new HashSet<string>(shipped, StringComparer.Ordinal);
        var policies = ImmutableArray.CreateBuilder<Policy>();
        foreach (var entry in entries.Take(Most))
        {
            if (!Name.IsValid(entry.Name)) Say(MistakeCode.Name, entry, "name", $"{Variables.Show(entry.Name)} {ScalarReader.NameProblem}");
            else if (!names.Add(entry.Name)) Say(MistakeCode.NameTaken, entry, "name", $"There is another policy '{entry.Name}'{(shipped.Contains(entry.Name) ? ", which Nines brings along" : "")}. Names are unique.");
            if (entry.RegionWeights.Count > 0 && entry.Regions != RegionRule.Weighted) Say(MistakeCode.Combination, entry, "region_weights", "Weights of regions count only with regions: weighted.");
            if (entry.Weights.Partial > 0 && entry.Regions != RegionRule.Partial) Say(MistakeCode.Combination, entry, "weights", "A weight of partial counts only with regions: partial.");
            var policy = Of(entry);
            foreach (var mistake in policy.Mistakes()) Say(MistakeCode.Combination, entry, "weights", $"{char.ToUpperInvariant(mistake[0])}{mistake[1..]}.");
            policies.Add(policy);
        }
        return policies.ToImmutable();
    }

    /// <summary>The policy that is meant by <c>policy:</c>; mistaken when there is none of that name.</summary>
    public string Named(ConfigFile config, ImmutableArray<Policy> own)
    {
        string[] names = [.. shipped, .. own.Select(policy => policy.Name)];
        if (config.Policy is { } policy && !names.Contains(policy))
            binder.Mistakes.Add(MistakeCode.UnknownName, binder.PlaceOf(config, "policy"), $"There is no policy {Variables.Show(policy)}.{DidYouMean.Sentence(policy, names)} 'nines get policies' lists them; your own stand under policies.");
        return config.Policy ?? names[0];
    }

    private static Policy Of(PolicyEntry entry) => new()
    {
        Name = entry.Name,
        Version = entry.Version,
        About = entry.About ?? string.Create(CultureInfo.InvariantCulture, $"Own policy: degraded {entry.Weights.Degraded}, effectively down {entry.Weights.EffectivelyDown}, down {entry.Weights.Down}."),
        Degraded = entry.Weights.Degraded,
        EffectivelyDown = entry.Weights.EffectivelyDown,
        Down = entry.Weights.Down,
        Partial = entry.Weights.Partial,
        Blip = entry.Weights.Blip,
        Maintenance = entry.Maintenance,
        Regions = entry.Regions,
        Corrections = entry.Corrections,
        RegionWeights = entry.RegionWeights,
        MinOutage = entry.MinOutage,
        Decimals = entry.Decimals,
        Figures = entry.Figures,
    };

    private void Say(MistakeCode code, PolicyEntry entry, string key, string message) => binder.Mistakes.Add(code, binder.PlaceOf(entry, key), message);
}
