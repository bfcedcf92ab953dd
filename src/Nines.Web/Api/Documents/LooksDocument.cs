using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using NodaTime;

namespace Nines.Web.Api.Documents;

/// <summary>What single looks saw (nines.probe/1). Nothing of it is kept.</summary>
public sealed record LooksDocument(string Schema, ComponentId Component, ImmutableArray<LookDocument> Looks)
{
    public const string SchemaName = "nines.probe/1";
}

/// <summary>One look of one probe from one vantage point.</summary>
/// <param name="Outcome">answered, refused, timed_out or probe_fault (ours).</param>
/// <param name="Signals">Name → value with its unit.</param>
public sealed record LookDocument(string Probe, string VantagePoint, string Outcome, double? RoundTripS, string Detail, IReadOnlyDictionary<string, string> Signals, ImmutableArray<CheckedDocument> Conditions)
{
    /// <summary>Answered, and no condition broken.</summary>
    public bool Ok => Outcome == "answered" && Conditions.All(condition => condition.Holds != false);
}

/// <param name="Holds">Null where only the judge can tell, by comparing sources.</param>
public sealed record CheckedDocument(string Condition, bool? Holds, State Otherwise);

/// <summary>What came of looks at a component that somebody asked the watch for (nines.looks/1): each is judged as any other observation.</summary>
/// <param name="Probe">By this probe only; null for all.</param>
/// <param name="Looks">One for each probe from each vantage point; without those that turned out not to look, because the component was paused or another config has none of it.</param>
public sealed record AskedLooksDocument(ComponentId Component, string? Probe, Instant AskedAt, string AskedBy, ImmutableArray<AskedLookDocument> Looks)
{
    public string Schema => "nines.looks/1";

    /// <summary>False while one of them is still looking.</summary>
    public bool Done => Looks.All(look => look.Saw is not null);

    /// <summary>All answered, and no condition is broken. False where nothing looked, because another config no longer has it.</summary>
    public bool Ok => !Looks.IsEmpty && Looks.All(look => look.Saw is { Ok: true });
}

/// <param name="StartedAt">Null while it is still looking.</param>
/// <param name="State">What this look says by itself: one alone decides nothing. Null while it is still looking, and of a probe fault, which says nothing.</param>
/// <param name="Saw">Null while it is still looking.</param>
public sealed record AskedLookDocument(string Probe, string VantagePoint, Instant? StartedAt, Instant? EndedAt, State? State, LookDocument? Saw);
