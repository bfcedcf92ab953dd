using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;

namespace Nines.Web.Api.Overview;

/// <summary>Something broken by itself, and what it takes down with it.</summary>
/// <param name="TakesDown">Those whose outages it causes, the ones that people use first.</param>
public sealed record Cascade(Standing Root, ImmutableArray<Standing> TakesDown)
{
    /// <summary>Customers that labels of any of them name, each once.</summary>
    public IEnumerable<string> Customers => TakesDown.Prepend(Root)
        .SelectMany(one => one.Labels.GetValueOrDefault("customer", "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal);

    /// <summary>Every broken component once: as a root, or under the first of its roots that is broken itself. The worst roots first, of those the ones that take down most.</summary>
    public static ImmutableArray<Cascade> Of(IReadOnlyCollection<Standing> components)
    {
        var broken = components.Where(one => one.IsBroken).ToDictionary(one => one.Id);
        var under = broken.Values.ToLookup(one => RootOf(one, broken));
        return
        [
            .. broken.Values.Where(one => RootOf(one, broken) == one.Id)
                .Select(root => new Cascade(root, [.. under[root.Id].Where(one => one.Id != root.Id).OrderByDescending(one => one.IsUsersOwn).ThenByDescending(one => one.Badness).ThenBy(one => one.Id)]))
                .OrderByDescending(cascade => cascade.Root.Badness).ThenByDescending(cascade => cascade.TakesDown.Length).ThenBy(cascade => cascade.Root.SinceLikely).ThenBy(cascade => cascade.Root.Id),
        ];
    }

    private static ComponentId RootOf(Standing one, Dictionary<ComponentId, Standing> broken)
    {
        // A root's own root, and so on; no further than there are components, should two name each other.
        for (var steps = 0; steps < broken.Count; steps++)
        {
            if (one.Cause is not { Kind: CauseKind.Upstream } cause || cause.Roots.FirstOrDefault(root => broken.ContainsKey(root) && root != one.Id) is not { Value.Length: > 0 } next) break;
            one = broken[next];
        }
        return one.Id;
    }
}
