using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Web.Live;

namespace Nines.Web.Api;

/// <summary>What is asked about components.</summary>
public sealed class ComponentOperations(LiveLedger ledger)
{
    /// <summary>All that the config on record has, the worst first.</summary>
    public Task<ImmutableArray<ComponentLine>> ListAsync(CancellationToken cancellation) => ledger.ReadAsync<ImmutableArray<ComponentLine>>(ledger =>
        [.. ledger.Components.Where(component => component.InConfig)
            .Select(component => new ComponentLine(component.Id, component.Summary?.Kind, component.Latest?.Shown ?? State.Unknown))
            .OrderByDescending(line => line.State).ThenBy(line => line.Id)], cancellation);
}

/// <summary>A component in a list.</summary>
public sealed record ComponentLine(ComponentId Id, ComponentKind? Kind, State State);
