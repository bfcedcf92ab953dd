using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Web.Api.Documents;
using Nines.Web.Live;

namespace Nines.Web.Api.Map;

/// <summary>What is asked about who needs whom.</summary>
public sealed class MapOperations(LiveLedger ledger)
{
    /// <summary>How far a neighbourhood may reach.</summary>
    public const int Farthest = 6, Usual = 2;

    /// <param name="around">Null for all.</param>
    /// <param name="steps">How many needs away those are that are shown, 1 to <see cref="Farthest"/>; without a middle it says nothing.</param>
    /// <exception cref="ApiProblem">There is no such component.</exception>
    public Task<MapDocument> GetAsync(ComponentId? around, int steps, CancellationToken cancellation) => ledger.ReadAsync(ledger =>
    {
        var graph = ledger.Dependencies;
        var all = ledger.Components.Where(component => component.InConfig).ToList();
        if (around is { } middle && all.TrueForAll(component => component.Id != middle))
            throw ApiProblem.NotFound("NIN4003", "No such component", $"The config on record has no component '{middle}'.{DidYouMean.Sentence(middle.Value, all.Select(component => component.Id.Value))}");
        var users = all.Where(component => !graph.DependantsOf(component.Id).Any()).Select(component => component.Id).ToHashSet();
        var shown = around is { } center ? Neighbourhood(graph, center, steps) : [.. all.Select(component => component.Id)];
        return new MapDocument
        {
            AsOfPosition = ledger.Position.Value,
            Around = around,
            All = all.Count,
            Nodes = [.. all.Where(component => shown.Contains(component.Id)).Select(component => Of(component, graph, users))],
        };
    }, cancellation);

    private static MapNode Of(ComponentLedger component, DependencyGraph graph, HashSet<ComponentId> users)
    {
        var takesDown = graph.DownWith(component.Id).RemoveAt(0);
        var latest = component.Latest;
        var state = latest?.Shown ?? State.Unknown;
        return new MapNode(
            component.Id, component.Summary?.Kind, state, state == State.Up ? null : latest?.Cause?.Because, latest?.Outage,
            [.. graph.Gates.Where(gate => gate.Component == component.Id).SelectMany(gate => gate.Needs).Select(NeedDocument.From)],
            [.. graph.DependantsOf(component.Id)], users.Contains(component.Id), takesDown, [.. takesDown.Where(users.Contains)]);
    }

    private static HashSet<ComponentId> Neighbourhood(DependencyGraph graph, ComponentId around, int steps)
    {
        var found = new HashSet<ComponentId> { around };
        Follow(id => graph.MentionedBy(id));
        Follow(id => graph.DependantsOf(id));
        return found;

        // Down and up apart: what else a need of it serves is not of its neighbourhood.
        void Follow(Func<ComponentId, IEnumerable<ComponentId>> next)
        {
            HashSet<ComponentId> edge = [around];
            for (var step = 0; step < steps && edge.Count > 0; step++)
            {
                edge = [.. edge.SelectMany(next)];
                found.UnionWith(edge);
            }
        }
    }
}
