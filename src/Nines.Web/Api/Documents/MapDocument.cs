using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;

namespace Nines.Web.Api.Documents;

/// <summary>Who needs whom, how they are now, and whose loss alone takes what down (nines.map/1).</summary>
public sealed record MapDocument
{
    public string Schema => "nines.map/1";
    public required long AsOfPosition { get; init; }

    /// <summary>The one in the middle; null for the whole map.</summary>
    public required ComponentId? Around { get; init; }

    /// <summary>How many the config has, shown or not.</summary>
    public required int All { get; init; }

    /// <summary>In the order of their names.</summary>
    public required ImmutableArray<MapNode> Nodes { get; init; }
}

/// <param name="State">As it is shown now.</param>
/// <param name="Because">Why it is not up; null while it is.</param>
/// <param name="Outage">The open one of it; null without one.</param>
/// <param name="Needs">All of these; empty where it needs nothing that is watched.</param>
/// <param name="NeededBy">Whose gates mention it.</param>
/// <param name="IsForUsers">Nobody that is watched needs it: it is there for its users.</param>
/// <param name="TakesDown">What cannot work while only it does not, by the gates; without itself.</param>
/// <param name="BreaksForUsers">Those of them that are there for users. Not empty: it is a single point of failure.</param>
public sealed record MapNode(
    ComponentId Component, ComponentKind? Kind, State State, string? Because, string? Outage, ImmutableArray<NeedDocument> Needs, ImmutableArray<ComponentId> NeededBy,
    bool IsForUsers, ImmutableArray<ComponentId> TakesDown, ImmutableArray<ComponentId> BreaksForUsers);

/// <summary>One component, or at least so many of others.</summary>
/// <param name="Component">Null for a group.</param>
/// <param name="AtLeast">How many of <paramref name="Of"/>; null for one component.</param>
public sealed record NeedDocument(ComponentId? Component, int? AtLeast, ImmutableArray<NeedDocument>? Of)
{
    public static NeedDocument From(Need need) => need switch
    {
        Need.On on => new NeedDocument(on.Component, null, null),
        Need.AtLeast gate => new NeedDocument(null, gate.Count, [.. gate.Members.Select(From)]),
        _ => throw new InvalidOperationException("Need is a closed hierarchy."),
    };

    /// <summary>As people say it: node-a or node-b; 2 of a, b, c.</summary>
    public override string ToString() => this switch
    {
        { Component: { } one } => one.Value,
        { Of: [var only] } => only.ToString(),
        { AtLeast: 1, Of: { } of } => $"any of {string.Join(", ", of)}",
        { AtLeast: { } count, Of: { } of } when count == of.Length => string.Join(" and ", of.Select(one => one.Of is null ? one.ToString() : $"({one})")),
        _ => $"{AtLeast} of {string.Join(", ", Of!.Value.Select(one => one.Of is null ? one.ToString() : $"({one})"))}",
    };
}
