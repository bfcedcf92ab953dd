using System.Collections.Immutable;
using Nines.Cli.Config.Binding;
using Nines.Cli.Config.OpenSlo;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger.Objectives;

namespace Nines.Cli.Config;

/// <summary>What objectives of one config, wherever they are written, have to fit.</summary>
/// <param name="known">Names of the components, those included that could not be read in full.</param>
/// <param name="policies">Names of all policies, shipped and own.</param>
/// <param name="mayFindMore">Components may still be discovered: labels that none has yet are no mistake.</param>
internal sealed class ObjectiveSetting(Topology topology, IReadOnlySet<string> known, IReadOnlyCollection<string> policies, bool mayFindMore)
{
    private readonly HashSet<string> names = new(StringComparer.Ordinal);

    public IReadOnlySet<string> Known => known;

    public IReadOnlyCollection<string> Policies => policies;

    /// <returns>False when another objective has the name.</returns>
    public bool TakeName(string name) => names.Add(name);

    /// <summary>Whether a component has all of the labels, or may still be found.</summary>
    public bool AnyHas(ImmutableSortedDictionary<string, string> labels) =>
        mayFindMore || topology.Components.Any(component => labels.All(label => component.Labels.GetValueOrDefault(label.Key) == label.Value));

    /// <summary>Records what is wrong with one that an OpenSLO file has, as far as only the config shows it.</summary>
    /// <param name="at">The metadata of its SLO.</param>
    public void Check(Objective objective, OpenSloPart at, MistakeList mistakes)
    {
        if (names.Count >= Objective.Most) at.Say(MistakeCode.TooMany, "name", $"With this one there are more than {Objective.Most:N0} objectives.");
        else if (!TakeName(objective.Name)) at.Say(MistakeCode.NameTaken, "name", $"There is another objective '{objective.Name}'. Names are unique, those in the config included.");
        if (objective.Component is { } id && !known.Contains(id.Value))
            at.Say(MistakeCode.UnknownName, "annotations", $"There is no component '{id}' in the config.{DidYouMean.Sentence(id.Value, mistakes.ToSuggest(known))}");
        if (objective.Labels.Count > 0 && !AnyHas(objective.Labels)) at.Say(MistakeCode.UnknownName, "annotations", "No component of the config has these labels.");
        if (objective.Policy is { } policy && !policies.Contains(policy))
            at.Say(MistakeCode.UnknownName, "annotations", $"There is no policy {Variables.Show(policy)}.{DidYouMean.Sentence(policy, policies)}");
    }
}
