using System.Collections.Immutable;
using Nines.Core.Facts;
using NodaTime;

namespace Nines.Web.Api.Documents;

/// <summary>Incidents as the status page tells them, the newest first (nines.public_incidents/1).</summary>
public sealed record PublicIncidentsDocument : IPaged
{
    public string Schema => "nines.public_incidents/1";
    public required long AsOfPosition { get; init; }

    /// <summary>Where the public reads.</summary>
    public required string Page { get; init; }

    /// <summary>What an incident can affect, in the order of the page.</summary>
    public required ImmutableArray<PublicComponentRow> Components { get; init; }

    public required ImmutableArray<PublicIncidentRow> Incidents { get; init; }
    public required string? Next { get; init; }
}

/// <param name="Id">What posts call it.</param>
/// <param name="Name">What the public calls it.</param>
public sealed record PublicComponentRow(string Id, string Name);

/// <summary>One incident; <see cref="Outage"/> and <see cref="By"/> are not on the page.</summary>
public sealed record PublicIncidentRow
{
    /// <summary>As updates call it.</summary>
    public required string Incident { get; init; }

    public required string Name { get; init; }
    public required IncidentPhase Phase { get; init; }
    public required IncidentImpact Impact { get; init; }

    /// <summary>False when it is resolved.</summary>
    public required bool Open { get; init; }

    /// <summary>True for one that was made of an outage by itself: people cannot update it, but post about the outage, which then stands in its place.</summary>
    public required bool Automatic { get; init; }

    public required string Url { get; init; }
    public required Instant CreatedAt { get; init; }
    public required Instant UpdatedAt { get; init; }

    /// <summary>When what it is about began; of one about no outage when it was first told.</summary>
    public required Instant BeganEarliest { get; init; }

    /// <inheritdoc cref="BeganEarliest"/>
    public required Instant BeganLatest { get; init; }

    /// <summary>When what it is about ended; null while it has not, or when it is about no outage.</summary>
    public required Instant? EndedEarliest { get; init; }

    /// <inheritdoc cref="EndedEarliest"/>
    public required Instant? EndedLatest { get; init; }

    /// <summary>Public ids.</summary>
    public required ImmutableArray<string> Components { get; init; }

    /// <summary>In the order in which they came; one or more.</summary>
    public required ImmutableArray<PublicUpdateRow> Updates { get; init; }

    /// <summary>What was posted says that it is about this one; null where it says none.</summary>
    public required string? Outage { get; init; }

    /// <summary>Who posted last; null of one that was made by itself.</summary>
    public required string? By { get; init; }
}

/// <param name="Body">In the page's subset of Markdown.</param>
/// <param name="Components">Public ids, as of the update.</param>
public sealed record PublicUpdateRow(IncidentPhase Phase, string Body, Instant At, ImmutableArray<string> Components);

/// <summary>A new incident.</summary>
/// <param name="Name">The headline: one line of 1 to 200 characters.</param>
/// <param name="Body">1 to 10,000 characters, in the page's subset of Markdown.</param>
/// <param name="Phase">investigating when it is left out.</param>
/// <param name="Impact">minor when it is left out.</param>
/// <param name="Components">Public ids of what is affected; none when it is left out.</param>
/// <param name="Outage">The outage that it is about: its bounds are shown, its name never is.</param>
public sealed record IncidentBody(string Name, string Body, IncidentPhase? Phase = null, IncidentImpact? Impact = null, ImmutableArray<string>? Components = null, string? Outage = null);

/// <summary>How an incident goes on. What is left out stays as it is.</summary>
/// <param name="Body">1 to 10,000 characters, in the page's subset of Markdown.</param>
/// <param name="Name">Another headline.</param>
/// <param name="Components">Public ids of all that is affected now.</param>
/// <param name="Outage">The outage that it is about.</param>
public sealed record IncidentUpdateBody(IncidentPhase Phase, string Body, string? Name = null, IncidentImpact? Impact = null, ImmutableArray<string>? Components = null, string? Outage = null);

/// <summary>What was posted (nines.incident_told/1).</summary>
public sealed record IncidentToldDocument
{
    public string Schema => "nines.incident_told/1";

    /// <summary>As updates call it.</summary>
    public required string Incident { get; init; }

    /// <summary>Where the public reads it.</summary>
    public required string Url { get; init; }
}
