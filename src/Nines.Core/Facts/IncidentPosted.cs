using System.Collections.Immutable;
using NodaTime;

namespace Nines.Core.Facts;

/// <summary>Somebody told the public of an incident, or how it goes on. What is in it is public, but for <paramref name="Outage"/> and <paramref name="By"/>.</summary>
/// <param name="Incident">Its public name, the same in all of its posts; 1 to 63 of a-z, 0-9 and -.</param>
/// <param name="Name">Its headline, as of this post.</param>
/// <param name="Body">What is said, in the subset of Markdown that the status page knows.</param>
/// <param name="Components">The ids that affected components have on the status page, as of this post.</param>
/// <param name="Outage">The outage that it is about: its bounds are shown, and no incident is made of it by itself. Null for none.</param>
/// <param name="By">The handle of who posted it; never public.</param>
public sealed record IncidentPosted(
    Instant At, string Incident, IncidentPhase Phase, string Name, IncidentImpact Impact, string Body, ImmutableArray<string> Components, string? Outage, string By) : Fact
{
    /// <value>Characters of a headline.</value>
    public const int LongestName = 200;
}

/// <summary>How far an incident is, as status pages have it.</summary>
public enum IncidentPhase
{
    Investigating,
    Identified,
    Monitoring,
    Resolved,
    /// <summary>Resolved, and explained.</summary>
    Postmortem,
}

/// <summary>How much users feel of an incident.</summary>
public enum IncidentImpact
{
    None,
    Minor,
    Major,
    Critical,
}
