using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using NodaTime;

namespace Nines.Cli.Demo.Script;

/// <summary>What goes wrong on purpose, and what the watcher must make of it.</summary>
internal sealed record StagedFault
{
    /// <summary>As the issue names it: "node process killed".</summary>
    public required string Name { get; init; }

    /// <summary>What is done to what.</summary>
    public required string Does { get; init; }

    /// <summary>What must be measured: the component that is hit, then those that stand on it. Empty when no outage may be reported at all.</summary>
    public required ImmutableArray<Expected> Shows { get; init; }

    /// <summary>How long it is left on, from the return of <see cref="Begin"/> to the call of <see cref="End"/>.</summary>
    public required Duration Lasts { get; init; }

    /// <summary>Does it. Returns when it is in effect.</summary>
    /// <returns>For each component that it shows on (or for <see cref="Here"/>), when users began not to be served.</returns>
    public required Func<CancellationToken, Task<True>> Begin { get; init; }

    /// <summary>Undoes it. Returns, for the same components, when users were served again.</summary>
    public required Func<CancellationToken, Task<True>> End { get; init; }

    /// <summary>Stands for the watcher's own place, where that is what is hit.</summary>
    public static readonly ComponentId Here = new("nines");
}

/// <summary>What the watcher must say of one component. State maintenance: what was seen within the window, which is no outage.</summary>
/// <param name="Root">For something that stands on what is hit: the root that must be named; null for what is hit itself.</param>
internal sealed record Expected(ComponentId Component, State State, ComponentId? Root = null)
{
    /// <summary>The cause that the evidence must lead to; null where it may say anything but that somebody else is to blame.</summary>
    public CauseKind? Cause { get; init; }

    /// <summary>From where alone it is down; null for the component as a whole.</summary>
    public string? Region { get; init; }
}

/// <summary>True instants by component, each within the bounds in which it was witnessed directly.</summary>
internal sealed record True(ImmutableDictionary<ComponentId, Bounds> At)
{
    public static True Of(params IEnumerable<(ComponentId Component, Bounds When)> at) =>
        new(at.ToImmutableDictionary(one => one.Component, one => one.When));

    /// <summary>For a fault that began within a maintenance window: until here it is planned, from here on an outage.</summary>
    public Instant? WindowEnd { get; init; }
}

/// <summary>A fault that was done and undone.</summary>
internal sealed record Played(StagedFault Fault, True Began, True Ended)
{
    /// <summary>When what is expected really began and ended.</summary>
    public (Bounds Began, Bounds Ended) Of(Expected expected)
    {
        var (began, ended) = (Began.At[expected.Component], Ended.At[expected.Component]);
        if (Began.WindowEnd is not { } edge) return (began, ended);
        var turn = new Bounds(edge, edge);
        return expected.State == State.Maintenance ? (began, turn) : (turn, ended);
    }
}
