using System.Collections.Immutable;
using Nines.Core;
using NodaTime;

namespace Nines.Ledger.History;

/// <summary>How bad people said that an incident was.</summary>
public enum Impact
{
    None,
    Minor,
    Major,
    Critical,
    Maintenance,
}

/// <summary>What people told of an outage, to the minute.</summary>
/// <param name="Targets">What it hit; one at least.</param>
/// <param name="End">Null while nobody said that it is over.</param>
/// <param name="Row">Where the source says so.</param>
public sealed record Incident(ImmutableArray<string> Targets, Instant Start, Instant? End, Impact Impact, string Title, int Row)
{
    /// <summary>The source's own name of it; null where it has none.</summary>
    public string? Id { get; init; }
}

/// <summary>What an impact comes to.</summary>
/// <param name="IsWindow">A maintenance window: what is not up in it counts as maintenance.</param>
public readonly record struct ImpactMeans(State State, bool IsWindow);

/// <summary>How people tell incidents, as far as that is known.</summary>
public sealed record IncidentSource
{
    public required string Tool { get; init; }

    /// <summary>How exact their instants are: each may lie this much earlier or later.</summary>
    public Duration Precision { get; init; } = Duration.FromMinutes(1);

    /// <summary>First instant that the source tells of; null from its first incident on.</summary>
    public Instant? From { get; init; }

    /// <summary>Up to when the source is evidence; null up to the last instant that it mentions.</summary>
    public Instant? To { get; init; }

    /// <summary>What each impact means. Every one is in it.</summary>
    public ImmutableDictionary<Impact, ImpactMeans> Impacts { get; init; } = UsualImpacts;

    /// <summary>none and maintenance are windows; under the one lies degraded, under the other down: nobody said what was seen.</summary>
    public static readonly ImmutableDictionary<Impact, ImpactMeans> UsualImpacts = ImmutableDictionary.CreateRange(
    [
        KeyValuePair.Create(Impact.None, new ImpactMeans(State.Degraded, true)),
        KeyValuePair.Create(Impact.Minor, new ImpactMeans(State.Degraded, false)),
        KeyValuePair.Create(Impact.Major, new ImpactMeans(State.EffectivelyDown, false)),
        KeyValuePair.Create(Impact.Critical, new ImpactMeans(State.Down, false)),
        KeyValuePair.Create(Impact.Maintenance, new ImpactMeans(State.Down, true)),
    ]);
}
