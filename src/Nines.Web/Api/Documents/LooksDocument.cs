using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;

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
